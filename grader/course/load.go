package course

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"netlab/grader/lang"
)

// exerciseFile is the name of the file that makes a folder an exercise.
const exerciseFile = "exercise.toml"

// fullMarks is what the points of an exercise add up to.
const fullMarks = 20

var validID = regexp.MustCompile(`^[a-z][a-z0-9]*$`)

// Load reads the exercises of a folder of exercises: every folder directly in
// fsys that has an exercise.toml. They come sorted by number. The error, one
// line for each fault with its file and line, says everything that is wrong.
func Load(fsys fs.FS) ([]*Exercise, error) {
	folders, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, lang.Errorf("exercices : %w", "read exercises: %w", err)
	}
	var out []*Exercise
	var faults []error
	for _, folder := range folders {
		name := path.Join(folder.Name(), exerciseFile)
		data, err := fs.ReadFile(fsys, name)
		if !folder.IsDir() || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			faults = append(faults, lang.Errorf("exercice : %w", "read exercise: %w", err))
			continue
		}
		e, errs := parseExercise(folder.Name(), document{name: name, data: data})
		faults = append(faults, errs...)
		if e == nil {
			continue
		}
		for _, other := range out {
			if other.Number == e.Number {
				faults = append(faults, lang.Errorf("%s : le numéro %d est aussi celui de l'exercice %q", "%s: number %d is that of exercise %q too", name, e.Number, other.ID))
			}
		}
		out = append(out, e)
	}
	if len(out) == 0 && faults == nil {
		return nil, lang.Errorf("aucun exercice ici : pas de dossier avec un %s", "no exercise there: no folder has an %s", exerciseFile)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	slices.SortFunc(out, func(a, b *Exercise) int { return a.Number - b.Number })
	return out, nil
}

// parseExercise reads one exercise.toml.
func parseExercise(id string, doc document) (*Exercise, []error) {
	var file struct {
		Number       int       `toml:"number"`
		Title        lang.Text `toml:"title"`
		Deliverables []string  `toml:"deliverables"`
		Site         bool      `toml:"site"`
		Criteria     []struct {
			ID     string    `toml:"id"`
			Points int       `toml:"points"`
			Advice bool      `toml:"advice"`
			Asks   lang.Text `toml:"asks"`
			Hint   lang.Text `toml:"hint"`
		} `toml:"criterion"`
	}
	faults := doc.decode(&file, map[string][]string{
		"":               {"number", "title", "deliverables", "site", "criterion"},
		"title":          {"fr", "en"},
		"criterion":      {"id", "points", "advice", "asks", "hint"},
		"criterion.asks": {"fr", "en"},
		"criterion.hint": {"fr", "en"},
	})
	if faults != nil {
		return nil, faults
	}
	e := &Exercise{ID: id, Number: file.Number, Title: file.Title, Deliverables: file.Deliverables, Site: file.Site}
	for _, c := range file.Criteria {
		e.Criteria = append(e.Criteria, Criterion(c))
	}
	return e, checkExercise(e, doc)
}

// checkExercise returns everything that is wrong with e, which was read from doc.
func checkExercise(e *Exercise, doc document) []error {
	var faults []error
	fault := func(line int, fr, en string, args ...any) {
		faults = append(faults, doc.at(line, lang.Errorf(fr, en, args...)))
	}
	if !validID.MatchString(e.ID) {
		fault(0, "dossier %q : le nom d'un exercice est fait de lettres a à z et de chiffres", "folder %q: the name of an exercise has letters a to z and digits", e.ID)
	}
	if e.Number < 1 {
		fault(doc.line("", "number"), "number manque, ou n'est pas à partir de 1", "number is missing, or not from 1 on")
	}
	checkText(fault, doc.line("", "title"), "title", e.Title)
	if len(e.Deliverables) == 0 {
		fault(doc.line("", "deliverables"), "aucun fichier à rendre (deliverables)", "no deliverables")
	}
	for i, d := range e.Deliverables {
		if d != path.Base(d) || !filepath.IsLocal(d) || d == "." || strings.Contains(d, `\`) {
			fault(doc.line("", "deliverables"), "deliverable %q : ce n'est pas un simple nom de fichier", "deliverable %q: not a plain file name", d)
		}
		if slices.Contains(e.Deliverables[:i], d) {
			fault(doc.line("", "deliverables"), "deliverable %q : nommé deux fois", "deliverable %q: named twice", d)
		}
	}
	if len(e.Criteria) == 0 {
		fault(0, "aucun [[criterion]]", "no [[criterion]]")
	} else if e.Max() != fullMarks {
		fault(0, "le total des points est %d au lieu de %d", "points add up to %d, not %d", e.Max(), fullMarks)
	}
	lines := doc.tables("criterion")
	for i, c := range e.Criteria {
		checkCriterion(func(fr, en string, args ...any) {
			line := 0
			if i < len(lines) {
				line = lines[i]
			}
			fault(line, "criterion %q : "+fr, "criterion %q: "+en, append([]any{c.ID}, args...)...)
		}, c)
		if first := e.Criterion(c.ID); first != &e.Criteria[i] && i < len(lines) {
			fault(lines[i], "criterion %q : déclaré deux fois", "criterion %q: declared twice", c.ID)
		}
	}
	return faults
}

func checkCriterion(fault func(fr, en string, args ...any), c Criterion) {
	if !validID.MatchString(c.ID) {
		fault("un id est fait de lettres a à z et de chiffres", "an id has letters a to z and digits")
	}
	switch {
	case c.Advice && c.Points != 0:
		fault("un conseil (advice) n'a pas de points", "advice has no points")
	case !c.Advice && c.Points < 1:
		fault("pas de points : donnez-lui-en, ou advice = true", "no points: give it some, or advice = true")
	}
	for _, t := range []struct {
		name string
		text lang.Text
	}{{"asks", c.Asks}, {"hint", c.Hint}} {
		checkText(func(_ int, fr, en string, args ...any) { fault(fr, en, args...) }, 0, t.name, t.text)
	}
}

// checkText faults a text that lacks a language.
func checkText(fault func(line int, fr, en string, args ...any), line int, name string, t lang.Text) {
	if strings.TrimSpace(t.FR) == "" {
		fault(line, "%s : pas de texte français (fr)", "%s: no French text (fr)", name)
	}
	if strings.TrimSpace(t.EN) == "" {
		fault(line, "%s : pas de texte anglais (en)", "%s: no English text (en)", name)
	}
}

package course

import (
	"slices"
	"strings"

	"netlab/grader/archive"
	"netlab/grader/lang"
	"netlab/grader/spelling"
)

// Choice is what there is to tell an exercise by.
type Choice struct {
	ID     string       // of the exercise, when the user named one; "" otherwise
	Name   archive.Name // what the archive's name says
	Course *Course      // may be nil
	Files  []string     // what is in the archive (archive.Submission.Names)
}

// Find returns the exercise that a submission is for, by the first of these that
// tells:
//
//  1. the user's choice;
//  2. the course's assignment for that TP and exercise number;
//  3. the number on the sheet, if the deliverables of that exercise are there;
//  4. the only exercise whose deliverables are all there;
//  5. the number on the sheet;
//  6. the only exercise whose deliverables are there under other names.
//
// After 4, a violation that warns tells those whose archive is named after
// another exercise of the sheet. After 1, 2, 5 and 6 something may be missing: archive.Submission.CheckContent
// says what. When nothing tells, there is no exercise, and the violation names
// what was looked for and what was found; it rejects whatever the policy says,
// because there is nothing to grade.
//
// The error is the user's or the course file's: an exercise that does not exist.
// An archive whose directory could not be read (archive.Submission.Listed) has
// no files to tell by.
func Find(exercises []*Exercise, c Choice) (*Exercise, []archive.Violation, error) {
	if c.ID != "" {
		e, err := byID(exercises, c.ID)
		return e, nil, err
	}
	a, assigned := c.Course.Assignment(c.Name.TP, c.Name.Ex)
	if assigned && a.Exercise != "" {
		e, err := byID(exercises, a.Exercise)
		if err != nil {
			err = lang.Errorf("cours : tp %d ex %d : %w", "course: tp %d ex %d: %w", c.Name.TP, c.Name.Ex, err)
		}
		return e, nil, err
	}
	var numbered *Exercise
	var complete, near []*Exercise
	for _, e := range exercises {
		if e.Number == c.Name.Ex {
			numbered = e
		}
		if e.all(func(d string) bool { return slices.Contains(c.Files, d) }) {
			complete = append(complete, e)
		}
		if e.all(func(d string) bool { return slices.Contains(c.Files, d) || archive.Nearest(d, c.Files) != "" }) {
			near = append(near, e)
		}
	}
	switch {
	case numbered != nil && slices.Contains(complete, numbered):
		return numbered, nil, nil
	case len(complete) == 1:
		return complete[0], otherThanNamed(complete[0], numbered, assigned), nil
	case numbered != nil:
		return numbered, nil, nil
	case len(complete) == 0 && len(near) == 1:
		return near[0], nil, nil
	}
	return nil, []archive.Violation{untold(exercises, complete, c.Files)}, nil
}

// otherThanNamed remarks that an archive named after one exercise answers
// another, unless the course has an exercise of that number of its own.
func otherThanNamed(e, named *Exercise, assigned bool) []archive.Violation {
	if named == nil || assigned {
		return nil
	}
	return []archive.Violation{{
		Rule: archive.ContentMissing, Severity: archive.Warn,
		Message: lang.F("l'archive est nommée ex%d, mais contient %s, qui répond à l'exercice %d : elle est notée comme telle ; pour l'exercice %d il faut %s",
			"the archive is named ex%d, but has %s, which answers exercise %d: it is graded as such; exercise %d wants %s",
			named.Number, and(e.Deliverables), e.Number, named.Number, and(named.Deliverables)),
	}}
}

func and(files []string) lang.Text {
	return lang.T(strings.Join(files, " et "), strings.Join(files, " and "))
}

func byID(exercises []*Exercise, id string) (*Exercise, error) {
	var ids []string
	for _, e := range exercises {
		if e.ID == id {
			return e, nil
		}
		ids = append(ids, e.ID)
	}
	return nil, lang.Errorf("exercice inconnu : %q%s : choisissez parmi %s", "unknown exercise %q%s: choose %s", id, lang.DidYouMean(spelling.Nearest(id, ids)), strings.Join(ids, ", "))
}

// all reports whether ok holds for every deliverable.
func (e *Exercise) all(ok func(deliverable string) bool) bool {
	return !slices.ContainsFunc(e.Deliverables, func(d string) bool { return !ok(d) })
}

// untold is the violation of an archive that is for no exercise, or for several.
func untold(exercises, complete []*Exercise, files []string) archive.Violation {
	v := archive.Violation{Rule: archive.ContentMissing, Severity: archive.Reject}
	if len(complete) > 1 {
		v.Message = lang.F("on ne peut dire pour quel exercice est l'archive, qui contient de quoi en rendre plusieurs : %s ; une archive par exercice",
			"the archive's exercise cannot be told, because it has what several ask for: %s; one archive for each exercise", wanted(complete))
		return v
	}
	found := lang.T("aucun fichier", "no file")
	if len(files) > 0 {
		found = quoted(files)
	}
	v.Message = lang.F("on ne peut dire pour quel exercice est l'archive : cherché %s ; trouvé %s",
		"the archive's exercise cannot be told: looked for %s; found %s", wanted(exercises), found)
	return v
}

// wanted lists the deliverables of exercises, with their numbers.
func wanted(exercises []*Exercise) lang.Text {
	var out []lang.Text
	for _, e := range exercises {
		files := strings.Join(e.Deliverables, " + ")
		out = append(out, lang.F("%s (exercice %d)", "%s (exercise %d)", files, e.Number))
	}
	return lang.Join(", ", out...)
}

// quoted lists file names of a submission, the first few of them.
func quoted(files []string) lang.Text {
	const most = 6
	var out []string
	for _, f := range files[:min(most, len(files))] {
		out = append(out, archive.Show(f))
	}
	list := strings.Join(out, ", ")
	if more := len(files) - most; more > 0 {
		return lang.F("%s et %d de plus", "%s and %d more", list, more)
	}
	return lang.T(list, list)
}

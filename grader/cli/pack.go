package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"netlab/grader/archive"
	"netlab/grader/course"
	"netlab/grader/lang"
	"netlab/grader/report"
)

type packCommand struct {
	Family   string   `arg:"" help:"${help_family}"`
	Files    []string `arg:"" name:"file" help:"${help_files}"`
	TP       int      `required:"" help:"${help_tp}"`
	Ex       int      `required:"" help:"${help_ex}"`
	Exercise string   `help:"${help_exercise}" placeholder:"ID"`
	Output   string   `short:"o" default:"." help:"${help_output}" placeholder:"DIR"`
	suiteFlags
}

// Run makes the archive that a student hands in.
func (c *packCommand) Run(p *program) error {
	name, err := fileName(c.Family, c.TP, c.Ex)
	if err != nil {
		return err
	}
	sources, err := archive.Gather(c.Files, archive.DefaultLimits())
	if err != nil {
		return usageError{text: lang.OfError(err)}
	}
	exercises, err := course.Load(c.folder())
	if err != nil {
		return usageError{text: lang.OfError(err)}
	}
	names, err := archive.NamesOf(sources)
	if err != nil {
		return err
	}
	parsed, _ := archive.ParseName(name)
	ex, violations, err := course.Find(exercises, course.Choice{ID: c.Exercise, Name: parsed, Files: names})
	if err != nil {
		return usageError{text: lang.OfError(err)}
	}
	var packed *archive.Packed
	if ex != nil {
		if packed, violations, err = archive.Pack(c.Family, c.TP, c.Ex, sources, ex.Deliverables, ex.Site, nil); err != nil {
			return err
		}
	}
	for _, v := range violations {
		p.errorf("%s: %s", v.Rule, v.Message.In(p.lang))
		switch {
		case v.Expected == "":
		case v.Rule == archive.ContentMissing:
			if near := archive.Meant(v.Expected, names); near != "" && filepath.Base(near) != v.Expected {
				p.hintf("%s", lang.F("renommez-le en %s", "rename it to %s", v.Expected).In(p.lang))
			}
		default:
			p.hintf("%s", v.Expected)
		}
	}
	if packed == nil {
		p.errorf("%s", lang.F("%s n'a pas été fait : l'archive serait refusée", "%s was not made: it would be rejected", name).In(p.lang))
		p.status = exitLost
		return nil
	}
	path := filepath.Join(c.Output, packed.Name)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return usageError{text: lang.F("--output %s : ce dossier n'existe pas", "--output %s: there is no such folder", c.Output)}
	}
	if err != nil {
		return err
	}
	if _, err := f.Write(packed.Data); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	fmt.Fprintln(p.stdout, report.EscapeText(path))
	c.other(p, exercises, ex)
	return nil
}

// other warns when what was packed answers another exercise of the sheet than
// the one of its name: both may be right, a course can number as it likes.
func (c *packCommand) other(p *program, exercises []*course.Exercise, ex *course.Exercise) {
	for _, e := range exercises {
		if e.Number != c.Ex || e.ID == ex.ID || c.Exercise != "" {
			continue
		}
		p.hintf("%s", lang.F("ces fichiers répondent à l'exercice %d de l'énoncé (%s) ; pour l'exercice %d il faut %s",
			"these files answer exercise %d of the sheet (%s); exercise %d wants %s", ex.Number, ex.ID, e.Number, strings.Join(e.Deliverables, ", ")).In(p.lang))
	}
}

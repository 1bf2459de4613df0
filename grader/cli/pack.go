package cli

import (
	"fmt"
	"os"
	"path/filepath"

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
	name, err := archive.FileName(c.Family, c.TP, c.Ex)
	if err != nil {
		return usageError{text: lang.T(err.Error(), err.Error())}
	}
	sources, err := archive.Gather(c.Files, archive.DefaultLimits())
	if err != nil {
		return usageError{text: lang.T(err.Error(), err.Error())}
	}
	exercises, err := course.Load(c.folder())
	if err != nil {
		return usageError{text: lang.T(err.Error(), err.Error())}
	}
	var names []string
	for _, s := range sources {
		names = append(names, s.Path)
	}
	parsed, _ := archive.ParseName(name)
	ex, violations, err := course.Find(exercises, course.Choice{ID: c.Exercise, Name: parsed, Files: names})
	if err != nil {
		return usageError{text: lang.T(err.Error(), err.Error())}
	}
	var packed *archive.Packed
	if ex != nil {
		if packed, violations, err = archive.Pack(c.Family, c.TP, c.Ex, sources, ex.Deliverables, ex.Site, nil); err != nil {
			return err
		}
	}
	for _, v := range violations {
		p.errorf("%s: %s", v.Rule, v.Message.In(p.lang))
		if v.Expected != "" {
			p.hintf("%s", v.Expected)
		}
	}
	if packed == nil {
		p.errorf("%s", lang.F("%s n'a pas été fait : il serait rejeté", "%s was not made: it would be rejected", name).In(p.lang))
		p.status = exitLost
		return nil
	}
	path := filepath.Join(c.Output, packed.Name)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
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
	return nil
}

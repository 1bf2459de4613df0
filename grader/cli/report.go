package cli

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"netlab/grader/batch"
	"netlab/grader/lang"
	"netlab/grader/report"
)

// rendering is a format and where it goes.
type rendering struct {
	format
	path string
}

// write writes the report, with the folders that it goes to. A file is whole
// or not there at all.
func (r rendering) write(classes []*batch.Class, v view) error {
	if r.Folder != nil {
		if err := os.MkdirAll(r.path, 0o755); err != nil {
			return fmt.Errorf("write the report %s: %w", r.path, err)
		}
		return r.Folder(r.path, classes, v)
	}
	if err := os.MkdirAll(filepath.Dir(r.path), 0o755); err != nil {
		return fmt.Errorf("write the report %s: %w", r.path, err)
	}
	f, err := os.CreateTemp(filepath.Dir(r.path), ".report-*")
	if err != nil {
		return fmt.Errorf("write the report %s: %w", r.path, err)
	}
	w := bufio.NewWriter(f)
	err = r.File(w, classes, v)
	err = errors.Join(err, w.Flush(), f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), r.path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write the report %s: %w", r.path, err), os.Remove(f.Name()))
	}
	return nil
}

// moodleFlags are what the reports for Moodle are made from.
type moodleFlags struct {
	Worksheet string `help:"${help_worksheet}" placeholder:"FILE" type:"existingfile"`
}

type reportCommand struct {
	Journals []string `arg:"" name:"journal" help:"${help_journals}"`
	Format   string   `required:"" help:"${help_report_format}" placeholder:"NAME"`
	Output   string   `short:"o" help:"${help_report_output}" placeholder:"PATH"`
	moodleFlags
}

// Run writes one report on the journals. What the marks are does not change
// the exit status.
func (c *reportCommand) Run(p *program) error {
	f, err := formatNamed(c.Format)
	if err != nil {
		return err
	}
	if f.Folder != nil && c.Output == "" {
		return usageError{text: lang.F("--format %s écrit un dossier : dites où avec --output", "--format %s writes a folder: say where with --output", c.Format)}
	}
	if f.One && len(c.Journals) > 1 {
		return usageError{text: lang.F("--format %s montre une seule correction : donnez un seul journal", "--format %s shows one class alone: give one journal", c.Format)}
	}
	var classes []*batch.Class
	for _, path := range c.Journals {
		class, err := batch.ReadJournal(path)
		if err != nil {
			return usageError{text: lang.OfError(err)}
		}
		classes = append(classes, class)
	}
	if c.Output == "" {
		w := bufio.NewWriter(p.stdout)
		return errors.Join(f.File(w, classes, p.view(c.moodleFlags)), w.Flush())
	}
	return rendering{format: f, path: c.Output}.write(classes, p.view(c.moodleFlags))
}

// view is how a report on a class looks: in a file, so not as wide as the
// terminal is now and without colours.
func (p *program) view(m moodleFlags) view {
	return view{
		Options: report.Options{Lang: p.lang}, Worksheet: m.Worksheet,
		Remark: func(t lang.Text) { p.errorf("%s", t.In(p.lang)) },
	}
}

package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"netlab/grader/batch"
	"netlab/grader/lang"
	"netlab/grader/report"
	"netlab/grader/spelling"
)

// format is one form of a report on classes, of which there are several when
// the TPs of a semester are shown together. One of File and Folder is set.
type format struct {
	Name string
	// File writes a report that is one file.
	File func(w io.Writer, classes []*batch.Class, o report.Options) error
	// Folder writes a report that is several, into a folder that is there.
	Folder func(dir string, classes []*batch.Class, o report.Options) error
}

// formats are all forms, in the order of the help.
func formats() []format {
	return []format{
		{Name: "jsonl", File: report.JSONL},
	}
}

// formatNames lists the forms for messages and the help.
func formatNames() []string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.Name)
	}
	return names
}

func formatNamed(name string) (format, error) {
	for _, f := range formats() {
		if f.Name == name {
			return f, nil
		}
	}
	near, list := spelling.Suggest(name, formatNames()), strings.Join(formatNames(), ", ")
	return format{}, usageError{text: lang.F("forme de rapport inconnue : %s (choix : %s)", "unknown form of report: %s%s (choices: %s)", name, near, list)}
}

// rendering is a format and where it goes.
type rendering struct {
	format
	path string
}

// write writes the report. A file is whole or not there at all.
func (r rendering) write(classes []*batch.Class, o report.Options) error {
	if r.Folder != nil {
		if err := os.MkdirAll(r.path, 0o755); err != nil {
			return fmt.Errorf("write the report %s: %w", r.path, err)
		}
		return r.Folder(r.path, classes, o)
	}
	f, err := os.CreateTemp(filepath.Dir(r.path), ".report-*")
	if err != nil {
		return fmt.Errorf("write the report %s: %w", r.path, err)
	}
	w := bufio.NewWriter(f)
	err = r.File(w, classes, o)
	err = errors.Join(err, w.Flush(), f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), r.path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write the report %s: %w", r.path, err), os.Remove(f.Name()))
	}
	return nil
}

type reportCommand struct {
	Journals []string `arg:"" name:"journal" help:"${help_journals}"`
	Format   string   `required:"" help:"${help_report_format}" placeholder:"NAME"`
	Output   string   `short:"o" help:"${help_report_output}" placeholder:"PATH"`
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
	var classes []*batch.Class
	for _, path := range c.Journals {
		class, err := batch.ReadJournal(path)
		if err != nil {
			return usageError{text: lang.T(err.Error(), err.Error())}
		}
		classes = append(classes, class)
	}
	if c.Output == "" {
		w := bufio.NewWriter(p.stdout)
		return errors.Join(f.File(w, classes, p.reportOptions()), w.Flush())
	}
	return rendering{format: f, path: c.Output}.write(classes, p.reportOptions())
}

// reportOptions says how a report on a class looks: in a file, so not as wide
// as the terminal is now and without colours.
func (p *program) reportOptions() report.Options { return report.Options{Lang: p.lang} }

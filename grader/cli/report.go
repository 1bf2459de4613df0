package cli

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"netlab/grader/batch"
	"netlab/grader/lang"
	"netlab/grader/report"
	"netlab/grader/report/html"
	"netlab/grader/report/moodle"
)

// rendering is a format and where it goes.
type rendering struct {
	format
	path string
}

// check refuses a place where something else is, before anything is done. flag
// is what stands before the place on the command line. What else stands in the
// way of a report is told when it is written.
func (r rendering) check(flag string) error {
	info, err := os.Stat(r.path)
	switch {
	case errors.Is(err, syscall.ENOTDIR):
		return usageError{text: lang.F("%s%s : ce qui devrait être un dossier est un fichier", "%s%s: what should be a folder is a file", flag, r.path)}
	case err != nil:
		return nil
	case r.Folder == nil && info.IsDir():
		return usageError{text: lang.F("%s%s : c'est un dossier, et ce rapport est un fichier : donnez le nom d'un fichier",
			"%s%s: this is a folder, and this report is a file: give the name of a file", flag, r.path)}
	case r.Folder != nil && !info.IsDir():
		return usageError{text: lang.F("%s%s : c'est un fichier, et ce rapport est un dossier : donnez un autre nom",
			"%s%s: this is a file, and this report is a folder: give another name", flag, r.path)}
	case r.Check == nil:
		return nil
	}
	if err := r.Check(r.path); errors.Is(err, html.ErrNotReport) {
		return usageError{
			text: lang.F("%s%s : %s", "%s%s: %s", flag, r.path, lang.OfError(err)),
			hint: lang.T("donnez un dossier vide, ou qui n'existe pas encore", "give a folder that is empty, or not there yet"),
		}
	}
	return nil
}

// write writes the report, with the folders that it goes to. A file is whole
// or not there at all.
func (r rendering) write(classes []*batch.Class, v view) error {
	if r.Folder != nil {
		if err := os.MkdirAll(r.path, 0o755); err != nil {
			return lang.Errorf("écriture du rapport %s : %w", "write the report %s: %w", r.path, err)
		}
		return r.Folder(r.path, classes, v)
	}
	if err := os.MkdirAll(filepath.Dir(r.path), 0o755); err != nil {
		return lang.Errorf("écriture du rapport %s : %w", "write the report %s: %w", r.path, err)
	}
	f, err := os.CreateTemp(filepath.Dir(r.path), ".report-*")
	if err != nil {
		return lang.Errorf("écriture du rapport %s : %w", "write the report %s: %w", r.path, err)
	}
	w := bufio.NewWriter(f)
	err = r.File(w, classes, v)
	err = errors.Join(err, w.Flush(), f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), r.path)
	}
	if err != nil {
		return errors.Join(lang.Errorf("écriture du rapport %s : %w", "write the report %s: %w", r.path, err), os.Remove(f.Name()))
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

// maxWorksheet bounds Moodle's worksheet, in bytes: 100,000 students.
const maxWorksheet = 64 << 20

// read returns Moodle's worksheet, nil when none was given.
func (m moodleFlags) read() ([]byte, error) {
	if m.Worksheet == "" {
		return nil, nil
	}
	f, err := os.Open(m.Worksheet)
	if err != nil {
		return nil, usageError{text: lang.OfError(err)}
	}
	sheet, err := io.ReadAll(io.LimitReader(f, maxWorksheet+1))
	if err = errors.Join(err, f.Close()); err == nil {
		err = moodle.Check(sheet)
	}
	if err != nil {
		return nil, usageError{text: lang.F("%s : %s", "%s: %s", m.Worksheet, lang.OfError(err))}
	}
	return sheet, nil
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
	to := rendering{format: f, path: c.Output}
	if c.Output != "" {
		if err := to.check("--output "); err != nil {
			return err
		}
	}
	sheet, err := c.read()
	if err != nil {
		return err
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
		err = errors.Join(f.File(w, classes, p.view(sheet)), w.Flush())
	} else {
		err = to.write(classes, p.view(sheet))
	}
	if errors.Is(err, moodle.ErrWorksheet) {
		return usageError{text: lang.F("%s : %s", "%s: %s", c.Worksheet, lang.OfError(err))}
	}
	return err
}

// view is how a report on a class looks: in a file, so not as wide as the
// terminal is now and without colours.
func (p *program) view(worksheet []byte) view {
	return view{
		Options: report.Options{Lang: p.lang}, Worksheet: worksheet,
		Remark: func(t lang.Text) { p.errorf("%s", t.In(p.lang)) },
	}
}

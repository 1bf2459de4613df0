package cli

import (
	"io"
	"strings"

	"netlab/grader/archive"
	"netlab/grader/batch"
	"netlab/grader/lang"
	"netlab/grader/report"
	"netlab/grader/report/gradescope"
	"netlab/grader/report/html"
	"netlab/grader/report/junit"
	"netlab/grader/report/markdown"
	"netlab/grader/report/moodle"
	"netlab/grader/report/spreadsheet"
	"netlab/grader/spelling"
)

// format is one form of a report on classes, of which there are several when
// the TPs of a semester are shown together. One of File and Folder is set.
type format struct {
	Name string
	// One says that the form shows one class alone.
	One bool
	// File writes a report that is one file.
	File func(w io.Writer, classes []*batch.Class, v view) error
	// Folder writes a report that is several, into a folder that is there.
	Folder func(dir string, classes []*batch.Class, v view) error
	// Check says whether a folder that is there can become such a report; nil where
	// any can.
	Check func(dir string) error
}

// view is how a report looks and what else it is made from.
type view struct {
	report.Options
	// Worksheet is the grading worksheet that Moodle exported, nil for none.
	Worksheet []byte
	// Remark tells whoever asked for the report what it could not hold.
	Remark func(lang.Text)
}

// formats are all forms, in the order of the help.
func formats() []format {
	return []format{
		{Name: "text", File: func(w io.Writer, c []*batch.Class, v view) error { return report.ClassesText(w, c, v.Options) }},
		{Name: "html", One: true, Check: html.Check, Folder: func(dir string, c []*batch.Class, v view) error {
			return html.Write(dir, c[0], html.Options{Lang: v.Lang})
		}},
		{Name: "junit", File: func(w io.Writer, c []*batch.Class, v view) error { return junit.Write(w, c, v.Lang) }},
		{Name: "csv", File: func(w io.Writer, c []*batch.Class, v view) error { return spreadsheet.Gradebook(w, c, v.Lang) }},
		{Name: "moodle", One: true, File: worksheet},
		{Name: "moodle-feedback", One: true, File: feedback},
		{Name: "gradescope", Folder: func(dir string, c []*batch.Class, v view) error { return gradescope.Folder(dir, c, v.Lang) }},
		{Name: "markdown", File: func(w io.Writer, c []*batch.Class, v view) error { return markdown.Summary(w, c, v.Lang) }},
		{Name: "jsonl", File: func(w io.Writer, c []*batch.Class, v view) error { return report.JSONL(w, c, v.Options) }},
	}
}

// worksheet fills in Moodle's grading worksheet.
func worksheet(w io.Writer, c []*batch.Class, v view) error {
	filled, err := moodle.Worksheet(w, v.Worksheet, c[0], v.Lang)
	if err != nil {
		return err
	}
	v.remarks(filled.NoMark, lang.T("pas de note, la ligne reste comme elle était", "no mark, the row stays as it was"))
	noRow := lang.T("personne de la feuille de Moodle ne correspond", "nobody in Moodle's worksheet matches")
	if v.Worksheet == nil {
		noRow = lang.T("le numéro de participant de Moodle est inconnu : pas de ligne (--worksheet donne la feuille de Moodle)",
			"Moodle's participant number is unknown: no row (--worksheet gives Moodle's own)")
	}
	v.remarks(filled.NoRow, noRow)
	if filled.Locked > 0 {
		v.Remark(lang.F("feuille de Moodle : %d notes que Moodle ne laisse pas changer", "Moodle's worksheet: %d grades that Moodle does not let change", filled.Locked))
	}
	return nil
}

// feedback makes the zip of feedback files for Moodle.
func feedback(w io.Writer, c []*batch.Class, v view) error {
	sent, err := moodle.Feedback(w, c[0], v.Lang)
	if err != nil {
		return err
	}
	v.remarks(sent.NoMark, lang.T("pas de note, rien pour l'étudiant", "no mark, nothing for the student"))
	v.remarks(sent.NoID, lang.T("le numéro de participant de Moodle est inconnu : pas de fichier", "Moodle's participant number is unknown: no file"))
	return nil
}

// remarks tells the same thing of each path.
func (v view) remarks(paths []string, what lang.Text) {
	for _, p := range paths {
		v.Remark(lang.F("%s : %s", "%s: %s", archive.Show(p), what))
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
	near := lang.DidYouMean(spelling.Nearest(name, formatNames()))
	return format{}, usageError{text: lang.F("forme de rapport inconnue : %s%s (choix : %s)", "unknown form of report: %s%s (choices: %s)", name, near, strings.Join(formatNames(), ", "))}
}

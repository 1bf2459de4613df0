package attack

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"testing"

	"netlab/grader/batch"
	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/report"
	"netlab/grader/report/gradescope"
	"netlab/grader/report/html"
	"netlab/grader/report/junit"
	"netlab/grader/report/markdown"
	"netlab/grader/report/moodle"
	"netlab/grader/report/spreadsheet"
)

// classReports checks the reports of a class of one hostile submission, as
// [arena.reports] does for those of the submission itself.
func (r *arena) classReports(t *testing.T, res grade.Result, l lang.Lang) {
	t.Helper()
	light := res
	light.Traces, light.Criteria = nil, nil
	for _, c := range res.Criteria {
		c.Steps = nil
		light.Criteria = append(light.Criteria, c)
	}
	class := &batch.Class{
		Folder: "class", Complete: true,
		Rows:  []batch.Row{{Result: light, Path: res.Archive, Participant: "1"}},
		Whole: func(int) (grade.Result, error) { return res, nil },
	}
	classes := []*batch.Class{class}
	for _, f := range []struct {
		name    string
		allowed string
		write   func(w io.Writer) error
	}{
		{"class text", "\n", func(w io.Writer) error { return report.ClassText(w, class, report.Options{Lang: l}) }},
		{"JUnit", "\n", func(w io.Writer) error { return junit.Write(w, classes, l) }},
		{"CSV", "\r\n\ufeff", func(w io.Writer) error { return spreadsheet.Gradebook(w, classes, l) }},
		{"Moodle's worksheet", "\r\n\ufeff", func(w io.Writer) error {
			_, err := moodle.Worksheet(w, nil, class, l)
			return err
		}},
		{"Markdown", "\n", func(w io.Writer) error { return markdown.Summary(w, classes, l) }},
		{"Gradescope", "\n", func(w io.Writer) error { return gradescope.Results(w, &res, 0, l) }},
		{"JSON lines", "\n", func(w io.Writer) error { return report.JSONL(w, classes, report.Options{Lang: l}) }},
	} {
		var out bytes.Buffer
		if err := f.write(&out); err != nil {
			t.Fatalf("%s: %v", f.name, err)
		}
		if out.Len() == 0 {
			t.Errorf("%s: nothing", f.name)
		}
		r.harmless(t, f.name, out.Bytes(), f.allowed)
	}
	dir := t.TempDir()
	if err := html.Write(dir, class, html.Options{Lang: l}); err != nil {
		t.Fatal(err)
	}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		page, err := fs.ReadFile(os.DirFS(dir), name)
		r.harmless(t, "HTML "+name, page, "\n\t")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

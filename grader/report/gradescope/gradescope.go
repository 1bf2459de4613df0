// Package gradescope writes gradings as the results.json that Gradescope reads
// from an autograder ("Autograder Specifications", section "Output format", of
// Gradescope's autograder documentation).
package gradescope

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"netlab/grader/archive"
	"netlab/grader/batch"
	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/report"
)

// maxOutput bounds one output, in bytes.
const maxOutput = 32 << 10

// results is the document. Every text in it is of the format "text", which
// Gradescope escapes and shows in a pre element: "md", "html" and "ansi" would
// make markup of what a program printed.
type results struct {
	Score            float64 `json:"score"`
	ExecutionTime    float64 `json:"execution_time,omitempty"` // seconds
	Output           string  `json:"output"`
	OutputFormat     string  `json:"output_format"`
	TestOutputFormat string  `json:"test_output_format"`
	TestNameFormat   string  `json:"test_name_format"`
	Visibility       string  `json:"visibility"`
	StdoutVisibility string  `json:"stdout_visibility"`
	ExtraData        extra   `json:"extra_data"`
	Tests            []test  `json:"tests"`
}

type test struct {
	Score      float64  `json:"score"`
	MaxScore   float64  `json:"max_score"`
	Status     string   `json:"status"` // "passed" or "failed"
	Name       string   `json:"name"`
	Number     string   `json:"number"`
	Output     string   `json:"output,omitempty"`
	Tags       []string `json:"tags"`
	Visibility string   `json:"visibility"`
}

type extra struct {
	Archive string `json:"archive"`
	Verdict string `json:"verdict"`
	Grader  string `json:"grader"`
	Scripts string `json:"scripts"`
}

// Results writes the results.json of one grading, which took that long (0 when
// unknown). r is whole. Each scored criterion is a test; advice is said in the
// output of the submission, since a test that is not passed looks like points
// lost. A rejected archive has the score 0 and a test for each broken rule. What
// the autograder prints is for the teacher alone.
//
// A fault has no results: Gradescope says by itself that the autograder failed
// when it finds no results.json, and offers to run it again, while any score
// would be a mark. [ErrFault] says so, and nothing is written then. Other errors
// are those of w.
func Results(w io.Writer, r *grade.Result, took time.Duration, l lang.Lang) error {
	if r.Verdict == grade.Fault {
		return fmt.Errorf("results of %s: %w", report.EscapeText(r.Archive), ErrFault)
	}
	words := wordsIn(l)
	o := report.Options{Lang: l}
	doc := results{
		Score: float64(r.Score), ExecutionTime: float64(took.Milliseconds()) / 1000,
		OutputFormat: "text", TestOutputFormat: "text", TestNameFormat: "text", Visibility: "visible", StdoutVisibility: "hidden",
		Tests: []test{},
		ExtraData: extra{
			Archive: report.OneLine(r.Archive, l), Verdict: string(r.Verdict),
			Grader: report.OneLine(r.Environment.Grader, l), Scripts: report.OneLine(r.Environment.Scripts, l),
		},
	}
	add := func(t test) {
		t.Number, t.Visibility = fmt.Sprint(len(doc.Tests)+1), "visible"
		t.Name, t.Output = report.OneLine(t.Name, l), cut(t.Output)
		doc.Tests = append(doc.Tests, t)
	}
	if r.Verdict == grade.Rejected {
		doc.Score = 0
		doc.Output = cut(report.Whole(r, o))
		for _, v := range r.Violations {
			if v.Severity == archive.Reject {
				add(test{Name: v.Rule, Status: "failed", Tags: []string{"archive"}, Output: report.OneLine(v.Message.In(l), l)})
			}
		}
		return write(w, doc)
	}
	var said []string
	for _, v := range r.Violations {
		if v.Severity == archive.Warn {
			said = append(said, "! "+report.OneLine(v.Rule, l)+words.colon+report.OneLine(v.Message.In(l), l))
		}
	}
	for i := range r.Criteria {
		c := &r.Criteria[i]
		if c.Advice {
			if text := report.Explain(r, c.ID, o); text != "" {
				said = append(said, words.advice+report.OneLine(c.ID, l)+words.colon+text)
			}
			continue
		}
		t := test{
			Name: c.ID + words.colon + strings.Join(strings.Fields(c.Asks.In(l)), " "), Score: float64(c.Points), MaxScore: float64(c.Max),
			Status: "failed", Tags: []string{string(c.Status)}, Output: report.Explain(r, c.ID, o),
		}
		if c.Status == grade.Passed {
			t.Status = "passed"
		}
		add(t)
	}
	doc.Output = cut(strings.Join(said, "\n"))
	return write(w, doc)
}

func write(w io.Writer, doc results) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return fmt.Errorf("encode the results: %w", err)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write the results: %w", err)
	}
	return nil
}

// Folder writes the results of classes into dir, which it makes: a folder a
// submission with its results.json. A submission with a fault has a fault.txt in
// its place, which says what happened and how to run it again. Folders are named
// by the archives, in the letters, digits and signs that every system takes; the
// second one of a name has a number. What older runs left in such a folder is
// replaced. The errors name the file.
func Folder(dir string, classes []*batch.Class, l lang.Lang) error {
	names := map[string]bool{}
	for _, c := range classes {
		if err := class(dir, c, names, l); err != nil {
			return err
		}
	}
	return nil
}

// class writes the results of one class, under names that no other one has taken.
func class(dir string, c *batch.Class, names map[string]bool, l lang.Lang) error {
	words := wordsIn(l)
	for i := range c.Rows {
		row := &c.Rows[i]
		whole, err := c.Whole(i)
		if err != nil {
			return fmt.Errorf("read the grading of %s: %w", report.EscapeText(row.Path), err)
		}
		folder := filepath.Join(dir, folderName(row.Path, names))
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return fmt.Errorf("write the results: %w", err)
		}
		good, bad := filepath.Join(folder, "results.json"), filepath.Join(folder, "fault.txt")
		name, other := good, bad
		var b bytes.Buffer
		if whole.Verdict == grade.Fault {
			name, other = bad, good
			b.WriteString(report.Whole(&whole, report.Options{Lang: l}))
			fmt.Fprintf(&b, "%s%s\n", words.runAgain, report.Command(row.Again))
		} else if err := Results(&b, &whole, row.Took, l); err != nil {
			return err
		}
		if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
			return fmt.Errorf("write the results: %w", err)
		}
		if err := os.Remove(other); err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("remove old results: %w", err)
		}
	}
	return nil
}

var strange = regexp.MustCompile(`[^A-Za-z0-9-]+`)

// folderName makes a name that no system gives a meaning to out of the path of an
// archive, other than those that are taken.
func folderName(archive string, taken map[string]bool) string {
	base := archive[strings.LastIndexAny(archive, "/!")+1:]
	base = strings.Trim(strange.ReplaceAllString(strings.TrimSuffix(base, ".zip"), "_"), "_-")
	if len(base) > 80 {
		base = base[:80]
	}
	if !strings.Contains(base, "-tp") { // a bare word may be a device of Windows
		base = strings.TrimSuffix("archive-"+base, "-")
	}
	name := base
	for n := 2; taken[strings.ToLower(name)]; n++ {
		name = fmt.Sprintf("%s_%d", base, n)
	}
	taken[strings.ToLower(name)] = true
	return name
}

// cut cuts s at maxOutput bytes, between lines.
func cut(s string) string {
	if len(s) <= maxOutput {
		return s
	}
	s = s[:maxOutput]
	return s[:max(strings.LastIndexByte(s, '\n'), 0)] + "\n…"
}

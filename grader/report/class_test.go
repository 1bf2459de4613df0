package report_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"

	"netlab/grader/archive"
	"netlab/grader/batch"
	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/report"
	"netlab/grader/report/reporttest"
)

// updating is the flag of the package's other golden files.
func updating() bool { return flag.Lookup("update").Value.String() == "true" }

// texts are the reports of classes, by name.
func texts(t *testing.T, o report.Options) map[string]string {
	t.Helper()
	out := map[string]string{}
	for name, c := range reporttest.Samples() {
		var b bytes.Buffer
		if err := report.ClassText(&b, c, o); err != nil {
			t.Fatal(err)
		}
		out["class-"+name] = b.String()
	}
	for name, classes := range map[string][]*batch.Class{
		"small": {reporttest.Small(), reporttest.Later()}, "hostile": {reporttest.Hostile(), reporttest.Small()}, "empty": nil,
	} {
		var b bytes.Buffer
		if err := report.SemesterText(&b, classes, o); err != nil {
			t.Fatal(err)
		}
		out["semester-"+name] = b.String()
	}
	return out
}

func TestClassTextGolden(t *testing.T) {
	for _, l := range []lang.Lang{lang.FR, lang.EN} {
		for name, text := range texts(t, report.Options{Lang: l}) {
			reporttest.Golden(t, updating(), name+"."+string(l)+".golden", []byte(text))
		}
	}
	for name, text := range texts(t, report.Options{Lang: lang.FR, Color: true}) {
		reporttest.Golden(t, updating(), name+".fr.color.golden", []byte(text))
	}
}

var colors = regexp.MustCompile(`\x1b\[[0-9]+m`)

// TestClassTextSafe: no control character, no line that is too wide but for a
// command, no more with colours than without.
func TestClassTextSafe(t *testing.T) {
	for _, w := range []int{60, 80, 120} {
		plain, colored := texts(t, report.Options{Lang: lang.FR, Width: w}), texts(t, report.Options{Lang: lang.FR, Width: w, Color: true})
		for name, text := range plain {
			if colors.ReplaceAllString(colored[name], "") != text {
				t.Errorf("%s: colours change more than colours", name)
			}
			if !utf8.ValidString(text) || len(text) > 256<<10 {
				t.Errorf("%s: %d bytes", name, len(text))
			}
			for _, line := range strings.Split(text, "\n") {
				n := 0
				for _, r := range line {
					if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
						t.Errorf("%s: %q in %q", name, r, line)
					}
					switch {
					case unicode.In(r, unicode.Mn, unicode.Me):
					case width.LookupRune(r).Kind() == width.EastAsianWide, width.LookupRune(r).Kind() == width.EastAsianFullwidth:
						n += 2
					default:
						n++
					}
				}
				if n > w && !strings.HasPrefix(line, "    relancer : ") {
					t.Errorf("%s: %d columns of %d: %s", name, n, w, line)
				}
				if strings.TrimRight(line, " ") != line {
					t.Errorf("%s: spaces at the end of %q", name, line)
				}
			}
		}
	}
}

func TestClassTextSays(t *testing.T) {
	text := texts(t, report.Options{Lang: lang.EN})["class-small"]
	for _, want := range []string{
		"archives: 5 · full marks: 2 · points lost: 1 · rejected: 1\nto be graded again: 1 · handed in nothing: 1",
		"mean 9.3 · median 8.0 · from 0 to 20, of 20", "1 of 2", "Yunès TP3 ex1.zip: name.case, name.accent → yunes-tp3-ex1.zip",
		"run again: grader batch rendus --only faults", "(tried twice)", "degaulle-tp3-ex1.zip: 2 h 05", "replaces curie-tp3-ex1 (1).zip", "notes.txt: another kind of file", "Hopper Grace",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not said in\n%s", want, text)
		}
	}
	if text := texts(t, report.Options{Lang: lang.EN})["class-hostile"]; !strings.Contains(text, "did not come to its end: 1") {
		t.Error("what is not graded yet is not said")
	}
}

// TestSummarySaysWholeReasons: the reasons of a summary go on below, in their
// column, and none is cut.
func TestSummarySaysWholeReasons(t *testing.T) {
	c := reporttest.Small()
	r := &c.Rows[4].Result
	r.Violations = nil
	for i := range 12 {
		r.Violations = append(r.Violations, archive.Violation{Rule: fmt.Sprintf("content.rule%d", i), Severity: archive.Reject, Message: lang.T("non", "no")})
	}
	var class, several bytes.Buffer
	if err := report.ClassText(&class, c, report.Options{Lang: lang.EN}); err != nil {
		t.Fatal(err)
	}
	if err := report.Text(&several, []grade.Result{c.Rows[0].Result, *r}, report.Options{Lang: lang.EN}); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"class": class.String(), "several": several.String()} {
		_, summary, found := strings.Cut(text, "\nSummary of ")
		if !found {
			t.Fatalf("%s: no summary in\n%s", name, text)
		}
		_, reasons, _ := strings.Cut(summary, " rejected")
		words := strings.Fields(reasons)
		for i := range 12 {
			if want := fmt.Sprintf("content.rule%d", i); len(words) <= i || words[i] != want {
				t.Fatalf("%s: %s does not follow in\n%s", name, want, summary)
			}
		}
	}
}

// TestClassTextLimits: a list of thousands is cut, the students never: each has
// a line, and one more for the reason.
func TestClassTextLimits(t *testing.T) {
	c := reporttest.Small()
	row := c.Rows[4]
	row.Older, row.ValidOlder = nil, ""
	for range 3000 {
		c.Rows = append(c.Rows, row)
	}
	var b bytes.Buffer
	if err := report.ClassText(&b, c, report.Options{Lang: lang.EN}); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "\n"); n < 6000 || n > 6400 || !strings.Contains(b.String(), "… and 2801 more") {
		t.Errorf("%d lines", n)
	}
}

func TestClassesText(t *testing.T) {
	parts := texts(t, report.Options{Lang: lang.FR})
	var one, two bytes.Buffer
	if err := report.ClassesText(&one, []*batch.Class{reporttest.Small()}, report.Options{Lang: lang.FR}); err != nil {
		t.Fatal(err)
	}
	if err := report.ClassesText(&two, []*batch.Class{reporttest.Small(), reporttest.Later()}, report.Options{Lang: lang.FR}); err != nil {
		t.Fatal(err)
	}
	if one.String() != parts["class-small"] || !strings.HasPrefix(two.String(), parts["class-small"]) || !strings.HasSuffix(two.String(), parts["semester-small"]) {
		t.Error("the classes are not shown one after another, with the semester at the end of several")
	}
}

type failing struct{ err error }

func (w failing) Write([]byte) (int, error) { return 0, w.err }

func TestClassTextErrors(t *testing.T) {
	full := os.ErrClosed
	if err := report.ClassText(failing{full}, reporttest.Small(), report.Options{}); !errors.Is(err, full) {
		t.Error(err)
	}
	if err := report.SemesterText(failing{full}, nil, report.Options{}); !errors.Is(err, full) {
		t.Error(err)
	}
}

package markdown_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"html"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"netlab/grader/batch"
	"netlab/grader/course"
	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/report/markdown"
	"netlab/grader/report/reporttest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func write(t *testing.T, c *batch.Class, l lang.Lang) string {
	t.Helper()
	var b bytes.Buffer
	if err := markdown.Summary(&b, []*batch.Class{c}, l); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	for name, c := range reporttest.Samples() {
		for _, l := range []lang.Lang{lang.FR, lang.EN} {
			reporttest.Golden(t, *update, name+"."+string(l)+".golden", []byte(write(t, c, l)))
		}
	}
}

// outside returns the document without its fenced blocks. A fence that was not
// closed is an error.
func outside(doc string) (string, error) {
	var out []string
	fence := ""
	for _, line := range strings.Split(doc, "\n") {
		ticks := len(line) - len(strings.TrimLeft(line, "`"))
		switch {
		case fence == "" && ticks >= 3:
			fence = line[:ticks]
		case fence != "" && ticks >= len(fence) && strings.TrimSpace(line[ticks:]) == "":
			fence = ""
		case fence == "":
			out = append(out, line)
		}
	}
	if fence != "" {
		return "", errors.New("a fence is open at the end")
	}
	return strings.Join(out, "\n"), nil
}

// ours is every piece of markup that the summary makes itself.
var ours = regexp.MustCompile(`</?(?:details|summary|code)>|&#[0-9]+;|^## |^> |^- |^\| | \| | \|$|^\|---\|---\|--:\|---\|$`)

// inert finds markup outside the fences that is not the summary's own.
func inert(doc string) error {
	if !utf8.ValidString(doc) {
		return errors.New("not UTF-8")
	}
	text, err := outside(doc)
	if err != nil {
		return err
	}
	if n, m := strings.Count(text, "<details>"), strings.Count(text, "</details>"); n != m {
		return fmt.Errorf("%d details opened, %d closed", n, m)
	}
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "| ") && strings.Count(line, "|") != 5 {
			return fmt.Errorf("a row of %d bars: %s", strings.Count(line, "|"), line)
		}
		rest := ours.ReplaceAllString(line, " ")
		if i := strings.IndexAny(rest, "<>&[]`*_~|#@\\!$^{}="); i >= 0 {
			return fmt.Errorf("%q in %s", rest[i], line)
		}
		if strings.Contains(rest, "://") || strings.Contains(strings.ToLower(rest), "www.") {
			return fmt.Errorf("a link in %s", line)
		}
	}
	return nil
}

func TestInert(t *testing.T) {
	for name, c := range reporttest.Samples() {
		for _, l := range []lang.Lang{lang.FR, lang.EN} {
			if err := inert(write(t, c, l)); err != nil {
				t.Errorf("%s.%s: %v", name, l, err)
			}
		}
	}
}

func TestSummarySaysEverything(t *testing.T) {
	doc := write(t, reporttest.Small(), lang.EN)
	for _, want := range []string{
		"Archives: 5 · full marks: 2 · points lost: 1 · rejected: 1 · to be graded again: 1",
		"| Charles de Gaulle | tp3-ex1 | 8/20 | peer, quit |",
		"| Jean-Baptiste Yunès | ", "rejected: name.case, name.accent",
		"| Alan Turing | tp3-ex1 | – | to be graded again |",
		"- Grace Hopper", "- notes.txt", "curie&#45;tp3&#45;ex1 &#40;1&#41;&#46;zip", "grader batch rendus --only faults", `bonjour\r\n`,
	} {
		if !strings.Contains(doc, want) {
			t.Errorf("%q is not said", want)
		}
	}
	if strings.Count(doc, "<details><summary>Marie Curie") > 0 {
		t.Error("full marks are explained")
	}
}

// TestSize: a class that is too large for a summary is cut, not refused.
func TestSize(t *testing.T) {
	small := reporttest.Small()
	whole, err := small.Whole(1)
	if err != nil {
		t.Fatal(err)
	}
	c := &batch.Class{Rows: make([]batch.Row, 20000), Whole: func(int) (grade.Result, error) { return whole, nil }}
	for i := range c.Rows {
		c.Rows[i] = small.Rows[1]
		c.Rows[i].Older = []string{reporttest.Evil()}
	}
	for range 20000 {
		c.Absent = append(c.Absent, course.Person{Family: reporttest.Evil()})
		c.Others = append(c.Others, batch.Other{Path: reporttest.Evil()})
	}
	doc := write(t, c, lang.FR)
	var three bytes.Buffer
	if err := markdown.Summary(&three, []*batch.Class{c, c, c}, lang.EN); err != nil {
		t.Fatal(err)
	}
	if len(doc) > 1<<20 || three.Len() > 1<<20 {
		t.Errorf("%d bytes, %d of three classes", len(doc), three.Len())
	}
	if err := inert(doc); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"et 1", "n'ont plus de place ici"} {
		if !strings.Contains(doc, want) {
			t.Errorf("%q is not said", want)
		}
	}
}

func FuzzInline(f *testing.F) {
	for _, s := range []string{"Jean-Paul", "a|b", "<b>", "`", "www.x.y", "@all", "1. x", "a_b_c", "~~x~~", reporttest.Evil()} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := reporttest.Small()
		c.Rows[1].Person = course.Person{Family: s}
		c.Rows[2].Result.Student, c.Folder, c.Others[0].Path = s, s, s
		if err := inert(write(t, c, lang.EN)); err != nil {
			t.Errorf("%q: %v", s, err)
		}
		if len([]rune(s)) > 160 || s == "" || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
			return // cut, or escaped before it comes to Inline
		}
		if got := html.UnescapeString(strings.TrimSuffix(strings.TrimPrefix(markdown.Inline(s), "<code>"), "</code>")); got != s {
			t.Errorf("%q is shown as %q", s, got)
		}
	})
}

func FuzzFence(f *testing.F) {
	f.Add("```\n````\nx")
	f.Fuzz(func(t *testing.T, s string) {
		text, err := outside("a\n" + markdown.Fence(s) + "b")
		if err != nil || text != "a\nb" {
			t.Errorf("%q: %q, %v", s, text, err)
		}
	})
}

func TestErrors(t *testing.T) {
	full := errors.New("disk full")
	if err := markdown.Summary(brokenWriter{full}, []*batch.Class{reporttest.Small()}, lang.EN); !errors.Is(err, full) {
		t.Error(err)
	}
	c := reporttest.Small()
	c.Whole = func(int) (grade.Result, error) { return grade.Result{}, io.ErrUnexpectedEOF }
	if err := markdown.Summary(io.Discard, []*batch.Class{c}, lang.EN); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

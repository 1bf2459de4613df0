package junit_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"testing"

	"netlab/grader/batch"
	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/report/junit"
	"netlab/grader/report/reporttest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func write(t *testing.T, c *batch.Class, l lang.Lang) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := junit.Write(&b, []*batch.Class{c}, l); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGolden(t *testing.T) {
	for name, c := range reporttest.Samples() {
		for _, l := range []lang.Lang{lang.FR, lang.EN} {
			reporttest.Golden(t, *update, name+"."+string(l)+".xml", write(t, c, l))
		}
	}
}

// The document as a reader sees it.
type suites struct {
	Suites []suite `xml:"testsuite"`
}

type suite struct {
	Name     string `xml:"name,attr"`
	Tests    int    `xml:"tests,attr"`
	Failures int    `xml:"failures,attr"`
	Errors   int    `xml:"errors,attr"`
	Skipped  int    `xml:"skipped,attr"`
	Time     string `xml:"time,attr"`
	Cases    []struct {
		Class   string `xml:"classname,attr"`
		Name    string `xml:"name,attr"`
		Failure *wrong `xml:"failure"`
		Error   *wrong `xml:"error"`
		Skipped *wrong `xml:"skipped"`
	} `xml:"testcase"`
	Out string `xml:"system-out"`
}

type wrong struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

func read(t *testing.T, b []byte) map[string]suite {
	t.Helper()
	var doc suites
	if err := xml.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	out := map[string]suite{}
	seen := map[string]bool{}
	for _, s := range doc.Suites {
		out[s.Name] = s
		failures, errs, skipped := 0, 0, 0
		for _, c := range s.Cases {
			if key := c.Class + "\x00" + c.Name; seen[key] {
				t.Errorf("%q twice: one would be ignored", key)
			} else {
				seen[key] = true
			}
			switch {
			case c.Failure != nil:
				failures++
			case c.Error != nil:
				errs++
			case c.Skipped != nil:
				skipped++
			}
		}
		if s.Tests != len(s.Cases) || s.Failures != failures || s.Errors != errs || s.Skipped != skipped {
			t.Errorf("%s: the counts %+v are not those of its testcases", s.Name, s)
		}
	}
	if len(out) != len(doc.Suites) {
		t.Error("two testsuites have one name")
	}
	return out
}

func TestWhatIsAFailure(t *testing.T) {
	all := read(t, write(t, reporttest.Small(), lang.EN))
	status := func(suite, name string) string {
		for _, c := range all[suite].Cases {
			if c.Name != name {
				continue
			}
			switch {
			case c.Failure != nil:
				return "failure: " + c.Failure.Message
			case c.Error != nil:
				return "error: " + c.Error.Message
			case c.Skipped != nil:
				return "skipped: " + c.Skipped.Message
			}
			return "passed"
		}
		return "absent"
	}
	for _, test := range []struct{ suite, name, want string }{
		{"tp3-ex1.curie", "listen", "passed"},
		{"tp3-ex1.curie", "restart", "skipped: advice, no effect on the mark: SO_REUSEADDR avoids the wait."},
		{"tp3-ex1.degaulle", "peer", "failure: “127.84.2.19” does not appear on the screen"},
		{"tp3-ex1.degaulle", "quit", "skipped: The test could not get that far: the following step had to succeed first. “127.84.2.19” does not appear on the screen"},
		{"tp3-ex1.turing", "listen", "error: the grader could not do its work, this is not a mark: start sandbox: clone: resource temporarily unavailable"},
		{"archive.Yunès TP3 ex1", "name.case", `failure: the name has capital letters: "Y", "TP"; expected: yunes-tp3-ex1.zip`},
		{"archive.Yunès TP3 ex1", "content.system", `skipped: put in by the system: "__MACOSX"`},
		{"class", "notes.txt", "skipped: is no archive to grade"},
		{"class", "Grace Hopper", "skipped: handed in nothing"},
	} {
		if got := status(test.suite, test.name); got != test.want {
			t.Errorf("%s %s: %s, want %s", test.suite, test.name, got, test.want)
		}
	}
	for _, c := range all["tp3-ex1.degaulle"].Cases {
		if c.Name == "peer" && (!strings.HasPrefix(c.Failure.Text, c.Failure.Message) || !strings.Contains(c.Failure.Text, `bonjour\r\n`) || !strings.Contains(c.Failure.Text, "connect as a client")) {
			t.Errorf("no message, steps or conversation in %q", c.Failure.Text)
		}
	}
	if !strings.Contains(all["tp3-ex1.turing"].Cases[0].Error.Text, "grader batch rendus --only faults") {
		t.Error("the fault does not say how to run again")
	}
}

func TestSchemas(t *testing.T) {
	for name, c := range reporttest.Samples() {
		for _, l := range []lang.Lang{lang.FR, lang.EN} {
			b := write(t, c, l)
			read(t, b)
			if err := conforms(b); err != nil {
				t.Errorf("%s.%s: %v", name, l, err)
			}
			if len(b) > 1<<20 {
				t.Errorf("%s.%s: %d bytes", name, l, len(b))
			}
		}
	}
}

// TestSeveralClasses: no testcase of one class hides one of another.
func TestSeveralClasses(t *testing.T) {
	var b bytes.Buffer
	if err := junit.Write(&b, []*batch.Class{reporttest.Small(), reporttest.Small(), reporttest.Later()}, lang.FR); err != nil {
		t.Fatal(err)
	}
	if all := read(t, b.Bytes()); len(all) != 6+6+3 {
		t.Errorf("%d testsuites", len(all))
	}
	if err := conforms(b.Bytes()); err != nil {
		t.Error(err)
	}
}

// TestSize: a class of 10,000 who all lost everything fits GitLab's 30 MB.
func TestSize(t *testing.T) {
	r := reporttest.Server("student", 3, 1)
	for range 5 {
		r.Criteria = append(r.Criteria, r.Criteria[0])
	}
	for i := range r.Criteria {
		r.Criteria[i].ID = fmt.Sprintf("criterion%d", i)
		r.Criteria[i].Status, r.Criteria[i].Message = grade.Failed, lang.T(strings.Repeat("é<&", 300), strings.Repeat("é<&", 300))
	}
	c := &batch.Class{Rows: make([]batch.Row, 10000), Whole: func(int) (grade.Result, error) { return r, nil }}
	for i := range c.Rows {
		c.Rows[i] = batch.Row{Result: r, Path: fmt.Sprintf("folder/%d/student-tp3-ex1.zip", i)}
	}
	n := 0
	if err := junit.Write(counter{&n}, []*batch.Class{c}, lang.FR); err != nil {
		t.Fatal(err)
	}
	if n > 30_000_000 {
		t.Errorf("%d bytes", n)
	}
}

type counter struct{ n *int }

func (c counter) Write(b []byte) (int, error) { *c.n += len(b); return len(b), nil }

// FuzzLegal: whatever a student's program, archive or name says, the document is
// well-formed, keeps to the schemas and its limits.
func FuzzLegal(f *testing.F) {
	f.Add("x", reporttest.Evil(), "\x00]]>")
	f.Fuzz(func(t *testing.T, name, message, data string) {
		c := reporttest.Small()
		whole, err := c.Whole(1)
		if err != nil {
			t.Fatal(err)
		}
		whole.Student, whole.Archive = name, name
		whole.Criteria[1].ID, whole.Criteria[1].Message = name, lang.T(message, message)
		whole.Traces[0].Timeline[4].Data = []byte(data)
		whole.Criteria[1].Steps[0].Saw = lang.T(message, message)
		c.Rows[1].Path, c.Rows[1].Result.Student = name, name
		c.Others[0].Path = data
		c.Whole = func(int) (grade.Result, error) { return whole, nil }
		b := write(t, c, lang.FR)
		read(t, b)
		if err := conforms(b); err != nil {
			t.Error(err)
		}
	})
}

func TestErrors(t *testing.T) {
	full := errors.New("disk full")
	if err := junit.Write(brokenWriter{full}, []*batch.Class{reporttest.Small()}, lang.EN); !errors.Is(err, full) {
		t.Error(err)
	}
	c := reporttest.Small()
	c.Whole = func(int) (grade.Result, error) { return grade.Result{}, io.ErrUnexpectedEOF }
	if err := junit.Write(io.Discard, []*batch.Class{c}, lang.EN); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

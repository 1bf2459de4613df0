// Package junit writes a class as the JUnit XML that CI systems read: a testsuite
// a submission, a testcase a criterion.
//
// JUnit never had a schema of its own. A document of this package is valid for
// the two that people check against, "JUnit.xsd" of windyroad/JUnit-Schema (what
// Apache Ant's junit task writes) and "junit-10.xsd" of Jenkins' xUnit plugin, and
// it minds what GitLab's documentation "Unit test reports" says of its reader:
//
//   - a testcase is known by its classname and its name, and a second one with
//     the same is ignored: no two are the same;
//   - the classname is shown as the suite, the message attribute of a failure is
//     not shown: the text begins with the message;
//   - a file is at most 30 MB, no text may reach 10 MB (libxml2), and 500,000
//     testcases are read: long texts are cut, and from a certain size of the
//     document on left out.
package junit

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"netlab/grader/archive"
	"netlab/grader/batch"
	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/report"
)

// The limits of a document, in bytes. With them a class of 10,000 submissions
// stays under GitLab's limit.
const (
	maxText    = 16 << 10 // of what one testcase says
	maxDetails = 6 << 20  // of the document: past it a failure has its message alone
	maxLong    = 9 << 20  // of the document: past it messages are short and properties few
	maxBare    = 12 << 20 // of the document: past it there are no messages
	maxShort   = 120      // of a short message
)

// Write writes the document of classes, of which there are mostly one. A criterion that was lost is a failure with why, the
// steps and the conversation; one whose turn did not come is skipped, the reason
// said; advice that was not followed is skipped too, and never a failure, since
// it costs nothing. A fault of the grader is an error of its testcases. A rejected
// archive has a testcase for each broken rule, which fails. A file of the folder
// that is no archive, an archive that was not graded yet, and a student who handed
// in nothing are in the system-out of a last testsuite with a skipped testcase
// each, so that none of them is lost and none turns a job red.
//
// Words are in l. It returns the error of w, or of a class's Whole.
func Write(w io.Writer, classes []*batch.Class, l lang.Lang) error {
	d := document{lang: l, words: wordsIn(l), names: taken{}, out: w}
	d.raw(xml.Header + "<testsuites>\n")
	for _, c := range classes {
		if err := d.class(c); err != nil {
			return err
		}
	}
	d.raw("</testsuites>\n")
	if d.err != nil {
		return fmt.Errorf("write the report: %w", d.err)
	}
	return nil
}

// class writes the testsuites of one class.
func (d *document) class(c *batch.Class) error {
	for i := range c.Rows {
		whole, err := c.Whole(i)
		if err != nil {
			return fmt.Errorf("read the grading of %s: %w", report.EscapeText(c.Rows[i].Path), err)
		}
		d.suite(submission(d, &c.Rows[i], &whole))
	}
	if rest := remainder(d, c); len(rest.Cases) > 0 {
		d.suite(rest)
	}
	return nil
}

// document is a document being written, suite after suite.
type document struct {
	lang   lang.Lang
	words  words
	names  taken // classnames
	size   int   // bytes that were written
	suites int
	out    io.Writer
	err    error
}

func (d *document) raw(s string) {
	if d.err == nil {
		_, d.err = io.WriteString(d.out, s)
		d.size += len(s)
	}
}

// suite writes one testsuite, counted and numbered.
func (d *document) suite(s suite) {
	s.ID = d.suites
	d.suites++
	s.Hostname = "localhost" // what the schema asks for when it is not known
	for _, c := range s.Cases {
		s.Tests++
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
	}
	b, err := xml.MarshalIndent(s, "  ", "  ")
	if err != nil {
		if d.err == nil {
			d.err = err
		}
		return
	}
	d.raw(string(b) + "\n")
}

// The elements, in the order that the schemas want.
type suite struct {
	XMLName    xml.Name   `xml:"testsuite"`
	Name       string     `xml:"name,attr"`
	ID         int        `xml:"id,attr"`
	Package    string     `xml:"package,attr"`
	Timestamp  string     `xml:"timestamp,attr"` // UTC, without a zone, as the schema asks
	Hostname   string     `xml:"hostname,attr"`
	Tests      int        `xml:"tests,attr"`
	Failures   int        `xml:"failures,attr"`
	Errors     int        `xml:"errors,attr"`
	Skipped    int        `xml:"skipped,attr"`
	Time       string     `xml:"time,attr"` // seconds
	Properties []property `xml:"properties>property"`
	Cases      []testcase `xml:"testcase"`
	Out        text       `xml:"system-out"`
	Err        text       `xml:"system-err"`
}

type property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type testcase struct {
	Class   string  `xml:"classname,attr"`
	Name    string  `xml:"name,attr"`
	Time    string  `xml:"time,attr"` // not measured for each: 0
	Skipped *notRun `xml:"skipped"`
	Error   *wrong  `xml:"error"`
	Failure *wrong  `xml:"failure"`
}

type notRun struct {
	Message string `xml:"message,attr"`
}

type wrong struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",cdata"`
}

type text struct {
	Text string `xml:",cdata"`
}

// submission makes the testsuite of one submission.
func submission(d *document, row *batch.Row, r *grade.Result) suite {
	class := d.classname(row, r)
	s := suite{
		Name: class, Package: "grader", Timestamp: row.At.UTC().Format("2006-01-02T15:04:05"), Time: seconds(row.Took),
		Properties: []property{
			{"archive", attribute(row.Path, d.lang)},
			{"score", fmt.Sprintf("%d/%d", r.Score, r.Max)},
			{"verdict", attribute(string(r.Verdict), d.lang)},
			{"grader", attribute(r.Environment.Grader, d.lang)},
			{"scripts", attribute(r.Environment.Scripts, d.lang)},
			{"interpreter", attribute(r.Environment.Interpreter, d.lang)},
			{"isolation", attribute(strings.Join(r.Environment.Isolation, ", "), d.lang)},
		},
	}
	if d.size > maxLong {
		s.Properties = s.Properties[:2]
	}
	if row.Retried && d.size < maxLong {
		s.Out.Text = body(fmt.Sprintf(d.words.retried, report.OneLine(row.First, d.lang)))
	}
	names := taken{}
	add := func(name string, c testcase) {
		c.Class, c.Name, c.Time = class, names.unique(named(name, d.lang), " (%d)"), "0.000"
		s.Cases = append(s.Cases, c)
	}
	if r.Verdict == grade.Rejected {
		for _, v := range r.Violations {
			if v.Severity == archive.Ignore {
				continue
			}
			message := report.OneLine(v.Message.In(d.lang), d.lang)
			if v.Expected != "" {
				message += d.words.expected + report.OneLine(v.Expected, d.lang)
			}
			if v.Severity == archive.Reject {
				add(v.Rule, testcase{Failure: d.wrong("rejected", message, "")})
			} else {
				add(v.Rule, testcase{Skipped: d.notRun(message)})
			}
		}
		if len(s.Cases) == 0 {
			add("archive", testcase{Failure: d.wrong("rejected", d.words.rejected, "")})
		}
		return s
	}
	if r.Verdict == grade.Fault {
		why := d.words.fault + report.OneLine(firstLine(r.FaultIn(d.lang)), d.lang)
		if len(r.Criteria) == 0 {
			add("grading", testcase{Error: d.wrong("fault", why, d.words.runAgain+report.Command(row.Again))})
		}
		for i, c := range r.Criteria {
			text := ""
			if i == 0 {
				text = d.words.runAgain + report.Command(row.Again)
			}
			add(c.ID, testcase{Error: d.wrong("fault", why, text)})
		}
		return s
	}
	for i := range r.Criteria {
		add(r.Criteria[i].ID, d.criterion(r, &r.Criteria[i]))
	}
	return s
}

// criterion makes the testcase of one criterion of a graded submission.
func (d *document) criterion(r *grade.Result, c *grade.Criterion) testcase {
	reason := func() string {
		if d.size > maxBare {
			return ""
		}
		return report.Reason(r, c, d.lang)
	}
	switch {
	case c.Status == grade.Passed:
		return testcase{}
	case c.Advice:
		return testcase{Skipped: d.notRun(d.words.advice + report.Explain(r, c.ID, report.Options{Lang: d.lang}))}
	case c.Status == grade.Failed:
		details := ""
		if d.size < maxDetails {
			details = report.Explain(r, c.ID, report.Options{Lang: d.lang})
		}
		return testcase{Failure: d.wrong("lost", reason(), details)}
	case c.Status == grade.Skipped:
		return testcase{Skipped: d.notRun(reason())}
	}
	return testcase{Error: d.wrong("untested", d.words.untested, "")}
}

// wrong makes a failure or an error. The text says the message first: some
// readers show nothing else.
func (d *document) wrong(kind, message, details string) *wrong {
	message = d.message(message)
	text := ""
	if d.size <= maxLong {
		text = message
	}
	if details != "" {
		text += "\n\n" + body(details)
	}
	return &wrong{Type: kind, Message: message, Text: text}
}

func (d *document) notRun(message string) *notRun {
	return &notRun{d.message(message)}
}

// message makes a message of the length for which there is still room.
func (d *document) message(s string) string {
	switch {
	case d.size > maxBare:
		return ""
	case d.size > maxLong:
		return cut(attribute(s, d.lang), maxShort)
	}
	return attribute(s, d.lang)
}

// remainder makes the testsuite of what has no grading.
func remainder(d *document, c *batch.Class) suite {
	class := d.names.unique("class", "-%d")
	s := suite{Name: class, Package: "grader", Timestamp: c.Ended.UTC().Format("2006-01-02T15:04:05"), Time: "0.000", Properties: []property{{"folder", attribute(c.Folder, d.lang)}}}
	var lines []string
	names := taken{}
	add := func(name, why string) {
		name = named(name, d.lang)
		lines = append(lines, name+": "+why)
		s.Cases = append(s.Cases, testcase{Class: class, Name: names.unique(name, " (%d)"), Time: "0.000", Skipped: d.notRun(why)})
	}
	for _, p := range c.Pending {
		add(p, d.words.pending)
	}
	for _, o := range c.Others {
		add(o.Path, d.words.other)
	}
	for _, p := range c.Absent {
		add(strings.TrimSpace(p.Given+" "+p.Family), d.words.absent)
	}
	s.Out.Text = body(strings.Join(lines, "\n"))
	return s
}

// classname returns the classname of a submission: "tp3-ex1.yunes". Readers cut it at
// its points, so there is one alone; what another submission has already is told
// apart by a number.
func (d *document) classname(row *batch.Row, r *grade.Result) string {
	who := r.Student
	if who == "" {
		who = strings.TrimSuffix(path.Base(row.Path), ".zip")
	}
	what := "archive"
	if r.TP > 0 && r.Ex > 0 {
		what = fmt.Sprintf("tp%d-ex%d", r.TP, r.Ex)
	}
	return d.names.unique(what+"."+strings.ReplaceAll(attribute(who, d.lang), ".", "_"), "-%d")
}

// taken has the names that are taken, with the number of the last one that was
// made of each.
type taken map[string]int

// unique returns name, or with a number behind it when somebody has it already.
func (t taken) unique(name, format string) string {
	n, used := t[name]
	if !used {
		t[name] = 1
		return name
	}
	for {
		n++
		numbered := name + fmt.Sprintf(format, n)
		if _, used := t[numbered]; !used {
			t[name], t[numbered] = n, 1
			return numbered
		}
	}
}

// named is a name for a testcase; it must have one.
func named(s string, l lang.Lang) string { return cmp.Or(strings.TrimSpace(attribute(s, l)), "?") }

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// What other tools read in --format json. A key without a comment is a
// contract: it stays, with its type. Nothing else is there.
type (
	document struct {
		Version     int          `json:"version"`
		Submissions []submission `json:"submissions"`
	}
	submission struct {
		Archive     string      `json:"archive"`
		Student     string      `json:"student"`
		TP          int         `json:"tp"`
		Ex          int         `json:"ex"`
		Exercise    string      `json:"exercise"`
		Verdict     string      `json:"verdict"`
		Score       int         `json:"score"`
		Max         int         `json:"max"`
		Violations  []violation `json:"violations"`
		Criteria    []criterion `json:"criteria"`
		Fault       string      `json:"fault"`
		Environment environment `json:"environment"`
		Title       string      `json:"title"`     // for people
		Scenarios   []recording `json:"scenarios"` // for people
	}
	violation struct {
		Rule     string `json:"rule"`
		Severity string `json:"severity"`
		Message  string `json:"message"`
		Expected string `json:"expected"`
	}
	criterion struct {
		ID      string `json:"id"`
		Status  string `json:"status"`
		Points  int    `json:"points"`
		Max     int    `json:"max"`
		Advice  bool   `json:"advice"`
		Message string `json:"message"`
		Steps   []step `json:"steps"`
		Asks    string `json:"asks"` // for people
		Hint    string `json:"hint"` // for people
	}
	step struct {
		Scenario string `json:"scenario"`
		Line     int    `json:"line"`
		Source   string `json:"source"`
		Outcome  string `json:"outcome"`
		Wait     string `json:"wait"`
		Did      string `json:"did"`
		Saw      string `json:"saw"`
		Fault    string `json:"fault,omitempty"`
	}
	environment struct {
		Grader      string   `json:"grader"`
		Scripts     string   `json:"scripts"`
		Interpreter string   `json:"interpreter"`
		Isolation   []string `json:"isolation"`
		Seed        string   `json:"seed"`
	}
	recording struct {
		Scenario string  `json:"scenario"`
		Timeline []event `json:"timeline"`
	}
	event struct {
		AtMS    int64  `json:"at_ms"`
		Kind    string `json:"kind"`
		Program string `json:"program"`
		Conn    string `json:"conn"`
		Data    string `json:"data"`
		Dropped int64  `json:"dropped"`
		Note    string `json:"note"`
	}
)

// decode reads a JSON report and nothing else: no unknown key, no key left
// out, no null, nothing after it.
func decode(data string) (document, error) {
	var doc document
	dec := json.NewDecoder(strings.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&doc); err != nil {
		return doc, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return doc, fmt.Errorf("something follows the document (%v)", err)
	}
	// A null list would come back as null.
	for tokens := json.NewDecoder(strings.NewReader(data)); ; {
		token, err := tokens.Token()
		if err == io.EOF {
			break
		}
		if token == nil {
			return doc, fmt.Errorf("null before byte %d (%v)", tokens.InputOffset(), err)
		}
	}
	// What was left out or null is not what comes back.
	again, err := json.Marshal(doc)
	if err != nil {
		return doc, err
	}
	var compact, canonical bytes.Buffer
	if err := json.Compact(&compact, []byte(data)); err != nil {
		return doc, err
	}
	json.HTMLEscape(&canonical, compact.Bytes())
	if !bytes.Equal(canonical.Bytes(), again) {
		i := 0
		for i < len(again) && i < canonical.Len() && canonical.Bytes()[i] == again[i] {
			i++
		}
		return doc, fmt.Errorf("at byte %d: …%.80s, not …%.80s", i, canonical.Bytes()[max(0, i-40):], again[max(0, i-40):])
	}
	return doc, nil
}

var (
	hash    = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	hex     = regexp.MustCompile(`^[0-9a-f]+$`)
	ruleID  = regexp.MustCompile(`^(name|archive|content)\.[a-z]+$`)
	outcome = regexp.MustCompile(`^(ok|mismatch|skipped|excused|fault)$`)
	wait    = regexp.MustCompile(`^(event|silence|ended|limit)?$`)
)

// fault returns what is wrong with a submission of a report, or "".
func (s submission) fault() string {
	sum, full := 0, 0
	for _, c := range s.Criteria {
		sum += c.Points
		full += c.Max
		switch {
		case c.Advice != (c.Max == 0):
			return fmt.Sprintf("criterion %s: advice %v, at most %d points", c.ID, c.Advice, c.Max)
		case c.Status != "passed" && c.Points != 0, c.Status == "passed" && c.Points != c.Max:
			return fmt.Sprintf("criterion %s, %s: %d of %d points", c.ID, c.Status, c.Points, c.Max)
		case !slices.Contains([]string{"passed", "failed", "skipped", "untested"}, c.Status):
			return fmt.Sprintf("criterion %s: status %q", c.ID, c.Status)
		case (c.Status == "untested") != (s.Verdict == "fault"):
			return fmt.Sprintf("criterion %s is %s in a verdict %s", c.ID, c.Status, s.Verdict)
		case (c.Message == "") != (c.Status == "passed" || c.Status == "untested"):
			return fmt.Sprintf("criterion %s, %s: message %q", c.ID, c.Status, c.Message)
		case c.Asks == "" || c.Hint == "" || s.Verdict == "graded" && len(c.Steps) == 0:
			return fmt.Sprintf("criterion %s lacks something", c.ID)
		}
		for _, st := range c.Steps {
			if st.Line < 1 || st.Scenario == "" || st.Source == "" || !outcome.MatchString(st.Outcome) || !wait.MatchString(st.Wait) || (st.Saw != "") != (st.Outcome == "mismatch") {
				return fmt.Sprintf("criterion %s: step %+v", c.ID, st)
			}
		}
	}
	rejects := false
	for _, v := range s.Violations {
		rejects = rejects || v.Severity == "reject"
		if !ruleID.MatchString(v.Rule) || v.Severity != "reject" && v.Severity != "warn" || v.Message == "" {
			return fmt.Sprintf("violation %+v", v)
		}
	}
	env := s.Environment
	switch {
	case sum != s.Score:
		return fmt.Sprintf("score %d, but the criteria add up to %d", s.Score, sum)
	case len(s.Criteria) > 0 && full != s.Max:
		return fmt.Sprintf("max %d, but the criteria add up to %d", s.Max, full)
	case !slices.Contains([]string{"graded", "rejected", "fault"}, s.Verdict):
		return fmt.Sprintf("verdict %q", s.Verdict)
	case (s.Fault != "") != (s.Verdict == "fault"):
		return fmt.Sprintf("verdict %s, fault %q", s.Verdict, s.Fault)
	case rejects && s.Verdict == "graded", !rejects && s.Verdict == "rejected":
		return fmt.Sprintf("verdict %s, violations %+v", s.Verdict, s.Violations)
	case s.Verdict != "fault" && s.Max != 20:
		return fmt.Sprintf("marked out of %d", s.Max)
	case (s.Verdict == "graded") != (len(s.Criteria) > 0 && len(s.Scenarios) > 0) && s.Verdict != "fault":
		return fmt.Sprintf("verdict %s, %d criteria, %d scenarios", s.Verdict, len(s.Criteria), len(s.Scenarios))
	case env.Grader == "" || s.Exercise != "" && !hash.MatchString(env.Scripts) || (s.Exercise == "") != (s.Title == ""):
		return fmt.Sprintf("exercise %q (%s), environment %+v", s.Exercise, s.Title, env)
	case s.Verdict == "graded" && (!strings.HasPrefix(env.Interpreter, "Python 3.") || len(env.Isolation) == 0 || !hex.MatchString(env.Seed)):
		return fmt.Sprintf("environment %+v", env)
	}
	return ""
}

// contract FILE ARCHIVE=VERDICT:LOST,… checks a JSON report: the keys, that
// marks add up, and what each archive got: the scored criteria that it lost and
// the rules that it broke.
func contract(ts *testscript.TestScript, _ bool, args []string) {
	doc, err := decode(ts.ReadFile(args[0]))
	ts.Check(err)
	if doc.Version != 1 {
		ts.Fatalf("version %d", doc.Version)
	}
	var got []string
	for _, s := range doc.Submissions {
		if f := s.fault(); f != "" {
			ts.Fatalf("%s: %s", s.Archive, f)
		}
		var lost []string
		for _, c := range s.Criteria {
			if !c.Advice && c.Status != "passed" {
				lost = append(lost, c.ID)
			}
		}
		for _, v := range s.Violations {
			lost = append(lost, v.Rule)
		}
		got = append(got, s.Archive+"="+s.Verdict+":"+strings.Join(lost, ","))
	}
	if !slices.Equal(got, args[1:]) {
		ts.Fatalf("got  %s\nwant %s", strings.Join(got, " "), strings.Join(args[1:], " "))
	}
}

// payloads FROM TO writes what the grader sent and typed, by a JSON report, a
// line each.
func payloads(ts *testscript.TestScript, _ bool, args []string) {
	doc, err := decode(ts.ReadFile(args[0]))
	ts.Check(err)
	var out strings.Builder
	for _, s := range doc.Submissions {
		for _, r := range s.Scenarios {
			for _, e := range r.Timeline {
				if e.Kind == "send" || e.Kind == "type" {
					fmt.Fprintf(&out, "%s %s %s%s %s\n", s.Archive, r.Scenario, e.Program, e.Conn, e.Data)
				}
			}
		}
	}
	if out.Len() == 0 {
		ts.Fatalf("nothing was sent")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(out.String()), 0o644))
}

// conversation FROM TO writes a text report without its times and ports, which
// are the system's.
func conversation(ts *testscript.TestScript, _ bool, args []string) {
	ports := regexp.MustCompile(`\b[1-9][0-9]{4}\b`)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), ports.ReplaceAll([]byte(ts.ReadFile(args[0])), []byte("PORT")), 0o644))
}

// TestDecodeIsStrict: the checker of the reports sees what is wrong with one.
func TestDecodeIsStrict(t *testing.T) {
	const right = `{"version": 1, "submissions": [{"archive": "a<b", "student": "", "tp": 0, "ex": 0, "exercise": "", "verdict": "rejected", "score": 0, "max": 20,
		"violations": [{"rule": "name.case", "severity": "reject", "message": "m", "expected": ""}], "criteria": [], "fault": "",
		"environment": {"grader": "g", "scripts": "", "interpreter": "", "isolation": [], "seed": ""}, "title": "", "scenarios": []}]}`
	doc, err := decode(right)
	if err != nil || len(doc.Submissions) != 1 || doc.Submissions[0].fault() != "" {
		t.Fatalf("a right report: %v, %+v", err, doc)
	}
	for name, change := range map[string][2]string{
		"an unknown key":      {`"version": 1`, `"version": 1, "more": 2`},
		"a key left out":      {`"student": "", `, ``},
		"null for a list":     {`"criteria": []`, `"criteria": null`},
		"null for a text":     {`"fault": ""`, `"fault": null`},
		"a text for a number": {`"tp": 0`, `"tp": "0"`},
		"something after it":  {`"scenarios": []}]}`, `"scenarios": []}]} {}`},
	} {
		if _, err := decode(strings.Replace(right, change[0], change[1], 1)); err == nil {
			t.Errorf("%s is not seen", name)
		}
	}
	for name, change := range map[string][2]string{
		"a mark without criteria":      {`"score": 0`, `"score": 3`},
		"a verdict without its reason": {`"severity": "reject"`, `"severity": "warn"`},
		"an unknown verdict":           {`"verdict": "rejected"`, `"verdict": "refused"`},
		"a rejection that is graded":   {`"verdict": "rejected"`, `"verdict": "graded"`},
	} {
		doc, err := decode(strings.Replace(right, change[0], change[1], 1))
		if err != nil || doc.Submissions[0].fault() == "" {
			t.Errorf("%s is not seen (%v)", name, err)
		}
	}
}

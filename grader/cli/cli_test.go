package cli

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts runs the command line itself; see testdata/script.
func TestScripts(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("REPO", root)
			e.Setenv("LANG", "en_GB.UTF-8")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"mkzip":    mkzip,
			"contract": contract,
			"nobytes":  noControl,
		},
	})
}

// mkzip NAME FILE… makes an archive of files, at its top.
func mkzip(ts *testscript.TestScript, _ bool, args []string) {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, name := range args[1:] {
		f, err := w.Create(filepath.Base(name))
		ts.Check(err)
		_, err = f.Write([]byte(ts.ReadFile(name)))
		ts.Check(err)
	}
	ts.Check(w.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), buf.Bytes(), 0o644))
}

// document is the contract of --format json: these names and types stay.
type document struct {
	Version     int
	Submissions []struct {
		Archive, Student string
		TP, Ex           int
		Exercise         string
		Verdict          string
		Score, Max       int
		Violations       []struct{ Rule, Severity, Message, Expected string }
		Criteria         []struct {
			ID, Status  string
			Points, Max int
			Advice      bool
			Message     string
			Steps       []json.RawMessage
		}
		Fault       string
		Environment struct {
			Grader, Scripts, Interpreter string
			Isolation                    []string
		}
	}
}

// contract FILE ARCHIVE=VERDICT:SCORE:LOST,…… checks a JSON report: the fields,
// that marks add up, and what each archive got.
func contract(ts *testscript.TestScript, _ bool, args []string) {
	raw := ts.ReadFile(args[0])
	var doc document
	ts.Check(json.Unmarshal([]byte(raw), &doc))
	var loose struct {
		Submissions []map[string]json.RawMessage `json:"submissions"`
	}
	ts.Check(json.Unmarshal([]byte(raw), &loose))
	if doc.Version != 1 || len(doc.Submissions) != len(args)-1 {
		ts.Fatalf("version %d, %d submissions", doc.Version, len(doc.Submissions))
	}
	for i, s := range doc.Submissions {
		for _, key := range []string{"archive", "student", "tp", "ex", "exercise", "verdict", "score", "max", "violations", "criteria", "fault", "environment"} {
			if v, ok := loose.Submissions[i][key]; !ok || string(v) == "null" {
				ts.Fatalf("%s: no %q", s.Archive, key)
			}
		}
		sum, full := 0, 0
		var lost []string
		for _, c := range s.Criteria {
			sum += c.Points
			full += c.Max
			switch {
			case c.Advice && (c.Points != 0 || c.Max != 0):
				ts.Fatalf("%s: advice %s has points", s.Archive, c.ID)
			case c.Status == "passed" && c.Points != c.Max, c.Status != "passed" && c.Points != 0:
				ts.Fatalf("%s: %s %s has %d of %d points", s.Archive, c.Status, c.ID, c.Points, c.Max)
			case c.Status != "passed" && c.Status != "failed" && c.Status != "skipped" && c.Status != "untested":
				ts.Fatalf("%s: status %q", s.Archive, c.Status)
			case !c.Advice && c.Status != "passed":
				lost = append(lost, c.ID)
			}
			if c.Status == "failed" && c.Message == "" {
				ts.Fatalf("%s: %s failed without a message", s.Archive, c.ID)
			}
		}
		if sum != s.Score || len(s.Criteria) > 0 && full != s.Max {
			ts.Fatalf("%s: score %d of %d, criteria add up to %d of %d", s.Archive, s.Score, s.Max, sum, full)
		}
		var rules []string
		for _, v := range s.Violations {
			rules = append(rules, v.Rule)
		}
		got := s.Archive + "=" + s.Verdict + ":" + strings.Join(append(lost, rules...), ",")
		if got != args[i+1] {
			ts.Fatalf("submission %d: %s, want %s", i+1, got, args[i+1])
		}
	}
}

// noControl FILE fails when the file has a control byte other than a line end.
func noControl(ts *testscript.TestScript, _ bool, args []string) {
	for i, b := range []byte(ts.ReadFile(args[0])) {
		if b < 0x20 && b != '\n' || b == 0x7f {
			ts.Fatalf("byte %#x at %d", b, i)
		}
	}
}

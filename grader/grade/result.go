// Package grade grades one submission against one exercise. The Result is a
// plain value that says everything the reports need.
package grade

import (
	"netlab/grader/archive"
	"netlab/grader/lang"
	"netlab/grader/scenario"
)

// Verdict is how a grading ended.
type Verdict string

// The verdicts. They are a contract: reports and other tools name them.
const (
	Graded   Verdict = "graded"
	Rejected Verdict = "rejected" // a rule was broken: mark 0
	Fault    Verdict = "fault"    // the harness could not do its work: no mark, run again
)

// Status is how one criterion ended.
type Status string

// The statuses. They are a contract too.
const (
	Passed   Status = "passed"
	Failed   Status = "failed"
	Skipped  Status = "skipped"  // something it needs failed first: no points
	Untested Status = "untested" // the harness could not do its work
)

// Result is the grading of one submission.
type Result struct {
	Archive     string              `json:"archive"`  // base name of the file, as found
	Student     string              `json:"student"`  // name part of the archive's name, "" when it could not be told
	TP          int                 `json:"tp"`       // 0 when it could not be told
	Ex          int                 `json:"ex"`       // 0 when it could not be told
	Exercise    string              `json:"exercise"` // course.Exercise.ID, "" when it could not be told
	Title       lang.Text           `json:"title"`    // course.Exercise.Title
	Verdict     Verdict             `json:"verdict"`
	Score       int                 `json:"score"`
	Max         int                 `json:"max"`
	Violations  []archive.Violation `json:"violations"`
	Criteria    []Criterion         `json:"criteria"`
	Fault       string              `json:"fault"`
	Environment Environment         `json:"environment"`
	// FaultText is Fault in both languages where it is for who uses the grader;
	// zero where it is for who mends it.
	FaultText lang.Text        `json:"fault_text,omitzero"`
	Traces    []scenario.Trace `json:"traces"` // one for each scenario that ran, in the scripts' order
}

// Fail makes the Result a fault that is err.
func (r *Result) Fail(err error) {
	r.Verdict, r.Fault, r.FaultText = Fault, err.Error(), lang.Text{}
	if text := lang.OfError(err); text.FR != text.EN {
		r.FaultText = text
	}
}

// FaultIn returns the Fault in a language, or in English where it has no other.
func (r *Result) FaultIn(l lang.Lang) string {
	if r.FaultText.Empty() {
		return r.Fault
	}
	return r.FaultText.In(l)
}

// Criterion is one criterion's part of a Result.
type Criterion struct {
	ID      string          `json:"id"`
	Status  Status          `json:"status"`
	Points  int             `json:"points"`
	Max     int             `json:"max"`
	Advice  bool            `json:"advice"`
	Asks    lang.Text       `json:"asks"`    // what the sheet asks, in its words
	Hint    lang.Text       `json:"hint"`    // what to look at when it is lost
	Message lang.Text       `json:"message"` // why it was lost; empty when it passed
	Steps   []scenario.Step `json:"steps"`   // of this criterion alone, in the order they ran
}

// Environment says what the grading ran on and with.
type Environment struct {
	Grader      string   `json:"grader"`      // version of this program
	Scripts     string   `json:"scripts"`     // "sha256:…" of the exercise's scripts and fixtures
	Interpreter string   `json:"interpreter"` // "Python 3.11.2 (/usr/bin/python3.11)"
	Isolation   []string `json:"isolation"`   // the layers that were on: "user", "pid", "mount", "net", …; "none" alone for no isolation
	Seed        string   `json:"seed"`        // of the payloads; --seed replays it
}

package grade

import (
	"testing"

	"netlab/grader/lang"
	"netlab/grader/scenario"
)

func TestJudge(t *testing.T) {
	did, none := lang.T("fait", "done"), lang.Text{}
	step := func(o scenario.Outcome, did lang.Text, saw string) scenario.Step {
		return scenario.Step{Outcome: o, Did: did, Saw: lang.T(saw, saw)}
	}
	ok := step(scenario.OK, did, "")
	header := step(scenario.OK, none, "") // the criterion line itself, which does nothing
	for _, tt := range []struct {
		name    string
		steps   []scenario.Step
		want    Status
		message string
	}{
		{"every step passed", []scenario.Step{header, ok, ok}, Passed, ""},
		{"some did not count", []scenario.Step{header, ok, step(scenario.Excused, none, "")}, Passed, ""},
		{"a mismatch", []scenario.Step{header, ok, step(scenario.Mismatch, did, "first"), step(scenario.Skipped, none, "")}, Failed, "first"},
		{"two mismatches: the first is told", []scenario.Step{ok, step(scenario.Mismatch, did, "first"), step(scenario.Mismatch, did, "second")}, Failed, "first"},
		{"a mismatch after a skipped step", []scenario.Step{step(scenario.Skipped, none, ""), step(scenario.Mismatch, did, "seen")}, Failed, "seen"},
		{"a fault", []scenario.Step{header, ok, step(scenario.Fault, did, "")}, Untested, ""},
		{"a skipped step after those that passed", []scenario.Step{header, ok, step(scenario.Skipped, none, "")}, Skipped, "what this criterion needs failed before"},
		{"no step at all", nil, Skipped, "what this criterion needs failed before"},
		{"no step that did anything", []scenario.Step{header, header}, Skipped, "what this criterion needs failed before"},
		{"no step that counted", []scenario.Step{header, step(scenario.Excused, none, "")}, Skipped, "what this criterion needs failed before"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, message := judge(tt.steps)
			if got != tt.want || message.EN != tt.message || (message.FR == "") != (tt.message == "") {
				t.Errorf("got %s %q, want %s %q", got, message.EN, tt.want, tt.message)
			}
		})
	}
}

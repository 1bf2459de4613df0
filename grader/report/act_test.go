package report

import (
	"slices"
	"strings"
	"testing"

	"netlab/grader/grade"
	"netlab/grader/scenario"
)

// traceOfLines makes the trace of a scenario whose every line is done, but for
// the last one, which fails. Lines are "criterion | line | wait".
func traceOfLines(lines ...string) (grade.Result, scenario.Step) {
	t := scenario.Trace{Scenario: "x"}
	for i, l := range lines {
		parts := strings.Split(l, " | ")
		s := scenario.Step{Scenario: "x", Line: i + 1, Criterion: parts[0], Source: parts[1], Outcome: scenario.OK, Did: same(parts[1])}
		if len(parts) > 2 {
			s.Wait = parts[2]
		}
		if parts[1] == "fresh" || strings.HasPrefix(parts[1], "settle") {
			s.Did = same("")
		}
		t.Steps = append(t.Steps, s)
	}
	last := &t.Steps[len(t.Steps)-1]
	last.Outcome, last.Saw = scenario.Mismatch, same("wrong")
	return grade.Result{Traces: []scenario.Trace{t}}, *last
}

// TestShownSteps: what is listed is what shows the fault, and all of it.
func TestShownSteps(t *testing.T) {
	for name, tt := range map[string]struct {
		lines []string
		want  []string
	}{
		"a program is blamed for what it did in its own box": {
			[]string{
				"keep | start s server.py", "keep | connect c s", "keep | send c 'bonjour quit'", "keep | settle s", "keep | lives s | event",
				"keep | fresh", "keep | start b server.py", "keep | connect cb b", "keep | send cb 'bonjour'", "keep | lives b | event", "keep | blame s b",
			},
			[]string{"start s server.py", "connect c s", "send c 'bonjour quit'", "lives s"},
		},
		"one run shows what it says": {
			[]string{"send | run a x.py | event", "send | reflect ka | event", "differ | fresh", "differ | run b x.py | event", "differ | fresh", "differ | run d x.py | event", "same | affirms a b d"},
			[]string{"run a x.py", "reflect ka", "affirms a b d"},
		},
		"two runs are compared": {
			[]string{"send | run a x.py | event", "differ | fresh", "differ | run b x.py | event", "differ | fresh", "differ | run d x.py | event", "differ | differ a b d"},
			[]string{"run a x.py", "run d x.py", "differ a b d"},
		},
		"the request of another criterion, and not what that looked at": {
			[]string{"css | serve s x.py | event", "css | get c s /a.css | event", "css | status c 200", "css | body c x", "head | framed c"},
			[]string{"serve s x.py", "get c s /a.css", "framed c"},
		},
		"the last box alone": {
			[]string{"print | start s x.py", "quit | fresh", "quit | start b x.py", "quit | exited b"},
			[]string{"start b x.py", "exited b"},
		},
	} {
		r, failed := traceOfLines(tt.lines...)
		steps, last := Shown(&r, leadingTo(&r, failed.Criterion, failed), &failed)
		var got []string
		for _, s := range append(steps, last) {
			got = append(got, s.Did.EN)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s:\n got %q\nwant %q", name, got, tt.want)
		}
	}
}

// TestJudged: what came after the answer that a step judges is left out.
func TestJudged(t *testing.T) {
	act := timed(
		note(scenario.KindStart, "s", "", "sioux.py", "sioux.py"),
		note(scenario.KindConnect, "s", "m1", "", ""),
		note(scenario.KindClosed, "s", "m1", "", ""),
		note(scenario.KindConnect, "s", "m2", "", ""),
	)
	for source, want := range map[string]int{"framed m1": 3, "alike m1 m2 @a @b": 4, "! status m1 404": 3, "closed m1": 4, "framed m9": 4} {
		if got := len(judged(act, &scenario.Step{Source: source})); got != want {
			t.Errorf("%s: %d events, want %d", source, got, want)
		}
	}
}

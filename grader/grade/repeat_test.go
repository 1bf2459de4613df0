package grade

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRepeated(t *testing.T) {
	result := func(v Verdict, listen, quit Status) Result {
		return Result{Verdict: v, Criteria: []Criterion{{ID: "listen", Status: listen}, {ID: "quit", Status: quit}}}
	}
	right := result(Graded, Passed, Passed)
	late, never := result(Graded, Passed, Failed), result(Graded, Passed, Skipped)
	broken := result(Fault, Untested, Untested)
	for _, tt := range []struct {
		name    string
		results []Result
		want    []Variation
	}{
		{"nothing", nil, nil},
		{"once", []Result{late}, nil},
		{"always the same", []Result{late, late, late}, nil},
		{"once in four", []Result{right, right, late, right}, []Variation{{Criterion: "quit", Counts: []Count{{Passed, 3}, {Failed, 1}}, Other: late}}},
		{"three ways", []Result{never, late, right, late}, []Variation{{Criterion: "quit", Counts: []Count{{Failed, 2}, {Passed, 1}, {Skipped, 1}}, Other: late}}},
		{"a fault", []Result{right, broken}, []Variation{
			{Criterion: "", Counts: []Count{{"fault", 1}, {"graded", 1}}, Other: broken},
			{Criterion: "listen", Counts: []Count{{Passed, 1}, {Untested, 1}}, Other: broken},
			{Criterion: "quit", Counts: []Count{{Passed, 1}, {Untested, 1}}, Other: broken},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var r Repeated
			for _, res := range tt.results {
				r.Add(res)
			}
			if r.N != len(tt.results) {
				t.Errorf("%d gradings, want %d", r.N, len(tt.results))
			}
			if diff := cmp.Diff(tt.want, r.Varied()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

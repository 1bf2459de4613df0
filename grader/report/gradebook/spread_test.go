package gradebook_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/batch"
	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/report/gradebook"
	"netlab/grader/report/reporttest"
)

// TestSpreads: a rejected archive is a mark of 0, a fault is no mark, and neither
// is what was not handed in.
func TestSpreads(t *testing.T) {
	show := func(c *batch.Class) []string {
		var out []string
		for _, s := range gradebook.New([]*batch.Class{c}).Spreads() {
			out = append(out, fmt.Sprintf("tp%d-ex%d %v/%d mean %.2f median %.1f: %s", s.Column.TP, s.Column.Ex, s.Marks, s.Out, s.Mean, s.Median, s.Counted().In(lang.EN)))
		}
		return out
	}
	if d := cmp.Diff([]string{
		"tp3-ex1 [20 8 0]/20 mean 9.33 median 8.0: marks counted: 3, of which rejected (0): 1; not counted: 1 without a mark, 1 not handed in",
		"tp3-ex2 [20]/20 mean 20.00 median 20.0: marks counted: 1; not counted: 5 not handed in",
	}, show(reporttest.Small())); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{
		"tp4-ex1 [20 14]/20 mean 17.00 median 17.0: marks counted: 2; not counted: 1 without a mark, 2 not handed in",
	}, show(reporttest.Later())); d != "" {
		t.Error(d)
	}

	// A score that a rejected archive came with does not count, and one for an
	// exercise that nobody else has is no exercise's.
	scored, stray := reporttest.Server("a", 3, 1), reporttest.Server("b", 33, 1)
	scored.Verdict, stray.Verdict, stray.Score = grade.Rejected, grade.Rejected, 0
	c := classOf("x", batch.Row{Result: scored}, batch.Row{Result: stray}, batch.Row{Result: reporttest.Server("c", 3, 1)})
	if d := cmp.Diff([]string{"tp3-ex1 [0 20]/20 mean 10.00 median 10.0: marks counted: 2, of which rejected (0): 1"}, show(c)); d != "" {
		t.Error(d)
	}
	if got := show(reporttest.Empty()); got != nil {
		t.Errorf("%q of an empty class", got)
	}
}

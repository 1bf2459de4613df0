package proof

import (
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"netlab/grader/course"
	"netlab/grader/grade"
	"netlab/grader/sandbox"
	"netlab/grader/sandbox/sandboxtest"
	"netlab/grader/scenario"
)

// BenchmarkBlocked compares the wall time of grading right programs with that
// of wrong ones that block where they should do something: each of every second
// labelled program, one at a time. A grader that sits out time-outs needs tens
// of seconds for the latter.
func BenchmarkBlocked(b *testing.B) {
	sb := sandboxtest.Open(b)
	g := &grade.Grader{Sandbox: sb, Workdir: b.TempDir(), Parallel: runtime.NumCPU()}
	folder := os.DirFS("../../scripts")
	exercises, err := course.Load(folder)
	if err != nil {
		b.Fatal(err)
	}
	for _, ex := range exercises {
		b.Run(ex.ID, func(b *testing.B) {
			suite, err := grade.LoadSuite(folder, ex)
			if err != nil {
				b.Fatal(err)
			}
			all, err := Load(folder, ex)
			if err != nil {
				b.Fatal(err)
			}
			var programs []Program
			for i := 0; i < len(all); i += 2 {
				programs = append(programs, all[i])
			}
			var right, blocked []time.Duration
			round := func() {
				outcomes, err := Run(b.Context(), g, suite, programs, Plan{Jobs: 1}, nil)
				if err != nil {
					b.Fatal(err)
				}
				for _, o := range outcomes {
					switch {
					case len(o.Program.Loses) == 0:
						right = append(right, o.Took)
					case blocks(o.Result):
						blocked = append(blocked, o.Took)
					}
				}
			}
			// The medians are over the programs: one round is enough, however many
			// are asked for.
			round()
			for b.Loop() {
				continue
			}
			if len(right) == 0 || len(blocked) == 0 {
				b.Fatalf("%d right programs and %d that block", len(right), len(blocked))
			}
			b.ReportMetric(0, "ns/op") // of all programs together: it says nothing
			b.ReportMetric(median(right).Seconds()*1000, "ms-right")
			b.ReportMetric(median(blocked).Seconds()*1000, "ms-blocked")
			b.ReportMetric(median(blocked).Seconds()/median(right).Seconds(), "blocked/right")
		})
	}
}

// blocks reports whether a wait of a grading ended by the proof that what it
// waited for cannot come, and that cost points.
func blocks(res grade.Result) bool {
	for _, c := range res.Criteria {
		for _, s := range c.Steps {
			if s.Outcome == scenario.Mismatch && s.Wait == string(sandbox.Silence) {
				return true
			}
		}
	}
	return false
}

func median(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
}

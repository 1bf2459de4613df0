package cli

import (
	"os"
	"runtime"
	"strings"
	"testing"

	"netlab/grader/course"
	"netlab/grader/grade"
	"netlab/grader/proof"
	"netlab/grader/sandbox/sandboxtest"
)

// The labelled programs that each exercise has at least.
const (
	leastAccepted = 15
	leastFaulty   = 25
)

// TestProve grades every labelled program: each loses exactly what its label
// says, and every criterion is lost by some program. With -short it takes the
// reference programs and some of the others.
func TestProve(t *testing.T) {
	sb := sandboxtest.Open(t)
	g := &grade.Grader{Sandbox: sb, Workdir: t.TempDir(), Parallel: 1}
	folder := os.DirFS("../../scripts")
	exercises, err := course.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, ex := range exercises {
		t.Run(ex.ID, func(t *testing.T) {
			t.Parallel() // the last programs of each exercise are the ones that sleep
			suite, err := grade.LoadSuite(folder, ex)
			if err != nil {
				t.Fatal(err)
			}
			programs, err := labelled(folder, ex)
			if err != nil {
				t.Fatal(err)
			}
			count := map[string]int{}
			for _, p := range programs {
				kind, _, _ := strings.Cut(p.Name, "/")
				count[kind]++
			}
			if count["accepted"] < leastAccepted || count["faulty"] < leastFaulty {
				t.Errorf("%d accepted and %d faulty programs, want at least %d and %d", count["accepted"], count["faulty"], leastAccepted, leastFaulty)
			}
			if testing.Short() {
				programs = every(12, programs)
			}
			ids := scored(ex)
			t.Log(heading(ids))
			outcomes, err := proof.Run(t.Context(), g, suite, programs, proof.Plan{Jobs: 4 * runtime.NumCPU()}, func(o proof.Outcome) {
				if !o.OK() {
					t.Error(row(ids, o))
				} else {
					t.Log(row(ids, o))
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			if testing.Short() {
				return
			}
			for _, id := range proof.Unkilled(ex, outcomes) {
				t.Errorf("criterion %s is lost by no program", id)
			}
		})
	}
}

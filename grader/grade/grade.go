package grade

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"golang.org/x/sync/errgroup"

	"netlab/grader/lang"
	"netlab/grader/sandbox"
	"netlab/grader/scenario"
)

// Work is one program set to grade against one suite.
type Work struct {
	Suite *Suite
	Files []sandbox.File
	// Reference runs the reference programs instead of Files: the arguments
	// with which this executable is the program named by a deliverable.
	Reference func(file string) []string
	// ScoredOnly leaves out the scenarios that test advice alone.
	ScoredOnly bool
	// Seed makes the payloads. The same seed makes the same payloads.
	Seed uint64
}

// Grader runs gradings in a sandbox.
type Grader struct {
	Sandbox *sandbox.Sandbox
	// Workdir is a folder for temporary files of the harness.
	Workdir string
	// Parallel is how many scenarios of one grading run at once, at least 1.
	Parallel int
	// Version of this program, for the reports.
	Version string
}

// Grade runs every scenario and scores every criterion. It fills all of the
// Result but for what concerns the archive. A failure of the harness makes the
// verdict Fault; it is never a mark.
func (g *Grader) Grade(ctx context.Context, w Work) Result {
	ex := w.Suite.Exercise
	res := Result{
		Exercise: ex.ID, Title: ex.Title, Verdict: Graded, Max: ex.Max(),
		Environment: Environment{
			Grader: g.Version, Scripts: w.Suite.Hash, Interpreter: g.Sandbox.Interpreter().String(),
			Isolation: g.Sandbox.Isolation(), Seed: strconv.FormatUint(w.Seed, 16),
		},
	}
	traces, err := g.run(ctx, w)
	res.Traces = traces
	if err != nil {
		res.Verdict, res.Fault = Fault, err.Error()
	}
	for _, c := range ex.Criteria {
		got := Criterion{ID: c.ID, Max: c.Points, Advice: c.Advice, Asks: c.Asks, Hint: c.Hint}
		for _, t := range traces {
			for _, s := range t.Steps {
				if s.Criterion == c.ID {
					got.Steps = append(got.Steps, s)
				}
			}
		}
		got.Status, got.Message = judge(got.Steps)
		if err != nil {
			// A verdict with a fault in it is none.
			got.Status, got.Message = Untested, lang.Text{}
		}
		if got.Status == Passed {
			got.Points = c.Points
		}
		res.Score += got.Points
		res.Criteria = append(res.Criteria, got)
	}
	return res
}

// run runs the scenarios, Parallel at once, and returns their traces in the
// order of the scripts.
func (g *Grader) run(ctx context.Context, w Work) ([]scenario.Trace, error) {
	scripts := w.Suite.Scripts
	if w.ScoredOnly {
		scripts = slices.DeleteFunc(slices.Clone(scripts), func(s *scenario.Script) bool {
			return !slices.ContainsFunc(s.Criteria, func(id string) bool { return !w.Suite.Exercise.Criterion(id).Advice })
		})
	}
	boxes := g.Sandbox.ForSubmission()
	traces := make([]scenario.Trace, len(scripts))
	errs := make([]error, len(traces))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(1, g.Parallel))
	for i, script := range scripts {
		group.Go(func() error {
			traces[i], errs[i] = scenario.Run(ctx, script, scenario.Env{
				Sandbox: boxes, Files: w.Files, Reference: w.Reference, Seed: w.Seed, Workdir: g.Workdir,
			})
			return errs[i]
		})
	}
	if err := group.Wait(); err != nil {
		// What was cancelled because of another's fault says nothing.
		own := slices.DeleteFunc(errs, func(e error) bool { return errors.Is(e, context.Canceled) })
		if len(own) == 0 {
			return traces, err
		}
		return traces, errors.Join(own...)
	}
	return traces, nil
}

// judge scores one criterion from its steps.
func judge(steps []scenario.Step) (Status, lang.Text) {
	ran := false
	skipped := false
	for _, s := range steps {
		switch s.Outcome {
		case scenario.Mismatch:
			return Failed, s.Saw
		case scenario.Fault:
			return Untested, lang.Text{}
		case scenario.Skipped:
			skipped = true
		case scenario.OK:
			ran = ran || !s.Did.Empty()
		}
	}
	if skipped || !ran {
		return Skipped, lang.T("ce dont ce critère a besoin a échoué avant", "what this criterion needs failed before")
	}
	return Passed, lang.Text{}
}

// Package proof proves a rubric: labelled programs, right and faulty, are
// graded, and each must lose exactly the criteria that its header names.
package proof

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/tools/txtar"

	"netlab/grader/course"
	"netlab/grader/grade"
	"netlab/grader/sandbox"
)

// Program is one labelled program set.
type Program struct {
	Name   string   // "accepted/threads", "faulty/never-quits"
	About  string   // what its author did
	Loses  []string // the criteria it must lose, none for an accepted one
	Advice bool     // it must have every advice as well (reference programs)
	Files  []sandbox.File
	// Reference makes it the reference program instead of Files.
	Reference func(file string) []string
}

// Load reads the labelled programs of an exercise: the txtar files in its
// accepted and faulty folders. The first line of a file's comment says what is
// special about it; "loses: ID…" names the criteria it must lose, "crlf: yes"
// gives its files Windows line ends.
func Load(fsys fs.FS, ex *course.Exercise) ([]Program, error) {
	var out []Program
	var errs []error
	for _, kind := range []string{"accepted", "faulty"} {
		names, err := fs.Glob(fsys, path.Join(ex.ID, kind, "*.txtar"))
		if err != nil {
			return nil, err
		}
		slices.Sort(names)
		for _, name := range names {
			data, err := fs.ReadFile(fsys, name)
			if err != nil {
				return nil, err
			}
			p, err := parse(data, ex)
			p.Name = kind + "/" + strings.TrimSuffix(path.Base(name), ".txtar")
			if err == nil && (kind == "faulty") != (len(p.Loses) > 0) {
				err = errors.New("a faulty program, and no other, names what it loses (loses: ID…)")
			}
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", name, err))
				continue
			}
			out = append(out, p)
		}
	}
	return out, errors.Join(errs...)
}

func parse(data []byte, ex *course.Exercise) (Program, error) {
	ar := txtar.Parse(data)
	var p Program
	crlf := false
	for line := range strings.Lines(string(ar.Comment)) {
		line = strings.TrimSpace(line)
		key, value, _ := strings.Cut(line, ":")
		switch key {
		case "loses":
			p.Loses = strings.Fields(strings.ReplaceAll(value, ",", " "))
		case "crlf":
			crlf = strings.TrimSpace(value) == "yes"
		default:
			if p.About == "" {
				p.About = line
			}
		}
	}
	for _, id := range p.Loses {
		if c := ex.Criterion(id); c == nil || c.Advice {
			return p, fmt.Errorf("%q is no scored criterion of %s", id, ex.ID)
		}
	}
	for _, f := range ar.Files {
		if crlf {
			f.Data = bytes.ReplaceAll(f.Data, []byte("\n"), []byte("\r\n"))
		}
		p.Files = append(p.Files, sandbox.File{Path: f.Name, Data: f.Data, Executable: strings.HasSuffix(f.Name, ".py")})
	}
	for _, d := range ex.Deliverables {
		if !slices.ContainsFunc(p.Files, func(f sandbox.File) bool { return f.Path == d }) {
			return p, fmt.Errorf("no %s in it", d)
		}
	}
	return p, nil
}

// Outcome is how one labelled program fared.
type Outcome struct {
	Program Program
	Result  grade.Result
	Took    time.Duration // wall time of the grading
	// Kept are criteria that it should have lost, Lost are criteria that it
	// should have kept.
	Kept, Lost []string
	Rounds     int // how often it was graded: fewer times than planned where Run was interrupted
	// Varied are the criteria that did not fare alike in all rounds.
	Varied []grade.Variation
}

// OK reports whether the program fared as its label says.
func (o Outcome) OK() bool {
	return o.Result.Verdict == grade.Graded && len(o.Kept) == 0 && len(o.Lost) == 0 && len(o.Varied) == 0
}

// Plan is how labelled programs are graded.
type Plan struct {
	Seed   uint64 // of the payloads; each program has one of its own, derived from it
	Jobs   int    // how many gradings run at once, at least 1
	Rounds int    // how often each program is graded, at least 1
}

// Run grades programs as planned, and calls done after the last round of each, or
// once it is interrupted with what the rounds before that gave.
// The outcomes come in the order of the programs. The outcome of a program that
// was graded more than once is the first one that is not as its label says.
func Run(ctx context.Context, g *grade.Grader, suite *grade.Suite, programs []Program, plan Plan, done func(Outcome)) ([]Outcome, error) {
	rounds := max(1, plan.Rounds)
	out := make([]Outcome, len(programs))
	repeated := make([]grade.Repeated, len(programs))
	group := &errgroup.Group{}
	group.SetLimit(max(1, plan.Jobs))
	type graded struct {
		program int
		outcome Outcome
		cut     bool // by an interruption: it tells nothing of the program
	}
	finished := make(chan graded)
	go func() {
		for range rounds {
			for i, p := range programs {
				group.Go(func() error {
					began := time.Now()
					res := g.Grade(ctx, grade.Work{Suite: suite, Files: p.Files, Reference: p.Reference, ScoredOnly: !p.Advice, Seed: plan.Seed + uint64(i)})
					o := compare(p, res)
					o.Took = time.Since(began)
					finished <- graded{i, o, ctx.Err() != nil}
					return ctx.Err()
				})
			}
		}
		// The error is ctx's, which is asked for below.
		_ = group.Wait()
		close(finished)
	}()
	tell := func(i int) {
		out[i].Rounds, out[i].Varied = repeated[i].N, repeated[i].Varied()
		if done != nil {
			done(out[i])
		}
	}
	for f := range finished {
		i := f.program
		if f.cut {
			continue
		}
		repeated[i].Add(f.outcome.Result)
		if repeated[i].N == 1 || out[i].OK() {
			out[i] = f.outcome
		}
		if repeated[i].N == rounds {
			tell(i)
		}
	}
	for i := range repeated {
		if n := repeated[i].N; 0 < n && n < rounds {
			tell(i)
		}
	}
	return out, ctx.Err()
}

func compare(p Program, res grade.Result) Outcome {
	o := Outcome{Program: p, Result: res}
	for _, c := range res.Criteria {
		lost := c.Status != grade.Passed
		should := slices.Contains(p.Loses, c.ID)
		switch {
		case c.Advice && !p.Advice:
		case lost && !should:
			o.Lost = append(o.Lost, c.ID)
		case !lost && should:
			o.Kept = append(o.Kept, c.ID)
		}
	}
	return o
}

// Unkilled returns the scored criteria that no program of outcomes lost as it
// should.
func Unkilled(ex *course.Exercise, outcomes []Outcome) []string {
	var out []string
	for _, c := range ex.Criteria {
		killed := slices.ContainsFunc(outcomes, func(o Outcome) bool {
			return slices.Contains(o.Program.Loses, c.ID) && !slices.Contains(o.Kept, c.ID)
		})
		if !c.Advice && !killed {
			out = append(out, c.ID)
		}
	}
	return out
}

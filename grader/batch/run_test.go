package batch_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/archive"
	"netlab/grader/batch"
	"netlab/grader/course"
	"netlab/grader/grade"
	"netlab/grader/sandbox"
)

// run runs a plan that must not fail, and counts its events.
func run(t *testing.T, p batch.Plan) (*batch.Class, map[batch.EventKind]int) {
	t.Helper()
	counts := map[batch.EventKind]int{}
	tell := p.Observe
	p.Observe = func(e batch.Event) {
		counts[e.Kind]++
		if tell != nil {
			tell(e)
		}
	}
	c, err := batch.Run(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return c, counts
}

func TestMarksAreThoseOfOneByOne(t *testing.T) {
	desk, dir, files := openDesk(t), t.TempDir(), small(t)
	write(t, dir, files)
	p := plan(desk, dir)
	p.Reference = referenceArgs
	c, counts := run(t, p)
	var want []mark
	for _, path := range slices.Sorted(maps.Keys(files)) {
		want = append(want, markOf(path, desk.Archive(t.Context(), filepath.Join(dir, path))))
	}
	got := gradebook(c)
	slices.SortFunc(got, func(a, b mark) int { return cmp2(a.Path, b.Path) })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("one by one against together (-want +got):\n%s", diff)
	}
	if !c.Complete || c.Pending != nil || counts[batch.Result] != len(files) || counts[batch.Retry] != 0 {
		t.Errorf("complete %v, pending %v, events %v", c.Complete, c.Pending, counts)
	}
	ref := c.References["client"]
	if ref.Score != ref.Max || len(ref.Traces) == 0 || len(c.References) != 1 {
		t.Errorf("the reference program got %d of %d, with %d traces, of %d", ref.Score, ref.Max, len(ref.Traces), len(c.References))
	}
	for i, row := range c.Rows {
		whole, err := c.Whole(i)
		if err != nil {
			t.Fatal(err)
		}
		if row.Result.Verdict == grade.Graded && (len(whole.Traces) == 0 || row.Used == 0 || row.Took == 0) {
			t.Errorf("%s: %d traces, used %v, took %v", row.Path, len(whole.Traces), row.Used, row.Took)
		}
		if row.Cached || row.Stale || row.Retried {
			t.Errorf("%s: cached %v, stale %v, retried %v", row.Path, row.Cached, row.Stale, row.Retried)
		}
		single := desk.Archive(t.Context(), filepath.Join(dir, row.Path))
		for j, c := range whole.Criteria {
			if len(c.Steps) != len(single.Criteria[j].Steps) {
				t.Errorf("%s: criterion %s has %d steps, one by one %d", row.Path, c.ID, len(c.Steps), len(single.Criteria[j].Steps))
			}
		}
	}
}

func cmp2(a, b string) int {
	if a < b {
		return -1
	}
	return 1
}

// rejected is a class that needs no program to run.
func rejected(t *testing.T) map[string][]byte {
	t.Helper()
	wrong := pack(t, "", sandbox.File{Path: "notes.py", Data: []byte("print()\n")})
	return map[string][]byte{"Ada-tp3-ex1.zip": wrong, "curie-tp3-ex1.zip": []byte("?"), "hopper-tp3-ex2.zip": wrong}
}

func TestResultsAreReusedWhileNothingChanges(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(t *testing.T, dir string, p *batch.Plan)
		again  int // submissions that are graded again
	}{
		{"nothing", func(*testing.T, string, *batch.Plan) {}, 0},
		{"an archive", func(t *testing.T, dir string, _ *batch.Plan) {
			write(t, dir, map[string][]byte{"curie-tp3-ex1.zip": []byte("!")})
		}, 1},
		{"its name", func(t *testing.T, dir string, _ *batch.Plan) {
			if err := os.Rename(filepath.Join(dir, "Ada-tp3-ex1.zip"), filepath.Join(dir, "ada-tp3-ex1.zip")); err != nil {
				t.Fatal(err)
			}
		}, 1},
		{"its folder", func(t *testing.T, dir string, _ *batch.Plan) {
			write(t, dir, map[string][]byte{"late/x": nil})
			if err := os.Rename(filepath.Join(dir, "Ada-tp3-ex1.zip"), filepath.Join(dir, "late", "Ada-tp3-ex1.zip")); err != nil {
				t.Fatal(err)
			}
		}, 0},
		{"the grader", func(_ *testing.T, _ string, p *batch.Plan) { p.Build = "other" }, 3},
		{"the scripts of one exercise", func(_ *testing.T, _ string, p *batch.Plan) {
			other := *p.Desk.Suites[1]
			other.Hash = "sha256:other"
			p.Desk.Suites = []*grade.Suite{p.Desk.Suites[0], &other, p.Desk.Suites[2], p.Desk.Suites[3]}
		}, 1},
		{"the exercise asked for", func(_ *testing.T, _ string, p *batch.Plan) { p.Desk.Exercise = "sioux" }, 3},
		{"the seed", func(_ *testing.T, _ string, p *batch.Plan) { p.Desk.Seed = 7 }, 3},
		{"the severity of a rule", func(_ *testing.T, _ string, p *batch.Plan) {
			p.Desk.Course = &course.Course{Policy: archive.Policy{"name.case": archive.Warn}}
		}, 3},
		{"what a number is for", func(_ *testing.T, _ string, p *batch.Plan) {
			p.Desk.Course = &course.Course{Assignments: []course.Assignment{{TP: 3, Ex: 2, Exercise: "echo"}}}
		}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			desk, dir := openDesk(t), t.TempDir()
			write(t, dir, rejected(t))
			run(t, plan(desk, dir))
			p := plan(desk, dir)
			c.change(t, dir, &p)
			class, counts := run(t, p)
			if counts[batch.Result] != c.again || len(class.Rows) != 3 {
				t.Errorf("%d were graded again, want %d (of %d)", counts[batch.Result], c.again, len(class.Rows))
			}
			cached := 0
			for _, row := range class.Rows {
				if row.Cached {
					cached++
				}
				if row.Stale {
					t.Errorf("%s is stale", row.Path)
				}
			}
			if cached != 3-c.again {
				t.Errorf("%d are cached, want %d", cached, 3-c.again)
			}
		})
	}
}

func TestOnly(t *testing.T) {
	desk, dir := openDesk(t), t.TempDir()
	write(t, dir, rejected(t))
	run(t, plan(desk, dir))
	p := plan(desk, dir)
	p.Build = "other"
	p.Only = batch.Faults
	class, counts := run(t, p)
	if counts[batch.Result] != 0 || len(class.Rows) != 3 {
		t.Errorf("--only faults graded %d, and shows %d", counts[batch.Result], len(class.Rows))
	}
	for _, row := range class.Rows {
		if !row.Stale {
			t.Errorf("%s: of another grader, and not said to be stale", row.Path)
		}
	}
	p.Only = batch.Changed
	if _, counts = run(t, p); counts[batch.Result] != 3 {
		t.Errorf("--only changed graded %d, want 3", counts[batch.Result])
	}
	p.Only = batch.Failed
	if _, counts = run(t, p); counts[batch.Result] != 3 {
		t.Errorf("--only failed graded %d, want 3", counts[batch.Result])
	}
	p.Only, p.Path = batch.Needed, "curie-tp3-ex1.zip"
	if _, counts = run(t, p); counts[batch.Result] != 1 {
		t.Errorf("--path graded %d, want 1", counts[batch.Result])
	}
	p.Path = "nobody.zip"
	if _, err := batch.Run(t.Context(), p); !errors.Is(err, batch.ErrNothing) {
		t.Errorf("--path of nothing: %v", err)
	}
}

func TestFaultIsRetriedOnceAlone(t *testing.T) {
	for _, heals := range []bool{true, false} {
		desk, dir, files := openDesk(t), t.TempDir(), rejected(t)
		write(t, dir, files)
		p := plan(desk, dir)
		const path = "curie-tp3-ex1.zip"
		p.Observe = func(e batch.Event) {
			switch {
			case e.Kind == batch.Begun: // it changes between the search and the grading
				write(t, dir, map[string][]byte{path: []byte("!")})
			case e.Kind == batch.Retry && heals:
				write(t, dir, map[string][]byte{path: files[path]})
			}
		}
		class, counts := run(t, p)
		if counts[batch.Retry] != 1 || counts[batch.Result] != 3 {
			t.Errorf("events %v", counts)
		}
		want := grade.Fault
		if heals {
			want = grade.Rejected
		}
		for _, row := range class.Rows {
			if retried := row.Path == path; row.Retried != retried || (row.First != "") != retried || row.Cached {
				t.Errorf("%s: retried %v, first %q", row.Path, row.Retried, row.First)
			}
			if row.Path == path && row.Result.Verdict != want {
				t.Errorf("the second grading gives %s, want %s", row.Result.Verdict, want)
			}
			if diff := cmp.Diff([]string{"grader", "check", row.Path}, row.Again); diff != "" {
				t.Error(diff)
			}
		}
		if _, counts = run(t, plan(desk, dir)); (counts[batch.Result] == 0) != heals {
			t.Errorf("a next run graded %d", counts[batch.Result])
		}
	}
}

func TestTwoRunsAtOnce(t *testing.T) {
	desk, dir := openDesk(t), t.TempDir()
	write(t, dir, rejected(t))
	p := plan(desk, dir)
	tried := 0
	p.Observe = func(e batch.Event) {
		if e.Kind != batch.Begun {
			return
		}
		tried++
		var busy *batch.BusyError
		if _, err := batch.Run(t.Context(), plan(desk, dir)); !errors.As(err, &busy) || busy.PID != os.Getpid() {
			t.Errorf("a second run: %v", err)
		}
		if c, err := batch.ReadJournal(p.Journal); err != nil || c.Complete || len(c.Pending) != 3 {
			t.Errorf("a report while it runs: %v, %v", c, err)
		}
	}
	if class, _ := run(t, p); tried != 1 || !class.Complete {
		t.Errorf("%d tries, complete %v", tried, class.Complete)
	}
}

func TestStop(t *testing.T) {
	desk, dir := openDesk(t), t.TempDir()
	write(t, dir, rejected(t))
	p := plan(desk, dir)
	stop := make(chan struct{})
	p.Stop, p.Jobs = stop, 1
	p.Observe = func(e batch.Event) {
		if e.Kind == batch.Begun {
			close(stop)
		}
	}
	class, _ := run(t, p)
	if class.Complete || len(class.Rows)+len(class.Pending) != 3 || len(class.Pending) == 0 {
		t.Errorf("complete %v, %d rows, pending %v", class.Complete, len(class.Rows), class.Pending)
	}
	if class, _ = run(t, plan(desk, dir)); !class.Complete || len(class.Rows) != 3 {
		t.Errorf("the next run: complete %v, %d rows", class.Complete, len(class.Rows))
	}
}

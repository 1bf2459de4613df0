package proof

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"netlab/grader/course"
	"netlab/grader/grade"
	"netlab/grader/sandbox"
	"netlab/grader/sandbox/sandboxtest"
)

func TestMain(m *testing.M) {
	sandbox.Main() // this process may be the sandbox's keeper
	os.Exit(m.Run())
}

// echo is an exercise of two deliverables.
var echo = &course.Exercise{
	ID: "echo", Deliverables: []string{"client.py", "server.py"},
	Criteria: []course.Criterion{{ID: "send", Points: 12}, {ID: "same", Points: 8}, {ID: "long", Advice: true}},
}

func file(data string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(data)} }

const both = "-- client.py --\nc\n-- server.py --\ns\n"

func TestLoad(t *testing.T) {
	got, err := Load(fstest.MapFS{
		"echo/accepted/threads.txtar": file("A thread for each client.\nMore about it.\n\n" + both),
		"echo/accepted/crlf.txtar":    file("crlf: yes\n\nMade on Windows.\n-- client.py --\na\nb\n-- data.txt --\nx\n-- server.py --\n\n"),
		"echo/faulty/b.txtar":         file("Compares nothing.\nloses: same\n" + both),
		"echo/faulty/a.txtar":         file("loses:  send,same  \nSends nothing: it prints.\ncrlf: no\n" + both),
		"echo/faulty/notes.md":        file("not a program"),
		"echo/other/c.txtar":          file("not a program either"),
		"server/faulty/d.txtar":       file("of another exercise"),
	}, echo)
	if err != nil {
		t.Fatal(err)
	}
	files := []sandbox.File{{Path: "client.py", Data: []byte("c\n"), Executable: true}, {Path: "server.py", Data: []byte("s\n"), Executable: true}}
	want := []Program{
		{Name: "accepted/crlf", About: "Made on Windows.", Files: []sandbox.File{
			{Path: "client.py", Data: []byte("a\r\nb\r\n"), Executable: true}, {Path: "data.txt", Data: []byte("x\r\n")}, {Path: "server.py", Data: []byte("\r\n"), Executable: true},
		}},
		{Name: "accepted/threads", About: "A thread for each client.", Files: files},
		{Name: "faulty/a", About: "Sends nothing: it prints.", Loses: []string{"send", "same"}, Files: files},
		{Name: "faulty/b", About: "Compares nothing.", Loses: []string{"same"}, Files: files},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLabelErrors(t *testing.T) {
	for _, tt := range []struct {
		name, path, data, want string
	}{
		{"a criterion that does not exist", "faulty/x", "X.\nloses: send sme\n" + both, `echo/faulty/x.txtar: "sme" is no scored criterion of echo`},
		{"advice is never lost", "faulty/x", "X.\nloses: long\n" + both, `echo/faulty/x.txtar: "long" is no scored criterion of echo`},
		{"a faulty program that loses nothing", "faulty/x", "X.\n" + both, `echo/faulty/x.txtar: a faulty program, and no other, names what it loses (loses: ID…)`},
		{"a label without a criterion", "faulty/x", "X.\nloses:\n" + both, `echo/faulty/x.txtar: a faulty program, and no other, names what it loses (loses: ID…)`},
		{"a right program that loses something", "accepted/x", "X.\nloses: send\n" + both, `echo/accepted/x.txtar: a faulty program, and no other, names what it loses (loses: ID…)`},
		{"a deliverable is missing", "accepted/x", "X.\n-- client.py --\n-- serveur.py --\n", `echo/accepted/x.txtar: no server.py in it`},
		{"an empty file", "accepted/x", "", `echo/accepted/x.txtar: no client.py in it`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(fstest.MapFS{"echo/" + tt.path + ".txtar": file(tt.data)}, echo)
			if err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
	_, err := Load(fstest.MapFS{"echo/faulty/a.txtar": file(both), "echo/faulty/b.txtar": file("loses: x\n" + both)}, echo)
	if err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("two faults are told as %v", err)
	}
}

func TestCompare(t *testing.T) {
	const p, f, s, u = grade.Passed, grade.Failed, grade.Skipped, grade.Untested
	for _, tt := range []struct {
		name       string
		program    Program
		verdict    grade.Verdict
		statuses   [3]grade.Status // of send, same and the advice long
		kept, lost []string
		ok         bool
	}{
		{"full marks", Program{}, grade.Graded, [3]grade.Status{p, p, p}, nil, nil, true},
		{"advice is not counted", Program{}, grade.Graded, [3]grade.Status{p, p, f}, nil, nil, true},
		{"advice of a reference program is", Program{Advice: true}, grade.Graded, [3]grade.Status{p, p, f}, nil, []string{"long"}, false},
		{"loses what it should", Program{Loses: []string{"same"}}, grade.Graded, [3]grade.Status{p, f, p}, nil, nil, true},
		{"skipped is lost too", Program{Loses: []string{"same", "send"}}, grade.Graded, [3]grade.Status{f, s, p}, nil, nil, true},
		{"keeps what it should lose", Program{Loses: []string{"same"}}, grade.Graded, [3]grade.Status{p, p, p}, []string{"same"}, nil, false},
		{"loses what it should keep", Program{}, grade.Graded, [3]grade.Status{f, s, p}, nil, []string{"send", "same"}, false},
		{"both", Program{Loses: []string{"same"}}, grade.Graded, [3]grade.Status{f, p, p}, []string{"same"}, []string{"send"}, false},
		{"a fault is no proof", Program{Loses: []string{"same", "send"}}, grade.Fault, [3]grade.Status{u, u, u}, nil, nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := grade.Result{Verdict: tt.verdict}
			for i, c := range echo.Criteria {
				res.Criteria = append(res.Criteria, grade.Criterion{ID: c.ID, Advice: c.Advice, Status: tt.statuses[i]})
			}
			o := compare(tt.program, res)
			if !slices.Equal(o.Kept, tt.kept) || !slices.Equal(o.Lost, tt.lost) || o.OK() != tt.ok {
				t.Errorf("kept %v, lost %v, ok %v", o.Kept, o.Lost, o.OK())
			}
		})
	}
}

func TestUnkilled(t *testing.T) {
	lost := func(ids ...string) Outcome { return Outcome{Program: Program{Loses: ids}} }
	for _, tt := range []struct {
		name     string
		outcomes []Outcome
		want     []string
	}{
		{"nothing was run", nil, []string{"send", "same"}},
		{"right programs prove nothing", []Outcome{lost()}, []string{"send", "same"}},
		{"one is lost by nobody", []Outcome{lost(), lost("same")}, []string{"send"}},
		{"each is lost by somebody", []Outcome{lost("send"), lost("same")}, nil},
		{"a label alone proves nothing", []Outcome{lost("send"), {Program: Program{Loses: []string{"same"}}, Kept: []string{"same"}}}, []string{"same"}},
		{"what is lost by mistake proves nothing", []Outcome{lost("send"), {Lost: []string{"same"}}}, []string{"same"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Unkilled(echo, tt.outcomes); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// TestRun grades programs in a real sandbox: the outcomes come in the order of
// the programs, whatever the order in which they end.
func TestRun(t *testing.T) {
	sb := sandboxtest.Open(t)
	g := &grade.Grader{Sandbox: sb, Workdir: t.TempDir(), Parallel: 1}
	ex := &course.Exercise{ID: "hi", Deliverables: []string{"hi.py"}, Criteria: []course.Criterion{{ID: "says", Points: 20}, {ID: "silent", Advice: true}}}
	suite, err := grade.LoadSuite(fstest.MapFS{
		"hi/a.txtar": file("criterion says\nstart p hi.py\nprinted p hi\n"),
		"hi/b.txtar": file("criterion silent\nstart p hi.py\n! printed p hi\n"),
	}, ex)
	if err != nil {
		t.Fatal(err)
	}
	program := func(name, source string, loses ...string) Program {
		return Program{Name: name, Loses: loses, Files: []sandbox.File{{Path: "hi.py", Data: []byte(source)}}}
	}
	slow := program("slow", "import time\ntime.sleep(0.5)\nprint('hi')")
	programs := []Program{
		slow,
		program("right", "print('hi')"),
		program("wrong", "print('ho')", "says"),
		program("wrong, unlabelled", "print('ho')"),
		program("right, labelled as wrong", "print('hi')", "says"),
	}
	show := func(o Outcome) string {
		return fmt.Sprintf("%s %s %d kept %v lost %v, %d scenarios", o.Program.Name, o.Result.Verdict, o.Result.Score, o.Kept, o.Lost, len(o.Result.Traces))
	}
	var done []string
	outcomes, err := Run(t.Context(), g, suite, programs, Plan{Jobs: 2}, func(o Outcome) { done = append(done, show(o)) })
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range outcomes {
		got = append(got, show(o))
	}
	want := []string{
		"slow graded 20 kept [] lost [], 1 scenarios", // the one that tests advice alone is left out
		"right graded 20 kept [] lost [], 1 scenarios",
		"wrong graded 0 kept [] lost [], 1 scenarios",
		"wrong, unlabelled graded 0 kept [] lost [says], 1 scenarios",
		"right, labelled as wrong graded 20 kept [says] lost [], 1 scenarios",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	slices.Sort(done)
	slices.Sort(want)
	if diff := cmp.Diff(want, done); diff != "" {
		t.Errorf("told as done (-want +got):\n%s", diff)
	}

	done = nil
	programs = append(programs[1:3:3], program("now this, now that", "import os\nprint('hi' if os.urandom(1)[0] & 1 else 'ho')"))
	outcomes, err = Run(t.Context(), g, suite, programs, Plan{Jobs: 3, Rounds: 40}, func(o Outcome) { done = append(done, o.Program.Name) })
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range outcomes {
		if o.OK() != (i < 2) || (len(o.Varied) > 0) != (i == 2) {
			t.Errorf("%s: ok %v, varied %v", o.Program.Name, o.OK(), o.Varied)
		}
	}
	if v := outcomes[2].Varied; len(v) != 1 || v[0].Criterion != "says" || len(v[0].Counts) != 2 || v[0].Counts[0].N+v[0].Counts[1].N != 40 {
		t.Errorf("what differs is told as %v", v)
	}
	if len(done) != 3 {
		t.Errorf("told as done: %v", done)
	}

	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	outcomes, err = Run(cancelled, g, suite, programs, Plan{Jobs: 2}, nil)
	if !errors.Is(err, context.Canceled) || slices.ContainsFunc(outcomes, Outcome.OK) {
		t.Errorf("a cancelled run says %v, %v", err, outcomes)
	}

	// The second round of the slow one is cut: the first one counts.
	interrupted, interrupt := context.WithCancel(t.Context())
	done = nil
	_, err = Run(interrupted, g, suite, []Program{program("right", "print('hi')"), slow}, Plan{Jobs: 1, Rounds: 2}, func(o Outcome) {
		done = append(done, fmt.Sprintf("%s %d rounds, ok %v", o.Program.Name, o.Rounds, o.OK()))
		interrupt()
	})
	if diff := cmp.Diff([]string{"right 2 rounds, ok true", "slow 1 rounds, ok true"}, done); diff != "" || !errors.Is(err, context.Canceled) {
		t.Errorf("an interrupted run says %v and (-want +got):\n%s", err, diff)
	}
}

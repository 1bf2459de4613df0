package scenario

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"netlab/grader/sandbox"
	"netlab/grader/sandbox/sandboxtest"
)

func TestMain(m *testing.M) {
	sandbox.Main() // this process may be the sandbox's keeper
	os.Exit(m.Run())
}

// bench is a sandbox for the scripts of one test.
type bench struct {
	sb  *sandbox.Sandbox
	dir string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	sb := sandboxtest.Open(t)
	return &bench{sb: sb, dir: t.TempDir()}
}

// env makes what a script and its submission run with, from one txtar file:
// its *.py members are the submission.
func (b *bench) env(t *testing.T, file string) (*Script, Env) {
	t.Helper()
	e := Env{Sandbox: b.sb, Seed: 1, Workdir: b.dir}
	for _, f := range txtar.Parse([]byte(file)).Files {
		if strings.HasSuffix(f.Name, ".py") {
			e.Files = append(e.Files, sandbox.File{Path: f.Name, Data: f.Data, Executable: true})
		}
	}
	s, err := Compile("t", []byte(file), []string{"one", "two", "three", "four"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s, e
}

// run runs a script that no fault may end.
func (b *bench) run(t *testing.T, file string) Trace {
	t.Helper()
	s, e := b.env(t, file)
	tr, err := Run(t.Context(), s, e)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// steps shows the steps of a trace: line, verb, criterion, outcome and what
// ended the wait.
func steps(tr Trace) string {
	var b strings.Builder
	for _, s := range tr.Steps {
		verb, _, _ := strings.Cut(strings.TrimPrefix(s.Source, "! "), " ")
		fmt.Fprintf(&b, "%d %s", s.Line, verb)
		if s.Criterion != "" && verb != "criterion" {
			fmt.Fprintf(&b, " of %s", s.Criterion)
		}
		fmt.Fprintf(&b, ": %s", s.Outcome)
		if s.Wait != "" {
			fmt.Fprintf(&b, " by %s", s.Wait)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// saw returns what the grader saw in the step of a line.
func saw(t *testing.T, tr Trace, line int) string {
	t.Helper()
	for _, s := range tr.Steps {
		if s.Line == line {
			if s.Saw.FR == "" {
				t.Errorf("line %d says nothing in French", line)
			}
			return s.Saw.EN
		}
	}
	t.Fatalf("no step of line %d", line)
	return ""
}

// check compares the steps of a trace with what they should be.
func check(t *testing.T, tr Trace, want string) {
	t.Helper()
	if diff := cmp.Diff(strings.TrimLeft(want, "\n"), steps(tr)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
		for _, s := range tr.Steps {
			if !s.Saw.Empty() {
				t.Logf("line %d: %s", s.Line, s.Saw.EN)
			}
		}
	}
}

// server is a right server for exercise 1, but for quit.
const aServerFile = `
-- server.py --
import socket
s = socket.create_server(('', 6666))
while True:
    c, a = s.accept()
    print(c.recv(500).decode().strip(), *a, flush=True)
    c.close()
`

// TestCancelledRunIsAFault: no program is to blame for a run that was cut,
// and ! does not make it succeed.
func TestCancelledRunIsAFault(t *testing.T) {
	b := newBench(t)
	s, e := b.env(t, `
start p p.py
criterion one
! printed p x
criterion two
running p
-- p.py --
while True:
    __import__('time').sleep(0.01)
`)
	for name, after := range map[string]time.Duration{
		"before it began": 0,
		"while it waited": 300 * time.Millisecond, // its first wait lasts a second
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), after)
			defer cancel()
			tr, err := Run(ctx, s, e)
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Run says %v", err)
			}
			if len(tr.Steps) != len(s.lines) {
				t.Fatalf("%d of %d steps:\n%s", len(tr.Steps), len(s.lines), steps(tr))
			}
			fault := false
			for _, st := range tr.Steps {
				switch {
				case fault && st.Outcome != Skipped:
					t.Errorf("line %d: %s after the fault", st.Line, st.Outcome)
				case st.Outcome == Mismatch, st.Outcome == OK && st.Wait != "":
					t.Errorf("line %d: %s by %s though the wait was cut", st.Line, st.Outcome, st.Wait)
				case st.Outcome == Fault && st.Fault == "":
					t.Errorf("line %d: a fault without a reason", st.Line)
				case st.Outcome == Fault:
					fault = true
				}
			}
			if !fault {
				t.Errorf("no step is a fault:\n%s", steps(tr))
			}
		})
	}
}

func TestFreshIsAnotherMachine(t *testing.T) {
	b := newBench(t)
	tr := b.run(t, `
start s server.py
listening s 6666
type s '\n'
printed s ok
fresh
criterion one
start t server.py
listening t 6666
type t '\n'
printed t ok
criterion two
printed s 'dirt False'
criterion three
printed t 'dirt True'
-- server.py --
import os, socket
print('dirt', os.path.exists('dirt') or os.path.exists('/tmp/dirt'))
s = socket.create_server(('', 6666))
input()
open('dirt', 'w').close()
open('/tmp/dirt', 'w').close()
print('ok')
input()
`)
	check(t, tr, `
2 start: ok
3 listening: ok by event
4 type: ok
5 printed: ok by event
6 fresh: ok
7 criterion: ok
8 start of one: ok
9 listening of one: ok by event
10 type of one: ok
11 printed of one: ok by event
12 criterion: ok
13 printed of two: ok by event
14 criterion: ok
15 printed of three: mismatch by silence
`)
	for _, e := range tr.Timeline {
		if e.Kind == KindExit {
			t.Errorf("the end of a program that the grader stopped is shown: %s", e.Note.EN)
		}
	}
}

package scenario

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"netlab/grader/sandbox"
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
	if runtime.GOOS == "windows" {
		t.Skip("the programs of the tests need Unix")
	}
	in, err := sandbox.FindInterpreter(t.Context(), "")
	if err != nil {
		t.Skip(err)
	}
	sb, err := sandbox.Open(t.Context(), sandbox.Options{Interpreter: in})
	if errors.Is(err, sandbox.ErrNoNamespaces) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sb.Close(); err != nil {
			t.Errorf("close the sandbox: %v", err)
		}
	})
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

func TestOutcomes(t *testing.T) {
	b := newBench(t)
	for _, tt := range []struct {
		name, file, want string
	}{
		{
			"a right program", `
word m
start s server.py
criterion one
listening s 6666
connect c s
accepted c
send c '{m}\r\n'
closed c
printed s {m} {c_ip} {c_port}
! printed s Traceback
running s` + aServerFile, `
2 word: ok
3 start: ok
4 criterion: ok
5 listening of one: ok by event
6 connect of one: ok
7 accepted of one: ok by event
8 send of one: ok
9 closed of one: ok by event
10 printed of one: ok by event
11 printed of one: ok by silence
12 running of one: ok by silence
`,
		},
		{
			"a mismatch skips the rest of its criterion alone, wherever it goes on", `
start s server.py
criterion one
listening s 7777
connect c s
criterion two
listening s 6666
criterion one
running s
criterion three
exited s
running s
criterion two
connect d s
send d 'x\n'
closed d` + aServerFile, `
2 start: ok
3 criterion: ok
4 listening of one: mismatch by event
5 connect of one: skipped
6 criterion: ok
7 listening of two: ok by event
8 criterion: skipped
9 running of one: skipped
10 criterion: ok
11 exited of three: mismatch by silence
12 running of three: skipped
13 criterion: ok
14 connect of two: ok
15 send of two: ok
16 closed of two: ok by event
`,
		},
		{
			"a mismatch in the preamble skips everything", `
start s server.py
exited s
criterion one
listening s
criterion two
listening s` + aServerFile, `
2 start: ok
3 exited: mismatch by silence
4 criterion: skipped
5 listening of one: skipped
6 criterion: skipped
7 listening of two: skipped
`,
		},
		{
			"what a lost step should have made is no mismatch", `
criterion one
start s server.py
exited s
connect c s
start d server.py
criterion two
send c x
running d
criterion three
printed d x
criterion four
printed s {c_port}` + aServerFile, `
2 criterion: ok
3 start of one: ok
4 exited of one: mismatch by silence
5 connect of one: skipped
6 start of one: skipped
7 criterion: ok
8 send of two: skipped
9 running of two: skipped
10 criterion: ok
11 printed of three: skipped
12 criterion: ok
13 printed of four: skipped
`,
		},
		{
			"excused from what was lost elsewhere, until the criterion goes on", `
start s server.py
criterion one
exited s
criterion two
given three
listening s
given one
exited s
criterion three
running s
criterion two
running s` + aServerFile, `
2 start: ok
3 criterion: ok
4 exited of one: mismatch by silence
5 criterion: ok
6 given of two: ok
7 listening of two: ok by event
8 given of two: excused
9 exited of two: excused
10 criterion: ok
11 running of three: ok by silence
12 criterion: ok
13 running of two: ok by silence
`,
		},
		{
			"a criterion that is lost is not excused", `
start s server.py
criterion one
exited s
criterion two
exited s
given one
running s` + aServerFile, `
2 start: ok
3 criterion: ok
4 exited of one: mismatch by silence
5 criterion: ok
6 exited of two: mismatch by silence
7 given of two: skipped
8 running of two: skipped
`,
		},
		{
			"! turns a mismatch round", `
start s server.py
criterion one
! printed s x
criterion two
listening s
connect c s
send c 'x\n'
closed c
! printed s y
! printed s y x
criterion three
! listening s
criterion four
! listening s 7777` + aServerFile, `
2 start: ok
3 criterion: ok
4 printed of one: ok by silence
5 criterion: ok
6 listening of two: ok by event
7 connect of two: ok
8 send of two: ok
9 closed of two: ok by event
10 printed of two: ok by silence
11 printed of two: mismatch by event
12 criterion: ok
13 listening of three: mismatch by event
14 criterion: ok
15 listening of four: ok by event
`,
		},
		{
			"! turns nothing else round", `
criterion one
start s server.py
exited s
start p server.py
criterion two
! printed p x
criterion three
! listening p
criterion four
connect c s
! within c x` + aServerFile, `
2 criterion: ok
3 start of one: ok
4 exited of one: mismatch by silence
5 start of one: skipped
6 criterion: ok
7 printed of two: skipped
8 criterion: ok
9 listening of three: skipped
10 criterion: ok
11 connect of four: ok
12 within of four: ok by silence
`,
		},
		{
			"a program that ends", `
start p p.py
criterion one
exited p 3
criterion two
exited p 4
criterion three
running p
criterion four
listening p
-- p.py --
print('here')
raise SystemExit(3)
`, `
2 start: ok
3 criterion: ok
4 exited of one: ok by event
5 criterion: ok
6 exited of two: mismatch by event
7 criterion: ok
8 running of three: mismatch by event
9 criterion: ok
10 listening of four: mismatch by ended
`,
		},
		{
			"a program that sleeps is waited for, and one that has not ended in a moment goes on", `
start p p.py
settle p
criterion one
printed p done
exited p
-- p.py --
import time
time.sleep(2.5)
print('done')
`, `
2 start: ok
3 settle: ok by limit
4 criterion: ok
5 printed of one: ok by event
6 exited of one: ok by event
`,
		},
		{
			"a client", `
listen h 6666
start p p.py 'un Deux'
criterion one
accept k h p
message k 'un Deux'
criterion two
within k 'UN DEUX'
within k UNIQUE
! within k trois
criterion three
! within k deux
criterion four
close k
exited p
! accept l h p
criterion two
message k 'un deux'
-- p.py --
import socket, sys
s = socket.create_connection(('localhost', 6666))
s.sendall(sys.argv[1].encode() + b'\r\n')
s.recv(1)
`, `
2 listen: ok
3 start: ok
4 criterion: ok
5 accept of one: ok by event
6 message of one: ok by silence
7 criterion: ok
8 within of two: ok by silence
9 within of two: mismatch by silence
10 within of two: skipped
11 criterion: ok
12 within of three: mismatch by silence
13 criterion: ok
14 close of four: ok
15 exited of four: ok by event
16 accept of four: ok by ended
17 criterion: skipped
18 message of two: skipped
`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			check(t, b.run(t, tt.file), tt.want)
		})
	}
}

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

func TestTimelineIsInOrder(t *testing.T) {
	b := newBench(t)
	tr := b.run(t, `
criterion one
start s server.py 'a b'
listening s
connect c s
send c 'ping'
receive c 'pong'
closed c
type s 'bye\n'
exited s 3
-- server.py --
import socket, sys
s = socket.create_server(('127.0.0.1', 6666))
c, _ = s.accept()
c.recv(500)
c.sendall(b'pong')
c.close()
sys.exit(len(sys.stdin.readline()) - 1)
`)
	port := ""
	var got []string
	before := time.Duration(0)
	for _, e := range tr.Timeline {
		if e.At < before {
			t.Errorf("%s at %v comes after %v", e.Kind, e.At, before)
		}
		before = e.At
		if e.Kind == KindConnect {
			if e.Note.EN == "" || e.Note.EN != e.Note.FR {
				t.Errorf("connect says %q and %q", e.Note.EN, e.Note.FR)
			}
			_, port, _ = strings.Cut(e.Note.EN, " → ")
			e.Note.EN = "→ " + port
		}
		if e.Kind == KindStdout {
			continue // the terminal shows what is typed, or not
		}
		got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s %s%s", e.Kind, e.Program, e.Conn, e.Data, e.Note.EN)))
	}
	want := []string{
		"start s  server.py 'a b'", "listen s  127.0.0.1:6666", "connect s c → 127.0.0.1:6666", "send s c ping", "receive s c pong", "closed s c end of file",
		"type s  bye", "exit s  ended (exit status 3)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTimelineBeginsWithTheConnection: what a program says at once comes after
// the connection, however fast it is.
func TestTimelineBeginsWithTheConnection(t *testing.T) {
	b := newBench(t)
	var script strings.Builder
	script.WriteString("criterion one\nstart s server.py\nlistening s\n")
	for i := range 20 {
		fmt.Fprintf(&script, "connect c%d s\nclosed c%d\n", i, i)
	}
	tr := b.run(t, script.String()+`
-- server.py --
import socket
s = socket.create_server(('', 6666))
while True:
    c, _ = s.accept()
    c.send(b'hi')
    c.close()
`)
	kinds := map[string]string{}
	for _, e := range tr.Timeline {
		kinds[e.Conn] += string(e.Kind) + " "
	}
	for i := range 20 {
		if got := kinds[fmt.Sprintf("c%d", i)]; got != "connect receive closed " {
			t.Errorf("connection %d: %s", i, got)
		}
	}
}

func TestFloodIsBounded(t *testing.T) {
	b := newBench(t)
	tr := b.run(t, `
criterion one
start p p.py
exited p 0
-- p.py --
import os, sys
line = b'x' * 999 + b'\n'
for i in range(5000):
    os.write(1, line)
for i in range(5000):
    os.write(1, b'out\n')
    os.write(2, b'err\n')
`)
	check(t, tr, "2 criterion: ok\n3 start of one: ok\n4 exited of one: ok by event\n")
	if n := len(tr.Timeline); n > 2000 {
		t.Errorf("%d events", n)
	}
	kept, dropped := 0, int64(0)
	for _, e := range tr.Timeline {
		if len(e.Data) > 16<<10 {
			t.Errorf("an event of %d bytes", len(e.Data))
		}
		kept += len(e.Data)
		dropped += e.Dropped
	}
	if dropped < 3<<20 || kept+int(dropped) > 8<<20 {
		t.Errorf("%d bytes kept, %d said to be dropped", kept, dropped)
	}
}

func TestTimelineGathersAndIsBounded(t *testing.T) {
	r := &runner{began: time.Now()}
	for _, d := range []string{"a", "b"} {
		r.event(Event{Kind: KindStdout, Program: "p", Data: []byte(d)})
	}
	r.event(Event{Kind: KindStdout, Program: "q", Data: []byte("c")})
	r.event(Event{Kind: KindStderr, Program: "q", Data: []byte("d")})
	r.event(Event{Kind: KindReceive, Program: "q", Conn: "x", Data: []byte("e")})
	r.event(Event{Kind: KindReceive, Program: "q", Conn: "y", Data: []byte("f")})
	var got []string
	for _, e := range r.trace.Timeline {
		got = append(got, string(e.Data))
	}
	if diff := cmp.Diff([]string{"ab", "c", "d", "e", "f"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for range 5000 {
		r.event(Event{Kind: KindRemark})
	}
	if n := len(r.trace.Timeline); n != 2000 {
		t.Errorf("%d events", n)
	}
}

func TestSeedReplaysPayloads(t *testing.T) {
	b := newBench(t)
	s, e := b.env(t, `
word m
text long 1500
criterion one
start s server.py
listening s
connect c s
send c '{m} {long}'
`+aServerFile)
	sent := func(seed uint64) string {
		e.Seed = seed
		tr, err := Run(t.Context(), s, e)
		if err != nil {
			t.Fatal(err)
		}
		for _, ev := range tr.Timeline {
			if ev.Kind == KindSend {
				return string(ev.Data)
			}
		}
		t.Fatal("nothing was sent")
		return ""
	}
	first, again, other := sent(7), sent(7), sent(8)
	if first != again {
		t.Errorf("the same seed sent %q, then %q", first, again)
	}
	if first == other {
		t.Errorf("another seed sent the same %q", other)
	}
	if word, long, _ := strings.Cut(first, " "); len(word) < 6 || len(long) != 1500 || strings.TrimSpace(long) != long {
		t.Errorf("sent %q", first)
	}
}

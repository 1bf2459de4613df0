package scenario

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

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

// TestTimelineLeavesOutTheGradersDoing: a connection that a program kept open is
// not told as closed because the program was killed to see where it stood.
func TestTimelineLeavesOutTheGradersDoing(t *testing.T) {
	b := newBench(t)
	tr := b.run(t, `
criterion one
start s server.py
listening s
connect c s
closed c
-- server.py --
import socket
s = socket.create_server(('127.0.0.1', 6666))
c, _ = s.accept()
s.accept()
`)
	if last := tr.Steps[len(tr.Steps)-1]; last.Outcome != Mismatch || !strings.Contains(last.Saw.EN, "(server.py:4, accept)") {
		t.Fatalf("%s: %s", last.Outcome, last.Saw.EN)
	}
	for _, e := range tr.Timeline {
		if e.Kind == KindClosed {
			t.Errorf("%s says that the program closes %s", e.Kind, e.Conn)
		}
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
		if len(e.Data) > 8<<10 {
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

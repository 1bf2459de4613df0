package sandbox

import (
	"os/exec"
	"strings"
	"testing"
	"time"
)

// BenchmarkBareInterpreter is what starting the interpreter costs without any
// box: the others are compared with it.
func BenchmarkBareInterpreter(b *testing.B) {
	in, err := python()
	if err != nil {
		b.Skip(err)
	}
	for b.Loop() {
		if err := exec.CommandContext(b.Context(), in.Path, "-c", "pass").Run(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpen is what starting the keeper costs, once for all boxes.
func BenchmarkOpen(b *testing.B) {
	in, err := python()
	if err != nil {
		b.Skip(err)
	}
	openSandbox(b, false) // or skip
	for b.Loop() {
		sb, err := Open(b.Context(), Options{Interpreter: in})
		if err != nil {
			b.Fatal(err)
		}
		if err := sb.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBox is what a box costs in which nothing runs.
func BenchmarkBox(b *testing.B) {
	sb := openSandbox(b, false)
	files := []File{{Path: "server.py", Data: []byte("pass")}}
	var making, closing time.Duration
	for b.Loop() {
		begin := time.Now()
		box, err := sb.NewBox(b.Context(), files)
		if err != nil {
			b.Fatal(err)
		}
		made := time.Now()
		if err := box.Close(); err != nil {
			b.Fatal(err)
		}
		making += made.Sub(begin)
		closing += time.Since(made)
	}
	b.ReportMetric(float64(making.Microseconds())/float64(b.N), "µs-making/op")
	b.ReportMetric(float64(closing.Microseconds())/float64(b.N), "µs-closing/op")
}

// BenchmarkBoxedInterpreter is what the shortest run costs from making the box
// to the end of everything.
func BenchmarkBoxedInterpreter(b *testing.B) {
	for _, kind := range []string{"isolated", "plain"} {
		b.Run(kind, func(b *testing.B) {
			sb := openSandbox(b, kind == "plain")
			for b.Loop() {
				runInBox(b, sb)
			}
		})
	}
}

// BenchmarkLook is what looking at a server with a client costs.
func BenchmarkLook(b *testing.B) {
	for _, kind := range []string{"isolated", "plain"} {
		b.Run(kind, func(b *testing.B) {
			w := newBench(b, openSandbox(b, kind == "plain"))
			p := w.start("s = listen()\nc, _ = s.accept()\nc.recv(1)")
			w.listening(p)
			w.dial()
			for b.Loop() {
				if _, err := w.box.Look(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkProof is what it costs to be sure that nothing can happen any more.
func BenchmarkProof(b *testing.B) {
	w := newBench(b, openSandbox(b, false))
	p := w.start("input()")
	if e := w.end(p); e != Silence {
		b.Fatalf("%q", e)
	}
	for b.Loop() {
		if e := w.end(p); e != Silence {
			b.Fatalf("%q", e)
		}
	}
}

// BenchmarkAnswer is a request and its answer over an open connection.
func BenchmarkAnswer(b *testing.B) {
	w := newBench(b, openSandbox(b, false))
	p := w.start("s = listen()\nc, _ = s.accept()\nwhile True: c.sendall(c.recv(100))")
	w.listening(p)
	c := w.dial()
	n := 0
	for b.Loop() {
		w.send(c, "x")
		n++
		if e, err := w.box.Wait(b.Context(), p, func() bool { return len(c.Data) == n || n > MaxOutput }); e != Event || err != nil {
			b.Fatal(e, err)
		}
	}
	w.box.Read(func() {
		if got := string(c.Data); got != strings.Repeat("x", len(got)) {
			b.Errorf("got %.20q", got)
		}
	})
}

// runInBox starts a program that does nothing in a box of its own, and ends it.
func runInBox(b *testing.B, sb *Sandbox) {
	b.Helper()
	box, err := sb.NewBox(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	p, err := box.Start(b.Context(), Command{Args: []string{sb.Interpreter().Path, "-c", "pass"}}, Watch{})
	if err != nil {
		b.Fatal(err)
	}
	if e, err := box.Wait(b.Context(), p, func() bool { return p.Exited }); e != Event || err != nil {
		b.Fatal(e, err)
	}
	if err := box.Close(); err != nil {
		b.Fatal(err)
	}
}

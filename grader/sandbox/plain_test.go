package sandbox

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPlainBoxesComeOneAtATime(t *testing.T) {
	sb := openSandbox(t, true)
	if diff := cmp.Diff([]string{"none"}, sb.Isolation()); diff != "" {
		t.Errorf("isolation (-want +got):\n%s", diff)
	}
	first := newBench(t, sb)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := sb.NewBox(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a second box while the first is open: %v", err)
	}
	made := make(chan *Box)
	go func() {
		b, err := sb.NewBox(t.Context(), nil)
		if err != nil {
			t.Error(err)
		}
		made <- b
	}()
	if err := first.box.Close(); err != nil {
		t.Fatal(err)
	}
	if b := <-made; b != nil {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestPlainFolderIsRemoved(t *testing.T) {
	b := newBench(t, openSandbox(t, true), File{Path: "a/b", Data: []byte("x")})
	p := b.start(`os.mkdir('c'); open('c/d', 'w').close(); print(os.getcwd(), end='', flush=True); input()`)
	b.wait(p, "the folder's name", func() bool { return len(p.Screen.Data) > 0 })
	dir := b.screen(p)
	if _, err := os.Stat(dir + "/a/b"); err != nil {
		t.Fatal(err)
	}
	if err := b.box.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after the end: %v", err)
	}
	if err := b.box.Close(); err != nil {
		t.Errorf("a second close: %v", err)
	}
}

func TestPlainProvesNothing(t *testing.T) {
	b := newBench(t, openSandbox(t, true))
	p := b.start(`print('ready', end='', flush=True); input()`)
	b.printed(p, "ready")
	l, err := b.box.Look(t.Context())
	if err != nil || l.Complete {
		t.Errorf("a look claims to be complete: %v, %v", l, err)
	}
	if len(l.Tasks) != 1 || l.Tasks[0].PID != p.PID || !strings.HasPrefix(l.Tasks[0].Name, "python") && !strings.HasPrefix(l.Tasks[0].Name, "Python") {
		t.Errorf("tasks %+v, want the program %d", l.Tasks, p.PID)
	}
	e, err := b.box.WaitFor(t.Context(), p, 100*time.Millisecond, never)
	if err != nil || e != Limit {
		t.Errorf("%q, %v, want the limit", e, err)
	}
	if _, err := b.box.Traffic(t.Context()); !errors.Is(err, ErrUnknown) {
		t.Errorf("traffic: %v, want that it is unknown", err)
	}
}

func TestPlainSeesDescendantsListen(t *testing.T) {
	b := newBench(t, openSandbox(t, true))
	p := b.start(`
if os.fork() == 0:
    s = listen('')
    c, _ = s.accept()
    c.sendall(b'child')
else: os.wait()
`)
	if got := b.listening(p); got.Addr.Port() != b.port {
		t.Errorf("listens on %s", got.Addr)
	}
	b.received(p, b.dial(), "child")
}

func TestClosedBoxesRefuse(t *testing.T) {
	everywhere(t, func(t *testing.T, b *bench) {
		p := b.start("input()")
		if err := b.box.Close(); err != nil {
			t.Fatal(err)
		}
		b.box.Read(func() {
			if !p.Exited || p.Exit.Signal != 9 {
				t.Errorf("the program of a closed box: exited %t, %s", p.Exited, p.Exit)
			}
		})
		if _, err := b.box.Start(t.Context(), Command{Args: []string{b.in.Path}}, Watch{}); err == nil {
			t.Error("a closed box starts a program")
		}
		if err := p.Type([]byte("x\n")); err == nil {
			t.Error("a closed box is typed to")
		}
	})
}

//go:build unix

package sandbox

import (
	"context"
	"net/netip"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// scripted is a backend with one program that sleeps. The test acts at the
// worst moment: while a look is being taken.
type scripted struct {
	t      *testing.T
	looked func(n int)
	looks  int
	gone   bool // the program is seen no more

	screen, errs *os.File // the program's ends
	exit         chan Exit
	server       netip.AddrPort
}

func (s *scripted) pair() (mine, theirs *os.File) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, fd := range fds {
		unix.CloseOnExec(fd)
		if err := unix.SetNonblock(fd, true); err != nil {
			s.t.Fatal(err)
		}
	}
	return os.NewFile(uintptr(fds[0]), "mine"), os.NewFile(uintptr(fds[1]), "theirs")
}

func (s *scripted) start(context.Context, Command, []string) (*spawned, error) {
	s.exit = make(chan Exit, 1)
	sp := &spawned{pid: 2, wait: func(func()) Exit { return <-s.exit }}
	sp.screen, s.screen = s.pair()
	sp.errs, s.errs = s.pair()
	return sp, nil
}

func (s *scripted) dial(context.Context, netip.Addr, netip.AddrPort) (*os.File, error) {
	return nil, unix.ECONNREFUSED
}

func (s *scripted) listen(ctx context.Context, addr netip.AddrPort) (*os.File, error) {
	return (&plainBox{}).listen(ctx, addr)
}

func (s *scripted) look(context.Context) (*Look, error) {
	s.looks++
	s.looked(s.looks)
	l := &Look{Complete: true}
	if !s.gone {
		l.Tasks = []Task{{PID: 2, Session: 2, Threads: []Thread{{ID: 2, Call: CallKeyboard, Forever: true, Slices: 1}}}}
	}
	return l, nil
}

func (s *scripted) signal(context.Context, int, int) error { return nil }

func (s *scripted) accepted(context.Context) (int64, error) { return 0, ErrUnknown }

func (s *scripted) traffic(context.Context) (int64, error) { return 0, ErrUnknown }

func (s *scripted) leave() {}

func (s *scripted) close() (time.Duration, error) {
	select {
	case s.exit <- Exit{Signal: 9}:
	default:
	}
	s.screen.Close()
	s.errs.Close()
	return 0, nil
}

// scriptedBox gives a box with a started program.
func scriptedBox(t *testing.T, looked func(s *scripted, n int)) (*Box, *Process, *scripted) {
	s := &scripted{t: t}
	s.looked = func(n int) { looked(s, n) }
	b := &Box{be: s, changed: make(chan struct{})}
	p, err := b.Start(t.Context(), Command{}, Watch{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b, p, s
}

// silence waits for it.
func silence(t *testing.T, b *Box, p *Process) {
	t.Helper()
	if e, err := b.Wait(t.Context(), p, never); e != Silence || err != nil {
		t.Fatalf("%q, %v, want silence", e, err)
	}
}

func TestSilenceComesAfterLateOutput(t *testing.T) {
	for range 50 {
		b, p, _ := scriptedBox(t, func(s *scripted, n int) {
			if n == 2 {
				// What is written before the end of the look that is the proof.
				writeAll(t, s.screen, "late")
				writeAll(t, s.errs, "too")
			}
		})
		silence(t, b, p)
		b.Read(func() {
			if string(p.Screen.Data) != "late" || string(p.Errors.Data) != "too" {
				t.Fatalf("silence with %q and %q", p.Screen.Data, p.Errors.Data)
			}
		})
	}
}

func TestSilenceComesAfterLateClients(t *testing.T) {
	for range 50 {
		b, p, s := scriptedBox(t, func(s *scripted, n int) {
			if n == 2 {
				fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
				if err == nil {
					defer unix.Close(fd)
					err = unix.Connect(fd, &unix.SockaddrInet4{Addr: s.server.Addr().As4(), Port: int(s.server.Port())})
				}
				if err == nil {
					_, err = unix.Write(fd, []byte("hello"))
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
		s.server = netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), freePort(t))
		srv, err := b.Listen(t.Context(), s.server, nil)
		if err != nil {
			t.Fatal(err)
		}
		silence(t, b, p)
		b.Read(func() {
			if len(srv.Waiting) != 1 || string(srv.Waiting[0].Data) != "hello" || srv.Waiting[0].Ended != EOF {
				t.Fatalf("silence with %d clients", len(srv.Waiting))
			}
		})
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNoSilenceWhileTheGraderSends(t *testing.T) {
	b, p, s := scriptedBox(t, func(*scripted, int) {})
	b.Read(func() { p.Screen.sending, p.Screen.unsent = true, []byte("x") })
	if e, err := b.WaitFor(t.Context(), p, 50*time.Millisecond, never); e != Limit || err != nil {
		t.Errorf("with something to send, and room for it: %q, %v", e, err)
	}
	// Without room, it is up to the program, which sleeps.
	b.Read(func() { p.Screen.sending, p.Screen.unsent = false, nil })
	if err := p.Type(make([]byte, 4<<20)); err != nil {
		t.Fatal(err)
	}
	silence(t, b, p)
	b.Read(func() {
		if !p.Screen.sending {
			t.Error("all was sent to a program that reads nothing")
		}
	})
	s.screen.Close()
	if e, err := b.Wait(t.Context(), p, func() bool { return !p.Screen.sending }); e != Event || err != nil {
		t.Errorf("with nobody to send to: %q, %v", e, err)
	}
}

func TestNoSilenceWhenSomethingWasJustSent(t *testing.T) {
	var box *Box
	b, p, _ := scriptedBox(t, func(_ *scripted, n int) {
		if n < 5 {
			box.Read(func() { box.pushed++ })
		}
	})
	box = b
	silence(t, b, p)
	if got := b.be.(*scripted).looks; got < 5 {
		t.Errorf("silence after %d looks", got)
	}
}

func TestNoSilenceBeforeTheEndIsKnown(t *testing.T) {
	b, p, _ := scriptedBox(t, func(s *scripted, n int) {
		s.gone = true
		if n == 5 {
			s.exit <- Exit{Code: 3}
		}
	})
	if e, err := b.Wait(t.Context(), p, never); e != Over || err != nil {
		t.Fatalf("%q, %v, want the end", e, err)
	}
	b.Read(func() {
		if !p.Exited || p.Exit.Code != 3 {
			t.Errorf("exited %t, %s", p.Exited, p.Exit)
		}
	})
}

// writeAll writes without leaving the processor to anybody.
func writeAll(t *testing.T, f *os.File, text string) {
	t.Helper()
	raw, err := f.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if err := raw.Control(func(fd uintptr) { _, err = unix.Write(int(fd), []byte(text)) }); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

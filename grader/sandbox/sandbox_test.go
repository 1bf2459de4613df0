package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMain(m *testing.M) {
	Main()
	if len(os.Args) == 2 && os.Args[1] == readsArg {
		if err := readsMain(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// python finds the interpreter once for all tests.
var python = sync.OnceValues(func() (Interpreter, error) {
	return FindInterpreter(context.Background(), "")
})

// bench is a box with what a test needs around it.
type bench struct {
	testing.TB
	sb   *Sandbox
	in   Interpreter
	box  *Box
	port uint16 // a port that programs of the box may listen on
}

// openSandbox opens a sandbox for the test, or skips it where isolation is not
// to be had.
func openSandbox(tb testing.TB, plain bool) *Sandbox {
	tb.Helper()
	if runtime.GOOS == "windows" {
		tb.Skip("the programs of the tests need Unix")
	}
	in, err := python()
	if err != nil {
		tb.Skip(err)
	}
	return openWith(tb, Options{Interpreter: in, Plain: plain})
}

func openWith(tb testing.TB, opts Options) *Sandbox {
	tb.Helper()
	sb, err := Open(tb.Context(), opts)
	if errors.Is(err, ErrNoNamespaces) {
		tb.Skip(err)
	}
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := sb.Close(); err != nil {
			tb.Errorf("close the sandbox: %v", err)
		}
	})
	return sb
}

// newBench makes a box in sb.
func newBench(tb testing.TB, sb *Sandbox, files ...File) *bench {
	tb.Helper()
	box, err := sb.NewBox(tb.Context(), files)
	if err != nil {
		tb.Fatal(err)
	}
	b := &bench{TB: tb, sb: sb, in: sb.Interpreter(), box: box, port: 6666}
	if !b.isolated() {
		b.port = freePort(tb)
	}
	tb.Cleanup(b.close)
	return b
}

func (b *bench) isolated() bool { return b.sb.Isolation()[0] != "none" }

func (b *bench) close() {
	b.Helper()
	if err := b.box.Close(); err != nil {
		b.Error(err)
	}
}

// freePort finds a port of this machine that nobody uses now.
func freePort(tb testing.TB) uint16 {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	return netip.MustParseAddrPort(l.Addr().String()).Port()
}

// isolated runs a test in an isolated box.
func isolated(t *testing.T, files ...File) *bench {
	t.Helper()
	return newBench(t, openSandbox(t, false), files...)
}

// everywhere runs a test in a box of each kind.
func everywhere(t *testing.T, f func(t *testing.T, b *bench), files ...File) {
	t.Helper()
	for _, plain := range []bool{false, true} {
		name := "isolated"
		if plain {
			name = "plain"
		}
		t.Run(name, func(t *testing.T) { f(t, newBench(t, openSandbox(t, plain), files...)) })
	}
}

// prelude is what most programs of the tests begin with; PORT is the port they
// may use.
const prelude = `import os, sys, socket, threading, time, signal, select, subprocess
PORT = int(sys.argv[1])
def listen(host='127.0.0.1', family=socket.AF_INET, backlog=5):
    s = socket.socket(family)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((host, PORT))
    s.listen(backlog)
    return s
`

// start starts a Python program given by its text.
func (b *bench) start(code string, args ...string) *Process {
	b.Helper()
	return b.watch(Watch{}, code, args...)
}

func (b *bench) watch(w Watch, code string, args ...string) *Process {
	b.Helper()
	argv := append([]string{b.in.Path, "-c", prelude + code, strconv.Itoa(int(b.port))}, args...)
	p, err := b.box.Start(b.Context(), Command{Args: argv}, w)
	if err != nil {
		b.Fatal(err)
	}
	return p
}

// wait waits for cond and fails if the wait ends otherwise.
func (b *bench) wait(p *Process, what string, cond func() bool) {
	b.Helper()
	e, err := b.box.Wait(b.Context(), p, cond)
	if err != nil || e != Event {
		b.Fatalf("waiting for %s: %q, %v\n%s", what, e, err, b.state(p))
	}
}

// end waits for nothing and returns how that ended.
func (b *bench) end(p *Process) Ending {
	b.Helper()
	e, err := b.box.Wait(b.Context(), p, never)
	if err != nil {
		b.Fatalf("wait: %v\n%s", err, b.state(p))
	}
	return e
}

func never() bool { return false }

// state shows what is known of a program.
func (b *bench) state(p *Process) string {
	var s strings.Builder
	b.box.Read(func() {
		if p != nil {
			fmt.Fprintf(&s, "screen %.2000q\nerrors %.4000s\nexited %t %s\n", p.Screen.Data, p.Errors.Data, p.Exited, p.Exit)
		}
		if b.box.last != nil {
			for _, t := range b.box.last.Tasks {
				fmt.Fprintf(&s, "task %+v\n", t)
			}
			for _, k := range b.box.last.Sockets {
				fmt.Fprintf(&s, "socket %+v\n", k)
			}
		}
	})
	return s.String()
}

// printed waits until the program's screen ends with text.
func (b *bench) printed(p *Process, text string) {
	b.Helper()
	b.wait(p, fmt.Sprintf("%q on the screen", text), func() bool { return strings.HasSuffix(string(p.Screen.Data), text) })
}

// blocked waits until a thread of the box waits in the given call.
func (b *bench) blocked(p *Process, call Call) {
	b.Helper()
	if !b.isolated() && runtime.GOOS != "linux" {
		b.Skip("this system does not tell what a program does")
	}
	b.wait(p, "the call "+string(call), func() bool {
		if b.box.last == nil {
			return false
		}
		for _, t := range b.box.last.Tasks {
			for _, th := range t.Threads {
				if th.Call == call {
					return true
				}
			}
		}
		return false
	})
}

// screen returns what the program has printed.
func (b *bench) screen(p *Process) (s string) {
	b.box.Read(func() { s = string(p.Screen.Data) })
	return s
}

// errors returns what the program has printed on its error output.
func (b *bench) errors(p *Process) (s string) {
	b.box.Read(func() { s = string(p.Errors.Data) })
	return s
}

// output runs a program to its end and returns its screen. It fails if the
// program does.
func (b *bench) output(code string, args ...string) string {
	b.Helper()
	p := b.start(code, args...)
	b.wait(p, "the end", func() bool { return p.Exited })
	b.box.Read(func() {
		if p.Exit != (Exit{}) {
			b.Errorf("the program ended with %s: %s", p.Exit, p.Errors.Data)
		}
	})
	return b.screen(p)
}

// listening waits until the box has a listening socket and returns it.
func (b *bench) listening(p *Process) Listener {
	b.Helper()
	var found []Listener
	b.wait(p, "a listening socket", func() bool {
		found = b.box.Listeners()
		return len(found) > 0
	})
	if len(found) != 1 {
		b.Fatalf("listeners %v, want one", found)
	}
	return found[0]
}

// dial connects to the box's port on 127.0.0.1.
func (b *bench) dial() *Conn {
	b.Helper()
	c, err := b.box.Dial(b.Context(), netip.Addr{}, b.local(), nil)
	if err != nil {
		b.Fatal(err)
	}
	return c
}

func (b *bench) local() netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), b.port)
}

// received waits until the connection has brought exactly text.
func (b *bench) received(p *Process, c *Conn, text string) {
	b.Helper()
	b.wait(p, fmt.Sprintf("%q on the connection", text), func() bool { return len(c.Data) >= len(text) })
	b.box.Read(func() {
		if diff := cmp.Diff(text, string(c.Data)); diff != "" {
			b.Errorf("received (-want +got):\n%s", diff)
		}
	})
}

func (b *bench) send(c *Conn, text string) {
	b.Helper()
	if err := c.Send([]byte(text)); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) typed(p *Process, text string) {
	b.Helper()
	if err := p.Type([]byte(text)); err != nil {
		b.Fatal(err)
	}
}

// ended waits until the other side has ended the connection in the given way.
func (b *bench) ended(p *Process, c *Conn, how End) {
	b.Helper()
	b.wait(p, "the end of the connection", func() bool { return c.Ended != Live })
	b.box.Read(func() {
		if c.Ended != how {
			b.Errorf("the connection ended by %q, want %q", c.Ended, how)
		}
	})
}

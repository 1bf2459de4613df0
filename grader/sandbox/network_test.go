package sandbox

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestListeningIsSeenWithoutConnecting(t *testing.T) {
	const code = `
host = sys.argv[2]
s = listen(socket.gethostname() if host == 'hostname' else host, socket.AF_INET6 if ':' in host else socket.AF_INET)
c, a = s.accept()
print(a[1], end='')
`
	for _, tt := range []struct{ host, want string }{
		{"", "0.0.0.0"},
		{"0.0.0.0", "0.0.0.0"},
		{"127.0.0.1", "127.0.0.1"},
		{"localhost", "127.0.0.1"},
		{"hostname", "127.0.0.1"},
		{"::", "::"},
		{"::1", "::1"},
	} {
		t.Run(tt.host, func(t *testing.T) {
			everywhere(t, func(t *testing.T, b *bench) {
				if tt.host == "hostname" && !b.isolated() {
					t.Skip("where this machine's name leads is its owner's choice")
				}
				p := b.start(code, tt.host)
				got := b.listening(p)
				if want := netip.AddrPortFrom(netip.MustParseAddr(tt.want), b.port); got.Addr != want {
					t.Errorf("listens on %s, want %s", got.Addr, want)
				}
				if b.isolated() {
					if e := b.end(p); e != Silence {
						t.Errorf("then %q, want silence\n%s", e, b.state(p))
					}
				}
				// The first client it sees is the first that the test makes.
				to := b.local()
				if tt.host == "::1" {
					to = netip.AddrPortFrom(netip.IPv6Loopback(), b.port)
				}
				c, err := b.box.Dial(t.Context(), netip.Addr{}, to, nil)
				if err != nil {
					t.Fatal(err)
				}
				b.printed(p, fmt.Sprint(c.Local.Port()))
			})
		})
	}
}

// TestListeningAgainAndAgain listens more often than the grader is told of.
func TestListeningAgainAndAgain(t *testing.T) {
	b := isolated(t)
	p := b.start(`
s = listen()
for i in range(1000): s.listen(1 + i % 5)
c, a = s.accept()
for i in range(1000): s.listen(1 + i % 5)
print('done', end='')
input()`)
	b.listening(p)
	b.dial()
	b.printed(p, "done")
	if e := b.end(p); e != Silence {
		t.Errorf("then %q, want silence\n%s", e, b.state(p))
	}
	late := b.start(`
input()
s = socket.socket(); s.bind(('', int(sys.argv[1]) + 1)); s.listen()
input()`)
	if e := b.end(late); e != Silence {
		t.Errorf("before it listens %q, want silence\n%s", e, b.state(late))
	}
	if err := late.Type([]byte("\n")); err != nil {
		t.Fatal(err)
	}
	b.wait(late, "the second port", func() bool { return len(b.box.Listeners()) == 2 })
}

// TestSettled waits until a server that listens has done what it does next.
func TestSettled(t *testing.T) {
	for _, tt := range []struct{ name, then, want string }{
		{"it waits", "", "nobody"},
		{"it computes, then waits", "spin(settling / 3)", "nobody"},
		{"it computes on", "spin(20 * settling)", "somebody"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := isolated(t)
			p := b.start(fmt.Sprintf(`
settling = %f
def spin(t):
    t += time.process_time()
    while time.process_time() < t: pass
s = listen()
%s
print('somebody' if select.select([s], [], [], 0)[0] else 'nobody', end='')
s.accept()`, settling.Seconds(), tt.then))
			var since *Look
			b.wait(p, "a server that has settled", func() bool {
				if len(b.box.Listeners()) == 0 {
					return false
				}
				if since == nil {
					since = b.box.Latest()
				}
				return b.box.Settled(p, since)
			})
			b.dial()
			b.printed(p, tt.want)
		})
	}
}

// TestRests: what goes on in the background is its program's, not another's.
func TestRests(t *testing.T) {
	daemon := &Process{PID: 10, Exited: true}
	other := &Process{PID: 20}
	for _, tt := range []struct {
		name    string
		session int
		zombie  bool
		call    Call
		want    bool
	}{
		{"it runs, in its old session", 10, false, CallRunning, false},
		{"it runs, in a session of its own", 11, false, CallRunning, false},
		{"it waits there", 11, false, CallAccept, true},
		{"it is a zombie there", 11, true, CallRunning, true},
		{"another program runs", 20, false, CallRunning, true},
	} {
		look := &Look{Complete: true, Tasks: []Task{{PID: 12, Session: tt.session, Zombie: tt.zombie, Threads: []Thread{{ID: 12, Call: tt.call}}}}}
		b := &Box{processes: []*Process{daemon, other}, last: look}
		if got := b.Rests(daemon, look); got != tt.want {
			t.Errorf("%s: rests %v", tt.name, got)
		}
	}
}

func TestPendingClientsAreCounted(t *testing.T) {
	b := isolated(t)
	p := b.start(`s = listen(); input()`)
	b.listening(p)
	b.dial()
	b.dial()
	b.wait(p, "two clients in the queue", func() bool {
		l := b.box.Listeners()
		return len(l) == 1 && l[0].Pending == 2
	})
}

func TestConversation(t *testing.T) {
	everywhere(t, func(t *testing.T, b *bench) {
		p := b.start(`
s = listen()
c, a = s.accept()
print(a[0], a[1])
while True:
    d = c.recv(1000)
    if not d: break
    c.sendall(d.upper())
c.sendall(b'bye')
c.close()
input()
`)
		b.listening(p)
		src := netip.MustParseAddr("127.3.2.1")
		c, err := b.box.Dial(t.Context(), src, b.local(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if b.isolated() && c.Local.Addr() != src {
			t.Errorf("connected from %s, want %s", c.Local, src)
		}
		b.send(c, "one ")
		b.received(p, c, "ONE ")
		b.send(c, "two ")
		b.received(p, c, "ONE TWO ")
		if err := c.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		b.received(p, c, "ONE TWO bye")
		b.ended(p, c, EOF)
		// A terminal may bring later what was printed earlier.
		b.printed(p, fmt.Sprintf("%s %d\n", c.Local.Addr(), c.Local.Port()))
	})
}

func TestConnectionEnds(t *testing.T) {
	const server = `
s = listen()
c, a = s.accept()
%s
input()
`
	const tell = `
try: print(c.recv(10) or 'end', end='')
except Exception as e: print(type(e).__name__, end='')
`
	everywhere(t, func(t *testing.T, b *bench) {
		for _, tt := range []struct {
			name, code string
			act        func(*Conn) error
			want       End
			printed    string
		}{
			{"the program closes", `c.close()`, nil, EOF, ""},
			{"the program half-closes", `c.shutdown(socket.SHUT_WR)`, nil, EOF, ""},
			{"the program resets", `import struct; c.recv(1); c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); c.close()`, func(c *Conn) error { return c.Send([]byte("x")) }, Reset, ""},
			{"the test closes", tell, func(c *Conn) error { return c.Close(false) }, Closed, "end"},
			{"the test resets", tell, func(c *Conn) error { return c.Close(true) }, Closed, "ConnectionResetError"},
			{"the test half-closes", tell, func(c *Conn) error { return c.CloseWrite() }, Live, "end"},
		} {
			p := b.start(fmt.Sprintf(server, tt.code))
			b.listening(p)
			c := b.dial()
			if tt.act != nil {
				if err := tt.act(c); err != nil {
					t.Fatalf("%s: %v", tt.name, err)
				}
			}
			b.wait(p, tt.name, func() bool {
				return strings.HasSuffix(string(p.Screen.Data), tt.printed) && (c.Ended != Live || tt.want == Live)
			})
			b.box.Read(func() {
				if c.Ended != tt.want {
					t.Errorf("%s: the connection ended by %q, want %q", tt.name, c.Ended, tt.want)
				}
			})
			b.typed(p, "\n")
			b.wait(p, "the end", func() bool { return p.Exited })
			b.wait(p, "no listener", func() bool { return len(b.box.Listeners()) == 0 })
		}
	})
}

func TestDialRefused(t *testing.T) {
	everywhere(t, func(t *testing.T, b *bench) {
		_, err := b.box.Dial(t.Context(), netip.Addr{}, b.local(), nil)
		if !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("dial to nobody: %v, want a refusal", err)
		}
	})
}

func TestDialFullQueue(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for the kernel to give up")
	}
	everywhere(t, func(t *testing.T, b *bench) {
		p := b.start(`s = listen(backlog=0); input()`)
		b.listening(p)
		for range 4 {
			_, err := b.box.Dial(t.Context(), netip.Addr{}, b.local(), nil)
			if errors.Is(err, syscall.ETIMEDOUT) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		t.Error("four connections went into a queue of none")
	})
}

func TestClientsReachTheTest(t *testing.T) {
	const client = `
host = sys.argv[2]
if host == 'hostname': host = socket.gethostname()
if sys.argv[3] == 'any':
    s = socket.create_connection((host, PORT))
else:
    s = socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET)
    s.connect((host, PORT))
s.sendall(b'hello')
print(s.recv(100).decode(), end='')
`
	for _, tt := range []struct{ host, how string }{
		{"localhost", "one"},
		{"localhost", "any"},
		{"127.0.0.1", "one"},
		{"127.0.0.1", "any"},
		{"::1", "one"},
		{"::1", "any"},
		{"hostname", "one"},
		{"hostname", "any"},
		{"", "one"},
	} {
		t.Run(tt.host+" "+tt.how, func(t *testing.T) {
			everywhere(t, func(t *testing.T, b *bench) {
				if tt.host == "hostname" && !b.isolated() {
					t.Skip("where this machine's name leads is its owner's choice")
				}
				var got []*Conn
				for _, addr := range []netip.Addr{netip.IPv4Unspecified(), netip.IPv6Unspecified()} {
					_, err := b.box.Listen(t.Context(), netip.AddrPortFrom(addr, b.port), func(c *Conn) { got = append(got, c) })
					if err != nil {
						t.Fatal(err)
					}
				}
				p := b.start(client, tt.host, tt.how)
				b.wait(p, "a client", func() bool { return len(got) > 0 })
				b.box.Read(func() {
					if l := b.box.Listeners(); len(l) != 0 {
						t.Errorf("the test's own sockets are taken for the program's: %v", l)
					}
				})
				b.received(p, got[0], "hello")
				b.send(got[0], "welcome")
				b.printed(p, "welcome")
				b.wait(p, "the end", func() bool { return p.Exited })
				b.ended(nil, got[0], EOF)
			})
		})
	}
}

func TestObserveReplaysWhatCame(t *testing.T) {
	everywhere(t, func(t *testing.T, b *bench) {
		srv, err := b.box.Listen(t.Context(), b.local(), nil)
		if err != nil {
			t.Fatal(err)
		}
		p := b.start(`s = socket.create_connection(('127.0.0.1', PORT)); s.sendall(b'a'); input(); s.sendall(b'b'); s.close(); input()`)
		b.wait(p, "data", func() bool { return len(srv.Waiting) == 1 && len(srv.Waiting[0].Data) == 1 })
		var seen []string
		var c *Conn
		b.box.Read(func() {
			c = srv.Waiting[0]
			c.Observe(func(data []byte, end End) { seen = append(seen, string(data)+string(end)) })
		})
		b.typed(p, "\n")
		b.ended(p, c, EOF)
		if diff := cmp.Diff([]string{"a", "b", "eof"}, seen); diff != "" {
			t.Errorf("observed (-want +got):\n%s", diff)
		}
	})
}

func TestSendToOneWhoDoesNotRead(t *testing.T) {
	everywhere(t, func(t *testing.T, b *bench) {
		p := b.start(`
s = listen()
c, a = s.accept()
input()
n = 0
while True:
    d = c.recv(1 << 16)
    if not d: break
    n += len(d)
print(n, end='')
`)
		b.listening(p)
		c := b.dial()
		const size = 16 << 20
		b.send(c, strings.Repeat("x", size))
		b.typed(p, "\n")
		// The end of the sending side must come after what is still to be sent.
		b.wait(p, "the program to read", func() bool { return true })
		if err := c.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		b.printed(p, fmt.Sprint(size))
	})
}

func TestLowPortsAreFree(t *testing.T) {
	b := isolated(t)
	b.port = 80
	p := b.start(`s = listen(''); s.accept(); print('served', end='')`)
	b.listening(p)
	b.dial()
	b.printed(p, "served")
}

func TestBoxesHavePortsOfTheirOwn(t *testing.T) {
	sb := openSandbox(t, false)
	var benches []*bench
	var programs []*Process
	for i := range 3 {
		b := newBench(t, sb)
		p := b.start(`
s = listen('')
c, a = s.accept()
c.sendall(sys.argv[2].encode())
input()
`, fmt.Sprint("box ", i))
		benches, programs = append(benches, b), append(programs, p)
	}
	for i, b := range benches {
		b.listening(programs[i])
		b.received(programs[i], b.dial(), fmt.Sprint("box ", i))
	}
}

func TestCloseWhileDataComes(t *testing.T) {
	everywhere(t, func(t *testing.T, b *bench) {
		p := b.start(`
s = listen()
while True:
    c, _ = s.accept()
    try:
        while True: c.sendall(b'x' * 1000)
    except ConnectionError: c.close()
`)
		b.listening(p)
		for range 100 {
			c := b.dial()
			b.wait(p, "data", func() bool { return len(c.Data) > 0 })
			if err := c.Close(false); err != nil {
				t.Fatal(err)
			}
			b.ended(p, c, Closed)
		}
	})
}

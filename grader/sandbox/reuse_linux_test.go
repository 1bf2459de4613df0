package sandbox

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// namespace tells which network namespace a box has: by its cookie, which no
// other ever has (SO_NETNS_COOKIE; Linux 5.14).
func (b *bench) namespace() string {
	b.Helper()
	return b.output(`print(int.from_bytes(socket.socket().getsockopt(socket.SOL_SOCKET, 71, 8), sys.byteorder), end='')`)
}

// servedAgain gives a bench of another submission whose box has the network
// namespace, or nil if none gets it: a box that ends gives it back a moment later.
func servedAgain(t *testing.T, sb *Sandbox, namespace string) *bench {
	t.Helper()
	for range 20 {
		b := newBench(t, sb.ForSubmission())
		if b.namespace() == namespace {
			return b
		}
		b.close()
	}
	return nil
}

// emptiable skips a test where the kernel cannot end the connections of others.
func emptiable(t *testing.T) {
	t.Helper()
	d, err := openDiag()
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	nobody := make([]byte, diagMessageSize)
	nobody[0] = unix.AF_INET
	// None of the errors of destroy is that there is no such connection.
	if err := d.destroy(nobody); err != nil {
		t.Skipf("this kernel cannot end connections (INET_DIAG_DESTROY): %v", err)
	}
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		t.Fatal(err)
	}
	var major, minor int
	release := unix.ByteSliceToString(u.Release[:])
	if _, err := fmt.Sscanf(release, "%d.%d", &major, &minor); err != nil || major < 6 || major == 6 && minor < 18 {
		t.Skipf("Linux %s may not end connections that rest (TIME_WAIT)", release)
	}
}

// messes leave connections behind: PORT is where the next program listens.
var messes = map[string]string{
	"a listener and one whose queue is not empty": `
l = listen(); m = socket.create_server(('127.0.0.1', 7000)); c = socket.create_connection(('127.0.0.1', 7000)); c.sendall(b'unread')`,
	"a connection to itself": `
l = listen(); c = socket.create_connection(('127.0.0.1', PORT)); s, _ = l.accept(); c.sendall(b'unread'); s.sendall(b'unread')`,
	"a port that rests after the server closed first": `
l = listen(); c = socket.create_connection(('127.0.0.1', PORT)); s, _ = l.accept(); s.close(); c.recv(1); c.close(); l.close()`,
	"half a connection": `
l = listen(); c = socket.create_connection(('127.0.0.1', PORT)); s, _ = l.accept(); s.shutdown(socket.SHUT_WR); c.recv(1)`,
	"much that is unread": `
l = listen(); c = socket.create_connection(('127.0.0.1', PORT)); s, _ = l.accept(); s.setblocking(False)
try:
    while True: s.send(b'x' * 65536)
except BlockingIOError: pass`,
	"IPv6": `
l = socket.create_server(('', PORT), family=socket.AF_INET6, dualstack_ipv6=True); c = socket.create_connection(('::1', PORT)); s, _ = l.accept(); s.close(); c.close()
d = socket.create_connection(('127.0.0.1', PORT)); e, _ = l.accept()`,
	"other sockets": `
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(('', PORT)); a = socket.socket(socket.AF_UNIX); a.bind('\0name'); a.listen()`,
	"a child that goes on": `
r, w = os.pipe()
if os.fork() == 0:
    l = listen(); c = socket.create_connection(('127.0.0.1', PORT)); os.write(w, b'x'); time.sleep(1000)
os.read(r, 1)`,
}

// TestNetworksServeAgain: a box whose network namespace has served another
// submission is like one whose namespace is new.
func TestNetworksServeAgain(t *testing.T) {
	for name, code := range messes {
		t.Run(name, func(t *testing.T) {
			emptiable(t)
			sb := openSandbox(t, false)
			b := newBench(t, sb.ForSubmission())
			namespace := b.namespace()
			p := b.start(code + "\nprint('done', end='', flush=True); input()")
			b.printed(p, "done")
			b.close()
			if b = servedAgain(t, sb, namespace); b == nil {
				t.Fatal("no box got the namespace")
			}
			if n, err := b.box.Traffic(t.Context()); err != nil || n != 0 {
				t.Errorf("%d bytes were sent before any was, %v", n, err)
			}
			if n, err := b.box.Accepted(t.Context()); err != nil || n != 0 {
				t.Errorf("%d connections were accepted before any was, %v", n, err)
			}
			// Without SO_REUSEADDR: what rests on the port would be an error.
			p = b.start(`s = socket.socket(); s.bind(('', PORT)); s.listen(); t = socket.create_connection(('127.0.0.1', PORT)); c, _ = s.accept(); t.sendall(b'hello'); print(c.recv(5), end='', flush=True); input()`)
			b.printed(p, "b'hello'")
			look, err := b.box.Look(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(look.Sockets) != 3 {
				t.Errorf("sockets %+v, want 3", look.Sockets)
			}
			if n, err := b.box.Traffic(t.Context()); err != nil || n != 5 {
				t.Errorf("%d bytes, %v; want 5", n, err)
			}
			if n, err := b.box.Accepted(t.Context()); err != nil || n != 1 {
				t.Errorf("%d connections, %v; want 1", n, err)
			}
		})
	}
}

// TestConnectionsOfTheGraderDoNotStay: neither those that programs left open nor
// those that they closed.
func TestConnectionsOfTheGraderDoNotStay(t *testing.T) {
	emptiable(t)
	sb := openSandbox(t, false)
	b := newBench(t, sb.ForSubmission())
	namespace := b.namespace()
	p := b.start(`l = listen(); c, _ = l.accept(); d, _ = l.accept(); d.close(); e, _ = l.accept(); e.sendall(b'x' * 3000); print('done', end='', flush=True); input()`)
	b.listening(p)
	b.dial()
	b.dial()
	b.dial()
	b.printed(p, "done")
	b.close()
	if b = servedAgain(t, sb, namespace); b == nil {
		t.Fatal("no box got the namespace")
	}
	if n, err := b.box.Traffic(t.Context()); err != nil || n != 0 {
		t.Errorf("%d bytes were sent before any was, %v", n, err)
	}
}

// TestNetworksInUseDoNotServe: one in which a socket is left ends with its box.
func TestNetworksInUseDoNotServe(t *testing.T) {
	sb := openSandbox(t, false)
	b := newBench(t, sb.ForSubmission())
	namespace := b.namespace()
	p := b.start(`l = listen(); c, _ = l.accept(); input()`)
	b.listening(p)
	c := b.dial()
	kept := -1
	if err := c.control(func(fd int) (err error) { kept, err = syscall.Dup(fd); return err }); err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(kept), "kept")
	defer f.Close()
	b.close()
	if servedAgain(t, sb, namespace) != nil {
		t.Error("a namespace that has a socket serves again")
	}
}

// TestSocketsOnTheirWayDoNotStay: a socket that only a message holds, which nobody
// will ever read, outlives its program for as long as the kernel likes.
func TestSocketsOnTheirWayDoNotStay(t *testing.T) {
	sb := openSandbox(t, false)
	b := newBench(t, sb.ForSubmission())
	namespace := b.namespace()
	p := b.start(`
for port in range(PORT, PORT + 20):
    s = socket.socket(); s.bind(('', port)); a, z = socket.socketpair()
    socket.send_fds(a, [b'x'], [s.fileno(), a.fileno(), z.fileno()])
    for x in s, a, z: x.close()
print('done', end='', flush=True); input()`)
	b.printed(p, "done")
	b.close()
	if b = servedAgain(t, sb, namespace); b == nil {
		return // the kernel has not got round to it
	}
	p = b.start(`
for port in range(PORT, PORT + 20): socket.socket().bind(('', port))
print('free', end='', flush=True); input()`)
	b.printed(p, "free")
}

// TestOneSubmissionHasNoNetworkTwice: what a program can read of the network's
// counters never stems from another program of the same submission.
func TestOneSubmissionHasNoNetworkTwice(t *testing.T) {
	sb := openSandbox(t, false)
	for _, own := range []*Sandbox{sb, sb.ForSubmission(), sb.ForSubmission()} {
		had := map[string]bool{}
		for range 8 {
			b := newBench(t, own)
			n := b.namespace()
			if had[n] {
				t.Errorf("submission %d has namespace %s twice", own.owner, n)
			}
			had[n] = true
			b.close()
		}
	}
}

// TestSocketsUsed: the kernel's text, and others.
func TestSocketsUsed(t *testing.T) {
	for text, want := range map[string]string{
		"sockets: used 12\nTCP: inuse 5 orphan 0 tw 0 alloc 8 mem 0\n": "12 true",
		"sockets: used\n":   "0 false",
		"sockets: used x\n": "0 false",
		"":                  "0 false",
	} {
		n, ok := socketsUsed(text)
		if got := fmt.Sprint(n, ok); got != want {
			t.Errorf("%q: %s, want %s", strings.TrimSpace(text), got, want)
		}
	}
}

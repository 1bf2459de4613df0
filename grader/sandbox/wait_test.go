package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// posix lets programs make calls that Python does not offer.
const posix = `
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
`

// endless are ways to wait for ever. Each prints "ready" first.
var endless = []struct{ name, code string }{
	{"accept", `s = listen(); print('ready'); s.accept()`},
	{"receive", `a, b = socket.socketpair(); print('ready'); a.recv(1)`},
	{"receive from a client of its own", `s = listen(); a = socket.create_connection(('127.0.0.1', PORT)); c, _ = s.accept(); print('ready'); c.recv(1)`},
	{"receive a message", `a, b = socket.socketpair(); print('ready'); a.recvmsg(1)`},
	{"receive a datagram", `s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('', PORT)); print('ready'); s.recvfrom(1)`},
	{"read of a connection's file", `s = listen(); a = socket.create_connection(('127.0.0.1', PORT)); print('ready'); a.makefile().readline()`},
	{"keyboard", `print('ready'); input()`},
	{"keyboard after another program", `subprocess.run(['true']); print('ready'); input()`},
	{"pipe", `r, w = os.pipe(); print('ready'); os.read(r, 1)`},
	{"full pipe", `r, w = os.pipe(); print('ready'); os.write(w, bytes(1 << 20))`},
	{"child", `
if os.fork() == 0: input()
else: print('ready'); os.wait()`},
	{"subprocess", `print('ready'); subprocess.run([sys.executable, '-c', 'input()'])`},
	{"thread", `t = threading.Thread(target=input); t.start(); print('ready'); t.join()`},
	{"threads", `
for i in range(8): threading.Thread(target=input).start()
print('ready')`},
	{"lock", `l = threading.Lock(); l.acquire(); print('ready'); l.acquire()`},
	{"event", `print('ready'); threading.Event().wait()`},
	{"queue", `import queue; print('ready'); queue.Queue().get()`},
	{"select", `s = listen(); print('ready'); select.select([s, sys.stdin], [], [])`},
	{"poll", `s = listen(); p = select.poll(); p.register(s); print('ready'); p.poll()`},
	{"epoll", `s = listen(); p = select.epoll(); p.register(s); print('ready'); p.poll()`},
	{"asyncio server", `
import asyncio
async def main():
    s = await asyncio.start_server(lambda r, w: None, '127.0.0.1', PORT)
    print('ready')
    await s.serve_forever()
asyncio.run(main())`},
	{"server of the library", `
import socketserver
s = socketserver.ThreadingTCPServer(('127.0.0.1', PORT), None)
print('ready')
selectors = __import__('selectors'); k = selectors.DefaultSelector(); k.register(s, 1); k.select()`},
	{"two processes that wait for one another", `
a, b = socket.socketpair()
if os.fork() == 0: b.recv(1)
else: print('ready'); a.recv(1)`},
	{"signal", `print('ready'); signal.pause()`},
	{"signal wait", `print('ready'); signal.sigwait([signal.SIGUSR1])`},
	{"stopped process", `print('ready'); os.kill(os.getpid(), signal.SIGSTOP)`},
	{"stopped child", `
if os.fork() == 0: os.kill(os.getpid(), signal.SIGSTOP)
else: print('ready'); os.wait()`},
	{"zombie child", `
if os.fork() == 0: os._exit(0)
os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
print('ready'); input()`},
	{"main thread that has ended", posix + `
threading.Thread(target=lambda: (print('ready'), os.read(0, 1))).start()
libc.pthread_exit(None)`},
	{"a handler for an alarm that was never set", `signal.signal(signal.SIGALRM, lambda *a: None); print('ready'); input()`},
	{"time-out that is over", `
r, w = os.pipe()
select.select([r], [], [], 0.01)
s = socket.socket(); s.settimeout(5); s.settimeout(None)
print('ready'); input()`},
}

func TestSilence(t *testing.T) {
	sb := openSandbox(t, false)
	for _, tt := range endless {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, sb)
			p := b.start("sys.stdout.reconfigure(line_buffering=True)\n" + tt.code)
			if e := b.end(p); e != Silence {
				t.Fatalf("%q, want silence\n%s", e, b.state(p))
			}
			if diff := cmp.Diff("ready\n", b.screen(p)); diff != "" {
				t.Errorf("screen (-want +got):\n%s%s", diff, b.state(p))
			}
		})
	}
}

// restless are programs that will do something by themselves, if only in a
// long time. Each prints "ready" first.
var restless = []struct{ name, code string }{
	{"sleep", `print('ready'); time.sleep(1000)`},
	{"sleep of one thread among others", `
for i in range(3): threading.Thread(target=input).start()
threading.Thread(target=time.sleep, args=(1000,)).start()
print('ready')`},
	{"sleep of a child", `
if os.fork() == 0: time.sleep(1000)
else: print('ready'); os.wait()`},
	{"sleep of an orphan", `
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0: time.sleep(1000)
    os._exit(0)
os.wait(); print('ready'); input()`},
	{"computing", "print('ready')\nwhile True: pass"},
	{"computing thread", `
def f():
    while True: pass
threading.Thread(target=f).start()
print('ready'); input()`},
	{"select with a time-out", `print('ready'); select.select([0], [], [], 1000)`},
	{"poll with a time-out", `p = select.poll(); p.register(0, select.POLLIN); print('ready'); p.poll(1000000)`},
	{"epoll with a time-out", `s = listen(); p = select.epoll(); p.register(s); print('ready'); p.poll(1000)`},
	{"accept with a time-out", `s = listen(); s.settimeout(1000); print('ready'); s.accept()`},
	{"lock with a time-out", `l = threading.Lock(); l.acquire(); print('ready'); l.acquire(timeout=1000)`},
	{"join with a time-out", `t = threading.Thread(target=input); t.start(); print('ready'); t.join(1000)`},
	{"queue with a time-out", `import queue; print('ready'); queue.Queue().get(timeout=1000)`},
	{"asyncio sleep", `
import asyncio
async def main():
    print('ready')
    await asyncio.sleep(1000)
asyncio.run(main())`},
	{"alarm with a handler", `signal.signal(signal.SIGALRM, lambda *a: None); signal.alarm(1000); print('ready'); input()`},
	{"alarm without a handler", `signal.alarm(1000); print('ready'); input()`},
	{"interval timer", `signal.setitimer(signal.ITIMER_REAL, 1000, 1000); print('ready'); input()`},
	{"alarm across exec", `
signal.alarm(1000); print('ready')
os.execv(sys.executable, ['python3', '-c', 'input()'])`},
	{"POSIX timer", posix + `
t = ctypes.c_void_p()
spec = (ctypes.c_long * 4)(0, 0, 1000, 0)
if libc.timer_create(0, None, ctypes.byref(t)) or libc.timer_settime(t, 0, spec, None): sys.exit(1)
print('ready'); input()`},
	{"timer descriptor", posix + `
fd = libc.timerfd_create(1, 0)
spec = (ctypes.c_long * 4)(0, 0, 1000, 0)
if fd < 0 or libc.timerfd_settime(fd, 0, spec, None): sys.exit(1)
print('ready'); select.select([fd], [], [])`},
	{"read of a timer descriptor", posix + `
fd = libc.timerfd_create(1, 0)
spec = (ctypes.c_long * 4)(0, 0, 1000, 0)
if fd < 0 or libc.timerfd_settime(fd, 0, spec, None): sys.exit(1)
print('ready'); os.read(fd, 8)`},
	{"time-out of the socket itself", `
import struct
a, b = socket.socketpair()
a.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack('ll', 1000, 0))
print('ready'); a.recv(1)`},
	{"inherited time-out of a socket", `
import struct
a, b = socket.socketpair()
a.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack('ll', 1000, 0))
if os.fork() == 0: a.recv(1)
else: print('ready'); input()`},
	{"signal wait with a time-out", `print('ready'); signal.sigtimedwait([signal.SIGUSR1], 1000)`},
	{"polling without blocking", `
s = listen(); s.setblocking(False); print('ready')
while True:
    try: s.accept()
    except BlockingIOError: time.sleep(0.001)`},
	{"two processes that wake one another", `
r1, w1 = os.pipe(); r2, w2 = os.pipe()
if os.fork() == 0:
    while True: os.write(w2, os.read(r1, 1))
print('ready'); os.write(w1, b'x')
while True: os.write(w1, os.read(r2, 1))`},
	{"vfork and a sleeping shell", `print('ready'); os.system('sleep 1000')`},
}

func TestNoSilenceWhileSomethingMayHappen(t *testing.T) {
	sb := openSandbox(t, false)
	const short = 150 * time.Millisecond
	for _, tt := range restless {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, sb)
			p := b.start("sys.stdout.reconfigure(line_buffering=True)\n" + tt.code)
			b.printed(p, "ready\n")
			e, err := b.box.WaitFor(t.Context(), p, short, never)
			if err != nil || e != Limit {
				t.Errorf("%q, %v, want the limit\n%s", e, err, b.state(p))
			}
		})
	}
}

func TestCallsAreTold(t *testing.T) {
	sb := openSandbox(t, false)
	for _, tt := range []struct {
		code string
		call Call
	}{
		{`listen().accept()`, CallAccept},
		{`a, b = socket.socketpair(); a.recv(1)`, CallReceive},
		{`input()`, CallKeyboard},
		{`r, w = os.pipe(); os.read(r, 1)`, CallRead},
		{`r, w = os.pipe(); os.write(w, bytes(1 << 20))`, CallWrite},
		{"if os.fork() == 0: signal.pause()\nos.wait()", CallChild},
		{`l = threading.Lock(); l.acquire(); l.acquire()`, CallLock},
		{`s = listen(); select.select([s], [], [])`, CallPoll},
		{`s = listen(); select.select([s], [], [sys.stdin], 1000)`, CallPoll},
		{`select.select([0], [], [])`, CallKeyboard},
		{`select.select([0], [], [], 1000)`, CallKeyboard},
		{`s = listen(); select.select([s, sys.stdin], [], [])`, CallEither},
		{`s = listen(); os.dup2(s.fileno(), 100); os.dup2(0, 101); select.select([100, 101], [], [])`, CallEither},
		{`p = select.poll(); p.register(0, 1); p.poll()`, CallKeyboard},
		{`s = listen(); p = select.poll(); p.register(s, 1); p.register(0, select.POLLIN); p.poll()`, CallEither},
		{`s = listen(); p = select.poll(); p.register(s, 1); p.register(0, select.POLLPRI); p.poll()`, CallPoll},
		{`p = select.epoll(); p.register(0, 1); p.poll()`, CallKeyboard},
		{`p = select.epoll(); s = listen(); p.register(s, 1); p.register(0, select.EPOLLIN); p.poll()`, CallEither},
		{`p = select.epoll(); s = listen(); p.register(s, 1); p.register(0, select.EPOLLPRI); p.poll()`, CallPoll},
		{`import readline; input()`, CallKeyboard},
		{`signal.pause()`, CallSignal},
		{`time.sleep(1000)`, CallSleep},
		{`os.kill(os.getpid(), signal.SIGSTOP)`, CallStopped},
		{"while True: pass", CallRunning},
	} {
		b := newBench(t, sb)
		p := b.start(tt.code)
		var got Call
		b.wait(p, fmt.Sprintf("%q in %s", tt.call, tt.code), func() bool {
			if b.box.last != nil {
				for _, k := range b.box.last.Tasks {
					if k.PID == p.PID {
						got = k.Threads[0].Call
					}
				}
			}
			return got == tt.call
		})
		b.close()
	}
}

func TestOver(t *testing.T) {
	everywhere(t, func(t *testing.T, b *bench) {
		if e := b.end(nil); e != Over {
			t.Errorf("a box without a program: %q", e)
		}
		other := b.start(`print('other', end='', flush=True); input()`)
		p := b.start(`print('done')`)
		if e := b.end(p); e != Over {
			t.Errorf("a program that ends: %q\n%s", e, b.state(p))
		}
		b.box.Read(func() {
			if string(p.Screen.Data) != "done\n" || !p.Exited {
				t.Errorf("at its end: exited %t, screen %q", p.Exited, p.Screen.Data)
			}
		})
		if e := b.end(p); e != Over {
			t.Errorf("again: %q", e)
		}
		b.printed(other, "other")
		b.typed(other, "\n")
		if e := b.end(nil); e != Over {
			t.Errorf("when all programs have ended: %q", e)
		}
	})
}

func TestNotOverWhileAChildLives(t *testing.T) {
	for name, leave := range map[string]string{"in its session": "pass", "in its own session": "os.setsid()"} {
		t.Run(name, func(t *testing.T) {
			b := isolated(t)
			p := b.start(`
if os.fork() == 0:
    ` + leave + `
    s = listen()
    print('child', flush=True)
    s.accept()
    print('served')
`)
			b.wait(p, "the program's end", func() bool { return p.Exited })
			b.listening(p)
			if e := b.end(p); e != Silence {
				t.Errorf("%q, want silence\n%s", e, b.state(p))
			}
			b.dial()
			if e := b.end(p); e != Over {
				t.Errorf("%q, want the end\n%s", e, b.state(p))
			}
			if diff := cmp.Diff("child\nserved\n", b.screen(p)); diff != "" {
				t.Errorf("screen (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWaitIsCancelled(t *testing.T) {
	everywhere(t, func(t *testing.T, b *bench) {
		ctx, cancel := context.WithCancel(t.Context())
		p := b.start("print('x', flush=True)\nwhile True: pass")
		_, err := b.box.Wait(ctx, p, func() bool {
			if len(p.Screen.Data) > 0 {
				cancel()
			}
			return false
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled wait: %v", err)
		}
	})
}

// rounds is how often a race is tried.
func rounds(n int) int {
	if testing.Short() {
		return n / 10
	}
	return n
}

func TestWhatIsPrintedIsSeenBeforeSilence(t *testing.T) {
	b := isolated(t)
	p := b.start(`
i = 0
while True:
    print('round', i, end='', flush=True)
    if i % 2: os.write(2, b'.')
    i += 1
    sys.stdin.readline()
`)
	var errs int
	for i := range rounds(200) {
		if e := b.end(p); e != Silence {
			t.Fatalf("round %d: %q\n%s", i, e, b.state(p))
		}
		errs += i % 2
		b.box.Read(func() {
			if want := fmt.Sprint("round ", i); string(p.Screen.Data) != want || len(p.Errors.Data) != errs {
				t.Fatalf("silence with %q on the screen and %d errors, want %q and %d", p.Screen.Data, len(p.Errors.Data), want, errs)
			}
			p.Screen.Data = nil
		})
		b.typed(p, "\n")
	}
}

func TestAnswersAreSeenBeforeSilence(t *testing.T) {
	// How the request reaches who answers, and the answer the test.
	for _, tt := range []struct{ name, code string }{
		{"one process", `
while True:
    d = c.recv(100)
    if not d: break
    c.sendall(d)
`},
		{"in pieces", `
while True:
    d = c.recv(1)
    if not d: break
    c.sendall(d)
`},
		{"a thread for each request", `
while True:
    d = c.recv(100)
    if not d: break
    t = threading.Thread(target=c.sendall, args=(d,)); t.start(); t.join()
`},
		{"a chain of processes", `
a, b = socket.socketpair()
r, w = os.pipe()
if os.fork() == 0:
    while True: os.write(w, b.recv(100))
if os.fork() == 0:
    while True: c.sendall(os.read(r, 100))
while True: a.sendall(c.recv(100))
`},
		{"a client of its own", `
s2 = socket.socket(); s2.bind(('127.0.0.1', 0)); s2.listen()
a = socket.create_connection(s2.getsockname())
b, _ = s2.accept()
def back():
    while True: c.sendall(b.recv(100))
threading.Thread(target=back, daemon=True).start()
while True: a.sendall(c.recv(100))
`},
		{"asyncio", `
import asyncio
async def main():
    c.setblocking(False)
    r, w = await asyncio.open_connection(sock=c)
    while True:
        w.write(await r.read(100))
        await w.drain()
asyncio.run(main())
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := isolated(t)
			p := b.start("s = listen()\nc, _ = s.accept()\n" + tt.code)
			b.listening(p)
			c := b.dial()
			for i := range rounds(100) {
				text := fmt.Sprint("ping ", i)
				b.send(c, text)
				if e := b.end(p); e != Silence {
					t.Fatalf("round %d: %q\n%s", i, e, b.state(p))
				}
				b.box.Read(func() {
					if string(c.Data) != text {
						t.Fatalf("silence with %q received, want %q", c.Data, text)
					}
					c.Data = nil
				})
			}
		})
	}
}

func TestWhatIsTypedIsReadBeforeSilence(t *testing.T) {
	b := isolated(t)
	p := b.start(`
n = 0
while True:
    line = os.read(0, 100)
    if line == b'end\n': print(n)
    n += 1
`)
	// Far more than the terminal holds at once.
	lines := strings.Repeat("0123456789\n", 3000) + "end\n"
	for i := range rounds(30) {
		b.typed(p, lines)
		if e := b.end(p); e != Silence {
			t.Fatalf("round %d: %q\n%s", i, e, b.state(p))
		}
		if got, want := b.screen(p), fmt.Sprintln(3000+i*3001); !strings.HasSuffix(got, want) {
			t.Fatalf("round %d: silence with %q on the screen, want %q\n%s", i, got, want, b.state(p))
		}
	}
}

func TestNewClientsAreSeenBeforeSilence(t *testing.T) {
	b := isolated(t)
	srv, err := b.box.Listen(t.Context(), b.local(), nil)
	if err != nil {
		t.Fatal(err)
	}
	p := b.start(`
while sys.stdin.readline():
    s = socket.create_connection(('127.0.0.1', PORT))
    s.sendall(b'x')
    s.close()
`)
	for i := range rounds(100) {
		b.typed(p, "\n")
		if e := b.end(p); e != Silence {
			t.Fatalf("round %d: %q\n%s", i, e, b.state(p))
		}
		b.box.Read(func() {
			if len(srv.Waiting) != i+1 {
				t.Fatalf("silence with %d clients, want %d", len(srv.Waiting), i+1)
			}
			if c := srv.Waiting[i]; string(c.Data) != "x" || c.Ended != EOF {
				t.Fatalf("silence with %q received, ended %q", c.Data, c.Ended)
			}
		})
	}
}

func TestLimitIsTimeThatTheProgramCouldUse(t *testing.T) {
	b := isolated(t)
	p := b.start("print('ready', end='', flush=True)\nwhile True: pass")
	b.printed(p, "ready")
	const patience = 200 * time.Millisecond
	first, err := b.box.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	e, err := b.box.WaitFor(t.Context(), p, patience, never)
	if err != nil || e != Limit {
		t.Fatalf("%q, %v", e, err)
	}
	last, err := b.box.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// A program that computes is given its share of Thinking; however slow the
	// machine, it has run for that long.
	ran := time.Duration(last.Tasks[0].Threads[0].Run - first.Tasks[0].Threads[0].Run)
	if share := patience * 4 / 10; ran < share/2 {
		t.Errorf("the program ran %v before the limit of %v", ran, patience)
	}
}

// TestWhoSpinsIsSuspected: in another box, what spins is found out with less of
// its processor time.
func TestWhoSpinsIsSuspected(t *testing.T) {
	const spin = "print('ready', end='', flush=True)\nwhile True: pass"
	ran := func(suspect bool) time.Duration {
		b := isolated(t)
		if suspect {
			b.box.Suspect()
		}
		p := b.start(spin)
		b.printed(p, "ready")
		if e := b.end(p); e != Limit {
			t.Fatalf("%q, want the limit\n%s", e, b.state(p))
		}
		if !b.box.Spins() {
			t.Error("it is not said to spin")
		}
		return time.Duration(b.box.last.Tasks[0].Threads[0].Run)
	}
	if once, again := ran(false), ran(true); once < Thinking || again < Thinking/caughtOnce || again > Thinking/2 {
		t.Errorf("found out after %v, and in another box after %v", once, again)
	}
}

func TestWaitDoesNotStartALateLook(t *testing.T) {
	b := isolated(t)
	if e, err := b.box.Wait(t.Context(), nil, func() bool { return true }); e != Event || err != nil {
		t.Errorf("a condition that holds: %q, %v", e, err)
	}
	if b.box.last != nil {
		t.Error("looked although the condition held")
	}
}

func TestNoAcknowledgementIsDelayed(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "127.3.2.1", "::1"} {
		b := isolated(t)
		p := b.start(`
s = listen(sys.argv[2], socket.AF_INET6 if ':' in sys.argv[2] else socket.AF_INET)
c, _ = s.accept()
while c.recv(100) == b'x': c.sendall(b'y')
names, values = open('/proc/self/net/netstat').read().splitlines()[:2]
print(dict(zip(names.split(), values.split()))['DelayedACKs'], end='')
`, host)
		b.listening(p)
		c, err := b.box.Dial(t.Context(), netip.Addr{}, netip.AddrPortFrom(netip.MustParseAddr(host), b.port), nil)
		if err != nil {
			t.Fatal(err)
		}
		for range 30 {
			b.send(c, "x")
			if e := b.end(p); e != Silence {
				t.Fatalf("%q\n%s", e, b.state(p))
			}
		}
		b.send(c, "end")
		b.wait(p, "the end", func() bool { return p.Exited })
		if got := b.screen(p); got != "0" {
			t.Errorf("%s: %s acknowledgements were delayed", host, got)
		}
	}
}

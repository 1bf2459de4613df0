package sandbox

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// openKept opens a sandbox with or without control groups, and gives its keeper
// too.
func openKept(t *testing.T, grouped bool) (*keeper, *Sandbox) {
	t.Helper()
	openSandbox(t, false) // or skip
	in, err := python()
	if err != nil {
		t.Skip(err)
	}
	groups := noCgroups(errors.ErrUnsupported)
	if grouped {
		if groups, err = findCgroups("/proc/self"); err != nil {
			t.Fatal(err)
		}
	}
	return openGrouped(t, in, groups)
}

func openGrouped(t *testing.T, in Interpreter, groups *cgroups) (*keeper, *Sandbox) {
	t.Helper()
	k, err := startKeeper(in, groups)
	if err != nil {
		t.Fatal(err)
	}
	sb, err := k.sandbox(t.Context(), Options{Interpreter: in})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sb.Close(); err != nil {
			t.Errorf("close the sandbox: %v", err)
		}
	})
	return k, sb
}

// withAndWithoutGroups runs a test in a box whose memory the kernel limits, if
// it does here, and in one whose memory is watched.
func withAndWithoutGroups(t *testing.T, f func(t *testing.T, b *bench)) {
	t.Helper()
	t.Run("watched", func(t *testing.T) {
		_, sb := openKept(t, false)
		f(t, newBench(t, sb))
	})
	t.Run("grouped", func(t *testing.T) {
		b := isolated(t)
		standing(t, b, LayerMemory)
		f(t, b)
	})
}

// Each program takes up memory in its own way, far more than MaxMemory, but
// little enough that this machine outlives a hole.
func TestMemoryIsLimited(t *testing.T) {
	for name, code := range map[string]string{
		"one process": `x = []
for i in range(24): x.append(bytearray(os.urandom(1 << 16)) * 512)`,
		"many processes": `
for i in range(24):
    if os.fork() == 0:
        x = bytearray(b'x' * 4096) * (10 << 10)
        signal.pause()
signal.pause()`,
		"a session of its own": `
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        x = []
        for i in range(24): x.append(bytearray(b'x' * 4096) * (8 << 10))
        signal.pause()
    os._exit(0)
signal.pause()`,
		"shared memory": `
import mmap
x = []
for i in range(24):
    m = mmap.mmap(-1, 32 << 20)
    for at in range(0, 32 << 20, 4096): m[at] = 1
    x.append(m)`,
		"unix sockets": `
x = []
for i in range(240):
    a, b = socket.socketpair()
    a.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20); a.setblocking(False)
    try:
        while True: a.send(bytes(1 << 16))
    except BlockingIOError: pass
    x += [a, b]
signal.pause()`,
	} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			withAndWithoutGroups(t, func(t *testing.T, b *bench) {
				p := b.start(code + "\nprint('had it all')")
				b.wait(p, "the end", func() bool { return p.Exited })
				b.box.Read(func() {
					if want := (Exit{Signal: 9, Memory: true}); p.Exit != want {
						t.Errorf("ended with %+v, not %+v: %q %.500q", p.Exit, want, p.Screen.Data, p.Errors.Data)
					}
				})
				// The box goes on: what starts next has what it needs.
				if got := b.output("x = bytearray(32 << 20)\nprint(len(x))"); got != fmt.Sprintln(32<<20) {
					t.Errorf("the next program printed %q", got)
				}
				if l, err := b.box.Look(t.Context()); err != nil || len(l.Tasks) != 0 {
					t.Errorf("left: %+v, %v", l, err)
				}
			})
		})
	}
}

// TCP sockets hold no more than the kernel's limit for the box, or the watch ends it.
func TestSocketBuffersAreLimited(t *testing.T) {
	withAndWithoutGroups(t, func(t *testing.T, b *bench) {
		p := b.start(`
s = listen(backlog=100)
x = []
total = 0
for i in range(100):
    c = socket.socket(); c.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
    c.connect(('127.0.0.1', PORT)); d, _ = s.accept()
    d.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    c.settimeout(0.01)
    x += [c, d]
    try:
        while True: total += c.send(bytes(1 << 16))
    except OSError: pass
print(total >> 20)
`)
		b.wait(p, "the end", func() bool { return p.Exited })
		var mib int
		b.box.Read(func() {
			if p.Exit.Memory {
				return
			}
			if _, err := fmt.Sscan(string(p.Screen.Data), &mib); err != nil || mib > MaxMemory>>20 {
				t.Errorf("%+v: sockets held %d MiB, %v: %.500s", p.Exit, mib, err, p.Errors.Data)
			}
		})
	})
}

// Who is killed by the grader was not killed for its memory.
func TestKilledIsNotGreedy(t *testing.T) {
	withAndWithoutGroups(t, func(t *testing.T, b *bench) {
		p := b.start("print('ready', end='', flush=True)\nsignal.pause()")
		b.printed(p, "ready")
		if err := p.Signal(t.Context(), 9); err != nil {
			t.Fatal(err)
		}
		b.wait(p, "the end", func() bool { return p.Exited })
		b.box.Read(func() {
			if p.Exit != (Exit{Signal: 9}) {
				t.Errorf("%+v", p.Exit)
			}
		})
	})
}

// A program that starts many small ones shares most of its memory with them.
func TestSharedMemoryCountsOnce(t *testing.T) {
	withAndWithoutGroups(t, func(t *testing.T, b *bench) {
		got := b.output(`
x = bytearray(b'x' * 4096) * (12 << 10)
r, w = os.pipe()
pids = []
for i in range(24):
    pid = os.fork()
    if pid == 0:
        os.read(r, 1)
        os._exit(0)
    pids.append(pid)
time.sleep(0.7)
os.write(w, bytes(len(pids)))
print([os.waitpid(p, 0)[1] for p in pids].count(0))
`)
		if got != "24\n" {
			t.Errorf("%q", got)
		}
	})
}

// TestHeldBySockets: the tables are those of real sockets. Whose queue has taken
// more than was foreseen has not taken gigabytes.
func TestHeldBySockets(t *testing.T) {
	for _, tt := range []struct {
		table []int32
		want  int64
	}{
		{[]int32{0, 131072, 0, 16384, 0, 0, 0, 0, 0}, 0},
		{[]int32{1144576, 1048576, 0, 1048576, -96000, 0, 0, 0, 2}, 1048576},
		{[]int32{0, 131072, 0, 1048576, 2920, 1062040, 0, 0, 0}, 1064960},
		{[]int32{0, 131072, 4096, 1048576, 0, 1024, 64, 512}, 4672},
		{nil, 0},
	} {
		var table []byte
		for _, n := range tt.table {
			table = binary.NativeEndian.AppendUint32(table, uint32(n))
		}
		if got := held(table); got != tt.want {
			t.Errorf("%v: %d bytes, want %d", tt.table, got, tt.want)
		}
	}
}

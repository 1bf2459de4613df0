package sandbox

import (
	"fmt"
	"maps"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// attack runs a program in an isolated box, to its end, and compares what it
// printed.
func attack(t *testing.T, code, want string) {
	t.Helper()
	b := isolated(t)
	if diff := cmp.Diff(want, b.output(code)); diff != "" {
		t.Errorf("the program printed (-want +got):\n%s", diff)
	}
}

// calls is how programs of the tests make system calls.
const calls = `
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
def call(name, nr, *args):
    ctypes.set_errno(0)
    r = libc.syscall(ctypes.c_long(nr), *[ctypes.c_long(a) for a in args])
    print(name, 'done' if r >= 0 else errno.errorcode[ctypes.get_errno()])
`

func TestSystemCallsAreRefused(t *testing.T) {
	tests := []struct {
		name string
		nr   int
		args string
		want string
	}{
		{"getpid", unix.SYS_GETPID, "", "done"}, // the test can tell
		{"ptrace", unix.SYS_PTRACE, "0, 0, 0, 0", "EPERM"},
		{"process_vm_readv", unix.SYS_PROCESS_VM_READV, "os.getpid(), 0, 0, 0, 0, 0", "EPERM"},
		{"process_vm_writev", unix.SYS_PROCESS_VM_WRITEV, "os.getpid(), 0, 0, 0, 0, 0", "EPERM"},
		{"pidfd_getfd", unix.SYS_PIDFD_GETFD, "0, 0, 0", "EPERM"},
		{"mount", unix.SYS_MOUNT, "0, 0, 0, 0, 0", "EPERM"},
		{"umount", unix.SYS_UMOUNT2, "0, 0", "EPERM"},
		{"mount_setattr", unix.SYS_MOUNT_SETATTR, "0, 0, 0, 0, 0", "EPERM"},
		{"open_tree", unix.SYS_OPEN_TREE, "0, 0, 0", "EPERM"},
		{"fsopen", unix.SYS_FSOPEN, "0, 0", "EPERM"},
		{"pivot_root", unix.SYS_PIVOT_ROOT, "0, 0", "EPERM"},
		{"chroot", unix.SYS_CHROOT, "0", "EPERM"},
		{"open_by_handle_at", unix.SYS_OPEN_BY_HANDLE_AT, "0, 0, 0", "EPERM"},
		{"unshare user", unix.SYS_UNSHARE, strconv.Itoa(unix.CLONE_NEWUSER), "EPERM"},
		{"unshare net", unix.SYS_UNSHARE, strconv.Itoa(unix.CLONE_NEWNET), "EPERM"},
		{"setns", unix.SYS_SETNS, "0, 0", "EPERM"},
		{"clone user", unix.SYS_CLONE, fmt.Sprint(unix.CLONE_NEWUSER|int(unix.SIGCHLD), ", 0, 0, 0, 0"), "EPERM"},
		{"clone pid", unix.SYS_CLONE, fmt.Sprint(unix.CLONE_NEWPID|int(unix.SIGCHLD), ", 0, 0, 0, 0"), "EPERM"},
		{"clone3", unix.SYS_CLONE3, "0, 0", "ENOSYS"},
		{"keyctl", unix.SYS_KEYCTL, "0, -3, 0", "EPERM"},
		{"add_key", unix.SYS_ADD_KEY, "0, 0, 0, 0, 0", "EPERM"},
		{"request_key", unix.SYS_REQUEST_KEY, "0, 0, 0, 0", "EPERM"},
		{"bpf", unix.SYS_BPF, "0, 0, 0", "EPERM"},
		{"perf_event_open", unix.SYS_PERF_EVENT_OPEN, "0, 0, 0, 0, 0", "EPERM"},
		{"userfaultfd", unix.SYS_USERFAULTFD, "0", "EPERM"},
		{"io_uring_setup", unix.SYS_IO_URING_SETUP, "1, 0", "EPERM"},
		{"io_uring_enter", unix.SYS_IO_URING_ENTER, "0, 0, 0, 0, 0, 0", "EPERM"},
		{"io_uring_register", unix.SYS_IO_URING_REGISTER, "0, 0, 0, 0", "EPERM"},
		{"memfd_create", unix.SYS_MEMFD_CREATE, "0, 0", "EPERM"},
		{"memfd_secret", unix.SYS_MEMFD_SECRET, "0", "EPERM"},
		{"shmget", unix.SYS_SHMGET, "0, 4096, 0o1666", "EPERM"},
		{"semget", unix.SYS_SEMGET, "0, 1, 0o1666", "EPERM"},
		{"msgget", unix.SYS_MSGGET, "0, 0o1666", "EPERM"},
		{"pair of another family", unix.SYS_SOCKETPAIR, fmt.Sprint(unix.AF_TIPC, ", 5, 0, 0"), "EAFNOSUPPORT"},
		{"init_module", unix.SYS_INIT_MODULE, "0, 0, 0", "EPERM"},
		{"finit_module", unix.SYS_FINIT_MODULE, "0, 0, 0", "EPERM"},
		{"kexec_load", unix.SYS_KEXEC_LOAD, "0, 0, 0, 0", "EPERM"},
		{"reboot", unix.SYS_REBOOT, "0, 0, 0, 0", "EPERM"},
		{"clock_settime", unix.SYS_CLOCK_SETTIME, "0, 0", "EPERM"},
		{"sethostname", unix.SYS_SETHOSTNAME, "0, 0", "EPERM"},
		{"syslog", unix.SYS_SYSLOG, "0, 0, 0", "EPERM"},
		{"personality", unix.SYS_PERSONALITY, "0", "EPERM"},
		{"push into the terminal", unix.SYS_IOCTL, fmt.Sprint("0, ", unix.TIOCSTI, ", 0"), "EPERM"},
		{"push with an upper half", unix.SYS_IOCTL, fmt.Sprint("0, ", unix.TIOCSTI, " | 1 << 40, 0"), "EPERM"},
		{"select on the console", unix.SYS_IOCTL, fmt.Sprint("0, ", unix.TIOCLINUX, ", 0"), "EPERM"},
		{"netlink", unix.SYS_SOCKET, fmt.Sprint(unix.AF_NETLINK, ", 3, 0"), "EAFNOSUPPORT"},
		{"packet", unix.SYS_SOCKET, fmt.Sprint(unix.AF_PACKET, ", 3, 0"), "EAFNOSUPPORT"},
		{"vsock", unix.SYS_SOCKET, fmt.Sprint(unix.AF_VSOCK, ", 1, 0"), "EAFNOSUPPORT"},
		{"alg", unix.SYS_SOCKET, fmt.Sprint(unix.AF_ALG, ", 5, 0"), "EAFNOSUPPORT"},
		{"raw socket", unix.SYS_SOCKET, fmt.Sprint(unix.AF_INET, ", 3, 1"), "EPERM"},
		{"setuid", unix.SYS_SETUID, "0", "EPERM or EINVAL"},
		{"mknod", unix.SYS_MKNODAT, fmt.Sprint("-100, ctypes.addressof(ctypes.create_string_buffer(b'/tmp/d')), ", unix.S_IFBLK|0o666, ", 0x800"), "refused"},
	}
	var code, want strings.Builder
	code.WriteString(calls)
	for _, tt := range tests {
		fmt.Fprintf(&code, "call(%q, %d, %s)\n", tt.name, tt.nr, tt.args)
		fmt.Fprintln(&want, tt.name, tt.want)
	}
	got := isolated(t).output(code.String())
	// Zero is not a user of the programs' namespace; Landlock refuses devices before their want of a capability does.
	got = strings.NewReplacer("setuid EINVAL", "setuid EPERM or EINVAL", "setuid EPERM", "setuid EPERM or EINVAL",
		"mknod EPERM", "mknod refused", "mknod EACCES", "mknod refused").Replace(got)
	if diff := cmp.Diff(want.String(), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSocketFamilies(t *testing.T) {
	attack(t, `
for f in range(64):
    try: socket.socket(f, socket.SOCK_DGRAM); print(f)
    except OSError: pass
`, "1\n2\n10\n")
}

func TestPrivileges(t *testing.T) {
	attack(t, `
keep = ('Uid', 'Gid', 'Groups', 'CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb', 'NoNewPrivs', 'Seccomp')
for line in open('/proc/self/status'):
    name, value = line.split(':', 1)
    if name in keep: print(name, *value.split())
`, `Uid 1000 1000 1000 1000
Gid 1000 1000 1000 1000
Groups`+groups()+`
CapInh 0000000000000000
CapPrm 0000000000000000
CapEff 0000000000000000
CapBnd 0000000000000000
CapAmb 0000000000000000
NoNewPrivs 1
Seccomp 2
`)
}

// groups are the supplementary groups that programs keep: a user other than
// root cannot drop those that they have, which all look like nobody's.
func groups() string {
	gids, err := os.Getgroups()
	if err != nil || os.Geteuid() == 0 {
		return ""
	}
	var s string
	for _, g := range gids {
		if g == os.Getegid() {
			s += " 1000"
		} else {
			s += " 65534"
		}
	}
	return s
}

func TestDescriptors(t *testing.T) {
	// A descriptor that the grader itself was given, and that outlives exec.
	leak, err := unix.Open("/dev/null", unix.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(leak)
	// One more is the folder that is being read.
	attack(t, `
for f in sorted(os.listdir('/proc/self/fd'), key=int):
    try: print(f, os.readlink('/proc/self/fd/' + f))
    except FileNotFoundError: print('and the folder')
`, "0 /dev/pts/0\n1 /dev/pts/0\n2 /dev/pts/1\nand the folder\n")
}

func TestProcesses(t *testing.T) {
	attack(t, `
print(os.getpid(), os.getppid(), os.getsid(0) == os.getpid())
print(*sorted(n for n in os.listdir('/proc') if n.isdigit()))
for pid in (1, -1):
    for sig in (signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL):
        try: os.kill(pid, sig)
        except OSError: pass
for p in ('/proc/1/environ', '/proc/1/mem', '/proc/1/root/x', '/proc/1/fd'):
    try: os.stat(p); open(p); print(p)
    except OSError: pass
print('alive')
`, "3 0 True\n3\nalive\n")
}

func TestRootIsReadOnly(t *testing.T) {
	attack(t, `
print(*sorted(os.listdir('/')))
print(*sorted(os.listdir('/dev')))
print(*sorted(n for n in os.listdir('/etc') if n not in ('ld.so.cache', 'alternatives')))
def attempt(what, f, *args):
    try: f(*args); print(what, 'done')
    except OSError as e: print(what, e.strerror)
for p in ('/x', '/usr/x', '/etc/x', '/bin/x', '/dev/x', '/root/x', '/proc/x'):
    attempt(p, open, p, 'w')
attempt('chmod', os.chmod, '/usr/bin/env', 0o777)
attempt('rename', os.rename, '/usr', '/tmp/usr')
try: open('/etc/hosts', 'a'); print('hosts opened')
except OSError: pass
for p in ('/tmp/x', '/var/tmp/x2', '/dev/shm/x', '/srv/x', '/var/www/x', 'x', os.path.expanduser('~/y')):
    attempt(p, open, p, 'w')
for d in ('null', 'zero', 'full', 'random', 'urandom', 'tty'):
    attempt(d, open, '/dev/' + d)
`, strings.Join(rootNames(t), " ")+`
fd full null ptmx pts random shm stderr stdin stdout tty urandom zero
group host.conf hostname hosts nsswitch.conf passwd protocols services
/x Read-only file system
/usr/x Read-only file system
/etc/x Read-only file system
/bin/x Read-only file system
/dev/x Read-only file system
/root/x Read-only file system
/proc/x No such file or directory
chmod Read-only file system
rename Invalid cross-device link
/tmp/x done
/var/tmp/x2 done
/dev/shm/x done
/srv/x done
/var/www/x done
x done
/home/etudiant/y done
null done
zero done
full done
random done
urandom done
tty done
`)
}

func TestWorkFolderIsLimited(t *testing.T) {
	b := isolated(t)
	got := b.output(`
import errno
total, n = 0, 0
try:
    while total < 1 << 30:
        with open('big%d' % n, 'wb', buffering=0) as f:
            n += 1
            try:
                while True: total += f.write(bytes(1 << 20))
            except OSError as e:
                if e.errno != errno.EFBIG: raise
                if os.fstat(f.fileno()).st_size != int(sys.argv[2]): print('a file of', os.fstat(f.fileno()).st_size)
except OSError as e: print(e.strerror)
print(total <= int(sys.argv[3]), total > int(sys.argv[3]) * 9 // 10)
for i in range(n): os.remove('big%d' % i)
n = 0
try:
    while n < 100000: open('/tmp/%d' % n, 'w').close(); n += 1
except OSError as e: print(e.strerror)
print(n <= int(sys.argv[4]), n > int(sys.argv[4]) * 9 // 10)
`, fmt.Sprint(MaxFileSize), fmt.Sprint(WorkBytes), fmt.Sprint(WorkInodes))
	want := "No space left on device\nTrue True\nNo space left on device\nTrue True\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestProcessesAreLimited(t *testing.T) {
	b := isolated(t)
	got := b.output(`
n = 0
try:
    while n < 1000:
        if os.fork() == 0: signal.pause()
        n += 1
except OSError as e: print(e.strerror)
print(n < int(sys.argv[2]), n > int(sys.argv[2]) // 2)
try: bytearray(int(sys.argv[3])); print('allocated')
except MemoryError: print('no memory')
try:
    files = [open('/dev/null') for i in range(10000)]; print('opened')
except OSError as e: print(e.strerror)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.kill(0, signal.SIGTERM)
while True:
    try: os.wait()
    except ChildProcessError: break
`, fmt.Sprint(MaxProcesses), fmt.Sprint(MaxAddressSpace))
	want := "Resource temporarily unavailable\nTrue True\nno memory\nToo many open files\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNoNetwork(t *testing.T) {
	// A service of this machine, which programs must not reach.
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	b := isolated(t)
	got := b.output(`
print(*[l.split(':')[0].strip() for l in open('/proc/self/net/dev').readlines()[2:]])
def attempt(host, port, kind=socket.SOCK_STREAM):
    s = socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET, kind)
    try: s.connect((host, port)); print('connected')
    except OSError as e: print(e.strerror)
attempt('192.0.2.1', 80)
attempt('169.254.169.254', 80)
attempt('2001:db8::1', 80)
attempt('192.0.2.1', 53, socket.SOCK_DGRAM)
attempt('127.0.0.1', int(sys.argv[2]))
attempt('8.8.8.8', 53)
own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
own.connect(('8.8.8.8', 80)); print(own.getsockname()[0])
try: socket.gethostbyname('example.org'); print('resolved')
except OSError: print('not resolved')
print(*sorted({i[4][0] for n in ('localhost', socket.gethostname()) for i in socket.getaddrinfo(n, 80)}))
print(socket.gethostname())
`, fmt.Sprint(netip.MustParseAddrPort(l.Addr().String()).Port()))
	want := `lo
Network is unreachable
Network is unreachable
Network is unreachable
Network is unreachable
Connection refused
Connection refused
127.0.0.1
not resolved
127.0.0.1 ::1
poste
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestBoxesDoNotMeet(t *testing.T) {
	sb := openSandbox(t, false)
	one := newBench(t, sb)
	p := one.start(`
for f in ('x', '/tmp/x', '/dev/shm/x'): open(f, 'w').close()
s = socket.socket(socket.AF_UNIX); s.bind('\0name'); s.listen()
print('ready', end='')
input()
`)
	one.printed(p, "ready")
	other := newBench(t, sb)
	got := other.output(`
print(*[f for f in ('x', '/tmp/x', '/dev/shm/x') if os.path.exists(f)])
try: socket.socket(socket.AF_UNIX).connect('\0name'); print('connected')
except OSError as e: print(e.strerror)
print(*[p for p in os.listdir('/proc') if p.isdigit()])
`)
	if diff := cmp.Diff("\nConnection refused\n3\n", got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// marked lists the processes of this machine that have mark in their arguments.
func marked(t *testing.T, mark string) []string {
	t.Helper()
	names, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, n := range names {
		if text, err := os.ReadFile(n); err == nil && strings.Contains(string(text), mark) {
			found = append(found, n)
		}
	}
	return found
}

// daemons makes two processes leave their program as far as they can.
const daemons = `
r, w = os.pipe()
for i in range(2):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.write(w, b'x')
            while True: time.sleep(1000)
        os._exit(0)
    os.wait()
n = 0
while n < 2: n += len(os.read(r, 1))
print('ready', end='', flush=True)
input()
`

func TestDaemonsEndWithTheirBox(t *testing.T) {
	everywhere(t, func(t *testing.T, b *bench) {
		mark := fmt.Sprintf("mark-%d-%p", os.Getpid(), b)
		p := b.start(daemons, mark)
		b.printed(p, "ready")
		if got := marked(t, mark); len(got) != 3 {
			t.Fatalf("%d processes before the end, want 3", len(got))
		}
		// They outlive their program.
		b.typed(p, "\n")
		b.wait(p, "the end of the program", func() bool { return p.Exited })
		if got := marked(t, mark); len(got) != 2 {
			t.Fatalf("%d processes after their program's end, want 2", len(got))
		}
		if err := b.box.Close(); err != nil {
			t.Fatal(err)
		}
		if got := marked(t, mark); len(got) != 0 {
			t.Errorf("left behind: %v", got)
		}
	})
}

func TestEverythingEndsWithTheSandbox(t *testing.T) {
	sb := openSandbox(t, false)
	b := &bench{TB: t, sb: sb, in: sb.Interpreter()}
	var err error
	if b.box, err = sb.NewBox(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	mark := fmt.Sprintf("mark-%d-%p", os.Getpid(), b)
	b.printed(b.start(daemons, mark), "ready")
	if err := sb.Close(); err != nil {
		t.Fatal(err)
	}
	if got := marked(t, mark); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
	if _, err := sb.NewBox(t.Context(), nil); err == nil {
		t.Error("a closed sandbox makes a box")
	}
	// The box has no keeper to end it any more, and must not hang.
	if err := b.box.Close(); err == nil {
		t.Error("closing a box without its keeper went well")
	}
}

// rootNames are the names in the root of a box: those of this system's
// folders of programs, and the box's own.
func rootNames(t *testing.T) []string {
	t.Helper()
	in, err := python()
	if err != nil {
		t.Skip(err)
	}
	binds, links, err := rootOf(in)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{"Library": true, "Users": true, "opt": true, "workspaces": true, "dev": true, "etc": true, "home": true, "mnt": true, "proc": true, "root": true, "srv": true, "tmp": true, "var": true}
	add := func(path string) { names[strings.SplitN(path, "/", 3)[1]] = true }
	for _, b := range binds {
		add(b.Path)
	}
	for _, l := range links {
		add(l.Path)
	}
	return slices.Sorted(maps.Keys(names))
}

package sandbox

import (
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// standing skips a test of a layer that this machine does not give.
func standing(t *testing.T, b *bench, layer string) {
	t.Helper()
	if !slices.Contains(b.sb.Isolation(), layer) {
		t.Skipf("no %s here", layer)
	}
}

// What Landlock refuses would be done without it: no mount, mode or owner is in
// the way.
func TestLandlockIsAWallOfItsOwn(t *testing.T) {
	b := isolated(t)
	standing(t, b, LayerLandlock)
	got := b.output(`
for f in ('comm', 'oom_score_adj', 'timerslack_ns', 'coredump_filter'):
    try: open('/proc/self/' + f, 'w').write('1'); print(f, 'written')
    except OSError as e: print(f, e.strerror)
`)
	want := "comm Permission denied\noom_score_adj Permission denied\ntimerslack_ns Permission denied\ncoredump_filter Permission denied\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestProgramsOfABoxDoNotTouchOneAnother(t *testing.T) {
	b := isolated(t)
	standing(t, b, LayerScopes)
	p := b.start(`
s = socket.socket(socket.AF_UNIX); s.bind('\0name'); s.listen()
print('ready', end='', flush=True)
input()
`)
	b.printed(p, "ready")
	got := b.output(`
try: socket.socket(socket.AF_UNIX).connect('\0name'); print('connected')
except OSError as e: print(e.strerror)
for sig in (0, signal.SIGTERM, signal.SIGKILL):
    try: os.kill(int(sys.argv[2]), sig); print('killed')
    except OSError as e: print(e.strerror)
print(*[p for p in os.listdir('/proc') if p.isdigit() and int(p) != os.getpid()])
`, strconv.Itoa(p.PID))
	want := "Operation not permitted\nOperation not permitted\nOperation not permitted\nOperation not permitted\n\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	b.box.Read(func() {
		if p.Exited {
			t.Errorf("the other program has ended: %v", p.Exit)
		}
	})
}

// A kernel without Landlock gives a sandbox without that layer.
func TestOlderLandlockAsksForLess(t *testing.T) {
	for abi, gone := range map[int]uint64{
		1: unix.LANDLOCK_ACCESS_FS_REFER | unix.LANDLOCK_ACCESS_FS_TRUNCATE | unix.LANDLOCK_ACCESS_FS_IOCTL_DEV,
		2: unix.LANDLOCK_ACCESS_FS_TRUNCATE | unix.LANDLOCK_ACCESS_FS_IOCTL_DEV,
		4: unix.LANDLOCK_ACCESS_FS_IOCTL_DEV,
		7: 0,
	} {
		if got := (landlock{abi: 9}).known() &^ (landlock{abi: abi}).known(); got != gone {
			t.Errorf("version %d lacks %#x, want %#x", abi, got, gone)
		}
	}
	if abi := findLandlock().abi; abi > 0 {
		rules, err := (landlock{abi: 1}).ruleset(executable(t))
		if err != nil {
			t.Fatal(err)
		}
		unix.Close(rules)
	}
}

func executable(t *testing.T) int {
	t.Helper()
	f, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return int(f.Fd())
}

// All that answers to the sheet, and more, may use of Python.
func TestNormalPythonRuns(t *testing.T) {
	everywhere(t, func(t *testing.T, b *bench) {
		got := b.output(`
import multiprocessing, multiprocessing.shared_memory, tempfile, sqlite3, pty, shutil, ssl, asyncio, fcntl, mmap, shelve, logging, ctypes, concurrent.futures, http.server, subprocess
def done(name): print(name, flush=True)
print(subprocess.run([sys.executable, '-c', 'print("sub")'], capture_output=True, text=True, timeout=60).stdout, end='')
print(subprocess.run('echo shell | cat', shell=True, capture_output=True, text=True).stdout, end='')
context = multiprocessing.get_context('fork')
q = context.Queue()
p = context.Process(target=q.put, args=(1,)); p.start(); q.get(); p.join(); done('multiprocessing')
with context.Pool(2) as pool: assert pool.map(abs, [-1, 2]) == [1, 2]
done('pool')
m = multiprocessing.shared_memory.SharedMemory(create=True, size=4096); m.buf[0] = 1; m.close(); m.unlink(); done('shared memory')
with concurrent.futures.ThreadPoolExecutor(8) as ex: assert sum(ex.map(abs, range(20))) == 190
done('threads')
d = tempfile.mkdtemp(); os.mkdir(d + '/a'); os.mkdir(d + '/b')
open(d + '/a/f', 'w').write('x'); os.rename(d + '/a/f', d + '/b/g'); os.link(d + '/b/g', d + '/a/h'); os.symlink('h', d + '/a/s')
os.truncate(d + '/b/g', 0); os.chmod(d + '/b/g', 0o600); os.mkfifo(d + '/fifo'); os.replace(d + '/b/g', 'here'); os.rename('here', d + '/g')
s = socket.socket(socket.AF_UNIX); s.bind(d + '/sock'); s.listen(); c = socket.socket(socket.AF_UNIX); c.connect(d + '/sock')
shutil.rmtree(d); done('files')
with tempfile.NamedTemporaryFile() as f: f.write(b'x'); fcntl.lockf(f, fcntl.LOCK_EX); mmap.mmap(f.fileno(), 0) if os.fstat(f.fileno()).st_size else None
done('temporary')
db = sqlite3.connect('db'); db.execute('create table t (a)'); db.execute('insert into t values (1)'); db.commit(); db.close(); os.remove('db'); done('sqlite')
s = socket.socket(socket.AF_UNIX); s.bind('\0own'); s.listen(); c = socket.socket(socket.AF_UNIX); c.connect('\0own'); done('abstract')
pid, fd = pty.fork()
if pid == 0: print('in', os.ttyname(0).startswith('/dev/pts/'), flush=True); os._exit(0)
assert b'in True' in os.read(fd, 100); os.waitpid(pid, 0); done('pty')
open('/dev/null', 'w').write('x'); open('/dev/null', 'ab').write(b'x'); assert len(open('/dev/urandom', 'rb').read(4)) == 4; open('/dev/tty', 'w').write(''); done('devices')
pid = os.fork()
if pid == 0: signal.pause()
os.kill(pid, signal.SIGTERM); assert os.waitpid(pid, 0)[1] == signal.SIGTERM; done('signals')
print('to a file', file=open('/dev/stdout', 'w')); done('stdout')
async def main(): await asyncio.create_subprocess_exec('true')
asyncio.run(main()); done('asyncio')
`)
		want := `sub
shell
multiprocessing
pool
shared memory
threads
files
temporary
sqlite
abstract
pty
devices
signals
to a file
stdout
asyncio
`
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

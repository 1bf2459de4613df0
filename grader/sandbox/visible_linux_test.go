package sandbox

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// dump prints all that a program is told about where it runs.
const dump = `
def show(path):
    try: print(path, open(path, errors='replace').read())
    except OSError as e: print(path, e.strerror)
print(os.environ, sys.argv[2:], sys.path, os.uname(), os.getcwd(), os.getpid(), os.getppid(), os.getuid(), os.getgroups() == [])
for f in ('environ', 'cmdline', 'mountinfo', 'mounts', 'mountstats', 'cgroup', 'maps', 'status', 'uid_map', 'gid_map', 'comm', 'limits'):
    show('/proc/self/' + f)
for f in ('environ', 'cmdline', 'mountinfo', 'cgroup', 'maps', 'status', 'comm'):
    show('/proc/1/' + f)
for f in ('exe', 'cwd', 'root'):
    for p in ('self', '1', str(os.getppid())):
        try: print(os.readlink('/proc/%s/%s' % (p, f)))
        except OSError: pass
for f in os.listdir('/etc'):
    if os.path.isfile('/etc/' + f) and f != 'ld.so.cache': show('/etc/' + f)
for d in ('/', '/home', '/root', '/tmp', '/var', '/srv', '/dev', '/proc', '/home/etudiant'): print(d, os.listdir(d))
for f in ('/proc/version', '/proc/keys', '/proc/mounts', '/proc/cpuinfo', '/proc/kmsg', '/proc/sysrq-trigger', '/sys', '/run', '/boot'):
    if os.path.exists(f): print(f, 'is', 'here')
`

func TestNothingOfTheHostIsVisible(t *testing.T) {
	t.Setenv("GRADER_SECRET", "a-secret-of-the-grader")
	secret := filepath.Join(t.TempDir(), "scenario.txtar")
	if err := os.WriteFile(secret, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	b := isolated(t, File{Path: "server.py", Data: []byte("pass")})
	got := strings.ToLower(b.output(dump))
	words := []string{"grader", "netlab", "scenario", "sandbox", "keeper", "txtar", "a-secret", "journal", "reference", "is here", "box-", filepath.Dir(secret)}
	if host, err := os.Hostname(); err == nil && len(host) > 3 && host != Hostname {
		words = append(words, host)
	}
	if wd, err := os.Getwd(); err == nil {
		words = append(words, wd)
	}
	if exe, err := os.Executable(); err == nil {
		words = append(words, exe)
	}
	for _, w := range words {
		if at := strings.Index(got, strings.ToLower(w)); at >= 0 {
			t.Errorf("a program sees %q: …%s…", w, got[max(0, at-100):min(len(got), at+100)])
		}
	}
	if !strings.Contains(got, "server.py") || !strings.Contains(got, "/proc/self/mountinfo ") {
		t.Errorf("the program did not look around: %.500s", got)
	}
}

func TestControlGroupsLookLikeRoots(t *testing.T) {
	b := isolated(t)
	got := b.output("for l in open('/proc/self/cgroup'): print(l.split(':', 2)[2], end='')")
	for line := range strings.Lines(got) {
		if line != "/\n" {
			t.Errorf("a program sees that its group is %q", line)
		}
	}
	if got == "" {
		t.Error("a program is in no control group")
	}
}

// state is what could differ between two boxes.
const state = `
print(sorted(os.environ.items()), os.getcwd(), os.getpid(), os.uname().nodename)
for top in ('/home', '/tmp', '/dev/shm', '/dev/pts'):
    for d, dirs, files in sorted(os.walk(top)):
        for n in sorted(dirs + files):
            s = os.lstat(d + '/' + n); print(d, n, oct(s.st_mode), s.st_uid, s.st_gid, s.st_size)
print(sorted(int(f) for f in os.listdir('/proc/self/fd'))[:3])
print([l.split()[3:6] for l in open('/proc/self/mountinfo')])
print([l.split()[1:] for l in open('/proc/net/tcp')] if os.path.exists('/proc/net/tcp') else '')
print(open('/proc/self/net/snmp').read())
print(open('/proc/self/limits').read())
v = os.statvfs('/home'); print(v.f_blocks, v.f_bfree, v.f_files, v.f_ffree)
`

// A box made ahead of need is like one that is made when it is asked for, and
// what was there before it leaves no trace.
func TestReadyBoxIsLikeAFreshOne(t *testing.T) {
	files := []File{{Path: "a/server.py", Data: []byte("pass")}, {Path: "/srv/x", Data: []byte("y")}}
	k, sb := openKept(t, true)
	fresh := newBench(t, sb, files...)
	want := fresh.output(state) // meanwhile one is made
	k.spare.prepare(k.newBox)
	k.spare.work.Wait()
	box := k.spare.box
	if box == nil {
		t.Fatal("no box is ready")
	}
	ready := newBench(t, sb, files...)
	if ready.box.be != backend(box) {
		t.Error("the box that was ready is not the one that was given")
	}
	if diff := cmp.Diff(want, ready.output(state)); diff != "" {
		t.Errorf("(-fresh +ready):\n%s", diff)
	}
}

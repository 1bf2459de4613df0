package sandbox

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// leftovers is what a sandbox could leave behind on this machine.
type leftovers struct {
	Descriptors []string
	Mounts      string
	Groups      []string
	Children    []string
	Temporary   []string
}

func lookAround(t *testing.T, temporary string) leftovers {
	t.Helper()
	var l leftovers
	for _, fd := range readDir(t, "/proc/self/fd") {
		if link, err := os.Readlink("/proc/self/fd/" + fd); err == nil {
			l.Descriptors = append(l.Descriptors, fd+" "+link)
		}
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	l.Mounts = string(mounts)
	mark := fmt.Sprintf("-%d-", os.Getpid())
	err = filepath.WalkDir("/sys/fs/cgroup", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && strings.HasPrefix(d.Name(), groupPrefix) && strings.Contains(d.Name(), mark) {
			l.Groups = append(l.Groups, path)
		}
		return nil // what others make and remove meanwhile does not matter
	})
	if err != nil {
		t.Fatal(err)
	}
	l.Children = children(t)
	l.Temporary = readDir(t, temporary)
	return l
}

func readDir(t *testing.T, path string) []string {
	t.Helper()
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	slices.Sort(out)
	return out
}

// children lists the processes that this one has started, zombies too.
func children(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range files {
		stat, err := os.ReadFile(f)
		if err != nil {
			continue // it has ended
		}
		if _, _, fields := parseStat(stat); len(fields) > 0 && fields[0] == strconv.Itoa(os.Getpid()) {
			out = append(out, filepath.Base(filepath.Dir(f)))
		}
	}
	return out
}

// stubborn is a program that leaves all kinds of processes behind.
const stubborn = `
import tempfile
r, w = os.pipe()
def leave(how):
    if os.fork() == 0:
        if how != 'stopped': os.setsid()
        if os.fork() == 0:
            for s in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT): signal.signal(s, signal.SIG_IGN)
            open(tempfile.mkstemp()[1], 'w').write('x')
            os.write(w, b'x')
            if how == 'stopped': os.kill(os.getpid(), signal.SIGSTOP)
            if how == 'threads':
                for i in range(5): threading.Thread(target=signal.pause).start()
            if how == 'tracks': subprocess.Popen(['sleep', '1000'], start_new_session=True)
            while True: time.sleep(1000)
        if how == 'zombie': os.kill(os.getpid(), signal.SIGSTOP)
        os._exit(0)
for how in ('daemon', 'stopped', 'threads', 'tracks', 'zombie'): leave(how)
n = 0
while n < 5: n += len(os.read(r, 5))
s = listen()
print('ready', end='', flush=True)
input()
`

func TestNothingIsLeft(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	// What the first one opens for good, the runtime's own, is there afterwards.
	first := openSandbox(t, false)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	before := lookAround(t, temporary)
	in, err := python()
	if err != nil {
		t.Skip(err)
	}
	sb, err := Open(t.Context(), Options{Interpreter: in})
	if err != nil {
		t.Fatal(err)
	}
	mark := fmt.Sprintf("mark-%d-left", os.Getpid())
	for range 2 {
		b := &bench{TB: t, sb: sb, in: in, port: 6666}
		if b.box, err = sb.NewBox(t.Context(), []File{{Path: "f", Data: []byte("x")}}); err != nil {
			t.Fatal(err)
		}
		p := b.start(stubborn, mark)
		b.printed(p, "ready")
		b.dial()
		if n := len(marked(t, mark)); n < 6 {
			t.Fatalf("%d processes run, want 6 at least", n)
		}
		if err := b.box.Close(); err != nil {
			t.Fatal(err)
		}
		if left := marked(t, mark); len(left) != 0 {
			t.Errorf("a closed box leaves %v", left)
		}
	}
	// One is open when the sandbox ends.
	open, err := sb.NewBox(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{TB: t, sb: sb, in: in, box: open, port: 6666}
	b.printed(b.start(stubborn, mark), "ready")
	if during := lookAround(t, temporary); len(during.Children) != len(before.Children)+1 || len(during.Descriptors) <= len(before.Descriptors) {
		t.Errorf("looking around does not see the keeper: %+v", during)
	}
	if err := sb.Close(); err != nil {
		t.Fatal(err)
	}
	if left := marked(t, mark); len(left) != 0 {
		t.Errorf("a closed sandbox leaves %v", left)
	}
	if err := open.Close(); err == nil {
		t.Error("closing a box without its keeper went well")
	}
	if diff := cmp.Diff(before, lookAround(t, temporary)); diff != "" {
		t.Errorf("left behind (-before +after):\n%s", diff)
	}
}

// Boxes that come and go leave nothing in their keeper either, but for a few
// network namespaces that serve again.
func TestKeeperKeepsNothing(t *testing.T) {
	for _, tt := range []struct {
		name       string
		submission func(*Sandbox) *Sandbox
		most       int // descriptors more
	}{
		{"of no submission", func(sb *Sandbox) *Sandbox { return sb }, 0},
		// One that is not given back yet when the next box is made has another beside it.
		{"of one submission each", (*Sandbox).ForSubmission, 3},
	} {
		t.Run(tt.name, func(t *testing.T) { keeperKeepsNothing(t, tt.submission, tt.most) })
	}
}

func keeperKeepsNothing(t *testing.T, submission func(*Sandbox) *Sandbox, most int) {
	known := children(t)
	sb := openSandbox(t, false)
	keepers := slices.DeleteFunc(children(t), func(pid string) bool { return slices.Contains(known, pid) })
	if len(keepers) != 1 {
		t.Fatalf("keepers: %v", keepers)
	}
	use := func() {
		b := newBench(t, submission(sb))
		b.output("print(1)")
		b.close()
	}
	count := func() int { return len(readDir(t, "/proc/"+keepers[0]+"/fd")) }
	for range 5 {
		use()
	}
	before := count()
	for range 10 {
		use()
	}
	after := count()
	// The last of a box goes with its thread, a moment after the box.
	for range 20 {
		if after <= before+most {
			return
		}
		use()
		after = min(after, count())
	}
	t.Errorf("the keeper has %d descriptors after 5 boxes and %d after 15", before, after)
}

// A group that something lives in cannot be removed, and that is told.
func TestSurvivorsAreTold(t *testing.T) {
	c, err := findCgroups("/proc/self")
	if err != nil {
		t.Fatal(err)
	}
	if len(c.places) == 0 {
		t.Skip("no control groups here")
	}
	g, err := c.box()
	if err != nil {
		t.Fatal(err)
	}
	// A group inside keeps it as a process would, and does not go by itself.
	for _, folder := range g.folders {
		if err := os.Mkdir(folder+"/inside", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := g.remove(); err == nil {
		t.Error("a group that is not empty was removed")
	}
	for _, folder := range g.folders {
		if err := os.Remove(folder + "/inside"); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.close(); err != nil {
		t.Error(err)
	}
}

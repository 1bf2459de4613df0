package attack

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// host is what an attack must not reach, and what is looked at from outside
// while the attacks run.
type host struct {
	port    int    // of a service on the loopback
	socket  string // abstract name of another
	folder  string // that everybody may write to
	secrets []string

	mu         sync.Mutex
	reached    []string
	namespaces map[string]bool // of the boxes, seen while they were there
	started    map[string]bool // processes seen below the harness
	rss        map[string]int64
	files      int // most descriptors of the harness at once
	stop       chan struct{}
	stopped    sync.WaitGroup
}

// bait is the value of a variable of the harness's environment.
const bait = "GRADER_ATTACK_BAIT"

// newHost sets the baits and begins to watch.
func newHost(t *testing.T) *host {
	t.Helper()
	name := strings.ToLower(rand.Text()[:12])
	h := &host{
		socket: "bait-" + name, folder: t.TempDir(), namespaces: map[string]bool{}, started: map[string]bool{}, rss: map[string]int64{},
		stop: make(chan struct{}),
	}
	t.Setenv(bait, "secret-"+name)
	h.secrets = []string{"secret-" + name}
	for _, f := range []func() (string, error){os.Hostname, os.Getwd, os.Executable} {
		if s, err := f(); err == nil && len(s) > 3 {
			h.secrets = append(h.secrets, s)
		}
	}
	if err := os.Chmod(h.folder, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(h.folder, "canary"), []byte(name), 0o666); err != nil {
		t.Fatal(err)
	}
	h.serve(t, "tcp", "127.0.0.1:0")
	h.serve(t, "unix", "@"+h.socket)
	h.serve(t, "unix", filepath.Join(h.folder, "socket"))
	// A descriptor that outlives an exec, as a shell may have given the harness.
	leak, err := unix.Open(h.folder, unix.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(leak) })
	h.sentinel(t)
	h.stopped.Go(h.watch)
	t.Cleanup(func() { h.rest() })
	return h
}

// serve listens where no attack may come.
func (h *host) serve(t *testing.T, network, address string) {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	if a, ok := l.Addr().(*net.TCPAddr); ok {
		h.port = a.Port
	}
	var done sync.WaitGroup
	done.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			h.mu.Lock()
			h.reached = append(h.reached, network+" "+address)
			h.mu.Unlock()
			c.Close()
		}
	})
	t.Cleanup(func() {
		l.Close()
		done.Wait()
	})
}

// sentinel starts a process that nobody may hurt.
func (h *host) sentinel(t *testing.T) {
	t.Helper()
	cmd := exec.Command("sleep", "100000")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if state := processOf(cmd.Process.Pid); state.state != 'S' {
			t.Errorf("a process of the host was hurt: its state is %q", state.state)
		}
		// Its end is this test's doing.
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}

// watch looks at the harness and at its boxes again and again.
func (h *host) watch() {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		h.look()
		select {
		case <-h.stop:
			return
		case <-tick.C:
		}
	}
}

// rest ends the watching.
func (h *host) rest() {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-h.stop:
	default:
		close(h.stop)
	}
}

// look takes down the memory of the harness and of its keeper, its
// descriptors, and the namespaces of what it started.
func (h *host) look() {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := processes()
	self := os.Getpid()
	own := namespacesOf(self)
	for pid, p := range all {
		if p.parent == self || pid == self {
			h.rss[p.role(pid)] = max(h.rss[p.role(pid)], p.rss)
		}
		if pid == self || !descends(all, pid, self) {
			continue
		}
		h.started[p.start] = true
		for _, ns := range namespacesOf(pid) {
			if !slices.Contains(own, ns) {
				h.namespaces[ns] = true
			}
		}
	}
	h.files = max(h.files, descriptors())
}

// process is what /proc tells of one.
type process struct {
	parent int
	state  byte
	name   string
	rss    int64  // bytes
	start  string // when it started, in ticks: with its number, what tells it from all others
}

func (p process) role(pid int) string {
	if pid == os.Getpid() {
		return "harness"
	}
	return p.name
}

// processOf reads one process; its state is 0 when it is gone.
func processOf(pid int) process {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	open, end := bytes.IndexByte(text, '('), bytes.LastIndexByte(text, ')')
	if err != nil || open < 0 || end < open {
		return process{}
	}
	f := strings.Fields(string(text[end+1:]))
	if len(f) < 22 {
		return process{}
	}
	p := process{state: f[0][0], name: string(text[open+1 : end])}
	p.parent, _ = strconv.Atoi(f[1])
	p.start = fmt.Sprintf(" %d %s", pid, f[19])
	pages, _ := strconv.ParseInt(f[21], 10, 64)
	p.rss = pages * int64(os.Getpagesize())
	return p
}

func processes() map[int]process {
	out := map[int]process{}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return out
	}
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil {
			if p := processOf(pid); p.state != 0 {
				out[pid] = p
			}
		}
	}
	return out
}

func descends(all map[int]process, pid, ancestor int) bool {
	for range len(all) {
		p, ok := all[pid]
		if !ok || pid == ancestor {
			return ok
		}
		pid = p.parent
	}
	return false
}

// namespacesOf lists the namespaces of a process, as far as they may be seen.
func namespacesOf(pid int) []string {
	var out []string
	for _, kind := range []string{"pid", "net", "mnt", "ipc", "uts", "user", "cgroup"} {
		if ns, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/%s", pid, kind)); err == nil {
			out = append(out, ns)
		}
	}
	return out
}

// descriptors counts those of this process.
func descriptors() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(entries) - 1 // the one that reads
}

// marked lists the processes of this machine that have mark in their arguments.
func marked(mark string) []string {
	var found []string
	for pid := range processes() {
		if text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); err == nil && strings.Contains(string(text), mark) {
			found = append(found, strings.ReplaceAll(string(text), "\x00", " "))
		}
	}
	return found
}

// left is what is compared before and after.
type left struct {
	descriptors int
	mounts      string
	groups      string
	temporary   string
}

// state takes down what must be the same at the end. tmp is where temporary
// files go.
func (h *host) state(t *testing.T, tmp string) left {
	t.Helper()
	h.mu.Lock() // the watching opens files too
	defer h.mu.Unlock()
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	entries, err := os.ReadDir(tmp)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		files = append(files, e.Name())
	}
	return left{descriptors: descriptors(), mounts: string(mounts), groups: strings.Join(groups(), "\n"), temporary: strings.Join(files, "\n")}
}

// groups lists the cgroups that bear this process's number.
func groups() []string {
	found := map[string]bool{}
	own := fmt.Sprintf("-%d-", os.Getpid())
	// What cannot be read is not this user's.
	_ = filepath.WalkDir("/sys/fs/cgroup", func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() && strings.Contains(d.Name(), own) {
			found[path] = true
		}
		return nil
	})
	return slices.Sorted(maps.Keys(found))
}

// checkGone fails when a process is left that was seen below the harness, or
// one without a parent in a namespace that a box had. (The kernel gives the
// numbers of namespaces that are gone to new ones, perhaps somebody else's: of
// the keeper of a grader that another package's test killed, on its way out.)
func (h *host) checkGone(t *testing.T) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.namespaces) == 0 {
		t.Error("no namespace of a box was seen: nothing was compared")
	}
	self := os.Getpid()
	for pid, p := range processes() {
		if p.name == "sleep" && p.parent == self {
			continue // the sentinel
		}
		if h.started[p.start] || p.parent == self {
			t.Errorf("process %d (%s) is left", pid, p.name)
		}
		for _, ns := range namespacesOf(pid) {
			if h.namespaces[ns] && p.parent <= 1 && !othersKeeper(pid) {
				t.Errorf("process %d (%s) is left in %s", pid, p.name, ns)
			}
		}
	}
}

// othersKeeper tells whether a process runs another test's grader: a file beside
// this test's own, on the same file system, which no box shows.
func othersKeeper(pid int) bool {
	link := fmt.Sprintf("/proc/%d/exe", pid)
	name, err := os.Readlink(link)
	if err != nil {
		return false
	}
	var theirs, own unix.Stat_t
	if unix.Stat(link, &theirs) != nil || unix.Stat("/proc/self/exe", &own) != nil {
		return false
	}
	base := strings.TrimSuffix(filepath.Base(name), " (deleted)")
	return theirs.Dev == own.Dev && theirs.Ino != own.Ino && (strings.HasSuffix(base, ".test") || base == "grader")
}

// checkUntouched fails when something of the host was reached or changed.
func (h *host) checkUntouched(t *testing.T) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.reached) > 0 {
		t.Errorf("services of the host were reached: %v", h.reached)
	}
	entries, err := os.ReadDir(h.folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if !slices.Equal(names, []string{"canary", "socket"}) {
		t.Errorf("a folder of the host was written to: %v", names)
	}
}

// secretsIn returns the secrets of the host that text holds.
func (h *host) secretsIn(text []byte) []string {
	var found []string
	for _, s := range h.secrets {
		if bytes.Contains(text, []byte(s)) {
			found = append(found, s)
		}
	}
	return found
}

package sandbox

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// groupTree makes folders that hand on controllers, as the second version's.
func groupTree(t *testing.T, folders map[string]string) (root string) {
	t.Helper()
	root = t.TempDir()
	for path, controllers := range folders {
		dir := filepath.Join(root, path)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir+"/cgroup.subtree_control", []byte(controllers+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestWhereGroupsCanBeMade(t *testing.T) {
	root := groupTree(t, map[string]string{
		"":                      "cpu memory pids",
		"user.slice":            "memory pids",
		"user.slice/app":        "memory pids",
		"user.slice/app/run.sc": "",
	})
	second := "30 20 0:26 / " + root + " rw,nosuid shared:4 - cgroup2 cgroup2 rw\n"
	first := "31 20 0:27 / /cg/memory rw - cgroup cgroup rw,memory\n32 20 0:28 /docker/1 /cg/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
	for _, tt := range []struct {
		name, controller, own, mounts string
		want                          []string
	}{
		{"beside the group of this process", "memory", "0::/user.slice/app/run.sc\n", second, []string{"user.slice/app v2", "user.slice v2", ". v2"}},
		{"only where the controller is handed on", "cpu", "0::/user.slice/app/run.sc\n", second, []string{". v2"}},
		{"nowhere without the controller", "io", "0::/user.slice/app/run.sc\n", second, nil},
		{"in the group of this process", "memory", "4:memory:/a/b\n1:cpu,cpuacct:/\n0::/\n", first, []string{"/cg/memory/a/b v1"}},
		{"in a tree that is not mounted from its root", "cpu", "2:cpu,cpuacct:/docker/1/x\n", first, []string{"/cg/cpu/x v1"}},
		{"in a tree whose root is another group", "cpu", "2:cpu,cpuacct:/elsewhere\n", first, []string{"/cg/cpu v1"}},
		{"nowhere without a mount", "memory", "0::/\n4:memory:/\n", "", nil},
	} {
		var got []string
		for _, p := range candidates(tt.controller, tt.own, tt.mounts) {
			folder := p.folder
			if rel, err := filepath.Rel(root, folder); err == nil && filepath.IsLocal(rel) {
				folder = rel
			}
			got = append(got, folder+map[bool]string{false: " v1", true: " v2"}[p.second])
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestGroupsHoldTheirProcesses(t *testing.T) {
	b := isolated(t)
	standing(t, b, LayerPids)
	p := b.start(`
for i in range(3):
    if os.fork() == 0: signal.pause()
print('ready', end='', flush=True)
input()
`)
	b.printed(p, "ready")
	g := b.box.be.(*keptBox).group
	for controller, folder := range g.folders {
		procs, err := os.ReadFile(folder + "/cgroup.procs")
		if err != nil {
			t.Fatal(err)
		}
		if n := len(strings.Fields(string(procs))); n != 4 {
			t.Errorf("%s holds %d processes, want 4", controller, n)
		}
		if why := outside(controller, folder, g.owner.places[controller].second); why != "" {
			t.Errorf("%s: %s", controller, why)
		}
	}
	limit, err := os.ReadFile(g.folders["pids"] + "/pids.max")
	if err != nil || strings.TrimSpace(string(limit)) != strconv.Itoa(MaxProcesses) {
		t.Errorf("pids.max is %q, %v", limit, err)
	}
}

// The groups of a grader that was killed are removed by the next one.
func TestGroupsOfTheDeadAreSwept(t *testing.T) {
	c, err := findCgroups("/proc/self")
	if err != nil {
		t.Fatal(err)
	}
	place, ok := c.places["pids"]
	if !ok {
		t.Skip("no control groups here")
	}
	space := strings.SplitN(strings.TrimPrefix(c.prefix, groupPrefix), "-", 2)[0]
	const nobody = 1 << 30 // more than a process can have for a number
	dead := filepath.Join(place.folder, fmt.Sprintf("%s%s-%d-x-1", groupPrefix, space, nobody))
	alive := filepath.Join(place.folder, fmt.Sprintf("%s%s-%d-x-1", groupPrefix, space, os.Getpid()))
	for _, folder := range []string{dead, alive} {
		if err := os.Mkdir(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	defer os.Remove(alive)
	if _, err := findCgroups("/proc/self"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dead); err == nil {
		os.Remove(dead)
		t.Error("the group of a dead grader is still there")
	}
	if _, err := os.Stat(alive); err != nil {
		t.Errorf("the group of a living one: %v", err)
	}
}

// Programs are born in a group of the second version, whatever controllers it
// has, and see it as the root of all groups.
func TestProgramsAreBornInTheirGroup(t *testing.T) {
	openSandbox(t, false) // or skip
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	point, _ := groupMount(string(mounts), "", true)
	if point == "" {
		t.Skip("no groups of the second version here")
	}
	in, err := python()
	if err != nil {
		t.Skip(err)
	}
	groups := noCgroups(os.ErrNotExist)
	groups.prefix = fmt.Sprintf("%s0-%d-born-", groupPrefix, os.Getpid())
	groups.places = map[string]groupPlace{"cpu": {folder: point, second: true}}
	if err := groups.try("cpu", groups.places["cpu"]); err != nil {
		t.Skip(err)
	}
	_, sb := openGrouped(t, in, groups)
	b := newBench(t, sb)
	p := b.start("print([l for l in open('/proc/self/cgroup') if l.startswith('0::')][0].strip(), end='', flush=True)\ninput()")
	b.printed(p, "0::/")
	procs, err := os.ReadFile(b.box.be.(*keptBox).group.folders["cpu"] + "/cgroup.procs")
	if err != nil || len(strings.Fields(string(procs))) != 1 {
		t.Errorf("the group holds %q, %v", procs, err)
	}
	for _, l := range sb.Layers() {
		if l.Name == LayerCPU && !l.On || l.Name == LayerCgroup && !l.On {
			t.Errorf("%+v", l)
		}
	}
}

// TestGroupsServeAgain: those in which nothing lives, and no others.
func TestGroupsServeAgain(t *testing.T) {
	c, err := findCgroups("/proc/self")
	if err != nil {
		t.Fatal(err)
	}
	if len(c.places) == 0 || c.second() {
		t.Skip("no control groups of the first version here")
	}
	t.Cleanup(func() {
		if err := c.close(); err != nil {
			t.Error(err)
		}
	})
	g, err := c.box()
	if err != nil {
		t.Fatal(err)
	}
	if other, err := c.box(); err != nil || other == g {
		t.Fatalf("two boxes have one group, %v", err)
	}
	if err := g.leave(); err != nil {
		t.Fatal(err)
	}
	if again, err := c.box(); err != nil || again != g {
		t.Fatalf("a group that is as good as new does not serve again, %v", err)
	}
	child := exec.Command("sleep", "1000")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	for _, folder := range g.folders {
		if err := writeFile(folder+"/tasks", strconv.Itoa(child.Process.Pid)); err != nil {
			t.Error(err)
		}
	}
	if g.asNew() {
		t.Error("a group that a process lives in is as good as new")
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // it was killed
}

package sandbox

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Control groups limit what all the programs of a box use together. Each
// controller is taken where this machine gives it: in the second version's tree
// or in the first version's; both ask for a folder that this user may make
// groups in (cgroups(7)).

// controllers are those that boxes want, and their layers.
var controllers = map[string]string{"memory": LayerMemory, "pids": LayerPids, "cpu": LayerCPU}

// groupPlace is where groups with a controller can be made.
type groupPlace struct {
	folder string
	second bool // of the second version
}

// cgroups makes the groups of a sandbox's boxes. Its methods are safe for
// concurrent use.
type cgroups struct {
	places map[string]groupPlace // by controller; those that this machine gives
	why    map[string]error      // by controller; why it does not give the others
	prefix string

	mu     sync.Mutex
	serial int
	live   map[*boxGroup]bool
	idle   []*boxGroup // those of live that no box has
}

// boxGroup is the groups of one box.
type boxGroup struct {
	owner   *cgroups
	folders map[string]string // by controller; the second version has one for all
	into    *os.File          // the folder of the second version, or nil: processes are born in it
	joins   []*os.File        // a process enters those of the first version by writing 0 to each
	events  *os.File          // counts the processes killed for want of memory; nil without the controller
	uses    int               // how many boxes had it
}

// groupPrefix begins the names of groups: whose they are can be told when their
// owner is gone.
const groupPrefix = "box-"

// findCgroups finds where groups can be made, by making one. proc is the /proc
// folder of this process.
func findCgroups(proc string) (*cgroups, error) {
	self, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return nil, fmt.Errorf("find control groups: %w", err)
	}
	space := strings.Trim(strings.TrimPrefix(self, "pid:"), "[]")
	c := &cgroups{
		places: map[string]groupPlace{}, why: map[string]error{}, live: map[*boxGroup]bool{},
		// A process may have several sandboxes.
		prefix: fmt.Sprintf("%s%s-%d-%.8s-", groupPrefix, space, os.Getpid(), rand.Text()),
	}
	own, err := os.ReadFile(proc + "/cgroup")
	if err != nil {
		return nil, fmt.Errorf("find control groups: %w", err)
	}
	mounts, err := os.ReadFile(proc + "/mountinfo")
	if err != nil {
		return nil, fmt.Errorf("find control groups: %w", err)
	}
	for name := range controllers {
		err := fmt.Errorf("no control groups with %s are mounted", name)
		if name == "cpu" && realTime() {
			c.why[name] = errors.New("real-time processes do not enter its groups")
			continue
		}
		for _, place := range candidates(name, string(own), string(mounts)) {
			if err = c.try(name, place); err == nil {
				c.places[name] = place
				c.sweep(place.folder, groupPrefix+space+"-")
				break
			}
		}
		c.why[name] = err
	}
	return c, nil
}

// noCgroups makes no groups, because of why.
func noCgroups(why error) *cgroups {
	c := &cgroups{why: map[string]error{}, live: map[*boxGroup]bool{}}
	for name := range controllers {
		c.why[name] = why
	}
	return c
}

// second tells whether some of the groups are of the second version.
func (c *cgroups) second() bool {
	for _, place := range c.places {
		if place.second {
			return true
		}
	}
	return false
}

// realTime tells whether this process, and so all that it starts, has a
// real-time priority.
func realTime() bool {
	attr, err := unix.SchedGetAttr(0, 0)
	return err == nil && (attr.Policy == unix.SCHED_FIFO || attr.Policy == unix.SCHED_RR)
}

// candidates lists the folders in which groups with a controller may be made:
// in the second version's tree the nearest to this process of those that hand
// the controller on, in the first version's the group of this process.
func candidates(controller, own, mountinfo string) []groupPlace {
	var out []groupPlace
	for line := range strings.Lines(own) {
		f := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(f) != 3 {
			continue
		}
		second := f[1] == ""
		if !second && !slices.Contains(strings.Split(f[1], ","), controller) {
			continue
		}
		point, root := groupMount(mountinfo, controller, second)
		if point == "" {
			continue
		}
		inside, err := filepath.Rel(root, f[2])
		if err != nil || !filepath.IsLocal(inside) {
			inside = "." // seen from a namespace that does not hold the group
		}
		folder := filepath.Join(point, inside)
		if !second {
			out = append(out, groupPlace{folder: folder})
			continue
		}
		for {
			if handsOn(folder, controller) {
				out = append(out, groupPlace{folder: folder, second: true})
			}
			if folder == point || folder == "/" {
				break
			}
			folder = filepath.Dir(folder)
		}
	}
	return out
}

// groupMount finds where a tree of groups is mounted, and which group is its
// root there (proc(5)).
func groupMount(mountinfo, controller string, second bool) (point, root string) {
	for line := range strings.Lines(mountinfo) {
		f := strings.Fields(line)
		dash := slices.Index(f, "-")
		if dash < 6 || len(f) < dash+4 {
			continue
		}
		kind, options := f[dash+1], strings.Split(f[dash+3], ",")
		if second && kind == "cgroup2" || !second && kind == "cgroup" && slices.Contains(options, controller) {
			return f[4], f[3]
		}
	}
	return "", ""
}

// handsOn reports whether the groups in folder have the controller.
func handsOn(folder, controller string) bool {
	text, err := os.ReadFile(folder + "/cgroup.subtree_control")
	return err == nil && slices.Contains(strings.Fields(string(text)), controller)
}

// try makes a group and gives it its limits.
func (c *cgroups) try(controller string, place groupPlace) error {
	folder := filepath.Join(place.folder, c.prefix+"try")
	if err := os.Mkdir(folder, 0o755); err != nil {
		return err
	}
	return errors.Join(limitGroup(controller, folder, place.second), removeGroup(folder))
}

// sweep removes the groups that graders left which ended without a chance to.
func (c *cgroups) sweep(folder, prefix string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return // what cannot be seen is not ours to remove
	}
	for _, e := range entries {
		rest, ok := strings.CutPrefix(e.Name(), prefix)
		if !ok {
			continue
		}
		number, _, _ := strings.Cut(rest, "-")
		pid, err := strconv.Atoi(number)
		if err != nil {
			continue
		}
		if _, err := os.Stat("/proc/" + strconv.Itoa(pid)); errors.Is(err, fs.ErrNotExist) {
			// One that is not empty has somebody to look after it.
			_ = os.Remove(filepath.Join(folder, e.Name()))
		}
	}
}

// maxSocketMemory bounds what the TCP sockets of a box hold, in bytes, where
// that is not part of its memory.
const maxSocketMemory = 32 << 20

// groupFile is a file of a group and what is written to it. Some kernels lack
// the optional ones: those that account no swap, or no memory of sockets apart.
type groupFile struct {
	name     string
	value    int64
	optional bool
}

// groupLimits are the limits of a controller, in the order in which they can be set.
func groupLimits(controller string, second bool) []groupFile {
	switch {
	case controller == "memory" && second:
		return []groupFile{{"memory.max", MaxMemory, false}, {"memory.swap.max", 0, true}, {"memory.oom.group", 1, true}}
	case controller == "memory":
		return []groupFile{
			{"memory.limit_in_bytes", MaxMemory, false},
			{"memory.memsw.limit_in_bytes", MaxMemory, true},
			{"memory.kmem.tcp.limit_in_bytes", maxSocketMemory, true},
		}
	case controller == "pids":
		return []groupFile{{"pids.max", MaxProcesses, false}}
	}
	// A box has the weight of one process: that of a group as it is made.
	return nil
}

func limitGroup(controller, folder string, second bool) error {
	for _, l := range groupLimits(controller, second) {
		err := writeFile(filepath.Join(folder, l.name), strconv.FormatInt(l.value, 10))
		if err != nil && !(l.optional && errors.Is(err, fs.ErrNotExist)) {
			return err
		}
	}
	return nil
}

// box gives the groups of a box: some that have served already, or new ones. The
// caller hands them back to leave, or removes them.
func (c *cgroups) box() (*boxGroup, error) {
	c.mu.Lock()
	if last := len(c.idle) - 1; last >= 0 {
		g := c.idle[last]
		c.idle = c.idle[:last]
		c.mu.Unlock()
		return g, nil
	}
	c.serial++
	name := c.prefix + strconv.Itoa(c.serial)
	g := &boxGroup{owner: c, folders: map[string]string{}}
	c.live[g] = true
	c.mu.Unlock()
	for _, controller := range []string{"memory", "pids", "cpu"} {
		if place, ok := c.places[controller]; ok {
			if err := g.add(controller, name, place); err != nil {
				return nil, errors.Join(fmt.Errorf("make a control group: %w", err), g.remove())
			}
		}
	}
	return g, nil
}

func (g *boxGroup) add(controller, name string, place groupPlace) error {
	folder := filepath.Join(place.folder, name)
	err := os.Mkdir(folder, 0o755)
	if err != nil && !(place.second && errors.Is(err, fs.ErrExist)) {
		return err
	}
	g.folders[controller] = folder
	if err == nil {
		// To be born in a group, or as a single thread to change it, costs
		// nothing; for a process to change it, every fork of the machine waits.
		if place.second {
			g.into, err = os.Open(folder)
		} else {
			var f *os.File
			f, err = os.OpenFile(filepath.Join(folder, "tasks"), os.O_WRONLY, 0)
			g.joins = append(g.joins, f)
		}
		if err != nil {
			return err
		}
	}
	if controller == "memory" {
		events := "memory.oom_control"
		if place.second {
			events = "memory.events"
		}
		if g.events, err = os.Open(filepath.Join(folder, events)); err != nil {
			return err
		}
	}
	return limitGroup(controller, folder, place.second)
}

// files are what the keeper needs of the groups.
func (g *boxGroup) files() []*os.File {
	var out []*os.File
	for _, f := range append([]*os.File{g.events, g.into}, g.joins...) {
		if f != nil {
			out = append(out, f)
		}
	}
	return out
}

// remove closes and removes the groups. The error says that something lives in
// one of them still.
func (g *boxGroup) remove() error {
	for _, f := range g.files() {
		f.Close()
	}
	g.joins, g.into, g.events = nil, nil, nil
	var err error
	for controller, folder := range g.folders {
		if rerr := removeGroup(folder); rerr != nil && !errors.Is(rerr, fs.ErrNotExist) {
			err = errors.Join(err, rerr)
			continue
		}
		delete(g.folders, controller)
	}
	if err == nil {
		g.owner.mu.Lock()
		delete(g.owner.live, g)
		g.owner.mu.Unlock()
	}
	return err
}

const (
	// mostIdle is how many groups wait for a box: about as many as there are boxes at once.
	mostIdle = 32
	// mostServed is how many boxes a group serves: what the kernel keeps of them
	// until it needs the memory, such as the pages of files, does not pile up.
	mostServed = 100
	// mostLeft is how much of the memory that a group may use it can have used
	// already, in bytes, when it serves again: what the kernel keeps in stock for
	// each processor, and such pages.
	mostLeft = MaxMemory / 64
)

// leave takes back the groups of a box that is gone: to make and to remove them
// costs as much as all else that the grader does for a box. Those that are not
// as good as new are removed.
func (g *boxGroup) leave() error {
	if g.uses++; g.uses < mostServed && g.asNew() && g.owner.keep(g) {
		return nil
	}
	return g.remove()
}

// keep takes groups for another box, unless there are enough.
func (c *cgroups) keep(g *boxGroup) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.idle) == mostIdle {
		return false
	}
	c.idle = append(c.idle, g)
	return true
}

// asNew tells whether nothing lives in the groups, nothing was killed in them
// and hardly any memory is held. Of those of the second version it does not know.
func (g *boxGroup) asNew() bool {
	if g.into != nil {
		return false
	}
	for controller, folder := range g.folders {
		switch controller {
		case "memory":
			// Some kernels do not account the memory of sockets.
			if !atMost(folder+"/memory.usage_in_bytes", mostLeft, false) || !atMost(folder+"/memory.kmem.tcp.usage_in_bytes", 0, true) {
				return false
			}
		case "pids":
			if !atMost(folder+"/pids.current", 0, false) {
				return false
			}
		}
	}
	if _, ok := g.folders["pids"]; !ok {
		// Processes are in all of the groups: one of them tells.
		for _, folder := range g.folders {
			if tasks, err := os.ReadFile(folder + "/tasks"); err != nil || len(tasks) > 0 {
				return false
			}
		}
	}
	if g.events == nil {
		return true
	}
	killed, err := killedIn(g.events)
	return err == nil && killed == 0
}

// atMost tells whether the number in a file of a group is not larger than most.
// A file that is missing has it if it is optional.
func atMost(path string, most int64, optional bool) bool {
	text, err := os.ReadFile(path)
	if err != nil {
		return optional && errors.Is(err, fs.ErrNotExist)
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return err == nil && n <= most
}

// close removes what boxes left that were never closed. Nothing runs in them any more.
func (c *cgroups) close() error {
	c.mu.Lock()
	var left []*boxGroup
	for g := range c.live {
		left = append(left, g)
	}
	c.idle = nil
	c.mu.Unlock()
	var err error
	for _, g := range left {
		err = errors.Join(err, g.remove())
	}
	return err
}

// The end of a group: the kernel may still be burying the last of its
// processes. How often to try again, and how long to wait in between.
const (
	removeRounds = 500
	removePause  = 2 * time.Millisecond
)

func removeGroup(folder string) error {
	for round := 0; ; round++ {
		err := unix.Rmdir(folder)
		if err == nil || !errors.Is(err, unix.EBUSY) || round == removeRounds {
			return err
		}
		time.Sleep(removePause)
	}
}

// layers tells which controllers hold a program that runs in the groups.
func (g *boxGroup) layers() []Layer {
	var out []Layer
	for controller, layer := range controllers {
		l := Layer{Name: layer}
		if folder, ok := g.folders[controller]; ok {
			l.Why = outside(controller, folder, g.owner.places[controller].second)
		} else {
			l.Why, l.Fix = g.owner.why[controller].Error(), groupFix()
		}
		l.On = l.Why == ""
		out = append(out, l)
	}
	return out
}

// outside says why the controller holds no program.
func outside(controller, folder string, second bool) string {
	procs, err := os.ReadFile(folder + "/cgroup.procs")
	if err != nil {
		return err.Error()
	}
	if len(bytes.TrimSpace(procs)) == 0 {
		return "programs do not enter their control group"
	}
	for _, l := range groupLimits(controller, second) {
		text, err := os.ReadFile(filepath.Join(folder, l.name))
		if l.optional && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err.Error()
		}
		if got := strings.TrimSpace(string(text)); got != strconv.FormatInt(l.value, 10) {
			return fmt.Sprintf("%s is %s, not %d", l.name, got, l.value)
		}
	}
	return ""
}

// groupFix returns the command that gives an ordinary user groups of its own,
// or "".
func groupFix() string {
	if _, err := os.Stat("/run/systemd/system"); err != nil || os.Geteuid() == 0 {
		return ""
	}
	return "systemd-run --user --scope -p Delegate=yes grader …"
}

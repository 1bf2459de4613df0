package sandbox

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// A probe is a program that does nothing, started like any other: the kernel is
// then asked what walls stand around it.

// namespaceOf are the layers that are namespaces, and their names in /proc.
var namespaceOf = map[string]string{
	LayerUser: "user", LayerPID: "pid", LayerMount: "mnt", LayerNet: "net", LayerUTS: "uts", LayerIPC: "ipc", LayerCgroup: "cgroup",
}

// hostNamespaces names the namespaces of this process.
func hostNamespaces() (map[string]string, error) {
	out := map[string]string{}
	for layer, name := range namespaceOf {
		link, err := os.Readlink("/proc/self/ns/" + name)
		if err != nil {
			return nil, fmt.Errorf("read this process's namespaces: %w", err)
		}
		out[layer] = link
	}
	return out, nil
}

// probe tells of each layer whether it stands in this box.
func (b *boxThread) probe() ([]Layer, error) {
	var reply boxReply
	files, err := b.start(boxRequest{Args: []string{keeperName}, pause: true}, &reply)
	for _, f := range files {
		f.Close()
	}
	if err != nil {
		return nil, err
	}
	pid := b.programs[reply.ID].pid
	status, err := b.readProc(pid, "status")
	if err != nil {
		return nil, err
	}
	mounts, err := b.readProc(pid, "mountinfo")
	if err != nil {
		return nil, err
	}
	var out []Layer
	for _, name := range allLayers() {
		l := Layer{Name: name, Needed: slices.Contains(neededLayers, name)}
		switch name {
		case LayerRoot:
			l.Why = writableMount(string(mounts))
		case LayerWork:
			l.Why, err = workLimits()
		case LayerProc:
			l.Why = privateProc(string(mounts))
		case LayerCapabilities:
			for _, set := range []string{"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"} {
				l.Why += differs(string(status), set, "0000000000000000")
			}
		case LayerPrivileges:
			l.Why = differs(string(status), "NoNewPrivs", "1")
		case LayerSeccomp:
			l.Why = differs(string(status), "Seccomp", "2")
		case LayerKeyring:
			l.Why = b.sharedKeyring()
		case LayerLandlock:
			l.Why, err = b.withoutLandlock()
		case LayerScopes:
			l.Why, err = b.withoutScopes()
		case LayerRlimits:
			l.Why, err = wrongLimit(pid)
		case LayerWatch:
			l.Why, err = b.withoutWatch()
		case LayerMemory, LayerPids, LayerCPU:
			l.Why = "the grader has not said" // it does: see boxGroup.layers
		default:
			l.Why, err = b.sharedNamespace(pid, name)
		}
		if err != nil {
			return nil, fmt.Errorf("probe %s: %w", name, err)
		}
		l.On = l.Why == ""
		out = append(out, l)
	}
	return out, nil
}

// sharedNamespace says which namespace of the grader's the process is in.
func (b *boxThread) sharedNamespace(pid int, layer string) (string, error) {
	buf := make([]byte, 256)
	n, err := unix.Readlinkat(b.cfg.proc, strconv.Itoa(pid)+"/ns/"+namespaceOf[layer], buf)
	if err != nil {
		return "", err
	}
	if got := string(buf[:n]); got == b.cfg.host[layer] {
		return "shared with this machine: " + got, nil
	}
	return "", nil
}

// differs says what a line of /proc/pid/status holds if it is not want.
func differs(status, name, want string) string {
	for line := range strings.Lines(status) {
		if key, value, ok := strings.Cut(line, ":"); ok && key == name {
			if value = strings.TrimSpace(value); value != want {
				return fmt.Sprintf("%s is %s ", name, value)
			}
			return ""
		}
	}
	return "this kernel does not tell " + name
}

// mount is one line of /proc/pid/mountinfo (proc(5)).
type mount struct{ device, point, options, super string }

func parseMounts(mountinfo string) []mount {
	var out []mount
	for line := range strings.Lines(mountinfo) {
		f := strings.Fields(line)
		if len(f) >= 10 {
			out = append(out, mount{device: f[2], point: f[4], options: f[5], super: f[len(f)-1]})
		}
	}
	return out
}

// writableMount names a mount that can be written and should not be: it is none of
// those that have to be, and shows no folder of the work file system.
func writableMount(mountinfo string) string {
	mounts := parseMounts(mountinfo)
	if len(mounts) == 0 {
		return "no mount is seen"
	}
	work := ""
	for _, m := range mounts {
		if m.point == "/home" {
			work = m.device
		}
	}
	for _, m := range mounts {
		if m.device == work {
			continue
		}
		switch m.point {
		case "/home", "/dev/pts", "/proc":
			continue
		}
		if !slices.Contains(strings.Split(m.options, ","), "ro") {
			return m.point + " can be written"
		}
	}
	return ""
}

func privateProc(mountinfo string) string {
	var last string
	for _, m := range parseMounts(mountinfo) {
		if m.point == "/proc" {
			last = m.super
		}
	}
	options := strings.Split(last, ",")
	if slices.Contains(options, "subset=pid") && slices.Contains(options, "hidepid=invisible") {
		return ""
	}
	return "/proc is mounted with " + last
}

func workLimits() (string, error) {
	var s unix.Statfs_t
	if err := unix.Statfs("/home", &s); err != nil {
		return "", err
	}
	if size := s.Blocks * uint64(s.Bsize); size > WorkBytes || s.Files > WorkInodes {
		return fmt.Sprintf("%d bytes and %d files fit", size, s.Files), nil
	}
	return "", nil
}

func wrongLimit(pid int) (string, error) {
	for _, want := range programLimits {
		var got unix.Rlimit
		if err := unix.Prlimit(pid, want.resource, nil, &got); err != nil {
			return "", err
		}
		if got.Cur != want.value || got.Max != want.value {
			return fmt.Sprintf("limit %d is %d", want.resource, got.Cur), nil
		}
	}
	return "", nil
}

// withoutLandlock says why Landlock does not stand.
func (b *boxThread) withoutLandlock() (why string, err error) {
	switch b.cfg.landlock.why {
	case nil:
	case unix.EOPNOTSUPP:
		return "this kernel was started without it (lsm= on its command line)", nil
	default:
		return fmt.Sprintf("this kernel has none: %v", b.cfg.landlock.why), nil
	}
	got, err := b.cfg.landlock.try(b.rules)
	if err != nil {
		return "", err
	}
	if got.entering != 0 || got.opening != unix.EACCES {
		return fmt.Sprintf("entering it gives error %d, writing behind it %d", got.entering, got.opening), nil
	}
	return "", nil
}

func (b *boxThread) withoutScopes() (why string, err error) {
	if b.cfg.landlock.abi < landlockScopes {
		return fmt.Sprintf("landlock has version %d of this kernel's, and scopes came with %d", b.cfg.landlock.abi, landlockScopes), nil
	}
	got, err := b.cfg.landlock.try(b.rules)
	if err != nil || got.connecting == unix.EPERM {
		return "", err
	}
	return fmt.Sprintf("connecting out of it gives %d", got.connecting), nil
}

// sharedKeyring says why the programs have the keyring of the grader's user.
func (b *boxThread) sharedKeyring() string {
	if b.unkeyed != nil {
		return fmt.Sprintf("a new keyring is refused: %v", b.unkeyed)
	}
	if id := sessionKeyring(); id == b.cfg.session {
		return fmt.Sprintf("shared with this machine: %d", id)
	}
	return ""
}

// sessionKeyring returns the number of this thread's session keyring, or 0.
func sessionKeyring() int {
	id, err := unix.KeyctlGetKeyringID(unix.KEY_SPEC_SESSION_KEYRING, false)
	if err != nil {
		return 0
	}
	return id
}

// withoutWatch says why the box's memory cannot be watched.
func (b *boxThread) withoutWatch() (why string, err error) {
	if b.guard.events != nil {
		_, err = killedIn(b.guard.events)
		return "", err
	}
	used, err := b.memory(time.Now(), residentOf)
	if err == nil && used == 0 {
		why = "this kernel does not tell what processes use"
	}
	return why, err
}

// readProc reads a file of the /proc folder of a process, named by its number
// in the keeper's namespace.
func (b *boxThread) readProc(pid int, name string) ([]byte, error) {
	fd, err := unix.Openat(b.cfg.proc, strconv.Itoa(pid)+"/"+name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), name)
	defer f.Close()
	buf := make([]byte, 64<<10)
	n := 0
	for n < len(buf) {
		m, err := f.Read(buf[n:])
		n += m
		if err != nil || m == 0 {
			break
		}
	}
	return buf[:n], nil
}

// namespaceFix returns the command that lets ordinary users make namespaces, of
// what distributions forbid them by, or "".
func namespaceFix() string {
	for _, s := range []struct{ file, bad, fix string }{
		{"kernel/apparmor_restrict_unprivileged_userns", "1", "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"},
		{"kernel/unprivileged_userns_clone", "0", "sudo sysctl -w kernel.unprivileged_userns_clone=1"},
		{"user/max_user_namespaces", "0", "sudo sysctl -w user.max_user_namespaces=10000"},
	} {
		// A file that is not there forbids nothing.
		if text, err := os.ReadFile("/proc/sys/" + s.file); err == nil && strings.TrimSpace(string(text)) == s.bad {
			return s.fix
		}
	}
	return ""
}

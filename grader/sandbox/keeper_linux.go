package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// keeperName is argv[0] of the keeper: how Main knows that it is one.
const keeperName = "init"

// keeperSocket is the keeper's descriptor for its orders.
const keeperSocket = 3

// outerUID is the host's user and group number of programs when the grader
// runs as root: nobody's, above what distributions hand out.
const outerUID = 64001

// keeperConfig is the first message to the keeper.
type keeperConfig struct {
	Binds   []bind
	Links   []link
	Groups  bool              // setgroups is allowed
	Session int               // the grader's keyring
	Host    map[string]string // the grader's namespaces, by layer
}

// bind is a host file or folder shown read-only at the same path in the boxes.
type bind struct {
	Path   string
	Folder bool
	Device bool
}

// link is a symbolic link of the boxes' root.
type link struct{ Path, Target string }

// order asks the keeper for a box; the box's socket comes with it, then the
// descriptors of its control groups.
type order struct {
	Events bool // the first of the descriptors of control groups counts kills
}

type answer struct {
	Err string
}

// Main turns this process into the keeper and never returns, if that is what
// it was started as; otherwise it does nothing. Programs and tests that use
// the package call it first thing in main or TestMain.
func Main() {
	if len(os.Args) == 1 && os.Args[0] == keeperName && os.Getpid() == 1 {
		if err := keep(); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
}

// openKeeper starts the keeper and returns a Sandbox on it.
func openKeeper(ctx context.Context, opts Options) (*Sandbox, error) {
	binds, links, err := rootOf(opts.Interpreter)
	if err != nil {
		return nil, err
	}
	a, b, err := pair()
	if err != nil {
		return nil, err
	}
	child, err := connFile(b)
	if err != nil {
		a.Close()
		return nil, err
	}
	host, err := hostNamespaces()
	if err != nil {
		a.Close()
		child.Close()
		return nil, err
	}
	groups, err := findCgroups("/proc/self")
	if err != nil {
		a.Close()
		child.Close()
		return nil, err
	}
	root := os.Geteuid() == 0
	cmd := exec.Command("/proc/self/exe")
	cmd.Args = []string{keeperName}
	cmd.Env = []string{}
	cmd.Dir = "/"
	cmd.ExtraFiles = []*os.File{child}
	cmd.SysProcAttr = keeperAttr(root)
	err = cmd.Start()
	child.Close()
	if err != nil {
		a.Close()
		return nil, fmt.Errorf("%w: %w", ErrNoNamespaces, err)
	}
	k := &keeper{conn: a, cmd: cmd, groups: groups}
	if err := send(a, keeperConfig{Binds: binds, Links: links, Groups: root, Host: host, Session: sessionKeyring()}); err != nil {
		k.close()
		return nil, fmt.Errorf("start the keeper: %w", err)
	}
	var reply answer
	if _, err := receive(a, &reply); err != nil {
		k.close()
		return nil, fmt.Errorf("start the keeper: %w", err)
	}
	if reply.Err != "" {
		k.close()
		return nil, fmt.Errorf("%w: %s", ErrNoNamespaces, reply.Err)
	}
	layers, err := k.probe(ctx)
	if err != nil {
		k.close()
		return nil, fmt.Errorf("probe the sandbox: %w", err)
	}
	return &Sandbox{opts: opts, maker: k.box, closer: k.close, layers: func() []Layer { return layers }}, nil
}

func keeperAttr(root bool) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNS | unix.CLONE_NEWNET |
			unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWCGROUP,
		Setsid: true,
	}
	if root {
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: 0, Size: 1}, {ContainerID: boxUID, HostID: outerUID, Size: 1}}
		attr.GidMappings = attr.UidMappings
		attr.GidMappingsEnableSetgroups = true
		return attr
	}
	attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: boxUID, HostID: os.Geteuid(), Size: 1}}
	attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: boxUID, HostID: os.Getegid(), Size: 1}}
	// Only capabilities that are ambient outlive an exec by another user than 0.
	for c := uintptr(0); c <= uintptr(lastCap()); c++ {
		attr.AmbientCaps = append(attr.AmbientCaps, c)
	}
	return attr
}

// lastCap returns the highest capability this kernel knows.
func lastCap() int {
	b, err := os.ReadFile("/proc/sys/kernel/cap_last_cap")
	if err == nil {
		if n, err := strconv.Atoi(strings.TrimSpace(string(b))); err == nil {
			return n
		}
	}
	return unix.CAP_LAST_CAP
}

// rootOf lists what the root of the boxes holds: the system's programs and
// libraries, the interpreter wherever it is, and five devices.
func rootOf(in Interpreter) ([]bind, []link, error) {
	var binds []bind
	var links []link
	for _, p := range []string{"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store", "/etc/ld.so.cache", "/etc/alternatives"} {
		fi, err := os.Lstat(p)
		switch {
		case err != nil:
			continue
		case fi.Mode()&os.ModeSymlink != 0:
			target, err := os.Readlink(p)
			if err != nil {
				return nil, nil, fmt.Errorf("read link %s: %w", p, err)
			}
			links = append(links, link{Path: p, Target: target})
		default:
			binds = append(binds, bind{Path: p, Folder: fi.IsDir()})
		}
	}
	for _, p := range in.folders() {
		inside := false
		for _, b := range binds {
			if b.Folder && (p == b.Path || strings.HasPrefix(p, b.Path+"/")) {
				inside = true
			}
		}
		if !inside {
			binds = append(binds, bind{Path: p, Folder: true})
		}
	}
	for _, d := range devices {
		binds = append(binds, bind{Path: "/dev/" + d, Device: true})
	}
	return binds, links, nil
}

// devices are those of the boxes' /dev, beside their terminals.
var devices = []string{"null", "zero", "full", "random", "urandom", "tty"}

// keeper is the grader's side of the keeper.
type keeper struct {
	mu     sync.Mutex
	conn   *net.UnixConn
	cmd    *exec.Cmd
	groups *cgroups
	spare  spare
	once   sync.Once
	err    error
}

func (k *keeper) close() error {
	k.once.Do(func() {
		k.err = k.spare.close()
		k.conn.Close()
		if err := k.cmd.Wait(); err != nil {
			var exit *exec.ExitError
			if !errors.As(err, &exit) {
				k.err = errors.Join(k.err, err)
			}
		}
		k.err = errors.Join(k.err, k.groups.close())
	})
	return k.err
}

// probe tries in a box which layers stand.
func (k *keeper) probe(ctx context.Context) ([]Layer, error) {
	box, err := k.newBox()
	if err != nil {
		return nil, err
	}
	layers, err := box.probe(ctx)
	for _, l := range box.group.layers() {
		i := slices.IndexFunc(layers, func(o Layer) bool { return o.Name == l.Name })
		if i >= 0 {
			layers[i] = l
		}
	}
	return layers, errors.Join(err, box.close())
}

// box gives a box with files in its work folder: the one that was made ahead of
// need, or a new one.
func (k *keeper) box(ctx context.Context, files []File) (backend, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	box := k.spare.take()
	if box == nil {
		var err error
		if box, err = k.newBox(); err != nil {
			return nil, err
		}
	}
	// The next one is made while this one's first program runs.
	box.started = sync.OnceFunc(func() { k.spare.prepare(k.newBox) })
	if err := box.lay(ctx, files); err != nil {
		return nil, errors.Join(fmt.Errorf("make a box: %w", err), box.close())
	}
	return box, nil
}

// newBox asks for a new box.
func (k *keeper) newBox() (*keptBox, error) {
	a, b, err := pair()
	if err != nil {
		return nil, err
	}
	theirs, err := connFile(b)
	if err != nil {
		a.Close()
		return nil, err
	}
	defer theirs.Close()
	group, err := k.groups.box()
	if err != nil {
		a.Close()
		return nil, err
	}
	box := &keptBox{conn: a, group: group}
	if err := k.order(box, theirs); err != nil {
		a.Close()
		return nil, errors.Join(err, group.remove())
	}
	return box, nil
}

// order has the keeper make the box.
func (k *keeper) order(box *keptBox, theirs *os.File) error {
	k.mu.Lock()
	err := send(k.conn, order{Events: box.group.events != nil}, append([]*os.File{theirs}, box.group.files()...)...)
	k.mu.Unlock()
	if err != nil {
		return fmt.Errorf("ask for a box: %w", err)
	}
	theirs.Close()
	var reply answer
	if _, err := receive(box.conn, &reply); err != nil {
		return fmt.Errorf("make a box: %w", err)
	}
	if reply.Err != "" {
		return fmt.Errorf("make a box: %s", reply.Err)
	}
	return nil
}

// keep is the keeper's main: it builds the root, then serves boxes until the
// grader is gone.
func keep() error {
	f := os.NewFile(keeperSocket, "orders")
	unix.CloseOnExec(keeperSocket)
	conn, err := unixConn(f)
	if err != nil {
		return err
	}
	var cfg keeperConfig
	if _, err := receive(conn, &cfg); err != nil {
		return err
	}
	filter, err := seccompProgram()
	first := -1
	if err == nil {
		first, err = buildRoot(cfg)
	}
	if err != nil {
		return send(conn, answer{Err: err.Error()})
	}
	self, err := unix.Open("/proc/self/exe", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return send(conn, answer{Err: err.Error()})
	}
	proc, err := unix.Open("/proc", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return send(conn, answer{Err: err.Error()})
	}
	// The boxes' network namespaces get a table of connections of their own, a
	// small one: sock_diag walks all of it, and that of a machine has hundreds of
	// thousands of entries. Kernels before 6.1 have no such setting.
	_ = writeFile("/proc/sys/net/ipv4/tcp_child_ehash_entries", "256")
	if err := send(conn, answer{}); err != nil {
		return err
	}
	shared := &boxConfig{filter: filter, self: self, proc: proc, first: first, lastCap: lastCap(), groups: cfg.Groups, host: cfg.Host, session: cfg.Session, landlock: findLandlock()}
	for {
		var o order
		files, err := receive(conn, &o)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil || len(files) == 0 {
			return fmt.Errorf("bad order: %w", err)
		}
		c, err := unixConn(files[0])
		if err != nil {
			return err
		}
		end, err := blockingWire(c)
		if err != nil {
			return err
		}
		go serveBox(shared, end, o, files[1:])
	}
}

// buildRoot makes the root file system that all boxes share and enters it. It
// returns a descriptor of the program of process 1.
func buildRoot(cfg keeperConfig) (first int, err error) {
	const root = "/tmp"
	// What is bound may lie below /tmp, which is about to be covered.
	sources := make([]int, len(cfg.Binds))
	for i, b := range cfg.Binds {
		fd, err := unix.Open(b.Path, unix.O_PATH|unix.O_CLOEXEC, 0)
		if err != nil {
			return -1, fmt.Errorf("open %s: %w", b.Path, err)
		}
		sources[i] = fd
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return -1, fmt.Errorf("make mounts private: %w", err)
	}
	if err := unix.Mount("tmpfs", root, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "size=4m,nr_inodes=4096,mode=755"); err != nil {
		return -1, fmt.Errorf("mount the root: %w", err)
	}
	for i, b := range cfg.Binds {
		if err := bindInto(root, b, sources[i]); err != nil {
			return -1, err
		}
		unix.Close(sources[i])
	}
	if first, err = openFirst(root); err != nil {
		return -1, err
	}
	for _, l := range cfg.Links {
		if err := os.Symlink(l.Target, root+l.Path); err != nil {
			return -1, err
		}
	}
	for _, dir := range []string{"/proc", "/home", "/etc", "/dev/pts", "/var", "/root"} {
		if err := os.MkdirAll(root+dir, 0o755); err != nil {
			return -1, err
		}
	}
	// Everything that a program may write lies on one file system of limited
	// size, mounted on /home in each box.
	for _, l := range []link{
		{"/tmp", "/home/tmp"},
		{"/dev/shm", "/home/shm"},
		{"/var/tmp", "/home/tmp"},
		{"/var/www", "/home/www"},
		{"/srv", "/home/srv"},
		{"/dev/ptmx", "pts/ptmx"},
		{"/dev/stdin", "/proc/self/fd/0"},
		{"/dev/stdout", "/proc/self/fd/1"},
		{"/dev/stderr", "/proc/self/fd/2"},
		{"/dev/fd", "/proc/self/fd"},
	} {
		if err := os.Symlink(l.Target, root+l.Path); err != nil {
			return -1, err
		}
	}
	for name, text := range etcFiles {
		if err := os.WriteFile(root+"/etc/"+name, []byte(text), 0o644); err != nil {
			return -1, err
		}
	}
	if err := unix.Mount("proc", root+"/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return -1, fmt.Errorf("mount proc: %w", err)
	}
	if err := unix.Chdir(root); err != nil {
		return -1, err
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return -1, fmt.Errorf("pivot_root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return -1, fmt.Errorf("leave the old root: %w", err)
	}
	if err := unix.Chdir("/"); err != nil {
		return -1, err
	}
	if err := unix.MountSetattr(unix.AT_FDCWD, "/", 0, &unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NODEV}); err != nil {
		return -1, fmt.Errorf("make the root read-only: %w", err)
	}
	return first, nil
}

// bindInto shows what fd is open on at its own path below root, read-only.
func bindInto(root string, b bind, fd int) error {
	target := root + b.Path
	if b.Folder {
		if err := os.MkdirAll(target, 0o755); err != nil {
			return err
		}
	} else {
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, nil, 0o644); err != nil {
			return err
		}
	}
	if err := unix.Mount("/proc/self/fd/"+strconv.Itoa(fd), target, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("bind %s: %w", b.Path, err)
	}
	set := uint64(unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NODEV)
	if b.Device {
		set = unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NOEXEC
	}
	if err := unix.MountSetattr(unix.AT_FDCWD, target, unix.AT_RECURSIVE, &unix.MountAttr{Attr_set: set}); err != nil {
		return fmt.Errorf("make %s read-only: %w", b.Path, err)
	}
	return nil
}

// etcFiles are the boxes' /etc. localhost and the host's name all lead to the
// loopback, over IPv4 and IPv6, as on a student's machine.
var etcFiles = map[string]string{
	"hosts":         "127.0.0.1\tlocalhost " + Hostname + "\n::1\tlocalhost ip6-localhost ip6-loopback\n" + neighbourHosts(),
	"hostname":      Hostname + "\n",
	"host.conf":     "multi on\n",
	"nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\n",
	"passwd":        "root:x:0:0:root:/root:/bin/sh\n" + UserName + ":x:1000:1000::" + Home + ":/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
	"group":         "root:x:0:\n" + UserName + ":x:1000:\nnogroup:x:65534:\n",
	"services":      "http\t80/tcp\nhttps\t443/tcp\ntelnet\t23/tcp\necho\t7/tcp\n",
	"protocols":     "ip\t0\tIP\nicmp\t1\tICMP\ntcp\t6\tTCP\nudp\t17\tUDP\n",
}

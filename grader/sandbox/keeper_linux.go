package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
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

// order asks the keeper for a box; the box's socket comes with it, then the
// descriptors of its control groups.
type order struct {
	Events bool // the first of the descriptors of control groups counts kills
	Into   bool // the next is the group of the second version that programs are born in
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
	groups, err := findCgroups("/proc/self")
	if err != nil {
		return nil, err
	}
	k, err := startKeeper(opts.Interpreter, groups)
	if err != nil {
		return nil, err
	}
	sb, err := k.sandbox(ctx, opts)
	if err == nil || len(groups.places) == 0 {
		return sb, err
	}
	// Groups can be made here, and not be used for some reason.
	if k, err = startKeeper(opts.Interpreter, noCgroups(err)); err != nil {
		return nil, err
	}
	return k.sandbox(ctx, opts)
}

// sandbox tries which layers the keeper's boxes have, and returns a Sandbox on
// it. It closes the keeper if that fails.
func (k *keeper) sandbox(ctx context.Context, opts Options) (*Sandbox, error) {
	layers, err := k.probe(ctx)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("probe the sandbox: %w", err), k.close())
	}
	return &Sandbox{opts: opts, maker: k.box, closer: k.close, layers: func() []Layer { return layers }}, nil
}

// startKeeper starts the keeper, whose boxes show the interpreter and are in
// groups.
func startKeeper(in Interpreter, groups *cgroups) (*keeper, error) {
	binds, links, err := rootOf(in)
	if err != nil {
		return nil, err
	}
	host, err := hostNamespaces()
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
	root := os.Geteuid() == 0
	cmd := exec.Command("/proc/self/exe")
	cmd.Args = []string{keeperName}
	cmd.Env = []string{"GOGC=400"} // it keeps little and makes much of it afresh: at 4 MB the collector would run all the time
	cmd.Dir = "/"
	cmd.ExtraFiles = []*os.File{child}
	cmd.SysProcAttr = keeperAttr(root, groups.second())
	err = withSlack(cmd.Start)
	slacken()
	child.Close()
	if err != nil {
		a.Close()
		return nil, fmt.Errorf("%w: %w", ErrNoNamespaces, err)
	}
	k := &keeper{conn: a, cmd: cmd, groups: groups}
	var reply answer
	err = send(a, keeperConfig{Binds: binds, Links: links, Groups: root, Host: host, Session: sessionKeyring()})
	if err == nil {
		_, err = receive(a, &reply)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the keeper: %w", err), k.close())
	}
	if reply.Err != "" {
		return nil, errors.Join(fmt.Errorf("%w: %s", ErrNoNamespaces, reply.Err), k.close())
	}
	return k, nil
}

// keeperAttr asks for the keeper's namespaces. If programs are to be born in
// groups of the second version, the keeper has to see them where they are.
func keeperAttr(root, seesGroups bool) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNS | unix.CLONE_NEWNET |
			unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWCGROUP,
		Setsid: true,
	}
	if seesGroups {
		attr.Cloneflags &^= unix.CLONE_NEWCGROUP
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

// keeper is the grader's side of the keeper.
type keeper struct {
	mu     sync.Mutex
	conn   *net.UnixConn
	cmd    *exec.Cmd
	groups *cgroups
	spare  spare
	past   groupless
	// counted says that what programs say to one another can be counted here.
	counted bool
	once    sync.Once
	err     error
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
		k.err = errors.Join(k.err, k.past.wait())
		k.err = errors.Join(k.err, k.groups.close())
	})
	return k.err
}

// probe tries in a box which layers stand, and whether bytes can be counted.
func (k *keeper) probe(ctx context.Context) ([]Layer, error) {
	box, err := k.newBox()
	if err != nil {
		return nil, err
	}
	var layers []Layer
	if err = box.lay(ctx, 0, nil); err == nil {
		layers, err = box.probe(ctx)
	}
	if err == nil {
		k.counted, err = box.rehearse(ctx)
	}
	for _, l := range box.group.layers() {
		i := slices.IndexFunc(layers, func(o Layer) bool { return o.Name == l.Name })
		if i >= 0 {
			layers[i] = l
		}
	}
	return layers, errors.Join(err, box.shut())
}

// box gives a box for a submission with files in its work folder: the one that
// was made ahead of need, or a new one.
func (k *keeper) box(ctx context.Context, owner int64, files []File) (backend, error) {
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
	if err := box.lay(ctx, owner, files); err != nil {
		return nil, errors.Join(fmt.Errorf("make a box: %w", err), box.shut())
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
	box := &keptBox{conn: a, group: group, left: k.past.leave, counted: k.counted}
	if err := k.order(box, theirs); err != nil {
		a.Close()
		return nil, errors.Join(err, group.remove())
	}
	return box, nil
}

// order has the keeper make the box.
func (k *keeper) order(box *keptBox, theirs *os.File) error {
	k.mu.Lock()
	err := send(k.conn, order{Events: box.group.events != nil, Into: box.group.into != nil}, append([]*os.File{theirs}, box.group.files()...)...)
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
	shared := &boxConfig{filter: filter, self: self, proc: proc, first: first, lastCap: lastCap(), groups: cfg.Groups, host: cfg.Host, session: cfg.Session, landlock: findLandlock(), networks: new(networks)}
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

// groupless takes back the control groups of boxes that are gone, in the
// background: all that was in them is gone already.
type groupless struct {
	mu   sync.Mutex
	err  error
	work sync.WaitGroup
}

func (g *groupless) leave(group *boxGroup) {
	g.work.Go(func() {
		err := group.leave()
		g.mu.Lock()
		defer g.mu.Unlock()
		g.err = errors.Join(g.err, err)
	})
}

// wait waits until all are taken back. The error says which could not be removed.
func (g *groupless) wait() error {
	g.work.Wait()
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.err
}

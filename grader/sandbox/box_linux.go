package sandbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// boxConfig is what all boxes of a keeper share.
type boxConfig struct {
	filter   *unix.SockFprog
	self     int // descriptor of this executable
	proc     int // descriptor of the keeper's own /proc
	first    int // descriptor of the program of process 1
	lastCap  int
	groups   bool
	landlock landlock
	session  int               // the grader's keyring
	host     map[string]string // the namespaces of the grader, by layer
	networks *networks
}

// boxThread is the keeper's side of a box; it lives on one locked OS thread.
type boxThread struct {
	cfg      *boxConfig
	conn     blocking
	diag     *diag
	looker   looker
	first    int             // process number of process 1, as the keeper sees it
	users    int             // descriptor of the programs' user namespace
	rules    int             // descriptor of landlock's rules, or -1
	unkeyed  error           // why the programs have no keyring of their own
	mounted  bool            // /proc is the box's own
	shown    map[string]bool // twins that are mounted
	programs []*program
	ready    []tty // for the first program
	clocks   clocks
	owner    int64 // the submission whose box it is, or 0
	network  network
	called   bool  // the grader had a connection or listened
	listened int64 // how often programs were about to listen when all sockets were seen
	guard    guard
	into     *os.File   // the control group of the second version that programs are born in, or nil
	joins    []*os.File // descriptors by which programs enter those of the first version
}

// serveBox makes a box and serves it until it is closed. It locks its OS
// thread for good, so that the thread ends with the goroutine, and the last of
// the namespaces with it.
func serveBox(cfg *boxConfig, conn blocking, o order, groups []*os.File) {
	runtime.LockOSThread()
	_ = setSlack(programSlack) // programs have what this thread has
	defer conn.Close()
	b := &boxThread{cfg: cfg, conn: conn, users: -1, rules: -1, network: network{fd: -1}, looker: looker{proc: "/proc"}}
	b.joins = groups
	if o.Events {
		b.guard.events, b.joins = b.joins[0], b.joins[1:]
	}
	if o.Into {
		b.into, b.joins = b.joins[0], b.joins[1:]
	}
	err := b.build()
	var text string
	if err != nil {
		text = err.Error()
	}
	if err := send(conn, answer{Err: text}); err == nil && text == "" && b.serve() {
		b.vacate()
	}
	// The grader, if it is still there, has had its answer.
	_, _ = b.end()
	if b.diag != nil {
		b.diag.close()
	}
	if b.network.fd >= 0 {
		unix.Close(b.network.fd)
	}
}

func (b *boxThread) build() error {
	spaces := unix.CLONE_FS | unix.CLONE_NEWPID | unix.CLONE_NEWNS | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC
	if b.into == nil {
		spaces |= unix.CLONE_NEWCGROUP // else programs get theirs when they are in their group
	}
	if err := unix.Unshare(spaces); err != nil {
		return fmt.Errorf("unshare: %w", err)
	}
	// Programs cannot ask for keys at all; where keys are scarce, or unknown, that
	// has to do.
	_, b.unkeyed = unix.KeyctlInt(unix.KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0)
	if err := unix.Sethostname([]byte(Hostname)); err != nil {
		return fmt.Errorf("set the host name: %w", err)
	}
	if err := unix.Mount("tmpfs", "/home", "tmpfs", unix.MS_NOSUID|unix.MS_NODEV,
		fmt.Sprintf("size=%d,nr_inodes=%d,mode=755", WorkBytes, WorkInodes)); err != nil {
		return fmt.Errorf("mount the work folder: %w", err)
	}
	if err := unix.Mount("devpts", "/dev/pts", "devpts", unix.MS_NOSUID|unix.MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620"); err != nil {
		return fmt.Errorf("mount the terminals: %w", err)
	}
	if err := makeFolders(); err != nil {
		return err
	}
	if err := b.forkFirst(); err != nil {
		return err
	}
	if err := mountProc(); err != nil {
		return err
	}
	b.mounted = true
	var err error
	if b.cfg.landlock.abi > 0 {
		if b.rules, err = b.cfg.landlock.ruleset(b.cfg.self); err != nil {
			return err
		}
	}
	for _, t := range twins {
		if t.always {
			if err := b.show(t); err != nil {
				return err
			}
		}
	}
	for range terminals {
		t, err := openTerminal()
		if err != nil {
			return err
		}
		b.ready = append(b.ready, t)
	}
	return nil
}

// makeFolders makes the folders that programs may write in.
func makeFolders() error {
	for _, d := range []struct {
		path string
		mode uint32
	}{{"/home/tmp", 0o1777}, {"/home/shm", 0o1777}, {"/home/www", 0o755}, {"/home/srv", 0o755}, {Home, 0o755}} {
		if err := unix.Mkdir(d.path, d.mode); err != nil {
			return fmt.Errorf("make %s: %w", d.path, err)
		}
		if err := unix.Chmod(d.path, d.mode); err != nil {
			return err
		}
		if err := unix.Chown(d.path, boxUID, boxUID); err != nil {
			return err
		}
	}
	return nil
}

// furnish makes the box one of a submission: it gives it a network and files.
func (b *boxThread) furnish(req boxRequest) error {
	if b.diag != nil {
		return errors.New("the box is furnished already")
	}
	if err := b.enterNetwork(req.Owner); err != nil {
		return err
	}
	return b.layFiles(req.Files)
}

// layFiles fills the work folder. No program runs yet: nothing on the way to a
// file can have been put there by one, and paths lead where they say.
func (b *boxThread) layFiles(files []File) error {
	if len(b.programs) > 0 {
		return errors.New("a program runs already")
	}
	folders := map[string]bool{}
	for _, f := range files {
		for _, t := range twins {
			if strings.HasPrefix(f.Path, t.seen+"/") {
				if err := b.show(t); err != nil {
					return err
				}
			}
		}
		if err := layFile(f, folders); err != nil {
			return fmt.Errorf("lay %q: %w", f.Path, err)
		}
	}
	return nil
}

// layFile writes one file. folders are those that were made for others.
func layFile(f File, folders map[string]bool) error {
	path, err := housePath(f.Path)
	if err != nil {
		return err
	}
	for i, c := range path {
		if c != '/' || folders[path[:i]] {
			continue
		}
		folders[path[:i]] = true
		folder := "/home/" + path[:i]
		if err := unix.Mkdir(folder, 0o755); err == nil {
			if err := unix.Chown(folder, boxUID, boxUID); err != nil {
				return err
			}
		} else if err != unix.EEXIST {
			return err
		}
	}
	mode := uint32(0o644)
	if f.Executable {
		mode = 0o755
	}
	fd, err := unix.Open("/home/"+path, unix.O_WRONLY|unix.O_CREAT|unix.O_TRUNC|unix.O_NOFOLLOW|unix.O_CLOEXEC, mode)
	if err != nil {
		return err
	}
	return errors.Join(fill(fd, f.Data), unix.Fchown(fd, boxUID, boxUID), unix.Close(fd))
}

// fill writes data to a file.
func fill(fd int, data []byte) error {
	for len(data) > 0 {
		n, err := unix.Write(fd, data)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}

// housePath turns a path of the work folder, or an absolute one that leads to
// the writable file system, into one relative to it.
func housePath(path string) (string, error) {
	for _, t := range append([]twin{{seen: "/tmp", kept: "/home/tmp"}, {seen: "/home", kept: "/home"}}, twins...) {
		if rest, ok := strings.CutPrefix(path, t.seen+"/"); ok && filepath.IsLocal(rest) {
			return strings.TrimPrefix(t.kept+"/"+rest, "/home/"), nil
		}
	}
	if !filepath.IsLocal(path) {
		return "", fmt.Errorf("not a path of the work folder")
	}
	return strings.TrimPrefix(Home, "/home/") + "/" + path, nil
}

// forkFirst makes process 1 of the box and gives its user namespace the one
// user that programs are.
func (b *boxThread) forkFirst() error {
	argv := []*byte{bytePtr(keeperName), nil}
	syscall.ForkLock.Lock()
	pid, errno := forkFirst(b.cfg.first, &argv[0], new(syscall.Errno))
	syscall.ForkLock.Unlock()
	if errno != 0 {
		return fmt.Errorf("fork process 1: %w", errno)
	}
	b.first = pid
	line := fmt.Sprintf("%d %d 1\n", boxUID, boxUID)
	for _, name := range []string{"uid_map", "gid_map"} {
		if err := b.writeProc(strconv.Itoa(pid)+"/"+name, line); err != nil {
			return err
		}
	}
	fd, err := unix.Openat(b.cfg.proc, strconv.Itoa(pid)+"/ns/user", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open the user namespace: %w", err)
	}
	b.users = fd
	return nil
}

// mountProc mounts the /proc of the PID namespace that the thread has unshared.
func mountProc() error {
	what, where, options := bytePtr("proc"), bytePtr("/proc"), bytePtr("subset=pid,hidepid=invisible")
	syscall.ForkLock.Lock()
	errno := mountInside(what, where, options, new(syscall.Errno))
	syscall.ForkLock.Unlock()
	if errno != 0 {
		return fmt.Errorf("mount the box's proc: %w", errno)
	}
	return nil
}

// serve does what the grader asks for. It returns whether the grader had the box
// ended, and it was.
func (b *boxThread) serve() (ended bool) {
	buf := make([]byte, together) // what a request has in it is used before the next comes
	for {
		if _, err := b.idle(int(b.conn.Fd()), unix.POLLIN, -1); err != nil {
			return false
		}
		var req boxRequest
		if _, err := receiveIn(b.conn, buf, &req); err != nil {
			return false
		}
		var reply boxReply
		var files []*os.File
		var err error
		switch req.Op {
		case "lay":
			err = b.furnish(req)
		case "start":
			files, err = b.start(req, &reply)
		case "dial":
			b.called = true
			files, err = dialSocket(req.Src, req.Addr, b.idle)
		case "listen":
			b.called, b.diag.listeners = true, nil
			files, err = listenSocket(req.Addr)
		case "look":
			reply.Look, err = b.look()
		case "signal":
			err = b.signal(req.ID, unix.Signal(req.Sig))
		case "accepted":
			reply.Accepted, err = b.accepted()
		case "traffic":
			reply.Bytes, err = b.traffic()
		case "probe":
			reply.Layers, err = b.probe()
		case "close":
			reply.Used, err = b.end()
		default:
			err = fmt.Errorf("unknown request %q", req.Op)
		}
		if err != nil {
			reply.Err = err.Error()
			var errno syscall.Errno
			if errors.As(err, &errno) {
				reply.Errno = int(errno)
			}
		}
		err = send(b.conn, &reply, files...)
		for _, f := range files {
			f.Close()
		}
		if err != nil || req.Op == "close" {
			return err == nil && reply.Err == ""
		}
	}
}

// end kills process 1, with which the kernel kills all of the box, and returns
// when they are gone: the processor time that the student's programs have used.
// The error says that some are not gone.
func (b *boxThread) end() (used time.Duration, err error) {
	if b.first != 0 {
		if b.mounted {
			used, err = b.others()
		}
		if kerr := unix.Kill(b.first, unix.SIGKILL); kerr != nil {
			err = errors.Join(err, fmt.Errorf("kill process 1: %w", kerr))
		}
		// Process 1 is the last to go: the kernel buries the others before it.
		reap(b.first)
		b.first = 0
		if b.mounted {
			left, lerr := b.looker.numbers(b.looker.proc, maxTasks)
			if err = errors.Join(err, lerr); len(left) > 0 {
				err = errors.Join(err, fmt.Errorf("processes %v outlive the box", left))
			}
		}
	}
	b.looker.close()
	if b.users >= 0 {
		unix.Close(b.users)
		b.users = -1
	}
	if b.rules >= 0 {
		unix.Close(b.rules)
		b.rules = -1
	}
	for _, t := range b.ready {
		t.close()
	}
	b.ready = nil
	for _, p := range b.programs {
		unix.Close(p.slaves[0])
		unix.Close(p.slaves[1])
		<-p.buried
		if !p.self {
			used += p.used
		}
	}
	b.programs = nil
	for _, f := range b.joins {
		f.Close()
	}
	b.joins = nil
	if b.into != nil {
		b.into.Close()
		b.into = nil
	}
	if b.guard.events != nil {
		b.guard.events.Close()
		b.guard.events = nil
	}
	return used, err
}

func (b *boxThread) look() (*Look, error) {
	// What the kernel has killed a process for ends the others too: until then
	// nothing that they do is for ever.
	if b.guard.events != nil {
		if err := b.settle(); err != nil {
			return nil, err
		}
	}
	for _, p := range b.programs {
		for _, fd := range p.slaves {
			if err := flushTerminal(fd); err != nil && err != unix.EINTR {
				return nil, fmt.Errorf("poll terminal: %w", err)
			}
		}
	}
	listened := b.clocks.listened.Load()
	tasks, err := b.looker.tasks()
	if err != nil {
		return nil, err
	}
	for _, p := range b.programs {
		if p.self {
			trustLocks(tasks, p.inside)
		}
	}
	// Sockets after tasks: what a thread sent before it slept is seen on its way.
	// Where nobody ever listened there is no connection, and that one is on its
	// way means nothing while something runs.
	var sockets []Socket
	if still := !busy(tasks); still || b.called || b.clocks.listened.Load() > 0 {
		if sockets, err = b.diag.sockets(listened == b.listened); err != nil {
			return nil, err
		}
		if still && len(tasks) < maxTasks {
			// Whoever was about to listen does, as it waits for something else.
			b.listened = listened
		}
	}
	if b.clocks.armed.Load() {
		for i := range tasks {
			tasks[i].Timers = true
		}
	}
	return &Look{Tasks: tasks, Sockets: sockets, Complete: len(tasks) < maxTasks}, nil
}

// busy tells whether a thread runs, or wants to.
func busy(tasks []Task) bool {
	for i := range tasks {
		for j := range tasks[i].Threads {
			if tasks[i].Threads[j].Call == CallRunning {
				return true
			}
		}
	}
	return false
}

// trustLocks lets the locks of a reference program count as waits without end.
// The runtime of Go, in which they are written, has one thread that waits for
// its lock with a time-out, and then does nothing that a program would notice;
// timers of the program's own end a poll, not a lock (runtime.sysmon,
// runtime.findRunnable).
func trustLocks(tasks []Task, pid int) {
	for i := range tasks {
		for j := range tasks[i].Threads {
			if t := &tasks[i].Threads[j]; tasks[i].PID == pid && t.Call == CallLock && t.Slices > 0 {
				t.Forever = true
			}
		}
	}
}

package sandbox

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A box as the keeper makes it, on an OS thread of its own: boxRequest and
// boxReply are what the grader's keptBox and the thread say to one another.

type boxRequest struct {
	Op   string // "start", "dial", "listen", "look", "signal", "traffic", "close"
	Args []string
	Env  []string
	Self bool
	Src  netip.Addr
	Addr netip.AddrPort
	ID   int
	Sig  int
}

type boxReply struct {
	Err      string
	Errno    int // of the system call that failed, if one did
	ID       int
	PID      int
	Look     *Look
	Accepted int64
	Segments int64
}

// keptBox is the grader's side.
type keptBox struct {
	mu   sync.Mutex
	conn *net.UnixConn
	gone bool
}

// call sends one request and waits for its reply. An error of the box's thread
// that stems from a system call wraps its errno.
func (b *keptBox) call(ctx context.Context, req boxRequest) (boxReply, []*os.File, error) {
	var reply boxReply
	if err := ctx.Err(); err != nil {
		return reply, nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.gone {
		return reply, nil, net.ErrClosed
	}
	if err := send(b.conn, req); err != nil {
		return reply, nil, fmt.Errorf("box %s: %w", req.Op, err)
	}
	files, err := receive(b.conn, &reply)
	if err != nil {
		return reply, nil, fmt.Errorf("box %s: %w", req.Op, err)
	}
	if reply.Err != "" {
		for _, f := range files {
			f.Close()
		}
		if reply.Errno != 0 {
			return reply, nil, fmt.Errorf("box %s: %w", req.Op, &callError{reply.Err, syscall.Errno(reply.Errno)})
		}
		return reply, nil, fmt.Errorf("box %s: %s", req.Op, reply.Err)
	}
	return reply, files, nil
}

// callError is an error of a system call made in the box.
type callError struct {
	text  string
	errno syscall.Errno
}

func (e *callError) Error() string { return e.text }
func (e *callError) Unwrap() error { return e.errno }

func (b *keptBox) start(ctx context.Context, cmd Command, env []string) (*spawned, error) {
	reply, files, err := b.call(ctx, boxRequest{Op: "start", Args: cmd.Args, Env: env, Self: cmd.Self})
	if err != nil {
		return nil, err
	}
	if len(files) != 3 {
		return nil, fmt.Errorf("box start: %d descriptors instead of 3", len(files))
	}
	p := &spawned{id: reply.ID, pid: reply.PID, screen: files[0], errs: files[1], exit: make(chan Exit, 1)}
	go func(f *os.File) {
		defer f.Close()
		var status [4]byte
		if _, err := io.ReadFull(f, status[:]); err != nil {
			// The keeper is gone, and with it every program.
			p.exit <- Exit{Signal: int(unix.SIGKILL)}
			return
		}
		ws := unix.WaitStatus(binary.LittleEndian.Uint32(status[:]))
		if ws.Signaled() {
			p.exit <- Exit{Signal: int(ws.Signal())}
		} else {
			p.exit <- Exit{Code: ws.ExitStatus()}
		}
	}(files[2])
	return p, nil
}

func (b *keptBox) dial(ctx context.Context, src netip.Addr, dst netip.AddrPort) (*os.File, error) {
	return b.one(ctx, boxRequest{Op: "dial", Src: src, Addr: dst})
}

func (b *keptBox) listen(ctx context.Context, addr netip.AddrPort) (*os.File, error) {
	return b.one(ctx, boxRequest{Op: "listen", Addr: addr})
}

func (b *keptBox) one(ctx context.Context, req boxRequest) (*os.File, error) {
	_, files, err := b.call(ctx, req)
	if err != nil {
		return nil, err
	}
	if len(files) != 1 {
		return nil, fmt.Errorf("box %s: %d descriptors instead of 1", req.Op, len(files))
	}
	return files[0], nil
}

func (b *keptBox) look(ctx context.Context) (*Look, error) {
	reply, _, err := b.call(ctx, boxRequest{Op: "look"})
	if err != nil {
		return nil, err
	}
	return reply.Look, nil
}

func (b *keptBox) signal(ctx context.Context, id, sig int) error {
	_, _, err := b.call(ctx, boxRequest{Op: "signal", ID: id, Sig: sig})
	return err
}

func (b *keptBox) traffic(ctx context.Context) (accepted, segments int64, err error) {
	reply, _, err := b.call(ctx, boxRequest{Op: "traffic"})
	return reply.Accepted, reply.Segments, err
}

func (b *keptBox) close() error {
	_, _, err := b.call(context.Background(), boxRequest{Op: "close"})
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.gone {
		return nil
	}
	b.gone = true
	b.conn.Close()
	return err
}

// boxConfig is what all boxes of a keeper share.
type boxConfig struct {
	filter  *unix.SockFprog
	self    int // descriptor of this executable
	proc    int // descriptor of the keeper's own /proc
	lastCap int
	groups  bool
}

// boxThread is the keeper's side of a box; it lives on one locked OS thread.
type boxThread struct {
	cfg      *boxConfig
	conn     *net.UnixConn
	diag     *diag
	first    int // process number of process 1, as the keeper sees it
	programs []*program
	clocks   clocks
}

type program struct {
	pid    int    // as the keeper sees it
	slaves [2]int // kept open: flushTerminal polls them
	mu     sync.Mutex
	gone   bool
}

// serveBox makes a box and serves it until it is closed. It locks its OS
// thread for good, so that the thread ends with the goroutine, and the last of
// the namespaces with it.
func serveBox(cfg *boxConfig, conn *net.UnixConn, files []File) {
	runtime.LockOSThread()
	defer conn.Close()
	b := &boxThread{cfg: cfg, conn: conn}
	err := b.build(files)
	var text string
	if err != nil {
		text = err.Error()
	}
	if err := send(conn, answer{Err: text}); err == nil && text == "" {
		b.serve()
	}
	b.end()
}

func (b *boxThread) build(files []File) error {
	if err := unix.Unshare(unix.CLONE_FS | unix.CLONE_NEWPID | unix.CLONE_NEWNS | unix.CLONE_NEWNET |
		unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWCGROUP); err != nil {
		return fmt.Errorf("unshare: %w", err)
	}
	if err := loopbackUp(); err != nil {
		return err
	}
	if err := acknowledgeAtOnce(); err != nil {
		return err
	}
	// Programs have no capability, and some answers listen on port 80.
	if err := writeFile("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0"); err != nil {
		return err
	}
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
	if err := layFiles(files); err != nil {
		return err
	}
	if err := b.forkFirst(); err != nil {
		return err
	}
	var err error
	b.diag, err = openDiag()
	return err
}

// layFiles fills the work folder. No program runs yet: nothing that is opened
// here can have been put there by one.
func layFiles(files []File) error {
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
	root, err := os.OpenRoot("/home")
	if err != nil {
		return err
	}
	defer root.Close()
	for _, f := range files {
		if err := layFile(root, f); err != nil {
			return fmt.Errorf("lay %q: %w", f.Path, err)
		}
	}
	return nil
}

func layFile(root *os.Root, f File) error {
	path, err := housePath(f.Path)
	if err != nil {
		return err
	}
	for i, c := range path {
		if c == '/' {
			if err := root.Mkdir(path[:i], 0o755); err == nil {
				if err := root.Chown(path[:i], boxUID, boxUID); err != nil {
					return err
				}
			} else if !errors.Is(err, os.ErrExist) {
				return err
			}
		}
	}
	mode := os.FileMode(0o644)
	if f.Executable {
		mode = 0o755
	}
	if err := root.WriteFile(path, f.Data, mode); err != nil {
		return err
	}
	return root.Chown(path, boxUID, boxUID)
}

// housePath turns a path of the work folder, or an absolute one that leads to
// the writable file system, into one relative to it.
func housePath(path string) (string, error) {
	for from, to := range map[string]string{"/tmp/": "tmp/", "/var/www/": "www/", "/srv/": "srv/", "/home/": ""} {
		if rest, ok := strings.CutPrefix(path, from); ok && filepath.IsLocal(rest) {
			return to + rest, nil
		}
	}
	if !filepath.IsLocal(path) {
		return "", fmt.Errorf("not a path of the work folder")
	}
	return strings.TrimPrefix(Home, "/home/") + "/" + path, nil
}

// forkFirst makes process 1 of the box, which mounts the box's own /proc.
func (b *boxThread) forkFirst() error {
	var p [2]int
	if err := unix.Pipe2(p[:], unix.O_CLOEXEC); err != nil {
		return err
	}
	defer unix.Close(p[0])
	fp := &firstProcess{proc: bytePtr("/proc"), fstype: bytePtr("proc"), options: bytePtr("subset=pid,hidepid=invisible"), status: p[1]}
	syscall.ForkLock.Lock()
	pid, errno := forkFirst(fp)
	syscall.ForkLock.Unlock()
	unix.Close(p[1])
	if errno != 0 {
		return fmt.Errorf("fork process 1: %w", errno)
	}
	b.first = pid
	var word [4]byte
	if err := readFull(p[0], word[:]); err != nil {
		return fmt.Errorf("process 1: %w", err)
	}
	if e := syscall.Errno(binary.NativeEndian.Uint32(word[:])); e != 0 {
		return fmt.Errorf("mount the box's proc: %w", e)
	}
	return nil
}

// readFull reads len(buf) bytes from a blocking descriptor.
func readFull(fd int, buf []byte) error {
	for len(buf) > 0 {
		n, err := unix.Read(fd, buf)
		switch {
		case err == unix.EINTR:
		case err != nil:
			return err
		case n == 0:
			return io.ErrUnexpectedEOF
		default:
			buf = buf[n:]
		}
	}
	return nil
}

func (b *boxThread) serve() {
	for {
		var req boxRequest
		if _, err := receive(b.conn, &req); err != nil {
			return
		}
		var reply boxReply
		var files []*os.File
		var err error
		switch req.Op {
		case "start":
			files, err = b.start(req, &reply)
		case "dial":
			files, err = dialSocket(req.Src, req.Addr)
		case "listen":
			files, err = listenSocket(req.Addr)
		case "look":
			reply.Look, err = b.look()
		case "signal":
			err = b.signal(req.ID, unix.Signal(req.Sig))
		case "traffic":
			reply.Accepted, reply.Segments, err = b.traffic()
		case "close":
			b.end()
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
		err = send(b.conn, reply, files...)
		for _, f := range files {
			f.Close()
		}
		if err != nil || req.Op == "close" {
			return
		}
	}
}

// end kills process 1, with which the kernel kills all of the box, and returns
// when they are gone.
func (b *boxThread) end() {
	if b.diag != nil {
		b.diag.close()
		b.diag = nil
	}
	if b.first != 0 {
		unix.Kill(b.first, unix.SIGKILL)
		var ws unix.WaitStatus
		for {
			if _, err := unix.Wait4(b.first, &ws, 0, nil); err != unix.EINTR {
				break
			}
		}
		b.first = 0
	}
	for _, p := range b.programs {
		unix.Close(p.slaves[0])
		unix.Close(p.slaves[1])
	}
	b.programs = nil
}

func (b *boxThread) start(req boxRequest, reply *boxReply) (files []*os.File, err error) {
	if len(req.Args) == 0 {
		return nil, errors.New("no program")
	}
	var open []int
	defer func() {
		for _, fd := range open {
			unix.Close(fd)
		}
	}()
	var masters, slaves [2]int
	for i := range slaves {
		if masters[i], slaves[i], err = openTerminal(); err != nil {
			return nil, err
		}
		open = append(open, masters[i], slaves[i])
	}
	var sync, exit [2]int
	for _, p := range []*[2]int{&sync, &exit} {
		if err := unix.Pipe2(p[:], unix.O_CLOEXEC); err != nil {
			return nil, err
		}
		open = append(open, p[0], p[1])
	}
	status, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	open = append(open, status[0], status[1])
	im := &image{
		execFd: -1, dir: bytePtr(Home), tty: slaves[0], errTTY: slaves[1], sync: sync[0], status: status[1],
		uid: boxUID, gid: boxUID, groups: b.cfg.groups, lastCap: b.cfg.lastCap, filter: b.cfg.filter,
		limits: programLimits,
	}
	if req.Self {
		im.execFd = b.cfg.self
	} else {
		im.path = bytePtr(req.Args[0])
	}
	im.argv = pointers(req.Args)
	im.envv = pointers(req.Env)
	syscall.ForkLock.Lock()
	pid, errno := forkProgram(im)
	syscall.ForkLock.Unlock()
	if errno != 0 {
		return nil, fmt.Errorf("fork: %w", errno)
	}
	if err := b.release(pid, sync[1]); err != nil {
		unix.Kill(pid, unix.SIGKILL)
		reap(pid)
		return nil, err
	}
	unix.Close(status[1])
	open = remove(open, status[1])
	inside, listener, err := started(status[0])
	if listener >= 0 {
		if werr := b.clocks.watch(listener); err == nil {
			err = werr
		}
	}
	if err != nil {
		unix.Kill(pid, unix.SIGKILL)
		reap(pid)
		return nil, fmt.Errorf("start %s: %w", req.Args[0], err)
	}
	p := &program{pid: pid, slaves: slaves}
	b.programs = append(b.programs, p)
	reply.ID, reply.PID = len(b.programs)-1, inside
	open = remove(open, slaves[0], slaves[1], exit[1])
	go p.wait(exit[1])
	for _, fd := range []int{masters[0], masters[1], exit[0]} {
		files = append(files, os.NewFile(uintptr(fd), "box"))
		open = remove(open, fd)
	}
	return files, nil
}

// release writes the child's id maps and lets it go on.
func (b *boxThread) release(pid, sync int) error {
	line := fmt.Sprintf("%d %d 1\n", boxUID, boxUID)
	for _, name := range []string{"uid_map", "gid_map"} {
		if err := b.writeProc(pid, name, line); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	if _, err := unix.Write(sync, []byte{1}); err != nil {
		return fmt.Errorf("release the program: %w", err)
	}
	return nil
}

// writeProc writes a file of the /proc folder of a process, named by its number
// in the keeper's namespace.
func (b *boxThread) writeProc(pid int, name, value string) error {
	fd, err := unix.Openat(b.cfg.proc, strconv.Itoa(pid)+"/"+name, unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	_, err = unix.Write(fd, []byte(value))
	return err
}

// started reads what the child reports: its process number and the listener of
// its seccomp filter, then nothing. listener is -1 if it did not come so far.
func started(status int) (pid, listener int, err error) {
	listener = -1
	for {
		var rep report
		oob := make([]byte, unix.CmsgSpace(4))
		buf := unsafe.Slice((*byte)(unsafe.Pointer(&rep)), unsafe.Sizeof(rep))
		n, oobn, _, _, err := unix.Recvmsg(status, buf, oob, unix.MSG_CMSG_CLOEXEC)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return 0, listener, err
		case n == 0 && listener >= 0:
			return pid, listener, nil // it has become its program
		case n != len(buf):
			return 0, listener, io.ErrUnexpectedEOF
		case rep[0] != 0:
			return 0, listener, startError{stage(rep[0]), syscall.Errno(rep[1])}
		}
		pid = int(rep[1])
		msgs, err := unix.ParseSocketControlMessage(oob[:oobn])
		if err != nil || len(msgs) != 1 {
			return 0, listener, fmt.Errorf("seccomp listener did not come: %w", err)
		}
		fds, err := unix.ParseUnixRights(&msgs[0])
		if err != nil || len(fds) != 1 {
			return 0, listener, fmt.Errorf("seccomp listener did not come: %w", err)
		}
		listener = fds[0]
	}
}

func (p *program) wait(exit int) {
	ws := reap(p.pid)
	p.mu.Lock()
	p.gone = true
	p.mu.Unlock()
	var word [4]byte
	binary.LittleEndian.PutUint32(word[:], uint32(ws))
	// A reader that is gone is no longer interested.
	_, _ = unix.Write(exit, word[:])
	unix.Close(exit)
}

func reap(pid int) unix.WaitStatus {
	var ws unix.WaitStatus
	for {
		if _, err := unix.Wait4(pid, &ws, 0, nil); err != unix.EINTR {
			return ws
		}
	}
}

func (b *boxThread) signal(id int, sig unix.Signal) error {
	if id < 0 || id >= len(b.programs) {
		return fmt.Errorf("no program %d", id)
	}
	p := b.programs[id]
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return nil
	}
	if err := unix.Kill(p.pid, sig); err != unix.ESRCH {
		return err
	}
	return nil // it was buried a moment ago
}

func (b *boxThread) look() (*Look, error) {
	for _, p := range b.programs {
		for _, fd := range p.slaves {
			if err := flushTerminal(fd); err != nil && err != unix.EINTR {
				return nil, fmt.Errorf("poll terminal: %w", err)
			}
		}
	}
	tasks, err := lookTasks("/proc")
	if err != nil {
		return nil, err
	}
	// Sockets after tasks: what a thread sent before it slept is seen on its way.
	sockets, err := b.diag.sockets()
	if err != nil {
		return nil, err
	}
	if b.clocks.armed.Load() {
		for i := range tasks {
			tasks[i].Timers = true
		}
	}
	return &Look{Tasks: tasks, Sockets: sockets, Complete: len(tasks) < maxTasks}, nil
}

// traffic reads the namespace's TCP counters (net/snmp and net/netstat).
func (b *boxThread) traffic() (accepted, segments int64, err error) {
	if accepted, err = counter("/proc/1/net/snmp", "Tcp:", "PassiveOpens"); err != nil {
		return 0, 0, err
	}
	segments, err = counter("/proc/1/net/netstat", "TcpExt:", "TCPOrigDataSent")
	return accepted, segments, err
}

func counter(path, table, name string) (int64, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	var names []string
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] != table {
			continue
		}
		if names == nil {
			names = f
			continue
		}
		for i := range names {
			if names[i] == name && i < len(f) {
				return strconv.ParseInt(f[i], 10, 64)
			}
		}
	}
	return 0, fmt.Errorf("%s: no counter %s %s", path, table, name)
}

// programLimits are the resource limits of every program.
var programLimits = []limit{
	{unix.RLIMIT_CORE, 0},
	{unix.RLIMIT_NPROC, MaxProcesses},
	{unix.RLIMIT_NOFILE, MaxFiles},
	{unix.RLIMIT_FSIZE, MaxFileSize},
	{unix.RLIMIT_AS, MaxAddressSpace},
	{unix.RLIMIT_CPU, uint64(MaxCPU.Seconds())},
	{unix.RLIMIT_MEMLOCK, 64 << 10},
	{unix.RLIMIT_MSGQUEUE, 64 << 10},
	{unix.RLIMIT_SIGPENDING, 256},
}

func pointers(list []string) []*byte {
	out := make([]*byte, 0, len(list)+1)
	for _, s := range list {
		out = append(out, bytePtr(strings.ReplaceAll(s, "\x00", "")))
	}
	return append(out, nil)
}

func remove(list []int, gone ...int) []int {
	var out []int
	for _, fd := range list {
		keep := true
		for _, g := range gone {
			keep = keep && g != fd
		}
		if keep {
			out = append(out, fd)
		}
	}
	return out
}

func dialSocket(src netip.Addr, dst netip.AddrPort) ([]*os.File, error) {
	fd, err := tcpSocket(dst.Addr())
	if err != nil {
		return nil, err
	}
	if src.IsValid() {
		if err := unix.Bind(fd, sockaddr(netip.AddrPortFrom(src, 0))); err != nil {
			unix.Close(fd)
			return nil, fmt.Errorf("bind %s: %w", src, err)
		}
	}
	// On the loopback a connection is made or refused at once; a full queue of
	// the listener alone makes it wait.
	err = unix.Connect(fd, sockaddr(dst))
	if err == unix.EINPROGRESS {
		if err = awaitConnect(fd); err == nil {
			return []*os.File{os.NewFile(uintptr(fd), "connection")}, nil
		}
	}
	if err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("connect to %s: %w", dst, err)
	}
	return []*os.File{os.NewFile(uintptr(fd), "connection")}, nil
}

func awaitConnect(fd int) error {
	p := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
	for {
		n, err := unix.Poll(p, int(connectPatience.Milliseconds()))
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return err
		}
		if n == 0 {
			return unix.ETIMEDOUT
		}
		e, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
		if err != nil {
			return err
		}
		if e != 0 {
			return unix.Errno(e)
		}
		return nil
	}
}

func listenSocket(addr netip.AddrPort) ([]*os.File, error) {
	fd, err := tcpSocket(addr.Addr())
	if err != nil {
		return nil, err
	}
	err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	if err == nil && addr.Addr().Is6() {
		err = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 1)
	}
	if err == nil {
		err = unix.Bind(fd, sockaddr(addr))
	}
	if err == nil {
		err = unix.Listen(fd, 128)
	}
	if err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	return []*os.File{os.NewFile(uintptr(fd), "listener")}, nil
}

func tcpSocket(a netip.Addr) (int, error) {
	family := unix.AF_INET6
	if a.Is4() {
		family = unix.AF_INET
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, fmt.Errorf("socket: %w", err)
	}
	return fd, nil
}

func sockaddr(a netip.AddrPort) unix.Sockaddr {
	if a.Addr().Is4() {
		return &unix.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()}
	}
	return &unix.SockaddrInet6{Port: int(a.Port()), Addr: a.Addr().As16()}
}

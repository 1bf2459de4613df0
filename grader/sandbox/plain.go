package sandbox

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	gnet "github.com/shirou/gopsutil/v4/net"
	"github.com/shirou/gopsutil/v4/process"
)

// openPlain returns a Sandbox whose boxes isolate nothing. There is one box at
// a time: a program has port 6666 to itself because the previous ones are gone.
func openPlain(opts Options) (*Sandbox, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("plain sandbox: %w", err)
	}
	// Programs inherit what is ignored, which is Ctrl-C in a shell's background
	// command: caught by nobody, it does as little here and is theirs again.
	if signal.Ignored(os.Interrupt) {
		signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	}
	p := &plain{self: self, turn: make(chan struct{}, 1)}
	return &Sandbox{opts: opts, maker: p.box, closer: func() error { return nil }, layers: sync.OnceValue(func() []Layer {
		return missingLayers(opts.Interpreter)
	})}, nil
}

// plain makes plain boxes.
type plain struct {
	self string        // this executable
	turn chan struct{} // holds an element while a box is open
}

// box waits for the previous box to be closed.
func (p *plain) box(ctx context.Context, _ int64, files []File) (backend, error) {
	select {
	case p.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the previous box: %w", ctx.Err())
	}
	b := &plainBox{self: p.self, done: func() { <-p.turn }}
	if err := b.lay(files); err != nil {
		_, cerr := b.close()
		return nil, errors.Join(fmt.Errorf("make a box: %w", err), cerr)
	}
	return b, nil
}

// plainBox is a temporary folder, and ordinary processes on the real loopback.
type plainBox struct {
	self   string
	folder string
	done   func() // lets the next box be made

	mu       sync.Mutex
	programs []*plainProgram
	closed   bool
}

// plainProgram is one started program.
type plainProgram struct {
	cmd   *exec.Cmd
	self  bool // a reference program
	gone  chan struct{}
	close func() // ends its terminals
}

// lay makes the folder and fills it.
func (b *plainBox) lay(files []File) error {
	folder, err := os.MkdirTemp("", "box-")
	if err != nil {
		return err
	}
	b.folder = folder
	// Processes are recognised by where they work: that path has no link in it.
	if b.folder, err = filepath.EvalSymlinks(folder); err != nil {
		return err
	}
	root, err := os.OpenRoot(b.folder)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, f := range files {
		path := filepath.FromSlash(f.Path)
		if !filepath.IsLocal(path) {
			return fmt.Errorf("lay %q: outside the work folder: %w", f.Path, errors.ErrUnsupported)
		}
		if err := root.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("lay %q: %w", f.Path, err)
		}
		mode := os.FileMode(0o644)
		if f.Executable {
			mode = 0o755
		}
		if err := root.WriteFile(path, f.Data, mode); err != nil {
			return fmt.Errorf("lay %q: %w", f.Path, err)
		}
	}
	return nil
}

// translate turns a path of a box's work folder into one of the real folder.
func (b *plainBox) translate(arg string) string {
	if rest, ok := strings.CutPrefix(arg, Home); ok && (rest == "" || rest[0] == '/') {
		return b.folder + filepath.FromSlash(rest)
	}
	return arg
}

func (b *plainBox) start(ctx context.Context, cmd Command, env []string) (*spawned, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(cmd.Args) == 0 {
		return nil, errors.New("plain box start: no program")
	}
	c := &exec.Cmd{Dir: b.folder, Env: plainEnvironment(env, b.folder)}
	for _, a := range cmd.Args {
		c.Args = append(c.Args, b.translate(a))
	}
	if c.Path = c.Args[0]; cmd.Self {
		c.Path = b.self
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, net.ErrClosed
	}
	screen, errs, closing, err := attach(c)
	if err != nil {
		return nil, fmt.Errorf("plain box start: %w", err)
	}
	if err := c.Start(); err != nil {
		closing()
		screen.Close()
		errs.Close()
		return nil, fmt.Errorf("plain box start: %w", err)
	}
	p := &plainProgram{cmd: c, self: cmd.Self, gone: make(chan struct{}), close: closing}
	b.programs = append(b.programs, p)
	sp := &spawned{id: len(b.programs) - 1, pid: c.Process.Pid, screen: screen, errs: errs, wait: func(func()) Exit {
		<-p.gone
		return exitOf(c.ProcessState)
	}}
	go func() {
		// The error says what the state says too.
		_ = c.Wait()
		close(p.gone)
	}()
	return sp, nil
}

// dial connects on the real loopback. Where the machine has not the whole of
// 127.0.0.0/8 (macOS), a source address of that range is given up.
func (b *plainBox) dial(ctx context.Context, src netip.Addr, dst netip.AddrPort) (*os.File, error) {
	d := net.Dialer{Timeout: connectPatience, KeepAlive: -1}
	if src.IsValid() {
		d.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(src, 0))
	}
	c, err := d.DialContext(ctx, "tcp", dst.String())
	if err != nil && errors.Is(err, errNoAddress) && src.IsLoopback() {
		d.LocalAddr = nil
		c, err = d.DialContext(ctx, "tcp", dst.String())
	}
	if err != nil {
		return nil, fmt.Errorf("plain box dial: %w", dialError(ctx, err))
	}
	return fileOf(c)
}

// dialError makes an error of a dial wrap what Box.Dial promises.
func dialError(ctx context.Context, err error) error {
	var timed net.Error
	if ctx.Err() == nil && errors.As(err, &timed) && timed.Timeout() {
		return fmt.Errorf("%w: %w", syscall.ETIMEDOUT, err)
	}
	return portable(err)
}

// listen opens a socket on the loopback alone, even for a wildcard address: the
// machine's network has no business with a student's client.
func (b *plainBox) listen(ctx context.Context, addr netip.AddrPort) (*os.File, error) {
	network := "tcp6"
	if addr.Addr().Is4() {
		network = "tcp4"
	}
	if addr.Addr().IsUnspecified() {
		loopback := netip.IPv6Loopback()
		if addr.Addr().Is4() {
			loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})
		}
		addr = netip.AddrPortFrom(loopback, addr.Port())
	}
	var lc net.ListenConfig
	lc.SetMultipathTCP(false)
	l, err := lc.Listen(ctx, network, addr.String())
	if err != nil {
		return nil, fmt.Errorf("plain box listen: %w", portable(err))
	}
	return fileOf(l)
}

// fileOf takes the descriptor of a connection or a listener, which it closes.
func fileOf(c interface{ Close() error }) (*os.File, error) {
	defer c.Close()
	f, ok := c.(interface{ File() (*os.File, error) })
	if !ok {
		return nil, fmt.Errorf("%T has no descriptor", c)
	}
	file, err := f.File()
	if err != nil {
		return nil, err
	}
	if err := unblock(file); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// look sees the programs, their descendants, and where they listen. It is
// never complete: what it does not see may still be there.
func (b *plainBox) look(ctx context.Context) (*Look, error) {
	l := &Look{}
	for pid, session := range b.family(ctx) {
		if t, ok := plainTask(ctx, pid, session); ok {
			l.Tasks = append(l.Tasks, t)
		}
	}
	slices.SortFunc(l.Tasks, func(a, b Task) int { return a.PID - b.PID })
	seen := map[Socket]bool{}
	for _, t := range l.Tasks {
		conns, err := gnet.ConnectionsPidWithContext(ctx, "tcp", int32(t.PID))
		if cerr := ctx.Err(); cerr != nil {
			return nil, cerr
		}
		if err != nil {
			continue // it has ended, or macOS's lsof found no socket
		}
		for _, c := range conns {
			s, ok := plainSocket(c)
			if ok && !seen[s] {
				seen[s] = true
				l.Sockets = append(l.Sockets, s)
			}
		}
	}
	return l, nil
}

// plainSocket understands a listening socket; ok is false for any other.
func plainSocket(c gnet.ConnectionStat) (s Socket, ok bool) {
	if c.Status != "LISTEN" {
		return s, false
	}
	addr, err := netip.ParseAddr(c.Laddr.IP)
	if err != nil { // "*"
		addr = netip.IPv6Unspecified()
		if c.Family == syscall.AF_INET {
			addr = netip.IPv4Unspecified()
		}
	}
	return Socket{State: tcpListen, Local: netip.AddrPortFrom(addr, uint16(c.Laddr.Port))}, true
}

// family finds the programs that run and all that they started, as far as it
// can be told, and gives each one's session, which is its program's number.
// The number of a program that has ended may be somebody else's by now.
func (b *plainBox) family(ctx context.Context) map[int]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	var roots []int
	over := map[int]bool{}
	for _, p := range b.programs {
		pid := p.cmd.Process.Pid
		roots = append(roots, pid)
		select {
		case <-p.gone:
			over[pid] = true
		default:
		}
	}
	if len(roots) == 0 {
		return nil
	}
	all := descendants(ctx, roots)
	maps.DeleteFunc(all, func(pid, root int) bool {
		return over[root] && !b.owns(ctx, &process.Process{Pid: int32(pid)})
	})
	return all
}

// strays finds the processes that left their family but still work in the
// box's folder or have it in their environment.
func (b *plainBox) strays(ctx context.Context) []int {
	pids, err := process.PidsWithContext(ctx)
	if err != nil {
		return nil
	}
	var out []int
	for _, pid := range pids {
		if int(pid) != os.Getpid() && b.owns(ctx, &process.Process{Pid: pid}) {
			out = append(out, int(pid))
		}
	}
	return out
}

func (b *plainBox) owns(ctx context.Context, p *process.Process) bool {
	if dir, err := p.CwdWithContext(ctx); err == nil {
		if rel, err := filepath.Rel(b.folder, dir); err == nil && filepath.IsLocal(rel) {
			return true
		}
	}
	env, err := p.EnvironWithContext(ctx)
	return err == nil && slices.Contains(env, "HOME="+b.folder)
}

func (b *plainBox) signal(_ context.Context, id, sig int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if id < 0 || id >= len(b.programs) {
		return fmt.Errorf("no program %d", id)
	}
	err := b.programs[id].cmd.Process.Signal(syscall.Signal(sig))
	if err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("plain box signal: %w", err)
	}
	return nil
}

// accepted and traffic cannot be told: the machine's counters are everybody's.
func (b *plainBox) accepted(context.Context) (int64, error) { return 0, ErrUnknown }

func (b *plainBox) traffic(context.Context) (int64, error) { return 0, ErrUnknown }

// The end of a box: how often what is left is killed again, and how long to
// wait in between.
const (
	killRounds = 200
	killPause  = 10 * time.Millisecond
)

// close kills every process of the box that can be found, again until none is
// left, and removes the folder.
func (b *plainBox) close() (used time.Duration, err error) {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return 0, nil
	}
	b.closed = true
	programs := b.programs
	b.mu.Unlock()
	defer b.done()
	err = b.killAll(programs)
	for _, p := range programs {
		<-p.gone
		p.close()
		if !p.self {
			used += p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()
		}
	}
	if b.folder != "" {
		err = errors.Join(err, os.RemoveAll(b.folder))
	}
	return used, err
}

// leave has nothing to do: the box keeps nothing.
func (b *plainBox) leave() {}

func (b *plainBox) killAll(programs []*plainProgram) error {
	if len(programs) == 0 {
		return nil
	}
	ctx := context.Background()
	for range killRounds {
		left := b.strays(ctx)
		for pid := range b.family(ctx) {
			if !ended(ctx, pid) {
				left = append(left, pid)
			}
		}
		if len(left) == 0 {
			return nil
		}
		for _, pid := range left {
			kill(pid)
		}
		time.Sleep(killPause)
	}
	return errors.New("some processes outlive their kill")
}

// ended reports whether a process is gone, or waits to be buried.
func ended(ctx context.Context, pid int) bool {
	p := &process.Process{Pid: int32(pid)}
	status, err := p.StatusWithContext(ctx)
	if err == nil {
		return slices.Contains(status, process.Zombie)
	}
	exists, err := process.PidExistsWithContext(ctx, int32(pid))
	return err == nil && !exists
}

package sandbox

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

type program struct {
	pid    int            // as the keeper sees it
	inside int            // as the box sees it
	slaves [terminals]int // kept open: flushTerminal polls them
	mu     sync.Mutex
	gone   bool
	greedy bool          // it is killed for want of memory
	killed int64         // processes that the kernel had killed for want of memory before
	self   bool          // a reference program
	word   int           // descriptor of the pipe for word of it, until it is gone
	told   int           // how often it was told that it listens
	buried chan struct{} // closed once it was reaped and used is set
	used   time.Duration // processor time of it and of those of its children that it reaped
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
	ttys, err := b.takeTerminals()
	if err != nil {
		return nil, err
	}
	var masters, slaves [terminals]int
	for i, t := range ttys {
		masters[i], slaves[i] = t.master, t.slave
		open = append(open, t.master, t.slave)
	}
	var exit [2]int
	if err := unix.Pipe2(exit[:], unix.O_CLOEXEC); err != nil {
		return nil, err
	}
	open = append(open, exit[0], exit[1])
	status, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	open = append(open, status[0], status[1])
	if err := b.settle(); err != nil {
		return nil, err
	}
	var killed int64
	if b.guard.events != nil {
		if killed, err = killedIn(b.guard.events); err != nil {
			return nil, err
		}
	}
	im := &image{
		execFd: -1, dir: bytePtr(Home), tty: slaves[0], errTTY: slaves[1], namespace: b.users, status: status[1],
		uid: boxUID, gid: boxUID, groups: b.cfg.groups, lastCap: b.cfg.lastCap, filter: b.cfg.filter,
		limits: programLimits, files: MaxFiles, group: b.group(), joins: descriptors(b.joins), rules: b.rules, ruleFlags: b.cfg.landlock.flags(),
	}
	switch {
	case req.pause:
		im.execFd = b.cfg.first
	case req.Self:
		im.execFd = b.cfg.self
	default:
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
	unix.Close(status[1])
	open = remove(open, status[1])
	p := &program{pid: pid, slaves: slaves, killed: killed, self: req.Self, word: exit[1], buried: make(chan struct{})}
	inside, listener, err := started(status[0])
	if listener >= 0 {
		if werr := b.clocks.watch(listener, p.listens); err == nil {
			err = werr
		}
	}
	if err != nil {
		p.mu.Lock()
		p.gone = true // its pipe is closed
		p.mu.Unlock()
		unix.Kill(pid, unix.SIGKILL)
		reap(pid)
		return nil, fmt.Errorf("start %s: %w", req.Args[0], err)
	}
	b.programs = append(b.programs, p)
	p.inside = inside
	reply.ID, reply.PID = len(b.programs)-1, inside
	open = remove(open, slaves[0], slaves[1], exit[1])
	go p.wait(b.guard.events)
	for _, fd := range []int{masters[0], masters[1], exit[0]} {
		files = append(files, os.NewFile(uintptr(fd), "box"))
		open = remove(open, fd)
	}
	return files, nil
}

// writeProc writes a file of the keeper's own /proc.
func (b *boxThread) writeProc(name, value string) error {
	fd, err := unix.Openat(b.cfg.proc, name, unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open /proc/%s: %w", name, err)
	}
	defer unix.Close(fd)
	if _, err := unix.Write(fd, []byte(value)); err != nil {
		return fmt.Errorf("write /proc/%s: %w", name, err)
	}
	return nil
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

// What a word of a program says, of eight bytes: bytes 0 to 3 are the status of
// its end, byte wordMemory is 1 if it was killed because it, or the whole box,
// used too much memory; or byte wordListens is 1: it has not ended.
const (
	wordSize    = 8
	wordMemory  = 4
	wordListens = 7
)

// mostTold is how often the grader is told that a program listens: who goes on
// listening is seen without that.
const mostTold = 8

// listens tells the grader that the program is about to listen.
func (p *program) listens() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone || p.told == mostTold {
		return
	}
	p.told++
	word := [wordSize]byte{wordListens: 1}
	// So few words find room, and a reader that is gone is no longer interested.
	_, _ = unix.Write(p.word, word[:])
}

// wait waits for the program's end and reports it, the last word of it. events
// counts what the kernel kills for want of memory, unless it is nil.
func (p *program) wait(events *os.File) {
	ws, used := reap(p.pid)
	killed := int64(0)
	if events != nil {
		// An error means that the box is being closed.
		killed, _ = killedIn(events)
	}
	p.mu.Lock()
	p.gone, p.used = true, used
	greedy := p.greedy || killed > p.killed
	p.mu.Unlock()
	close(p.buried)
	var word [wordSize]byte
	if ws.Signaled() && ws.Signal() == unix.SIGKILL && greedy {
		word[wordMemory] = 1
	}
	binary.LittleEndian.PutUint32(word[:], uint32(ws))
	// A reader that is gone is no longer interested.
	_, _ = unix.Write(p.word, word[:])
	unix.Close(p.word)
}

// reap waits for the end of a child and tells how much processor time it and
// all that it reaped have used.
func reap(pid int) (unix.WaitStatus, time.Duration) {
	var ws unix.WaitStatus
	var usage unix.Rusage
	for {
		if _, err := unix.Wait4(pid, &ws, 0, &usage); err != unix.EINTR {
			return ws, time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
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

// programLimits are the resource limits of every program, but for that of its
// descriptors, which is set last.
var programLimits = []limit{
	{unix.RLIMIT_CORE, 0},
	{unix.RLIMIT_NPROC, MaxProcesses},
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

// group is the descriptor of the control group that programs are born in, or -1.
func (b *boxThread) group() int {
	if b.into == nil {
		return -1
	}
	return int(b.into.Fd())
}

func descriptors(files []*os.File) []int {
	out := make([]int, len(files))
	for i, f := range files {
		out[i] = int(f.Fd())
	}
	return out
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

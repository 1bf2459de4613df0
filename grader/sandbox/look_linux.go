package sandbox

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// maxTasks bounds one look: more processes than a box may have.
const maxTasks = 4 * MaxProcesses

// looker reads what processes do below proc, a /proc. A look happens so often
// that it does without the comforts of package os, and keeps open what the next
// one will read: what is open tells of the same process, or that it is gone,
// even once another one has its number. close gives all of it back.
type looker struct {
	proc string
	buf  [4096]byte // more than any of the files holds
	open map[string]*openEntry
}

// openEntry is a file or folder that is kept open.
type openEntry struct {
	fd   int
	used bool // since the last look
}

// maxOpen bounds how much a looker keeps open: enough for a few processes. The
// keeper has the descriptors of every box.
const maxOpen = 32

// entry opens path, or gives what is open of it; kept says that it stays open.
func (l *looker) entry(path string, flags int) (fd int, kept bool, err error) {
	if e := l.open[path]; e != nil {
		e.used = true
		return e.fd, true, nil
	}
	fd, err = unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC|flags, 0)
	if err != nil || len(l.open) >= maxOpen {
		return fd, false, err
	}
	if l.open == nil {
		l.open = map[string]*openEntry{}
	}
	l.open[path] = &openEntry{fd: fd, used: true}
	return fd, true, nil
}

// with calls f with path opened. When f fails on what was open already, it is
// tried once more with what has that name now.
func (l *looker) with(path string, flags int, f func(fd int) error) error {
	for {
		_, old := l.open[path]
		fd, kept, err := l.entry(path, flags)
		if err != nil {
			return err
		}
		err = f(fd)
		switch {
		case !kept:
			unix.Close(fd)
		case err != nil:
			unix.Close(fd)
			delete(l.open, path)
		}
		if err == nil || !old {
			return err
		}
	}
}

// sweep closes what was not used since the last sweep.
func (l *looker) sweep() {
	for path, e := range l.open {
		if !e.used {
			unix.Close(e.fd)
			delete(l.open, path)
		}
		e.used = false
	}
}

func (l *looker) close() {
	for _, e := range l.open {
		unix.Close(e.fd)
	}
	l.open = nil
}

// read returns what a file of the kernel's holds, until the next read.
func (l *looker) read(path string) (text []byte, err error) {
	err = l.with(path, 0, func(fd int) error {
		for {
			n, err := unix.Pread(fd, l.buf[:], 0)
			if err == unix.EINTR {
				continue
			}
			text = l.buf[:max(n, 0)]
			return err
		}
	})
	return text, err
}

// numbers lists the entries of a folder that are numbers, in order, at most
// limit and those that came along with the last one.
func (l *looker) numbers(path string, limit int) (out []int, err error) {
	err = l.with(path, unix.O_DIRECTORY, func(fd int) error {
		out = nil
		if _, err := unix.Seek(fd, 0, io.SeekStart); err != nil {
			return err
		}
		for len(out) < limit {
			n, err := unix.ReadDirent(fd, l.buf[:])
			if err == unix.EINTR {
				continue
			}
			if err != nil {
				return err
			}
			if n <= 0 {
				break
			}
			out = appendNumbers(out, l.buf[:n])
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(out)
	return out, nil
}

// appendNumbers appends the names that are numbers among directory entries
// (getdents64(2)).
func appendNumbers(out []int, entries []byte) []int {
	const head = 19 // inode, offset, length, type
	for len(entries) > head {
		size := int(binary.NativeEndian.Uint16(entries[16:]))
		if size <= head || size > len(entries) {
			break
		}
		name, _, _ := bytes.Cut(entries[head:size], []byte{0})
		if number, err := strconv.Atoi(string(name)); err == nil {
			out = append(out, number)
		}
		entries = entries[size:]
	}
	return out
}

// tasks reads what every process does, but for process 1.
func (l *looker) tasks() ([]Task, error) {
	defer l.sweep()
	pids, err := l.numbers(l.proc, maxTasks)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", l.proc, err)
	}
	var tasks []Task
	for _, pid := range pids {
		if pid == 1 {
			continue
		}
		if t, ok := l.task(pid); ok {
			tasks = append(tasks, t)
		}
	}
	return tasks, nil
}

// task reads one process; ok is false when it is gone.
func (l *looker) task(pid int) (t Task, ok bool) {
	base := l.proc + "/" + strconv.Itoa(pid)
	stat, err := l.read(base + "/stat")
	if err != nil {
		return t, false
	}
	state, name, fields := parseStat(stat)
	if len(fields) < 3 {
		return t, false
	}
	t = Task{PID: pid, Name: name, Zombie: state == 'Z' || state == 'X'}
	t.Parent, _ = strconv.Atoi(fields[0])
	t.Session, _ = strconv.Atoi(fields[2])
	// Most processes have one thread. That another was made since is seen by how
	// often the first one ran: that is read later.
	threads := []int{pid}
	if len(fields) <= threadsField || fields[threadsField] != "1" || t.Zombie {
		threads, err = l.numbers(base+"/task", math.MaxInt)
	}
	if t.Zombie {
		// A leader that ended before its threads looks like a zombie too.
		if err != nil || len(threads) <= 1 {
			return t, true
		}
		t.Zombie = false
	}
	if err != nil {
		return t, false
	}
	for _, tid := range threads {
		if th, ok := l.thread(base, tid); ok {
			t.Threads = append(t.Threads, th)
		}
	}
	return t, true
}

// statFields is how many fields of /proc/pid/stat are read from the state on: up
// to the number of threads (proc(5)).
const statFields = 18

// threadsField is which of the fields after the state tells how many threads
// there are.
const threadsField = 16

// nextField cuts the first field from a text, whose fields are separated by
// spaces or line ends. It is empty if there is none.
func nextField(text []byte) (field, rest []byte) {
	for len(text) > 0 && (text[0] == ' ' || text[0] == '\n') {
		text = text[1:]
	}
	for i, c := range text {
		if c == ' ' || c == '\n' {
			return text[:i], text[i:]
		}
	}
	return text, nil
}

// firstFields is strings.Fields of a text, but for what follows the first most of them.
func firstFields(text []byte, most int) []string {
	out := make([]string, 0, most)
	for len(out) < most {
		var field []byte
		if field, text = nextField(text); len(field) == 0 {
			break
		}
		out = append(out, string(field))
	}
	return out
}

// parseStat splits /proc/pid/stat: the state, the name between parentheses,
// and the fields after the state, as far as they are read.
func parseStat(stat []byte) (state byte, name string, fields []string) {
	open, end := bytes.IndexByte(stat, '('), bytes.LastIndexByte(stat, ')')
	if open < 0 || end < open || len(stat) < end+3 {
		return 0, "", nil
	}
	f := firstFields(stat[end+2:], statFields)
	if len(f) == 0 {
		return 0, "", nil
	}
	return f[0][0], string(stat[open+1 : end]), f[1:]
}

// thread reads one thread; ok is false when it is gone. How often it ran comes
// last: if two looks agree on that, the thread did not run from the first one's
// end to the second one's, and what the second saw of it was so all along.
func (l *looker) thread(base string, tid int) (t Thread, ok bool) {
	dir := base + "/task/" + strconv.Itoa(tid)
	t = Thread{ID: tid, Syscall: -1, FD: -1}
	raw, callErr := l.read(dir + "/syscall")
	nr, args, pc, waiting := parseSyscall(raw)
	stat, err := l.read(dir + "/stat")
	if err != nil {
		return t, false
	}
	state := stateOf(stat)
	if state == 'Z' || state == 'X' {
		return t, false
	}
	switch {
	case callErr != nil:
		t.Call = CallOther
	case state == 'T' || state == 't':
		t.Call, t.Forever, t.Where = CallStopped, true, pc
	case state == 'D':
		t.Call = CallOther
	case state != 'S' || !waiting:
		t.Call = CallRunning
	default:
		t.Syscall, t.Where = nr, pc
		t.Call, t.FD, t.Forever = classify(dir, nr, args)
		if t.Call == CallPoll {
			t.Call = l.pollCall(dir, nr, args)
		}
	}
	sched, err := l.read(dir + "/schedstat")
	if err != nil {
		return t, false
	}
	if f := firstFields(sched, 4); len(f) == 3 {
		t.Run, _ = strconv.ParseInt(f[0], 10, 64)
		t.Wait, _ = strconv.ParseInt(f[1], 10, 64)
		t.Slices, _ = strconv.ParseInt(f[2], 10, 64)
	}
	if t.Slices == 0 {
		t.Forever = false // a kernel that does not count gives no proof
	}
	return t, true
}

// stateOf returns the state of a thread, from its stat, or 0.
func stateOf(stat []byte) byte {
	end := bytes.LastIndexByte(stat, ')')
	if end < 0 || len(stat) < end+3 {
		return 0
	}
	return stat[end+2]
}

// parseSyscall reads /proc/pid/syscall: "nr arg0 … arg5 sp pc", or "running".
func parseSyscall(text []byte) (nr int64, args [6]uint64, pc uint64, waiting bool) {
	field, text := nextField(text)
	nr, err := strconv.ParseInt(string(field), 10, 64)
	if err != nil {
		return -1, args, 0, false
	}
	var numbers [8]uint64 // arguments, stack pointer, program counter
	for i := range numbers {
		field, text = nextField(text)
		if numbers[i], err = strconv.ParseUint(strings.TrimPrefix(string(field), "0x"), 16, 64); err != nil {
			return -1, args, 0, false
		}
	}
	if field, _ = nextField(text); len(field) > 0 {
		return -1, args, 0, false
	}
	return nr, [6]uint64(numbers[:6]), numbers[7], true
}

// classify says what a thread that sleeps in system call nr waits for, on which
// descriptor, and whether it can only be ended from outside the thread.
func classify(dir string, nr int64, args [6]uint64) (call Call, fd int, forever bool) {
	endless := func(timeout uint64) bool { return int32(timeout) < 0 }
	switch nr {
	case unix.SYS_ACCEPT, unix.SYS_ACCEPT4:
		return CallAccept, int(args[0]), true
	case unix.SYS_RECVFROM, unix.SYS_RECVMSG:
		return CallReceive, int(args[0]), true
	case unix.SYS_RECVMMSG:
		return CallReceive, int(args[0]), args[4] == 0
	case unix.SYS_READ, unix.SYS_READV:
		kind := target(dir, args[0])
		switch {
		case strings.HasPrefix(kind, "socket:"):
			return CallReceive, int(args[0]), true
		case isTerminal(kind):
			return CallKeyboard, int(args[0]), true
		case strings.HasPrefix(kind, "pipe:"), kind == "anon_inode:[eventfd]", kind == "anon_inode:[signalfd]":
			return CallRead, int(args[0]), true
		}
		return CallOther, int(args[0]), false
	case unix.SYS_WRITE, unix.SYS_WRITEV, unix.SYS_SENDTO, unix.SYS_SENDMSG:
		kind := target(dir, args[0])
		return CallWrite, int(args[0]), strings.HasPrefix(kind, "pipe:")
	case unix.SYS_LISTEN:
		return CallRunning, int(args[0]), false // the keeper is told of it first
	case unix.SYS_CONNECT:
		return CallConnect, int(args[0]), false
	case unix.SYS_WAIT4, unix.SYS_WAITID:
		return CallChild, -1, true
	case unix.SYS_FUTEX:
		return CallLock, -1, args[3] == 0
	case unix.SYS_PPOLL:
		return CallPoll, -1, args[2] == 0
	case unix.SYS_PSELECT6:
		return CallPoll, -1, args[4] == 0
	case unix.SYS_EPOLL_PWAIT:
		return CallPoll, -1, endless(args[3])
	case unix.SYS_EPOLL_PWAIT2:
		return CallPoll, -1, args[3] == 0
	case unix.SYS_RT_SIGSUSPEND:
		return CallSignal, -1, true
	case unix.SYS_RT_SIGTIMEDWAIT:
		return CallSignal, -1, args[2] == 0
	case unix.SYS_NANOSLEEP, unix.SYS_CLOCK_NANOSLEEP:
		return CallSleep, -1, false
	}
	return classifyOld(nr, args)
}

func isTerminal(target string) bool {
	return strings.HasPrefix(target, "/dev/pts/") || target == "/dev/tty"
}

// target names what descriptor fd of a thread is. It is asked of the thread:
// the process seems to have none when its main thread has ended.
func target(dir string, fd uint64) string {
	s, err := os.Readlink(dir + "/fd/" + strconv.FormatUint(fd&0xffffffff, 10))
	if err != nil {
		return ""
	}
	return s
}

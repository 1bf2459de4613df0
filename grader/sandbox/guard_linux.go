package sandbox

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// guard sees to it that the programs of a box do not use more memory than
// MaxMemory together. Where a control group limits it, the kernel kills one of
// them and the guard the others; elsewhere the guard sums up what they use. It
// belongs to the box's thread, which asks it between requests, and only while
// programs run.
type guard struct {
	events *os.File // of the control group, or nil
	killed int64    // processes that the kernel has killed, as far as was seen

	next, nextSockets time.Time
	sockets           int64 // bytes that sockets held when they were last asked
}

// Between two looks at the memory: a program gets no more than some hundred
// megabytes in that time.
const (
	guardPause   = 50 * time.Millisecond
	socketsPause = 200 * time.Millisecond
	// guardLongest bounds the pause after a sum that took long.
	guardLongest = 500 * time.Millisecond
)

// due returns how long the thread may sleep before it asks the guard again, and
// -1 for as long as it likes.
func (b *boxThread) due() time.Duration {
	if !b.running() {
		return -1
	}
	return max(0, time.Until(b.guard.next))
}

// running tells whether a program may be alive: what a program leaves behind
// counts too.
func (b *boxThread) running() bool { return len(b.programs) > 0 }

// watch ends the programs if they use too much memory.
func (b *boxThread) watch() error {
	now := time.Now()
	if !b.running() || now.Before(b.guard.next) {
		return nil
	}
	over, err := b.exceeded(now)
	if err != nil {
		return fmt.Errorf("watch the memory: %w", err)
	}
	took := time.Since(now)
	b.guard.next = now.Add(min(max(guardPause, 10*took), guardLongest))
	if over {
		return b.endPrograms()
	}
	return nil
}

// settle looks at the memory now, whenever it was looked at last: who starts next
// must not pay for what the kernel killed a program for.
func (b *boxThread) settle() error {
	b.guard.next = time.Time{}
	return b.watch()
}

// exceeded reports whether the programs use too much memory, or did until the
// kernel killed one.
func (b *boxThread) exceeded(now time.Time) (bool, error) {
	if b.guard.events != nil {
		killed, err := killedIn(b.guard.events)
		if err != nil || killed == b.guard.killed {
			return false, err
		}
		b.guard.killed = killed
		return true, nil
	}
	used, err := b.memory(now, residentOf)
	if err != nil || used <= MaxMemory {
		return false, err
	}
	// What processes share was counted for each, and sockets may have been emptied
	// since they were asked: now more slowly, but right.
	b.guard.nextSockets = time.Time{}
	used, err = b.memory(now, proportionalOf)
	return used > MaxMemory, err
}

// killedIn reads how many processes of a control group the kernel has killed.
func killedIn(events *os.File) (int64, error) {
	var buf [512]byte
	n, err := events.ReadAt(buf[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, fmt.Errorf("read the control group: %w", err)
	}
	for line := range strings.Lines(string(buf[:n])) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name == "oom_kill" {
			return strconv.ParseInt(value, 10, 64)
		}
	}
	return 0, nil // a kernel before 4.13 does not count
}

// memory sums up what the box uses: its processes, by of, the files they wrote,
// and what waits in their sockets.
func (b *boxThread) memory(now time.Time, of func(l *looker, base string) int64) (int64, error) {
	pids, err := b.looker.numbers(b.looker.proc, maxTasks)
	if err != nil {
		return 0, err
	}
	var sum int64
	for _, pid := range pids {
		if pid != 1 {
			sum += of(&b.looker, b.looker.proc+"/"+strconv.Itoa(pid))
		}
	}
	var s unix.Statfs_t
	if err := unix.Statfs("/home", &s); err != nil {
		return 0, err
	}
	sum += int64(s.Blocks-s.Bfree) * s.Bsize
	if !now.Before(b.guard.nextSockets) {
		b.guard.nextSockets = now.Add(socketsPause)
		if b.guard.sockets, err = b.diag.memory(); err != nil {
			return 0, err
		}
	}
	return sum + b.guard.sockets, nil
}

// residentOf returns the resident memory of a process in bytes, 0 if it is gone.
func residentOf(l *looker, base string) int64 {
	text, err := l.read(base + "/statm")
	if err != nil {
		return 0
	}
	f := strings.Fields(string(text))
	if len(f) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(f[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}

// proportionalOf returns the memory of a process in bytes, of what it shares
// with others its part; 0 if it is gone.
func proportionalOf(l *looker, base string) int64 {
	text, err := l.read(base + "/smaps_rollup")
	if err != nil {
		return 0
	}
	var sum int64
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) >= 2 && (f[0] == "Pss:" || f[0] == "SwapPss:") {
			// What is not a number counts as none.
			kib, _ := strconv.ParseInt(f[1], 10, 64)
			sum += kib << 10
		}
	}
	return sum
}

// endPrograms kills all that runs in the box but its process 1, at one instant:
// no process escapes by forking. Those programs have used too much memory.
func (b *boxThread) endPrograms() error {
	for _, p := range b.programs {
		p.mu.Lock()
		p.greedy = p.greedy || !p.gone
		p.mu.Unlock()
	}
	var why syscall.Errno
	syscall.ForkLock.Lock()
	errno := killInside(&why)
	syscall.ForkLock.Unlock()
	if errno != 0 {
		return fmt.Errorf("end the programs: %w", errno)
	}
	if why != 0 && why != unix.ESRCH {
		return fmt.Errorf("end the programs: %w", why)
	}
	return b.awaitEnd()
}

// dying is how long killed processes may take to be gone: what they hold is
// given back then, and a loaded machine lets them wait for a processor.
const dying = 30 * time.Second

// awaitEnd waits until no process but the first is left in the box.
func (b *boxThread) awaitEnd() error {
	for began := time.Now(); ; {
		left, err := b.looker.numbers(b.looker.proc, maxTasks)
		if err != nil {
			return fmt.Errorf("end the programs: %w", err)
		}
		if len(left) <= 1 {
			return nil
		}
		if time.Since(began) > dying {
			return fmt.Errorf("end the programs: processes %v are left", left)
		}
		if _, err := unix.Poll(nil, 1); err != nil && !errors.Is(err, unix.EINTR) {
			return fmt.Errorf("end the programs: %w", err)
		}
	}
}

// idle waits until fd is ready, for at most patience if that is not negative,
// and guards the box meanwhile. ready is false when patience is used up.
func (b *boxThread) idle(fd int, events int16, patience time.Duration) (ready bool, err error) {
	began := time.Now()
	for {
		if err := b.watch(); err != nil {
			return false, err
		}
		pause := b.due()
		if patience >= 0 {
			left := patience - time.Since(began)
			if left < 0 {
				return false, nil
			}
			if pause < 0 || left < pause {
				pause = left
			}
		}
		timeout := -1
		if pause >= 0 {
			timeout = int(pause/time.Millisecond) + 1
		}
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: events}}, timeout)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return false, err
		}
		if n > 0 {
			return true, nil
		}
	}
}

package sandbox

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// A Go program that makes system calls has a thread that wakes every 20 µs to
// see whether one of them blocks (runtime.sysmon), which is half of all switches
// between threads while programs are graded. The kernel may let it sleep longer,
// by what it calls the slack of a timer (PR_SET_TIMERSLACK(2const)).
const (
	graderSlack  = time.Millisecond      // of the grader and the keeper
	programSlack = 50 * time.Microsecond // of programs: the kernel's default
)

// setSlack sets the slack of the calling thread, and of those that it makes.
func setSlack(d time.Duration) error {
	return unix.Prctl(unix.PR_SET_TIMERSLACK, uintptr(d), 0, 0, 0)
}

// withSlack calls f in a thread whose children have the grader's slack.
func withSlack(f func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	// Without it, all works as well.
	_ = setSlack(graderSlack)
	defer func() { _ = setSlack(programSlack) }()
	return f()
}

// slacken gives the grader's slack to the runtime's thread that watches the
// others: the first that it has made. Only root may, and without it all works
// as well.
func slacken() {
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return
	}
	watcher := 0
	for _, t := range tasks {
		if n, err := strconv.Atoi(t.Name()); err == nil && n != os.Getpid() && (watcher == 0 || n < watcher) {
			watcher = n
		}
	}
	if watcher != 0 {
		_ = os.WriteFile(fmt.Sprintf("/proc/%d/timerslack_ns", watcher), fmt.Append(nil, int64(graderSlack)), 0)
	}
}

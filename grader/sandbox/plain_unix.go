//go:build unix

package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/creack/pty"
	"github.com/shirou/gopsutil/v4/process"
	"golang.org/x/sys/unix"
)

// errNoAddress is what binding to an address that the machine lacks gives.
const errNoAddress = syscall.EADDRNOTAVAIL

// plainEnvironment makes the environment of a box that of a folder of the
// machine.
func plainEnvironment(env []string, folder string) []string {
	out := make([]string, len(env))
	for i, v := range env {
		if strings.HasPrefix(v, "HOME=") {
			v = "HOME=" + folder
		}
		out[i] = v
	}
	return out
}

// attach gives a program two terminals of its own and a session. closing ends
// the program's side of them.
func attach(c *exec.Cmd) (screen, errs *os.File, closing func(), err error) {
	var slaves []*os.File
	closing = func() {
		for _, f := range slaves {
			f.Close()
		}
	}
	var masters [2]*os.File
	for i := range masters {
		var slave *os.File
		if masters[i], slave, err = terminal(); err != nil {
			closing()
			if masters[0] != nil {
				masters[0].Close()
			}
			return nil, nil, nil, err
		}
		slaves = append(slaves, slave)
	}
	c.Stdin, c.Stdout, c.Stderr = slaves[0], slaves[0], slaves[1]
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 0}
	return masters[0], masters[1], closing, nil
}

// terminal makes a terminal that neither echoes nor changes what is written.
// The master is non-blocking.
func terminal() (master, slave *os.File, err error) {
	m, slave, err := pty.Open()
	if err != nil {
		return nil, nil, fmt.Errorf("open terminal: %w", err)
	}
	defer m.Close()
	master, err = func() (*os.File, error) {
		t, err := unix.IoctlGetTermios(int(slave.Fd()), getTermios)
		if err != nil {
			return nil, err
		}
		t.Lflag &^= unix.ECHO | unix.ECHOE | unix.ECHOK | unix.ECHONL | unix.ECHOCTL
		t.Oflag &^= unix.OPOST
		if err := unix.IoctlSetTermios(int(slave.Fd()), setTermios, t); err != nil {
			return nil, err
		}
		if err := pty.Setsize(slave, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
			return nil, err
		}
		// The library leaves the master blocking; a file is polled only if it
		// is not when it is made.
		fd, err := unix.FcntlInt(m.Fd(), unix.F_DUPFD_CLOEXEC, 3)
		if err != nil {
			return nil, err
		}
		if err := unix.SetNonblock(fd, true); err != nil {
			unix.Close(fd)
			return nil, err
		}
		f := os.NewFile(uintptr(fd), "terminal")
		if !errors.Is(f.SetReadDeadline(time.Time{}), os.ErrNoDeadline) {
			return f, nil
		}
		if err := unix.SetNonblock(fd, false); err != nil {
			f.Close()
			return nil, err
		}
		return bridge(f)
	}()
	if err != nil {
		slave.Close()
		return nil, nil, fmt.Errorf("set terminal: %w", err)
	}
	return master, slave, nil
}

// bridge gives a socket that stands for a blocking terminal, which the system
// cannot poll (some versions of macOS). It ends when the program's side of the
// terminal does. What the program printed last may come after its end.
func bridge(f *os.File) (*os.File, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		f.Close()
		return nil, err
	}
	var ends [2]*os.File
	for i, fd := range fds {
		unix.CloseOnExec(fd)
		if err := errors.Join(err, unix.SetNonblock(fd, true)); err != nil {
			unix.Close(fds[0])
			unix.Close(fds[1])
			f.Close()
			return nil, err
		}
		ends[i] = os.NewFile(uintptr(fd), "terminal")
	}
	go func() {
		// An error means that one of the two has ended, and with it the bridge.
		_, _ = io.Copy(ends[1], f)
		ends[1].Close()
		f.Close()
	}()
	go func() { _, _ = io.Copy(f, ends[1]) }()
	return ends[0], nil
}

// unblock makes a socket non-blocking, which those of package net are already.
func unblock(*os.File) error { return nil }

// portable returns err: Unix has the names of the errors from the start.
func portable(err error) error { return err }

func kill(pid int) {
	// It may just have ended.
	_ = unix.Kill(pid, unix.SIGKILL)
}

// exitOf tells how a process ended.
func exitOf(s *os.ProcessState) Exit {
	if ws, ok := s.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return Exit{Signal: int(ws.Signal())}
	}
	return Exit{Code: s.ExitCode()}
}

// descendants maps every process that stems from roots, or is in the session
// of one of them, to that root.
func descendants(ctx context.Context, roots []int) map[int]int {
	out := map[int]int{}
	pids, err := process.PidsWithContext(ctx)
	if err != nil {
		return out
	}
	parents := map[int]int{}
	for _, pid := range pids {
		pid := int(pid)
		for _, r := range roots {
			if sid, err := unix.Getsid(pid); err == nil && sid == r {
				out[pid] = r
			}
		}
		if pp, err := (&process.Process{Pid: int32(pid)}).PpidWithContext(ctx); err == nil {
			parents[pid] = int(pp)
		}
	}
	for grown := true; grown; {
		grown = false
		for pid, parent := range parents {
			if root, ok := out[parent]; ok && out[pid] == 0 {
				out[pid] = root
				grown = true
			}
		}
	}
	return out
}

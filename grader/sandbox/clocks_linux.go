package sandbox

import (
	"os"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// arming are the system calls that set a clock which may wake a process, or
// end one of its waits, without a trace in what the process waits in. The
// filter also tells of alarm clocks (setitimer) and of time-outs of sockets
// (setsockopt).
var arming = []string{"alarm", "timer_create", "timerfd_create"}

// clocks knows whether any program of a box has ever armed a clock. The calls
// that do are reported by the seccomp filter before they happen, and then go
// on as if nothing had been. It is never unlearnt: what one process armed,
// another may have inherited.
type clocks struct {
	armed    atomic.Bool
	listened atomic.Int64 // how often a program was about to listen
}

// seccompNotification is struct seccomp_notif, seccompAnswer is struct
// seccomp_notif_resp (linux/seccomp.h).
type seccompNotification struct {
	id          uint64
	pid, flags  uint32
	nr          int32
	arch        uint32
	instruction uint64
	args        [6]uint64
}

type seccompAnswer struct {
	id    uint64
	value int64
	errno int32
	flags uint32
}

// watch serves the listener of one program's filter, which it closes when the
// program and all that it started have ended. It calls listens when one of
// them is about to listen on a socket, or just did.
func (c *clocks) watch(listener int, listens func()) error {
	if err := unix.SetNonblock(listener, true); err != nil {
		unix.Close(listener)
		return err
	}
	f := os.NewFile(uintptr(listener), "seccomp")
	raw, err := f.SyscallConn()
	if err != nil {
		f.Close()
		return err
	}
	go func() {
		defer f.Close()
		// An error means that the keeper ends.
		_ = raw.Read(func(fd uintptr) bool {
			for {
				p := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
				_, err := unix.Poll(p, 0)
				switch {
				case err == unix.EINTR:
				case err != nil || p[0].Revents&(unix.POLLHUP|unix.POLLERR) != 0:
					return true
				case p[0].Revents&unix.POLLIN == 0:
					return false
				default:
					c.answer(fd, listens)
				}
			}
		})
	}()
	return nil
}

// answer takes one notification and lets the call go on.
func (c *clocks) answer(fd uintptr, listens func()) {
	var n seccompNotification
	if _, _, e := unix.Syscall(unix.SYS_IOCTL, fd, unix.SECCOMP_IOCTL_NOTIF_RECV, uintptr(unsafe.Pointer(&n))); e != 0 {
		return // the caller was killed meanwhile
	}
	if n.nr == unix.SYS_LISTEN {
		c.listened.Add(1)
	} else {
		c.armed.Store(true)
	}
	a := seccompAnswer{id: n.id, flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}
	// An error: likewise.
	_, _, _ = unix.Syscall(unix.SYS_IOCTL, fd, unix.SECCOMP_IOCTL_NOTIF_SEND, uintptr(unsafe.Pointer(&a)))
	if n.nr == unix.SYS_LISTEN {
		listens()
	}
}

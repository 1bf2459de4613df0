//go:build unix

package sandbox

import (
	"fmt"
	"net/netip"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

func readNow(fd int, buf []byte) (int, error)   { return unix.Read(fd, buf) }
func writeNow(fd int, data []byte) (int, error) { return unix.Write(fd, data) }
func shutdownWrite(fd int) error                { return unix.Shutdown(fd, unix.SHUT_WR) }

func lingerZero(fd int) error {
	return unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
}

// accepted is one connection taken from a listener.
type accepted struct {
	file   *os.File
	remote netip.AddrPort
}

// acceptAll accepts the connections that wait on a non-blocking listener, as
// many as its queue holds: a client that goes on and on is taken in several calls.
func acceptAll(fd int) []accepted {
	var got []accepted
	for len(got) < backlog {
		c, from, err := unix.Accept(fd)
		switch {
		case err == syscall.EINTR || err == syscall.ECONNABORTED:
			continue
		case err != nil:
			return got
		}
		unix.CloseOnExec(c)
		if err := unix.SetNonblock(c, true); err != nil {
			unix.Close(c)
			continue
		}
		got = append(got, accepted{os.NewFile(uintptr(c), "accepted"), addrPort(from)})
	}
	return got
}

// direction is what a descriptor can be ready for.
type direction int16

const (
	readable direction = unix.POLLIN
	writable direction = unix.POLLOUT
)

// await calls f, which does without waiting what it can, again each time that
// the descriptor is ready, until f reports that it is done. The error says that
// the descriptor was closed.
func await(raw syscall.RawConn, d direction, f func(fd int) bool) error {
	if d == writable {
		return raw.Write(func(fd uintptr) bool { return f(int(fd)) })
	}
	return raw.Read(func(fd uintptr) bool { return f(int(fd)) })
}

// isReady reports whether the descriptor is ready now.
func isReady(fd int, d direction) bool {
	p := []unix.PollFd{{Fd: int32(fd), Events: int16(d)}}
	n, err := unix.Poll(p, 0)
	return n > 0 || err != nil
}

// localAddress returns the grader's end of a connection.
func localAddress(f *os.File) (local netip.AddrPort, err error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return local, err
	}
	cerr := raw.Control(func(fd uintptr) {
		var sa unix.Sockaddr
		if sa, err = unix.Getsockname(int(fd)); err == nil {
			local = addrPort(sa)
		}
	})
	if cerr != nil {
		return local, cerr
	}
	if err != nil {
		return local, fmt.Errorf("address of a connection: %w", err)
	}
	return local, nil
}

func addrPort(sa unix.Sockaddr) netip.AddrPort {
	switch a := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port))
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(a.Addr), uint16(a.Port))
	}
	return netip.AddrPort{}
}

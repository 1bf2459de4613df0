package sandbox

import (
	"fmt"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// dialSocket opens a connection; wait waits until a descriptor is ready.
func dialSocket(src netip.Addr, dst netip.AddrPort, wait waiter) ([]*os.File, error) {
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
		if err = awaitConnect(fd, wait); err == nil {
			return []*os.File{os.NewFile(uintptr(fd), "connection")}, nil
		}
	}
	if err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("connect to %s: %w", dst, err)
	}
	return []*os.File{os.NewFile(uintptr(fd), "connection")}, nil
}

// waiter waits until a descriptor is ready for poll's events, or patience is
// used up.
type waiter func(fd int, events int16, patience time.Duration) (ready bool, err error)

func awaitConnect(fd int, wait waiter) error {
	ready, err := wait(fd, unix.POLLOUT, connectPatience)
	if err != nil {
		return err
	}
	if !ready {
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
		err = unix.Listen(fd, backlog)
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

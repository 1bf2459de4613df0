package sandbox

import (
	"fmt"
	"net/netip"
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Winsock's errors are translated to the names that the rest of the package,
// and Unix, knows them by. Every stream is a socket on this system.

func readNow(fd int, buf []byte) (int, error) {
	var n, flags uint32
	b := windows.WSABuf{Len: uint32(len(buf)), Buf: unsafe.SliceData(buf)}
	err := windows.WSARecv(windows.Handle(fd), &b, 1, &n, &flags, nil, nil)
	return int(n), portable(err)
}

func writeNow(fd int, data []byte) (int, error) {
	var n uint32
	b := windows.WSABuf{Len: uint32(len(data)), Buf: unsafe.SliceData(data)}
	err := windows.WSASend(windows.Handle(fd), &b, 1, &n, 0, nil, nil)
	return int(n), portable(err)
}

func shutdownWrite(fd int) error {
	return portable(windows.Shutdown(windows.Handle(fd), windows.SHUT_WR))
}

func lingerZero(fd int) error {
	return windows.SetsockoptLinger(windows.Handle(fd), windows.SOL_SOCKET, windows.SO_LINGER, &windows.Linger{Onoff: 1})
}

// portable makes an error of Winsock wrap the one that Unix would give.
func portable(err error) error {
	for from, to := range map[syscall.Errno]syscall.Errno{
		windows.WSAEWOULDBLOCK:   syscall.EAGAIN,
		windows.WSAECONNRESET:    syscall.ECONNRESET,
		windows.WSAECONNABORTED:  syscall.ECONNRESET,
		windows.WSAESHUTDOWN:     syscall.EPIPE,
		windows.WSAENOTCONN:      syscall.ENOTCONN,
		windows.WSAECONNREFUSED:  syscall.ECONNREFUSED,
		windows.WSAETIMEDOUT:     syscall.ETIMEDOUT,
		windows.WSAEADDRINUSE:    syscall.EADDRINUSE,
		windows.WSAEADDRNOTAVAIL: syscall.EADDRNOTAVAIL,
	} {
		if isErrno(err, from) {
			return fmt.Errorf("%w: %w", to, err)
		}
	}
	return err
}

// nonBlocking is FIONBIO of winsock2.h.
const nonBlocking = 0x8004667e

// unblock makes a socket non-blocking for the calls made here; those of the
// runtime are overlapped and do not care.
func unblock(f *os.File) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	if cerr := raw.Control(func(fd uintptr) { err = unblockHandle(windows.Handle(fd)) }); cerr != nil {
		return cerr
	}
	return err
}

func unblockHandle(h windows.Handle) error {
	on, n := uint32(1), uint32(0)
	err := windows.WSAIoctl(h, nonBlocking, (*byte)(unsafe.Pointer(&on)), uint32(unsafe.Sizeof(on)), nil, 0, &n, nil, 0)
	if err != nil {
		return fmt.Errorf("make a socket non-blocking: %w", err)
	}
	return nil
}

// accepted is one connection taken from a listener.
type accepted struct {
	file   *os.File
	remote netip.AddrPort
}

// acceptAll accepts the connections that wait on a non-blocking listener, as
// many as its queue holds: a client that goes on and on is taken in several calls.
func acceptAll(fd int) []accepted {
	accept := windows.NewLazySystemDLL("ws2_32.dll").NewProc("accept")
	var got []accepted
	for len(got) < backlog {
		var from windows.RawSockaddrAny
		size := int32(unsafe.Sizeof(from))
		r, _, _ := accept.Call(uintptr(fd), uintptr(unsafe.Pointer(&from)), uintptr(unsafe.Pointer(&size)))
		h := windows.Handle(r)
		if h == windows.InvalidHandle {
			return got
		}
		remote, err := from.Sockaddr()
		if err == nil {
			err = unblockHandle(h)
		}
		if err != nil {
			windows.Closesocket(h)
			continue
		}
		got = append(got, accepted{os.NewFile(r, "accepted"), addrPort(remote)})
	}
	return got
}

// direction is what a descriptor can be ready for.
type direction int

const (
	readable direction = iota
	writable
)

// tryPause is how often a socket is tried: nothing here tells when a listener
// has a connection, or a connection has room.
const tryPause = 10 * time.Millisecond

// await calls f, which does without waiting what it can, again and again until
// it reports that it is done. The error says that the descriptor was closed.
func await(raw syscall.RawConn, _ direction, f func(fd int) bool) error {
	for {
		done := false
		if err := raw.Control(func(fd uintptr) { done = f(int(fd)) }); err != nil || done {
			return err
		}
		time.Sleep(tryPause)
	}
}

// isReady cannot tell, and need not: only isolated boxes ask.
func isReady(int, direction) bool { return true }

// localAddress returns the grader's end of a connection.
func localAddress(f *os.File) (local netip.AddrPort, err error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return local, err
	}
	cerr := raw.Control(func(fd uintptr) {
		var sa windows.Sockaddr
		if sa, err = windows.Getsockname(windows.Handle(fd)); err == nil {
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

func addrPort(sa windows.Sockaddr) netip.AddrPort {
	switch a := sa.(type) {
	case *windows.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port))
	case *windows.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(a.Addr), uint16(a.Port))
	}
	return netip.AddrPort{}
}

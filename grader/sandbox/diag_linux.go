package sandbox

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

// diag asks the kernel about the TCP sockets of a network namespace, the one of
// the thread that opened it (linux/inet_diag.h, linux/sock_diag.h).
type diag struct {
	fd  int
	buf []byte
	// listeners are those that the latest list of all sockets had, as the kernel
	// described them; nil without such a list.
	listeners [][]byte
}

const (
	tcpDiagGetSock   = 18
	sockDiagByFamily = 20
	diagV6Only       = 11 // INET_DIAG_SKV6ONLY
	diagMessageSize  = 72 // sizeof(struct inet_diag_msg)
)

func openDiag() (*diag, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return nil, fmt.Errorf("open sock_diag: %w", err)
	}
	return &diag{fd: fd, buf: make([]byte, 16<<10)}, nil
}

func (d *diag) close() { unix.Close(d.fd) }

// list calls seen with each TCP socket of the namespace that is in one of the
// states, as the kernel describes it. It asks as was done before there were
// families to ask for: the kernel walks its tables once, for both.
func (d *diag) list(states uint32, seen func(m []byte)) error {
	// struct inet_diag_req
	var req [60]byte
	binary.NativeEndian.PutUint32(req[52:], states)
	return d.ask(tcpDiagGetSock, req[:], func(m []byte) {
		if len(m) >= diagMessageSize {
			seen(m)
		}
	})
}

// sockets lists every TCP socket of the namespace. Those of IPv4 come first.
//
// The table of listening sockets is the machine's, and to walk it takes longer
// than all the rest. again says that no program has begun to listen since the
// latest list: then those of that list are asked for, one by one.
func (d *diag) sockets(again bool) (all []Socket, err error) {
	states := uint32(everyState)
	if again && d.listeners != nil {
		all, err = d.known()
		if err != nil {
			return nil, err
		}
	}
	if all != nil {
		states &^= 1 << tcpListen
	} else {
		d.listeners = [][]byte{}
	}
	err = d.list(states, func(m []byte) {
		s := parseDiag(m)
		if s.State == tcpListen {
			d.listeners = append(d.listeners, bytes.Clone(m[:diagMessageSize]))
		}
		all = append(all, s)
	})
	slices.SortStableFunc(all, func(a, b Socket) int { return a.Local.Addr().BitLen() - b.Local.Addr().BitLen() })
	return all, err
}

// known asks for the listeners that are known. It returns nil if one of them
// listens no more.
func (d *diag) known() ([]Socket, error) {
	all := []Socket{}
	for _, m := range d.listeners {
		s, ok, err := d.one(m)
		if err != nil {
			return nil, err
		}
		if !ok || s.State != tcpListen {
			return nil, nil
		}
		all = append(all, s)
	}
	return all, nil
}

// one asks for one socket, as the kernel described it before; ok is false if it
// is gone.
func (d *diag) one(m []byte) (s Socket, ok bool, err error) {
	if err = d.request(sockDiagByFamily, 0, d.exact(m)); err != nil {
		return s, false, err
	}
	done, err := d.reply(sockDiagByFamily, func(m []byte) {
		if ok = len(m) >= diagMessageSize; ok {
			s = parseDiag(m)
		}
	})
	switch {
	case errors.Is(err, unix.ENOENT), errors.Is(err, unix.ESTALE):
		return s, false, nil
	case err == nil && !ok:
		err = fmt.Errorf("read sock_diag: no socket, done: %v", done)
	}
	return s, ok, err
}

// exact is a request for one socket, as the kernel described it before.
func (d *diag) exact(m []byte) []byte {
	req := d.inet(m[0], unix.IPPROTO_TCP, 0)
	copy(req[8:], m[4:52]) // struct inet_diag_sockid
	return req
}

// everyState is every state but "bound", for which the kernel walks all ports.
const everyState = 1<<(tcpNewSyn+1) - 1

// inet is a request for the sockets of a family and protocol, with extensions.
func (d *diag) inet(family, protocol, extensions byte) []byte {
	// struct inet_diag_req_v2
	var req [56]byte
	req[0], req[1], req[2] = family, protocol, extensions
	binary.NativeEndian.PutUint32(req[4:], everyState)
	return req[:]
}

// ask sends a request of a kind and calls seen with each message of the answer.
func (d *diag) ask(kind uint16, request []byte, seen func(m []byte)) error {
	return d.exchange(kind, unix.NLM_F_DUMP, request, seen)
}

// command sends a request of a kind whose only answer is that it was done.
func (d *diag) command(kind uint16, request []byte) error {
	return d.exchange(kind, unix.NLM_F_ACK, request, func([]byte) {})
}

func (d *diag) exchange(kind, flags uint16, request []byte, seen func(m []byte)) error {
	if err := d.request(kind, flags, request); err != nil {
		return err
	}
	for {
		if done, err := d.reply(kind, seen); done || err != nil {
			return err
		}
	}
}

// request sends a request of a kind.
func (d *diag) request(kind, flags uint16, request []byte) error {
	ne := binary.NativeEndian
	// struct nlmsghdr
	req := make([]byte, 16, 128)
	ne.PutUint32(req[0:], uint32(len(req)+len(request)))
	ne.PutUint16(req[4:], kind)
	ne.PutUint16(req[6:], unix.NLM_F_REQUEST|flags)
	req = append(req, request...)
	if err := unix.Sendto(d.fd, req, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return fmt.Errorf("ask sock_diag: %w", err)
	}
	return nil
}

// reply reads what comes at once of an answer, and calls seen with each message of
// it that is of the kind. done says that no more comes.
func (d *diag) reply(kind uint16, seen func(m []byte)) (done bool, err error) {
	ne := binary.NativeEndian
	n, _, err := unix.Recvfrom(d.fd, d.buf, 0)
	for err == unix.EINTR {
		n, _, err = unix.Recvfrom(d.fd, d.buf, 0)
	}
	if err != nil {
		return false, fmt.Errorf("read sock_diag: %w", err)
	}
	for msg := d.buf[:n]; len(msg) >= 16; {
		size, is := int(ne.Uint32(msg)), ne.Uint16(msg[4:])
		if size < 16 || size > len(msg) {
			return false, fmt.Errorf("read sock_diag: message of %d bytes", size)
		}
		switch is {
		case unix.NLMSG_DONE:
			return true, nil
		case unix.NLMSG_ERROR:
			if size < 20 {
				return false, fmt.Errorf("read sock_diag: error of %d bytes", size)
			}
			if errno := unix.Errno(-int32(ne.Uint32(msg[16:]))); errno != 0 {
				return false, fmt.Errorf("ask sock_diag: %w", errno)
			}
			return true, nil
		case kind:
			seen(msg[16:size])
		}
		msg = msg[min((size+3)&^3, len(msg)):]
	}
	return false, nil
}

// parseDiag reads one struct inet_diag_msg and its attributes.
func parseDiag(m []byte) Socket {
	ne := binary.NativeEndian
	s := Socket{
		State:  m[1],
		Local:  netip.AddrPortFrom(diagAddr(m[0], m[8:24]), binary.BigEndian.Uint16(m[4:])),
		Remote: netip.AddrPortFrom(diagAddr(m[0], m[24:40]), binary.BigEndian.Uint16(m[6:])),
		RQueue: ne.Uint32(m[56:]),
		WQueue: ne.Uint32(m[60:]),
		Inode:  uint64(ne.Uint32(m[68:])),
	}
	if v := attribute(m[diagMessageSize:], diagV6Only); len(v) > 0 {
		s.V6Only = v[0] != 0
	}
	return s
}

func diagAddr(family byte, b []byte) netip.Addr {
	if family == unix.AF_INET {
		return netip.AddrFrom4([4]byte(b[:4]))
	}
	return netip.AddrFrom16([16]byte(b))
}

// loopbackUp brings the loopback interface of the thread's network namespace up.
func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("loopback: %w", err)
	}
	defer unix.Close(fd)
	ifr, err := unix.NewIfreq("lo")
	if err != nil {
		return fmt.Errorf("loopback: %w", err)
	}
	ifr.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, ifr); err != nil {
		return fmt.Errorf("loopback up: %w", err)
	}
	return nil
}

// openTerminal makes a terminal in the box's /dev/pts. The slave neither
// echoes nor changes what is written: the master reads what the program
// printed, byte for byte.
func openTerminal() (tty, error) {
	master, err := unix.Open("/dev/pts/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return tty{}, fmt.Errorf("open terminal: %w", err)
	}
	if err := unix.IoctlSetPointerInt(master, unix.TIOCSPTLCK, 0); err != nil {
		unix.Close(master)
		return tty{}, fmt.Errorf("unlock terminal: %w", err)
	}
	r, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(master), unix.TIOCGPTPEER, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC)
	if e != 0 {
		unix.Close(master)
		return tty{}, fmt.Errorf("open terminal's other end: %w", e)
	}
	slave := int(r)
	err = func() error {
		t, err := unix.IoctlGetTermios(slave, unix.TCGETS)
		if err != nil {
			return err
		}
		t.Lflag &^= unix.ECHO | unix.ECHOE | unix.ECHOK | unix.ECHONL | unix.ECHOCTL
		t.Oflag &^= unix.OPOST
		if err := unix.IoctlSetTermios(slave, unix.TCSETS, t); err != nil {
			return err
		}
		if err := unix.IoctlSetWinsize(slave, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}); err != nil {
			return err
		}
		return unix.Fchown(slave, boxUID, boxUID)
	}()
	if err != nil {
		unix.Close(master)
		unix.Close(slave)
		return tty{}, fmt.Errorf("set terminal: %w", err)
	}
	return tty{master, slave}, nil
}

// terminals is how many a program has: one for its input and output, one for
// its error output.
const terminals = 2

// tty is the descriptors of one.
type tty struct{ master, slave int }

func (t tty) close() {
	unix.Close(t.master)
	unix.Close(t.slave)
}

// takeTerminals gives the terminals of one program: those that were opened
// ahead, or new ones.
func (b *boxThread) takeTerminals() ([]tty, error) {
	out := b.ready
	b.ready = nil
	for len(out) < terminals {
		t, err := openTerminal()
		if err != nil {
			for _, t := range out {
				t.close()
			}
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// flushTerminal waits until the kernel has delivered what was typed on the
// terminal to its slave: the delivery is a work item that a loaded machine may
// run late, and polling the slave runs it.
func flushTerminal(slave int) error {
	_, err := unix.Poll([]unix.PollFd{{Fd: int32(slave), Events: unix.POLLIN}}, 0)
	return err
}

// bytePtr returns s as a C string; s holds no NUL.
func bytePtr(s string) *byte {
	b := append([]byte(s), 0)
	return &b[0]
}

// writeFile writes a small kernel file.
func writeFile(path, value string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(value); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// boxUID is the user and group number of programs in a box.
const boxUID = 1000

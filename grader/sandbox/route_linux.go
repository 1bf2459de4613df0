package sandbox

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"
)

// acknowledgeAtOnce makes the TCP of the thread's network namespace, whose
// loopback is up, acknowledge without delay. The kernel would keep back an
// acknowledgement for up to 40 ms in the hope of sending it with an answer,
// and as long as one is due nobody can tell whether data is on its way.
func acknowledgeAtOnce() error {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return fmt.Errorf("open rtnetlink: %w", err)
	}
	defer unix.Close(fd)
	for _, dst := range append([]string{"127.0.0.0/8", "127.0.0.1/32"}, wellKnown...) {
		if err := changeRoute(fd, unix.RTM_NEWROUTE, unix.NLM_F_CREATE|unix.NLM_F_REPLACE, netip.MustParsePrefix(dst)); err != nil {
			return err
		}
	}
	// The kernel's own route for IPv6 cannot be changed, only replaced.
	dst := netip.MustParsePrefix("::1/128")
	err = changeRoute(fd, unix.RTM_DELROUTE, 0, dst)
	if errors.Is(err, unix.ESRCH) {
		return nil // this machine has no IPv6
	}
	if err != nil {
		return err
	}
	return changeRoute(fd, unix.RTM_NEWROUTE, unix.NLM_F_CREATE, dst)
}

// wellKnown are the addresses by which programs find out their own: they
// connect a datagram socket, which sends nothing, and ask for its name. Here
// they lead back to the box, so that the answer is 127.0.0.1 and not an error.
var wellKnown = []string{"8.8.8.8/32", "8.8.4.4/32", "1.1.1.1/32", "10.255.255.255/32", "10.254.254.254/32"}

// loopbackIndex is the number of the loopback interface in every namespace.
const loopbackIndex = 1

// changeRoute asks for one change of the routes to this host's own addresses
// (linux/rtnetlink.h).
func changeRoute(fd int, kind, flags uint16, dst netip.Prefix) error {
	ne := binary.NativeEndian
	family, scope := byte(unix.AF_INET6), byte(unix.RT_SCOPE_UNIVERSE)
	if dst.Addr().Is4() {
		family, scope = unix.AF_INET, unix.RT_SCOPE_HOST
	}
	attr := func(m []byte, kind uint16, value []byte) []byte {
		m = ne.AppendUint16(m, uint16(4+len(value)))
		m = ne.AppendUint16(m, kind)
		return append(m, value...) // every value is a multiple of four
	}
	// struct nlmsghdr, then struct rtmsg and its attributes
	m := make([]byte, 16, 128)
	ne.PutUint16(m[4:], kind)
	ne.PutUint16(m[6:], unix.NLM_F_REQUEST|unix.NLM_F_ACK|flags)
	m = append(m, family, byte(dst.Bits()), 0, 0, unix.RT_TABLE_LOCAL, unix.RTPROT_KERNEL, scope, unix.RTN_LOCAL, 0, 0, 0, 0)
	m = attr(m, unix.RTA_DST, dst.Addr().AsSlice())
	m = attr(m, unix.RTA_OIF, ne.AppendUint32(nil, loopbackIndex))
	if dst.Addr().Is4() {
		m = attr(m, unix.RTA_PREFSRC, []byte{127, 0, 0, 1})
	}
	if kind == unix.RTM_NEWROUTE {
		m = attr(m, unix.RTA_METRICS, attr(nil, unix.RTAX_QUICKACK, ne.AppendUint32(nil, 1)))
	}
	ne.PutUint32(m, uint32(len(m)))
	if err := unix.Sendto(fd, m, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return fmt.Errorf("change the route to %s: %w", dst, err)
	}
	var reply [256]byte
	for {
		n, _, err := unix.Recvfrom(fd, reply[:], 0)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return fmt.Errorf("change the route to %s: %w", dst, err)
		case n < 20 || ne.Uint16(reply[4:]) != unix.NLMSG_ERROR:
			return fmt.Errorf("change the route to %s: answer of %d bytes", dst, n)
		}
		if e := unix.Errno(-int32(ne.Uint32(reply[16:]))); e != 0 {
			return fmt.Errorf("change the route to %s: %w", dst, e)
		}
		return nil
	}
}

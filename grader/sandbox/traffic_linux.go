package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"strconv"
	"strings"
)

// What a packet of a box's network has besides data: the kernel's headers of IP
// and TCP with its options, a time stamp in each and more in the two that open a
// connection; a reset has no time stamp.
const (
	headers4  = 20 + 32
	headers6  = 40 + 32
	opening   = 8
	noStamp   = 12
	mostReads = 100
)

// traffic reads the namespace's counters (net/snmp, net/snmp6, net/netstat). The
// kernel counts packets and bytes, and no segments with data: TCPOrigDataSent
// has the ends of connections among them.
func (b *boxThread) traffic() (int64, error) {
	// The files are read one after the other: twice the same is one instant. Of
	// programs that never stop sending it is a guess, and a large one.
	var last counters
	for range mostReads {
		var now counters
		if err := now.read(b.ownFile); err != nil {
			return 0, err
		}
		if now == last {
			break
		}
		last = now
	}
	return last.since(&b.network.base).payload(), nil
}

// accepted reads one counter, in a fifth of the time that traffic takes.
func (b *boxThread) accepted() (n int64, err error) {
	text, err := b.ownFile("net/snmp")
	if err != nil {
		return 0, err
	}
	found, err := parseCounters(text, map[string]*int64{"Tcp: PassiveOpens": &n})
	if err == nil && found == 0 {
		err = errors.New("net/snmp does not count connections")
	}
	return n - b.network.base.accepted, err
}

// rehearse tells whether the bytes of data that are sent in a box are counted as
// they should be: on a kernel that sends other headers than these, they are not.
func (b *keptBox) rehearse(ctx context.Context) (bool, error) {
	const said = "hello"
	sent := int64(0)
	for _, host := range []string{"127.0.0.1", "::1"} {
		addr := netip.AddrPortFrom(netip.MustParseAddr(host), 6666)
		l, err := b.listen(ctx, addr)
		if err != nil {
			continue // without addresses of this kind
		}
		defer l.Close()
		c, err := b.dial(ctx, netip.Addr{}, addr)
		if err != nil {
			return false, fmt.Errorf("connect within a box: %w", err)
		}
		defer c.Close()
		if _, err := c.WriteString(said); err != nil {
			return false, fmt.Errorf("send within a box: %w", err)
		}
		sent += int64(len(said))
	}
	reply, _, err := b.call(ctx, boxRequest{Op: "traffic"})
	if err != nil {
		return false, ctx.Err() // a kernel without these counters
	}
	return sent > 0 && reply.Bytes == sent, nil
}

// counters are those of a network namespace.
type counters struct {
	octets4, packets4, octets6, packets6 int64
	arrived4, arrived6                   int64 // packets
	opened, accepted, resets             int64
}

// since is what was counted after an earlier time.
func (c counters) since(earlier *counters) *counters {
	return &counters{
		octets4: c.octets4 - earlier.octets4, packets4: c.packets4 - earlier.packets4,
		octets6: c.octets6 - earlier.octets6, packets6: c.packets6 - earlier.packets6,
		arrived4: c.arrived4 - earlier.arrived4, arrived6: c.arrived6 - earlier.arrived6,
		opened: c.opened - earlier.opened, accepted: c.accepted - earlier.accepted, resets: c.resets - earlier.resets,
	}
}

// payload is how many bytes of data the packets have carried. It is at most so
// many where there were resets, of which some have a time stamp.
func (c *counters) payload() int64 {
	return max(0, c.octets4-headers4*c.packets4+c.octets6-headers6*c.packets6-opening*(c.opened+c.accepted)+noStamp*c.resets)
}

// read reads them by a function that reads a file of the namespace's.
func (c *counters) read(file func(name string) (string, error)) error {
	for _, f := range []struct {
		name  string
		wants map[string]*int64
	}{
		{"netstat", map[string]*int64{"IpExt: OutOctets": &c.octets4}},
		{"snmp", map[string]*int64{
			"Ip: OutRequests": &c.packets4, "Ip: InReceives": &c.arrived4, "Tcp: ActiveOpens": &c.opened, "Tcp: PassiveOpens": &c.accepted, "Tcp: OutRsts": &c.resets,
		}},
		{"snmp6", map[string]*int64{"Ip6OutOctets": &c.octets6, "Ip6OutRequests": &c.packets6, "Ip6InReceives": &c.arrived6}},
	} {
		text, err := file("net/" + f.name)
		if errors.Is(err, fs.ErrNotExist) && f.name == "snmp6" {
			continue // a kernel without IPv6
		}
		if err != nil {
			return err
		}
		found, err := parseCounters(text, f.wants)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		if found < len(f.wants) {
			return fmt.Errorf("%s lacks counters: %d of %d found", f.name, found, len(f.wants))
		}
	}
	return nil
}

// parseCounters sets those of the wanted counters that are in text, in either of
// the kernel's forms: a line of names and one of numbers for a table ("Tcp:"), or
// a name and a number a line.
func parseCounters(text string, wants map[string]*int64) (found int, err error) {
	set := func(to *int64, number string) {
		if to != nil && err == nil {
			*to, err = strconv.ParseInt(number, 10, 64)
			found++
		}
	}
	var names []string
	var key []byte // a table has a hundred names, of which few are wanted
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		switch {
		case len(f) == 2 && !strings.HasSuffix(f[0], ":"):
			set(wants[f[0]], f[1])
		case len(f) == 0 || len(names) != len(f) || names[0] != f[0]:
			names = f
		default:
			for i := range f[1:] {
				key = append(append(append(key[:0], f[0]...), ' '), names[i+1]...)
				set(wants[string(key)], f[i+1])
			}
			names = nil
		}
	}
	return found, err
}

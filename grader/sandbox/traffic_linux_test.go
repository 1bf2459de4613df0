package sandbox

import (
	"errors"
	"testing"
)

// talks opens a connection of the address family, sends there and back, and
// closes it: from what is given to the programs of TestTraffic.
const talks = `
import socket
def talk(family, host, port, there, back):
    l = socket.create_server((host, port), family=family)
    c = socket.create_connection((host, port))
    s, _ = l.accept()
    c.sendall(there)
    while there: there = there[len(s.recv(65536)):]
    s.sendall(back)
    while back: back = back[len(c.recv(65536)):]
    c.close()
    assert s.recv(1) == b''
    s.close()
    l.close()
`

// TestTraffic: what programs have said to one another is counted to the byte,
// and the ends of connections are no data.
func TestTraffic(t *testing.T) {
	for _, tt := range []struct {
		name, source    string
		accepted, bytes int64
	}{
		{"nothing", "", 0, 0},
		{"a connection, and no data", "talk(socket.AF_INET, '127.0.0.1', 6666, b'', b'')", 1, 0},
		{"two of them, one of IPv6", "talk(socket.AF_INET, '127.0.0.1', 6666, b'', b'')\ntalk(socket.AF_INET6, '::1', 6667, b'', b'')", 2, 0},
		{"one way", "talk(socket.AF_INET, '127.0.0.1', 6666, b'hello', b'')", 1, 5},
		{"both ways", "talk(socket.AF_INET6, '::1', 6666, b'hello', b'hello')", 1, 10},
		{"much", "talk(socket.AF_INET, '127.0.0.1', 6666, b'x' * 1000000, b'y' * 300000)", 1, 1300000},
		{"nobody there", "socket.socket().connect_ex(('127.0.0.1', 7000))", 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := isolated(t)
			p := b.start(talks + tt.source + "\nprint('done')\ninput()\n")
			if e := b.end(p); e != Silence {
				t.Fatalf("%q\n%s", e, b.state(p))
			}
			if n, err := b.box.Traffic(t.Context()); err != nil || n != tt.bytes {
				t.Errorf("%d bytes, %v; want %d", n, err, tt.bytes)
			}
			if n, err := b.box.Accepted(t.Context()); err != nil || n != tt.accepted {
				t.Errorf("%d accepted, %v; want %d", n, err, tt.accepted)
			}
		})
	}
}

// TestTrafficNotBelieved: where the count was not exact when it was tried, there
// is none.
func TestTrafficNotBelieved(t *testing.T) {
	if _, err := (&keptBox{}).traffic(t.Context()); !errors.Is(err, ErrUnknown) {
		t.Errorf("%v, want that it is unknown", err)
	}
}

// TestPayload: what a kernel counted of two connections, one of IPv4 and one of
// IPv6, on each of which a text went there and back.
func TestPayload(t *testing.T) {
	var c counters
	found, err := parseCounters("Ip: Forwarding OutRequests\nIp: 2 10\nTcp: ActiveOpens PassiveOpens OutRsts\nTcp: 2 2 0\n"+
		"TcpExt: SyncookiesSent\nTcpExt: 0\nIpExt: InOctets OutOctets\nIpExt: 546 546\nIp6OutRequests \t10\nIp6OutOctets \t750\n", map[string]*int64{
		"Ip: OutRequests": &c.packets4, "IpExt: OutOctets": &c.octets4, "Tcp: ActiveOpens": &c.opened, "Tcp: PassiveOpens": &c.accepted, "Tcp: OutRsts": &c.resets,
		"Ip6OutRequests": &c.packets6, "Ip6OutOctets": &c.octets6, "Ip6InOctets": new(int64),
	})
	if err != nil || found != 7 {
		t.Fatalf("%d counters, %v; want 7", found, err)
	}
	if got := c.payload(); got != 2*5+2*7 {
		t.Errorf("%+v: %d bytes of data, want 24", c, got)
	}
	if _, err := parseCounters("Ip: OutRequests\nIp: many\n", map[string]*int64{"Ip: OutRequests": &c.packets4}); err == nil {
		t.Error("a number that is none is no error")
	}
}

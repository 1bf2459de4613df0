package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// The kernel needs more time to make a network namespace, and to clear it away,
// than for all the rest of a box. So one that is as good as new serves again: its
// box is gone, no socket of it is left, nor one that the grader had there, what
// the kernel remembers of closed connections was taken from it, and nothing is on
// its way. What programs could have changed of it otherwise needs capabilities
// that they do not have. Where any of that cannot be seen, or is not so, the
// namespace ends with its box.
//
// What stays are its counters, which programs can read. Those of a new one are
// zero. One that serves again is taken at random of those that had no box of the
// same submission: what its counters say comes from programs of others, and tells
// a program nothing of which scenario it is in.

const (
	// mostNetworks is how many namespaces wait for a box: enough for the boxes of
	// a submission, and for those that others have meanwhile.
	mostNetworks = 32
	// mostUses is how many boxes one serves.
	mostUses = 100
	// mostEmptied is how many sockets are taken from one, at most: beyond it a new one is less work.
	mostEmptied = 256
)

// network is a network namespace whose loopback is up.
type network struct {
	fd     int
	served []int64  // whose boxes
	base   counters // what its counters said before the box
}

// networks are those that no box has.
type networks struct {
	mu   sync.Mutex
	idle []network
}

// take gives one for a box of a submission; ok is false if there is none.
func (n *networks) take(owner int64) (net network, ok bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	var free []int
	for i := range n.idle {
		if !slices.Contains(n.idle[i].served, owner) {
			free = append(free, i)
		}
	}
	if len(free) == 0 {
		return network{fd: -1}, false
	}
	i := free[rand.IntN(len(free))]
	net = n.idle[i]
	n.idle = slices.Delete(n.idle, i, i+1)
	return net, true
}

// give takes one back that is as good as new.
func (n *networks) give(net network) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(net.served) >= mostUses {
		unix.Close(net.fd)
		return
	}
	if len(n.idle) == mostNetworks {
		unix.Close(n.idle[0].fd)
		n.idle = slices.Delete(n.idle, 0, 1)
	}
	n.idle = append(n.idle, net)
}

// enterNetwork gives the thread a network namespace for a box of a submission: one
// that has served already, or a new one.
func (b *boxThread) enterNetwork(owner int64) error {
	net, ok := b.cfg.networks.take(owner)
	b.network = net
	if ok {
		if err := unix.Setns(net.fd, unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("enter a network namespace: %w", err)
		}
	} else if err := b.newNetwork(); err != nil {
		return err
	}
	b.owner = owner
	b.network.served = append(b.network.served, owner)
	var err error
	b.diag, err = openDiag()
	return err
}

// newNetwork makes the thread's network namespace.
func (b *boxThread) newNetwork() error {
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("unshare the network: %w", err)
	}
	if err := loopbackUp(); err != nil {
		return err
	}
	if err := acknowledgeAtOnce(); err != nil {
		return err
	}
	for _, s := range []struct{ name, value string }{
		// Programs have no capability, and some answers listen on port 80.
		{"ip_unprivileged_port_start", "0"},
		// What one socket holds unless its program asks for more: the kernel's own
		// bound is some ten times what a scenario sends.
		{"tcp_rmem", "4096 131072 1048576"},
		{"tcp_wmem", "4096 16384 1048576"},
		// No connection is served otherwise because of what an earlier one was like.
		{"tcp_no_metrics_save", "1"},
	} {
		if err := b.writeProc("sys/net/ipv4/"+s.name, s.value); err != nil {
			return err
		}
	}
	fd, err := unix.Openat(b.cfg.proc, "thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open the network namespace: %w", err)
	}
	b.network.fd = fd
	return nil
}

// errInUse says that a network namespace cannot serve again.
var errInUse = errors.New("the network namespace is not as good as new")

// vacate makes the network namespace of a submission's box that was ended as good
// as new, once the grader has closed what it had there, and gives it back.
func (b *boxThread) vacate() {
	if b.network.fd < 0 || b.diag == nil || b.owner == 0 {
		return
	}
	// The grader says no more, and closes its end when the rest is closed.
	if _, err := receive(b.conn, new(boxRequest)); !errors.Is(err, io.EOF) {
		return
	}
	net := b.network
	if err := b.empty(&net.base); err != nil {
		return
	}
	b.network.fd = -1
	b.cfg.networks.give(net)
}

// empty takes from the thread's network namespace what is left of connections,
// and reads its counters. The error wraps errInUse, or says what cannot be seen.
func (b *boxThread) empty(base *counters) error {
	for range 3 {
		left, err := b.diag.remains()
		if err != nil {
			return err
		}
		if len(left) > mostEmptied {
			return errInUse
		}
		if len(left) == 0 {
			return b.unused(base)
		}
		for _, m := range left {
			if err := b.diag.destroy(m); err != nil {
				return err
			}
		}
	}
	return errInUse
}

// unused makes sure that the thread's network namespace, in which no connection
// is left, has no socket but that of diag, and that nothing is on its way in it.
func (b *boxThread) unused(base *counters) error {
	text, err := b.ownFile("net/sockstat")
	if err != nil {
		return err
	}
	if used, ok := socketsUsed(text); !ok || used != 1 {
		return fmt.Errorf("%w: %d sockets", errInUse, used)
	}
	var now counters
	if err := now.read(b.ownFile); err != nil {
		return err
	}
	if now.packets4 != now.arrived4 || now.packets6 != now.arrived6 {
		return fmt.Errorf("%w: packets sent %d and %d, arrived %d and %d", errInUse, now.packets4, now.packets6, now.arrived4, now.arrived6)
	}
	*base = now
	return nil
}

// socketsUsed reads how many sockets of all kinds a namespace has from its
// net/sockstat.
func socketsUsed(text string) (n int, ok bool) {
	first, _, _ := strings.Cut(text, "\n")
	number, ok := strings.CutPrefix(first, "sockets: used ")
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(number)
	return n, err == nil
}

// ownFile reads a file of the thread's folder in /proc, whole.
func (b *boxThread) ownFile(name string) (string, error) {
	fd, err := unix.Openat(b.cfg.proc, "thread-self/"+name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", err
	}
	defer unix.Close(fd)
	return readAll(fd)
}

// readAll reads a file of the kernel's from where it stands.
func readAll(fd int) (string, error) {
	var out []byte
	buf := make([]byte, 16<<10)
	for {
		n, err := unix.Read(fd, buf)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return "", err
		}
		if n <= 0 {
			return string(out), nil
		}
		out = append(out, buf[:n]...)
	}
}

const sockDestroy = 21

// remains lists the connections of the namespace that are left when those who had
// them are gone: as the kernel describes them (struct inet_diag_msg).
func (d *diag) remains() (left [][]byte, err error) {
	err = d.list(everyState&^(1<<tcpListen), func(m []byte) { left = append(left, bytes.Clone(m[:diagMessageSize])) })
	return left, err
}

// destroy ends what the kernel has of a connection (sock_diag(7)). That it is gone
// already is none of the errors.
func (d *diag) destroy(m []byte) error {
	err := d.command(sockDestroy, d.exact(m))
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	return err
}

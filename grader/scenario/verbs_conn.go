package scenario

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"syscall"
	"unicode/utf8"

	"netlab/grader/lang"
	"netlab/grader/sandbox"
)

// rest waits until also holds and the program has done what it does at once: it
// waits for something. A person at another keyboard is never faster than that.
func (r *runner) rest(p *program, also func() bool) (sandbox.Ending, error) {
	since, err := r.box.Seen(r.ctx)
	if err != nil {
		return "", err
	}
	wait := r.wait
	defer func() { r.wait = wait }() // the step does not depend on how this ended
	return r.until(p, func() bool { return also() && r.box.Rests(p.p, since) })
}

// dial connects to the program of c. Nobody listening is a mismatch.
func (r *runner) dial(c *conn) (*conn, error) {
	b, err := r.inBox()
	if err != nil {
		return nil, err
	}
	if c.with != nil {
		c.with.met = true
	}
	// A server may listen afresh for each client.
	end, err := r.rest(c.with, func() bool {
		return slices.ContainsFunc(b.Listeners(), func(l sandbox.Listener) bool { return r.port == 0 || l.Addr.Port() == r.port })
	})
	if err != nil {
		return nil, err
	}
	dst, src := r.route(b)
	if !dst.IsValid() {
		how, err := r.instead(c.with, end)
		if err != nil {
			return nil, err
		}
		return nil, wrong(lang.Colon(lang.T("plus personne n'écoute", "nobody listens any more"), how))
	}
	if c.elsewhere && src.Is4() {
		src = sandbox.Neighbour(r.rng.IntN(sandbox.Neighbours))
	}
	c.box = b
	r.read(func() { c.with.served = len(c.with.p.Errors.Data) })
	c.c, err = b.Dial(r.ctx, src, dst, nil)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		how, herr := r.instead(c.with, "")
		if herr != nil {
			return nil, herr
		}
		return nil, wrong(lang.Colon(lang.F("connexion refusée sur %s", "connection refused on %s", dst), how))
	case errors.Is(err, syscall.ETIMEDOUT):
		return nil, wrong(lang.T("le programme n'accepte plus de connexion : la file d'attente de son écoute est pleine", "the program takes no more connections: the queue of its listening socket is full"))
	case errors.Is(err, syscall.ECONNRESET):
		return nil, wrong(lang.T("connexion coupée aussitôt", "connection reset at once"))
	case err != nil:
		return nil, err
	}
	r.vars[c.name+"_ip"] = c.c.Local.Addr().String()
	r.vars[c.name+"_port"] = strconv.Itoa(int(c.c.Local.Port()))
	path := fmt.Sprintf("%s → %s", c.c.Local, dst)
	r.read(func() {
		r.event(Event{Kind: KindConnect, Program: c.with.name, Conn: c.name, Note: lang.T(path, path)})
		c.c.Observe(r.watch(c)) // what has come already is shown after that
	})
	return c, nil
}

// route chooses where to connect, from what the latest look saw listen in the
// box (the preferred port first), and the address to connect from.
func (r *runner) route(b *sandbox.Box) (dst netip.AddrPort, src netip.Addr) {
	var best *sandbox.Listener
	b.Read(func() {
		for _, l := range b.Listeners() {
			if best == nil || l.Addr.Port() == r.preferred() && best.Addr.Port() != r.preferred() {
				best = &l
			}
		}
	})
	if best == nil {
		return dst, src
	}
	addr, local := best.Addr.Addr(), netip.AddrFrom4([4]byte{127, 0, 0, 1})
	switch {
	case addr == netip.IPv4Unspecified(), addr == netip.IPv6Unspecified() && !best.V6Only:
		return netip.AddrPortFrom(local, best.Addr.Port()), local
	case addr == netip.IPv6Unspecified():
		return netip.AddrPortFrom(netip.IPv6Loopback(), best.Addr.Port()), netip.IPv6Loopback()
	case addr.Is4():
		return best.Addr, local
	}
	return best.Addr, netip.IPv6Loopback()
}

// preferred is the port that was found to be the server's, else the sheet's.
func (r *runner) preferred() uint16 {
	if r.port != 0 {
		return r.port
	}
	return sheetPort
}

// sheetPort is the port that the sheet names.
const sheetPort = 6666

func doConnect(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.T("se connecter comme un client", "connect as a client")
	p := r.programs[args[1]]
	if p == nil || r.box == nil {
		return did, need{args[1]}
	}
	b, err := r.inBox()
	if err != nil {
		return did, err
	}
	listening := false
	b.Read(func() { listening = len(b.Listeners()) > 0 })
	if !listening && !p.heard {
		return did, need{args[1]}
	}
	c, err := r.dial(&conn{name: args[0], with: p, elsewhere: len(args) > 2})
	if err != nil {
		return did, err
	}
	r.conns[args[0]] = c
	_, err = r.rest(p, func() bool { return true })
	return did, err
}

// conn returns a connection that an earlier step made.
func (r *runner) conn(name string) (*conn, error) {
	c := r.conns[name]
	if c == nil || c.c == nil {
		return nil, need{name}
	}
	return c, nil
}

// isAccepted waits until the program has taken the connection out of its
// listener's queue.
func (r *runner) isAccepted(c *conn) (bool, sandbox.Ending, error) {
	end, err := r.until(c.with, func() bool {
		if c.c.Ended != sandbox.Live || len(c.c.Data) > 0 {
			return true
		}
		// The look must be of after the connection.
		return r.box.Established(c.c) && !r.box.Pending(c.c.Remote.Port())
	})
	if err != nil {
		return false, "", err
	}
	// A program that ends resets the connections of its queue, and its end may
	// be seen after that.
	reset := false
	r.read(func() { reset = c.c.Ended == sandbox.Reset && !c.with.p.Exited })
	if reset {
		if _, err := r.untilFor(c.with, aMoment, func() bool { return c.with.p.Exited }); err != nil {
			return false, "", err
		}
	}
	ok := false
	r.read(func() { ok = end == sandbox.Event && (c.c.Ended != sandbox.Reset || !c.with.p.Exited) })
	return ok, end, nil
}

func doAccepted(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.T("attendre que le serveur accepte la connexion", "wait until the server accepts the connection")
	c, err := r.conn(args[0])
	if err != nil {
		return did, err
	}
	if c.closed {
		return did, fmt.Errorf("accepted %s: the grader has closed it already", args[0])
	}
	ok, end, err := r.isAccepted(c)
	if err != nil || ok {
		return did, err
	}
	how, err := r.instead(c.with, end)
	if err != nil {
		return did, err
	}
	return did, wrong(lang.Colon(lang.T("la connexion n'a pas été acceptée (accept)", "the connection was not accepted (accept)"), how))
}

func doListen(r *runner, _ bool, args []string) (lang.Text, error) {
	port, err := strconv.ParseUint(args[1], 10, 16)
	if err != nil {
		return lang.Text{}, err
	}
	did := lang.F("écouter sur le port %d, comme le serveur", "listen on port %d, as the server does", port)
	b, err := r.inBox()
	if err != nil {
		return did, err
	}
	s := &server{name: args[0], port: uint16(port), box: b}
	for _, a := range []netip.Addr{netip.IPv4Unspecified(), netip.IPv6Unspecified()} {
		sock, err := b.Listen(r.ctx, netip.AddrPortFrom(a, s.port), nil)
		if errors.Is(err, syscall.EAFNOSUPPORT) || errors.Is(err, syscall.EADDRNOTAVAIL) {
			continue // a machine without IPv6
		}
		if err != nil {
			return did, err
		}
		s.socks = append(s.socks, sock)
	}
	r.servers[args[0]] = s
	r.happened(Event{Kind: KindListen, Note: lang.F("le correcteur écoute sur le port %d", "the grader listens on port %d", port)})
	return did, nil
}

func doAccept(r *runner, neg bool, args []string) (lang.Text, error) {
	did := lang.T("attendre que le client se connecte", "wait until the client connects")
	s, p := r.servers[args[1]], r.programs[args[2]]
	if s == nil || p == nil {
		return did, need{args[1]}
	}
	var got *sandbox.Conn
	end, err := r.until(p, func() bool {
		got = s.next()
		return got != nil
	})
	if err != nil {
		return did, err
	}
	if got == nil {
		if neg {
			return did, nil
		}
		how, err := r.unmet(p, end)
		if err != nil {
			return did, err
		}
		return did, wrong(lang.Colon(lang.F("aucune connexion sur le port %d", "no connection on port %d", s.port), how))
	}
	r.adopt(args[0], got, s, p)
	if neg {
		return did, wrong(lang.F("il s'est connecté au port %d", "it connected to port %d", s.port))
	}
	return did, nil
}

// next takes a connection that waits, or returns nil. The lock is held.
func (s *server) next() *sandbox.Conn {
	for _, sock := range s.socks {
		if len(sock.Waiting) > 0 {
			c := sock.Waiting[0]
			sock.Waiting = sock.Waiting[1:]
			return c
		}
	}
	return nil
}

// adopt gives a connection that a program made its name.
func (r *runner) adopt(name string, got *sandbox.Conn, s *server, p *program) *conn {
	c := &conn{name: name, c: got, with: p, box: r.box, server: s}
	r.conns[name] = c
	path := fmt.Sprintf("%s → %s", got.Remote, got.Local)
	r.read(func() {
		r.event(Event{Kind: KindConnect, Program: p.name, Conn: c.name, Note: lang.T(path, path)})
		got.Observe(r.watch(c))
	})
	return c
}

func (r *runner) transmit(c *conn, data string) error {
	r.happened(Event{Kind: KindSend, Program: c.with.name, Conn: c.name, Data: []byte(data)})
	err := c.c.Send([]byte(data))
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) {
		return nil // the program closed: the steps that wait for its answer say so
	}
	return err
}

func doSend(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.F("envoyer « %s »", "send “%s”", summary(args[1]))
	c, err := r.conn(args[0])
	if err != nil {
		return did, err
	}
	return did, r.transmit(c, args[1])
}

// summary shows data in a few words.
func summary(data string) string {
	if len(data) > 80 {
		head, tail := 40, len(data)-12
		for head > 37 && !utf8.RuneStart(data[head]) {
			head--
		}
		for tail < len(data)-9 && !utf8.RuneStart(data[tail]) {
			tail++
		}
		return fmt.Sprintf("%s…%s (%d)", visible(data[:head]), visible(data[tail:]), len(data))
	}
	return visible(data)
}

// mostEchoes bounds the pieces that the grader sends back to one client, and
// manyEchoes those after which a client that talks for longer than Patience is
// left. A message that is sent octet by octet still fits.
const (
	mostEchoes = 200
	manyEchoes = 16
)

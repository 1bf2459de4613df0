package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"netlab/grader/lang"
	"netlab/grader/sandbox"
)

// dial connects to the program of c, from an address of its own. Nobody
// listening is a mismatch.
func (r *runner) dial(c *conn) (*conn, error) {
	b, err := r.inBox()
	if err != nil {
		return nil, err
	}
	dst, src, err := r.route(b)
	if err != nil {
		return nil, err
	}
	if !dst.IsValid() {
		how, err := r.instead(c.with, "")
		if err != nil {
			return nil, err
		}
		return nil, wrong(lang.Colon(lang.T("plus personne n'écoute", "nobody listens any more"), how))
	}
	c.box = b
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

// route chooses where to connect, from what listens in the box (the sheet's
// port first), and an address to connect from.
func (r *runner) route(b *sandbox.Box) (dst netip.AddrPort, src netip.Addr, err error) {
	if _, err := b.Look(r.ctx); err != nil {
		return dst, src, err
	}
	var best *sandbox.Listener
	b.Read(func() {
		for _, l := range b.Listeners() {
			if best == nil || l.Addr.Port() == sheetPort && best.Addr.Port() != sheetPort {
				best = &l
			}
		}
	})
	if best == nil {
		return dst, src, nil
	}
	addr := best.Addr.Addr()
	v4 := sandbox.Neighbour(r.rng.IntN(sandbox.Neighbours))
	switch {
	case addr == netip.IPv4Unspecified(), addr == netip.IPv6Unspecified() && !best.V6Only:
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), best.Addr.Port()), v4, nil
	case addr == netip.IPv6Unspecified():
		return netip.AddrPortFrom(netip.IPv6Loopback(), best.Addr.Port()), netip.IPv6Loopback(), nil
	case addr.Is4():
		return best.Addr, v4, nil
	}
	return best.Addr, netip.IPv6Loopback(), nil
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
	c, err := r.dial(&conn{name: args[0], with: p})
	if err != nil {
		return did, err
	}
	r.conns[args[0]] = c
	return did, nil
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
	// A program that ended reset the connections of its queue.
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
		how, err := r.instead(p, end)
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
		return fmt.Sprintf("%s…%s (%d)", visible(data[:40]), visible(data[len(data)-12:]), len(data))
	}
	return visible(data)
}

// ended waits until the program ends the connection.
func (r *runner) endedBy(c *conn) (bool, sandbox.Ending, error) {
	end, err := r.until(c.with, func() bool { return c.c.Ended != sandbox.Live })
	ok := false
	r.read(func() { ok = c.c.Ended != sandbox.Live })
	return ok, end, err
}

// doComplete sends what may have been missing of a message, if the program
// still waits on the connection.
func doComplete(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.F("si le programme attend encore, envoyer « %s »", "if the program still waits, send “%s”", summary(args[1]))
	c, err := r.conn(args[0])
	if err != nil {
		return did, err
	}
	_, err = r.untilFor(c.with, beforeHalf, func() bool { return c.c.Ended != sandbox.Live || c.with.p.Exited })
	if err != nil {
		return did, err
	}
	open := false
	r.read(func() { open = c.c.Ended == sandbox.Live && !c.with.p.Exited })
	if !open {
		return did, nil
	}
	return did, r.transmit(c, args[1])
}

func doClosed(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.T("attendre que le programme ferme la connexion (le client garde son côté ouvert, comme telnet)", "wait until the program closes the connection (the client keeps its side open, as telnet does)")
	c, err := r.conn(args[0])
	if err != nil {
		return did, err
	}
	ok, end, err := r.endedBy(c)
	if err != nil || ok {
		return did, err
	}
	c.waited = true
	if end == sandbox.Limit {
		c.with.holds = true
	}
	how, err := r.instead(c.with, end)
	if err != nil {
		return did, err
	}
	return did, wrong(lang.Colon(lang.T("la connexion reste ouverte", "the connection stays open"), how))
}

// doFinish sees the connection to its end: it gives the program time to close
// it, then ends the grader's side, so that a program which waits for that goes
// on. It is never a mismatch.
func doFinish(r *runner, _ bool, args []string) (lang.Text, error) {
	c, err := r.conn(args[0])
	if err != nil {
		return lang.Text{}, err
	}
	if !c.waited && !c.with.holds {
		ok, end, err := r.endedBy(c)
		if err != nil {
			return lang.Text{}, err
		}
		if ok {
			return lang.Text{}, r.closeConn(c, false)
		}
		if end == sandbox.Limit {
			c.with.holds = true
		}
	}
	did := lang.T("fermer notre côté de la connexion, que le programme laisse ouverte", "close our side of the connection, which the program leaves open")
	if err := r.halve(c); err != nil {
		return did, err
	}
	if !c.with.deaf {
		ok, end, err := r.endedBy(c)
		if err != nil {
			return did, err
		}
		c.with.deaf = !ok && end == sandbox.Limit
	}
	return did, r.closeConn(c, false)
}

// halve ends the grader's sending side, once.
func (r *runner) halve(c *conn) error {
	if c.halved || c.closed {
		return nil
	}
	c.halved = true
	r.happened(Event{Kind: KindEnd, Program: c.with.name, Conn: c.name, Note: lang.T("fin de nos envois", "we send no more")})
	return c.c.CloseWrite()
}

func (r *runner) closeConn(c *conn, abort bool) error {
	if c.closed {
		return nil
	}
	c.closed = true
	if r.box == nil {
		return nil
	}
	note := lang.T("nous fermons la connexion", "we close the connection")
	if abort {
		note = lang.T("nous coupons la connexion (reset)", "we reset the connection")
	}
	live := false
	r.read(func() {
		if live = c.c.Ended == sandbox.Live; live {
			r.event(Event{Kind: KindEnd, Program: c.with.name, Conn: c.name, Note: note})
		}
	})
	return c.c.Close(abort)
}

func doShutdown(r *runner, _ bool, args []string) (lang.Text, error) {
	c, err := r.conn(args[0])
	if err != nil {
		return lang.Text{}, err
	}
	return lang.T("finir nos envois (demi-fermeture)", "end our sending side (half-close)"), r.halve(c)
}

func doClose(r *runner, _ bool, args []string) (lang.Text, error) {
	c, err := r.conn(args[0])
	if err != nil {
		return lang.Text{}, err
	}
	return lang.T("fermer la connexion", "close the connection"), r.closeConn(c, false)
}

func doAbort(r *runner, _ bool, args []string) (lang.Text, error) {
	c, err := r.conn(args[0])
	if err != nil {
		return lang.Text{}, err
	}
	return lang.T("couper la connexion (reset)", "reset the connection"), r.closeConn(c, true)
}

// beforeHalf is how long a program may take to answer before the grader ends
// its own side, in case the program waits for that. It then has a whole
// Patience more.
const beforeHalf = sandbox.Patience / 2

// doReceive waits for these bytes, and half-closes if the program seems to
// wait for that before it answers.
func doReceive(r *runner, _ bool, args []string) (lang.Text, error) {
	want := []byte(args[1])
	did := lang.F("attendre en retour « %s »", "wait for “%s” to come back", summary(args[1]))
	c, err := r.conn(args[0])
	if err != nil {
		return did, err
	}
	enough := func() bool {
		got := c.c.Data[c.read:]
		return len(got) >= len(want) || !bytes.HasPrefix(want, got) || c.c.Ended != sandbox.Live
	}
	end, err := r.untilFor(c.with, beforeHalf, enough)
	if err != nil {
		return did, err
	}
	if end == sandbox.Silence || end == sandbox.Limit {
		if err := r.halve(c); err != nil {
			return did, err
		}
		if end, err = r.until(c.with, enough); err != nil {
			return did, err
		}
	}
	var got []byte
	ended := sandbox.Live
	r.read(func() {
		got = append(got, c.c.Data[c.read:]...)
		ended = c.c.Ended
	})
	if len(got) > len(want) {
		got = got[:len(want)]
	}
	c.read += len(got)
	if bytes.Equal(got, want) {
		return did, r.noMore(c)
	}
	saw := lang.F("reçu %d octets sur %d", "received %d bytes of %d", len(got), len(want))
	for i := range got {
		if got[i] != want[i] {
			saw = lang.F("les octets diffèrent à partir du %de : « %s » au lieu de « %s »", "the bytes differ from number %d on: “%s” instead of “%s”",
				i+1, summary(string(got[i:min(i+40, len(got))])), summary(string(want[i:min(i+40, len(want))])))
			break
		}
	}
	if ended != sandbox.Live && len(got) < len(want) {
		saw = lang.Join(", ", saw, lang.T("puis le programme a fermé la connexion", "then the program closed the connection"))
		return did, wrong(saw)
	}
	how, err := r.instead(c.with, end)
	if err != nil {
		return did, err
	}
	return did, wrong(lang.Semicolon(saw, how))
}

// noMore checks that nothing follows what was received.
func (r *runner) noMore(c *conn) error {
	if _, err := r.untilFor(c.with, aMoment, func() bool { return len(c.c.Data) > c.read || c.c.Ended != sandbox.Live }); err != nil {
		return err
	}
	var more string
	r.read(func() { more = string(c.c.Data[c.read:]) })
	if more == "" {
		return nil
	}
	return wrong(lang.F("le message revient, mais suivi de %d octets de trop : « %s »", "the message comes back, but followed by %d bytes too many: “%s”", len(more), summary(more)))
}

// doReceived waits for any bytes at all and keeps them in a variable.
func doReceived(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.T("attendre que des données arrivent", "wait for data to arrive")
	c, err := r.conn(args[0])
	if err != nil {
		return did, err
	}
	end, err := r.untilFor(c.with, beforeHalf, func() bool { return len(c.c.Data) > c.read || c.c.Ended != sandbox.Live })
	if err != nil {
		return did, err
	}
	var got string
	r.read(func() { got = string(c.c.Data[c.read:]) })
	if got == "" && !c.halved && end != sandbox.Event {
		if err := r.halve(c); err != nil {
			return did, err
		}
		if end, err = r.until(c.with, func() bool { return len(c.c.Data) > c.read || c.c.Ended != sandbox.Live }); err != nil {
			return did, err
		}
		r.read(func() { got = string(c.c.Data[c.read:]) })
	}
	if got == "" {
		how, err := r.instead(c.with, end)
		if err != nil {
			return did, err
		}
		return did, wrong(lang.Colon(lang.T("rien n'est arrivé", "nothing arrived"), how))
	}
	c.read += len(got)
	if len(args) > 1 {
		r.vars[args[1]] = got
	}
	return did, nil
}

// aMoment is how long, in its own time, a program that has sent what was asked
// for may take to send more.
const aMoment = time.Second

// everything waits until the client has sent all it sends: it closed, or proof
// that nothing more comes.
func (r *runner) everything(c *conn, want string) (string, sandbox.Ending, error) {
	end, err := r.until(c.with, func() bool { return c.c.Ended != sandbox.Live || matches(string(c.c.Data[c.read:]), want) })
	if err != nil {
		return "", end, err
	}
	if end == sandbox.Event {
		if end, err = r.untilFor(c.with, aMoment, func() bool { return c.c.Ended != sandbox.Live }); err != nil {
			return "", end, err
		}
	}
	var got string
	r.read(func() { got = string(c.c.Data[c.read:]) })
	return got, end, nil
}

// matches tells whether got is want with or without an end of line.
func matches(got, want string) bool {
	return got == want || got == want+"\n" || got == want+"\r\n"
}

func doMessage(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.F("lire tout ce que le client envoie : « %s » est attendu", "read all that the client sends: “%s” is expected", visible(args[1]))
	c, err := r.conn(args[0])
	if err != nil {
		return did, err
	}
	got, end, err := r.everything(c, args[1])
	if err != nil || matches(got, args[1]) {
		return did, err
	}
	if got != "" {
		return did, wrong(lang.F("le client a envoyé « %s »", "the client sent “%s”", summary(got)))
	}
	how, err := r.instead(c.with, end)
	if err != nil {
		return did, err
	}
	return did, wrong(lang.Colon(lang.T("le client n'a rien envoyé", "the client sent nothing"), how))
}

// elsewhere is what came on connections that no step has taken. The lock is held.
func (r *runner) elsewhere() string {
	var all strings.Builder
	for _, s := range r.servers {
		for _, sock := range s.socks {
			for _, c := range sock.Waiting {
				all.WriteByte(' ')
				all.Write(c.Data)
			}
		}
	}
	return all.String()
}

// doWithin looks for a text in all that the client sends, whatever the case.
func doWithin(r *runner, neg bool, args []string) (lang.Text, error) {
	did := lang.F("chercher « %s » dans ce que le client envoie", "look for “%s” in what the client sends", visible(args[1]))
	if neg {
		did = lang.F("vérifier que le client n'envoie pas « %s »", "check that the client does not send “%s”", visible(args[1]))
	}
	c, err := r.conn(args[0])
	if err != nil {
		return did, err
	}
	got, end, err := r.everything(c, args[1])
	if err != nil {
		return did, err
	}
	// A client may open a connection for each thing it sends.
	if neg {
		r.read(func() { got += r.elsewhere() })
	}
	// The beginning of the word is enough: that all of it comes is asked elsewhere.
	word := strings.ToLower(args[1])
	if !neg {
		word = word[:min(wordStart, len(word))]
	}
	if strings.Contains(strings.ToLower(got), word) != neg {
		return did, nil
	}
	if got != "" {
		return did, wrong(lang.F("le client a envoyé « %s »", "the client sent “%s”", summary(got)))
	}
	how, err := r.instead(c.with, end)
	if err != nil {
		return did, err
	}
	return did, wrong(lang.Colon(lang.T("le client n'a rien envoyé", "the client sent nothing"), how))
}

// doReflect plays the echo server for a client, on this connection and on those
// that it makes after it, until the client has no more to say: each piece
// comes back as it is or, altered, with one letter changed.
func doReflect(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.T("renvoyer au client ce qu'il envoie, à l'identique", "send back what the client sends, as it is")
	altered := len(args) > 1
	if altered {
		did = lang.T("renvoyer au client ce qu'il envoie, une lettre changée", "send back what the client sends, one letter changed")
	}
	first, err := r.conn(args[0])
	if err != nil {
		return did, err
	}
	p := first.with
	open := []*conn{first}
	patience := sandbox.Patience
	began := time.Now()
	for echoes := 0; ; {
		if echoes > mostEchoes || echoes > manyEchoes && time.Since(began) > sandbox.Patience {
			return did, nil // a client without end: the step exited tells
		}
		var came *sandbox.Conn
		var spoke, done *conn
		end, err := r.untilFor(p, patience, func() bool {
			for _, c := range open {
				if len(c.c.Data) > c.read {
					spoke = c
				} else if c.c.Ended != sandbox.Live {
					done = c
				}
			}
			if first.server != nil && spoke == nil && done == nil {
				came = first.server.next()
			}
			return spoke != nil || done != nil || came != nil
		})
		if err != nil {
			return did, err
		}
		switch {
		case spoke != nil:
			if err := r.echo(spoke, altered); err != nil {
				return did, err
			}
			patience = afterEcho
			echoes++
		case done != nil:
			if err := r.closeConn(done, false); err != nil {
				return did, err
			}
			open = slices.DeleteFunc(open, func(c *conn) bool { return c == done })
		case came != nil:
			open = append(open, r.adopt(fmt.Sprintf("%s%d", args[0], len(r.conns)), came, first.server, p))
		default:
			// Nothing more comes: the client waits for our end, or is over.
			waits := slices.DeleteFunc(slices.Clone(open), func(c *conn) bool { return c.halved })
			if len(waits) > 0 && !r.gone(p) {
				for _, c := range waits {
					if err := r.halve(c); err != nil {
						return did, err
					}
				}
				continue
			}
			if !p.answered {
				how, err := r.instead(p, end)
				if err != nil {
					return did, err
				}
				return did, wrong(lang.Colon(lang.T("le client n'a rien envoyé", "the client sent nothing"), how))
			}
			return did, nil
		}
	}
}

// afterEcho is how long, in its own time, a client may think between two
// messages.
const afterEcho = 3 * time.Second

// mostEchoes bounds the pieces that the grader sends back to one client, and
// manyEchoes those after which a client that talks for longer than Patience is
// left. A message that is sent octet by octet still fits.
const (
	mostEchoes = 200
	manyEchoes = 16
)

// echo sends back what has come on a connection.
func (r *runner) echo(c *conn, altered bool) error {
	var got []byte
	r.read(func() { got = slices.Clone(c.c.Data[c.read:]) })
	c.read += len(got)
	back := slices.Clone(got)
	if altered {
		alter(back)
	}
	r.secrets = append(r.secrets, string(got), string(back))
	c.with.answered = true
	return r.transmit(c, string(back))
}

// alter changes the first letter of data into another, or the first byte when
// it has no letter.
func alter(data []byte) {
	for i, b := range data {
		switch {
		case b >= 'a' && b < 'z' || b >= 'A' && b < 'Z':
			data[i]++
			return
		case b == 'z' || b == 'Z':
			data[i]--
			return
		}
	}
	for i, b := range data {
		if b >= '0' && b <= '9' {
			data[i] = '0' + (b-'0'+1)%10
			return
		}
	}
	data[0] ^= 1
}

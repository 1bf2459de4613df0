package scenario

import (
	"time"

	"netlab/grader/lang"
	"netlab/grader/sandbox"
)

// endedBy waits until the program ends the connection.
func (r *runner) endedBy(c *conn, patience time.Duration) (bool, sandbox.Ending, error) {
	end, err := r.untilFor(c.with, patience, func() bool { return c.c.Ended != sandbox.Live })
	ok := false
	r.read(func() { ok = c.c.Ended != sandbox.Live })
	return ok, end, err
}

// doComplete sends what may have been missing of a message, if the program has
// read all of it and still waits: before a time-out of its own ends the wait.
func doComplete(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.F("si le programme attend encore, envoyer « %s »", "if the program still waits, send “%s”", summary(args[1]))
	c, err := r.conn(args[0])
	if err != nil {
		return did, err
	}
	since, err := r.box.Look(r.ctx)
	if err != nil {
		return did, err
	}
	_, err = r.untilFor(c.with, beforeHalf, func() bool {
		return c.c.Ended != sandbox.Live || c.with.p.Exited || r.box.Taken(c.c) && r.box.Rests(c.with.p, since)
	})
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
	ok, end, err := r.endedBy(c, sandbox.Patience)
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
	return did, wrong(lang.Semicolon(lang.Colon(lang.T("la connexion reste ouverte", "the connection stays open"), how), r.copies(c.with)))
}

// doFinish sees the connection to its end: it gives the program a moment to close
// it, for it does not matter who does, then ends the grader's side, so that a program which waits for that goes
// on. It is never a mismatch.
func doFinish(r *runner, _ bool, args []string) (lang.Text, error) {
	c, err := r.conn(args[0])
	if err != nil {
		return lang.Text{}, err
	}
	if !c.waited && !c.with.holds {
		ok, end, err := r.endedBy(c, aMoment)
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
	did := lang.T("fermer le côté client de la connexion, que le programme laisse ouverte", "close the client's side of the connection, which the program leaves open")
	if err := r.halve(c); err != nil {
		return did, err
	}
	if !c.with.deaf {
		ok, end, err := r.endedBy(c, sandbox.Patience)
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
	r.happened(Event{Kind: KindEnd, Program: c.with.name, Conn: c.name, Note: lang.T("le correcteur n'envoie plus rien", "the grader sends no more")})
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
	note := lang.T("le correcteur ferme la connexion", "the grader closes the connection")
	if abort {
		note = lang.T("le correcteur coupe la connexion (reset)", "the grader resets the connection")
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
	return lang.T("ne plus rien envoyer (demi-fermeture)", "send no more (half-close)"), r.halve(c)
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

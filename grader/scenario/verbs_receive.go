package scenario

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"netlab/grader/lang"
	"netlab/grader/sandbox"
)

// beforeHalf is how long a program may take to answer before the grader ends
// its own side, in case the program waits for that. It then has a whole
// Patience more.
const beforeHalf = sandbox.Patience / 2

// awaitAnswer waits until enough has come, and ends the grader's side if the
// program seems to wait for that: at once if it was seen to before, and has read
// what was sent.
func (r *runner) awaitAnswer(c *conn, enough func() bool) (sandbox.Ending, error) {
	b, err := r.inBox()
	if err != nil {
		return "", err
	}
	wants := r.wantsEnd[c.with.file]
	var since *sandbox.Look
	if wants {
		if since, err = b.Look(r.ctx); err != nil {
			return "", err
		}
	}
	end, err := r.untilFor(c.with, beforeHalf, func() bool {
		return enough() || wants && b.Taken(c.c) && b.Rests(c.with.p, since)
	})
	if err != nil {
		return "", err
	}
	had := false
	r.read(func() { had = enough() })
	if had || end == sandbox.Over {
		return end, nil
	}
	if err := r.halve(c); err != nil {
		return "", err
	}
	after, err := r.until(c.with, enough)
	if err == nil && end == sandbox.Limit && after == sandbox.Event {
		r.wantsEnd[c.with.file] = true
	}
	return after, err
}

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
	end, err := r.awaitAnswer(c, enough)
	if err != nil {
		return did, err
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
	saw := lang.F("reçu %d octets sur %d, il manque « %s »", "received %d bytes of %d, “%s” is missing", len(got), len(want), summary(string(want[len(got):])))
	if len(got) == 0 {
		saw = lang.F("rien n'est revenu des %d octets", "none of the %d bytes came back", len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			saw = lang.F("les octets diffèrent à partir du %de : « %s » au lieu de « %s »", "the bytes differ from number %d on: “%s” instead of “%s”",
				i+1, summary(string(got[i:min(i+40, len(got))])), summary(string(want[i:min(i+40, len(want))])))
			break
		}
	}
	if ended != sandbox.Live && len(got) < len(want) {
		saw = lang.Join(", ", saw, lang.T("puis le programme a fermé la connexion", "then the program closed the connection"))
		how, err := r.instead(c.with, end)
		if err != nil {
			return did, err
		}
		if r.gone(c.with) {
			saw = lang.Semicolon(saw, how)
		}
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
	moment := aMoment
	if r.polls[c.with.file] {
		moment /= sooner
	}
	end, err := r.untilFor(c.with, moment, func() bool { return len(c.c.Data) > c.read || c.c.Ended != sandbox.Live })
	if err != nil {
		return err
	}
	if end == sandbox.Limit {
		r.polls[c.with.file] = true
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
	end, err := r.awaitAnswer(c, func() bool { return len(c.c.Data) > c.read || c.c.Ended != sandbox.Live })
	if err != nil {
		return did, err
	}
	var got string
	r.read(func() { got = string(c.c.Data[c.read:]) })
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
// that nothing more comes. A connection that it closed without a word, to see
// whether there is a server, gives way to its next one.
func (r *runner) everything(c *conn, want string, now bool) (string, sandbox.Ending, error) {
	for {
		got, end, err := r.all(c, want, now)
		if err != nil || got != "" || c.server == nil || c.closed {
			return got, end, err
		}
		over := false
		r.read(func() { over = c.c.Ended != sandbox.Live })
		if !over {
			return got, end, nil
		}
		var next *sandbox.Conn
		end, err = r.until(c.with, func() bool {
			next = c.server.next()
			return next != nil
		})
		if err != nil || next == nil {
			return got, end, err
		}
		if err := r.closeConn(c, false); err != nil {
			return got, end, err
		}
		*c = *r.adopt(c.name, next, c.server, c.with)
		r.conns[c.name] = c
	}
}

// all is everything that comes on one connection; now: once what is wanted has
// come and the client waits for something, whatever it might still send.
func (r *runner) all(c *conn, want string, now bool) (string, sandbox.Ending, error) {
	end, err := r.until(c.with, func() bool {
		return c.c.Ended != sandbox.Live || c.c.Dropped > 0 || matches(string(c.c.Data[c.read:]), want)
	})
	if err != nil {
		return "", end, err
	}
	if end == sandbox.Event {
		if now {
			if _, err := r.rest(c.with, func() bool { return true }); err != nil {
				return "", end, err
			}
		} else if end, err = r.untilFor(c.with, aMoment, func() bool { return c.c.Ended != sandbox.Live }); err != nil {
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
	got, end, err := r.everything(c, args[1], len(args) > 2)
	if err != nil || matches(got, args[1]) {
		return did, err
	}
	if got != "" {
		return did, wrong(c.with.sent(got))
	}
	how, err := r.instead(c.with, end)
	if err != nil {
		return did, err
	}
	return did, wrong(lang.Colon(lang.T("le client n'a rien envoyé", "the client sent nothing"), how))
}

// sent says what a client sent instead of its argument.
func (p *program) sent(got string) lang.Text {
	saw := lang.F("le client a envoyé « %s »", "the client sent “%s”", summary(got))
	if message := strings.TrimSpace(got); len(p.args) > 0 && slices.Contains(strings.Split(p.typed, "\n"), message) && message != "" {
		saw = lang.Semicolon(saw, lang.T("c'est ce qui a été tapé au clavier, où il demande le message : l'énoncé veut son premier argument (sys.argv[1])", "that is what was typed on the keyboard, where it asks for the message: the sheet wants its first argument (sys.argv[1])"))
	}
	return saw
}

// doAlone checks that the client, once it has done what it does, has sent nothing
// on another connection than this one. Without data, another one is none of the
// message: a client may try whether there is a server.
func doAlone(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.T("vérifier que le client n'envoie rien sur une autre connexion", "check that the client sends nothing on another connection")
	c, err := r.conn(args[0])
	if err != nil {
		return did, err
	}
	more := func() bool { return strings.TrimLeft(r.elsewhere(), " ") != "" }
	if _, err := r.untilFor(c.with, aMoment, func() bool { return c.with.p.Exited || more() }); err != nil {
		return did, err
	}
	var sent string
	r.read(func() { sent = strings.TrimLeft(r.elsewhere(), " ") })
	if sent == "" {
		return did, nil
	}
	return did, wrong(lang.F("le client a aussi envoyé « %s », sur une autre connexion", "the client also sent “%s”, on another connection", summary(sent)))
}

// elsewhere is what came on connections of this box that no step has taken. The
// lock is held.
func (r *runner) elsewhere() string {
	var all strings.Builder
	for _, s := range r.servers {
		for _, sock := range s.socks {
			for _, c := range sock.Waiting {
				if s.box == r.box {
					all.WriteByte(' ')
					all.Write(c.Data)
				}
			}
		}
	}
	return all.String()
}

// sentApart says what a client sent on one connection after the other, and puts
// those that no step has taken on the timeline.
func (r *runner) sentApart(c *conn, first string) lang.Text {
	pieces := []lang.Text{lang.F("« %s »", "“%s”", summary(first))}
	const most = 4
	for n := 2; n <= most && c.server != nil; n++ {
		var next *sandbox.Conn
		r.read(func() { next = c.server.next() })
		if next == nil {
			break
		}
		other := r.adopt(fmt.Sprintf("%s%d", c.name, n), next, c.server, c.with)
		var got string
		r.read(func() { got = string(other.c.Data) })
		pieces = append(pieces, lang.F("« %s »", "“%s”", summary(got)))
	}
	return lang.F("le client s'est connecté %d fois, et a envoyé %s", "the client connected %d times, and sent %s", len(pieces), lang.Join(", ", pieces...))
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
	got, end, err := r.everything(c, args[1], false)
	if err != nil {
		return did, err
	}
	own := got
	// A client may open a connection for each thing it sends.
	if neg {
		r.read(func() { got += r.elsewhere() })
	}
	// The beginning of the word is enough, in any encoding: that all of it comes,
	// and in UTF-8, is asked elsewhere.
	seen := strings.ToLower(strings.ReplaceAll(got, "\x00", ""))
	word := strings.ToLower(args[1])
	if !neg {
		word = word[:min(wordStart, len(word))]
	}
	if strings.Contains(seen, word) != neg {
		return did, nil
	}
	if got != own {
		return did, wrong(r.sentApart(c, own))
	}
	if got != "" {
		return did, wrong(c.with.sent(got))
	}
	how, err := r.instead(c.with, end)
	if err != nil {
		return did, err
	}
	return did, wrong(lang.Colon(lang.T("le client n'a rien envoyé", "the client sent nothing"), how))
}

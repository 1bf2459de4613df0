package scenario

import (
	"fmt"
	"slices"

	"netlab/grader/lang"
	"netlab/grader/sandbox"
)

// doReflect plays the echo server for a client, on this connection and on those
// that it makes after it, until the client has no more to say: each piece comes
// back as it is, with its last letter a capital or no longer one (altered), with
// a letter more before it (longer) or without its last letter (shorter).
func doReflect(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.T("renvoyer au client ce qu'il envoie, à l'identique", "send back what the client sends, as it is")
	how := ""
	if len(args) > 1 {
		how = args[1]
	}
	switch how {
	case "longer":
		did = lang.T("renvoyer au client ce qu'il envoie, précédé d'une lettre", "send back what the client sends, with a letter before it")
	case "shorter":
		did = lang.T("renvoyer au client ce qu'il envoie, sans la dernière lettre", "send back what the client sends, without its last letter")
	case "altered":
		did = lang.T("renvoyer au client ce qu'il envoie, la dernière lettre changée (capitale ou minuscule)", "send back what the client sends, its last letter changed (capital or small)")
	}
	first, err := r.conn(args[0])
	if err != nil {
		return did, err
	}
	p := first.with
	p.echo = args[1:]
	open := []*conn{first}
	began := r.box.Waited()
	for echoes := 0; ; {
		many, long := manyEchoes, sandbox.Patience
		if r.endless[p.file] {
			many, long = manyEchoes/sooner, sandbox.Patience/sooner
		}
		if echoes > mostEchoes {
			return did, nil // a client without end: the step exited tells
		}
		if echoes > many && r.box.Waited()-began > long {
			r.endless[p.file], r.limited[p.file] = true, true
			return did, nil // neither has this one
		}
		var came *sandbox.Conn
		var spoke, done *conn
		end, err := r.until(p, func() bool {
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
			if err := r.echo(spoke, how); err != nil {
				return did, err
			}
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
				if first.read > 0 {
					return did, wrong(lang.T("le client n'envoie son message qu'une fois que le serveur n'envoie plus rien : il attend d'abord quelque chose, qu'aucun serveur d'écho n'envoie", "the client sends its message only once the server sends no more: it waits for something first, which no echo server sends"))
				}
				return did, wrong(lang.Colon(lang.T("le client n'a rien envoyé", "the client sent nothing"), how))
			}
			return did, nil
		}
	}
}

// echo sends back what has come on a connection.
func (r *runner) echo(c *conn, how string) error {
	var got []byte
	r.read(func() { got = slices.Clone(c.c.Data[c.read:]) })
	c.read += len(got)
	if c.halved {
		return nil // too late: the grader sends no more
	}
	back := slices.Clone(got)
	switch how {
	case "altered":
		alter(back)
	case "longer":
		back = prefixed(back)
	case "shorter":
		back = shortened(back)
	}
	c.with.answered = true
	if slices.Contains(r.secrets, string(got)) && slices.Contains(r.secrets, string(back)) {
		return r.transmit(c, string(back))
	}
	r.digests = append(append(r.digests, digests(string(got))...), digests(string(back))...)
	r.words = append(r.words, alteredWords(string(got), string(back))...)
	r.secrets = append(r.secrets, string(got), string(back))
	return r.transmit(c, string(back))
}

// alter makes the last letter of data a capital, or a small one of it, or changes
// its last digit, or its last byte. It is the last one, and as much like it as
// can be, because what a client that compares too little compares is the
// beginning, or all but capitals.
func alter(data []byte) {
	for i, b := range slices.Backward(data) {
		if b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' {
			data[i] ^= 'a' ^ 'A'
			return
		}
	}
	for i, b := range slices.Backward(data) {
		if b >= '0' && b <= '9' {
			data[i] = '0' + (b-'0'+1)%10
			return
		}
	}
	if len(data) > 0 {
		data[len(data)-1] ^= 1
	}
}

// prefixed puts a letter before data, and not the one that it begins with: a
// client that reads no more than it has sent finds another text too.
func prefixed(data []byte) []byte {
	letter := byte('x')
	if len(data) > 0 && data[0] == letter {
		letter = 'y'
	}
	return append([]byte{letter}, data...)
}

// shortened takes the last letter or digit of data away, or its last byte: what
// ends a line stays.
func shortened(data []byte) []byte {
	for i, b := range slices.Backward(data) {
		if b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' {
			return slices.Delete(data, i, i+1)
		}
	}
	return data[:max(0, len(data)-1)]
}

// doAlter sets a variable to a text altered as reflect alters it.
func doAlter(r *runner, _ bool, args []string) (lang.Text, error) {
	text := []byte(args[1])
	alter(text)
	r.vars[args[0]] = string(text)
	return lang.Text{}, nil
}

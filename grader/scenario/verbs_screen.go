package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"netlab/grader/lang"
	"netlab/grader/sandbox"
)

func doMark(r *runner, _ bool, args []string) (lang.Text, error) {
	p := r.programs[args[0]]
	if p == nil {
		return lang.Text{}, need{args[0]}
	}
	r.read(func() { p.markOut, p.markErr = len(p.p.Screen.Data), len(p.p.Errors.Data) })
	return lang.Text{}, nil
}

// shows tells whether text is in out. A number must stand alone: 53131 is not
// found in 153131.
func shows(out []byte, text string) bool {
	digit := func(b byte) bool { return b >= '0' && b <= '9' }
	for from := 0; ; {
		i := bytes.Index(out[from:], []byte(text))
		if i < 0 {
			return false
		}
		i += from
		end := i + len(text)
		if !(digit(text[0]) && i > 0 && digit(out[i-1])) && !(digit(text[len(text)-1]) && end < len(out) && digit(out[end])) {
			return true
		}
		from = i + 1
	}
}

// screens returns what the program printed since its mark, on both streams.
// The lock is held.
func (p *program) screens() (out, errs []byte) {
	return p.p.Screen.Data[min(p.markOut, len(p.p.Screen.Data)):], p.p.Errors.Data[min(p.markErr, len(p.p.Errors.Data)):]
}

func doPrinted(r *runner, neg bool, args []string) (lang.Text, error) {
	p, texts := r.programs[args[0]], args[1:]
	quoted := make([]lang.Text, len(texts))
	for i, t := range texts {
		quoted[i] = lang.F("« %s »", "“%s”", visible(t))
	}
	list := lang.Join(", ", quoted...)
	did := lang.F("chercher à l'écran : %s", "look on the screen for: %s", list)
	if neg {
		did = lang.F("vérifier que l'écran ne montre pas : %s", "check that the screen does not show: %s", list)
	}
	if p == nil {
		return did, need{args[0]}
	}
	missing := func() []absent {
		var m []absent
		for i, t := range texts {
			if p.lacksText(t) {
				m = append(m, absent{quoted[i], t})
			}
		}
		return m
	}
	if neg {
		// What is looked for would stand on the screen already, or come with
		// what the program does now.
		end, err := r.untilFor(p, aMoment, func() bool { return len(missing()) < len(texts) })
		if err != nil {
			return did, err
		}
		if end == sandbox.Event {
			// The rest of what it says then tells why.
			wait := r.wait
			if err := r.settle(p); err != nil {
				return did, err
			}
			r.wait = wait
		}
		r.read(func() {
			if len(missing()) < len(texts) {
				err = wrong(r.shown(p, texts[0]))
			}
		})
		return did, err
	}
	return did, r.awaitPrinted(p, missing)
}

// lacksText tells whether a text is not on the screen since its mark. The lock is held.
func (p *program) lacksText(text string) bool {
	out, errs := p.screens()
	return text != "" && !shows(out, text) && !shows(errs, text) && !shows(plain(out), text) && !shows(plain(errs), text)
}

// escapes are the sequences by which a terminal is told of colours and the like.
var escapes = regexp.MustCompile(`\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][0-9A-Z])`)

// plain is a screen as it is read, where letters or words of a message are
// coloured one by one.
func plain(out []byte) []byte {
	if !bytes.Contains(out, []byte("\x1b")) {
		return out
	}
	return escapes.ReplaceAll(out, nil)
}

// doAssume finds out whether a program printed texts after something harmless:
// what it does not print then tells nothing of what it does not print later. It
// is a need of the steps that follow, never a mismatch.
func doAssume(r *runner, _ bool, args []string) (lang.Text, error) {
	p := r.programs[args[0]]
	if p == nil {
		return lang.Text{}, need{args[0]}
	}
	lacks := func() bool { return slices.ContainsFunc(args[1:], p.lacksText) }
	if !p.muted {
		if _, err := r.until(p, func() bool { return !lacks() }); err != nil {
			return lang.Text{}, err
		}
	}
	missing := false
	r.read(func() { missing = lacks() })
	if missing {
		return lang.Text{}, need{args[0]}
	}
	return lang.Text{}, nil
}

// absent is something that a screen does not show: how it is named, and the
// text itself where something else may be near to it.
type absent struct {
	name lang.Text
	text string
}

// awaitPrinted waits until nothing is missing on a program's screen.
func (r *runner) awaitPrinted(p *program, missing func() []absent) error {
	end, err := r.until(p, func() bool { return len(missing()) == 0 })
	if err != nil || end == sandbox.Event {
		return err
	}
	var saw lang.Text
	r.read(func() {
		out, errs := p.screens()
		saw = lang.Semicolon(p.lacks(missing()), r.unformatted(p, string(out)+string(errs)))
	})
	how, err := r.instead(p, end)
	if err != nil {
		return err
	}
	return wrong(lang.Semicolon(saw, how))
}

// lacks says what a program's screen does not show, and what it shows instead.
// The lock is held.
func (p *program) lacks(missing []absent) lang.Text {
	out, errs := p.screens()
	screen := strings.TrimSpace(string(out) + "\n" + string(errs))
	if screen == "" {
		return lang.T("rien ne s'est affiché", "nothing was printed")
	}
	var names []lang.Text
	for _, m := range missing {
		names = append(names, m.name)
	}
	saw := lang.F("%s n'apparaissent pas à l'écran", "%s do not appear on the screen", lang.Join(", ", names...))
	if len(missing) == 1 {
		saw = lang.F("%s n'apparaît pas à l'écran", "%s does not appear on the screen", names[0])
		if text := missing[0].text; text != "" {
			saw = lang.Colon(saw, nearly(screen, text))
		}
	}
	// How it ended, or a part of it, tells its last line.
	if story, _ := p.fallen(); story != nil || p.p.Exited && (lastWords(p.output()) != "" || !strings.Contains(screen, "\n")) {
		return saw
	}
	return lang.Semicolon(saw, lang.F("l'écran montre « %s »", "the screen shows “%s”", excerpt(screen)))
}

// doTells waits until the screen shows where a connection comes from: its
// address or the host name of it, and its port. With a text, a program that does
// not print it has not served that client, and need not tell.
func doTells(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.T("chercher à l'écran l'adresse et le port du client", "look on the screen for the client's address and port")
	p := r.programs[args[0]]
	c, err := r.conn(args[1])
	if err != nil {
		return did, err
	}
	if p == nil {
		return did, need{args[0]}
	}
	if len(args) > 2 {
		end, err := r.until(p, func() bool { return !p.lacksText(args[2]) })
		if err != nil || end != sandbox.Event {
			return lang.Text{}, err
		}
	}
	ip, port := c.c.Local.Addr(), strconv.Itoa(int(c.c.Local.Port()))
	did = lang.F("chercher à l'écran l'adresse et le port du client : « %s », « %s »", "look on the screen for the client's address and port: “%s”, “%s”", ip, port)
	return did, r.awaitPrinted(p, func() []absent {
		var m []absent
		lacks := func(text string) bool { return text == "" || p.lacksText(text) }
		if lacks(ip.String()) && lacks(sandbox.HostOf(ip)) {
			m = append(m, absent{name: lang.F("l'adresse « %s »", "the address “%s”", ip)})
		}
		if lacks(port) {
			m = append(m, absent{name: lang.F("le port « %s »", "the port “%s”", port)})
		}
		return m
	})
}

// shown says that a text which should not be on the screen is. The lock is held.
func (r *runner) shown(p *program, text string) lang.Text {
	if out := p.output(); text == traceback && lastWords(out) != "" {
		if fell := r.partFell(p); !fell.Empty() {
			return fell
		}
		e := r.exceptionIn(out)
		t := lang.F("le programme s'arrête sur une erreur Python : « %s »", "the program fails with a Python error: “%s”", e.Words)
		if e.Where != "" {
			t = lang.Join(", ", t, lang.T(e.Where, e.Where))
		}
		return lang.Join(" — ", t, r.causeOf(p, out, e.Words))
	}
	return lang.F("l'écran montre « %s »", "the screen shows “%s”", visible(text))
}

// doScreen compares the whole screen since the mark with a text, to the letter
// but for the blanks at the end.
func doScreen(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.T("comparer l'affichage, à la lettre, avec celui de l'énoncé", "compare what is printed, to the letter, with the sheet's")
	p := r.programs[args[0]]
	if p == nil {
		return did, need{args[0]}
	}
	same := func() bool {
		out, _ := p.screens()
		return strings.TrimRight(string(out), " \r\n") == strings.TrimRight(args[1], " \r\n")
	}
	end, err := r.until(p, func() bool { return same() && p.p.Exited })
	if err != nil || end == sandbox.Event {
		return did, err
	}
	var line lang.Text
	r.read(func() {
		if same() {
			return
		}
		out, _ := p.screens()
		got, want := strings.Split(string(out), "\n"), strings.Split(args[1], "\n")
		for i := range want {
			g := ""
			if i < len(got) {
				g = got[i]
			}
			if g != want[i] {
				line = lang.F("ligne %d : « %s » au lieu de « %s »", "line %d: “%s” instead of “%s”", i+1, shown(g, 100), visible(want[i]))
				return
			}
		}
		line = lang.T("des lignes en trop à la fin", "lines too many at the end")
	})
	if line.Empty() {
		return did, nil
	}
	return did, wrong(line)
}

// visible shows the bytes that a screen would not.
func visible(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ', r == 0x7f, r == utf8.RuneError && n <= 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// shown is what is shown of a text that a program sent: at most n characters.
func shown(s string, n int) string { return cut(visible(s), n) }

func doTalked(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.T("vérifier que le client et le serveur se sont parlé", "check that the client and the server talked to one another")
	if r.box == nil {
		return did, need{"box"}
	}
	accepted, err := r.box.Accepted(r.ctx)
	if errors.Is(err, sandbox.ErrUnknown) {
		return did, nil
	}
	if err != nil {
		return did, err
	}
	sent, err := r.box.Traffic(r.ctx)
	if errors.Is(err, sandbox.ErrUnknown) {
		sent = math.MaxInt64 // not to be blamed for
	} else if err != nil {
		return did, err
	}
	said := 0
	if len(args) > 0 && r.conns[args[0]] != nil {
		said = r.conns[args[0]].read
	}
	switch {
	case accepted < 1:
		saw := lang.F("le client ne s'est pas connecté à votre %s", "the client did not connect to your %s", r.serverFile())
		if how := r.refused(); !how.Empty() {
			return did, wrong(lang.Colon(saw, how))
		}
		return did, wrong(lang.Join("", saw, lang.T(" (le même port des deux côtés ?)", " (the same port on both sides?)")))
	case sent < 1:
		return did, wrong(lang.F("le client s'est connecté à votre %s, et rien n'a été envoyé", "the client connected to your %s, and nothing was sent", r.serverFile()))
	case sent <= int64(said):
		return did, wrong(lang.T("un message est parti, et rien n'est revenu", "one message left, and nothing came back"))
	}
	return did, nil
}

// serverFile is the file of the submission that was heard listening.
func (r *runner) serverFile() lang.Text {
	for _, name := range slices.Sorted(maps.Keys(r.programs)) {
		if p := r.programs[name]; p.heard {
			return lang.T(p.file, p.file)
		}
	}
	return lang.T("serveur", "server")
}

// refused says how the client of the box came to nothing, if it told so itself:
// it failed, or ended with a status of failure.
func (r *runner) refused() lang.Text {
	var how lang.Text
	r.read(func() {
		for _, name := range slices.Sorted(maps.Keys(r.programs)) {
			p := r.programs[name]
			if !p.muted && !p.heard && p.p.Exited && (p.p.Exit.Code != 0 || p.p.Exit.Signal != 0) {
				how = r.ended(p)
			}
		}
	})
	return how
}

package scenario

import (
	"errors"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"netlab/grader/lang"
	"netlab/grader/sandbox"
)

// The syllables of words that are easy to read, too many for a program to print
// them all (more than a million, which MaxOutput does not hold).
var (
	longSyllables  = strings.Fields("bel bor cal cor dal dil dor fal fer gal gor jor kal lam lor mar mel mor nal nor pal por ral rel sal sel tal tim tor val vel vor zel zor")
	shortSyllables = strings.Fields("ba bi da di fa fo ga go ja ju ka ko la lo ma mi na no pa pi ra ro sa so ta to va vo za zu")
	lastSyllables  = strings.Fields("ba da do fa fo ga go ja jo ka ko la lo ma mo na no pa po ra ro sa so ta to va vo za zo")
)

// word makes a word. All are of the same length, and end alike: what a program
// makes of one it makes of every other, so that the same fault costs everybody
// the same.
func (r *runner) word() string {
	parts := []string{pick(r, longSyllables), pick(r, longSyllables), pick(r, shortSyllables)}
	r.rng.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	return strings.Join(parts, "") + pick(r, lastSyllables)
}

func pick(r *runner, list []string) string { return list[r.rng.IntN(len(list))] }

// doWord makes a word that begins unlike every other variable.
func doWord(r *runner, _ bool, args []string) (lang.Text, error) {
	for {
		w := r.word()
		alike := false
		for _, v := range r.vars {
			alike = alike || strings.HasPrefix(v, w[:wordStart])
		}
		if !alike {
			r.vars[args[0]] = w
			return lang.Text{}, nil
		}
	}
}

// wordStart is how many letters tell two words of a scenario apart.
const wordStart = 3

// doText makes a text of words of exactly so many bytes, with no blank at
// either end.
func doText(r *runner, _ bool, args []string) (lang.Text, error) {
	n, err := strconv.Atoi(args[1])
	if err != nil {
		return lang.Text{}, err
	}
	var b strings.Builder
	for b.Len() < n {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(r.word())
	}
	s := []byte(b.String()[:n])
	if n > 0 && s[n-1] == ' ' {
		s[n-1] = 'x'
	}
	r.vars[args[0]] = string(s)
	return lang.Text{}, nil
}

func doFresh(r *runner, _ bool, _ []string) (lang.Text, error) {
	if err := r.leaveBox(); err != nil {
		return lang.Text{}, err
	}
	r.happened(Event{Kind: KindRemark, Note: lang.T("nouvelle machine, nouveau départ", "a new machine, a new start")})
	return lang.Text{}, nil
}

func doStart(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.F("lancer : %s", "run: %s", shell(append([]string{"python3"}, args[1:]...)))
	cmd, err := r.deliverable(args[1], args[2:])
	if err != nil {
		return did, err
	}
	_, err = r.launch(args[0], args[1], cmd, args[2:])
	return did, err
}

// doExecute runs a file as a command of its own (./client.py), which its first
// line must make possible.
func doExecute(r *runner, _ bool, args []string) (lang.Text, error) {
	shown := shell(append([]string{"./" + args[1]}, args[2:]...))
	did := lang.F("lancer : %s", "run: %s", shown)
	cmd := sandbox.Command{Args: append([]string{sandbox.Home + "/" + args[1]}, args[2:]...)}
	if r.env.Reference != nil {
		var err error
		if cmd, err = r.deliverable(args[1], args[2:]); err != nil {
			return did, err
		}
	}
	_, err := r.launch(args[0], args[1], cmd, args[2:])
	if err == nil || !sandbox.IsStartError(err) {
		return did, err
	}
	why := lang.T("sa première ligne doit être « #!/usr/bin/env python3 »", "its first line must be “#!/usr/bin/env python3”")
	for _, f := range r.env.Files {
		if first, _, _ := strings.Cut(string(f.Data), "\n"); f.Path == args[1] && strings.HasPrefix(first, "#!") && strings.HasSuffix(first, "\r") {
			why = lang.T("sa première ligne finit par \\r\\n (fin de ligne de Windows) : Unix cherche alors un programme nommé « python3\\r »", "its first line ends with \\r\\n (a Windows line end): Unix then looks for a program named “python3\\r”")
		}
	}
	return did, wrong(lang.Join(" — ", lang.F("le système ne sait pas lancer %s", "the system cannot run %s", args[1]), why))
}

// atKeyboard tells whether a thread of the program waits for the keyboard.
func (r *runner) atKeyboard(p *program) (bool, error) {
	if r.gone(p) {
		return false, nil
	}
	look, err := r.box.Seen(r.ctx)
	if err != nil {
		return false, err
	}
	for _, c := range mainCalls(look, p.p.PID) {
		if c == sandbox.CallKeyboard {
			return true, nil
		}
	}
	return false, nil
}

func (r *runner) keyboard(p *program, text string) error {
	r.happened(Event{Kind: KindType, Program: p.name, Data: []byte(text)})
	if err := p.p.Type([]byte(text)); err != nil {
		return err
	}
	p.typed += text
	// The latest look showed a program that waits: it is out of date now.
	_, err := r.box.Look(r.ctx)
	return err
}

func doType(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.F("taper au clavier : %q", "type: %q", args[1])
	p := r.programs[args[0]]
	if p == nil {
		return did, need{args[0]}
	}
	return did, r.keyboard(p, args[1])
}

// doAnswer answers each time the program waits for its keyboard before it
// has sent anything. It is never a mismatch: a program that reads a line wants
// one whatever else happens.
func doAnswer(r *runner, _ bool, args []string) (lang.Text, error) {
	p := r.programs[args[0]]
	if p == nil {
		return lang.Text{}, need{args[0]}
	}
	for n := range mostQuestions {
		spoke := false
		end, err := r.until(p, func() bool {
			spoke = r.spoke()
			return spoke || r.box.Asks(p.p)
		})
		if err != nil || spoke || end != sandbox.Event {
			return lang.Text{}, err
		}
		// It may have spoken to another program of the box.
		if sent, err := r.box.Traffic(r.ctx); err == nil && sent > 0 {
			return lang.Text{}, nil
		} else if err != nil && !errors.Is(err, sandbox.ErrUnknown) {
			return lang.Text{}, err
		}
		if err := r.respond(p, n, args[1]); err != nil {
			return lang.Text{}, err
		}
	}
	return lang.Text{}, nil
}

// respond answers the n-th question, from 0, that a client asks on its keyboard:
// with text, unless it asks for the server's host or port. Who asks once more
// reads until the end of its input.
func (r *runner) respond(p *program, n int, text string) error {
	var shown string
	r.read(func() {
		shown = string(p.p.Screen.Data[p.asked[0]:]) + "\n" + string(p.p.Errors.Data[p.asked[1]:])
		p.asked = [2]int{len(p.p.Screen.Data), len(p.p.Errors.Data)}
	})
	if n == mostQuestions-1 {
		return r.keyboard(p, endOfInput)
	}
	return r.keyboard(p, answerTo(shown, text))
}

// endOfInput is Ctrl-D.
const endOfInput = "\x04"

// What clients ask for: a host or a port where nothing but such words and those
// that go with them comes first.
var (
	asksMessage = regexp.MustCompile(`(?i)message|texte?|\bmots?\b|phrase|lignes?|cha[iî]ne|[eé]cho|envo|send|string|\bword|donn[eé]es|\bdata`)
	asksServer  = regexp.MustCompile(`(?i)^\W*(?:(?:entre[rz]|donne[rz]|saisi(?:r|ssez)|tape[rz]|indique[rz]|choisi(?:r|ssez)|quel(?:le)?|enter|give|type|what|which|is|est|et|le|la|les|du|de|des|d|l|un|une|` +
		`sur|votre|vos|the|your|of|num[eé]ro|n°|nom|name|number|tcp|distante?|remote)[\s'’]+)*(port|h[oô]te|serveur|server|host(?:name)?|machine|adresse|address|ip)\b`)
)

// mostQuestions is how many questions a program may ask on its keyboard.
const mostQuestions = 4

// spoke tells whether a program has sent something on a connection to the
// grader in this box. The lock is held.
func (r *runner) spoke() bool {
	spoke := func(c *sandbox.Conn) bool { return len(c.Data) > 0 || c.Ended != sandbox.Live }
	for _, s := range r.servers {
		for _, sock := range s.socks {
			if s.box == r.box && slices.ContainsFunc(sock.Waiting, spoke) {
				return true
			}
		}
	}
	for _, c := range r.conns {
		if c.box == r.box && spoke(c.c) {
			return true
		}
	}
	return false
}

func doListening(r *runner, neg bool, args []string) (lang.Text, error) {
	p := r.programs[args[0]]
	port := 0
	did := lang.T("attendre que le serveur écoute", "wait until the server listens")
	if len(args) > 1 {
		var err error
		if port, err = strconv.Atoi(args[1]); err != nil {
			return did, err
		}
		did = lang.F("attendre que le serveur écoute sur le port %d", "wait until the server listens on port %d", port)
	}
	if p == nil {
		return did, need{args[0]}
	}
	var found []string
	heard := func() bool {
		found = nil
		for _, l := range r.box.Listeners() {
			if port == 0 || int(l.Addr.Port()) == port {
				return true
			}
			found = append(found, strconv.Itoa(int(l.Addr.Port())))
		}
		// A program that has ended since did listen, and one that listens for one
		// client at a time listens on that port.
		return (port != 0 || p.p.Exited) && slices.ContainsFunc(p.listens, func(a netip.AddrPort) bool { return port == 0 || int(a.Port()) == port })
	}
	// Who connects before the server waits for clients meets what no person at a
	// keyboard would: asyncio may serve a client before its caller goes on.
	var since *sandbox.Look
	end, err := r.until(p, func() bool {
		if !heard() {
			since = nil
			return port != 0 && len(found) > 0
		}
		if since == nil {
			since = r.box.Latest()
		}
		return since == nil || r.box.Settled(p.p, since)
	})
	if err != nil {
		return did, err
	}
	var ok bool
	r.read(func() { ok = end == sandbox.Event && heard() })
	switch {
	case neg && ok:
		return did, wrong(lang.T("il écoute", "it listens"))
	case ok || neg:
		if ok {
			r.noteListeners(p)
		}
		return did, nil
	case len(found) > 0:
		r.noteListeners(p)
		return did, wrong(lang.F("%s écoute sur le port %s, et non %d", "%s listens on port %s, not %d", p.file, strings.Join(found, ", "), port))
	}
	how, err := r.unmet(p, end)
	if err != nil {
		return did, err
	}
	return did, wrong(lang.Join("", lang.T("aucun port TCP en écoute : ", "it does not listen on any TCP port: "), how))
}

func (r *runner) noteListeners(p *program) {
	p.heard = true
	r.read(func() {
		for _, l := range r.box.Listeners() {
			if slices.Contains(p.listens, l.Addr) {
				continue
			}
			p.listens = append(p.listens, l.Addr)
			at := l.Addr.String()
			r.event(Event{Kind: KindListen, Program: p.name, Note: lang.T(at, at)})
		}
	})
}

func doExited(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.T("attendre que le programme se termine de lui-même", "wait until the program ends by itself")
	p := r.programs[args[0]]
	if p == nil {
		return did, need{args[0]}
	}
	end, err := r.until(p, func() bool { return p.p.Exited })
	if err != nil {
		return did, err
	}
	if !r.gone(p) {
		how, err := r.kept(p, end)
		if err != nil {
			return did, err
		}
		return did, wrong(how)
	}
	left, err := r.leftListening(p)
	if err != nil {
		return did, err
	}
	if left {
		return did, wrong(lang.F("%s s'est terminé, mais un processus qu'il a lancé écoute toujours", "%s has ended, but a process that it started still listens", p.file))
	}
	if len(args) > 1 {
		code, err := strconv.Atoi(args[1])
		if err != nil {
			return did, err
		}
		if p.p.Exit.Signal != 0 || p.p.Exit.Code != code {
			return did, wrong(lang.F("%s : %s, au lieu du code de sortie %d", "%s: %s instead of exit status %d", p.file, exitText(p.p.Exit), code))
		}
	}
	return did, nil
}

// leftListening tells whether a server that has ended left another process that
// listens in its place, for longer than an end takes.
func (r *runner) leftListening(p *program) (bool, error) {
	others := false
	r.read(func() {
		for _, q := range r.programs {
			others = others || q != p && q.heard && !q.p.Exited
		}
	})
	if !p.heard || others || r.box == nil {
		return false, nil
	}
	if _, err := r.box.Look(r.ctx); err != nil {
		return false, err
	}
	free := func() bool { return len(r.box.Listeners()) == 0 }
	if _, err := r.untilFor(nil, aMoment, free); err != nil {
		return false, err
	}
	var left bool
	r.read(func() { left = !free() })
	return left, nil
}

func doRunning(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.T("vérifier que le programme tourne toujours", "check that the program is still running")
	p := r.programs[args[0]]
	if p == nil {
		return did, need{args[0]}
	}
	if _, err := r.until(p, func() bool { return p.p.Exited }); err != nil {
		return did, err
	}
	if r.gone(p) {
		var how lang.Text
		r.read(func() { how = r.ended(p) })
		return did, wrong(how)
	}
	return did, nil
}

// doStays waits until the program has shown that it goes on by itself.
func doStays(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.T("attendre, sans rien faire, et vérifier que le programme tourne toujours", "wait, doing nothing, and check that the program is still running")
	p := r.programs[args[0]]
	if p == nil {
		return did, need{args[0]}
	}
	if !r.gone(p) {
		since, err := r.box.Look(r.ctx)
		if err != nil {
			return did, err
		}
		if _, err := r.until(p, func() bool { return p.p.Exited || r.box.Stays(p.p, since) }); err != nil {
			return did, err
		}
	}
	if !r.gone(p) {
		return did, nil
	}
	if goesOn, err := r.goesOn(p); goesOn || err != nil {
		return did, err
	}
	var how lang.Text
	r.read(func() { how = r.ended(p) })
	return did, wrong(how)
}

// goesOn tells whether a server that has ended left another process that waits
// for clients in its place, as one does that goes on in the background.
func (r *runner) goesOn(p *program) (bool, error) {
	wait := r.wait
	defer func() { r.wait = wait }()
	if left, err := r.leftListening(p); !left || err != nil {
		return false, err
	}
	look, err := r.box.Look(r.ctx)
	if err != nil {
		return false, err
	}
	others := map[int]bool{}
	for _, q := range r.programs {
		if q != p && q.p != nil {
			others[q.p.PID] = true
		}
	}
	waits := []sandbox.Call{sandbox.CallAccept, sandbox.CallPoll, sandbox.CallEither}
	for _, t := range look.Tasks {
		if !others[t.Session] && slices.ContainsFunc(t.Threads, func(th sandbox.Thread) bool { return slices.Contains(waits, th.Call) }) {
			return true, nil
		}
	}
	return false, nil
}

// takesClient tells whether the program takes another client: it accepts a
// new connection. polite says that the program goes on to be judged: the client
// leaves once the program has done all that it does for somebody who is silent,
// so that what it meets does not depend on who is faster.
func (r *runner) takesClient(p *program, polite bool) (bool, error) {
	c, err := r.dial(&conn{name: "extra", with: p})
	if errors.As(err, &mismatch{}) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	ok, _, err := r.isAccepted(c)
	if err != nil {
		return false, err
	}
	if polite && ok {
		if err := r.settle(p); err != nil {
			return false, err
		}
	}
	return ok, r.closeConn(c, false)
}

// doLives finds out whether a program takes another client. It is an
// observation, never a mismatch; with suffices, a program that does has earned
// the criterion, and the steps that follow are not needed.
func doLives(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.T("vérifier que le programme accepte encore un client", "check that the program still takes a client")
	p := r.programs[args[0]]
	if p == nil {
		return did, need{args[0]}
	}
	var err error
	p.lived, err = r.takesClient(p, false)
	if err != nil {
		return did, err
	}
	if len(args) > 1 && p.lived {
		r.excused[r.criterion] = true
	}
	if !p.lived {
		p.death, err = r.instead(p, r.wait)
		p.died = r.step.Error
	}
	return did, err
}

// doBlame blames a program for not taking another client, if the control
// program, which met something harmless instead, does. Both were seen by lives.
func doBlame(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.T("comparer avec ce qu'il fait après un message ordinaire", "compare with what it does after an ordinary message")
	p, control := r.programs[args[0]], r.programs[args[1]]
	if p == nil || control == nil {
		return did, need{args[0]}
	}
	if p.lived || !control.lived {
		return did, nil
	}
	r.step.Error = p.died
	return did, wrong(lang.Join(", ", p.death, lang.T("alors qu'il continue après un message ordinaire", "although it goes on after an ordinary message")))
}

func doSurvives(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.T("vérifier que le programme accepte encore un client", "check that the program still takes a client")
	p := r.programs[args[0]]
	if p == nil {
		return did, need{args[0]}
	}
	ok, err := r.takesClient(p, true)
	if err != nil || ok {
		return did, err
	}
	how, err := r.instead(p, r.wait)
	if err != nil {
		return did, err
	}
	return did, wrong(how)
}

// doSettle waits until the program has ended or does nothing more. It is never
// a mismatch.
func doSettle(r *runner, _ bool, args []string) (lang.Text, error) {
	p := r.programs[args[0]]
	if p == nil {
		return lang.Text{}, need{args[0]}
	}
	return lang.Text{}, r.settle(p)
}

// settle waits until the program has ended or does nothing more, for a moment. A
// server may have ended and go on in the background.
func (r *runner) settle(p *program) error {
	if p.muted {
		return nil
	}
	_, err := r.untilFor(p, aMoment, func() bool { return p.p.Exited && !p.heard })
	return err
}

// doRest waits until the program has ended or waits for something. It is never a
// mismatch.
func doRest(r *runner, _ bool, args []string) (lang.Text, error) {
	p := r.programs[args[0]]
	if p == nil {
		return lang.Text{}, need{args[0]}
	}
	if p.muted {
		return lang.Text{}, nil
	}
	_, err := r.rest(p, func() bool { return true })
	return lang.Text{}, err
}

func doStop(r *runner, _ bool, args []string) (lang.Text, error) {
	p := r.programs[args[0]]
	if p == nil {
		return lang.Text{}, need{args[0]}
	}
	if r.gone(p) {
		return lang.Text{}, nil
	}
	return lang.T("arrêter le programme", "stop the program"), r.kill(p)
}

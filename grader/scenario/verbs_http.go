package scenario

import (
	"bytes"
	"errors"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"netlab/grader/lang"
	"netlab/grader/sandbox"
)

func doGet(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.F("demander %s comme un navigateur (GET)", "ask for %s as a browser does (GET)", args[2])
	p := r.programs[args[1]]
	if p == nil || r.box == nil || !p.heard {
		return did, need{args[1]}
	}
	first := !p.met
	a, err := r.follow(args[0], p, args[2])
	if first && r.suspect(p, args[2], a, err) {
		err = r.askAgain(args[0], p, args[2])
	}
	return did, err
}

// follow asks a server for a path and for what it redirects to, with the cookies
// that it sets on the way.
func (r *runner) follow(name string, p *program, target string) (*answer, error) {
	cookie := ""
	for hop := 1; ; hop++ {
		a, err := r.request(name, p, target, cookie)
		if err != nil {
			return nil, err
		}
		to := a.redirect(host(a.conn))
		if to == "" || hop == mostHops {
			return a, nil
		}
		if cookie, target = a.cookies(cookie), to; cookie != "" {
			r.cookie = cookie
		}
	}
}

// mostHops bounds the redirections that are followed: browsers follow 20.
const mostHops = 6

// request asks a server for a path over a connection of its own and reads the
// answer. A server that makes its listening socket again for each client is
// given the time to do so, as a person who clicks would.
func (r *runner) request(name string, p *program, target, cookie string) (*answer, error) {
	for again := true; ; again = false {
		c, err := r.dial(&conn{name: name, with: p})
		a := &answer{name: name, path: target, method: "GET", with: p, conn: c}
		lost := true
		if err == nil {
			if err := r.transmit(c, browserRequest("GET", target, host(c), cookie)); err != nil {
				return nil, err
			}
			err = r.await(a)
			r.read(func() { lost = len(c.c.Data) == 0 && c.c.Ended == sandbox.Reset })
			if err == nil {
				return a, r.closeConn(c, false)
			}
		}
		if !errors.As(err, &mismatch{}) || !lost || !again {
			return nil, err
		}
		// What it listened on when it was looked at may be closed since.
		if _, err := r.box.Look(r.ctx); err != nil {
			return nil, err
		}
		if _, err := r.until(p, func() bool { return len(r.box.Listeners()) > 0 }); err != nil {
			return nil, err
		}
	}
}

// host is how a browser names the server of a connection: without the port where
// it is that of HTTP.
func host(c *conn) string {
	if c.c.Remote.Port() == 80 {
		return "localhost"
	}
	return "localhost:" + strconv.Itoa(int(c.c.Remote.Port()))
}

// doVisit asks as get does, for something of which any answer is right: a
// browser goes on without it.
func doVisit(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.F("demander %s comme un navigateur, qui s'en passe", "ask for %s as a browser does, which goes on without it", args[1])
	p := r.programs[args[0]]
	if p == nil || r.box == nil || !p.heard {
		return did, need{args[0]}
	}
	if _, err := r.request("visit", p, args[1], ""); err != nil && !errors.As(err, &mismatch{}) {
		return did, err
	}
	return did, nil
}

// doHeaders sets a variable to the header lines of a browser's request.
func doHeaders(r *runner, _ bool, args []string) (lang.Text, error) {
	c, err := r.conn(args[1])
	if err != nil {
		return lang.Text{}, err
	}
	r.vars[args[0]] = browserHeaders(args[2], host(c)) + r.cookie
	return lang.Text{}, nil
}

func doAsk(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.T("lire la réponse du serveur", "read the server's answer")
	c, err := r.conn(args[1])
	if err != nil {
		return did, err
	}
	if err := r.await(&answer{name: args[0], method: args[2], with: c.with, conn: c}); err != nil {
		return did, err
	}
	return did, r.closeConn(c, false)
}

// doFirst reads one answer on a connection that stays open for more.
func doFirst(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.T("lire la réponse du serveur et garder la connexion", "read the server's answer and keep the connection")
	c, err := r.conn(args[1])
	if err != nil {
		return did, err
	}
	return did, r.await(&answer{name: args[0], method: args[2], with: c.with, conn: c})
}

// doSuffices ends the criterion well when the answer has this status and
// header; the steps that follow are another way to earn it.
func doSuffices(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.F("attendre le code %s et l'en-tête « %s: %s »", "expect status %s and the header “%s: %s”", args[1], args[2], args[3])
	a := r.answers[args[0]]
	if a == nil || strconv.Itoa(a.code) != args[1] {
		return lang.Text{}, nil
	}
	if !slices.Contains(args[3:], a.value(args[2])) {
		return lang.Text{}, nil
	}
	r.excused[r.criterion] = true
	return did, nil
}

// doLast ends the criterion well when the answer says that it is the last of
// its connection and the program closes that; else more may be asked on it.
func doLast(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.T("attendre que le serveur ferme la connexion, comme il l'annonce", "wait until the server closes the connection, as it announces")
	a := r.answers[args[0]]
	if a == nil || a.lasts() {
		return lang.Text{}, nil
	}
	if _, err := doClosed(r, false, args[1:]); err != nil {
		return did, err
	}
	r.excused[r.criterion] = true
	return did, nil
}

// doWhere sets two variables to the halves of the path of an answer.
func doWhere(r *runner, _ bool, args []string) (lang.Text, error) {
	a, err := r.answer(args[2])
	if err != nil {
		return lang.Text{}, err
	}
	half := len(a.path) / 2
	for half > 0 && !utf8.RuneStart(a.path[half]) {
		half--
	}
	r.vars[args[0]], r.vars[args[1]] = a.path[:half], a.path[half:]
	return lang.Text{}, nil
}

// doWithheld asks for something that must not come. That nothing comes is right.
func doWithheld(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.F("demander %s et vérifier que ce fichier, hors du site, ne vient pas", "ask for %s and check that this file, outside the site, does not come", args[1])
	p := r.programs[args[0]]
	if p == nil || r.box == nil || !p.heard {
		return did, need{args[0]}
	}
	a, err := r.follow("bait", p, args[1])
	if errors.As(err, &mismatch{}) {
		return did, nil
	} else if err != nil {
		return did, err
	}
	if body, _ := a.decoded(); bytes.Contains(body, []byte(args[2])) || bytes.Contains(a.raw, []byte(args[2])) {
		return did, wrong(lang.T("le contenu du fichier a été envoyé", "the file's content was sent"))
	}
	return did, nil
}

func doBodiless(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.T("vérifier que la réponse n'a pas de contenu", "check that the answer has no content")
	a, err := r.answer(args[0])
	if err != nil {
		return did, err
	}
	if len(a.body) > 0 {
		return did, wrong(lang.F("%d octets suivent les en-têtes", "%d bytes follow the headers", len(a.body)))
	}
	return did, nil
}

// await reads one answer and closes the connection. An answer that does not
// come at all is a mismatch; one whose end cannot be told is not, here.
func (r *runner) await(a *answer) error {
	c := a.conn
	end, err := r.until(c.with, func() bool {
		return a.parse(c.c.Data[c.read:], c.c.Ended != sandbox.Live) || c.c.Dropped > 0 // it is endless
	})
	if err != nil {
		return err
	}
	var got []byte
	var dropped int64
	r.read(func() {
		got = slices.Clone(c.c.Data[c.read:])
		dropped = c.c.Dropped
		a.parse(got, c.c.Ended != sandbox.Live)
	})
	if len(got) == 0 {
		how, err := r.unanswered(a, end)
		if err != nil {
			return err
		}
		if err := r.closeConn(c, false); err != nil {
			return err
		}
		return wrong(lang.Colon(lang.T("aucune réponse", "no answer"), how))
	}
	r.answers[a.name] = a
	c.read += len(got)
	if a.frame == frameOpen {
		why := lang.T("la réponse n'a pas de fin : ni Content-Length, ni fermeture", "the answer has no end: neither Content-Length nor a close")
		if dropped > 0 {
			why = lang.T("la réponse est sans fin", "the answer is endless")
		} else if a.length >= 0 {
			why = lang.F("Content-Length annonce %d octets, il n'en vient que %d", "Content-Length announces %d bytes, only %d come", a.length, len(a.body))
		}
		r.happened(Event{Kind: KindRemark, Program: c.with.name, Conn: c.name, Note: why})
	}
	return nil
}

func (r *runner) answer(name string) (*answer, error) {
	a := r.answers[name]
	if a == nil {
		return nil, need{name}
	}
	return a, nil
}

func doReplied(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.T("vérifier que le serveur a répondu", "check that the server answered")
	_, err := r.answer(args[0])
	return did, err
}

// doAlike checks that a server goes on answering as it began: a first answer,
// then another to the same request or to one for another file. What is wrong
// with the first one is told elsewhere.
func doAlike(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.T("comparer cette réponse avec la première", "compare this answer with the first one")
	a, err := r.answer(args[0])
	if err != nil {
		return did, err
	}
	b, err := r.answer(args[1])
	if err != nil {
		return did, err
	}
	if a.code != b.code && b.code == 0 {
		return did, wrong(lang.F("la première réponse est « %s » ; celle-ci (%s) ne commence pas par une ligne d'état, mais par « %s »", "the first answer is “%s”; this one (%s) does not begin with a status line, but with “%s”", shown(a.status, 60), b.path, b.beginning()))
	}
	if a.code != b.code {
		return did, wrong(lang.F("la première réponse est « %s », celle-ci « %s »", "the first answer is “%s”, this one “%s”", shown(a.status, 60), shown(b.status, 60)))
	}
	first, second := []byte(args[2]), []byte(args[3])
	if was, is := a.media(), b.media(); a.code == 200 && was != is && path.Ext(a.path) == path.Ext(b.path) {
		return did, wrong(lang.F("le Content-Type de la première réponse est « %s », celui de celle-ci « %s »", "the Content-Type of the first answer is “%s”, that of this one “%s”", shown(was, 60), shown(is, 60)))
	}
	switch {
	case a.code != 200:
		return did, nil
	case !a.holds(first) && (len(a.body) == 0 || len(b.body) > 0), a.holds(first) && b.holds(second):
		return did, nil
	case b.holds(first):
		return did, wrong(lang.F("pour %s, le serveur renvoie encore le fichier demandé la première fois (%s)", "for %s, the server sends again the file that was asked for the first time (%s)", b.path, a.path))
	}
	return did, wrong(lang.Colon(lang.F("la première réponse était juste, celle-ci (%s) ne l'est plus", "the first answer was right, this one (%s) no longer is", b.path), bodyDifference(b, second)))
}

func doStatus(r *runner, neg bool, args []string) (lang.Text, error) {
	list := strings.Join(args[1:], ", ")
	did := lang.F("attendre le code %s", "expect status %s", list)
	if neg {
		did = lang.F("attendre un autre code que %s", "expect another status than %s", list)
	}
	a, err := r.answer(args[0])
	if err != nil {
		return did, err
	}
	if slices.Contains(args[1:], strconv.Itoa(a.code)) != neg {
		return did, nil
	}
	if a.code == 0 {
		if neg {
			return did, nil
		}
		return did, wrong(lang.F("la réponse ne commence pas par une ligne d'état (HTTP/1.1 200 OK), mais par « %s »", "the answer does not begin with a status line (HTTP/1.1 200 OK), but with “%s”", a.beginning()))
	}
	saw := lang.F("la réponse est « %s »", "the answer is “%s”", shown(a.status, 80))
	if a.assumed {
		saw = lang.Semicolon(saw, lang.T("cette ligne d'état n'a pas de code, et un navigateur la lit alors comme un code 200", "this status line has no code, which a browser then reads as 200"))
	}
	if a.code == 404 && !neg {
		saw = lang.Semicolon(saw, r.astray(a.with))
	}
	return did, wrong(saw)
}

func doHeader(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.F("attendre l'en-tête « %s: %s »", "expect the header “%s: %s”", args[1], args[2])
	a, err := r.answer(args[0])
	if err != nil {
		return did, err
	}
	if slices.Contains(args[2:], a.value(args[1])) {
		return did, nil
	}
	value := a.get(strings.ToLower(args[1]))
	if value == "" {
		return did, wrong(lang.Semicolon(lang.F("pas d'en-tête %s dans la réponse", "no header %s in the answer", args[1]), a.slip()))
	}
	return did, wrong(lang.F("%s: %s", "%s: %s", args[1], shown(value, 80)))
}

func doBody(r *runner, neg bool, args []string) (lang.Text, error) {
	want := []byte(args[1])
	did := lang.F("comparer le contenu, octet par octet, avec le fichier (%d octets)", "compare the content, byte by byte, with the file (%d bytes)", len(want))
	if neg {
		did = lang.T("vérifier que le contenu n'est pas celui du fichier", "check that the content is not the file's")
	}
	a, err := r.answer(args[0])
	if err != nil {
		return did, err
	}
	body, encoded := a.decoded()
	switch {
	case neg && (bytes.Contains(body, want) || bytes.Contains(a.raw, want)): // a header without end may hold it
		return did, wrong(lang.T("le contenu du fichier a été envoyé", "the file's content was sent"))
	case neg, a.holds(want):
		return did, nil
	case encoded != nil:
		return did, wrong(lang.F("l'en-tête annonce « Content-Encoding: %s », mais le contenu n'est pas compressé ainsi", "the header announces “Content-Encoding: %s”, but the content is not compressed that way", shown(a.get("content-encoding"), 40)))
	}
	return did, wrong(bodyDifference(a, want))
}

// unchunked says that the promise of chunks was not kept.
var unchunked = lang.T("l'en-tête annonce « Transfer-Encoding: chunked », mais le contenu n'est pas une suite de morceaux « taille en hexadécimal, fin de ligne, octets, fin de ligne » que termine un morceau de taille 0",
	"the header announces “Transfer-Encoding: chunked”, but the content is not a series of chunks “size in hexadecimal, end of line, bytes, end of line” that a chunk of size 0 ends")

// bodyDifference says how a body differs from the file.
func bodyDifference(a *answer, want []byte) lang.Text {
	size := lang.F("%d octets reçus pour un fichier de %d", "%d bytes received for a file of %d", len(a.body), len(want))
	i := 0
	for i < len(want) && i < len(a.body) && want[i] == a.body[i] {
		i++
	}
	switch {
	case a.code == 0:
		return lang.Semicolon(size, lang.T("la réponse n'a pas de ligne d'état", "the answer has no status line"))
	case a.chunked() && a.frame != frameChunked:
		return lang.Semicolon(size, unchunked)
	case !a.slip().Empty():
		return lang.Semicolon(size, a.slip())
	case i == len(a.body) && a.length >= 0 && a.length < len(want) && a.length == utf8.RuneCount(want):
		return lang.Semicolon(size, lang.F("Content-Length annonce %d, le nombre de caractères du fichier et non celui de ses octets", "Content-Length announces %d, which is how many characters the file has, not how many bytes", a.length))
	case i == len(a.body) && a.length >= 0 && a.length < len(want):
		return lang.Semicolon(size, lang.F("Content-Length annonce %d : un navigateur s'arrête là", "Content-Length announces %d: a browser stops there", a.length))
	case i == len(a.body):
		return lang.Semicolon(size, lang.T("la fin manque", "the end is missing"))
	case i == len(want) && repeats(a.body[i:], want):
		return lang.Semicolon(size, lang.T("le fichier est envoyé plus d'une fois", "the file is sent more than once"))
	case i == len(want):
		return lang.Semicolon(size, lang.T("il y a des octets en trop à la fin", "there are too many bytes at the end"))
	}
	return lang.Semicolon(size, lang.F("ils diffèrent à partir de l'octet %d : %q au lieu de %q", "they differ from byte %d on: %q instead of %q",
		i+1, a.body[i:min(i+16, len(a.body))], want[i:min(i+16, len(want))]))
}

// swapped are ends of line whose two characters are in the wrong order.
var swapped = regexp.MustCompile(`[^\r\n]\n\r(?:[^\n]|\n\r)`)

// lateHeader is a content that begins with header lines.
var lateHeader = regexp.MustCompile(`(?i)^(content-(?:type|length|encoding)|server|date|connection)[ \t]*:`)

// slip names a common slip of the pen that spoils a header, or is empty.
func (a *answer) slip() lang.Text {
	head := a.raw[a.begin:min(len(a.raw), a.begin+maxHead)]
	if a.whole {
		head = a.raw[a.begin:a.next]
	}
	switch late := lateHeader.FindSubmatch(a.body); {
	case strings.Contains(a.status, `\r\n`):
		return lang.T("les caractères « \\r\\n » ont été envoyés tels qu'ils s'écrivent, et non une fin de ligne : ôtez le r devant les guillemets (r\"…\"), ou la barre en trop (\\\\r\\\\n)",
			"the characters “\\r\\n” were sent as they are written, not an end of line: remove the r before the quotes (r\"…\"), or the backslash too many (\\\\r\\\\n)")
	case a.code != 0 && swapped.Match(head):
		return lang.T("les fins de ligne de l'en-tête sont \\n\\r : une fin de ligne est \\r\\n, dans cet ordre", "the ends of line of the header are \\n\\r: an end of line is \\r\\n, in this order")
	case a.whole && late != nil:
		return lang.F("« %s » vient après la ligne vide, donc dans le contenu : la ligne vide est la dernière de l'en-tête", "“%s” comes after the empty line, and so in the content: the empty line is the last of the header", late[1])
	}
	return lang.Text{}
}

// doShown checks that a browser shows the content instead of saving it.
func doShown(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.T("vérifier qu'un navigateur montre le contenu au lieu de l'enregistrer", "check that a browser shows the content instead of saving it")
	a, err := r.answer(args[0])
	if err != nil || !a.saved() {
		return did, err
	}
	return did, wrong(lang.F("l'en-tête « Content-Disposition: %s » fait enregistrer la page au lieu de la montrer", "the header “Content-Disposition: %s” makes a browser save the page instead of showing it", visible(cut(a.get("content-disposition"), 60))))
}

func doFramed(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.T("vérifier la forme de la réponse : ligne d'état, en-têtes, ligne vide, fin du contenu", "check the form of the answer: status line, headers, empty line, end of the content")
	a, err := r.answer(args[0])
	if err != nil && len(args) > 1 {
		a, err = r.answer(args[1])
	}
	if err != nil {
		return did, err
	}
	if fault := a.fault(); !fault.Empty() {
		if slip := a.slip(); !slip.Empty() {
			fault = slip
		}
		if a.code >= 400 {
			// Others are right: which one it is about must be said.
			fault = lang.Colon(lang.F("réponse %d à %s", "answer %d to %s", a.code, shown(a.path, 60)), fault)
		}
		return did, wrong(fault)
	}
	return did, nil
}

// beginning is the first line of an answer, as it is shown.
func (a *answer) beginning() string {
	first, _, _ := strings.Cut(string(a.raw), "\n")
	return shown(first, 80)
}

// fault says what is wrong with the form of an answer, if anything.
func (a *answer) fault() lang.Text {
	switch {
	case a.junk > 0:
		return lang.F("la réponse commence par « %s » avant la ligne d'état", "the answer begins with “%s” before the status line", visible(string(a.raw[:a.junk])))
	case !strictStatus.MatchString(a.status):
		return lang.F("la ligne d'état doit être comme « HTTP/1.1 200 OK » ; reçu « %s »", "the status line must be like “HTTP/1.1 200 OK”; received “%s”", a.beginning())
	case len(a.odd) > 0:
		return lang.F("cette ligne d'en-tête n'est pas de la forme « Nom: valeur » : « %s »", "this header line is not of the form “Name: value”: “%s”", shown(a.odd[0], 80))
	case !a.whole && a.next == a.begin:
		return lang.F("la ligne d'état « %s » n'est pas terminée : il manque sa fin de ligne (\\r\\n), puis une ligne vide", "the status line “%s” does not end: its end of line (\\r\\n) is missing, and then an empty line", shown(a.status, 80))
	case !a.whole:
		return lang.T("il manque la ligne vide entre les en-têtes et le contenu", "the empty line between headers and content is missing")
	case a.get("content-length") != "" && a.length < 0:
		return lang.F("Content-Length doit être un nombre d'octets, et non « %s »", "Content-Length must be a number of bytes, not “%s”", shown(a.get("content-length"), 60))
	case len(a.lengths()) > 1:
		return lang.F("il y a plusieurs Content-Length différents (%s) : les navigateurs refusent une telle réponse", "there are several different Content-Length (%s): browsers refuse such an answer", shown(strings.Join(a.lengths(), ", "), 60))
	case a.early():
		return lang.T("l'en-tête annonce « Transfer-Encoding: chunked » dans une réponse HTTP/1.0, qui n'en a pas : Chrome montre alors les tailles des morceaux dans la page", "the header announces “Transfer-Encoding: chunked” in an HTTP/1.0 answer, which has none: Chrome then shows the sizes of the chunks in the page")
	case a.frame != frameChunked && a.chunked():
		return unchunked
	case a.frame == frameShort:
		return lang.F("le serveur ferme la connexion après %d octets alors qu'il en annonce %d (Content-Length)", "the server closes the connection after %d bytes although it announces %d (Content-Length)", len(a.body), a.length)
	case a.frame == frameOpen && a.length >= 0:
		return lang.F("Content-Length annonce %d octets mais il n'en vient que %d : le navigateur attend la suite sans fin", "Content-Length announces %d bytes but only %d come: the browser waits for the rest without end", a.length, len(a.body))
	case a.frame == frameOpen:
		return lang.T("rien ne dit où la réponse finit : ni Content-Length, ni fermeture de la connexion ; le navigateur attend sans fin", "nothing tells where the answer ends: neither Content-Length nor a close of the connection; the browser waits without end")
	}
	return lang.Text{}
}

package scenario

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"netlab/grader/lang"
	"netlab/grader/sandbox"
)

// usualRoots are the folders that students' servers call their document root,
// beside the working directory.
var usualRoots = []string{"", "www", "htdocs", "html", "public", "static"}

// maxRoots bounds how many folders the site is laid in.
const maxRoots = 24

var literal = regexp.MustCompile(`"([^"\n]{1,80})"|'([^'\n]{1,80})'`)

// folderWord is a literal that may name a folder.
var folderWord = regexp.MustCompile(`^(\./|/)?[A-Za-z0-9_][\w-]*(/[\w-]+)*/?$`)

// roots lists the folders that the site goes to: the usual ones, those of the
// submission, and those that its source names.
func (r *runner) roots() []string {
	out := slices.Clone(usualRoots)
	add := func(dir string) {
		if dir != "" && !slices.Contains(out, dir) && len(out) < maxRoots {
			out = append(out, dir)
		}
	}
	files := map[string]bool{}
	for _, f := range r.env.Files {
		files[f.Path] = true
		if dir := path.Dir(f.Path); dir != "." {
			add(dir)
		}
	}
	for _, f := range r.env.Files {
		if !strings.HasSuffix(f.Path, ".py") {
			continue
		}
		for _, m := range literal.FindAllStringSubmatch(string(f.Data), -1) {
			word := m[1] + m[2]
			if !folderWord.MatchString(word) {
				continue
			}
			clean := strings.Trim(strings.TrimPrefix(word, "./"), "/")
			if clean == "" || files[clean] || words[strings.ToLower(clean)] {
				continue
			}
			add(clean)
			if strings.HasPrefix(word, "/var/www/") || strings.HasPrefix(word, "/srv/") || strings.HasPrefix(word, "/tmp/") {
				add(strings.TrimSuffix(word, "/"))
			}
		}
	}
	return out
}

// words are literals of HTTP servers that name no folder.
var words = map[string]bool{
	"get": true, "head": true, "post": true, "put": true, "utf-8": true, "utf8": true, "ascii": true, "rb": true, "r": true, "w": true, "wb": true, "localhost": true,
	"__main__": true, "text/html": true, "text/css": true, "text/plain": true, "image/jpeg": true, "image/jpg": true, "image/png": true,
	"application/octet-stream": true, "close": true, "keep-alive": true, "jpg": true, "jpeg": true, "css": true, "http/1": true, "ignore": true, "replace": true,
}

// doSite lays a file in every folder that may be the document root.
func doSite(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.F("poser le fichier %s dans le dossier de travail et les dossiers usuels (www, htdocs, …)", "lay the file %s in the working directory and in the usual folders (www, htdocs, …)", args[0])
	if r.box != nil {
		return did, fmt.Errorf("site %s: programs are running already", args[0])
	}
	for _, dir := range r.roots() {
		r.lay(path.Join(dir, args[0]), args[1])
	}
	return did, nil
}

func doLay(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.F("poser le fichier %s", "lay the file %s", args[0])
	if r.box != nil {
		return did, fmt.Errorf("lay %s: programs are running already", args[0])
	}
	r.lay(args[0], args[1])
	return did, nil
}

// lay adds a file to the next box; files of the submission come first and are
// replaced when they have the same name.
func (r *runner) lay(name, data string) {
	r.laid = append(r.laid, sandbox.File{Path: name, Data: []byte(data)})
}

func doGet(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.F("demander %s comme un navigateur (GET)", "ask for %s as a browser does (GET)", args[2])
	p := r.programs[args[1]]
	if p == nil || r.box == nil || !p.heard {
		return did, need{args[1]}
	}
	c, err := r.dial(&conn{name: args[0], with: p})
	if err != nil {
		return did, err
	}
	if err := r.transmit(c, browserRequest("GET", args[2], host(c))); err != nil {
		return did, err
	}
	a := &answer{name: args[0], path: args[2], method: "GET", with: p, conn: c}
	if err := r.await(a); err != nil {
		return did, err
	}
	return did, r.closeConn(c, false)
}

// host is how a browser names the server of a connection.
func host(c *conn) string {
	return "localhost:" + strconv.Itoa(int(c.c.Remote.Port()))
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
	did := lang.F("attendre le code %s et l'en-tête %s : %s", "expect status %s and the header %s: %s", args[1], args[2], args[3])
	a := r.answers[args[0]]
	if a == nil || strconv.Itoa(a.code) != args[1] {
		return lang.Text{}, nil
	}
	media, _, _ := strings.Cut(a.get(strings.ToLower(args[2])), ";")
	for _, want := range args[3:] {
		if strings.EqualFold(strings.TrimSpace(media), want) {
			r.excused[r.criterion] = true
		}
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
	end, err := r.until(c.with, func() bool { return a.parse(c.c.Data[c.read:], c.c.Ended != sandbox.Live) || c.c.Dropped > 0 })
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
		how, err := r.instead(c.with, end)
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

// doAlike checks that a request gets the same answer as an earlier one: the
// same status and content, whatever they are.
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
	if a.code != b.code {
		return did, wrong(lang.F("la même demande donne d'abord « %s », puis « %s »", "the same request gives “%s” first, then “%s”", visible(cut(a.status, 60)), visible(cut(b.status, 60))))
	}
	if !bytes.Equal(a.body, b.body) {
		return did, wrong(lang.F("la même demande donne d'abord %d octets de contenu, puis %d, qui diffèrent", "the same request gives %d bytes of content first, then %d that differ", len(a.body), len(b.body)))
	}
	return did, nil
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
		first, _, _ := strings.Cut(string(a.raw), "\n")
		return did, wrong(lang.F("la réponse ne commence pas par une ligne d'état (HTTP/1.1 200 OK), mais par « %s »", "the answer does not begin with a status line (HTTP/1.1 200 OK), but with “%s”", visible(cut(first, 80))))
	}
	return did, wrong(lang.F("la réponse est « %s »", "the answer is “%s”", visible(cut(a.status, 80))))
}

func doHeader(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.F("attendre l'en-tête %s : %s", "expect the header %s: %s", args[1], args[2])
	a, err := r.answer(args[0])
	if err != nil {
		return did, err
	}
	value := a.get(strings.ToLower(args[1]))
	media, _, _ := strings.Cut(value, ";")
	for _, want := range args[2:] {
		if strings.EqualFold(strings.TrimSpace(media), want) {
			return did, nil
		}
	}
	if value == "" {
		return did, wrong(lang.F("pas d'en-tête %s dans la réponse", "no header %s in the answer", args[1]))
	}
	return did, wrong(lang.F("%s: %s", "%s: %s", args[1], visible(cut(value, 80))))
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
	same := bytes.Equal(a.body, want)
	if a.frame != frameLength && a.frame != frameChunked {
		same = bytes.HasPrefix(a.body, want)
	}
	switch {
	case neg && bytes.Contains(a.body, want):
		return did, wrong(lang.T("le contenu du fichier a été envoyé", "the file's content was sent"))
	case neg, same:
		return did, nil
	}
	return did, wrong(bodyDifference(a, want))
}

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
	case i == len(a.body) && a.length >= 0 && a.length < len(want):
		return lang.Semicolon(size, lang.F("Content-Length annonce %d : compte-t-il les caractères au lieu des octets ?", "Content-Length announces %d: does it count characters instead of bytes?", a.length))
	case i == len(a.body):
		return lang.Semicolon(size, lang.T("la fin manque", "the end is missing"))
	case i == len(want):
		return lang.Semicolon(size, lang.T("il y a des octets en trop à la fin", "there are too many bytes at the end"))
	}
	return lang.Semicolon(size, lang.F("ils diffèrent à partir de l'octet %d : %q au lieu de %q", "they differ from byte %d on: %q instead of %q",
		i+1, a.body[i:min(i+16, len(a.body))], want[i:min(i+16, len(want))]))
}

func doFramed(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.T("vérifier la forme de la réponse : ligne d'état, en-têtes, ligne vide, fin du contenu", "check the form of the answer: status line, headers, empty line, end of the content")
	a, err := r.answer(args[0])
	if err != nil {
		return did, err
	}
	switch {
	case a.junk > 0:
		return did, wrong(lang.F("la réponse commence par « %s » avant la ligne d'état", "the answer begins with “%s” before the status line", visible(string(a.raw[:a.junk]))))
	case !strictStatus.MatchString(a.status):
		first, _, _ := strings.Cut(string(a.raw), "\n")
		return did, wrong(lang.F("la ligne d'état doit être comme « HTTP/1.1 200 OK » ; reçu « %s »", "the status line must be like “HTTP/1.1 200 OK”; received “%s”", visible(cut(first, 80))))
	case len(a.odd) > 0:
		return did, wrong(lang.F("cette ligne d'en-tête n'est pas de la forme « Nom: valeur » : « %s »", "this header line is not of the form “Name: value”: “%s”", visible(cut(a.odd[0], 80))))
	case !a.whole:
		return did, wrong(lang.T("il manque la ligne vide entre les en-têtes et le contenu", "the empty line between headers and content is missing"))
	case a.get("content-length") != "" && a.length < 0:
		return did, wrong(lang.F("Content-Length doit être un nombre d'octets, et non « %s »", "Content-Length must be a number of bytes, not “%s”", visible(cut(a.get("content-length"), 60))))
	case a.frame == frameShort:
		return did, wrong(lang.F("le serveur ferme la connexion après %d octets alors qu'il en annonce %d (Content-Length)", "the server closes the connection after %d bytes although it announces %d (Content-Length)", len(a.body), a.length))
	case a.frame == frameOpen && a.length >= 0:
		return did, wrong(lang.F("Content-Length annonce %d octets mais il n'en vient que %d : le navigateur attend la suite sans fin", "Content-Length announces %d bytes but only %d come: the browser waits for the rest without end", a.length, len(a.body)))
	case a.frame == frameOpen:
		return did, wrong(lang.T("rien ne dit où la réponse finit : ni Content-Length, ni fermeture de la connexion ; le navigateur attend sans fin", "nothing tells where the answer ends: neither Content-Length nor a close of the connection; the browser waits without end"))
	}
	return did, nil
}

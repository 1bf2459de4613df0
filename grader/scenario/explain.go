package scenario

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"syscall"
	"time"

	"netlab/grader/lang"
	"netlab/grader/sandbox"
)

// exitText says how a program ended.
func exitText(e sandbox.Exit) lang.Text {
	switch {
	case e.Memory:
		return lang.F("tué : plus de %[1]d Mio de mémoire utilisés", "killed: more than %[1]d MiB of memory used", sandbox.MaxMemory>>20)
	case e.Signal == int(syscall.SIGKILL):
		return lang.T("tué (signal 9)", "killed (signal 9)")
	case e.Signal != 0:
		return lang.F("terminé par le signal %d (%v)", "ended by signal %d (%v)", e.Signal, syscall.Signal(e.Signal))
	case e.Code == 0:
		return lang.T("terminé", "ended")
	}
	return lang.F("terminé (code de sortie %d)", "ended (exit status %d)", e.Code)
}

// exitStatus is what exitText adds to the fact, in brackets.
func exitStatus(e sandbox.Exit) lang.Text {
	switch {
	case e.Memory:
		return lang.F(" (tué : plus de %[1]d Mio de mémoire utilisés)", " (killed: more than %[1]d MiB of memory used)", sandbox.MaxMemory>>20)
	case e.Signal == int(syscall.SIGKILL):
		return lang.T(" (tué, signal 9)", " (killed, signal 9)")
	case e.Signal != 0:
		return lang.F(" (signal %d, %v)", " (signal %d, %v)", e.Signal, syscall.Signal(e.Signal))
	case e.Code == 0:
		return lang.Text{}
	}
	return lang.F(" (code de sortie %d)", " (exit status %d)", e.Code)
}

// traceback is how Python begins to tell of an exception.
const traceback = "Traceback (most recent call last)"

// lastWords returns the last line of the latest traceback or syntax error on a program's screen, or "".
func lastWords(p *program) string {
	out := append(append([]byte{}, p.p.Screen.Data...), p.p.Errors.Data...)
	at := max(bytes.LastIndex(out, []byte(traceback)), bytes.LastIndex(out, []byte("SyntaxError")), bytes.LastIndex(out, []byte("IndentationError")), bytes.LastIndex(out, []byte("TabError")))
	if at < 0 {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(out[at:])), "\n")
	for _, l := range lines {
		// The line of the exception is the first that is not indented.
		l = strings.TrimRight(l, "\r")
		if l != "" && l[0] != ' ' && !strings.HasPrefix(l, "Traceback") {
			return cut(l, 160)
		}
	}
	return ""
}

// cut shortens a text to n runes.
func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n]) + "…"
}

var lineOf = regexp.MustCompile(`File "[^"]*/([^/"]+\.py)", line (\d+)`)

// whereFailed returns "server.py:12" for the innermost line of the submission
// in the latest traceback, or "".
func whereFailed(out []byte, own func(file string) bool) string {
	at := max(bytes.LastIndex(out, []byte(traceback)), 0)
	where := ""
	for _, m := range lineOf.FindAllSubmatch(out[at:], -1) {
		if own(string(m[1])) {
			where = string(m[1]) + ":" + string(m[2])
		}
	}
	return where
}

// ended says how and why a program ended, in plain words. The lock is held.
func (r *runner) ended(p *program) lang.Text {
	t := lang.F("%s s'est terminé%s", "%s has ended%s", p.file, exitStatus(p.p.Exit))
	words := lastWords(p)
	if words == "" {
		if len(p.p.Screen.Data)+len(p.p.Errors.Data) == 0 {
			t = lang.Join("", t, lang.T(" sans rien afficher", " without printing anything"))
		}
		return t
	}
	out := append(append([]byte{}, p.p.Screen.Data...), p.p.Errors.Data...)
	if w := whereFailed(out, r.owns); w != "" {
		t = lang.Join("", t, lang.F(", %s", ", %s", w))
	}
	t = lang.Join("", t, lang.F(" : « %s »", ": “%s”", words))
	return lang.Join(" — ", t, causeOf(words))
}

// owns tells whether a file is of the submission.
func (r *runner) owns(file string) bool {
	for _, f := range r.env.Files {
		if f.Path == file || strings.HasSuffix(f.Path, "/"+file) {
			return true
		}
	}
	return false
}

// causes are the commonest last words of students' programs, in plain words.
var causes = []struct {
	match *regexp.Regexp
	text  lang.Text
}{
	{regexp.MustCompile(`SyntaxError: Missing parentheses in call to 'print'|SyntaxError: Missing parentheses in call to 'exec'`), lang.T("c'est du Python 2 : en Python 3, print est une fonction, print(…)", "this is Python 2: in Python 3 print is a function, print(…)")},
	{regexp.MustCompile(`NameError: name 'raw_input'|NameError: name 'unicode'|NameError: name 'xrange'|No module named '(SocketServer|BaseHTTPServer|SimpleHTTPServer|urllib2|Queue|thread)'`), lang.T("c'est du Python 2, et les programmes sont lancés avec Python 3", "this is Python 2, and programs are run with Python 3")},
	{regexp.MustCompile(`a bytes-like object is required, not 'str'`), lang.T("une socket envoie et reçoit des octets : il faut encoder le texte (.encode()) avant de l'envoyer", "a socket sends and receives bytes: encode the text (.encode()) before sending it")},
	{regexp.MustCompile(`can('t|not) (concat|convert).*bytes|can only concatenate str \(not "bytes"\)|must be str, not bytes|startswith first arg must be (bytes|str)|expected (str|a bytes-like object)`), lang.T("un texte (str) et des octets (bytes) ne se mélangent pas : il faut .encode() ou .decode()", "text (str) and bytes do not mix: use .encode() or .decode()")},
	{regexp.MustCompile(`Address already in use`), lang.T("le port est déjà pris", "the port is already taken")},
	{regexp.MustCompile(`ModuleNotFoundError|ImportError`), lang.T("ce module n'est pas là : seule la bibliothèque standard de Python est fournie", "this module is not there: only Python's standard library is provided")},
	{regexp.MustCompile(`EOFError`), lang.T("le programme lit le clavier alors que rien n'y est tapé", "the program reads the keyboard and nothing is typed")},
	{regexp.MustCompile(`UnicodeDecodeError`), lang.T("des octets qui ne sont pas de l'UTF-8 ont été décodés comme du texte", "bytes that are not UTF-8 were decoded as text")},
	{regexp.MustCompile(`UnicodeEncodeError`), lang.T("ce texte ne peut pas être encodé ainsi : UTF-8 encode tout", "this text cannot be encoded that way: UTF-8 encodes everything")},
	{regexp.MustCompile(`ConnectionRefusedError`), lang.T("personne n'écoute à l'adresse et au port que le programme appelle", "nobody listens at the address and port that the program calls")},
	{regexp.MustCompile(`BrokenPipeError|ConnectionResetError|ConnectionAbortedError`), lang.T("le programme se sert d'une connexion que l'autre bout a fermée", "the program uses a connection that the other end has closed")},
	{regexp.MustCompile(`Bad file descriptor|WinError 10038`), lang.T("le programme se sert d'une socket qu'il a déjà fermée", "the program uses a socket that it has already closed")},
	{regexp.MustCompile(`FileNotFoundError`), lang.T("le fichier demandé n'existe pas, et l'exception n'est pas traitée", "the file asked for does not exist, and the exception is not handled")},
	{regexp.MustCompile(`IndexError`), lang.T("un indice est hors de la liste (sys.argv ? un message vide ?)", "an index is outside of the list (sys.argv? an empty message?)")},
	{regexp.MustCompile(`gaierror`), lang.T("ce nom de machine n'existe pas", "this host name does not exist")},
	{regexp.MustCompile(`IndentationError|TabError`), lang.T("l'indentation n'est pas régulière", "the indentation is not consistent")},
	{regexp.MustCompile(`SyntaxError`), lang.T("Python 3 ne peut pas lire ce code", "Python 3 cannot read this code")},
	{regexp.MustCompile(`NameError`), lang.T("ce nom n'est défini nulle part (faute de frappe, import oublié ?)", "this name is defined nowhere (a typing error, a missing import?)")},
}

// causeOf explains the last line of a traceback, if it is a common one.
func causeOf(words string) lang.Text {
	for _, c := range causes {
		if c.match.MatchString(words) {
			return c.text
		}
	}
	return lang.Text{}
}

// callText says what a program waits for.
func callText(c sandbox.Call) lang.Text {
	switch c {
	case sandbox.CallAccept:
		return lang.T("il attend un client (accept)", "it waits for a client (accept)")
	case sandbox.CallReceive:
		return lang.T("il attend des données sur une connexion (recv)", "it waits for data on a connection (recv)")
	case sandbox.CallKeyboard:
		return lang.T("il attend une saisie au clavier (input)", "it waits for its keyboard (input)")
	case sandbox.CallRead:
		return lang.T("il attend des données d'un autre processus", "it waits for data from another process")
	case sandbox.CallWrite:
		return lang.T("il attend de pouvoir envoyer (send)", "it waits to be able to send (send)")
	case sandbox.CallConnect:
		return lang.T("il attend qu'un serveur réponde (connect)", "it waits for a server to answer (connect)")
	case sandbox.CallChild:
		return lang.T("il attend la fin d'un autre processus", "it waits for another process to end")
	case sandbox.CallLock:
		return lang.T("il attend un autre fil d'exécution (join, verrou)", "it waits for another thread (join, lock)")
	case sandbox.CallPoll:
		return lang.T("il attend du nouveau sur ses connexions (select, asyncio)", "it waits for news on its connections (select, asyncio)")
	case sandbox.CallSignal:
		return lang.T("il attend un signal", "it waits for a signal")
	case sandbox.CallSleep:
		return lang.T("il dort (sleep)", "it sleeps (sleep)")
	case sandbox.CallStopped:
		return lang.T("il est suspendu", "it is stopped")
	case sandbox.CallRunning:
		return lang.T("il calcule sans s'arrêter", "it computes without end")
	}
	return lang.T("il est occupé", "it is busy")
}

// instead says what a program did instead of what was waited for, from how the
// wait ended.
func (r *runner) instead(p *program, end sandbox.Ending) (lang.Text, error) {
	if p == nil {
		return lang.Text{}, nil
	}
	exited := false
	var how lang.Text
	r.read(func() {
		if exited = p.p.Exited; exited {
			how = r.ended(p)
		}
	})
	if exited {
		return how, nil
	}
	b, err := r.inBox()
	if err != nil {
		return lang.Text{}, err
	}
	look, err := b.Look(r.ctx)
	if err != nil {
		return lang.Text{}, err
	}
	calls := mainCalls(look, p.p.PID)
	var what []lang.Text
	for _, c := range calls {
		what = append(what, callText(c))
	}
	t := lang.F("%s tourne toujours", "%s is still running", p.file)
	if len(what) > 0 {
		t = lang.F("%s tourne toujours : %s", "%s is still running: %s", p.file, lang.Semicolon(what...))
	}
	if end == sandbox.Silence {
		t = lang.Join("", t, lang.T(", et plus rien ne peut arriver", ", and nothing more can happen"))
	}
	if end == sandbox.Limit {
		t = lang.Join("", t, lang.F(" (attendu %d s de son temps)", " (waited for %d s of its time)", int(sandbox.Patience/time.Second)))
	}
	// The line where it stands is asked for when nothing more is wanted of it.
	r.stood = append(r.stood, pendingStand{step: len(r.trace.Steps) - 1, p: p, sign: signature(look, p.p.PID)})
	return t, nil
}

// mainCalls returns what the threads of a program wait in, main thread first,
// without repeats.
func mainCalls(l *sandbox.Look, session int) []sandbox.Call {
	var out []sandbox.Call
	seen := map[sandbox.Call]bool{}
	for _, t := range l.Tasks {
		if t.Session != session || t.Zombie {
			continue
		}
		for _, th := range t.Threads {
			if !seen[th.Call] && len(out) < 3 {
				seen[th.Call] = true
				out = append(out, th.Call)
			}
		}
	}
	return out
}

// pendingStand is a step whose message wants the line where a program stands.
type pendingStand struct {
	step int
	p    *program
	sign string
}

// signature tells whether a program has moved between two looks.
func signature(l *sandbox.Look, session int) string {
	var b strings.Builder
	for _, t := range l.Tasks {
		if t.Session == session {
			for _, th := range t.Threads {
				fmt.Fprintf(&b, "%d/%d/%x ", t.PID, th.ID, th.Where)
			}
		}
	}
	return b.String()
}

// askStands makes every program that lost a step and still runs tell the line
// where it stands, and adds it to the step's message. Verdicts are taken: what
// the program does now changes nothing.
func (r *runner) askStands() error {
	pending := r.stood
	r.stood = nil
	asked := map[*program]lang.Text{}
	for _, s := range pending {
		if r.gone(s.p) || r.env.Reference != nil {
			continue
		}
		where, ok := asked[s.p]
		if !ok {
			look, err := r.box.Look(r.ctx)
			if err != nil {
				return err
			}
			if signature(look, s.p.p.PID) != s.sign {
				continue // it has moved on since
			}
			if where, err = r.askStand(s.p); err != nil {
				return err
			}
			asked[s.p] = where
		}
		if st := &r.trace.Steps[s.step]; st.Outcome == Mismatch && !where.Empty() {
			st.Saw = lang.Join(" — ", st.Saw, where)
		}
	}
	return nil
}

// standing is how long a program may take to tell where it stands.
const standing = 2 * time.Second

var frameLine = regexp.MustCompile(`File "([^"]*)", line (\d+) in (\S+)`)

// askStand has Python print where each thread stands (PYTHONFAULTHANDLER and
// SIGABRT) and returns the innermost line of the submission in the current thread.
func (r *runner) askStand(p *program) (lang.Text, error) {
	from := 0
	r.read(func() {
		p.muted = true
		from = len(p.p.Errors.Data)
	})
	if err := p.p.Signal(r.ctx, syscall.SIGABRT); err != nil {
		return lang.Text{}, err
	}
	if _, err := r.box.WaitFor(r.ctx, p.p, standing, func() bool { return p.p.Exited }); err != nil {
		return lang.Text{}, err
	}
	var out string
	r.read(func() { out = string(p.p.Errors.Data[from:]) })
	var where []string
	for _, block := range strings.Split(out, "hread 0x") {
		for _, m := range frameLine.FindAllStringSubmatch(block, -1) {
			if file, ok := strings.CutPrefix(m[1], sandbox.Home+"/"); ok && r.owns(file) {
				where = append(where, file+":"+m[2])
				break
			}
		}
	}
	if len(where) == 0 {
		return lang.Text{}, nil
	}
	// The main thread comes last in the report.
	if len(where) > 3 {
		where = where[len(where)-3:]
	}
	at := strings.Join(where, ", ")
	return lang.F("il en est à %s", "it stands at %s", at), nil
}

// shell shows words as they would be typed.
func shell(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = w
		if w == "" || strings.ContainsAny(w, " '\"\\$&;|<>()*?`") {
			out[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(out, " ")
}

package scenario

import (
	"regexp"
	"slices"
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

// output is all that a program has printed. The lock is held.
func (p *program) output() []byte {
	return append(append([]byte{}, p.p.Screen.Data...), p.p.Errors.Data...)
}

// lastPrinted returns the last line that a program printed, or what it says of
// coroutines that were forgotten, or "".
func lastPrinted(p *program) string {
	out := p.output()
	if m := neverAwaited.Find(out); m != nil {
		return string(m)
	}
	return visible(cut(strings.TrimSpace(lastLine(string(out))), 100))
}

var neverAwaited = regexp.MustCompile(`coroutine '[^'\n]*' was never awaited`)

// cut shortens a text to n runes.
func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n]) + "…"
}

// ended says how and why a program ended, in plain words. The lock is held.
func (r *runner) ended(p *program) lang.Text {
	t := lang.F("%s s'est terminé%s", "%s has ended%s", p.file, exitStatus(p.p.Exit))
	out := p.output()
	if words := lastWords(out); words != "" {
		if part := r.partFell(p); p.p.Exit == (sandbox.Exit{}) && !part.Empty() {
			return lang.Semicolon(t, part)
		}
		return r.erred(p, t, out)
	}
	last := lastPrinted(p)
	if last == "" {
		t = lang.Join("", t, lang.T(" sans rien afficher", " without printing anything"))
		if p.p.Exit == (sandbox.Exit{}) {
			t = lang.Join(" — ", t, r.idle(p))
		}
		return lang.Semicolon(t, r.hides(p, hiding))
	}
	t = lang.Join("", t, lang.F(" après avoir affiché « %s »", " after printing “%s”", last))
	return lang.Semicolon(lang.Join(" — ", t, r.causeOf(p, out, last)), r.hides(p, hiding))
}

// causeOf explains the last words of a program, in what it printed, in plain
// words. The lock is held.
func (r *runner) causeOf(p *program, out []byte, words string) lang.Text {
	f := failure{
		words: words, quoted: lastQuoted(out), printed: string(out), bare: len(p.args) == 0, shutdown: r.mentions("shutdown("),
		file: p.file, source: r.source(p.file), client: r.isClient(p), swapped: r.swapped(), listened: p.heard,
		python: r.env.Sandbox.Interpreter().Version,
	}
	for _, file := range r.env.Files {
		f.files = append(f.files, file.Path)
	}
	return f.cause()
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
	case sandbox.CallEither:
		return lang.T("il attend une saisie au clavier, ou du nouveau sur ses connexions (select, asyncio)", "it waits for its keyboard, or for news on its connections (select, asyncio)")
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
	if end == sandbox.Event || end == "" {
		// It was not waited for: it may be about to end, which says more.
		wait := r.wait
		if _, err := r.untilFor(p, aMoment, func() bool { return p.p.Exited }); err != nil {
			return lang.Text{}, err
		}
		r.wait = wait
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
	look, err := b.Seen(r.ctx)
	if err != nil {
		return lang.Text{}, err
	}
	var fell lang.Text
	r.read(func() { fell = r.partFell(p) })
	if !fell.Empty() {
		return lang.Semicolon(fell, lang.T("le reste du programme continue", "the rest of the program goes on")), nil
	}
	calls := mainCalls(look, p.p.PID)
	var what []lang.Text
	for _, c := range calls {
		what = append(what, callText(c))
	}
	prints, sends := r.floods(p)
	switch {
	case prints:
		what = []lang.Text{lang.T("il affiche sans s'arrêter", "it prints without end")}
	case sends:
		what = []lang.Text{lang.T("il envoie sans s'arrêter", "it sends without end")}
	}
	t := lang.F("%s tourne toujours", "%s is still running", p.file)
	if len(what) > 0 {
		t = lang.F("%s tourne toujours : %s", "%s is still running: %s", p.file, lang.Semicolon(what...))
	}
	if end == sandbox.Silence {
		t = lang.Join("", t, lang.T(", et plus rien ne peut arriver", ", and nothing more can happen"))
	}
	// Who computes, prints or sends without end is found out sooner.
	if end == sandbox.Limit && !prints && !sends && !slices.Contains(calls, sandbox.CallRunning) {
		t = lang.Join("", t, lang.F(" (après %d s)", " (after %d s)", int(sandbox.Patience/time.Second)))
	}
	// The line where it stands is asked for when nothing more is wanted of it.
	r.stood = append(r.stood, pendingStand{step: len(r.trace.Steps) - 1, p: p, sign: signature(look, p.p.PID), said: t, calls: calls})
	return lang.Semicolon(t, r.hides(p, quiet)), nil
}

// floods reports whether a program prints, or sends on a connection, without end.
func (r *runner) floods(p *program) (prints, sends bool) {
	r.read(func() {
		prints = p.p.Screen.Floods() || p.p.Errors.Floods()
		for _, c := range r.conns {
			sends = sends || c.c != nil && c.c.Floods()
		}
	})
	return prints, sends
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

package scenario

import (
	"bytes"
	"regexp"
	"strings"

	"netlab/grader/lang"
)

// How Python tells of exceptions: of one that ends the program, and of one that
// ends a part of it, a thread for instance, while the rest goes on.

// traceback is how Python begins to tell of an exception.
const traceback = "Traceback (most recent call last)"

// lastWords returns the last line of the latest traceback or syntax error in
// what a program printed, or "".
func lastWords(out []byte) string {
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

// quotedLine is a place in a traceback, with the line of source that stands there.
var quotedLine = regexp.MustCompile(`(?m)^  File ".*", line \d+.*\n    (.*)$`)

// lastQuoted returns the line of source that the latest traceback quotes last, or "".
func lastQuoted(out []byte) string {
	at := max(bytes.LastIndex(out, []byte(traceback)), 0)
	all := quotedLine.FindAllSubmatch(out[at:], -1)
	if len(all) == 0 {
		return ""
	}
	return string(all[len(all)-1][1])
}

// erred adds to t where and how the latest exception in out came about, and what
// it means, and notes it as what the step is about. The lock is held.
func (r *runner) erred(p *program, t lang.Text, out []byte) lang.Text {
	e := r.exceptionIn(out)
	if e.Where != "" {
		t = lang.Join("", t, lang.F(", %s", ", %s", e.Where))
	}
	t = lang.Join("", t, lang.F(" : « %s »", ": “%s”", e.Words))
	return lang.Join(" — ", t, r.causeOf(p, out, e.Words))
}

// exceptionIn returns the latest exception in what a program printed, and notes
// it as what the step is about. The lock is held.
func (r *runner) exceptionIn(out []byte) Exception {
	e := Exception{Where: whereFailed(out, r.owns), Words: lastWords(out)}
	if r.step != nil {
		r.step.Error = e
	}
	return e
}

// part is a part of a program that may fail while the rest goes on: how Python
// tells of it, before the traceback.
type part struct {
	head *regexp.Regexp
	text func(file string) lang.Text
}

var parts = []part{
	{regexp.MustCompile(`(?m)^Exception in thread .*:\r?\n` + tracebackNext), says("un thread de %s s'est arrêté sur une erreur", "a thread of %s stopped on an error")},
	{regexp.MustCompile(`(?m)^Process \S+:\r?\n` + tracebackNext), says("un processus de %s s'est arrêté sur une erreur", "a process of %s stopped on an error")},
	{regexp.MustCompile(`(?m)^Exception (?:occurred|happened) during processing of request from .*\r?\n` + tracebackNext), says("%s a laissé le service d'un client sur une erreur", "%s gave up serving a client on an error")},
	{regexp.MustCompile(`(?m)^(?:Unhandled exception in client_connected_cb|Fatal error: protocol.*)\r?\n(?:(?:protocol|transport): .*\r?\n)*` + tracebackNext), says("%s a laissé le service d'un client sur une erreur", "%s gave up serving a client on an error")},
	{regexp.MustCompile(`(?m)^Task exception was never retrieved\r?\n(?:future: .*\r?\n)?` + tracebackNext), says("une tâche (asyncio) de %s s'est arrêtée sur une erreur", "a task (asyncio) of %s stopped on an error")},
}

const tracebackNext = `Traceback \(most recent call last\)`

func says(fr, en string) func(string) lang.Text {
	return func(file string) lang.Text { return lang.F(fr, en, file) }
}

// partFell says which part of a program failed last, and how, since its latest
// client came, or nothing. A traceback that the program prints by itself is not
// taken for that: it may go on from there. The lock is held.
func (r *runner) partFell(p *program) lang.Text {
	story, which := p.fallen()
	if story == nil {
		return lang.Text{}
	}
	return r.erred(p, which.text(p.file), story)
}

// fallen returns the traceback of the part of a program that failed last since
// its latest client came, or nil. The lock is held.
func (p *program) fallen() (story []byte, which part) {
	errs := p.p.Errors.Data[min(p.served, len(p.p.Errors.Data)):]
	at := -1
	for _, k := range parts {
		if all := k.head.FindAllIndex(errs, -1); len(all) > 0 && all[len(all)-1][1] > at {
			at, which = all[len(all)-1][1], k
		}
	}
	if at < 0 {
		return nil, part{}
	}
	if story = oneStory(errs[at-len(traceback):]); lastWords(story) == "" {
		return nil, part{} // it is not printed to its end
	}
	return story, which
}

// onwards are the lines by which a traceback leads to the next one of the same
// exception.
var onwards = []string{"another exception occurred:", "direct cause of the following exception:"}

// oneStory cuts what a program printed before the traceback of another matter
// than that with which it begins.
func oneStory(out []byte) []byte {
	for from := len(traceback); ; {
		i := bytes.Index(out[from:], []byte(traceback))
		if i < 0 {
			return out
		}
		before := bytes.TrimSpace(out[:from+i])
		if !bytes.HasSuffix(before, []byte(onwards[0])) && !bytes.HasSuffix(before, []byte(onwards[1])) {
			return before
		}
		from += i + len(traceback)
	}
}

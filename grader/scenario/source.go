package scenario

import (
	"path"
	"regexp"
	"strings"

	"netlab/grader/lang"
	"netlab/grader/sandbox"
)

// What the source of a submission tells, where what was seen leaves it open.

var comment = regexp.MustCompile(`(?m)#.*$`)

// source returns the text of a file of the submission, without comments, or "".
func (r *runner) source(file string) string {
	for _, f := range r.env.Files {
		if f.Path == path.Clean(file) {
			return comment.ReplaceAllString(string(f.Data), "")
		}
	}
	return ""
}

// isClient tells whether a program is a client: the grader plays the server in
// its box, or the sheet gives it the name of a client.
func (r *runner) isClient(p *program) bool {
	for _, s := range r.servers {
		if s.box == r.box && r.box != nil {
			return true
		}
	}
	return strings.HasPrefix(path.Base(p.file), "client")
}

// swapped tells whether the submission's client waits for clients and calls
// nobody, and its server calls and waits for nobody.
func (r *runner) swapped() bool {
	waits := func(source string) bool { return strings.Contains(source, "accept(") }
	calls := func(source string) bool { return strings.Contains(source, "connect(") }
	client, server := r.source("client_echo.py"), r.source("server_echo.py")
	return waits(client) && !calls(client) && calls(server) && !waits(server)
}

// opensUDP tells whether the sockets of a program, without its comments, are of UDP.
func opensUDP(source string) bool {
	return strings.Contains(source, "SOCK_DGRAM") && !strings.Contains(source, "SOCK_STREAM")
}

// overUDP says that a program, a client or a server, speaks UDP.
func overUDP(file string, client bool) lang.Text {
	then := lang.T("listen() et accept()", "listen() and accept()")
	if client {
		then = lang.T("connect()", "connect()")
	}
	return lang.F("%s ouvre une socket UDP (SOCK_DGRAM) ; l'énoncé veut TCP : socket.SOCK_STREAM, puis %s", "%s opens a UDP socket (SOCK_DGRAM); the sheet wants TCP: socket.SOCK_STREAM, then %s", file, then)
}

// unmet says what a program does instead of listening or of connecting: if it
// still runs over UDP, no more than that.
func (r *runner) unmet(p *program, end sandbox.Ending) (lang.Text, error) {
	how, err := r.instead(p, end)
	if err == nil && !r.gone(p) && opensUDP(r.source(p.file)) {
		how = overUDP(p.file, r.isClient(p))
	}
	return how, err
}

// copies says what else keeps a connection of a program open when its socket is
// closed, if the program makes such a thing.
func (r *runner) copies(p *program) lang.Text {
	source := r.source(p.file)
	var out []lang.Text
	if strings.Contains(source, "makefile(") {
		out = append(out, lang.T("un fichier fait par makefile() la garde ouverte, même après close() : fermez-le aussi", "a file made by makefile() keeps it open, even after close(): close that too"))
	}
	if strings.Contains(source, "fork(") {
		out = append(out, lang.T("après fork(), l'autre processus en garde une copie : il doit la fermer aussi", "after fork(), the other process keeps a copy of it, which it must close too"))
	}
	return lang.Semicolon(out...)
}

// A handler that catches everything and tells nothing of it: hiding whatever it
// does then, quiet if it does nothing.
var (
	hiding = regexp.MustCompile(`(?m)^[ \t]*(except(?:[ \t]+(?:Base)?Exception)?)[ \t]*:`)
	quiet  = regexp.MustCompile(`(?m)^[ \t]*(except(?:[ \t]+(?:Base)?Exception)?)[ \t]*:\s*(?:pass|continue)\b`)
)

// showing are what programs call to show an exception, or to pass it on.
var showing = regexp.MustCompile(`traceback|exc_info|\braise\b|\.exception\(`)

// hides says that an error may have been hidden, if a program has such a handler.
func (r *runner) hides(p *program, handler *regexp.Regexp) lang.Text {
	source := r.source(p.file)
	m := handler.FindStringSubmatch(source)
	if m == nil || showing.MatchString(source) {
		return lang.Text{}
	}
	what := strings.Join(strings.Fields(m[1]), " ")
	return lang.F("un « %s: » peut cacher une erreur : enlevez-le pour la voir", "an “%s:” may hide an error: take it away to see it", what)
}

// guard is the condition under which a file is run as a program.
var guard = regexp.MustCompile(`__name__\s*==\s*["']([^"']*)["']`)

// idle says why a program that showed nothing has done nothing, where its source
// tells.
func (r *runner) idle(p *program) lang.Text {
	source := r.source(p.file)
	switch m := guard.FindStringSubmatch(source); {
	case strings.TrimSpace(source) == "":
		return lang.T("ce fichier ne contient aucune instruction", "this file contains no instruction")
	case m != nil && m[1] != "__main__":
		return lang.F("__name__ ne vaut pas « %s » : écrivez if __name__ == \"__main__\":", "__name__ is not “%s”: write if __name__ == \"__main__\":", m[1])
	case definesOnly(source):
		return lang.T("les fonctions qu'il définit ne sont pas appelées : appelez-en une à la fin du fichier, sans indentation", "the functions that it defines are not called: call one at the end of the file, without indentation")
	}
	return lang.Text{}
}

// defining are how lines begin that call nothing when a file is run.
var defining = regexp.MustCompile(`^(?:(?:async\s+)?def\s|class\s|import\s|from\s|@|\s)`)

// definesOnly tells whether a source has functions, and no line of its own that
// may call one.
func definesOnly(source string) bool {
	functions := false
	for line := range strings.Lines(source) {
		switch line = strings.TrimRight(line, "\r\n"); {
		case line == "":
		case defining.MatchString(line):
			functions = functions || strings.HasPrefix(line, "def ") || strings.HasPrefix(line, "async ")
		case strings.ContainsAny(line, "(:"):
			return false
		}
	}
	return functions
}

// placeholder is what stands for a value in an f-string.
var placeholder = regexp.MustCompile(`\{[A-Za-z_][\w.]*\}`)

// unformatted says that an f is missing, if a screen shows a placeholder as it
// stands in the source.
func (r *runner) unformatted(p *program, screen string) lang.Text {
	source := r.source(p.file)
	for _, name := range placeholder.FindAllString(screen, -1) {
		if strings.Contains(source, name) && !strings.Contains(source, "{"+name+"}") && !strings.Contains(source, ".format") {
			return lang.F("le f manque devant la chaîne où est %[1]s : f\"…%[1]s…\"", "the f is missing before the string that has %[1]s: f\"…%[1]s…\"", name)
		}
	}
	return lang.Text{}
}

// drive is how a path of Windows begins in a source.
var drive = regexp.MustCompile(`["'][A-Za-z]:(?:[\\/])`)

// astray says why a server may not find a file that is there, if it looks for
// files below a drive of Windows.
func (r *runner) astray(p *program) lang.Text {
	if !drive.MatchString(r.source(p.file)) {
		return lang.Text{}
	}
	return lang.T("le programme a un chemin de Windows (C:\\…), qui n'existe pas ici : prenez un chemin relatif à son dossier", "the program has a path of Windows (C:\\…), which does not exist here: take a path relative to its folder")
}

package scenario

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"netlab/grader/lang"
	"netlab/grader/sandbox"
)

// firstPort is the port that a server which wants one is given.
const firstPort = "8080"

// serverArguments are what a server that wants arguments most likely wants.
var serverArguments = [][]string{{firstPort}, {firstPort, "."}, {"localhost", firstPort}, {".", firstPort}, {"."}}

// doServe starts a server whose port and arguments are its author's choice, and
// waits until it listens: with no argument first, then with those that it
// says it wants, then with those that it may want. A question at its keyboard
// is answered likewise.
func doServe(r *runner, _ bool, args []string) (lang.Text, error) {
	name, file := args[0], args[1]
	did := lang.F("lancer %s et attendre qu'il écoute sur un port TCP", "run %s and wait until it listens on a TCP port", file)
	p, first := r.tryService(name, file, nil)
	if first == nil || !errors.As(first, &mismatch{}) || !r.gone(p) || !r.takesArguments() {
		return did, first
	}
	attempts := serverArguments
	if wanted := r.wanted(p); len(wanted) > 0 {
		attempts = append([][]string{wanted}, attempts...)
	}
	for _, extra := range attempts {
		p, err := r.tryService(name, file, extra)
		if err == nil || !errors.As(err, &mismatch{}) {
			return did, err
		}
		if !r.gone(p) {
			break
		}
	}
	return did, first
}

// tryService starts a server with these arguments and waits until it listens.
func (r *runner) tryService(name, file string, args []string) (*program, error) {
	cmd, err := r.deliverable(file, args)
	if err != nil {
		return nil, err
	}
	p, err := r.launch(name, file, cmd, args)
	if err != nil {
		return nil, err
	}
	return p, r.awaitService(p)
}

// takesArguments tells whether the submission reads its command line.
func (r *runner) takesArguments() bool { return r.mentions("argv") || r.mentions("argparse") }

// asksKeyboard tells whether the submission may ask questions.
func (r *runner) asksKeyboard() bool { return r.mentions("input(") || r.mentions("stdin") }

// mentions tells whether a Python file of the submission has this text.
func (r *runner) mentions(text string) bool {
	for _, f := range r.env.Files {
		if strings.HasSuffix(f.Path, ".py") && strings.Contains(string(f.Data), text) {
			return true
		}
	}
	return false
}

// mostWanted bounds the arguments that a program may ask for.
const mostWanted = 6

var (
	// required is how argparse says which arguments are missing.
	required = regexp.MustCompile(`arguments are required: (.*)`)
	// usage is how programs say what arguments they want.
	usage = regexp.MustCompile(`(?i)(?:usage|utilisation|syntaxe)\b.*?\.py"?((?:[ \t]+\S+)+)`)
)

// wanted returns the arguments that a program which has ended asked for.
func (r *runner) wanted(p *program) []string {
	var said string
	r.read(func() { said = string(p.p.Errors.Data) + "\n" + string(p.p.Screen.Data) })
	return argumentsFor(said)
}

// argumentsFor makes arguments from a usage line or argparse's complaint.
func argumentsFor(said string) []string {
	var out []string
	if m := required.FindStringSubmatch(said); m != nil {
		for item := range strings.SplitSeq(m[1], ",") {
			names := strings.Split(strings.TrimSpace(item), "/") // -p/--port
			name := names[len(names)-1]
			if strings.HasPrefix(name, "-") {
				out = append(out, name)
			}
			out = append(out, reply(name, "."))
		}
	} else if m := usage.FindStringSubmatch(said); m != nil {
		for _, word := range strings.Fields(m[1]) {
			name := strings.Trim(word, "<>[](){},;'\"")
			_, err := strconv.Atoi(name)
			switch {
			case name == "" || strings.HasPrefix(word, "[-") || strings.HasSuffix(name, "...") || strings.HasSuffix(name, "…"):
			case err == nil || strings.HasPrefix(name, "-"):
				out = append(out, name)
			default:
				out = append(out, reply(name, "."))
			}
		}
	}
	return out[:min(len(out), mostWanted)]
}

// Words by which programs name what they ask for.
var (
	asksYes    = regexp.MustCompile(`(?i)\b(o|oui|y|yes)\s*/\s*(n|non|no)\b`)
	asksPort   = regexp.MustCompile(`(?i)port`)
	asksHost   = regexp.MustCompile(`(?i)h[oô]te?\b|\bhost|adresse|address|\bip\b|interface`)
	asksMenu   = regexp.MustCompile(`(?m)^\W*1\s*[-.):=]`)
	asksFolder = regexp.MustCompile(`(?i)dossier|r[eé]pertoire|racine|root|folder|\bdir|chemin|path`)
)

// reply is what a server that asks this, or for an argument of this name, is
// told; otherwise when the question says nothing. The last line counts, or the
// first item of a menu above it.
func reply(shown, otherwise string) string {
	question := lastLine(shown)
	switch {
	case asksYes.MatchString(question):
		return strings.ToLower(asksYes.FindStringSubmatch(question)[1])
	case asksPort.MatchString(question):
		return firstPort
	case asksHost.MatchString(question):
		return "localhost"
	case asksFolder.MatchString(question):
		return "."
	case asksMenu.MatchString(shown):
		return "1"
	}
	return otherwise
}

// awaitService waits until a server listens, answering its questions.
func (r *runner) awaitService(p *program) error {
	// What is told to a program whose questions say nothing.
	blind := []string{firstPort, ".", "", "", "", ""}
	// What it had shown at its last question: input() prints on either output.
	shown, erred := 0, 0
	for n := range len(blind) + 1 {
		end, err := r.until(p, func() bool { return len(r.box.Listeners()) > 0 })
		if err != nil {
			return err
		}
		if end == sandbox.Event {
			r.noteListeners(p)
			return nil
		}
		asks, err := r.atKeyboard(p)
		if err != nil {
			return err
		}
		if !asks || n == len(blind) {
			how, err := r.instead(p, end)
			if err != nil {
				return err
			}
			return wrong(lang.Join("", lang.T("aucun port TCP en écoute : ", "no TCP port is listened on: "), how))
		}
		var question string
		r.read(func() {
			question = string(p.p.Screen.Data[shown:]) + "\n" + string(p.p.Errors.Data[erred:])
			shown, erred = len(p.p.Screen.Data), len(p.p.Errors.Data)
		})
		if err := r.keyboard(p, reply(question, blind[n])+"\n"); err != nil {
			return err
		}
	}
	return fmt.Errorf("serve %s: unreachable: the last question ends the wait", p.name)
}

// lastLine is the last line of a text that says something.
func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}

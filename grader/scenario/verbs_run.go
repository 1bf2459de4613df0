package scenario

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"netlab/grader/lang"
	"netlab/grader/sandbox"
)

// doRun runs a client whose further arguments are its author's choice: with
// those of the first alternative and, as long as it ends over them without
// having connected to anything, with those of the next ones, among them those
// that it said it wants (asked). What it asks on its keyboard before is answered.
// If none is right, the first run is the one that is judged.
func doRun(r *runner, _ bool, args []string) (lang.Text, error) {
	name, file := args[0], args[1]
	var did []lang.Text
	var first *program
	next := alternatives(args[3:])
	message := strings.TrimRight(args[2], "\r\n")
	for len(next) > 0 {
		words := next[0]
		next = next[1:]
		if slices.Equal(words, []string{"asked"}) {
			if first != nil {
				next = append(clientArguments(r.wanted(first), message), next...)
			}
			continue
		}
		shown := shell(append([]string{"python3", file}, words...))
		did = append(did, lang.T(shown, shown))
		before, err := r.opened()
		if err != nil {
			return lang.Text{}, err
		}
		cmd, err := r.deliverable(file, words)
		if err != nil {
			return lang.Text{}, err
		}
		p, err := r.launch(name, file, cmd, words)
		if err != nil {
			return lang.Text{}, err
		}
		p.reply = args[2]
		if err := r.untilConnected(p, args[2]); err != nil {
			return lang.Text{}, err
		}
		after, err := r.opened()
		if err != nil {
			return lang.Text{}, err
		}
		met := after > before || !r.gone(p)
		r.read(func() { met = met || r.reached() })
		if first == nil {
			first = p
		}
		switch {
		case met:
			return lang.Colon(lang.T("lancer", "run"), lang.Semicolon(did...)), nil
		case p == first && !r.overArguments(p) && len(r.wanted(p)) == 0:
			return lang.Colon(lang.T("lancer", "run"), did[0]), nil
		}
	}
	r.programs[name] = first
	return lang.Colon(lang.T("lancer", "run"), did[0]), nil
}

// clientArguments are those that a client asked for, as a server would be given
// them, and the same with the message, which it may have had already.
func clientArguments(wanted [][]string, message string) [][]string {
	var out [][]string
	for _, words := range wanted {
		for i, w := range words {
			switch w {
			case firstPort:
				words[i] = strconv.Itoa(sheetPort)
			case ".":
				words[i] = message
			}
		}
		out = append(out, words)
		if !slices.Contains(words, message) {
			out = append(out, append(slices.Clone(words), message))
		}
	}
	return out
}

// untilConnected waits until the program has connected to the grader or ended,
// and types text when it waits for its keyboard instead.
func (r *runner) untilConnected(p *program, text string) error {
	for n := range mostQuestions {
		asks := false
		end, err := r.until(p, func() bool {
			asks = r.box.Asks(p.p)
			return asks || p.p.Exited || r.reached()
		})
		if err != nil || end != sandbox.Event || !asks {
			return err
		}
		// It may have connected to another program of the box, and ask then.
		if made, err := r.opened(); err != nil || made > 0 {
			return err
		}
		if err := r.respond(p, n, text); err != nil {
			return err
		}
	}
	return nil
}

// alternatives parts words at each "or".
func alternatives(words []string) [][]string {
	out := [][]string{nil}
	for _, w := range words {
		if w == "or" {
			out = append(out, nil)
			continue
		}
		out[len(out)-1] = append(out[len(out)-1], w)
	}
	return out
}

// opened is how many connections were made to the listeners of the box, or 0
// where that is not known.
func (r *runner) opened() (int64, error) {
	b, err := r.inBox()
	if err != nil {
		return 0, err
	}
	n, err := b.Accepted(r.ctx)
	if errors.Is(err, sandbox.ErrUnknown) {
		return 0, nil
	}
	return n, err
}

// reached tells whether a program has connected to a server of the grader in
// this box. The lock is held.
func (r *runner) reached() bool {
	for _, s := range r.servers {
		if s.box == r.box && slices.ContainsFunc(s.socks, func(sock *sandbox.Server) bool { return len(sock.Waiting) > 0 }) {
			return true
		}
	}
	return false
}

// arguments are the last words of programs that did not like their arguments.
var arguments = regexp.MustCompile(`gaierror|IndexError|ValueError|unreachable|OSError|TimeoutError`)

// overArguments tells whether a program that has ended may have done so
// because of its arguments: it reads them, and did not die of something else.
func (r *runner) overArguments(p *program) bool {
	if !r.takesArguments() {
		return false
	}
	words := ""
	r.read(func() { words = lastWords(p.output()) })
	return words == "" || arguments.MatchString(words)
}

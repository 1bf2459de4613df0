package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

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
	for _, extra := range append(r.wanted(p), serverArguments...) {
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
// One that listens on several ports is started again when it is known which of
// them is the one to talk to.
func (r *runner) tryService(name, file string, args []string) (*program, error) {
	p, err := r.startService(name, file, args)
	if err != nil || r.port != 0 {
		return p, err
	}
	ports := r.ports()
	if len(ports) < 2 {
		return p, nil
	}
	if err := r.choosePort(ports, func() (*program, error) {
		if err := r.leaveBox(); err != nil {
			return nil, err
		}
		return r.startService(name, file, args)
	}); err != nil {
		return p, err
	}
	if err := r.leaveBox(); err != nil {
		return p, err
	}
	return r.startService(name, file, args)
}

// ports returns the ports that are listened on, in order.
func (r *runner) ports() []uint16 {
	var out []uint16
	r.read(func() {
		for _, l := range r.box.Listeners() {
			out = append(out, l.Addr.Port())
		}
	})
	slices.Sort(out)
	return slices.Compact(out)
}

// choosePort finds out which of several ports is that of the HTTP server, by a
// request to each, in a box of its own: what such a request does to a console
// or to a switch that ends the program must not show later. The first port that
// has the home page counts, else the first that speaks HTTP.
func (r *runner) choosePort(ports []uint16, start func() (*program, error)) error {
	best, rank := ports[0], 0
	for _, port := range ports {
		p, err := start()
		if errors.As(err, &mismatch{}) {
			continue
		} else if err != nil {
			return err
		}
		r.port = port
		spoke, err := r.speaksHTTP(p)
		if err != nil {
			return err
		}
		if spoke > rank {
			best, rank = port, spoke
		}
	}
	r.port = best
	r.happened(Event{Kind: KindRemark, Note: lang.F("le programme écoute sur plusieurs ports ; c'est au port %d qu'il répond en HTTP", "the program listens on several ports; it is on port %d that it speaks HTTP", best)})
	return nil
}

// speaksHTTP asks for the home page: 2 if it comes, 1 for any other HTTP answer.
func (r *runner) speaksHTTP(p *program) (int, error) {
	a, err := r.request("port", p, "/"+homePage)
	switch {
	case errors.As(err, &mismatch{}):
		return 0, nil
	case err != nil:
		return 0, err
	case a.code == 200:
		return 2, nil
	case a.code != 0:
		return 1, nil
	}
	return 0, nil
}

// startService starts a server with these arguments and waits until it listens.
func (r *runner) startService(name, file string, args []string) (*program, error) {
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

// awaitService waits until a server listens, answering its questions.
func (r *runner) awaitService(p *program) error {
	// What is told to a program whose questions say nothing.
	blind := []string{firstPort, ".", "", "", "", ""}
	// What it had shown at its last question: input() prints on either output.
	shown, erred := 0, 0
	for n := range len(blind) + 1 {
		// A server may open a second port after the first, or end at once.
		var since *sandbox.Look
		end, err := r.until(p, func() bool {
			if len(r.box.Listeners()) == 0 {
				since = nil
				return false
			}
			if since == nil {
				since = r.box.Latest()
			}
			return since == nil || r.box.Settled(p.p, since)
		})
		if err != nil {
			return err
		}
		if end == sandbox.Event {
			r.noteListeners(p)
			return r.stays(p)
		}
		asks, err := r.atKeyboard(p)
		if err != nil {
			return err
		}
		if !asks || n == len(blind) {
			how, err := r.unmet(p, end)
			if err != nil {
				return err
			}
			return wrong(lang.Join("", lang.T("aucun port TCP en écoute : ", "it does not listen on any TCP port: "), how))
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

// ending is how long, in its own time, Python may take to end.
const ending = 300 * time.Millisecond

// stays checks that a server which listens is not about to end: threads that
// are daemons end with the main one. Another process may go on in its place.
func (r *runner) stays(p *program) error {
	look, err := r.box.Look(r.ctx)
	if err != nil {
		return err
	}
	if calls := mainCalls(look, p.p.PID); len(calls) > 0 && (calls[0] == sandbox.CallRunning || calls[0] == sandbox.CallLock) {
		if _, err := r.untilFor(p, ending, func() bool { return p.p.Exited }); err != nil {
			return err
		}
	}
	if !r.gone(p) {
		return nil
	}
	if _, err := r.box.Look(r.ctx); err != nil {
		return err
	}
	if len(r.ports()) > 0 {
		return nil
	}
	how, err := r.instead(p, sandbox.Event)
	if err != nil {
		return err
	}
	return wrong(lang.Colon(lang.T("il a écouté sur un port TCP, mais il n'attend pas de client", "it listened on a TCP port, but does not wait for a client"), how))
}

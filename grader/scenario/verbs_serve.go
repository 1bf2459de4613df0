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

// serverArguments are what a server that wants arguments most likely wants. One
// that takes a name for its root goes on with any: a host comes after the folder,
// which is no host.
var serverArguments = [][]string{
	{firstPort},
	{firstPort, "."},
	{".", firstPort},
	{"localhost", firstPort},
	{firstPort, "localhost"},
	{"."},
	{"localhost", firstPort, "."},
	{firstPort, "localhost", "."},
	{".", "localhost", firstPort},
}

// doServe starts a server whose port and arguments are its author's choice, and
// waits until it listens. One that ends may do so because of a folder that was
// laid.
func doServe(r *runner, _ bool, args []string) (lang.Text, error) {
	name, file := args[0], args[1]
	did := lang.F("lancer %s et attendre qu'il écoute sur un port TCP", "run %s and wait until it listens on a TCP port", file)
	r.served = len(r.trace.Timeline)
	first, failure := r.launchService(name, file)
	if !errors.As(failure, &mismatch{}) || r.relaid || !r.gone(first) {
		return did, failure
	}
	events, stood := len(r.trace.Timeline), len(r.stood)
	start := func() (*program, error) { return r.launchService(name, file) }
	found, err := r.relay(first, false, start)
	if err != nil {
		return did, err
	}
	if err := r.leaveBox(); err != nil {
		return did, err
	}
	if !found {
		r.forget(events, stood)
		return did, failure
	}
	r.forget(r.served, stood)
	_, err = start()
	return did, err
}

// launchService starts a server with no argument first, then with those that it
// says it wants, then with those that it may want. Questions at its keyboard
// are answered likewise. The program is the one of the first try, if none is right.
func (r *runner) launchService(name, file string) (*program, error) {
	p, first := r.tryService(name, file, nil)
	if errors.As(first, &mismatch{}) && r.gone(p) && p.blindly > 1 && !r.rootFirst {
		r.rootFirst = true
		if p, err := r.tryService(name, file, nil); !errors.As(err, &mismatch{}) {
			return p, err
		}
		r.rootFirst = false
	}
	if first == nil || !errors.As(first, &mismatch{}) || !r.gone(p) || !r.takesArguments() {
		return p, first
	}
	for _, extra := range append(r.wanted(p), serverArguments...) {
		p, err := r.tryService(name, file, extra)
		if err == nil || !errors.As(err, &mismatch{}) {
			return p, err
		}
		if !r.gone(p) {
			break
		}
	}
	return p, first
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
// has the home page counts, else the first that has some page, else the first
// that speaks HTTP.
func (r *runner) choosePort(ports []uint16, start func() (*program, error)) error {
	best, rank := ports[0], noHTTP
	for _, port := range ports {
		p, err := start()
		if errors.As(err, &mismatch{}) {
			continue
		} else if err != nil {
			return err
		}
		r.port = port
		spoke, err := r.homePage(p)
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

// What may come of a request for the home page.
const (
	noHTTP    = iota // no HTTP answer
	otherHTTP        // one that is no page
	somePage
	rightPage
)

// homePage asks for the home page and tells what comes of it.
func (r *runner) homePage(p *program) (int, error) {
	a, err := r.follow("port", p, "/"+homePage)
	switch {
	case errors.As(err, &mismatch{}):
		return noHTTP, nil
	case err != nil:
		return noHTTP, err
	case a.code == 200 && r.site[homePage] != "" && a.holds([]byte(r.site[homePage])):
		return rightPage, nil
	case a.code == 200:
		return somePage, nil
	case a.code != 0:
		return otherHTTP, nil
	}
	return noHTTP, nil
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
	if r.rootFirst {
		blind[0], blind[1] = blind[1], blind[0]
	}
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
		told := reply(question, unknown)
		if told == unknown {
			told = blind[n]
			p.blindly++
		}
		if err := r.keyboard(p, told+"\n"); err != nil {
			return err
		}
	}
	return fmt.Errorf("serve %s: unreachable: the last question ends the wait", p.name)
}

// unknown is the reply to a question that says nothing.
const unknown = "\x00"

// ending is how long, in its own time, Python may take to end.
const ending = 300 * time.Millisecond

// stays checks that a server which listens is not about to end: threads that
// are daemons end with the main one. Another process may go on in its place.
func (r *runner) stays(p *program) error {
	look, err := r.box.Seen(r.ctx)
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

package scenario

import (
	"errors"
	"fmt"
	"net/netip"
	"path"
	"slices"
	"syscall"
	"time"

	"netlab/grader/lang"
	"netlab/grader/sandbox"
)

// program is one program of a scenario.
type program struct {
	name  string
	file  string // "server.py"
	args  []string
	p     *sandbox.Process
	muted bool // what it prints and closes from now on is the grader's doing
	// marks are where `printed` begins to look.
	markOut, markErr int
	// holds says that it once did not close a connection in time.
	holds bool
	// heard says that it was seen listening, deaf that it does not even react
	// to the end of a connection.
	heard, deaf bool
	// met says that somebody connected to it.
	met     bool
	listens []netip.AddrPort // where it was seen to listen
	// served is where its error output was when its latest client came.
	served int
	// answered says that it sent something and that the grader sent it back.
	answered bool
	// lived says whether it took another client (lives).
	lived bool
	// death says what it did instead, died over which exception.
	death lang.Text
	died  Exception
	// typed is what the grader has typed on its keyboard.
	typed string
	// reply is what it is told when it asks for its message, echo how its message
	// comes back (the arguments of reflect), replays are further runs of it.
	reply   string
	echo    []string
	replays []*program
	// asked is how much it had shown when its keyboard was last typed on.
	asked [2]int
	// stayed says that it had not ended when its box was left.
	stayed bool
	// blindly is how many of its questions, which said nothing, were answered.
	blindly int
}

// conn is one connection of a scenario.
type conn struct {
	name   string
	c      *sandbox.Conn
	with   *program
	box    *sandbox.Box
	server *server // that it came through, or nil
	read   int     // how much of it was received by earlier steps
	halved bool    // the grader has ended its sending side
	closed bool    // by the grader
	// elsewhere says that it comes from another address than most.
	elsewhere bool
	waited    bool // the grader has already seen that the program does not close it
}

// server is a listening socket of the grader in the box, on IPv4 and IPv6.
type server struct {
	name  string
	port  uint16
	box   *sandbox.Box
	socks []*sandbox.Server
}

// inBox returns the box, made at first use with the files laid so far.
func (r *runner) inBox() (*sandbox.Box, error) {
	if r.box == nil {
		files := slices.Concat(r.env.Files, r.siteFiles(), r.laid)
		b, err := r.env.Sandbox.NewBox(r.ctx, files)
		if errors.Is(err, errors.ErrUnsupported) {
			// Without isolation there is nothing to lay outside of the work folder.
			b, err = r.env.Sandbox.NewBox(r.ctx, withinReach(files))
		}
		if err != nil {
			return nil, err
		}
		if r.box = b; r.spins {
			b.Suspect()
		}
	}
	return r.box, nil
}

// leaveBox finds out where the programs that lost a step stand, and ends the
// box. What the programs printed stays readable.
func (r *runner) leaveBox() error {
	if r.box == nil {
		return nil
	}
	r.read(func() {
		for _, p := range r.programs {
			p.stayed = p.stayed || !p.muted && p.p != nil && !p.p.Exited
		}
	})
	err := r.askStands()
	for _, p := range r.programs {
		p.muted = true
	}
	r.spins = r.spins || r.box.Spins()
	if cerr := r.box.Close(); err == nil {
		err = cerr
	}
	r.trace.Used += r.box.Used()
	r.box = nil
	return err
}

// event puts an event on the timeline. Data that follows data of the same kind
// and place is added to it.
func (r *runner) event(e Event) {
	e.At = time.Since(r.began)
	const most = 8 << 10 // bytes kept of one event; reports show far less
	if n := len(r.trace.Timeline); n > 0 && len(e.Data) > 0 {
		last := &r.trace.Timeline[n-1]
		if last.Kind == e.Kind && last.Program == e.Program && last.Conn == e.Conn && len(last.Data) > 0 {
			room := max(0, most-len(last.Data))
			kept := min(room, len(e.Data))
			last.Data = append(last.Data, e.Data[:kept]...)
			last.Dropped += int64(len(e.Data) - kept)
			return
		}
	}
	if len(e.Data) > most {
		e.Dropped = int64(len(e.Data) - most)
		e.Data = e.Data[:most]
	}
	e.Data = append([]byte(nil), e.Data...)
	const events = 2000 // bound of a timeline: a program may flood
	if len(r.trace.Timeline) < events {
		r.trace.Timeline = append(r.trace.Timeline, e)
	}
}

// happened is event for the callers that do not hold the box's lock.
func (r *runner) happened(e Event) {
	if r.box == nil {
		r.event(e)
		return
	}
	r.box.Read(func() { r.event(e) })
}

// launch starts a program under a name.
func (r *runner) launch(name, file string, cmd sandbox.Command, args []string) (*program, error) {
	b, err := r.inBox()
	if err != nil {
		return nil, err
	}
	p := &program{name: name, file: file, args: args}
	shown := shell(append([]string{file}, args...))
	r.happened(Event{Kind: KindStart, Program: name, Note: lang.T(shown, shown)})
	print := func(k Kind) func([]byte) {
		return func(d []byte) {
			if !p.muted {
				r.event(Event{Kind: k, Program: name, Data: d})
			}
		}
	}
	p.p, err = b.Start(r.ctx, cmd, sandbox.Watch{
		Printed: print(KindStdout),
		Erred:   print(KindStderr),
		Exited: func(e sandbox.Exit) {
			if !p.muted {
				r.event(Event{Kind: KindExit, Program: name, Note: exitText(e)})
			}
		},
	})
	if err != nil {
		return nil, err
	}
	r.programs[name] = p
	return p, nil
}

// watch returns the observer of a connection.
func (r *runner) watch(c *conn) func([]byte, sandbox.End) {
	return func(d []byte, end sandbox.End) {
		e := Event{Conn: c.name}
		if c.with != nil {
			if c.with.muted {
				return
			}
			e.Program = c.with.name
		}
		switch {
		case len(d) > 0:
			e.Kind, e.Data = KindReceive, d
		case end == sandbox.EOF:
			e.Kind, e.Note = KindClosed, lang.T("fin de flux", "end of file")
		case end == sandbox.Reset:
			e.Kind, e.Note = KindClosed, lang.T("coupure (reset)", "reset")
		default:
			return
		}
		r.event(e)
	}
}

// sooner divides what a program is given once it has used up a whole Patience.
const sooner = 4

// until waits for cond about program of (any, if nil).
func (r *runner) until(of *program, cond func() bool) (sandbox.Ending, error) {
	return r.untilFor(of, sandbox.Patience, cond)
}

func (r *runner) untilFor(of *program, patience time.Duration, cond func() bool) (sandbox.Ending, error) {
	b, err := r.inBox()
	if err != nil {
		return "", err
	}
	var p *sandbox.Process
	if of != nil {
		p = of.p
		if r.limited[of.file] {
			patience = min(patience, sandbox.Patience/sooner)
		}
	}
	end, err := b.WaitFor(r.ctx, p, patience, cond)
	if err == nil {
		r.wait = end
		if of != nil && end == sandbox.Limit && patience >= sandbox.Patience {
			r.limited[of.file] = true
		}
	}
	return end, err
}

// read calls f with the state of the box held still.
func (r *runner) read(f func()) {
	if r.box == nil {
		f()
		return
	}
	r.box.Read(f)
}

// gone tells whether the program has ended or its box was left.
func (r *runner) gone(p *program) bool {
	gone := false
	r.read(func() { gone = p.p.Exited })
	return gone
}

// kill ends a program at once, as the grader's own act.
func (r *runner) kill(p *program) error {
	r.read(func() { p.muted = true })
	if err := p.p.Signal(r.ctx, syscall.SIGKILL); err != nil {
		return err
	}
	if _, err := r.until(p, func() bool { return p.p.Exited }); err != nil {
		return err
	}
	return nil
}

// deliverable is how a file of the submission is run.
func (r *runner) deliverable(file string, args []string) (sandbox.Command, error) {
	if r.env.Reference != nil {
		ref := r.env.Reference(file)
		if ref == nil {
			return sandbox.Command{}, fmt.Errorf("no reference program for %s", file)
		}
		return sandbox.Command{Self: true, Args: append(ref, args...)}, nil
	}
	return sandbox.Command{Args: append([]string{r.env.Sandbox.Interpreter().Path, path.Clean(file)}, args...)}, nil
}

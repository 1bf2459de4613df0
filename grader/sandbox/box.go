package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

// Box is one machine for one scenario: programs run in it, and the grader acts
// on them from outside. Its methods are safe for concurrent use, but waits are
// meant to be made one at a time.
type Box struct {
	be      backend
	in      Interpreter
	readers sync.WaitGroup

	mu        sync.Mutex
	changed   chan struct{} // closed at each change, then replaced
	soon      chan struct{} // gets word that a program is about to listen
	fresh     bool          // a program was started since the last wait, and will be told of
	streams   []*Stream
	listeners []*Server
	processes []*Process
	last      *Look         // the latest look
	holds     bool          // since it began, the grader did nothing and nothing came
	pushed    int           // how often something was sent in the background
	spins     bool          // a wait has used up Thinking
	waited    time.Duration // in time that the programs could use
	buf       []byte        // what a stream reads into
	kept      int           // bytes that the connections which programs made keep
	taken     int           // connections that the listeners took
	closed    bool
	used      time.Duration
}

// Process is one program in a box.
type Process struct {
	Screen *Stream // what it printed
	Errors *Stream // what it printed on its error output
	// Exited and Exit say how it ended; read them with the lock held.
	Exited bool
	Exit   Exit

	PID  int // process number in the box; also its session
	id   int
	box  *Box
	when func(Exit)
}

// Conn is one connection between the grader and a program.
type Conn struct {
	*Stream
	Local, Remote netip.AddrPort // the grader's side, the program's side
}

// Server is a listening socket of the grader in a box.
type Server struct {
	Addr    netip.AddrPort
	Waiting []*Conn // connections made and not taken by Accept yet; read with the lock held
	box     *Box
	file    *os.File
	raw     syscall.RawConn
	arrived func(*Conn)
	taking  sync.Mutex // held while connections are taken
}

// NewBox makes a box with files in its work folder. The caller closes it.
func (s *Sandbox) NewBox(ctx context.Context, files []File) (*Box, error) {
	be, err := s.maker(ctx, s.owner, files)
	if err != nil {
		return nil, err
	}
	return &Box{be: be, in: s.opts.Interpreter, changed: make(chan struct{}), soon: make(chan struct{}, 1)}, nil
}

// bump tells every wait that something changed. The lock is held.
func (b *Box) bump() {
	b.holds = false
	close(b.changed)
	b.changed = make(chan struct{})
}

// act is called before the grader does something that programs may notice.
func (b *Box) act() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.holds = false
}

// Read calls f with the box's lock held, so that f sees streams, exits and
// listeners as they are at one instant.
func (b *Box) Read(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f()
}

// Watch are the observers of a process; they are called in order, with the
// lock held, and must not call the box.
type Watch struct {
	Printed func(data []byte)
	Erred   func(data []byte)
	Exited  func(Exit)
}

// Start starts a program.
func (b *Box) Start(ctx context.Context, cmd Command, w Watch) (*Process, error) {
	b.act()
	sp, err := b.be.start(ctx, cmd, environment(b.in))
	if err != nil {
		return nil, err
	}
	p := &Process{PID: sp.pid, id: sp.id, box: b, when: w.Exited}
	data := func(f func([]byte)) func([]byte, End) {
		return func(d []byte, _ End) {
			if f != nil && len(d) > 0 {
				f(d)
			}
		}
	}
	if p.Screen, err = b.newStream(sp.screen, printing, data(w.Printed)); err != nil {
		return nil, err
	}
	if p.Errors, err = b.newStream(sp.errs, printing, data(w.Erred)); err != nil {
		return nil, err
	}
	b.mu.Lock()
	b.processes = append(b.processes, p)
	b.fresh = sp.tells
	b.mu.Unlock()
	b.readers.Go(func() {
		e := sp.wait(b.heed)
		// What it printed, and each connection that ended with it, comes first.
		b.drainAll()
		b.mu.Lock()
		defer b.mu.Unlock()
		p.Exited, p.Exit = true, e
		if p.when != nil {
			p.when(e)
		}
		b.bump()
	})
	return p, nil
}

// heed takes in that a program is about to listen.
func (b *Box) heed() {
	select {
	case b.soon <- struct{}{}:
	default: // a wait was told already
	}
}

// Type types data on the program's keyboard.
func (p *Process) Type(data []byte) error { return p.Screen.write(data) }

// Signal sends a signal to the program; a program that has ended ignores it.
func (p *Process) Signal(ctx context.Context, sig syscall.Signal) error {
	p.box.act()
	return p.box.be.signal(ctx, p.id, int(sig))
}

// Dial opens a connection from the local address src to dst. It returns an
// error that wraps syscall.ECONNREFUSED when nobody listens there,
// syscall.ETIMEDOUT when the listener's queue stays full, and
// syscall.ECONNRESET when the program takes the connection and resets it at
// once. seen observes what comes.
func (b *Box) Dial(ctx context.Context, src netip.Addr, dst netip.AddrPort, seen func([]byte, End)) (*Conn, error) {
	b.act()
	f, err := b.be.dial(ctx, src, dst)
	if err != nil {
		return nil, err
	}
	return b.conn(f, dst, dialed, seen)
}

func (b *Box) conn(f *os.File, remote netip.AddrPort, from source, seen func([]byte, End)) (*Conn, error) {
	c := &Conn{Remote: remote}
	var err error
	if c.Local, err = localAddress(f); err != nil {
		f.Close()
		return nil, err
	}
	c.Stream, err = b.newStream(f, from, seen)
	return c, err
}

// Send sends data on the connection. What the program does not take at once is
// sent in the background, in order.
func (c *Conn) Send(data []byte) error { return c.write(data) }

// CloseWrite ends the grader's sending side (half-close), once all is sent.
func (c *Conn) CloseWrite() error { return c.shutdown() }

// Close closes the connection, once all is sent. abort makes it a reset, now.
func (c *Conn) Close(abort bool) error {
	if !abort {
		return c.close()
	}
	c.box.act()
	if err := c.control(lingerZero); err != nil {
		return err
	}
	return c.file.Close()
}

// Listen opens a listening socket for programs to connect to.
func (b *Box) Listen(ctx context.Context, addr netip.AddrPort, arrived func(*Conn)) (*Server, error) {
	b.act()
	f, err := b.be.listen(ctx, addr)
	if err != nil {
		return nil, err
	}
	raw, err := f.SyscallConn()
	if err != nil {
		return nil, err
	}
	s := &Server{Addr: addr, box: b, file: f, raw: raw, arrived: arrived}
	b.mu.Lock()
	b.listeners = append(b.listeners, s)
	b.mu.Unlock()
	b.readers.Go(func() {
		for {
			if err := await(raw, readable, s.take); err != nil {
				return // closed
			}
		}
	})
	return s, nil
}

// take accepts every connection that waits, and reports whether there was any.
// The lock is not held. Nobody sees the listener's queue empty before what was
// in it is in Waiting. Those beyond MaxConnections are closed at once.
func (s *Server) take(fd int) bool {
	s.taking.Lock()
	defer s.taking.Unlock()
	got := acceptAll(fd)
	for _, a := range got {
		s.box.mu.Lock()
		s.box.taken++
		tooMany := s.box.taken > MaxConnections
		s.box.mu.Unlock()
		if tooMany {
			a.file.Close()
			continue
		}
		c, err := s.box.conn(a.file, a.remote, arrived, nil)
		if err != nil {
			continue // it is gone already
		}
		s.box.mu.Lock()
		s.Waiting = append(s.Waiting, c)
		if s.arrived != nil {
			s.arrived(c)
		}
		s.box.bump()
		s.box.mu.Unlock()
	}
	return len(got) > 0
}

// Observe sets the observer of a connection that a Server took, and replays
// what came before. The lock is held by the caller (Box.Read).
func (c *Conn) Observe(seen func([]byte, End)) {
	c.seen = seen
	if len(c.Data) > 0 {
		seen(c.Data, Live)
	}
	if c.Ended != Live {
		seen(nil, c.Ended)
	}
}

// Accepted tells how many connections were accepted in the box since it exists.
// The error wraps ErrUnknown when the box cannot tell.
func (b *Box) Accepted(ctx context.Context) (int64, error) {
	return b.be.accepted(ctx)
}

// Traffic tells how many bytes of data were sent in the box over TCP since it
// exists: a few more where connections were reset. The error wraps ErrUnknown
// when the box cannot tell.
func (b *Box) Traffic(ctx context.Context) (int64, error) {
	return b.be.traffic(ctx)
}

// Look looks at what every process and socket does now. What programs printed
// and sent before is there when it returns.
func (b *Box) Look(ctx context.Context) (*Look, error) {
	b.startLook()
	l, err := b.be.look(ctx)
	if err != nil {
		return nil, err
	}
	b.drainAll()
	b.mu.Lock()
	b.last = l
	b.mu.Unlock()
	return l, nil
}

// startLook is called before a look.
func (b *Box) startLook() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.holds = !b.pushing()
}

// Seen is Look, but for what the latest look has seen already: it is returned if
// since then the grader did nothing, and nothing came from the programs.
func (b *Box) Seen(ctx context.Context) (*Look, error) {
	b.mu.Lock()
	last, holds := b.last, b.holds
	b.mu.Unlock()
	if holds && last != nil {
		return last, nil
	}
	return b.Look(ctx)
}

// Close ends every program and returns when they are gone.
func (b *Box) Close() error {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return nil
	}
	b.closed = true
	streams, listeners := b.streams, b.listeners
	b.mu.Unlock()
	used, err := b.be.close()
	b.mu.Lock()
	b.used = used
	b.mu.Unlock()
	for _, l := range listeners {
		l.file.Close()
	}
	for _, s := range streams {
		s.file.Close()
	}
	b.readers.Wait()
	b.be.leave()
	if err != nil && !errors.Is(err, os.ErrClosed) {
		return fmt.Errorf("close the box: %w", err)
	}
	return nil
}

// Used returns the processor time of the programs that ran in the box, the
// reference programs aside, once it is closed. It counts the processes that
// Start started and those that they waited for; with isolation also those that
// were there still.
func (b *Box) Used() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used
}

// drainAll takes in all that has come to the grader's side.
func (b *Box) drainAll() {
	b.mu.Lock()
	listeners := b.listeners
	b.mu.Unlock()
	for _, l := range listeners {
		// An error means that it is closed.
		_ = l.raw.Control(func(fd uintptr) { l.take(int(fd)) })
	}
	b.mu.Lock()
	streams := b.streams // with those of the clients just taken
	b.mu.Unlock()
	for _, s := range streams {
		s.drain()
	}
}

package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"
	"time"
)

// End is how a stream ended.
type End string

// How a stream can end.
const (
	Live   End = ""       // it has not
	EOF    End = "eof"    // in order
	Reset  End = "reset"  // a connection: by a reset
	Closed End = "closed" // the grader closed it
)

// Stream is what a program wrote to one terminal or connection, in order. Its
// fields are read with the box's lock held: in a condition of Box.Wait, or
// through Box.Read.
type Stream struct {
	Data    []byte // what came, up to MaxOutput bytes
	Dropped int64  // bytes beyond that, read and thrown away
	Ended   End

	box  *Box
	file *os.File
	raw  syscall.RawConn
	seen func(data []byte, end End) // observer, called with the lock held
	from source
	// resting says that it is not read just now, as it floods: its program may wait for room.
	resting bool

	// What write could not send at once, and what to do when it is sent.
	sending bool
	unsent  []byte
	after   func(fd int) error // shutdown of the sending side, if asked for
	leaving bool               // close the file
}

// source is where a stream comes from.
type source int

const (
	printing source = iota // a program prints
	dialed                 // the grader connected to a program
	arrived                // a program connected to the grader: there may be any number of its like
)

// chunk is how much is read at once.
const chunk = 64 << 10

// newStream starts reading f, which must be non-blocking.
func (b *Box) newStream(f *os.File, from source, seen func([]byte, End)) (*Stream, error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return nil, err
	}
	s := &Stream{box: b, file: f, raw: raw, seen: seen, from: from}
	b.mu.Lock()
	b.streams = append(b.streams, s)
	b.mu.Unlock()
	b.readers.Go(func() {
		more, floods := true, false
		for more {
			if floods {
				b.mu.Lock()
				s.resting = true
				b.mu.Unlock()
				time.Sleep(sip)
			}
			err := raw.Read(func(fd uintptr) bool {
				b.mu.Lock()
				defer b.mu.Unlock()
				s.resting = false
				var empty bool
				if floods = s.Floods(); floods {
					more, empty = s.gulp(int(fd))
				} else {
					more, empty = s.read(int(fd))
				}
				return !empty
			})
			if err != nil {
				more = false
				b.mu.Lock()
				s.resting = false
				s.end(Closed)
				b.mu.Unlock()
			}
		}
	})
	return s, nil
}

// read takes in one chunk. more says that the stream goes on, empty that there
// was nothing to read now. The lock is held.
func (s *Stream) read(fd int) (more, empty bool) {
	if s.Ended != Live {
		return false, false
	}
	if s.box.buf == nil {
		s.box.buf = make([]byte, chunk)
	}
	n, err := readNow(fd, s.box.buf)
	switch {
	case errors.Is(err, syscall.EAGAIN):
		return true, true
	case errors.Is(err, syscall.EINTR):
		return true, false
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		s.end(Reset)
		return false, false
	case err != nil, n == 0:
		// A terminal whose other end is closed answers with an error (EIO).
		s.end(EOF)
		return false, false
	}
	data := s.box.buf[:n]
	room := max(0, MaxOutput-len(s.Data))
	if s.from == arrived {
		room = min(room, max(0, MaxKept-s.box.kept))
	}
	if n > room {
		data = data[:room]
		known := s.Dropped > 0
		s.Dropped += int64(n - room)
		if room == 0 && known {
			return true, false // nobody waits for more of what is thrown away
		}
	}
	s.Data = append(s.Data, data...)
	if s.from == arrived {
		s.box.kept += len(data)
	}
	if s.seen != nil && len(data) > 0 {
		s.seen(data, Live)
	}
	s.box.bump()
	return true, false
}

func (s *Stream) end(how End) {
	if s.Ended == Live {
		s.Ended = how
		if s.seen != nil {
			s.seen(nil, how)
		}
		s.box.bump()
	}
}

// tail is how much a drain takes in of what is thrown away: more than a
// terminal holds, so that what was printed before the end is all counted, and
// little enough that a flood holds up nobody.
const tail = 1 << 20

// sip is how long a stream that floods rests between two readings: less than
// fills the kernel's buffer, and one reading for hundreds of lines.
const sip = 5 * time.Millisecond

// drain reads all that is there now, without waiting. The lock is not held.
// For a terminal, reading until it is empty also makes the kernel deliver what
// is still on its way.
func (s *Stream) drain() {
	// An error means that the file is closed: then there is nothing to drain.
	_ = s.raw.Control(func(fd uintptr) {
		s.box.mu.Lock()
		defer s.box.mu.Unlock()
		s.gulp(int(fd))
	})
}

// loud is how much a program prints before it is taken to be caught in a loop:
// hundreds of times what an answer to the sheet prints.
const loud = 1 << 20

// Floods reports whether too much has come on a stream that is still open. The
// lock is held.
func (s *Stream) Floods() bool {
	return s.Ended == Live && (s.from == printing && len(s.Data) > loud || len(s.Data) == MaxOutput && s.Dropped > 0)
}

// resting reports whether a stream is. The lock is held.
func (b *Box) resting() bool {
	return slices.ContainsFunc(b.streams, func(s *Stream) bool { return s.resting })
}

// gulp reads until nothing is there, or enough of what is thrown away. Its
// results are those of the last read. The lock is held.
func (s *Stream) gulp(fd int) (more, empty bool) {
	for before := s.Dropped; ; {
		more, empty = s.read(fd)
		if !more || empty || s.Dropped-before > tail {
			return more, empty
		}
	}
}

// write sends data without waiting for ever: a program that does not read is
// found out by the wait that follows, so what does not fit is written in the
// background.
func (s *Stream) write(data []byte) error {
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	s.box.holds = false
	if s.sending {
		s.unsent = append(s.unsent, data...)
		return nil
	}
	if len(data) == 0 {
		return nil
	}
	var n int
	var err error
	if cerr := s.raw.Control(func(fd uintptr) { n, err = writeNow(int(fd), data) }); cerr != nil {
		return cerr
	}
	if err != nil && !errors.Is(err, syscall.EAGAIN) {
		return fmt.Errorf("write: %w", err)
	}
	if n = max(n, 0); n < len(data) {
		s.sending, s.unsent = true, bytes.Clone(data[n:])
		s.box.readers.Go(s.sendRest)
	}
	return nil
}

// sendRest sends what is unsent, then does what was asked for meanwhile.
func (s *Stream) sendRest() {
	// An error means that the file is closed.
	_ = await(s.raw, writable, s.push)
	s.box.mu.Lock()
	s.sending, s.unsent = false, nil
	if s.after != nil {
		// The program ended or closed: the wait that follows says so.
		_ = s.control(s.after)
	}
	leaving := s.leaving
	s.box.bump()
	s.box.mu.Unlock()
	if leaving {
		s.file.Close()
	}
}

// push sends what goes now of what is unsent, and reports whether nothing is
// left. The lock is not held.
func (s *Stream) push(fd int) bool {
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	for len(s.unsent) > 0 {
		n, err := writeNow(fd, s.unsent)
		if n > 0 {
			s.unsent = s.unsent[n:]
			s.box.pushed++
			s.box.holds = false
			continue
		}
		if errors.Is(err, syscall.EAGAIN) {
			return false
		}
		// The program ended or closed: the wait that follows says so.
		return true
	}
	return true
}

// pushing reports whether some of what is sent in the background could go now.
// The lock is held.
func (b *Box) pushing() bool {
	for _, s := range b.streams {
		if s.sending {
			ready := false
			// An error means that the file is closed.
			_ = s.control(func(fd int) error { ready = isReady(fd, writable); return nil })
			if ready || len(s.unsent) == 0 {
				return true
			}
		}
	}
	return false
}

// control calls f with the descriptor.
func (s *Stream) control(f func(fd int) error) error {
	var err error
	if cerr := s.raw.Control(func(fd uintptr) { err = f(int(fd)) }); cerr != nil {
		return cerr
	}
	return err
}

// shutdown ends the sending side once all is sent.
func (s *Stream) shutdown() error {
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	s.box.holds = false
	if s.sending {
		s.after = shutdownWrite
		return nil
	}
	err := s.control(shutdownWrite)
	if errors.Is(err, syscall.ENOTCONN) {
		return nil // the program had already closed
	}
	return err
}

// close closes the stream once all is sent; nothing that comes from now on is
// taken in. The lock is not held: to close a file is to wait for its reader, which
// takes the lock.
func (s *Stream) close() error {
	s.box.mu.Lock()
	sending := s.sending
	s.leaving = sending
	s.box.holds = false
	s.end(Closed)
	s.box.mu.Unlock()
	if sending {
		return nil
	}
	return s.file.Close()
}

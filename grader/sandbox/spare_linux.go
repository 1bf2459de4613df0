package sandbox

import "sync"

// spare is a box made ahead of need. It is like any other, but that no file was
// laid in it yet.
type spare struct {
	mu     sync.Mutex
	box    *keptBox
	making bool
	closed bool
	work   sync.WaitGroup
}

// take returns the box, or nil if there is none.
func (s *spare) take() *keptBox {
	s.mu.Lock()
	defer s.mu.Unlock()
	box := s.box
	s.box = nil
	return box
}

// prepare has a box made in the background, unless there is one.
func (s *spare) prepare(newBox func() (*keptBox, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.making || s.box != nil {
		return
	}
	s.making = true
	s.work.Go(func() {
		box, err := newBox()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.making = false
		if err == nil { // else who needs a box will be told why there is none
			s.box = box
		}
	})
}

// close ends the box that nobody took, and prepares no other.
func (s *spare) close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.work.Wait()
	if box := s.take(); box != nil {
		return box.shut() // no program ran in it
	}
	return nil
}

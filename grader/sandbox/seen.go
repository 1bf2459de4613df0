package sandbox

import (
	"slices"
	"time"
)

// What the latest look saw, for conditions of waits.

// Listeners returns the listening sockets that programs have, as the latest
// look saw them; the grader's own are left out. The lock is held by the caller.
func (b *Box) Listeners() []Listener {
	if b.last == nil {
		return nil
	}
	var out []Listener
	for _, l := range b.last.Listeners() {
		own := false
		for _, s := range b.listeners {
			own = own || s.Addr.Port() == l.Addr.Port()
		}
		if !own {
			out = append(out, l)
		}
	}
	return out
}

// Pending tells whether connections wait in the queue of a program's listener
// on port, as the latest look saw it. The lock is held by the caller.
func (b *Box) Pending(port uint16) bool {
	for _, l := range b.Listeners() {
		if l.Addr.Port() == port && l.Pending > 0 {
			return true
		}
	}
	return false
}

// Established tells whether the latest look was taken after c was made. A box
// that cannot look at connections answers yes. The lock is held by the caller.
func (b *Box) Established(c *Conn) bool {
	if b.last == nil {
		return false
	}
	if !b.last.Complete {
		return true
	}
	for _, s := range b.last.Sockets {
		if s.State != tcpListen && s.Local.Port() == c.Local.Port() && s.Remote.Port() == c.Remote.Port() {
			return true
		}
	}
	return false
}

// belongs tells whether a task is p's: of its session, or, once p has ended, of
// one that no program has, as what went on in the background is.
func (b *Box) belongs(t Task, p *Process) bool {
	if t.Session == p.PID || !p.Exited {
		return t.Session == p.PID
	}
	return !slices.ContainsFunc(b.processes, func(q *Process) bool { return q.PID == t.Session })
}

// Stays tells whether p has shown that it goes on by itself: as the latest look
// saw them, each of its threads waits without a time-out, or waits again after it
// ran since an earlier look. The lock is held by the caller.
func (b *Box) Stays(p *Process, since *Look) bool {
	if !b.last.Complete {
		return true
	}
	before := map[int]int64{}
	for _, t := range since.Tasks {
		for _, th := range t.Threads {
			before[th.ID] = th.Slices
		}
	}
	alive := false
	for _, t := range b.last.Tasks {
		if !b.belongs(t, p) || t.Zombie {
			continue
		}
		alive = true
		for _, th := range t.Threads {
			ran, known := before[th.ID]
			again := known && th.Slices > ran && th.Call != CallRunning
			if !again && (!th.Forever || t.Timers) {
				return false
			}
		}
	}
	return alive
}

// Taken tells whether the program has read all that was sent to it on c, or has
// closed it, as the latest look saw it. A box that cannot look at connections
// answers no. The lock is held by the caller.
func (b *Box) Taken(c *Conn) bool {
	if b.last == nil || !b.last.Complete {
		return false
	}
	for _, s := range b.last.Sockets {
		if s.State != tcpListen && s.Local.Port() == c.Remote.Port() && s.Remote.Port() == c.Local.Port() && s.RQueue > 0 {
			return false
		}
	}
	return true
}

// Asks tells whether the latest look saw p wait for its keyboard, be it among
// other things. The lock is held by the caller.
func (b *Box) Asks(p *Process) bool {
	if b.last == nil || p.Exited {
		return false
	}
	for _, t := range b.last.Tasks {
		if t.Session != p.PID {
			continue
		}
		for _, th := range t.Threads {
			if th.Call == CallKeyboard || th.Call == CallEither {
				return true
			}
		}
	}
	return false
}

// Latest returns the latest look, or nil. The lock is held by the caller.
func (b *Box) Latest() *Look { return b.last }

// settling is how much processor time a program may use between the moment it
// listens and the moment it waits for clients: who uses more polls for them.
const settling = 50 * time.Millisecond

// Settled tells whether p rests, as a later look than since saw it. The lock is
// held by the caller.
func (b *Box) Settled(p *Process, since *Look) bool {
	return (b.last != since || !b.last.Complete || p.Exited) && b.Rests(p, since)
}

// Rests tells whether p has done what it does at once: the latest look saw it
// wait for something, or compute since an earlier one for longer than a server
// takes to get ready. The lock is held by the caller.
func (b *Box) Rests(p *Process, since *Look) bool {
	if !b.last.Complete {
		return true
	}
	if processor(since, b.last) > int64(settling) {
		return true
	}
	for _, t := range b.last.Tasks {
		if !b.belongs(t, p) || t.Zombie {
			continue
		}
		for _, th := range t.Threads {
			if th.Call == CallRunning {
				return false
			}
		}
	}
	return true
}

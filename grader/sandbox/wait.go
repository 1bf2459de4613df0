package sandbox

import (
	"context"
	"time"
)

// Ending is what ended a wait.
type Ending string

// The endings of a wait.
const (
	Event   Ending = "event"   // what was waited for came
	Silence Ending = "silence" // proof that it cannot come: every thread waits for the grader
	Over    Ending = "ended"   // the program has ended
	Limit   Ending = "limit"   // neither, in the time that the program was given
)

// Patience is how long a wait may last, in time that the programs could use.
// Real students' servers were seen to take 5 s before they answer; twice that
// is beyond what anyone at a keyboard would wait for.
const Patience = 10 * time.Second

// Thinking is how much processor time the programs may use up in one wait. An
// answer to the sheet needs milliseconds of it: a program that computes for so
// long is caught in a loop, and need not keep the machine busy until Patience ends.
const Thinking = 4 * time.Second

// caughtOnce divides Thinking once a wait in the box has used all of it: what
// spins there was found out already, and each wait that follows meets it again.
// What is left is still forty times what an answer takes.
const caughtOnce = 4

// Spins tells whether a wait in the box has used up Thinking.
func (b *Box) Spins() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.spins
}

// Waited is for how long, in time that the programs could use, the box's waits
// have lasted so far.
func (b *Box) Waited() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.waited
}

// Suspect says that the same programs have used up Thinking in another box.
func (b *Box) Suspect() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spins = true
}

// absolute bounds a wait in wall time whatever the load: a machine that gives
// a program less than a thirtieth of its time is not fit to grade on.
const absolute = 30 * Patience

// Between two looks. While something runs they are seldom, so that waiting takes
// little processor time from it: what it prints and sends is seen without them,
// and that it listens soon enough. Where nothing seems to run, the next one may
// be proof.
const (
	shortest = time.Millisecond
	first    = 5 * time.Millisecond  // into a wait: most answers have come by then
	starting = 40 * time.Millisecond // into the first wait for a program: hardly any interpreter is ready before
	running  = 10 * time.Millisecond
	longest  = 40 * time.Millisecond
	// seldom times as long as the look took, at least: on a machine that is busy
	// looks take longer, and programs get on less in the same time.
	seldom = 10
)

// Wait waits until cond holds, which is called with the lock held after each
// change. It ends as well when of (any program, if nil) has ended, when it is
// proven that nothing can happen any more, or when Patience is used up. The
// error is the box's own failure or ctx's.
func (b *Box) Wait(ctx context.Context, of *Process, cond func() bool) (Ending, error) {
	return b.WaitFor(ctx, of, Patience, cond)
}

// WaitFor is Wait with another limit than Patience, for a wait whose outcome
// hardly depends on it; Thinking shrinks as it does.
func (b *Box) WaitFor(ctx context.Context, of *Process, patience time.Duration, cond func() bool) (Ending, error) {
	began := time.Now()
	timer := time.NewTimer(b.untilFirst())
	defer timer.Stop()
	listeners, eager := 0, 0
	var before *Look
	var at time.Time
	var used, computed time.Duration
	var pushed int
	thinking := time.Duration(Thinking.Seconds() * patience.Seconds() / Patience.Seconds() * float64(time.Second))
	b.mu.Lock()
	if b.spins {
		thinking /= caughtOnce
	}
	b.mu.Unlock()
	for {
		b.mu.Lock()
		if cond() {
			b.mu.Unlock()
			return Event, nil
		}
		changed := b.changed
		b.mu.Unlock()
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-changed:
			continue
		case <-b.soon:
			b.mu.Lock()
			listeners, eager = len(b.Listeners()), afterWord
			b.mu.Unlock()
		case <-timer.C:
		}
		asked := time.Now()
		b.startLook()
		now, err := b.be.look(ctx)
		if err != nil {
			return "", err
		}
		b.mu.Lock()
		// Who is known to have ended before the draining sent nothing after it.
		over, told := b.over(of, now), b.told(now)
		b.mu.Unlock()
		b.drainAll()
		b.mu.Lock()
		b.last = now
		if eager--; len(b.Listeners()) != listeners {
			eager = 0
		}
		ok, still := cond(), b.pushed == pushed && !b.pushing() && !b.resting()
		pushed = b.pushed
		b.mu.Unlock()
		switch {
		case ok:
			return Event, nil
		case over:
			return Over, nil
		case before != nil && told && still && silent(before, now):
			return Silence, nil
		}
		t := time.Now()
		pause := min(max(t.Sub(began)/2, running, seldom*t.Sub(asked)), longest)
		if before != nil {
			// A grader that was itself kept from running does not count that.
			could := time.Duration(usable(before, now, int64(min(t.Sub(at), 2*longest))))
			used += could
			b.mu.Lock()
			b.waited += could
			b.mu.Unlock()
			computed += time.Duration(processor(before, now))
		}
		if computed > thinking {
			b.mu.Lock()
			b.spins = b.spins || patience >= Patience
			b.mu.Unlock()
			return Limit, nil
		}
		if used > patience || t.Sub(began) > absolute {
			return Limit, nil
		}
		if quiet(now) || eager > 0 {
			pause = shortest
		}
		before, at = now, t
		timer.Reset(pause)
	}
}

// afterWord is how many looks follow quickly on the word that a program is about
// to listen: it comes a moment before that is so.
const afterWord = 4

// untilFirst is how long the first look of a wait waits.
func (b *Box) untilFirst() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fresh {
		b.fresh = false
		return starting
	}
	return first
}

// quiet reports whether nothing seems to run: the next look may prove it.
func quiet(l *Look) bool {
	if !l.Complete || l.inFlight() {
		return false
	}
	for i := range l.Tasks {
		if l.Tasks[i].Timers {
			return false
		}
		for j := range l.Tasks[i].Threads {
			if !l.Tasks[i].Threads[j].Forever {
				return false
			}
		}
	}
	return true
}

// told reports whether the grader knows of every program's end that the look
// shows: one that is gone, or a zombie, has an exit on its way to the grader.
// The lock is held.
func (b *Box) told(l *Look) bool {
	for _, p := range b.processes {
		if p.Exited {
			continue
		}
		alive := false
		for i := range l.Tasks {
			if l.Tasks[i].PID == p.PID && !l.Tasks[i].Zombie {
				alive = true
			}
		}
		if !alive {
			return false
		}
	}
	return true
}

// over reports whether the program of, or every program if it is nil, has
// ended, with all that it started. The lock is held.
func (b *Box) over(of *Process, l *Look) bool {
	others := map[int]bool{}
	for _, p := range b.processes {
		if of != nil && p != of {
			others[p.PID] = true
		} else if !p.Exited {
			return false
		}
	}
	if !l.Complete {
		return true
	}
	for _, t := range l.Tasks {
		if !t.Zombie && !others[t.Session] {
			return false
		}
	}
	return true
}

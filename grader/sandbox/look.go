package sandbox

import (
	"math"
	"net/netip"
)

// Call is what a thread is doing, as far as waiting goes.
type Call string

// The calls that a Look tells apart.
const (
	CallRunning  Call = "running"  // on a processor or waiting for one
	CallAccept   Call = "accept"   // waits for a client
	CallReceive  Call = "receive"  // waits for data on a socket
	CallKeyboard Call = "keyboard" // waits for a line on its terminal
	CallRead     Call = "read"     // waits for data on a pipe or the like
	CallWrite    Call = "write"    // waits for room to send or write
	CallConnect  Call = "connect"  // waits for a server to answer
	CallChild    Call = "child"    // waits for another process to end
	CallLock     Call = "lock"     // waits for another thread
	CallPoll     Call = "poll"     // waits for any of several things (select, poll, epoll)
	CallEither   Call = "either"   // waits for its keyboard or for other things, likewise
	CallSignal   Call = "signal"   // waits for a signal
	CallSleep    Call = "sleep"    // sleeps
	CallStopped  Call = "stopped"  // was stopped by a signal
	CallOther    Call = "other"    // anything else
)

// Thread is one thread of a program at one instant.
type Thread struct {
	ID int
	// Call is what it waits in; Forever says that no time-out and no timer ends the wait.
	Call    Call
	Forever bool
	Syscall int64  // kernel number, -1 when it runs
	FD      int    // descriptor it waits on, or -1
	Where   uint64 // program counter, which changes when it moves on
	Run     int64  // nanoseconds on a processor so far
	Wait    int64  // nanoseconds it was ready to run but had no processor
	Slices  int64  // how often it got a processor
}

// Task is one process of a box at one instant.
type Task struct {
	PID     int
	Parent  int
	Session int
	Name    string
	Zombie  bool
	Timers  bool // a clock may wake it, or end a wait that seems endless
	Threads []Thread
}

// Socket is one TCP socket of a box at one instant.
type Socket struct {
	State  uint8 // as in the kernel's tcp_states.h
	Local  netip.AddrPort
	Remote netip.AddrPort
	RQueue uint32 // unread bytes; for a listener, connections not accepted yet
	WQueue uint32 // bytes that the peer has not acknowledged
	V6Only bool
	Inode  uint64
}

// The states of Socket.State that matter here.
const (
	tcpSynSent    = 2
	tcpSynReceive = 3
	tcpFinWait1   = 4
	tcpLastAck    = 9
	tcpListen     = 10
	tcpClosing    = 11
	tcpNewSyn     = 12
)

// Look is what a box's processes and sockets did at one instant.
type Look struct {
	Tasks   []Task
	Sockets []Socket
	// Complete says that the look saw everything: a box without isolation cannot tell.
	Complete bool
}

// Listeners returns the listening sockets of the look.
func (l *Look) Listeners() []Listener {
	var out []Listener
	for _, s := range l.Sockets {
		if s.State == tcpListen {
			out = append(out, Listener{Addr: s.Local, V6Only: s.V6Only, Pending: int(s.RQueue), Inode: s.Inode})
		}
	}
	return out
}

// inFlight reports whether something is on its way between two sockets.
func (l *Look) inFlight() bool {
	for _, s := range l.Sockets {
		switch s.State {
		case tcpSynSent, tcpSynReceive, tcpNewSyn, tcpFinWait1, tcpLastAck, tcpClosing:
			return true
		case tcpListen:
			continue
		}
		if s.WQueue > 0 {
			return true
		}
	}
	return false
}

// silent reports whether two looks, a before b, prove that between them no
// thread of the box ran, and that none will run again until the grader acts:
// every thread waits in the same call for ever in both, none got a processor
// from one to the other, and nothing is on its way between sockets. When in
// doubt it is not proof.
//
// It holds because all of a was seen before any of b, and of each thread its
// slices were read last: one that has as many in b as in a did not run from its
// part of a to the end of its part of b. As it slept in b, without having run,
// it slept at the instant between a and b, as all of them did.
func silent(a, b *Look) bool {
	if !a.Complete || !b.Complete || b.inFlight() || len(a.Tasks) != len(b.Tasks) {
		return false
	}
	for i := range b.Tasks {
		if !asleep(&a.Tasks[i], &b.Tasks[i]) {
			return false
		}
	}
	return true
}

func asleep(a, b *Task) bool {
	if a.PID != b.PID || a.Zombie != b.Zombie {
		return false
	}
	if b.Zombie {
		return true
	}
	if a.Timers || b.Timers || len(a.Threads) != len(b.Threads) {
		return false
	}
	for i := range b.Threads {
		x, y := &a.Threads[i], &b.Threads[i]
		if x.ID != y.ID || x.Slices != y.Slices || x.Run != y.Run || x.Syscall != y.Syscall || x.Where != y.Where ||
			!x.Forever || !y.Forever {
			return false
		}
	}
	return true
}

// usable returns how much of the wall time between two looks, in nanoseconds,
// the box's threads could have used: the time during which none of them was
// ready to run without getting a processor, and at least the time for which
// they ran.
func usable(a, b *Look, wall int64) int64 {
	run, wait := spent(a, b)
	return max(wall-wait, min(run, wall), 0)
}

// processor returns for how long, in nanoseconds, the box's threads together
// had a processor between two looks.
func processor(a, b *Look) int64 {
	run, _ := spent(a, b)
	return run
}

// spent returns for how long the threads ran, together, and for how long the
// unluckiest of them was ready to run and did not, between two looks.
func spent(a, b *Look) (run, wait int64) {
	type key struct{ pid, tid int }
	before := map[key]*Thread{}
	for i := range a.Tasks {
		for j := range a.Tasks[i].Threads {
			before[key{a.Tasks[i].PID, a.Tasks[i].Threads[j].ID}] = &a.Tasks[i].Threads[j]
		}
	}
	for i := range b.Tasks {
		for j := range b.Tasks[i].Threads {
			t := &b.Tasks[i].Threads[j]
			dr, dw := t.Run, t.Wait
			if old := before[key{b.Tasks[i].PID, t.ID}]; old != nil {
				dr, dw = t.Run-old.Run, t.Wait-old.Wait
				if t.Call == CallRunning && old.Call == CallRunning && dr == 0 && t.Slices == old.Slices {
					dw = math.MaxInt64 // it waits still: the kernel adds that up when it runs again
				}
			}
			run += dr
			wait = max(wait, dw)
		}
	}
	return run, wait
}

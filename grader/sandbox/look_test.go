package sandbox

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// calm is a look at two sleeping threads and a listening socket.
func calm() *Look {
	return &Look{
		Complete: true,
		Tasks: []Task{
			{PID: 2, Threads: []Thread{{ID: 2, Call: CallAccept, Forever: true, Syscall: 288, Where: 7, Run: 100, Slices: 3}, {ID: 3, Call: CallLock, Forever: true, Syscall: 202, Where: 8, Run: 50, Slices: 2}}},
			{PID: 4, Zombie: true},
		},
		Sockets: []Socket{{State: tcpListen, RQueue: 0, WQueue: 128}, {State: 1, RQueue: 5}},
	}
}

func TestSilentNeedsProof(t *testing.T) {
	if !silent(calm(), calm()) {
		t.Fatal("two calm looks are no proof")
	}
	for name, change := range map[string]func(a, b *Look){
		"the first is not complete":    func(a, _ *Look) { a.Complete = false },
		"the second is not complete":   func(_, b *Look) { b.Complete = false },
		"a process more":               func(_, b *Look) { b.Tasks = append(b.Tasks, Task{PID: 5}) },
		"a process less":               func(_, b *Look) { b.Tasks = b.Tasks[:1] },
		"another process":              func(_, b *Look) { b.Tasks[1].PID = 5 },
		"a process that ended":         func(a, _ *Look) { a.Tasks[1].Zombie = false },
		"a thread more":                func(_, b *Look) { b.Tasks[0].Threads = append(b.Tasks[0].Threads, Thread{ID: 4, Forever: true}) },
		"another thread":               func(_, b *Look) { b.Tasks[0].Threads[1].ID = 9 },
		"a thread got a processor":     func(_, b *Look) { b.Tasks[0].Threads[1].Slices++ },
		"a thread ran":                 func(_, b *Look) { b.Tasks[0].Threads[1].Run++ },
		"another call":                 func(_, b *Look) { b.Tasks[0].Threads[0].Syscall++ },
		"another place":                func(_, b *Look) { b.Tasks[0].Threads[0].Where++ },
		"it could end by itself":       func(_, b *Look) { b.Tasks[0].Threads[0].Forever = false },
		"it could have ended":          func(a, _ *Look) { a.Tasks[0].Threads[0].Forever = false },
		"a clock was armed before":     func(a, _ *Look) { a.Tasks[0].Timers = true },
		"a clock is armed":             func(_, b *Look) { b.Tasks[0].Timers = true },
		"data on its way":              func(_, b *Look) { b.Sockets[1].WQueue = 1 },
		"an end on its way":            func(_, b *Look) { b.Sockets[1].State = tcpFinWait1 },
		"a client on its way":          func(_, b *Look) { b.Sockets[1].State = tcpSynSent },
		"a client almost there":        func(_, b *Look) { b.Sockets[1].State = tcpNewSyn },
		"the last of a connection":     func(_, b *Look) { b.Sockets[1].State = tcpLastAck },
		"both ends of one on the way":  func(_, b *Look) { b.Sockets[1].State = tcpClosing },
		"a connection being made here": func(_, b *Look) { b.Sockets[1].State = tcpSynReceive },
	} {
		a, b := calm(), calm()
		change(a, b)
		if silent(a, b) {
			t.Errorf("proof, although %s", name)
		}
	}
}

func TestUsable(t *testing.T) {
	look := func(run, wait int64) *Look {
		return &Look{Tasks: []Task{{PID: 2, Threads: []Thread{{ID: 2, Run: run, Wait: wait}}}}}
	}
	both := func(run, wait int64) *Look {
		l := look(run, wait)
		l.Tasks[0].Threads = append(l.Tasks[0].Threads, Thread{ID: 3, Run: run, Wait: wait})
		return l
	}
	ready := func(run, slices int64) *Look {
		l := look(run, 5)
		l.Tasks[0].Threads[0].Call, l.Tasks[0].Threads[0].Slices = CallRunning, slices
		return l
	}
	for _, tt := range []struct {
		name string
		a, b *Look
		want int64
	}{
		{"kept from running still", ready(5, 1), ready(5, 1), 0},
		{"ready, and ran", ready(5, 1), ready(6, 2), 100},
		{"asleep", look(5, 5), look(5, 5), 100},
		{"running", look(5, 5), look(105, 5), 100},
		{"kept from running", look(5, 5), look(5, 105), 0},
		{"half and half", look(5, 5), look(55, 55), 50},
		{"asleep for the rest", look(0, 0), look(10, 30), 70},
		{"two threads at once", both(0, 0), both(100, 0), 100},
		{"two threads in turn", both(0, 0), both(50, 50), 100},
		{"a new thread", look(7, 7), both(7, 7), 93},
		{"nobody left", look(5, 5), &Look{}, 100},
		{"waited longer than the wall says", look(0, 0), look(0, 500), 0},
	} {
		if got := usable(tt.a, tt.b, 100); got != tt.want {
			t.Errorf("%s: %d of 100, want %d", tt.name, got, tt.want)
		}
	}
}

func TestListenersOfALook(t *testing.T) {
	addr := netip.MustParseAddrPort("[::]:80")
	l := &Look{Sockets: []Socket{
		{State: 1, Local: netip.MustParseAddrPort("127.0.0.1:80")},
		{State: tcpListen, Local: addr, V6Only: true, RQueue: 3, WQueue: 5, Inode: 9},
	}}
	if diff := cmp.Diff([]Listener{{Addr: addr, V6Only: true, Pending: 3, Inode: 9}}, l.Listeners(),
		cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

package sandbox

import (
	"net/netip"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestMessages: what goes through the keeper's sockets comes out as it was.
func TestMessages(t *testing.T) {
	look := &Look{
		Complete: true,
		Tasks: []Task{
			{PID: 2, Parent: 1, Session: 2, Name: "python3 é", Timers: true, Threads: []Thread{
				{ID: 2, Call: CallAccept, Forever: true, Syscall: 43, FD: 3, Where: 1<<64 - 1, Run: 1 << 62, Wait: 7, Slices: 12},
				{ID: 3, Call: CallRunning, Syscall: -1, FD: -1},
			}},
			{PID: 4, Parent: 2, Session: 2, Name: "", Zombie: true},
		},
		Sockets: []Socket{
			{State: tcpListen, Local: netip.MustParseAddrPort("0.0.0.0:6666"), Remote: netip.MustParseAddrPort("0.0.0.0:0"), RQueue: 1<<32 - 1, Inode: 1<<32 - 1},
			{State: 1, Local: netip.MustParseAddrPort("[::ffff:127.0.0.1]:1"), Remote: netip.MustParseAddrPort("[::1]:65535"), WQueue: 3, V6Only: true},
			{},
		},
	}
	big := make([]byte, 3*together)
	for i := range big {
		big[i] = byte(i * i)
	}
	for _, tt := range []struct {
		name      string
		sent, got any
	}{
		{"a look", &boxReply{Look: look, ID: 3}, &boxReply{}},
		{"an empty look", &boxReply{Look: &Look{}}, &boxReply{}},
		{"no look", &boxReply{Err: "no", Errno: 2}, &boxReply{}},
		{"files", &boxRequest{Op: "lay", Owner: 1 << 40, Files: []File{{Path: "a/b", Data: big}, {Path: "", Data: nil, Executable: true}, {Path: "c", Data: []byte{0}}}}, &boxRequest{}},
		{"files in two folders", &boxRequest{Op: "lay", Files: []File{{Path: "a", Data: shared}, {Path: "x", Data: big}, {Path: "b", Data: shared, Executable: true}}}, &boxRequest{}},
		{"a program", &boxRequest{Op: "start", Args: []string{"a", "", "c"}, Env: []string{"A=b"}, Self: true, ID: -1, Sig: 9}, &boxRequest{}},
		{"layers", &boxReply{Layers: []Layer{{Name: "a", On: true, Needed: true}, {Name: "b", Why: "c", Fix: "d"}}, Used: 5, Accepted: 6, Bytes: 7, PID: 8}, &boxReply{}},
		{"an address", &boxRequest{Src: netip.MustParseAddr("127.0.0.2"), Op: "dial", Addr: netip.MustParseAddrPort("[::1]:80")}, &boxRequest{}},
		{"an order", &order{Events: true}, &order{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, b, err := pair()
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			defer b.Close()
			sent := make(chan error, 1)
			go func() { sent <- send(a, tt.sent, os.Stderr) }()
			files, err := receive(b, tt.got)
			if err := <-sent; err != nil {
				t.Fatal(err)
			}
			if err != nil || len(files) != 1 {
				t.Fatalf("%d descriptors, error %v", len(files), err)
			}
			files[0].Close()
			opts := cmp.Options{cmp.AllowUnexported(boxRequest{}), cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b }), cmp.Comparer(func(a, b netip.Addr) bool { return a == b }), cmpopts.EquateEmpty()}
			if diff := cmp.Diff(tt.sent, tt.got, opts); diff != "" {
				t.Errorf("(-sent +received):\n%s", diff)
			}
		})
	}
}

// TestCutMessages: a part of a message is an error, whatever it is cut to.
func TestCutMessages(t *testing.T) {
	for name, m := range map[string]struct{ whole, read coded }{
		"a look": {&boxReply{Look: &Look{
			Tasks:   []Task{{PID: 2, Name: "python3", Threads: []Thread{{ID: 2, Call: CallAccept}}}},
			Sockets: []Socket{{Local: netip.MustParseAddrPort("0.0.0.0:6666")}},
		}}, new(boxReply)},
		"layers": {&boxReply{Layers: []Layer{{Name: "a", Why: "b"}, {Name: "c", On: true}}}, new(boxReply)},
		"files":  {&boxRequest{Files: []File{{Path: "a", Data: shared}, {Path: "b", Data: shared}}, Env: []string{"A=b"}}, new(boxRequest)},
	} {
		whole := m.whole.appendTo(nil)
		if err := m.read.readFrom(whole); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for n := range whole {
			if err := m.read.readFrom(whole[:n]); err == nil {
				t.Errorf("%s: %d of %d bytes are a message", name, n, len(whole))
			}
		}
		if err := m.read.readFrom(append(whole, 0)); err == nil {
			t.Errorf("%s: a byte too much is a message", name)
		}
	}
}

var shared = []byte("the same in two folders")

// TestFilesGoOnce: the data that several files share goes once.
func TestFilesGoOnce(t *testing.T) {
	data := make([]byte, 1<<10)
	if n := len((&boxRequest{Files: []File{{Path: "a", Data: data}, {Path: "b", Data: data}, {Path: "c", Data: data}}}).appendTo(nil)); n > len(data)*3/2 {
		t.Errorf("%d bytes for %d", n, len(data))
	}
	// A file cannot be like one that does not come before it.
	for _, back := range []int64{2, -1} {
		b := appendInts(appendText(nil, "lay"), 0, 2)
		b = appendText(appendInts(appendBool(appendText(b, "a"), false), 0), "x")
		b = appendInts(appendBool(appendText(b, "b"), false), back)
		if err := new(boxRequest).readFrom(b); err == nil {
			t.Errorf("%d files back is one", back)
		}
	}
}

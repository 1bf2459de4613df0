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
		{"files", &boxRequest{Op: "lay", Files: []File{{Path: "a/b", Data: big}, {Path: "", Data: nil, Executable: true}, {Path: "c", Data: []byte{0}}}}, &boxRequest{}},
		{"an address", &boxRequest{Op: "dial", Addr: netip.MustParseAddrPort("[::1]:80")}, &boxRequest{}},
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
	whole := (&boxReply{Look: &Look{
		Tasks:   []Task{{PID: 2, Name: "python3", Threads: []Thread{{ID: 2, Call: CallAccept}}}},
		Sockets: []Socket{{Local: netip.MustParseAddrPort("0.0.0.0:6666")}},
	}}).appendBulk(nil)
	for n := 1; n < len(whole); n++ {
		if err := new(boxReply).readBulk(whole[:n]); err == nil {
			t.Errorf("%d of %d bytes are a look", n, len(whole))
		}
	}
	if err := new(boxReply).readBulk(append(whole, 0)); err == nil {
		t.Error("a byte too much is a look")
	}
	files := (&boxRequest{Files: []File{{Path: "a", Data: []byte("b")}}}).appendBulk(nil)
	for n := 1; n < len(files); n++ {
		if err := new(boxRequest).readBulk(files[:n]); err == nil {
			t.Errorf("%d of %d bytes are files", n, len(files))
		}
	}
}

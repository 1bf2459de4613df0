package sandbox

import (
	"net/netip"
	"testing"
)

// TestStormOfConnections: a program that connects again and again and talks on
// every connection costs the grader a bounded number of descriptors and bytes.
func TestStormOfConnections(t *testing.T) {
	everywhere(t, func(t *testing.T, b *bench) {
		s, err := b.box.Listen(t.Context(), netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), b.port), nil)
		if err != nil {
			t.Fatal(err)
		}
		p := b.start(`
kept = []
for i in range(int(sys.argv[2])):
    try:
        c = socket.create_connection(('127.0.0.1', PORT), 5)
        c.setblocking(False)
        kept.append(c)
        for j in range(16): c.send(bytes(64 << 10))
    except OSError: pass
print('all', end='', flush=True)
input()
`, "400")
		b.printed(p, "all")
		b.wait(p, "the end of the queue", func() bool { return b.box.taken >= 400 })
		b.box.Read(func() {
			if n := len(s.Waiting); n != MaxConnections {
				t.Errorf("%d connections were kept, want %d", n, MaxConnections)
			}
			kept := 0
			for _, c := range s.Waiting {
				kept += len(c.Data)
			}
			if kept > MaxKept || kept < MaxKept/2 {
				t.Errorf("%d bytes were kept, want at most %d", kept, MaxKept)
			}
		})
	})
}

package sandbox

import (
	"net/netip"
	"strings"
	"testing"
)

// TestStormOfConnections: a program that connects again and again and talks on
// every connection costs the grader a bounded number of descriptors and bytes. All
// that it sends, 75 MiB, fits into its box's memory should nobody read it yet.
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
        for j in range(3): c.send(bytes(64 << 10))
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

// TestFloods: who prints or sends without end is told from who computes, is never
// taken to be silent, and still answers.
func TestFloods(t *testing.T) {
	for name, code := range map[string]string{
		"prints": `
s = listen()
s.setblocking(False)
while True:
    print('nobody is there, nobody is there, nobody is there')
    try: c, a = s.accept()
    except BlockingIOError: continue
    print('somebody is there')
    c.sendall(b'answer')
`,
		"sends": `
s = listen()
while True:
    c, a = s.accept()
    if not os.fork():
        c.sendall(b'answer')
        while True: c.sendall(bytes(65536))
`,
	} {
		t.Run(name, func(t *testing.T) {
			b := isolated(t)
			p := b.start(code)
			b.listening(p)
			first := b.dial()
			if e := b.end(nil); e != Limit {
				t.Fatalf("%q, want the limit\n%s", e, b.state(p))
			}
			b.box.Read(func() {
				if !p.Screen.Floods() && !first.Floods() {
					t.Errorf("no flood: %d bytes printed, %d sent", len(p.Screen.Data), len(first.Data))
				}
			})
			c := b.dial()
			b.wait(p, "the answer", func() bool { return strings.HasPrefix(string(c.Data), "answer") })
		})
	}
}

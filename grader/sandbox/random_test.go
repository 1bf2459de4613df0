package sandbox

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// randomProgram is a random program. In each round it gets a line from the keyboard
// or from its client, then computes, sleeps, and writes tokens here and there,
// by itself, in threads and in other processes, and at last waits for the next.
type randomProgram struct {
	r      *rand.Rand
	code   strings.Builder
	depth  int
	tokens int
	alarms bool // it uses alarm clocks: no silence is proven after one

	rounds []randomRound
	last   Ending // how it is after its last round
}

// randomRound is what one round begins with and what it must lead to.
type randomRound struct {
	keyboard bool
	want     []string // the tokens, sorted
}

func (g *randomProgram) line(depth int, format string, args ...any) {
	g.code.WriteString(strings.Repeat("    ", depth))
	fmt.Fprintf(&g.code, format+"\n", args...)
}

// token makes a new token and expects it in the round.
func (g *randomProgram) token(round *randomRound) string {
	g.tokens++
	t := fmt.Sprintf("<%d>", g.tokens)
	round.want = append(round.want, t)
	return t
}

// steps writes some steps of a round.
func (g *randomProgram) steps(depth, level int, round *randomRound) {
	for range 1 + g.r.IntN(3) {
		kind := g.r.IntN(9)
		if level >= 2 {
			kind = g.r.IntN(5)
		}
		ms := float64(g.r.IntN(50)) / 1000
		switch kind {
		case 0:
			g.line(depth, "time.sleep(%g)", ms)
		case 1:
			g.line(depth, "for i in range(%d): pass", g.r.IntN(200_000))
		case 2:
			g.line(depth, "os.write(%d, b'%s')", 1+g.r.IntN(2), g.token(round))
		case 3:
			g.line(depth, "c.sendall(b'%s')", g.token(round))
		case 4:
			g.line(depth, "select.select([%s], [], [], %g)", []string{"", "quiet"}[g.r.IntN(2)], ms)
		case 5, 6:
			g.depth++
			name := fmt.Sprintf("f%d", g.depth)
			g.line(depth, "def %s():", name)
			g.steps(depth+1, level+1, round)
			g.line(depth, "t = threading.Thread(target=%s); t.start()", name)
			if g.r.IntN(2) == 0 {
				g.line(depth, "t.join()")
			}
		case 7:
			g.line(depth, "child = os.fork()")
			g.line(depth, "if child == 0:")
			g.steps(depth+1, level+2, round)
			g.line(depth+1, "os._exit(0)")
			if g.r.IntN(2) == 0 {
				g.line(depth, "os.waitpid(child, 0)")
			}
		case 8:
			if !g.alarms || level > 0 {
				g.line(depth, "pass")
				break
			}
			// An alarm that nobody handles, or one that writes.
			g.line(depth, "signal.signal(signal.SIGALRM, lambda *a: os.write(1, b'%s'))", g.token(round))
			g.line(depth, "signal.setitimer(signal.ITIMER_REAL, %g)", ms+0.001)
			g.line(depth, "signal.sigtimedwait([], %g)", ms+0.05)
		}
	}
}

// newRandomProgram makes the program of a seed.
func newRandomProgram(seed uint64) *randomProgram {
	g := &randomProgram{r: rand.New(rand.NewPCG(seed, 0))}
	g.alarms = g.r.IntN(4) == 0
	g.line(0, "quiet, _unused = socket.socketpair()")
	g.line(0, "s = listen()")
	g.line(0, "c, _ = s.accept()")
	for range 4 {
		round := randomRound{keyboard: g.r.IntN(2) == 0}
		if round.keyboard {
			g.line(0, []string{"sys.stdin.readline()", "os.read(0, 100)", "select.select([0], [], []); os.read(0, 100)"}[g.r.IntN(3)])
		} else {
			g.line(0, []string{"c.recv(1)", "os.read(c.fileno(), 1)", "select.select([c], [], []); c.recv(1)"}[g.r.IntN(3)])
		}
		if g.r.IntN(5) > 0 {
			g.steps(0, 0, &round)
		}
		g.rounds = append(g.rounds, round)
	}
	g.last = Silence
	switch g.r.IntN(6) {
	case 0:
		g.last = Over
	case 1:
		g.line(0, "s.accept()")
	case 2:
		g.line(0, "l = threading.Lock(); l.acquire(); l.acquire()")
	case 3:
		g.line(0, "signal.pause()")
	case 4:
		g.line(0, "quiet.recv(1)")
	case 5:
		g.line(0, "input()")
	}
	return g
}

// Thousands of programs take minutes: `make random` asks for them.
var (
	randomPrograms = flag.Int("random", 40, "how many random programs to run")
	randomSeed     = flag.Uint64("seed", 0, "seed of the first random program (0: any)")
)

func TestRandomPrograms(t *testing.T) {
	n, seed := *randomPrograms, *randomSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	if testing.Short() {
		n = min(n, 5)
	}
	sb := openSandbox(t, false)
	for i := range n {
		seed := seed + uint64(i)
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			g := newRandomProgram(seed)
			defer func() {
				if t.Failed() {
					t.Logf("the program:\n%s", g.code.String())
				}
			}()
			runRandomProgram(t, newBench(t, sb), g)
		})
	}
}

func runRandomProgram(t *testing.T, b *bench, g *randomProgram) {
	p := b.start(g.code.String())
	b.listening(p)
	c := b.dial()
	// written gives all that came, token by token; the lock is held.
	written := func() []string {
		var out []string
		for _, s := range []*Stream{p.Screen, p.Errors, c.Stream} {
			out = append(out, strings.SplitAfter(string(s.Data), ">")...)
		}
		out = slices.DeleteFunc(out, func(s string) bool { return s == "" })
		slices.Sort(out)
		return out
	}
	var all []string
	for i, round := range g.rounds {
		all = append(all, round.want...)
		slices.Sort(all)
		if round.keyboard {
			b.typed(p, "\n")
		} else {
			b.send(c, "x")
		}
		// Half of the waits wait for what comes, half for what does not.
		cond := func() bool { return len(written()) >= len(all) }
		want := Event
		if !g.alarms && (i%2 == 0 || i == len(g.rounds)-1) {
			cond, want = never, Silence
			if i == len(g.rounds)-1 {
				want = g.last
			}
		}
		e, err := b.box.Wait(t.Context(), p, cond)
		if err != nil || e != want {
			t.Fatalf("round %d: %q, %v, want %q\n%s", i, e, err, want, b.state(p))
		}
		var got []string
		b.box.Read(func() { got = written() })
		if diff := cmp.Diff(strings.Join(all, " "), strings.Join(got, " ")); diff != "" {
			t.Fatalf("round %d: at the %q (-want +got):\n%s", i, e, diff)
		}
	}
}

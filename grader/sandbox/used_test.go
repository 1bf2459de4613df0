package sandbox

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"
)

// burning computes until the process has used a third of a second, and says so.
const burning = `
def burn():
    while time.process_time() < 0.33: pass
`

func TestUsed(t *testing.T) {
	const least, most = 330 * time.Millisecond, 2 * time.Second // with what the interpreter needs for itself
	for _, c := range []struct {
		name, code string
	}{
		{"by the program", burning + `burn(); print('done', flush=True); input()`},
		{"by a child that it waits for", burning + `
if os.fork() == 0:
    burn(); os._exit(0)
os.wait(); print('done', flush=True); input()`},
	} {
		t.Run(c.name, func(t *testing.T) {
			everywhere(t, func(t *testing.T, b *bench) {
				p := b.start(c.code)
				if end, err := b.box.Wait(t.Context(), nil, func() bool { return len(p.Screen.Data) > 0 }); err != nil || end != Event {
					t.Fatal(end, err)
				}
				b.close()
				if used := b.box.Used(); used < least || used > most {
					t.Errorf("used %v, want %v to %v", used, least, most)
				}
			})
		})
	}
	t.Run("by a child that nobody waits for", func(t *testing.T) {
		for name, code := range map[string]string{
			"that ended": burning + `
if os.fork() == 0:
    burn(); os._exit(0)
os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
print('done', flush=True); input()`,
			"that goes on": burning + `
r, w = os.pipe()
if os.fork() == 0:
    burn(); os.write(w, b'x'); time.sleep(1000)
os.read(r, 1)
print('done', flush=True); input()`,
			"of a program that ended": burning + `
if os.fork() == 0:
    burn(); print('done', flush=True); time.sleep(1000)`,
		} {
			t.Run(name, func(t *testing.T) {
				b := isolated(t)
				p := b.start(code)
				if end, err := b.box.Wait(t.Context(), nil, func() bool { return len(p.Screen.Data) > 0 }); err != nil || end != Event {
					t.Fatal(end, err)
				}
				b.close()
				if used := b.box.Used(); used < least || used > most {
					t.Errorf("used %v, want %v to %v", used, least, most)
				}
			})
		}
	})
	t.Run("not by a reference program", func(t *testing.T) {
		everywhere(t, func(t *testing.T, b *bench) {
			p, err := b.box.Start(t.Context(), Command{Self: true, Args: []string{"x", "-test.run=^$"}}, Watch{})
			if err != nil {
				t.Fatal(err)
			}
			if end, err := b.box.Wait(t.Context(), p, func() bool { return p.Exited }); err != nil || end != Event {
				t.Fatal(end, err)
			}
			b.close()
			if used := b.box.Used(); used != 0 {
				t.Errorf("used %v, want nothing", used)
			}
		})
	})
}

// readsArg is the argument with which this test's program is readsMain.
const readsArg = "reads"

// readsMain is what TestMain runs for TestReferenceSilence: it listens, reads the
// standard input and ends.
func readsMain() error {
	c, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	_, err = os.Stdin.Read(make([]byte, 1))
	return errors.Join(err, c.Close())
}

// TestReferenceSilence proves that a reference program waits: the runtime of Go
// has a thread that looks as if it might go on by itself.
func TestReferenceSilence(t *testing.T) {
	b := isolated(t)
	p, err := b.box.Start(t.Context(), Command{Self: true, Args: []string{"x", readsArg}}, Watch{})
	if err != nil {
		t.Fatal(err)
	}
	b.listening(p)
	if e := b.end(p); e != Silence {
		t.Errorf("%q, want silence\n%s", e, b.state(p))
	}
	if err := p.Type([]byte("\n")); err != nil {
		t.Fatal(err)
	}
	if end, err := b.box.Wait(t.Context(), p, func() bool { return p.Exited }); err != nil || end != Event || p.Exit.Code != 0 {
		t.Fatal(end, err, p.Exit)
	}
}

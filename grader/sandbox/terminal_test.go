package sandbox

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestKeyboardAndScreen(t *testing.T) {
	everywhere(t, func(t *testing.T, b *bench) {
		p := b.start(`
print(os.isatty(0), os.isatty(1), os.isatty(2), os.get_blocking(0), os.get_blocking(1), os.get_blocking(2))
print('name? ', end='', flush=True)
print('hello', input())
print('no answer', file=sys.stderr)
for line in sys.stdin: print(repr(line))
print('é ☃ \t\r|')
`)
		b.printed(p, "name? ")
		b.typed(p, "Ada\n")
		b.printed(p, "hello Ada\n")
		b.typed(p, "x\ny z\n\x04")
		b.wait(p, "the end", func() bool { return p.Exited })
		// Nothing is echoed, and what is printed is not changed.
		want := "True True True True True True\nname? hello Ada\n'x\\n'\n'y z\\n'\né ☃ \t\r|\n"
		if diff := cmp.Diff(want, b.screen(p)); diff != "" {
			t.Errorf("screen (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff("no answer\n", b.errors(p)); diff != "" {
			t.Errorf("errors (-want +got):\n%s", diff)
		}
	})
}

func TestKeyboardInterrupt(t *testing.T) {
	interrupt := func(t *testing.T, b *bench) {
		p := b.start(`
try: input()
except KeyboardInterrupt: print('stopped')
`)
		b.blocked(p, CallKeyboard)
		b.typed(p, "\x03")
		b.printed(p, "stopped\n")
	}
	everywhere(t, interrupt)
	// As it is for a background command of a shell.
	signal.Ignore(os.Interrupt)
	t.Cleanup(func() { signal.Reset(os.Interrupt) })
	t.Run("ignored by the grader", func(t *testing.T) { everywhere(t, interrupt) })
}

func TestTypingMoreThanATerminalHolds(t *testing.T) {
	everywhere(t, func(t *testing.T, b *bench) {
		var typed strings.Builder
		for i := range 5000 {
			fmt.Fprintln(&typed, i)
		}
		p := b.start(`
time.sleep(0.01)
n = 0
for i, line in enumerate(sys.stdin):
    if int(line) != i: break
    n += 1
print(n, 'lines')
`)
		b.typed(p, typed.String())
		b.typed(p, "\x04")
		b.printed(p, "5000 lines\n")
	})
}

func TestExits(t *testing.T) {
	everywhere(t, func(t *testing.T, b *bench) {
		for _, tt := range []struct {
			code   string
			signal syscall.Signal
			want   Exit
			errors string
		}{
			{"pass", 0, Exit{}, ""},
			{"sys.exit(3)", 0, Exit{Code: 3}, ""},
			{"sys.exit('no')", 0, Exit{Code: 1}, "no\n"},
			{"1/0", 0, Exit{Code: 1}, "ZeroDivisionError"},
			{"os._exit(255)", 0, Exit{Code: 255}, ""},
			{"os.kill(os.getpid(), 9)", 0, Exit{Signal: 9}, ""},
			{"os.abort()", 0, Exit{Signal: 6}, "most recent call first"},
			{"input()", syscall.SIGTERM, Exit{Signal: 15}, ""},
			{"input()", syscall.SIGKILL, Exit{Signal: 9}, ""},
			{"input()", syscall.SIGABRT, Exit{Signal: 6}, `File "<string>", line `},
			{"signal.signal(signal.SIGTERM, lambda *a: sys.exit(4)); print('ready')\nwhile True: time.sleep(0.01)", syscall.SIGTERM, Exit{Code: 4}, ""},
		} {
			p := b.start("print('ready')\n" + tt.code)
			if tt.signal != 0 {
				b.wait(p, "it to be ready", func() bool { return strings.Count(string(p.Screen.Data), "ready") == strings.Count(tt.code, "ready")+1 })
				if err := p.Signal(t.Context(), tt.signal); err != nil {
					t.Fatal(err)
				}
			}
			b.wait(p, "the end", func() bool { return p.Exited })
			b.box.Read(func() {
				if p.Exit != tt.want {
					t.Errorf("%s: %s, want %s", tt.code, p.Exit, tt.want)
				}
				if got := string(p.Errors.Data); !strings.Contains(got, tt.errors) || tt.errors == "" && got != "" {
					t.Errorf("%s: errors %q, want %q", tt.code, got, tt.errors)
				}
			})
			if err := p.Signal(t.Context(), syscall.SIGTERM); err != nil {
				t.Errorf("signal to a program that has ended: %v", err)
			}
		}
	})
}

func TestWatchSeesThingsInOrder(t *testing.T) {
	everywhere(t, func(t *testing.T, b *bench) {
		var seen []string
		p := b.watch(Watch{
			Printed: func(d []byte) { seen = append(seen, "out "+string(d)) },
			Erred:   func(d []byte) { seen = append(seen, "err "+string(d)) },
			Exited:  func(e Exit) { seen = append(seen, e.String()) },
		}, `
os.write(1, b'a'); input()
os.write(2, b'b'); input()
os.write(1, b'c')
sys.exit(2)
`)
		b.printed(p, "a")
		b.typed(p, "\n")
		b.wait(p, "b", func() bool { return string(p.Errors.Data) == "b" })
		b.typed(p, "\n")
		b.wait(p, "the end", func() bool { return p.Exited })
		if diff := cmp.Diff([]string{"out a", "err b", "out c", "exit status 2"}, seen); diff != "" {
			t.Errorf("seen (-want +got):\n%s", diff)
		}
	})
}

// TestConnectionsEndBeforeTheirProgram: the end of a program closes what it held,
// which is told in that order, always.
func TestConnectionsEndBeforeTheirProgram(t *testing.T) {
	everywhere(t, func(t *testing.T, b *bench) {
		var conns []*Conn
		var open []int
		p := b.watch(Watch{Exited: func(Exit) {
			for i, c := range conns {
				if c.Ended == Live {
					open = append(open, i)
				}
			}
		}}, `
s = listen()
held = [s.accept() for _ in range(30)]
input()
print('the end')
`)
		b.listening(p)
		for range 30 {
			conns = append(conns, b.dial())
		}
		// Who reads the connections gets no processor for a while.
		var over atomic.Bool
		var busy sync.WaitGroup
		for range 4 * runtime.GOMAXPROCS(0) {
			busy.Go(func() {
				for !over.Load() {
				}
			})
		}
		b.typed(p, "\n")
		b.wait(p, "the end", func() bool { return p.Exited })
		over.Store(true)
		busy.Wait()
		b.box.Read(func() {
			if len(open) > 0 {
				t.Errorf("it ended with connections %v open", open)
			}
		})
	})
}

func TestOutputBeyondTheLimitIsCounted(t *testing.T) {
	everywhere(t, func(t *testing.T, b *bench) {
		const beyond = 100_000
		p := b.start(`
n = int(sys.argv[2])
s = listen()
c, a = s.accept()
c.sendall(b'x' * n)
c.close()
os.write(2, b'!')
while n: n -= os.write(1, b'y' * min(n, 65536))
`, fmt.Sprint(MaxOutput+beyond))
		b.listening(p)
		c := b.dial()
		b.wait(p, "the end", func() bool { return p.Exited })
		b.ended(nil, c, EOF)
		b.box.Read(func() {
			for name, s := range map[string]*Stream{"screen": p.Screen, "connection": c.Stream} {
				if len(s.Data) != MaxOutput || s.Dropped != beyond {
					t.Errorf("%s: %d bytes kept and %d dropped, want %d and %d", name, len(s.Data), s.Dropped, MaxOutput, beyond)
				}
			}
			if string(p.Errors.Data) != "!" {
				t.Errorf("errors %q, want %q", p.Errors.Data, "!")
			}
		})
	})
}

func TestEnvironment(t *testing.T) {
	everywhere(t, func(t *testing.T, b *bench) {
		t.Setenv("SECRET", "of the grader")
		got := strings.Split(b.output(`print(os.getcwd()); print(*(k + '=' + v for k, v in os.environ.items()), sep='\n', end='')`), "\n")
		want := environment(b.in)
		cwd := Home
		if !b.isolated() {
			cwd = got[0]
			for i, v := range want {
				if strings.HasPrefix(v, "HOME=") {
					want[i] = "HOME=" + cwd
				}
			}
		}
		want = append([]string{cwd}, want...)
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("working directory and environment (-want +got):\n%s", diff)
		}
	})
}

func TestFilesAreLaid(t *testing.T) {
	everywhere(t, func(t *testing.T, b *bench) {
		got := b.output(`
for folder, _, names in os.walk('.'):
    for n in names:
        p = os.path.join(folder, n)
        print(p, open(p).read(), os.access(p, os.X_OK), os.access(p, os.W_OK))
print(subprocess.run(['./run'], stdout=subprocess.PIPE).stdout.decode(), end='')
open('new', 'w').close()
os.remove('a/b/page.html')
`)
		lines := strings.Split(got, "\n")
		slices.Sort(lines)
		want := []string{"", "./a/b/page.html <p> False True", "./run #!/bin/echo ran True True", "./server.py pass False True", "ran ./run"}
		if diff := cmp.Diff(want, lines); diff != "" {
			t.Errorf("files (-want +got):\n%s", diff)
		}
		// The deliverables run by their names.
		p, err := b.box.Start(t.Context(), Command{Args: []string{b.in.Path, "server.py"}}, Watch{})
		if err != nil {
			t.Fatal(err)
		}
		b.wait(p, "the end", func() bool { return p.Exited })
		p, err = b.box.Start(t.Context(), Command{Args: []string{Home + "/run", Home + "/server.py"}}, Watch{})
		if err != nil {
			t.Fatal(err)
		}
		b.wait(p, "the end", func() bool { return p.Exited })
		if got := b.screen(p); !strings.HasPrefix(got, "ran /") {
			t.Errorf("the executable printed %q", got)
		}
	}, File{Path: "server.py", Data: []byte("pass")}, File{Path: "a/b/page.html", Data: []byte("<p>")},
		File{Path: "run", Data: []byte("#!/bin/echo ran"), Executable: true})
}

// TestFoldersBesideHome: who takes links out of the name of a folder finds that
// name, and may write there.
func TestFoldersBesideHome(t *testing.T) {
	names := []string{"/var/www/html", "/srv/http", "/Users/paul/www", "/mnt/c/site", "/opt/lampp/htdocs", "/Library/WebServer/Documents", "/workspaces/tp"}
	var files []File
	for _, name := range names {
		files = append(files, File{Path: name + "/x", Data: []byte("y")})
	}
	b := newBench(t, openSandbox(t, false), files...)
	got := b.output(`
for f in ` + "'" + strings.Join(names, "','") + "'" + `,:
    open(f + '/new', 'w').close()
    print(os.path.realpath(f), open(f + '/x').read(), *os.listdir(f + '/..'))
`)
	for i, l := range strings.Split(strings.TrimSpace(got), "\n") {
		if !strings.HasPrefix(l, names[i]+" y ") {
			t.Errorf("%s: %q", names[i], l)
		}
	}
}

func TestWhatCannotBeStarted(t *testing.T) {
	everywhere(t, func(t *testing.T, b *bench) {
		for _, name := range []string{"/absent", Home + "/data", Home + "/folder", Home + "/noise"} {
			_, err := b.box.Start(t.Context(), Command{Args: []string{name}}, Watch{})
			if !IsStartError(err) {
				t.Errorf("start %s: %v, want an error of starting", name, err)
			}
		}
		if got := b.output(`print('well')`); got != "well\n" {
			t.Errorf("then %q", got)
		}
	}, File{Path: "data", Data: []byte("x")}, File{Path: "folder/x"}, File{Path: "noise", Data: []byte{1, 2, 3}, Executable: true})
}

func TestFilesOutsideAreRefused(t *testing.T) {
	for _, plain := range []bool{false, true} {
		sb := openSandbox(t, plain)
		for _, path := range []string{"../x", "/etc/x", "a/../../x", ""} {
			if b, err := sb.NewBox(t.Context(), []File{{Path: path}}); err == nil {
				t.Errorf("plain %t: a file at %q is laid", plain, path)
				b.Close()
			}
		}
	}
}

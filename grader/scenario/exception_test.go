package scenario

import (
	"strings"
	"testing"
)

// TestAPartThatFails: an exception that ends a thread, or the service of one
// client, is told though the program goes on; one that the program prints by
// itself, and one of a client before, are not.
func TestAPartThatFails(t *testing.T) {
	const threads = `import socket, threading

def serve(c):
    c.sendall("bonjour")

s = socket.create_server(("", 6666))
while True:
    c, _ = s.accept()
    threading.Thread(target=serve, args=(c,)).start()
`
	const encode = " — a socket sends and receives bytes: encode the text (.encode()) before sending it; the rest of the program goes on"
	b := newBench(t)
	for _, tt := range []struct{ name, source, want, where, words string }{
		{
			"a thread", threads, "nothing arrived: a thread of p.py stopped on an error, p.py:4: “TypeError: a bytes-like object is required, not 'str'”" + encode,
			"p.py:4", "TypeError: a bytes-like object is required, not 'str'",
		},
		{
			"socketserver", `import socketserver

class H(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            1 / 0
        except ZeroDivisionError:
            self.request.recv(9).decode().uper()

socketserver.ThreadingTCPServer(("", 6666), H).serve_forever()
`, "nothing arrived: p.py gave up serving a client on an error, p.py:8: “AttributeError: 'str' object has no attribute 'uper'” — ",
			"p.py:8", "AttributeError: 'str' object has no attribute 'uper'",
		},
		{
			"asyncio", `import asyncio, gc

async def late(w):
    w.writ(b"x")

async def serve(r, w):
    await r.read(9)
    asyncio.ensure_future(late(w))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    gc.collect()

async def main():
    await (await asyncio.start_server(serve, "", 6666)).serve_forever()

asyncio.run(main())
`, "nothing arrived: a task (asyncio) of p.py stopped on an error, p.py:4: “AttributeError: 'StreamWriter' object has no attribute 'writ'", "p.py:4", "AttributeError: 'StreamWriter' object has no attribute 'writ'",
		},
		{
			"what it prints by itself", strings.Replace(threads, `    c.sendall("bonjour")`, "    try:\n        c.sendall('x')\n    except TypeError:\n        import traceback\n        traceback.print_exc()", 1),
			"nothing arrived: p.py is still running: ", "", "",
		},
		{
			"one of a client before", `import socket, threading

s = socket.create_server(("", 6666))
for n in range(9):
    c, _ = s.accept()
    if n == 0:
        t = threading.Thread(target=lambda: 1 / 0)
        t.start()
        t.join()
        c.close()
    k = c
`, "nothing arrived: p.py is still running: ", "", "",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tr := b.run(t, "criterion one\nstart p p.py\nlistening p\nconnect c p\nsend c hi\nfinish c\ncriterion two\nconnect d p\nsend d hi\nreceived d\n-- p.py --\n"+tt.source)
			if got := saw(t, tr, 10); !strings.HasPrefix(got, tt.want) {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			for _, s := range tr.Steps {
				if s.Line == 10 && (s.Error != Exception{tt.where, tt.words}) {
					t.Errorf("the error is %+v", s.Error)
				}
			}
		})
	}
}

// TestOneStory: the tracebacks of one exception belong together, no others.
func TestOneStory(t *testing.T) {
	const a = traceback + "):\n  File \"p.py\", line 1\nValueError: a\n"
	const b = traceback + "):\n  File \"p.py\", line 2\nValueError: b\n"
	for _, tt := range []struct{ name, out, want string }{
		{"one", a, "ValueError: a"},
		{"two", a + "and then\n" + b, "ValueError: a"},
		{"during", a + "\nDuring handling of the above exception, another exception occurred:\n\n" + b, "ValueError: b"},
		{"because", a + "\nThe above exception was the direct cause of the following exception:\n\n" + b + "\n" + a, "ValueError: b"},
		{"unfinished", traceback + "):\n  File \"p.py\", line 1\n", ""},
	} {
		if got := lastWords(oneStory([]byte(tt.out))); got != tt.want {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}

func TestKindOfAnException(t *testing.T) {
	for words, want := range map[string]string{
		"NameError: name 'x' is not defined": "NameError", "socket.timeout: timed out": "timeout", "KeyboardInterrupt": "KeyboardInterrupt", "": "",
	} {
		if got := (Exception{Words: words}).Kind(); got != want {
			t.Errorf("%q is %q", words, got)
		}
	}
}

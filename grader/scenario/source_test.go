package scenario

import (
	"strings"
	"testing"
)

// TestWhatTheSourceTells: a message says what the source of a program adds to
// what was seen, and no more than that.
func TestWhatTheSourceTells(t *testing.T) {
	const (
		hidden  = " may hide an error: take it away to see it"
		ended   = "it does not listen on any TCP port: server.py has ended without printing anything"
		missing = "the f is missing before the string that has {m}: f\"…{m}…\""
		stays   = "the connection stays open: server.py is still running: it waits for a client (server.py:6, accept), and nothing more can happen"
		loop    = "import socket, os\ns = socket.create_server(('', 6666))\nm = 'x'\nkept = []\nwhile True:\n    c, a = s.accept()\n    "
	)
	listens := "start p server.py\nlistening p"
	prints := "start p server.py\nlistening p\nconnect c p\nsend c hi\nprinted p hi"
	closes := "start p server.py\nlistening p\nconnect c p\nsend c hi\nclosed c"
	b := newBench(t)
	for _, tt := range []struct{ name, script, source, want, not string }{
		{"no instruction", listens, "# nothing yet\n", ended + " — this file contains no instruction", hidden},
		{"another guard", listens, "def main():\n    pass\n\nif __name__ == 'main':\n    main()\n", ended + " — __name__ is not “main”: write if __name__ == \"__main__\":", "not called"},
		{"not called", listens, "import socket\n\ndef main():\n    socket.create_server(('', 6666)).accept()\n\nPORT = 6666\n", ended + " — the functions that it defines are not called: call one at the end of the file, without indentation", "__name__"},
		{"called", listens, "def main():\n    pass\n\nmain()\n", ended, " — "},
		{"hides", listens, "try:\n    1 / 0\nexcept Exception:\n    x = 1\n", ended + "; an “except Exception:”" + hidden, " — "},
		{"shows", listens, "try:\n    1 / 0\nexcept Exception as e:\n    x = e\n", ended, hidden},
		{"passes on", listens, "try:\n    1 / 1\nexcept:\n    raise\n", ended, hidden},
		{"hides and goes on", prints, loop + "try:\n        print('got' + c.recv(9))\n    except:\n        pass\n", "an “except:”" + hidden, "the f is"},
		{"tells and goes on", prints, loop + "try:\n        print('got' + c.recv(9))\n    except:\n        print('bad')\n", "“hi” does not appear", hidden},
		{"no f", prints, loop + "print('got {m}', a, c.recv(9)[:0])\n", missing, hidden},
		{"braces that were meant", prints, loop + "print(f'got {{m}}', a, c.recv(9)[:0])\n", "“hi” does not appear", "the f is"},
		{"a file of the socket", closes, loop + "f = c.makefile()\n    kept.append(f)\n    c.close()\n", stays + "; a file made by makefile() keeps it open, even after close(): close that too", "fork"},
		{"a copy of the socket", closes, loop + "kept.append(c.dup())\n    c.close()\n    if 0: os.fork()\n", stays + "; after fork(), the other process keeps a copy of it, which it must close too", "makefile"},
		{"none closed", closes, loop + "kept.append(c)\n", stays, "keeps"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tr := b.run(t, "criterion one\n"+tt.script+"\n-- server.py --\n"+tt.source)
			got := saw(t, tr, 2+strings.Count(tt.script, "\n"))
			if !strings.Contains(got, tt.want) || strings.Contains(got, tt.not) {
				t.Errorf("got  %s\nwant %s\nnot  %s", got, tt.want, tt.not)
			}
		})
	}
}

// TestAMessageFromTheKeyboard: a client that sends what was typed is told so.
func TestAMessageFromTheKeyboard(t *testing.T) {
	const client = "import socket, sys\nm = input('message ? ')\nc = socket.create_connection(('localhost', 6666))\nc.sendall(%s)\n"
	b := newBench(t)
	for does, want := range map[string]string{
		"m.encode()": "the client sent “bonjour”; that is what was typed on the keyboard, where it asks for the message: the sheet wants its first argument (sys.argv[1])",
		"b'salut'":   "the client sent “salut”",
	} {
		tr := b.run(t, "criterion one\nlisten h 6666\nstart p client.py coucou\nanswer p 'bonjour\\n'\naccept k h p\nmessage k coucou\n-- client.py --\n"+strings.Replace(client, "%s", does, 1))
		if got := saw(t, tr, 6); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// TestAPathOfWindows: who looks for files below a drive does not find them here.
func TestAPathOfWindows(t *testing.T) {
	const server = "import socket\nROOT = %s\ns = socket.create_server(('', 8080))\nwhile True:\n    c, _ = s.accept()\n    c.recv(999)\n    c.sendall(b'HTTP/1.0 404 Not Found\\r\\n\\r\\n')\n    c.close()\n"
	const more = "; the program has a path of Windows (C:\\…), which does not exist here: take a path relative to its folder"
	b := newBench(t)
	for root, want := range map[string]string{
		`"C:\\www\\"`: "the answer is “HTTP/1.0 404 Not Found”" + more, `r'D:/www/'`: "the answer is “HTTP/1.0 404 Not Found”" + more, `"www/"`: "the answer is “HTTP/1.0 404 Not Found”", `"http://x/"`: "the answer is “HTTP/1.0 404 Not Found”",
	} {
		tr := b.run(t, "criterion one\nserve p p.py\nget r p /x.html\nstatus r 200\n-- p.py --\n"+strings.Replace(server, "%s", root, 1))
		if got := saw(t, tr, 4); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

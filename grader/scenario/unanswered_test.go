package scenario

import (
	"strings"
	"testing"
)

// TestReadsOn: a server that has read a whole request and goes on reading is
// told so; one that waits for something else, or that failed, is not.
func TestReadsOn(t *testing.T) {
	const server = `import socket, threading
s = socket.create_server(("", 8080))
a, b = socket.socketpair()

def serve(c):
    %s

while True:
    c, _ = s.accept()
    serve(c)
`
	const reads = "no answer: p.py is still reading (recv) though the request is complete: a browser keeps the connection open, so recv() does not return b''; stop at the empty line"
	b := newBench(t)
	for _, tt := range []struct{ name, does, want string }{
		{"to the end of file", "while c.recv(999): pass", reads},
		{"by lines", "f = c.makefile(); [l for l in f]", reads},
		{"never", "s.accept()", "no answer: p.py is still running: it waits for a client (p.py:6, serve(), accept)"},
		{"not all of it", "c.recv(9); a.recv(1)", "no answer: p.py is still running: it waits for data on a connection (p.py:6, serve(), recv)"},
		{"and leaves", "c.recv(999); c.close()", "no answer: the server closed the connection without sending anything"},
		{"and fails", "c.recv(999); threading.Thread(target=lambda: 1 / 0).start(); c.recv(9)", "no answer: a thread of p.py stopped on an error"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tr := b.run(t, "criterion one\nserve p p.py\nget r p /x.html\n-- p.py --\n"+strings.Replace(server, "%s", tt.does, 1))
			if got := saw(t, tr, 3); !strings.HasPrefix(got, tt.want) {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestWhatKeepsAClient: what a client that does not end waits for is told of
// both programs of a pair.
func TestWhatKeepsAClient(t *testing.T) {
	const server = "import socket, threading\ns = socket.create_server(('', 6666))\nc, _ = s.accept()\n"
	const client = "import socket\nc = socket.create_connection(('localhost', 6666))\nc.sendall(b'hi')\n"
	const waits = "client_echo.py is still running: it waits for data on a connection (client_echo.py:4, recv), and nothing more can happen; "
	const ends = "a client must end by itself: an input() at its end, or a loop that calls it, keeps it from that"
	b := newBench(t)
	for _, tt := range []struct{ name, server, client, want string }{
		{"both wait", "while c.recv(9): pass", "c.recv(9)", waits + "server_echo.py is running too: it waits for data on a connection (recv); each waits for the other"},
		{"the server has failed", "threading.Thread(target=lambda: 1 / 0).start()\ns.accept()", "c.recv(9)", waits + "a thread of server_echo.py stopped on an error, server_echo.py:4: “ZeroDivisionError: division by zero”"},
		{"the server takes another", "s.accept()", "c.recv(9)", waits + "server_echo.py is running too: it waits for a client (accept)"},
		{"its keyboard", "c.sendall(b'hi')\nwhile c.recv(9): pass", "c.recv(9)\ninput()", "client_echo.py is still running: it waits for its keyboard (client_echo.py:5, input), and nothing more can happen; " + ends},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tr := b.run(t, "criterion one\nstart s server_echo.py\nlistening s\nstart c client_echo.py\nexited c\n-- server_echo.py --\n"+server+tt.server+"\n-- client_echo.py --\n"+client+tt.client+"\n")
			if got := saw(t, tr, 5); !strings.HasPrefix(got, tt.want) {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestAClientThatSaysSo: a client that says of the student's own echo what it
// says of an altered one is not blamed alone, and what ended the server is told.
func TestAClientThatSaysSo(t *testing.T) {
	const script = `criterion one
word m
listen h1 6666
start a client_echo.py {m}
accept ka h1 a
reflect ka
settle a
fresh
listen h3 6666
start d client_echo.py {m}
accept kd h3 d
reflect kd altered
settle d
fresh
start s server_echo.py
listening s
start c client_echo.py {m}
exited c
agrees c a a d
-- client_echo.py --
import socket, sys
c = socket.create_connection(("localhost", 6666))
c.sendall(sys.argv[1].encode())
print("identiques" if c.recv(999).decode() == sys.argv[1] else "differents")
-- server_echo.py --
import socket
s = socket.create_server(("", 6666))
c, _ = s.accept()
`
	const either = "client_echo.py says of the echo of your server_echo.py what it says of an altered one: either that server does not send all of the message back (see “echo”), or client_echo.py reads only a part of it"
	b := newBench(t)
	for _, tt := range []struct{ name, server, want string }{
		{"a part", "c.sendall(c.recv(3))\nc.close()\ns.accept()", either},
		{"an error", "c.sendall(c.recv(99).decode())", either + "; server_echo.py has ended (exit status 1), server_echo.py:4: “TypeError: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := saw(t, b.run(t, script+tt.server+"\n"), 19); !strings.HasPrefix(got, tt.want) {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

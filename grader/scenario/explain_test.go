package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// endings are programs that end by themselves, and what must be said of it.
var endings = map[string]struct{ source, want string }{
	"python2":     {`print "hello"`, "this is Python 2: in Python 3 print is a function"},
	"rawinput":    {`raw_input()`, "this is Python 2, and programs are run with Python 3"},
	"oldmodule":   {`import SocketServer`, "this is Python 2, and programs are run with Python 3"},
	"sendsstr":    {"import socket\na, b = socket.socketpair()\na.send('hello')", "encode the text (.encode()) before sending it"},
	"mixes":       {`b'hello' + ' you'`, "text (str) and bytes do not mix"},
	"mixestoo":    {`'hello' + b' you'`, "text (str) and bytes do not mix"},
	"startswith":  {`b'quit'.startswith('quit')`, "text (str) and bytes do not mix"},
	"startsbytes": {`'quit'.startswith(b'quit')`, "text (str) and bytes do not mix"},
	"split":       {`b'GET /'.split(' ')`, "a bytes-like object is required, not 'str'” — "},
	"inuse":       {"import socket\nsocket.create_server(('', 7001))\na, b = socket.socket(), socket.socket()\na.bind(('', 7002))\na.listen()\nb.bind(('', 7002))", "the port is already taken"},
	"nomodule":    {`import flask`, "only Python's standard library is provided"},
	"noname":      {`from socket import SOCK_STEAM`, "the module is there, but has nothing of that name"},
	"relative":    {`from . import outils`, "the file is run as a program, where “from .” leads nowhere"},
	"circular":    {`from circular import nothing`, "two files import one another"},
	"hurried":     {"import socket\na, b = socket.socketpair()\na.settimeout(0.01)\na.recv(1)", "nothing came within the time that the program gives itself"},
	"ownend":      {"import socket\na, b = socket.socketpair()\na.shutdown(socket.SHUT_WR)\na.send(b'x')", "nothing can leave on this connection any more"},
	"fewwords":    {"ligne = ''\nverbe, chemin = ligne.split()", "the line does not have as many words as expected"},
	"nofirst":     {`''.split()[0]`, "an index is beyond the end"},
	"queue":       {"import queue\nqueue.Queue()", "queue.py has the name of one of Python's own modules, and one hides the other"},
	"endoffile":   {"import sys\nsys.stdin = open('/dev/null')\ninput()", "the program reads the keyboard and nothing is typed"},
	"notutf":      {`b'\xff'.decode()`, "bytes that are not UTF-8 were decoded as text"},
	"notascii":    {`'\u00e9'.encode('ascii')`, "this text cannot be encoded that way"},
	"clientcalls": {"import socket\nsocket.create_connection(('127.0.0.1', 7003))", "nobody listens at the address and port that the program calls"},
	"brokenpipe":  {"import socket\na, b = socket.socketpair()\nb.close()\na.send(b'x')", "the program uses a connection that the other end has closed"},
	"closed":      {"import socket\na, b = socket.socketpair()\na.close()\na.send(b'x')", "the program uses a socket that it has already closed"},
	"nofile":      {`open('index.html')`, "the file asked for does not exist, and the exception is not handled"},
	"noargument":  {"import sys\nsys.argv[1]", "the program reads an argument (sys.argv), and it is run without"},
	"nohost":      {"import socket\nsocket.create_connection(('nowhere.invalid', 7003))", "this host name does not exist"},
	"indentation": {"print()\n  print()", "the indentation is not consistent"},
	"tabs":        {"if True:\n        print()\n\tprint()", "tabs and spaces are mixed in the indentation"},
	"noblock":     {"while True:\nprint()", "the lines that belong to while, if, def… (what ends with “:”) must be indented"},
	"oldexcept":   {"try:\n    pass\nexcept OSError, e:\n    pass", "“except X, e:” is Python 2: in Python 3 except X as e:"},
	"quotes":      {"print(\u201chello\u201d)", "this quote comes from a word processor or a web page"},
	"nobreak":     {"print(\u00a01)", "there is a no-break space in this line"},
	"addstuple":   {"'from ' + ('127.0.0.1', 1)", "only a text is added to a text: str(…), or an f-string"},
	"recvall":     {"import socket\na, b = socket.socketpair()\na.recv()", "recv() wants the most bytes to read: recv(1024)"},
	"twice":       {`'hello'.decode()`, "it is a text already: decode() is for bytes"},
	"twicetoo":    {`b'hello'.encode()`, "it is bytes already: encode() is for a text"},
	"callsmodule": {"import socket\nsocket()", "the function is written socket.socket(…)"},
	"callsother":  {"import time\ntime()", "a module cannot be called: module.function(…)"},
	"syntax":      {`print('hello'`, " cannot read this code"},
	"misspelt":    {`pritn('hello')`, "this name is defined nowhere"},
	"onepair":     {"import socket\nsocket.socket().bind('', 7004)", "the address is one argument, a pair"},
	"nopair":      {"import socket\nsocket.socket().bind('localhost:7004')", "the address is one argument, a pair"},
	"noencoding":  {`bytes('hello')`, "bytes(text) wants an encoding"},
	"nonumber":    {`int('')`, "this text is not a whole number"},
	"neverrun":    {"async def main():\n    pass\n\nmain()", "calling an async function does not run it"},
	"textport":    {"import socket\nsocket.socket().bind(('', '7004'))", "a number is wanted and not a text"},
	"pair":        {"import socket\ns = socket.create_server(('', 7005))\nc = socket.create_connection(('localhost', 7005))\ns.accept().recv(1)", "accept() returns a pair"},
	"listener":    {"import socket\nsocket.create_server(('', 7006)).recv(1)", "this socket is not connected"},
	"latin":       {"print('\xe9')", "the file is not saved in UTF-8"},
	"elsewhere":   {"import socket\nsocket.socket().bind(('192.0.2.1', 7004))", "this address is not the machine's own"},
	"unreachable": {"import socket\nsocket.socket().connect(('192.0.2.1', 7004))", "this is the address of another machine"},
	"toohigh":     {"import socket\nsocket.socket().bind(('', 66666))", "a port is between 0 and 65535"},
	"unpacks":     {"a, b = [1]", "there are not as many values as names"},
	"global":      {"n = 0\ndef f():\n    n += 1\nf()", "this variable is changed in the function"},
	"attribute":   {`'hello'.recv(1)`, "this object has neither a method nor an attribute of that name"},
	"printed":     {"import sys\nsys.exit('usage: p.py MESSAGE')", "printed.py has ended (exit status 1) after printing “usage: p.py MESSAGE” — the program asks for an argument; the sheet runs it without"},
	"other":       {`1 / 0`, ": “ZeroDivisionError: division by zero”"},
	"function":    {"def f():\n    g()\n\n\ndef g():\n    import json\n    json.loads('{')\n\n\nf()", "function.py:7: “json.decoder.JSONDecodeError: "},
	"nested":      {"try:\n    1 / 0\nexcept ZeroDivisionError:\n    open('nothing')", "nested.py:4: “FileNotFoundError: "},
	"silent":      {`raise SystemExit(3)`, "silent.py has ended (exit status 3) without printing anything"},
	"says":        {`print('bye')`, "says.py has ended after printing “bye”"},
	"greedy":      {"x = bytearray(b'x') * (400 << 20)", "greedy.py has ended (killed: more than 256 MiB of memory used) without printing anything"},
	"killed":      {"import os\nos.kill(os.getpid(), 9)", "killed.py has ended (killed, signal 9) without printing anything"},
}

func TestEndingsAreExplained(t *testing.T) {
	b := newBench(t)
	traces := map[string]Trace{}
	names := slices.Sorted(maps.Keys(endings))
	for _, name := range names {
		traces[name] = b.run(t, fmt.Sprintf("criterion one\nstart p %s.py\nrunning p\n-- %s.py --\n%s\n", name, name, endings[name].source))
	}
	used := map[string]bool{}
	for _, name := range names {
		got := saw(t, traces[name], 3)
		if !strings.Contains(got, endings[name].want) {
			t.Errorf("%s: %q does not say %q", name, got, endings[name].want)
		}
		if !strings.HasPrefix(got, name+".py has ended") {
			t.Errorf("%s: %q does not say how it ended", name, got)
		}
		for _, c := range causes() {
			if strings.Contains(got, " — ") && strings.HasSuffix(got, unfilled(c)) {
				used[c.text.EN] = true
			}
		}
	}
	for _, c := range causes() {
		if c.when == nil && !used[c.text.EN] {
			t.Errorf("no program ended by: %s", c.text.EN)
		}
	}
}

// TestUDPIsNamed: a program of UDP is not said to wait for data on a connection.
func TestUDPIsNamed(t *testing.T) {
	b := newBench(t)
	const udp = "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
	for _, tt := range []struct{ name, script, source, want string }{
		{"a server", "start p p.py\nlistening p", "s.bind(('', 6666))\ns.recvfrom(9)", "it does not listen on any TCP port: p.py opens a UDP socket (SOCK_DGRAM); the sheet wants TCP: socket.SOCK_STREAM, then listen() and accept()"},
		{"a server that ends", "start p p.py\nlistening p", "s.bind(('', 6666))\ns.listen(5)", "it does not listen on any TCP port: p.py has ended (exit status 1), p.py:4: “OSError: [Errno 95] Operation not supported” — p.py opens a UDP socket"},
		{"a client", "start p p.py\nlisten h 6666\naccept k h p", "s.connect(('127.0.0.1', 6666))\ns.send(b'x')\nimport signal\nsignal.pause()", "no connection on port 6666: p.py opens a UDP socket (SOCK_DGRAM); the sheet wants TCP: socket.SOCK_STREAM, then connect()"},
		{"a comment", "start p p.py\nlistening p", "# SOCK_STREAM is for later\ns.bind(('', 6666))\ns.recvfrom(9)", "it does not listen on any TCP port: p.py opens a UDP socket"},
		{"TCP as well", "start p p.py\nlistening p", "socket.SOCK_STREAM\ns.bind(('', 6666))\ns.recvfrom(9)", "it does not listen on any TCP port: p.py is still running: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tr := b.run(t, "criterion one\n"+tt.script+"\n-- p.py --\n"+udp+tt.source+"\n")
			if got := saw(t, tr, 2+strings.Count(tt.script, "\n")); !strings.HasPrefix(got, tt.want) {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestWhereAProgramStands: the message of a lost step says what the program
// does instead, and at which of its own lines.
func TestWhereAProgramStands(t *testing.T) {
	b := newBench(t)
	for _, tt := range []struct {
		name, source, want string
	}{
		{
			"waits for a client", "import socket\ns = socket.create_server(('', 6666))\ns.accept()",
			"p.py is still running: it waits for a client (p.py:3, accept), and nothing more can happen",
		},
		{
			"waits for data", "import socket\na, b = socket.socketpair()\n\na.recv(1)",
			"p.py is still running: it waits for data on a connection (p.py:4, recv), and nothing more can happen",
		},
		{
			"waits for its keyboard", "def ask():\n    return input('? ')\n\n\nask()",
			"p.py is still running: it waits for its keyboard (p.py:2, ask(), input), and nothing more can happen",
		},
		{
			"within the library", "import socketserver\n\nsocketserver.TCPServer(('', 6666), None).serve_forever(poll_interval=None)",
			"p.py is still running: it waits for news on its connections (select, asyncio), and nothing more can happen — it stands at p.py:3",
		},
		{
			"a module of the submission", "import helper\n\nhelper.wait()",
			"p.py is still running: it waits for a signal, and nothing more can happen — it stands at helper.py:4, wait()",
		},
		{
			"two threads", "import threading, socket\ns = socket.create_server(('', 6666))\nt = threading.Thread(target=lambda: s.accept())\nt.start()\nt.join()",
			"p.py is still running: it waits for another thread (join, lock); it waits for a client (accept), and nothing more can happen — it stands at p.py:5; p.py:3, <lambda>() (accept)",
		},
		{
			"a child", "import os\nif os.fork():\n    os.wait()\nelse:\n    input()",
			"p.py is still running: it waits for another process to end; it waits for its keyboard (input), and nothing more can happen — it stands at p.py:3",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tr := b.run(t, "criterion one\nstart p p.py\nexited p\n-- p.py --\n"+tt.source+"\n-- helper.py --\nimport signal\n\ndef wait():\n    signal.pause()\n")
			if got := saw(t, tr, 3); !strings.HasPrefix(got, tt.want) {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

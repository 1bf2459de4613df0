package scenario

import "testing"

// TestLast: a server may keep the connection, or say that it ends it and do so.
func TestLast(t *testing.T) {
	for _, tt := range []struct {
		name, answer, then string
		last, next         Outcome
	}{
		{"announced and closed", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", "c.close()", OK, Excused},
		{"announced and kept open", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", "s.accept()", Mismatch, Skipped},
		{"closed, as in 1.0", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", "c.close()", OK, Excused},
		{"1.0 that says otherwise, and closes", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", "c.close()", OK, Mismatch},
		{"closed without a word", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "c.close()", OK, Mismatch},
		{"kept", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "c.recv(500); c.sendall(b'HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n')", OK, OK},
	} {
		tr := newBench(t).run(t, `
serve s sioux.py
criterion one
connect c s
send c 'GET /x HTTP/1.1\r\n\r\n'
first a c GET
last a c
send c 'GET /x HTTP/1.1\r\n\r\n'
ask b c GET
-- sioux.py --
import socket
s = socket.create_server(('', 8080))
c, a = s.accept()
c.recv(500)
c.sendall(b"""`+tt.answer+`""".replace(b"\n", b"\r\n"))
`+tt.then+`
s.accept()
`)
		for _, s := range tr.Steps {
			if s.Line == 7 && s.Outcome != tt.last || s.Line == 9 && s.Outcome != tt.next {
				t.Errorf("%s: line %d, %s: %s, %s", tt.name, s.Line, s.Source, s.Outcome, s.Saw.EN)
			}
		}
	}
}

// TestWithheld: nothing is as right as another answer.
func TestWithheld(t *testing.T) {
	for answer, want := range map[string]Outcome{
		"": OK, "HTTP/1.1 404 Not Found\r\n\r\n": OK, "HTTP/1.1 200 OK\r\n\r\nother": OK,
		"HTTP/1.1 200 OK\r\n\r\n<p>secret</p>": Mismatch, "HTTP/1.1 404 Not Found\r\nX: secret": Mismatch,
	} {
		tr := newBench(t).run(t, `
serve s sioux.py
criterion one
withheld s /../x.html secret
-- sioux.py --
import socket
s = socket.create_server(('', 8080))
c, a = s.accept()
c.recv(500)
c.sendall(b"""`+answer+`""")
c.close()
`)
		if got := tr.Steps[2]; got.Outcome != want {
			t.Errorf("%q: %s, %s", answer, got.Outcome, got.Saw.EN)
		}
	}
}

// TestWhere: what is asked for by hand is asked for where redirections lead.
func TestWhere(t *testing.T) {
	tr := newBench(t).run(t, `
serve s sioux.py
get r s /x.html
where b e r
criterion one
connect c s
send c 'GET {b}{e} HTTP/1.1\r\n\r\n'
ask a c GET
status a 200
-- sioux.py --
import socket
s = socket.create_server(('', 8080))
for i in range(3):
    c, a = s.accept()
    if c.recv(500).split()[1] == b'/site/x.html':
        c.sendall(b'HTTP/1.1 200 OK\r\n\r\n')
    else:
        c.sendall(b'HTTP/1.1 302 Found\r\nLocation: /site/x.html\r\n\r\n')
    c.close()
`)
	for _, s := range tr.Steps {
		if s.Outcome != OK {
			t.Errorf("line %d, %s: %s, %s", s.Line, s.Source, s.Outcome, s.Saw.EN)
		}
	}
}

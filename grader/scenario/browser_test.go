package scenario

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"strings"
	"testing"
)

func TestBrowserAsksForPartsOfAPage(t *testing.T) {
	for target, accept := range map[string]string{"/a.html": "text/html", "/a.css": "text/css", "/a.jpg": "image/avif", "/favicon.ico": "image/avif", "/": "text/html"} {
		got := browserRequest("GET", target, "localhost:65535", "")
		if !strings.Contains(got, "\r\nAccept: "+accept+",") {
			t.Errorf("%s: %q", target, got)
		}
		if len(got) > 500 {
			t.Errorf("%s: %d bytes: programs that read 512 at once miss some", target, len(got))
		}
		if page := strings.Contains(got, "\r\nReferer: http://localhost:65535/index.html\r\n"); page == (target == "/a.html") {
			t.Errorf("%s: %q", target, got)
		}
	}
}

func TestMediaType(t *testing.T) {
	for _, tt := range []struct{ headers, want string }{
		{"Content-Type: text/html\r\n", "text/html"},
		{"content-type:Text/CSS;charset=utf-8\r\n", "text/css"},
		{"Content-Type : image/jpeg\r\n", "image/jpeg"},
		{"Content-Type: text/html\r\nContent-Type: text/css\r\n", "text/css"},
		{"Content-Type: text/css\r\nContent-Type: None\r\n", "text/css"},
		{"Content-Type: text/html, text/css\r\n", "text/css"},
		{"Content-Type: \"text/html\"\r\n", `"text/html"`},
		{"Content-Type: html\r\n", ""},
		{"Content-Type: text/html charset=utf-8\r\n", "text/html"},
		{"Content-Type: \ttext/html\t;charset=utf-8\r\n", "text/html"},
		{"Content-Type: text/html(page)\r\n", "text/html"},
		{"Content-Type: text / html\r\n", ""},
		{"\rContent-Type: text/html\r\n", ""},
		{"", ""},
	} {
		a := &answer{method: "GET"}
		a.parse([]byte("HTTP/1.1 200 OK\r\n"+tt.headers+"\r\n"), true)
		if got := a.value("Content-Type"); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.headers, got, tt.want)
		}
	}
}

func TestHolds(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write([]byte("hello"))
	z.Close()
	var deflated, zlibbed bytes.Buffer
	f, err := flate.NewWriter(&deflated, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	f.Write([]byte("hello"))
	f.Close()
	zl := zlib.NewWriter(&zlibbed)
	zl.Write([]byte("hello"))
	zl.Close()
	for _, tt := range []struct {
		name, raw string
		want      bool
	}{
		{"the bytes", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", true},
		{"bytes after them, and a length", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n", false},
		{"bytes after them, and no length", "HTTP/1.1 200 OK\r\n\r\nhello\n", true},
		{"compressed", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + packed.String(), true},
		{"compressed, bytes after them", "HTTP/1.1 200 OK\r\nContent-Encoding: GZIP\r\n\r\n" + packed.String() + "\r\n", true},
		{"compressed in part", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + packed.String()[:15], false},
		{"compressed, not said", "HTTP/1.1 200 OK\r\n\r\n" + packed.String(), false},
		{"said compressed, not done", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nhello", false},
		{"deflate of zlib", "HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n" + zlibbed.String(), true},
		{"raw deflate", "HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n" + deflated.String(), true},
		{"said deflated, not done", "HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\nhello", false},
		{"said identical", "HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\n\r\nhello", true},
	} {
		a := &answer{method: "GET"}
		a.parse([]byte(tt.raw), true)
		if got := a.holds([]byte("hello")); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestHoldsAPageOnce(t *testing.T) {
	for name, want := range map[string]bool{"/a.html": false, "/a.jpg": true} {
		a := &answer{method: "GET", path: name}
		a.parse([]byte("HTTP/1.1 200 OK\r\n\r\nhello\nhello"), true)
		if got := a.holds([]byte("hello")); got != want {
			t.Errorf("%s twice: %v", name, got)
		}
	}
}

func TestSaved(t *testing.T) {
	for value, want := range map[string]bool{"attachment": true, "Attachment; filename=x": true, "download": true, "inline": false, "inline; filename=x": false, "": false, "filename=x": false} {
		a := &answer{method: "GET"}
		a.parse([]byte("HTTP/1.1 200 OK\r\nContent-Disposition: "+value+"\r\n\r\n"), true)
		if got := a.saved(); got != want {
			t.Errorf("%q: %v", value, got)
		}
	}
}

func TestCookies(t *testing.T) {
	for _, tt := range []struct{ before, headers, want string }{
		{"", "Set-Cookie: seen=1; Path=/\r\nSet-Cookie: b=2\r\n", "Cookie: seen=1; b=2\r\n"},
		{"Cookie: a=1; b=2\r\n", "Set-Cookie: a=3\r\n", "Cookie: b=2; a=3\r\n"},
		{"Cookie: a=1\r\n", "", "Cookie: a=1\r\n"},
		{"", "", ""},
	} {
		a := &answer{method: "GET"}
		a.parse([]byte("HTTP/1.1 302 Found\r\n"+tt.headers+"\r\n"), true)
		if got := a.cookies(tt.before); got != tt.want {
			t.Errorf("%q, %q: %q, want %q", tt.before, tt.headers, got, tt.want)
		}
	}
}

func TestRedirect(t *testing.T) {
	for _, tt := range []struct{ status, location, want string }{
		{"302 Found", "/site/b.html", "/site/b.html"},
		{"301 X", "b.html?x=1", "/d/b.html?x=1"},
		{"307 X", "http://127.0.0.1:8080/b.html", "/b.html"},
		{"302 Found", "http://127.0.0.1:9090/b.html", ""},
		{"302 Found", "https://localhost:8080/b.html", ""},
		{"302 Found", "", ""},
		{"302 Found", "http://[", ""},
		{"200 OK", "/b.html", ""},
		{"304 Not Modified", "/b.html", ""},
	} {
		a := &answer{method: "GET", path: "/d/a.html"}
		a.parse([]byte("HTTP/1.1 "+tt.status+"\r\nLocation: "+tt.location+"\r\n\r\n"), true)
		if got := a.redirect("localhost:8080"); got != tt.want {
			t.Errorf("%s, %q: %q, want %q", tt.status, tt.location, got, tt.want)
		}
	}
}

// TestVisitIsNeverAMismatch: a browser goes on without what it visits, be there
// an answer or none; what the program makes of it shows in the next request.
func TestVisitIsNeverAMismatch(t *testing.T) {
	tr := newBench(t).run(t, `
serve s sioux.py
criterion one
visit s /favicon.ico
get a s /x
criterion two
visit s /die
criterion three
get b s /x
-- sioux.py --
import socket
s = socket.create_server(('', 8080))
while True:
    c, a = s.accept()
    what = c.recv(500).split()[1]
    if what == b'/x':
        c.sendall(b'HTTP/1.1 200 OK\r\n\r\n')
    c.close()
    if what == b'/die':
        break
`)
	for line, want := range map[int]Outcome{4: OK, 5: OK, 7: OK, 9: Mismatch} {
		for _, s := range tr.Steps {
			if s.Line == line && s.Outcome != want {
				t.Errorf("line %d, %s: %s, %s", line, s.Source, s.Outcome, s.Saw.EN)
			}
		}
	}
}

// TestClosedWithoutAnAnswer: who closes the connection did not leave the client
// waiting, whatever it does since.
func TestClosedWithoutAnAnswer(t *testing.T) {
	tr := newBench(t).run(t, `
serve s sioux.py
criterion one
get r s /x.html
-- sioux.py --
import socket
s = socket.create_server(('', 8080))
while True:
    c, a = s.accept()
    c.recv(500)
    c.close()
`)
	step := tr.Steps[2]
	if want := "no answer: the server closed the connection without sending anything"; step.Outcome != Mismatch || step.Saw.EN != want {
		t.Errorf("%s, %s", step.Outcome, step.Saw.EN)
	}
}

// TestDefaultPortIsNotNamed: browsers leave the port of HTTP out of Host.
func TestDefaultPortIsNotNamed(t *testing.T) {
	tr := newBench(t).run(t, `
serve s sioux.py
criterion one
get r s /x.html
status r 200
-- sioux.py --
import socket
s = socket.create_server(('', 80))
c, a = s.accept()
right = b'\r\nHost: localhost\r\n' in c.recv(500)
c.sendall(b'HTTP/1.1 200 OK\r\n\r\n' if right else b'HTTP/1.1 421 Misdirected Request\r\n\r\n')
c.close()
`)
	for _, s := range tr.Steps {
		if s.Outcome != OK {
			t.Errorf("line %d, %s: %s, %s", s.Line, s.Source, s.Outcome, s.Saw.EN)
		}
	}
}

// TestContentInAHeaderIsSent: a file that comes in a header without end was sent
// all the same.
func TestContentInAHeaderIsSent(t *testing.T) {
	tr := newBench(t).run(t, `
serve s sioux.py
get r s /x.html
criterion one
! body r 'secret'
-- sioux.py --
import socket
s = socket.create_server(('', 8080))
c, a = s.accept()
c.recv(500)
c.sendall(b'HTTP/1.1 200 OK' + b' ' + b'secret')
c.close()
`)
	if got := tr.Steps[3]; got.Outcome != Mismatch {
		t.Errorf("%s, %s", got.Outcome, got.Saw.EN)
	}
}

// TestHeadersOfARequestByHand: they are those of a browser, who names the port.
func TestHeadersOfARequestByHand(t *testing.T) {
	tr := newBench(t).run(t, `
serve s sioux.py
criterion one
connect c s
headers h c /x.html
send c 'GET /x.html HTTP/1.1\r\n{h}\r\n'
ask r c GET
status r 200
-- sioux.py --
import socket
s = socket.create_server(('', 8080))
c, a = s.accept()
lines = c.recv(500).decode().split('\r\n')
right = lines[1] == 'Host: localhost:8080' and lines[2].startswith('User-Agent: Mozilla/') and lines[-2:] == ['', '']
c.sendall(b'HTTP/1.1 200 OK\r\n\r\n' if right else b'HTTP/1.1 400 Bad Request\r\n\r\n')
c.close()
`)
	for _, s := range tr.Steps {
		if s.Outcome != OK {
			t.Errorf("line %d, %s: %s, %s", s.Line, s.Source, s.Outcome, s.Saw.EN)
		}
	}
}

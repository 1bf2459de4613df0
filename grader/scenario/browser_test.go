package scenario

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
)

func TestBrowserAsksForPartsOfAPage(t *testing.T) {
	for target, accept := range map[string]string{"/a.html": "text/html", "/a.css": "text/css", "/a.jpg": "image/avif", "/": "text/html"} {
		got := browserRequest("GET", target, "localhost:65535")
		if !strings.Contains(got, "\r\nAccept: "+accept+",") {
			t.Errorf("%s: %q", target, got)
		}
		if len(got) > 500 {
			t.Errorf("%s: %d bytes: programs that read 512 at once miss some", target, len(got))
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
		{"said identical", "HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\n\r\nhello", true},
	} {
		a := &answer{method: "GET"}
		a.parse([]byte(tt.raw), true)
		if got := a.holds([]byte("hello")); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
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

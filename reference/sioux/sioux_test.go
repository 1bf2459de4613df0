package sioux

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// What the site of the tests holds. Bait lies around its root.
var (
	indexPage = []byte("<!DOCTYPE html>\n<title>été</title>\n<link rel=stylesheet href=s.css>\n")
	sheet     = bytes.Repeat([]byte("p { color: red }\n"), 1000)
	picture   = jpeg(100 * 1024)
)

const (
	bait    = "outside the root"
	numbers = "0123456789"
)

// jpeg returns size octets that begin as a JPEG and take every value.
func jpeg(size int) []byte {
	data := []byte{0xff, 0xd8, 0xff, 0xe0}
	for len(data) < size {
		data = append(data, byte(len(data)*7+len(data)>>8))
	}
	return data
}

// lay writes the files of the test's site and returns its root.
func lay(t *testing.T) (root string) {
	t.Helper()
	top := t.TempDir()
	root = filepath.Join(top, "a", "root")
	for name, data := range map[string][]byte{
		"index.html":      indexPage,
		"s.css":           sheet,
		"p.jpg":           picture,
		"a b.html":        indexPage,
		"numbers.txt":     []byte(numbers),
		"empty.txt":       nil,
		"été.html":        indexPage,
		"UPPER.HTML":      indexPage,
		"unknown.xyz":     []byte("?"),
		"sub/index.html":  indexPage,
		"bare/page.html":  indexPage,
		".git/index.html": []byte(bait),
		"../outside.html": []byte(bait),
		"../../out.css":   []byte(bait),
	} {
		name = filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{
		"inside.html": "sub/index.html",
		"escape.html": "../outside.html",
		"etc":         "/etc",
		"loop.html":   "loop.html",
	} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// open returns a site that serves root.
func open(t *testing.T, folder string) site {
	t.Helper()
	root, err := os.OpenRoot(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return site{root, log.New(io.Discard, "", 0), patience}
}

// start serves folder on a free port until the end of the test.
func start(t *testing.T, folder string) (address string) {
	t.Helper()
	s := open(t, folder)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.serve(ctx, listener)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return listener.Addr().String()
}

func dial(t *testing.T, address string) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn.(*net.TCPConn)
}

// answer is a response as a client sees it.
type answer struct {
	*http.Response
	body string
}

// read reads one response to method and checks what every response must be.
func read(t *testing.T, in *bufio.Reader, method string) (answer, error) {
	t.Helper()
	resp, err := http.ReadResponse(in, &http.Request{Method: method})
	if err != nil {
		return answer{}, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Errorf("%s: body: %v", resp.Status, err)
	}
	lint(t, resp, method, len(body))
	return answer{resp, string(body)}, nil
}

// lint checks the rules of section 6 of RFC 9112 and of 9110 that hold for any response.
func lint(t *testing.T, resp *http.Response, method string, body int) {
	t.Helper()
	_, reason, _ := strings.Cut(resp.Status, " ")
	if reason == "" || resp.Proto != "HTTP/1.1" {
		t.Errorf("status line %s %s", resp.Proto, resp.Status)
	}
	for name, values := range resp.Header {
		if len(values) > 1 {
			t.Errorf("%s: field %s comes %d times", resp.Status, name, len(values))
		}
	}
	if _, err := time.Parse(http.TimeFormat, resp.Header.Get("Date")); err != nil {
		t.Errorf("%s: Date: %v", resp.Status, err)
	}
	announced := resp.Header.Get("Content-Length")
	switch bodiless := resp.StatusCode == 204 || resp.StatusCode == 304; {
	case bodiless && announced != "":
		t.Errorf("%s: Content-Length %s", resp.Status, announced)
	case !bodiless && method != "HEAD" && announced != fmt.Sprint(body):
		t.Errorf("%s: Content-Length %s for %d octets", resp.Status, announced, body)
	case !bodiless && resp.Header.Get("Content-Type") == "":
		t.Errorf("%s: no Content-Type", resp.Status)
	}
	for status, field := range map[int]string{301: "Location", 405: "Allow", 416: "Content-Range", 206: "Content-Range"} {
		if resp.StatusCode == status && resp.Header.Get(field) == "" {
			t.Errorf("%s: no %s", resp.Status, field)
		}
	}
	if _, err := time.Parse(http.TimeFormat, resp.Header.Get("Last-Modified")); err != nil && resp.Header.Get("ETag") != "" {
		t.Errorf("%s: Last-Modified: %v", resp.Status, err)
	}
}

// exchange sends raw, ends its side, and reads all the answers up to the end
// of the connection. The request line of each is only told from HEAD.
func exchange(t *testing.T, address, raw string) []answer {
	t.Helper()
	conn := dial(t, address)
	go func() { // together with reading: a refused request may be left unread
		io.WriteString(conn, raw)
		conn.CloseWrite()
	}()
	in := bufio.NewReader(conn)
	method := "GET"
	if strings.HasPrefix(raw, "HEAD ") {
		method = "HEAD"
	}
	var all []answer
	for {
		a, err := read(t, in, method)
		if err != nil {
			if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) || in.Buffered() > 0 {
				t.Errorf("after %d answers: %v", len(all), err)
			}
			return all
		}
		all = append(all, a)
		method = "GET"
	}
}

// get asks for one path with more fields, each ended by CR LF.
func get(t *testing.T, address, method, path, fields string) answer {
	t.Helper()
	all := exchange(t, address, method+" "+path+" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"+fields+"\r\n")
	if len(all) != 1 {
		t.Fatalf("%s %s: %d answers; want 1", method, path, len(all))
	}
	if !all[0].Close {
		t.Errorf("%s %s: Connection: close is not answered", method, path)
	}
	return all[0]
}

func TestFiles(t *testing.T) {
	address := start(t, lay(t))
	tests := []struct {
		path, kind string
		want       []byte
	}{
		{"/", "text/html; charset=utf-8", indexPage},
		{"/index.html", "text/html; charset=utf-8", indexPage},
		{"/s.css", "text/css; charset=utf-8", sheet},
		{"/p.jpg", "image/jpeg", picture},
		{"/a%20b.html", "text/html; charset=utf-8", indexPage},
		{"/%C3%A9t%c3%a9.html", "text/html; charset=utf-8", indexPage},
		{"/UPPER.HTML", "text/html; charset=utf-8", indexPage},
		{"/unknown.xyz", "application/octet-stream", []byte("?")},
		{"/empty.txt", "text/plain; charset=utf-8", nil},
		{"/sub/", "text/html; charset=utf-8", indexPage},
		{"/sub/?a=b", "text/html; charset=utf-8", indexPage},
		{"/s.css?v=2&x=/../?", "text/css; charset=utf-8", sheet},
		{"//s.css", "text/css; charset=utf-8", sheet},
		{"/inside.html", "text/html; charset=utf-8", indexPage},
		{"http://localhost:8080/s.css", "text/css; charset=utf-8", sheet},
		{"HTTP://[::1]", "text/html; charset=utf-8", indexPage},
		{"http://localhost?x", "text/html; charset=utf-8", indexPage},
	}
	for _, tt := range tests {
		got := get(t, address, "GET", tt.path, "")
		if got.StatusCode != 200 || got.body != string(tt.want) || got.Header.Get("Content-Type") != tt.kind {
			t.Errorf("GET %s: %s, %q, %d octets; want 200, %q, %d octets", tt.path, got.Status, got.Header.Get("Content-Type"), len(got.body), tt.kind, len(tt.want))
		}
		head := get(t, address, "HEAD", tt.path, "")
		got.Header.Set("Date", head.Header.Get("Date"))
		if head.StatusCode != 200 || head.body != "" || fmt.Sprint(head.Header) != fmt.Sprint(got.Header) {
			t.Errorf("HEAD %s: %s, %d octets, %v; want the header of GET, %v", tt.path, head.Status, len(head.body), head.Header, got.Header)
		}
	}
}

func TestNothingOutsideOfTheRoot(t *testing.T) {
	address := start(t, lay(t))
	for _, path := range []string{
		"/../outside.html", "/sub/../../outside.html", "/./../outside.html", "/../../out.css",
		"/%2e%2e/outside.html", "/..%2foutside.html", "/%2e%2e%2foutside.html", "/sub/%2e./%2e%2e/outside.html",
		"/..%5coutside.html", `/..\outside.html`, "/%252e%252e/outside.html", "//../outside.html", "/.../../../outside.html",
		"http://localhost/../outside.html", "//etc/passwd", "/etc/passwd", "/%2fetc/passwd",
		"/escape.html", "/etc/", "/.git/index.html", "/sub/../.git/index.html", "/%2egit/index.html",
	} {
		got := get(t, address, "GET", path, "")
		if got.StatusCode != 404 && got.StatusCode != 403 && got.StatusCode != 400 || strings.Contains(got.body, bait) {
			t.Errorf("GET %s: %s, %q; want a refusal", path, got.Status, got.body)
		}
	}
}

func TestRedirectsToTheFolder(t *testing.T) {
	address := start(t, lay(t))
	for path, want := range map[string]string{"/sub": "/sub/", "//sub?x": "/sub/", "/s%75b": "/s%75b/"} {
		if got := get(t, address, "GET", path, ""); got.StatusCode != 301 || got.Header.Get("Location") != want {
			t.Errorf("GET %s: %s to %q; want 301 to %q", path, got.Status, got.Header.Get("Location"), want)
		}
	}
}

func TestNewContentIsServed(t *testing.T) {
	root := lay(t)
	address := start(t, root)
	before := get(t, address, "GET", "/s.css", "")
	if err := os.WriteFile(filepath.Join(root, "s.css"), []byte("new"), 0o644); err != nil {
		t.Fatal(err)
	}
	after := get(t, address, "GET", "/s.css", "If-None-Match: "+before.Header.Get("ETag")+"\r\n")
	if after.StatusCode != 200 || after.body != "new" {
		t.Errorf("after a change: %s, %q", after.Status, after.body)
	}
	if err := os.Remove(filepath.Join(root, "s.css")); err != nil {
		t.Fatal(err)
	}
	if gone := get(t, address, "GET", "/s.css", ""); gone.StatusCode != 404 {
		t.Errorf("after its removal: %s", gone.Status)
	}
}

func TestUnreadableFile(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may read any file")
	}
	root := lay(t)
	if err := os.Chmod(filepath.Join(root, "s.css"), 0); err != nil {
		t.Fatal(err)
	}
	if got := get(t, start(t, root), "GET", "/s.css", ""); got.StatusCode != 403 {
		t.Errorf("%s; want 403", got.Status)
	}
}

// A client that reads each answer before it asks again, as a browser does.
func TestOneConnectionForSeveralRequests(t *testing.T) {
	conn := dial(t, start(t, lay(t)))
	in := bufio.NewReader(conn)
	for _, path := range []string{"/", "/s.css", "/missing", "/p.jpg"} {
		for _, octet := range []byte("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n") {
			if _, err := conn.Write([]byte{octet}); err != nil {
				t.Fatal(err)
			}
		}
		got, err := read(t, in, "GET")
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if want := map[bool]int{true: 404, false: 200}[path == "/missing"]; got.StatusCode != want || got.Close {
			t.Errorf("%s: %s, closed: %v; want %d, kept open", path, got.Status, got.Close, want)
		}
	}
}

// The server ends the connection though the client keeps its side open.
func TestServerEndsTheConnection(t *testing.T) {
	address := start(t, lay(t))
	for _, raw := range []string{
		"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
		"GET / HTTP/1.0\r\n\r\n",
		"bonjour\r\n",
		"GET / HTTP/1.1\rHost: h\r\r",
		"\x16\x03\x01\x02\x00\x01", // a browser that tries https
	} {
		conn := dial(t, address)
		io.WriteString(conn, raw)
		data, err := io.ReadAll(conn)
		if err != nil || !bytes.HasPrefix(data, []byte("HTTP/1.1 ")) || !bytes.Contains(data, []byte("\r\nConnection: close\r\n")) {
			t.Errorf("%q: %.60q, %v; want an answer that says close, and the end", raw, data, err)
		}
	}
}

func TestSlowAndRudeClientsKeepNobodyWaiting(t *testing.T) {
	address := start(t, lay(t))
	for range 3 {
		dial(t, address)                                                                   // says nothing
		io.WriteString(dial(t, address), "GET / HT")                                       // stops in the middle
		io.WriteString(dial(t, address), "GET /p.jpg HTTP/1.1\r\nHost: h\r\n\r\n")         // does not read
		rude := dial(t, address)                                                           // leaves with a reset
		io.WriteString(rude, strings.Repeat("GET /p.jpg HTTP/1.1\r\nHost: h\r\n\r\n", 50)) //
		rude.SetLinger(0)                                                                  //
		rude.Close()                                                                       //
		dial(t, address).Close()                                                           // leaves without a word
	}
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			if got := get(t, address, "GET", "/p.jpg", ""); got.body != string(picture) {
				t.Errorf("%s, %d octets", got.Status, len(got.body))
			}
		})
	}
	group.Wait()
}

func TestFileLargerThanTheBuffers(t *testing.T) {
	root := lay(t)
	large := jpeg(20 << 20)
	if err := os.WriteFile(filepath.Join(root, "large.jpg"), large, 0o644); err != nil {
		t.Fatal(err)
	}
	if got := get(t, start(t, root), "GET", "/large.jpg", ""); got.body != string(large) {
		t.Errorf("%s, %d octets; want %d", got.Status, len(got.body), len(large))
	}
}

// A client that sends a large body before it reads must still find the answer.
func TestRefusalReachesAClientThatSendsFirst(t *testing.T) {
	conn := dial(t, start(t, lay(t)))
	conn.SetWriteBuffer(16 * 1024) // so that writing waits for the server to read
	raw := "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 900000\r\n\r\n" + strings.Repeat("x", 900_000)
	if _, err := io.WriteString(conn, raw); err != nil {
		t.Fatalf("the connection was cut while sending: %v", err)
	}
	if got, err := read(t, bufio.NewReader(conn), "POST"); err != nil || got.StatusCode != 413 {
		t.Errorf("%v, %v; want 413", got.Response, err)
	}
}

func TestLastModifiedIsNotInTheFuture(t *testing.T) {
	root := lay(t)
	future := time.Now().Add(1000 * time.Hour)
	if err := os.Chtimes(filepath.Join(root, "s.css"), future, future); err != nil {
		t.Fatal(err)
	}
	got := get(t, start(t, root), "GET", "/s.css", "")
	modified, err := time.Parse(http.TimeFormat, got.Header.Get("Last-Modified"))
	if date, dateErr := time.Parse(http.TimeFormat, got.Header.Get("Date")); err != nil || dateErr != nil || modified.After(date) {
		t.Errorf("Last-Modified: %s, Date: %s", got.Header.Get("Last-Modified"), got.Header.Get("Date"))
	}
}

// closer is a body that tells that it was closed.
type closer struct {
	io.Reader
	closed bool
}

func (c *closer) Close() error {
	c.closed = true
	return nil
}

func TestBodyIsClosed(t *testing.T) {
	for _, method := range []string{"GET", "HEAD"} {
		for _, status := range []int{200, 304} {
			body := &closer{Reader: strings.NewReader(numbers)}
			resp := &response{status: status, body: body, length: 10}
			if err := resp.write(bufio.NewWriter(io.Discard), &request{method: method}); err != nil || !body.closed {
				t.Errorf("%s, %d: %v, closed: %v", method, status, err, body.closed)
			}
		}
	}
}

// A file cut while it is sent must end the connection, for the client still
// waits for the octets announced.
func TestShortBodyIsAnError(t *testing.T) {
	resp := &response{status: 200, body: io.NopCloser(strings.NewReader(numbers)), length: 11}
	if err := resp.write(bufio.NewWriter(io.Discard), &request{method: "GET"}); err == nil {
		t.Error("no error for a body shorter than its Content-Length")
	}
}

// The whole request must come within the patience of the server, however it
// trickles in.
func TestSlowRequestGets408(t *testing.T) {
	s := open(t, lay(t))
	synctest.Test(t, func(t *testing.T) {
		client, server := net.Pipe()
		go func() {
			s.converse(server)
			server.Close()
		}()
		began := time.Now()
		var trickle sync.WaitGroup
		trickle.Go(func() {
			for range 100 {
				if _, err := io.WriteString(client, "G"); err != nil {
					return
				}
				<-time.After(time.Second)
			}
		})
		got, err := read(t, bufio.NewReader(client), "GET")
		if err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(began); got.StatusCode != 408 || waited > 2*patience {
			t.Errorf("%s after %v of the test's clock", got.Status, waited)
		}
		client.Close()
		trickle.Wait()
	})
}

// The patience for a request counts from its first octet, not from the end of
// the one before it.
func TestLateRequestHasAllItsTime(t *testing.T) {
	s := open(t, lay(t))
	synctest.Test(t, func(t *testing.T) {
		client, server := net.Pipe()
		go func() {
			s.converse(server)
			server.Close()
		}()
		go func() {
			for _, piece := range []string{"GET / HTTP/1.1\r\n", "Host: h\r\n\r\n"} {
				<-time.After(patience * 9 / 10)
				io.WriteString(client, piece)
			}
		}()
		if got, err := read(t, bufio.NewReader(client), "GET"); err != nil || got.StatusCode != 200 {
			t.Errorf("%v, %v; want 200", got.Response, err)
		}
		client.Close()
	})
}

func TestIdleClientIsLetGo(t *testing.T) {
	s := open(t, lay(t))
	synctest.Test(t, func(t *testing.T) {
		client, server := net.Pipe()
		go func() {
			s.converse(server)
			server.Close()
		}()
		if data, err := io.ReadAll(client); err != nil || len(data) > 0 {
			t.Errorf("%q, %v; want the end alone", data, err)
		}
	})
}

// A client that has stopped reading is let go; one that reads slowly is not.
func TestSlowReader(t *testing.T) {
	s := open(t, lay(t))
	for _, delay := range []time.Duration{patience / 2, patience * 2} {
		synctest.Test(t, func(t *testing.T) {
			client, server := net.Pipe()
			go func() {
				s.converse(server)
				server.Close()
			}()
			io.WriteString(client, "GET /p.jpg HTTP/1.0\r\n\r\n")
			var data []byte
			piece := make([]byte, 64*1024)
			for {
				n, err := client.Read(piece)
				data = append(data, piece[:n]...)
				if err != nil {
					break
				}
				<-time.After(delay)
			}
			if whole := bytes.HasSuffix(data, picture); whole != (delay < patience) {
				t.Errorf("a pause of %v between the pieces: received all: %v", delay, whole)
			}
		})
	}
}

func TestRun(t *testing.T) {
	busy := start(t, lay(t))
	_, port, err := net.SplitHostPort(busy)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		args   []string
		status int
		stderr string
	}{
		{"stopped at once", []string{"0", t.TempDir()}, 0, ""},
		{"not a port", []string{"http"}, 2, "usage"},
		{"port too large", []string{"65536"}, 2, "usage"},
		{"too many arguments", []string{"0", ".", "."}, 2, "usage"},
		{"no such folder", []string{"0", "nowhere"}, 1, "nowhere"},
		{"root is a file", []string{"0", "sioux.go"}, 1, "sioux.go"},
		{"port in use", []string{port}, 1, port},
	}
	for _, tt := range tests {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		var stdout, stderr bytes.Buffer
		status := Run(ctx, tt.args, nil, &stdout, &stderr)
		if status != tt.status || !strings.Contains(stderr.String(), tt.stderr) || tt.stderr == "" && stderr.Len() > 0 {
			t.Errorf("%s: status %d, stderr %q; want %d, %q", tt.name, status, stderr.String(), tt.status, tt.stderr)
		}
	}
}

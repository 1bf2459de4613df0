package scenario

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// reading is what parse makes of an answer.
type reading struct {
	Code    int
	Status  string
	Headers []field
	Odd     []string
	Whole   bool
	Body    string
	Frame   frame
	Length  int
	Junk    int
	Done    bool
}

func read(method, raw string, ended bool) reading {
	a := &answer{method: method}
	done := a.parse([]byte(raw), ended)
	return reading{a.code, a.status, a.headers, a.odd, a.whole, string(a.body), a.frame, a.length, a.junk, done}
}

// TestParseEndless reads headers that never end, as they come: what is told of
// them is what came first.
func TestParseEndless(t *testing.T) {
	start := "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
	for _, tt := range []struct {
		name, raw, status string
		body              int
	}{
		{"one line", start + strings.Repeat("a", 2*maxHead), "HTTP/1.1 200 OK", 0},
		{"many lines", start + strings.Repeat("a: b\r\n", maxHead/2), "HTTP/1.1 200 OK", 0},
		{"an end too late", start + strings.Repeat("a: b\r\n", maxHead/2) + "\r\nhello", "HTTP/1.1 200 OK", 0},
		{"no status line", strings.Repeat("a", 3*maxHead), "", 3 * maxHead},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := &answer{method: "GET"}
			for n := 0; n < len(tt.raw); n += 64 << 10 {
				if a.parse([]byte(tt.raw[:n]), false) {
					t.Fatalf("complete after %d bytes", n)
				}
			}
			if !a.parse([]byte(tt.raw), true) {
				t.Fatal("not complete at the end")
			}
			if a.status != tt.status || a.whole || a.frame != frameClose || len(a.body) != tt.body {
				t.Errorf("status %q, whole %v, frame %q, %d bytes", a.status, a.whole, a.frame, len(a.body))
			}
		})
	}
}

func TestParse(t *testing.T) {
	const ok = "HTTP/1.1 200 OK"
	length := func(n int) field { return field{"content-length", fmt.Sprint(n)} }
	for _, tt := range []struct {
		name   string
		method string // GET, if empty
		raw    string
		ended  bool
		want   reading
	}{
		{
			name: "as long as promised, and the connection stays open", raw: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
			want: reading{Code: 200, Status: ok, Headers: []field{length(5)}, Whole: true, Body: "hello", Frame: frameLength, Length: 5, Done: true},
		},
		{
			name: "more than promised", raw: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello\r\n", ended: true,
			want: reading{Code: 200, Status: ok, Headers: []field{length(5)}, Whole: true, Body: "hello", Frame: frameLength, Length: 5, Done: true},
		},
		{
			name: "less than promised, so far", raw: "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello",
			want: reading{Code: 200, Status: ok, Headers: []field{length(6)}, Whole: true, Body: "hello", Frame: frameOpen, Length: 6},
		},
		{
			name: "less than promised", raw: "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello", ended: true,
			want: reading{Code: 200, Status: ok, Headers: []field{length(6)}, Whole: true, Body: "hello", Frame: frameShort, Length: 6, Done: true},
		},
		{
			name: "nothing promised", raw: "HTTP/1.1 200 OK\r\n\r\nhel\x00lo",
			want: reading{Code: 200, Status: ok, Whole: true, Body: "hel\x00lo", Frame: frameOpen, Length: -1},
		},
		{
			name: "ended by the close", raw: "HTTP/1.1 200 OK\r\n\r\nhel\x00lo", ended: true,
			want: reading{Code: 200, Status: ok, Whole: true, Body: "hel\x00lo", Frame: frameClose, Length: -1, Done: true},
		},
		{
			name: "nothing at all in it", raw: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
			want: reading{Code: 200, Status: ok, Headers: []field{length(0)}, Whole: true, Frame: frameLength, Length: 0, Done: true},
		},
		{
			name: "a length that is none", raw: "HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello", ended: true,
			want: reading{Code: 200, Status: ok, Headers: []field{{"content-length", "five"}}, Whole: true, Body: "hello", Frame: frameClose, Length: -1, Done: true},
		},
		{
			name: "a length under nothing", raw: "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", ended: true,
			want: reading{Code: 200, Status: ok, Headers: []field{{"content-length", "-5"}}, Whole: true, Body: "hello", Frame: frameClose, Length: -1, Done: true},
		},

		{
			name: "in chunks", raw: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nB;x=y\r\n\r\n world \r\n\r\n0\r\nTrailer: x\r\n\r\n",
			want: reading{Code: 200, Status: ok, Headers: []field{{"transfer-encoding", "chunked"}}, Whole: true, Body: "hello\r\n world \r\n", Frame: frameChunked, Length: -1, Done: true},
		},
		{
			name: "in chunks with bare line feeds, whatever the length says", raw: "HTTP/1.1 200 OK\nContent-Length: 3\nTransfer-Encoding: gzip, Chunked\n\n5\nhello\n0\n\n",
			want: reading{Code: 200, Status: ok, Headers: []field{length(3), {"transfer-encoding", "gzip, Chunked"}}, Whole: true, Body: "hello", Frame: frameChunked, Length: 3, Done: true},
		},
		{
			name: "without the last chunk, so far", raw: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
			want: reading{Code: 200, Status: ok, Headers: []field{{"transfer-encoding", "chunked"}}, Whole: true, Body: "hello", Frame: frameOpen, Length: -1},
		},
		{
			name: "half a chunk", raw: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe", ended: true,
			want: reading{Code: 200, Status: ok, Headers: []field{{"transfer-encoding", "chunked"}}, Whole: true, Body: "he", Frame: frameShort, Length: -1, Done: true},
		},
		{
			name: "chunks that are none", raw: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello\r\n", ended: true,
			want: reading{Code: 200, Status: ok, Headers: []field{{"transfer-encoding", "chunked"}}, Whole: true, Frame: frameShort, Length: -1, Done: true},
		},

		{
			name: "bare line feeds", raw: "HTTP/1.0 404 Not Found\nContent-Type: text/html\n\nno",
			want: reading{Code: 404, Status: "HTTP/1.0 404 Not Found", Headers: []field{{"content-type", "text/html"}}, Whole: true, Body: "no", Frame: frameOpen, Length: -1},
		},
		{
			name: "no empty line", raw: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nhello", ended: true,
			want: reading{Code: 200, Status: ok, Headers: []field{length(5)}, Frame: frameClose, Length: 5, Done: true},
		},
		{
			name: "a status line alone", raw: "HTTP/1.1 200 OK\r\n",
			want: reading{Code: 200, Status: ok, Frame: frameOpen, Length: -1},
		},
		{
			name: "half a status line, so far", raw: "HTTP/1.1 20",
			want: reading{Body: "HTTP/1.1 20", Frame: frameOpen, Length: -1},
		},
		{
			name: "a status line that only the close ends", raw: "HTTP/1.1 404 Not Found", ended: true,
			want: reading{Code: 404, Status: "HTTP/1.1 404 Not Found", Frame: frameClose, Length: -1, Done: true},
		},
		{
			name: "no status line", raw: "<p>hello\r\n</p>\r\n\r\n",
			want: reading{Body: "<p>hello\r\n</p>\r\n\r\n", Frame: frameOpen, Length: -1},
		},
		{
			name: "no status line, ended", raw: "<p>hello\r\n", ended: true,
			want: reading{Body: "<p>hello\r\n", Frame: frameClose, Length: -1, Done: true},
		},
		{
			name: "headers without a status line", raw: "Content-Length: 5\r\n\r\nhello", ended: true,
			want: reading{Body: "Content-Length: 5\r\n\r\nhello", Frame: frameClose, Length: -1, Done: true},
		},
		{name: "nothing yet", raw: "", want: reading{Length: -1}},
		{name: "nothing ever", raw: "", ended: true, want: reading{Frame: frameClose, Length: -1, Done: true}},
		{
			name: "no version", raw: "HTTP 200 OK\r\nContent-Length: 2\r\n\r\nok",
			want: reading{Code: 200, Status: "HTTP 200 OK", Headers: []field{length(2)}, Whole: true, Body: "ok", Frame: frameLength, Length: 2, Done: true},
		},
		{
			name: "no reason", raw: "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
			want: reading{Code: 200, Status: "HTTP/1.1 200", Headers: []field{length(2)}, Whole: true, Body: "ok", Frame: frameLength, Length: 2, Done: true},
		},
		{
			name: "a status glued to its version", raw: "HTTP/1.1200 OK\r\n\r\nok", ended: true,
			want: reading{Code: 200, Status: "HTTP/1.1200 OK", Whole: true, Body: "ok", Frame: frameClose, Length: -1, Done: true},
		},
		{
			name: "blanks before the status line", raw: "\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
			want: reading{Code: 200, Status: ok, Headers: []field{length(2)}, Whole: true, Body: "ok", Frame: frameLength, Length: 2, Junk: 4, Done: true},
		},
		{
			name: "more before the status line than a browser forgives", raw: "12345HTTP/1.1 200 OK\r\n\r\nok", ended: true,
			want: reading{Body: "12345HTTP/1.1 200 OK\r\n\r\nok", Frame: frameClose, Length: -1, Done: true},
		},

		{
			name: "an interim answer first", raw: "HTTP/1.1 100 Continue\r\nContent-Length: 9\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
			want: reading{Code: 200, Status: ok, Headers: []field{length(2)}, Whole: true, Body: "ok", Frame: frameLength, Length: 2, Done: true},
		},
		{name: "an interim answer alone", raw: "HTTP/1.1 100 Continue\r\n\r\n", want: reading{Length: -1}},

		{
			name: "HEAD", method: "HEAD", raw: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
			want: reading{Code: 200, Status: ok, Headers: []field{length(5)}, Whole: true, Frame: frameNone, Length: 5, Done: true},
		},
		{
			name: "a body after HEAD is seen", method: "HEAD", raw: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
			want: reading{Code: 200, Status: ok, Headers: []field{length(5)}, Whole: true, Body: "hello", Frame: frameNone, Length: 5, Done: true},
		},
		{
			name: "a code without a body", raw: "HTTP/1.1 204 No Content\r\n\r\n",
			want: reading{Code: 204, Status: "HTTP/1.1 204 No Content", Whole: true, Frame: frameNone, Length: -1, Done: true},
		},
		{
			name: "header lines of every shape", raw: "HTTP/1.1 200 OK\r\nX-Empty:\r\nX:a:b\r\nno colon\r\nA Space: x\r\nCONTENT-length:  2  \r\nContent-Length: 7\r\n\r\nok",
			want: reading{
				Code: 200, Status: ok, Headers: []field{{"x-empty", ""}, {"x", "a:b"}, length(2), length(7)}, Odd: []string{"no colon", "A Space: x"},
				Whole: true, Body: "ok", Frame: frameLength, Length: 2, Done: true,
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			method := tt.method
			if method == "" {
				method = "GET"
			}
			if diff := cmp.Diff(tt.want, read(method, tt.raw, tt.ended), cmp.AllowUnexported(field{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			byteByByte(t, method, tt.raw, tt.ended)
		})
	}
}

// byteByByte checks that what a connection makes of an answer does not depend
// on the pieces that it comes in: the same answer object reads one more byte
// each time until it is complete, and what follows changes nothing then.
func byteByByte(t *testing.T, method, raw string, ended bool) {
	t.Helper()
	a := &answer{method: method}
	n := 0
	for ; n < len(raw); n++ {
		if a.parse([]byte(raw[:n]), false) {
			break
		}
	}
	done := a.parse([]byte(raw[:n]), ended && n == len(raw))
	got := reading{a.code, a.status, a.headers, a.odd, a.whole, string(a.body), a.frame, a.length, a.junk, done}
	want := read(method, raw, ended)
	if want.Frame == frameNone {
		want.Body = got.Body // the answer was over before it
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(field{})); diff != "" {
		t.Errorf("byte by byte, complete after %d of %d (-at once +byte by byte):\n%s", n, len(raw), diff)
	}
}

// TestStatusCode reads status lines as browsers do, which let nearly everything pass.
func TestStatusCode(t *testing.T) {
	for _, tt := range []struct {
		line    string
		code    int
		assumed bool
	}{
		{"HTTP/1.1 404 Not Found", 404, false},
		{"HTTP/1.1 200OK", 200, false},
		{"HTTP 404 Not Found", 404, false},
		{"Http/1.1 404 Not Found", 404, false},
		{"http/1.0  301", 301, false},
		{"HTTP/1.1404 Not Found", 404, false},
		{"HTTP/1.1 Not Found 404", 404, false},
		{"HTTP/1.1 OK 200 ", 200, false},
		{"HTTP/1.1 Error 404 Not Found", 404, false},
		{"HTTP/1.1 OK", 200, true},
		{"HTTP/1.1 Not Found", 200, true},
		{"HTTP/1.1 port 8080", 200, true},
		{"HTTP/1.1 000 What", 200, true},
		{"HTTP/1.1", 200, true},
		{"HTML/1.1 200 OK", 0, false},
	} {
		a := &answer{method: "GET"}
		a.parse([]byte(tt.line+"\r\n\r\n"), true)
		if a.code != tt.code || a.assumed != tt.assumed {
			t.Errorf("%q: %d, assumed %v", tt.line, a.code, a.assumed)
		}
	}
}

func TestFormOfAnAnswer(t *testing.T) {
	for _, tt := range []struct{ name, raw, want string }{
		{"right", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", ""},
		{"no number", "HTTP/1.1 OK\r\n\r\n", "the status line must be like"},
		{"the number last", "HTTP/1.1 OK 200\r\n\r\n", "the status line must be like"},
		{"small letters", "Http/1.1 200 OK\r\n\r\n", "the status line must be like"},
		{"no end of line", "HTTP/1.1 404 Not Found", "its end of line (\\r\\n) is missing"},
		{"no empty line", "HTTP/1.1 404 Not Found\r\n<h1>", "the empty line between headers and content is missing"},
		{"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nhello", "several different Content-Length (0, 5)"},
		{"chunks in 1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "in an HTTP/1.0 answer"},
		{"chunks in 1.1", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", ""},
		{"as it is written", `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>`, "sent as they are written"},
		{"ends of line the wrong way round", "HTTP/1.1 200 OK\n\rContent-Type: text/html\n\r\n\r<p>", "an end of line is \\r\\n, in this order"},
	} {
		a := &answer{method: "GET"}
		a.parse([]byte(tt.raw), true)
		saw := a.fault()
		if slip := a.slip(); !saw.Empty() && !slip.Empty() {
			saw = slip
		}
		if tt.want == "" && !saw.Empty() || !strings.Contains(saw.EN, tt.want) {
			t.Errorf("%s: %q", tt.name, saw.EN)
		}
	}
}

func TestBodyDifference(t *testing.T) {
	for _, tt := range []struct{ raw, want string }{
		{"Content-Length: 5\r\n\r\nété !", "how many characters the file has"},
		{"Content-Length: 4\r\n\r\nété !", "a browser stops there"},
		{"\r\nété !\n", "too many bytes at the end"},
		{"\r\nété !été !", "sent more than once"},
		{"\r\nContent-Type: text/html\r\n\r\nété !", "“Content-Type” comes after the empty line"},
		{"\r\nétà !", "they differ from byte 5 on"},
	} {
		a := &answer{method: "GET"}
		a.parse([]byte("HTTP/1.1 200 OK\r\n"+tt.raw), true)
		if got := bodyDifference(a, []byte("été !")).EN; !strings.Contains(got, tt.want) {
			t.Errorf("%q: %q", tt.raw, got)
		}
	}
}

func TestParseDoesNotChangeWhatCame(t *testing.T) {
	raw := []byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n")
	before := bytes.Clone(raw)
	a := &answer{method: "GET"}
	a.parse(raw, true)
	a.body = append(a.body, "more"...)
	if diff := cmp.Diff(string(before), string(raw)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

func TestBrowserRequestFitsInOneSegment(t *testing.T) {
	got := browserRequest("GET", "/page.html", "localhost:6666", "")
	if len(got) > 500 {
		t.Errorf("%d bytes: programs that read 512 at once miss some", len(got))
	}
	lines := strings.Split(got, "\r\n")
	if lines[0] != "GET /page.html HTTP/1.1" || lines[1] != "Host: localhost:6666" || !strings.HasSuffix(got, "\r\n\r\n") || strings.Contains(strings.ReplaceAll(got, "\r\n", ""), "\n") {
		t.Errorf("%q", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, raw := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 200 OK\n\nhello", "\n\nHTTP 404 x\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 x\n\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a\r\nhello\r\n0\r\n\r\n", "<p>", "HTTP/1.0 200\nno colon\nA: b\n\n\x00\xff",
	} {
		f.Add(raw, false, true)
		f.Add(raw, true, false)
	}
	f.Fuzz(func(t *testing.T, raw string, head, ended bool) {
		method := "GET"
		if head {
			method = "HEAD"
		}
		r := read(method, raw, ended)
		if len(r.Body) > len(raw) {
			t.Errorf("a body of %d bytes out of %d", len(r.Body), len(raw))
		}
		if r.Frame == frameLength && len(r.Body) != r.Length {
			t.Errorf("a body of %d bytes though its length is %d", len(r.Body), r.Length)
		}
		if ended && !r.Done {
			t.Error("not complete, though nothing more comes")
		}
		if r.Done && r.Frame == frameOpen {
			t.Error("complete without an end")
		}
		if len(raw) < 2000 {
			byteByByte(t, method, raw, ended)
		}
	})
}

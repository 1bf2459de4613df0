package scenario

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
)

// answer is one HTTP answer, read as leniently as a browser reads it.
type answer struct {
	name   string
	path   string
	method string
	with   *program
	conn   *conn

	raw     []byte
	status  string // the status line, without its end
	code    int    // 0 when there is none
	headers []field
	odd     []string // header lines without a colon
	whole   bool     // the empty line after the headers was there
	body    []byte
	frame   frame
	length  int // Content-Length, -1 when there is none
	junk    int // bytes before the status line
}

type field struct{ name, value string }

// frame is how the end of an answer could be told.
type frame string

const (
	frameOpen    frame = ""        // it could not, yet
	frameLength  frame = "length"  // Content-Length
	frameChunked frame = "chunked" // last chunk
	frameClose   frame = "close"   // the server closed
	frameShort   frame = "short"   // the server closed before the promised length
	frameNone    frame = "none"    // no body by definition
)

var statusLine = regexp.MustCompile(`^HTTP[^ \t]*[ \t]+(\d{3})`)

// strictStatus is what a status line must be (RFC 9112, 4).
var strictStatus = regexp.MustCompile(`^HTTP/1\.[01] \d{3}( |$)`)

// junkBytes is how many bytes Chromium skips before a status line
// (net/http/http_stream_parser, kStatusLineStart).
const junkBytes = 4

// parse reads what has come so far. ended says that no more will come. It
// reports whether the answer is complete.
func (a *answer) parse(raw []byte, ended bool) bool {
	a.raw = raw
	for {
		rest, ok := a.head(raw)
		if !ok {
			if ended {
				a.frame = frameClose
			}
			return ended
		}
		if a.code >= 100 && a.code < 200 {
			raw = rest // an interim answer: the real one follows
			continue
		}
		return a.content(rest, ended)
	}
}

// head reads the status line and the headers. ok is false while their end has not come.
func (a *answer) head(raw []byte) (rest []byte, ok bool) {
	a.status, a.code, a.headers, a.odd, a.whole, a.body, a.length = "", 0, nil, nil, false, nil, -1
	lines := 0
	// Browsers forgive a few bytes before the status line.
	a.junk = max(0, bytes.Index(raw[:min(len(raw), junkBytes+4)], []byte("HTTP")))
	for rest = raw[a.junk:]; ; lines++ {
		l, after, found := bytes.Cut(rest, []byte("\n"))
		if !found {
			if lines == 0 || a.code == 0 {
				a.body = raw
			}
			return nil, false
		}
		rest = after
		text := string(bytes.TrimRight(l, "\r"))
		switch {
		case lines == 0:
			a.status = text
			m := statusLine.FindStringSubmatch(text)
			if m == nil {
				// No status line: everything is a body, as far as can be told.
				a.status, a.body = "", raw
				return nil, false
			}
			a.code, _ = strconv.Atoi(m[1])
		case text == "":
			a.whole = true
			return rest, true
		default:
			name, value, colon := strings.Cut(text, ":")
			if !colon || strings.ContainsAny(name, " \t") {
				a.odd = append(a.odd, text)
				continue
			}
			f := field{strings.ToLower(name), strings.TrimSpace(value)}
			a.headers = append(a.headers, f)
			if n, err := strconv.Atoi(f.value); f.name == "content-length" && err == nil && n >= 0 && a.length < 0 {
				a.length = n
			}
		}
	}
}

// get returns a header's value, or "".
func (a *answer) get(name string) string {
	for _, f := range a.headers {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

// content reads the body and reports whether it is complete.
func (a *answer) content(rest []byte, ended bool) bool {
	a.body = rest
	switch {
	case a.method == "HEAD", a.code == 204, a.code == 304:
		a.frame = frameNone
		return true
	case strings.Contains(strings.ToLower(a.get("transfer-encoding")), "chunked"):
		body, done := unchunk(rest)
		a.body = body
		switch {
		case done:
			a.frame = frameChunked
		case ended:
			a.frame = frameShort
		}
		return done || ended
	case a.length >= 0:
		if len(rest) >= a.length {
			a.body, a.frame = rest[:a.length], frameLength
			return true
		}
		if ended {
			a.frame = frameShort
		}
		return ended
	}
	if ended {
		a.frame = frameClose
	}
	return ended
}

// unchunk decodes a chunked body as far as it has come.
func unchunk(data []byte) (body []byte, done bool) {
	for {
		l, rest, found := bytes.Cut(data, []byte("\n"))
		if !found {
			return body, false
		}
		size, _, _ := strings.Cut(strings.TrimSpace(string(l)), ";")
		n, err := strconv.ParseUint(size, 16, 31)
		if err != nil {
			return body, false
		}
		if n == 0 {
			return body, true
		}
		if uint64(len(rest)) < n {
			return append(body, rest...), false
		}
		body = append(body, rest[:n]...)
		data = bytes.TrimPrefix(bytes.TrimPrefix(rest[n:], []byte("\r")), []byte("\n"))
	}
}

// browserRequest is what a browser sends for a page, in one segment of under
// 500 bytes. It asks for no compression: the bytes are to be compared.
func browserRequest(method, path, host string) string {
	return method + " " + path + " HTTP/1.1\r\n" +
		"Host: " + host + "\r\n" +
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n" +
		"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n" +
		"Accept-Language: fr,en;q=0.5\r\n" +
		"Accept-Encoding: identity\r\n" +
		"Connection: keep-alive\r\n" +
		"\r\n"
}

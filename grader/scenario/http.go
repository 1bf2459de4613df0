package scenario

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"net/url"
	"path"
	"regexp"
	"slices"
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
	code    int    // 0 when there is no status line
	assumed bool   // the status line has no number, which browsers take for 200
	headers []field
	odd     []string // header lines without a colon
	whole   bool     // the empty line after the headers was there
	body    []byte
	frame   frame
	length  int // Content-Length, -1 when there is none
	junk    int // bytes before the status line
	begin   int // where the answer begins in raw, after the interim ones
	next    int // where the line begins in raw that is to be read next
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

var (
	// statusLine is what browsers take for one: any line that begins with these
	// four letters (net/http/http_stream_parser, nsHttpTransaction).
	statusLine = regexp.MustCompile(`(?i)^http`)
	// statusCode is its number, at its place, glued to the version, or behind a
	// word: what is wrong with its place is told once, by framed.
	statusCode = regexp.MustCompile(`^[^ \t]*[ \t]+(\d{1,4})|(?i)^http/\d\.\d(\d{3})(?:[ \t]|$)|^[^ \t]*[ \t].*?[ \t]([1-5]\d\d)(?:[ \t]|$)`)
)

// strictStatus is what a status line must be (RFC 9112, 4).
var strictStatus = regexp.MustCompile(`^HTTP/1\.[01] \d{3}( |$)`)

// fieldName is what the name of a header must be (RFC 9110, 5.6.2).
var fieldName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")

// junkBytes is how many bytes Chromium skips before a status line
// (net/http/http_stream_parser, kStatusLineStart).
const junkBytes = 4

// maxHead is how long a status line and its headers may be: as much as Chromium
// reads (net/http/http_stream_parser, kMaxHeaderBufSize).
const maxHead = 256 << 10

// parse reads what has come so far, of which it may have seen a beginning
// before. ended says that no more will come. It reports whether the answer is
// complete.
func (a *answer) parse(raw []byte, ended bool) bool {
	a.raw = raw
	for !a.whole {
		if !a.head(raw, ended) {
			if ended {
				a.frame = frameClose
			}
			return ended
		}
		if a.code >= 100 && a.code < 200 {
			a.begin, a.whole = a.next, false // an interim answer: the real one follows
		}
	}
	return a.content(raw[a.next:], ended)
}

// head reads the status line and the headers, from where it stopped before. It
// reports whether their end has come. A status line that is cut by the end of
// the connection is read all the same, as browsers do.
func (a *answer) head(raw []byte, ended bool) bool {
	if a.next == a.begin {
		a.status, a.code, a.assumed, a.headers, a.odd, a.body, a.length = "", 0, false, nil, nil, nil, -1
		// Browsers forgive a few bytes before the status line.
		a.junk = max(0, bytes.Index(bytes.ToUpper(raw[a.begin:min(len(raw), a.begin+junkBytes+4)]), []byte("HTTP")))
	}
	for {
		from, first := a.next, a.next == a.begin
		if first {
			from += a.junk
		}
		l, _, found := bytes.Cut(raw[from:min(len(raw), a.begin+maxHead)], []byte("\n"))
		if first && (found || ended) {
			found = a.statusLine(bytes.TrimRight(l, "\r")) && found
		}
		if !found {
			if a.code == 0 {
				a.body = raw[a.begin:]
			}
			return false
		}
		a.next = from + len(l) + 1
		if first {
			continue
		}
		text := string(bytes.TrimRight(l, "\r"))
		if text == "" {
			a.whole = true
			return true
		}
		a.header(text)
	}
}

// statusLine reads one. It reports whether it is one: else everything is a
// body, as far as can be told.
func (a *answer) statusLine(text []byte) bool {
	if !statusLine.Match(text) {
		return false
	}
	a.status = string(text)
	if m := statusCode.FindStringSubmatch(a.status); m != nil {
		a.code, _ = strconv.Atoi(m[1] + m[2] + m[3])
	}
	if a.assumed = a.code == 0; a.assumed {
		a.code = 200
	}
	return true
}

// header reads the line of one.
func (a *answer) header(text string) {
	name, value, colon := strings.Cut(text, ":")
	// Browsers forgive blanks before the colon, "Content-Type : text/html".
	tidy := strings.TrimRight(name, " \t")
	if !colon || !fieldName.MatchString(name) {
		a.odd = append(a.odd, text)
	}
	if !colon || tidy == "" || strings.ContainsAny(tidy, " \t") {
		return
	}
	f := field{strings.ToLower(tidy), strings.TrimSpace(value)}
	a.headers = append(a.headers, f)
	if f.name != "content-length" || a.length >= 0 {
		return
	}
	if n, err := strconv.Atoi(f.value); err == nil && n >= 0 {
		a.length = n
	}
}

// lengths returns the different values of Content-Length.
func (a *answer) lengths() []string {
	var out []string
	for _, f := range a.headers {
		if f.name == "content-length" && !slices.Contains(out, f.value) {
			out = append(out, f.value)
		}
	}
	return out
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

// maxDecoded bounds what a compressed content may become.
const maxDecoded = 16 << 20

// decoded returns the content that a browser sees, once Content-Encoding is
// undone. The error says that the content is not so encoded.
func (a *answer) decoded() ([]byte, error) {
	coding := strings.ToLower(a.get("content-encoding"))
	var plain io.Reader
	var err error
	switch coding {
	case "gzip", "x-gzip":
		var z *gzip.Reader
		if z, err = gzip.NewReader(bytes.NewReader(a.body)); err == nil {
			z.Multistream(false)
			plain = z
		}
	case "deflate":
		// Browsers take it with the header of zlib, as it should be, or without.
		if plain, err = zlib.NewReader(bytes.NewReader(a.body)); err != nil {
			plain, err = flate.NewReader(bytes.NewReader(a.body)), nil
		}
	default:
		return a.body, nil
	}
	if err != nil {
		return nil, fmt.Errorf("content encoding %s: %w", coding, err)
	}
	out, err := io.ReadAll(io.LimitReader(plain, maxDecoded))
	if err != nil {
		return out, fmt.Errorf("content encoding %s: %w", coding, err)
	}
	return out, nil
}

// holds tells whether the content is these bytes. Bytes after them are allowed
// where nothing but the close tells the end, but for a page that comes again:
// it is shown twice.
func (a *answer) holds(want []byte) bool {
	body, err := a.decoded()
	if err != nil {
		return false
	}
	if a.frame != frameLength && a.frame != frameChunked {
		tail, found := bytes.CutPrefix(body, want)
		return found && !(path.Ext(a.path) == ".html" && repeats(tail, want))
	}
	return bytes.Equal(body, want)
}

// repeats tells whether a file comes again after itself.
func repeats(tail, file []byte) bool { return len(file) > 0 && bytes.Contains(tail, file) }

// redirect returns the path that the answer sends a browser to, on the server
// of host, or "".
func (a *answer) redirect(host string) string {
	switch a.code {
	case 301, 302, 303, 307, 308:
	default:
		return ""
	}
	base := &url.URL{Scheme: "http", Host: host, Path: a.path}
	to, err := base.Parse(a.get("location"))
	if err != nil || a.get("location") == "" || to.Scheme != "http" || to.Port() != base.Port() {
		return ""
	}
	return to.RequestURI()
}

// media returns the media type that a browser sees, in lower case and without
// its parameters: of several headers, the last that has one. It ends at a blank
// too, as for Chromium (net/http/http_util, ParseContentType) and Firefox
// (netwerk/base/nsURLHelper, net_ParseMediaType).
func (a *answer) media() string {
	last := ""
	for _, f := range a.headers {
		if f.name != "content-type" {
			continue
		}
		for value := range strings.SplitSeq(f.value, ",") {
			kind := strings.ToLower(strings.TrimLeft(value, " \t"))
			if end := strings.IndexAny(kind, " \t;("); end >= 0 {
				kind = kind[:end]
			}
			if strings.Contains(kind, "/") {
				last = kind
			}
		}
	}
	return last
}

// value returns what a browser makes of a header: its value in lower case,
// without parameters.
func (a *answer) value(name string) string {
	if strings.EqualFold(name, "Content-Type") {
		return a.media()
	}
	value, _, _ := strings.Cut(a.get(strings.ToLower(name)), ";")
	return strings.ToLower(strings.TrimSpace(value))
}

// chunked tells whether the content is announced in chunks.
func (a *answer) chunked() bool {
	return strings.Contains(strings.ToLower(a.get("transfer-encoding")), "chunked")
}

// early tells whether chunks are announced in a version that has none: Firefox
// undoes them all the same (netwerk/protocol/http/nsHttpTransaction), Chromium
// shows them (net/http/http_response_headers, IsChunkEncoded).
func (a *answer) early() bool {
	return a.chunked() && strings.HasPrefix(strings.ToUpper(a.status), "HTTP/1.0")
}

// saved tells whether a browser saves the content instead of showing it: its
// disposition is one, and is not inline (RFC 6266, 4.2).
func (a *answer) saved() bool {
	kind := a.value("Content-Disposition")
	return kind != "" && kind != "inline" && !strings.Contains(kind, "=")
}

// cookies returns the header lines by which a browser gives back the cookies of
// the answer, with those that it had before.
func (a *answer) cookies(before string) string {
	had := strings.TrimSuffix(strings.TrimPrefix(before, "Cookie: "), "\r\n")
	var all []string
	if had != "" {
		all = strings.Split(had, "; ")
	}
	for _, f := range a.headers {
		if f.name != "set-cookie" {
			continue
		}
		pair, _, _ := strings.Cut(f.value, ";")
		name, _, _ := strings.Cut(pair, "=")
		all = slices.DeleteFunc(all, func(old string) bool { return strings.HasPrefix(old, name+"=") })
		all = append(all, strings.TrimSpace(pair))
	}
	if len(all) == 0 {
		return ""
	}
	return "Cookie: " + strings.Join(all, "; ") + "\r\n"
}

// lasts tells whether the answer says that others may follow on its connection
// (RFC 9112, 9.3).
func (a *answer) lasts() bool {
	connection := strings.ToLower(a.get("connection"))
	if strings.HasPrefix(strings.ToUpper(a.status), "HTTP/1.0") {
		return strings.Contains(connection, "keep-alive")
	}
	return !strings.Contains(connection, "close")
}

// content reads the body and reports whether it is complete.
func (a *answer) content(rest []byte, ended bool) bool {
	a.body = rest
	switch {
	case a.method == "HEAD", a.code == 204, a.code == 304:
		a.frame = frameNone
		return true
	case a.chunked():
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

// browserRequest is what a browser sends for a page, or for a style sheet or a
// picture of one, in one segment of under 500 bytes.
func browserRequest(method, target, host, cookie string) string {
	return method + " " + target + " HTTP/1.1\r\n" + browserHeaders(target, host) + cookie + "\r\n"
}

// browserHeaders are the header lines of a browser's request. It asks for no
// compression: the bytes are to be compared. What belongs to a page tells which.
func browserHeaders(target, host string) string {
	accept, referer := "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", ""
	switch path.Ext(target) {
	case ".css":
		accept = "text/css,*/*;q=0.1"
	case ".jpg", ".jpeg", ".ico":
		accept = "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"
	}
	if path.Ext(target) != ".html" {
		referer = "Referer: http://" + host + "/" + homePage + "\r\n"
	}
	return "Host: " + host + "\r\n" +
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n" +
		"Accept: " + accept + "\r\n" +
		"Accept-Language: fr,en;q=0.5\r\n" +
		"Accept-Encoding: identity\r\n" +
		referer +
		"Connection: keep-alive\r\n"
}

// homePage is the page that every site has.
const homePage = "index.html"

package sioux

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// next is a request that follows each of those of the tables: it gets an
// answer where the connection may go on, and none where it must end. A body
// that was taken for a request would show as an answer too many.
const next = "GET /numbers.txt HTTP/1.1\r\nHost: h\r\n\r\n"

const h = "HTTP/1.1\r\nHost: h\r\n"

// TestConformance sends requests octet for octet. kept says that next is
// answered.
func TestConformance(t *testing.T) {
	address := start(t, lay(t))
	post := "POST / " + h
	chunked := post + "Transfer-Encoding: chunked\r\n\r\n"
	tests := []struct {
		name, raw string
		status    int
		kept      bool
	}{
		// methods
		{"GET", "GET / " + h + "\r\n", 200, true},
		{"HEAD", "HEAD / " + h + "\r\n", 200, true},
		{"HEAD of nothing", "HEAD /missing " + h + "\r\n", 404, true},
		{"missing", "GET /missing.html " + h + "\r\n", 404, true},
		{"POST", post + "\r\n", 405, true},
		{"OPTIONS", "OPTIONS / " + h + "\r\n", 204, true},
		{"OPTIONS *", "OPTIONS * " + h + "\r\n", 204, true},
		{"TRACE", "TRACE / " + h + "\r\n", 405, true},
		{"DELETE", "DELETE /s.css " + h + "\r\n", 405, true},
		{"PUT", "PUT /s.css " + h + "\r\n", 405, true},
		{"PATCH", "PATCH /s.css " + h + "\r\n", 405, true},
		{"CONNECT", "CONNECT h:443 " + h + "\r\n", 405, true},
		{"unknown method", "BREW / " + h + "\r\n", 501, true},
		{"lower-case get", "get / " + h + "\r\n", 501, true},
		{"method that is no token", "G(T / " + h + "\r\n", 400, false},

		// targets
		{"query", "GET /s.css?x=1 " + h + "\r\n", 200, true},
		{"percent", "GET /a%20b.html " + h + "\r\n", 200, true},
		{"percent NUL", "GET /s.css%00.html " + h + "\r\n", 404, true},
		{"bad percent", "GET /%zz " + h + "\r\n", 400, false},
		{"cut percent", "GET /% " + h + "\r\n", 400, false},
		{"folder without its slash", "GET /sub " + h + "\r\n", 301, true},
		{"folder without an index", "GET /bare/ " + h + "\r\n", 404, true},
		{"slash after a file", "GET /s.css/ " + h + "\r\n", 404, true},
		{"loop of links", "GET /loop.html " + h + "\r\n", 404, true},
		{"backslash", `GET /sub\index.html ` + h + "\r\n", 404, true},
		{"absolute form", "GET http://h/s.css " + h + "\r\n", 200, true},
		{"absolute form, bad name", "GET http://u@h/s.css " + h + "\r\n", 400, false},
		{"absolute form, no name", "GET http:///s.css " + h + "\r\n", 400, false},
		{"GET *", "GET * " + h + "\r\n", 400, false},
		{"no slash", "GET s.css " + h + "\r\n", 400, false},
		{"query alone", "GET ?x " + h + "\r\n", 400, false},
		{"fragment", "GET /s.css#top " + h + "\r\n", 400, false},
		{"raw UTF-8", "GET /été.html " + h + "\r\n", 400, false},
		{"NUL", "GET /\x00 " + h + "\r\n", 400, false},
		{"control character", "GET /\x01 " + h + "\r\n", 400, false},
		{"target of 8000", "GET /" + strings.Repeat("a", 7999) + " " + h + "\r\n", 404, true},
		{"target of 8000, deep", "GET " + strings.Repeat("/a", 4000) + " " + h + "\r\n", 404, true},
		{"target of 100 KB", "GET /" + strings.Repeat("a", 100_000) + " " + h + "\r\n", 414, false},

		// request lines
		{"garbage", "bonjour\r\n\r\n", 400, false},
		{"binary", "\x16\x03\x01\x02\x00\r\n\r\n", 400, false},
		{"no version", "GET /\r\n", 400, false},
		{"HTTP/2.0", "GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505, false},
		{"HTTP/0.9", "GET / HTTP/0.9\r\n\r\n", 505, false},
		{"HTTP/1.2", "GET / HTTP/1.2\r\nHost: h\r\n\r\n", 200, true},
		{"lower-case version", "GET / http/1.1\r\nHost: h\r\n\r\n", 400, false},
		{"HTTP/1", "GET / HTTP/1\r\nHost: h\r\n\r\n", 400, false},
		{"HTTP/01.1", "GET / HTTP/01.1\r\nHost: h\r\n\r\n", 400, false},
		{"HTTP/1.10", "GET / HTTP/1.10\r\nHost: h\r\n\r\n", 400, false},
		{"two spaces", "GET  / " + h + "\r\n", 400, false},
		{"tab", "GET\t/\tHTTP/1.1\r\nHost: h\r\n\r\n", 400, false},
		{"space in the target", "GET /a b.html " + h + "\r\n", 400, false},
		{"space before the line", " GET / " + h + "\r\n", 400, false},
		{"space after the line", "GET / HTTP/1.1 \r\nHost: h\r\n\r\n", 400, false},
		{"empty lines before", "\r\n\r\nGET / " + h + "\r\n", 200, true},
		{"too many empty lines", strings.Repeat("\r\n", 20) + "GET / " + h + "\r\n", 400, false},
		{"LF alone", "GET / HTTP/1.1\nHost: h\n\n", 200, true},
		{"CR alone", "GET / HTTP/1.1\rHost: h\r\r", 400, false},

		// Host
		{"no Host", "GET / HTTP/1.1\r\n\r\n", 400, false},
		{"two Hosts", "GET / " + h + "Host: h\r\n\r\n", 400, false},
		{"two empty Hosts", "GET / HTTP/1.1\r\nHost:\r\nHost:\r\n\r\n", 400, false},
		{"empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 200, true},
		{"Host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, false},
		{"Host with a user", "GET / HTTP/1.1\r\nHost: u@h\r\n\r\n", 400, false},
		{"Host with a path", "GET / HTTP/1.1\r\nHost: h/x\r\n\r\n", 400, false},
		{"Host with a bad port", "GET / HTTP/1.1\r\nHost: h:8o\r\n\r\n", 400, false},
		{"IPv6 Host", "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", 200, true},
		{"HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", 200, false},
		{"HTTP/1.0 with a bad Host", "GET / HTTP/1.0\r\nHost: a b\r\n\r\n", 400, false},

		// fields
		{"space before the colon", "GET / " + h + "X : y\r\n\r\n", 400, false},
		{"no colon", "GET / " + h + "X\r\n\r\n", 400, false},
		{"no name", "GET / " + h + ": y\r\n\r\n", 400, false},
		{"folded line", "GET / " + h + "X: y\r\n z\r\n\r\n", 400, false},
		{"space before the first field", "GET / HTTP/1.1\r\n Host: h\r\n\r\n", 400, false},
		{"NUL in a value", "GET / " + h + "X: a\x00b\r\n\r\n", 400, false},
		{"CR in a value", "GET / " + h + "X: a\rb\r\n\r\n", 400, false},
		{"vertical tab in a value", "GET / " + h + "X: a\vb\r\n\r\n", 400, false},
		{"DEL in a value", "GET / " + h + "X: a\x7fb\r\n\r\n", 400, false},
		{"high octets in a value", "GET / " + h + "X: \xe9\xff\r\n\r\n", 200, true},
		{"tab around a value", "GET / " + h + "Connection:\tkeep-alive\t\r\n\r\n", 200, true},
		{"field of 100 KB", "GET / " + h + "X: " + strings.Repeat("a", 100_000) + "\r\n\r\n", 431, false},
		{"2000 fields", "GET / " + h + strings.Repeat("X: y\r\n", 2000) + "\r\n", 431, false},
		{"many long fields", "GET / " + h + strings.Repeat("X: "+strings.Repeat("a", 1000)+"\r\n", 50) + "\r\n", 431, false},

		// bodies
		{"GET with a body", "GET / " + h + "Content-Length: 39\r\n\r\nGET /s.css HTTP/1.1\r\nHost: h\r\nX: yyyy\r\n", 200, true},
		{"empty body", "GET / " + h + "Content-Length: 0\r\n\r\n", 200, true},
		{"POST with a body", post + "Content-Length: 5\r\n\r\nhello", 405, true},
		{"large body", "GET / " + h + "Content-Length: 10000000\r\n\r\n" + strings.Repeat("x", 500_000), 413, false},
		{"negative length", post + "Content-Length: -1\r\n\r\n", 400, false},
		{"signed length", post + "Content-Length: +5\r\n\r\nhello", 400, false},
		{"hexadecimal length", post + "Content-Length: 0x5\r\n\r\nhello", 400, false},
		{"octal length", post + "Content-Length: 0o5\r\n\r\nhello", 400, false},
		{"underscore in the length", post + "Content-Length: 1_0\r\n\r\nhellohello", 400, false},
		{"space in the length", post + "Content-Length: 1 0\r\n\r\nhellohello", 400, false},
		{"no length", post + "Content-Length:\r\n\r\n", 400, false},
		{"length overflow", post + "Content-Length: 99999999999999999999\r\n\r\nhello", 400, false},
		{"two lengths", post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", 400, false},
		{"list of lengths", post + "Content-Length: 5, 6\r\n\r\nhello!", 400, false},
		{"length and chunked", post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, false},
		{"unknown coding", post + "Transfer-Encoding: gzip\r\n\r\n", 400, false},
		{"xchunked", post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400, false},
		{"identity", post + "Transfer-Encoding: identity\r\n\r\n", 400, false},
		{"chunked not last", post + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 400, false},
		{"chunked twice", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, false},
		{"chunked with a vertical tab", post + "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n", 400, false},
		{"chunked with a NUL", post + "Transfer-Encoding: chunked\x00\r\n\r\n0\r\n\r\n", 400, false},
		{"chunked, space before the colon", post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400, false},
		{"chunked, folded", post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400, false},
		{"chunked in HTTP/1.0", "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, false},
		{"GET, chunked", "GET / " + h + "Transfer-Encoding: Chunked\r\n\r\n5;a=b\r\nhello\r\nA\r\n0\r\n\r\nGET /\r\n0\r\nX: y\r\n\r\n", 200, true},
		{"POST, chunked", chunked + "5\r\nhello\r\n0\r\n\r\n", 405, true},
		{"chunk of no size", chunked + "\r\nhello\r\n0\r\n\r\n", 400, false},
		{"bad chunk size", chunked + "xyz\r\nhello\r\n0\r\n\r\n", 400, false},
		{"chunk size overflow", chunked + "FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n", 400, false},
		{"large chunk", chunked + "7FFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n", 413, false},
		{"many chunks", chunked + strings.Repeat("4000\r\n"+strings.Repeat("x", 0x4000)+"\r\n", 5) + "0\r\n\r\n", 413, false},
		{"chunk size 0x5", chunked + "0x5\r\nhello\r\n0\r\n\r\n", 400, false},
		{"chunk size +5", chunked + "+5\r\nhello\r\n0\r\n\r\n", 400, false},
		{"chunk size -5", chunked + "-5\r\nhello\r\n0\r\n\r\n", 400, false},
		{"chunk size 1_0", chunked + "1_0\r\nhellohellohello!\r\n0\r\n\r\n", 400, false},
		{"space before a chunk size", chunked + " 5\r\nhello\r\n0\r\n\r\n", 400, false},
		{"space after a chunk size", chunked + "5 \r\nhello\r\n0\r\n\r\n", 400, false},
		{"chunk longer than its size", chunked + "5\r\nhello!!\r\n0\r\n\r\n", 400, false},
		{"chunk without its end", chunked + "5\r\nhello0\r\n\r\n", 400, false},
		{"chunk line with LF alone", chunked + "5\nhello\r\n0\r\n\r\n", 400, false},
		{"chunk line with CR alone", chunked + "5\rhello\r\n0\r\n\r\n", 400, false},
		{"long chunk extension", chunked + "5;" + strings.Repeat("a", 1000) + "\r\nhello\r\n0\r\n\r\n", 400, false},
		{"bad trailer", chunked + "0\r\nX : y\r\n\r\n", 400, false},
		{"Expect: 100-continue", post + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n", 405, false},
		{"Expect: 100-continue on GET", "GET / " + h + "Expect: 100-Continue\r\n\r\n", 200, false},
		{"other Expect", "GET / " + h + "Expect: tea\r\n\r\n", 417, false},
		{"Expect in HTTP/1.0", "GET / HTTP/1.0\r\nExpect: tea\r\n\r\n", 200, false},

		// connections
		{"Connection: close", "GET / " + h + "Connection: close\r\n\r\n", 200, false},
		{"Connection: Close in a list", "GET / " + h + "Connection: x,Close\r\nConnection: y\r\n\r\n", 200, false},
		{"HTTP/1.0 keep-alive", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", 200, true},
		{"HTTP/1.0 keep-alive and close", "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", 200, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := []string{fmt.Sprint(tt.status)}
			if tt.kept {
				want = append(want, "200 "+numbers)
			}
			all := exchange(t, address, tt.raw+next)
			var got []string
			for i, a := range all {
				got = append(got, fmt.Sprint(a.StatusCode))
				if i > 0 {
					got[i] += " " + a.body
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("answers (-want +got):\n%s", diff)
			}
			if all[0].Close == tt.kept {
				t.Errorf("says that it closes: %v, kept: %v", all[0].Close, tt.kept)
			}
			if connection := all[0].Header.Get("Connection"); tt.kept && strings.Contains(tt.raw, "HTTP/1.0") && connection != "keep-alive" {
				t.Errorf("Connection: %q to a kept HTTP/1.0 client", connection)
			}
		})
	}
}

func TestPipelining(t *testing.T) {
	all := exchange(t, start(t, lay(t)), strings.Repeat("GET /s.css "+h+"\r\n"+next+"GET /missing "+h+"\r\n", 20))
	var got, want []string
	for range 20 {
		want = append(want, "200 text/css; charset=utf-8", "200 text/plain; charset=utf-8", "404 text/html; charset=utf-8")
	}
	for _, a := range all {
		got = append(got, fmt.Sprint(a.StatusCode, " ", a.Header.Get("Content-Type")))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}

func TestConditions(t *testing.T) {
	address := start(t, lay(t))
	first := get(t, address, "GET", "/numbers.txt", "")
	tag, date := first.Header.Get("ETag"), first.Header.Get("Last-Modified")
	const old, future = "Sat, 01 Jan 2000 00:00:00 GMT", "Thu, 01 Jan 2099 00:00:00 GMT"
	tests := []struct {
		name, fields string
		status       int
		body         string
	}{
		{"If-None-Match, same", "If-None-Match: " + tag + "\r\n", 304, ""},
		{"If-None-Match, weak", "If-None-Match: W/" + tag + "\r\n", 304, ""},
		{"If-None-Match, list", `If-None-Match: "x", ` + tag + `, "y"` + "\r\n", 304, ""},
		{"If-None-Match, two lines", `If-None-Match: "x"` + "\r\nIf-None-Match: " + tag + "\r\n", 304, ""},
		{"If-None-Match, *", "If-None-Match: *\r\n", 304, ""},
		{"If-None-Match, other", `If-None-Match: "x"` + "\r\n", 200, numbers},
		{"If-None-Match before If-Modified-Since", `If-None-Match: "x"` + "\r\nIf-Modified-Since: " + date + "\r\n", 200, numbers},
		{"If-Modified-Since, same", "If-Modified-Since: " + date + "\r\n", 304, ""},
		{"If-Modified-Since, old", "If-Modified-Since: " + old + "\r\n", 200, numbers},
		{"If-Modified-Since, old, RFC 850", "If-Modified-Since: Saturday, 01-Jan-00 00:00:00 GMT\r\n", 200, numbers},
		{"If-Modified-Since, future", "If-Modified-Since: " + future + "\r\n", 200, numbers},
		{"If-Modified-Since, garbage", "If-Modified-Since: yesterday\r\n", 200, numbers},
		{"If-Match, same", "If-Match: " + tag + "\r\n", 200, numbers},
		{"If-Match, *", "If-Match: *\r\n", 200, numbers},
		{"If-Match, weak", "If-Match: W/" + tag + "\r\n", 412, ""},
		{"If-Match, other", `If-Match: "x"` + "\r\n", 412, ""},
		{"If-Unmodified-Since, same", "If-Unmodified-Since: " + date + "\r\n", 200, numbers},
		{"If-Unmodified-Since, old", "If-Unmodified-Since: " + old + "\r\n", 412, ""},
		{"If-Unmodified-Since, old, asctime", "If-Unmodified-Since: Sat Jan  1 00:00:00 2000\r\n", 412, ""},
		{"If-Match before If-Unmodified-Since", "If-Match: " + tag + "\r\nIf-Unmodified-Since: " + old + "\r\n", 200, numbers},

		{"Range", "Range: bytes=2-4\r\n", 206, "234"},
		{"Range of one", "Range: Bytes=0-0\r\n", 206, "0"},
		{"Range from", "Range: bytes=7-\r\n", 206, "789"},
		{"Range of the last", "Range: bytes=-3\r\n", 206, "789"},
		{"Range of more than all", "Range: bytes=-30\r\n", 206, numbers},
		{"Range beyond the end", "Range: bytes=8-99\r\n", 206, "89"},
		{"Range after the end", "Range: bytes=10-\r\n", 416, ""},
		{"Range far after the end", "Range: bytes=4611686018427387000-4611686018427387001\r\n", 416, ""},
		{"Range of the last none", "Range: bytes=-0\r\n", 416, ""},
		{"Range backwards", "Range: bytes=4-2\r\n", 200, numbers},
		{"Range of nothing", "Range: bytes=-\r\n", 200, numbers},
		{"Range, signed", "Range: bytes=+1-2\r\n", 200, numbers},
		{"Range, garbage", "Range: bytes\r\n", 200, numbers},
		{"Range, other unit", "Range: lines=0-9\r\n", 200, numbers},
		{"two ranges", "Range: bytes=0-1,4-5\r\n", 200, numbers},
		{"1000 ranges", "Range: bytes=" + strings.Repeat("0-,", 999) + "0-\r\n", 200, numbers},
		{"If-Range, same tag", "Range: bytes=0-1\r\nIf-Range: " + tag + "\r\n", 206, "01"},
		{"If-Range, same date", "Range: bytes=0-1\r\nIf-Range: " + date + "\r\n", 206, "01"},
		{"If-Range, weak tag", "Range: bytes=0-1\r\nIf-Range: W/" + tag + "\r\n", 200, numbers},
		{"If-Range, old date", "Range: bytes=0-1\r\nIf-Range: " + old + "\r\n", 200, numbers},
		{"If-None-Match before Range", "Range: bytes=0-1\r\nIf-None-Match: " + tag + "\r\n", 304, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := get(t, address, "GET", "/numbers.txt", tt.fields)
			if got.StatusCode != tt.status || got.StatusCode < 300 && got.body != tt.body {
				t.Errorf("%s, %q; want %d, %q", got.Status, got.body, tt.status, tt.body)
			}
			if same := slices.Contains([]int{200, 206, 304}, tt.status); same && (got.Header.Get("ETag") != tag || got.Header.Get("Last-Modified") != date) {
				t.Errorf("%s: ETag %q, Last-Modified %q; want %q, %q", got.Status, got.Header.Get("ETag"), got.Header.Get("Last-Modified"), tag, date)
			}
			if place := got.Header.Get("Content-Range"); tt.status == 416 && place != "bytes */10" ||
				tt.status == 206 && place != fmt.Sprintf("bytes %d-%d/10", strings.Index(numbers, tt.body), strings.Index(numbers, tt.body)+len(tt.body)-1) {
				t.Errorf("%s: Content-Range %q for %q", got.Status, place, tt.body)
			}
		})
	}
	if head := get(t, address, "HEAD", "/numbers.txt", "Range: bytes=2-4\r\n"); head.StatusCode != 200 || head.Header.Get("Content-Length") != "10" {
		t.Errorf("HEAD with a range: %s, %v; want it ignored", head.Status, head.Header)
	}
	if empty := get(t, address, "GET", "/empty.txt", "Range: bytes=0-\r\n"); empty.StatusCode != 416 {
		t.Errorf("range of an empty file: %s; want 416", empty.Status)
	}
}

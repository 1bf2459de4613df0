package sioux

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

// FuzzReadRequest checks that a request is understood in the same way whatever
// the pieces it comes in, that what is understood is fit to be acted on, and
// that the next request begins where net/http finds it too.
func FuzzReadRequest(f *testing.F) {
	for _, seed := range []string{
		"GET / HTTP/1.1\r\nHost: h\r\n\r\n" + next,
		"HEAD http://h/a%20b?x HTTP/1.0\nConnection: keep-alive\n\n",
		"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello" + next,
		"POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n" + next,
		"OPTIONS * HTTP/1.1\r\nHost: [::1]:80\r\nExpect: 100-continue\r\n\r\n",
		"\r\nGET /%00 HTTP/1.1\r\nHost:\r\nX: \xff\r\n\r\n",
		"bonjour\r\n",
		"GET /\rX",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		whole := bufio.NewReader(bytes.NewReader(data))
		req, err := readRequest(whole)
		rest, _ := io.ReadAll(whole)

		pieces := bufio.NewReader(iotest.OneByteReader(bytes.NewReader(data)))
		again, againErr := readRequest(pieces)
		if restAgain, _ := io.ReadAll(pieces); fmt.Sprint(err) != fmt.Sprint(againErr) || !reflect.DeepEqual(req, again) || !bytes.Equal(rest, restAgain) {
			t.Fatalf("all at once: %+v, %v; octet by octet: %+v, %v", req, err, again, againErr)
		}
		if err != nil {
			refusal, ok := errors.AsType[refused](err)
			if !ok && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("error %v is neither a refusal nor the end", err)
			}
			if ok && reason(refusal.status) == "" || req.keepAlive {
				t.Errorf("refused with status %d, keepAlive %v", refusal.status, req.keepAlive)
			}
			return
		}
		if !token.MatchString(req.method) || req.rawPath != "" && req.rawPath[0] != '/' {
			t.Errorf("accepted %+v", req)
		}
		if path, err := url.PathUnescape(req.rawPath); err != nil || path != req.path || strings.ContainsAny(req.rawPath, "\r\n \x00?#") {
			t.Errorf("path %q of %q: %v", req.path, req.rawPath, err)
		}

		// net/http accepts less here and more there; where both accept, they
		// must agree, or one of them can be made to smuggle a request.
		other := bufio.NewReader(bytes.NewReader(bytes.TrimLeft(data, "\r\n")))
		theirs, err := http.ReadRequest(other)
		if err != nil || req.header.has("expect", "100-continue") && !req.http10 || req.method == "CONNECT" {
			return
		}
		if _, err := io.Copy(io.Discard, theirs.Body); err != nil {
			return
		}
		if theirRest, _ := io.ReadAll(other); !bytes.Equal(rest, theirRest) {
			t.Errorf("the next request begins at %.40q; for net/http at %.40q", rest, theirRest)
		}
		if theirs.Method != req.method || theirs.URL.Path != req.path && req.path != "" {
			t.Errorf("understood %s %q; net/http %s %q", req.method, req.path, theirs.Method, theirs.URL.Path)
		}
	})
}

package sioux

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"
)

// response is what the server answers.
type response struct {
	status int
	fields []string      // "Name: value", but for those that every response has
	body   io.ReadCloser // or nil
	length int64         // octets of body to send
}

// refused is the error of a request that gets a page of explanation instead of
// a file.
type refused struct {
	status int
	why    string // for the person who asked, hence in French
	fields []string
}

func refuse(status int, why string, fields ...string) refused { return refused{status, why, fields} }

// Error makes a refused an error.
func (r refused) Error() string { return fmt.Sprintf("%d %s: %s", r.status, reason(r.status), r.why) }

// page is the response that says why. It repeats nothing of what the client
// sent, which could be a script.
func (r refused) page() *response {
	title := fmt.Sprintf("%d %s", r.status, reason(r.status))
	html := fmt.Sprintf("<!DOCTYPE html>\n<html lang=\"fr\">\n<title>%s</title>\n<h1>%s</h1>\n<p>%s</p>\n</html>\n", title, title, r.why)
	fields := append([]string{"Content-Type: " + contentType(".html")}, r.fields...)
	return &response{r.status, fields, io.NopCloser(strings.NewReader(html)), int64(len(html))}
}

// write sends the response to req and closes its body: a status line, fields,
// an empty line, and a body whose end Content-Length tells. To HEAD, all of it
// but the body.
func (resp *response) write(out *bufio.Writer, req *request) error {
	if resp.body != nil {
		defer resp.body.Close()
	}
	fields := append([]string{
		fmt.Sprintf("HTTP/1.1 %d %s", resp.status, reason(resp.status)),
		"Date: " + time.Now().UTC().Format(httpDate),
		"Server: sioux",
		"X-Content-Type-Options: nosniff",
	}, resp.fields...)
	if resp.status != 204 && resp.status != 304 { // these two never have a body
		fields = append(fields, fmt.Sprintf("Content-Length: %d", resp.length))
	}
	if !req.keepAlive {
		fields = append(fields, "Connection: close")
	} else if req.http10 {
		fields = append(fields, "Connection: keep-alive")
	}
	out.WriteString(strings.Join(fields, "\r\n") + "\r\n\r\n")
	if req.method != "HEAD" && resp.length > 0 {
		// Fewer octets than announced (the file was cut meanwhile) is an
		// error, and the connection is not used again.
		if _, err := io.CopyN(out, resp.body, resp.length); err != nil {
			return err
		}
	}
	return out.Flush()
}

// reason is the text that goes with a status.
func reason(status int) string {
	return map[int]string{
		200: "OK", 204: "No Content", 206: "Partial Content",
		301: "Moved Permanently", 304: "Not Modified",
		400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
		408: "Request Timeout", 412: "Precondition Failed", 413: "Content Too Large",
		414: "URI Too Long", 416: "Range Not Satisfiable", 417: "Expectation Failed",
		431: "Request Header Fields Too Large", 501: "Not Implemented", 505: "HTTP Version Not Supported",
	}[status]
}

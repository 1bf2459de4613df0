package sioux

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// httpDate is how HTTP writes a date, which is always in UTC.
const httpDate = "Mon, 02 Jan 2006 15:04:05 GMT"

// part gives what the client needs of file: all of it, nothing when it has it
// already, or the octets it asks for. now is the time of the answer. The
// response, if any, closes file.
func part(req *request, file *os.File, kind string, now time.Time) (*response, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	size, modified := info.Size(), info.ModTime().UTC()
	tag := fmt.Sprintf(`"%x-%x"`, modified.UnixNano(), size)
	if modified.After(now) {
		modified = now.UTC() // a Last-Modified is never in the future: 9110 8.8.2.1
	}
	modified = modified.Truncate(time.Second)

	resp := &response{status: 200, body: file, length: size}
	resp.fields = []string{"ETag: " + tag, "Last-Modified: " + modified.Format(httpDate)}
	switch condition(req.header, tag, modified, now) {
	case 304:
		resp.status, resp.length = 304, 0
		return resp, nil
	case 412:
		return nil, refuse(412, "Le fichier n'est pas, ou n'est plus, celui que la requête suppose.")
	}
	resp.fields = append(resp.fields, "Accept-Ranges: bytes", "Content-Type: "+kind)
	if req.method != "GET" || !fresh(req.header, tag, modified) {
		return resp, nil // a range is defined for GET alone: 9110 14.2
	}
	start, count, asked := byteRange(req.header["range"], size)
	if asked && count == 0 {
		return nil, refuse(416, "Le fichier n'a pas ces octets.", fmt.Sprintf("Content-Range: bytes */%d", size))
	}
	if asked {
		if _, err := file.Seek(start, io.SeekStart); err != nil {
			return nil, err
		}
		resp.status, resp.length = 206, count
		resp.fields = append(resp.fields, fmt.Sprintf("Content-Range: bytes %d-%d/%d", start, start+count-1, size))
	}
	return resp, nil
}

// condition applies If-Match and the others in the order of 9110 13.2.2, and
// gives the status: 200 when the file is to be sent, 304 or 412.
func condition(h header, tag string, modified, now time.Time) int {
	if _, found := h["if-match"]; found {
		if !h.has("if-match", tag) && h["if-match"] != "*" {
			return 412
		}
	} else if date, ok := parseDate(h["if-unmodified-since"]); ok && modified.After(date) {
		return 412
	}
	if _, found := h["if-none-match"]; found {
		if h.has("if-none-match", tag) || h.has("if-none-match", "W/"+tag) || h["if-none-match"] == "*" {
			return 304
		}
	} else if date, ok := parseDate(h["if-modified-since"]); ok && !modified.After(date) && !date.After(now) {
		return 304
	}
	return 200
}

// fresh reports whether If-Range, if any, says that the client's part is of
// this very file.
func fresh(h header, tag string, modified time.Time) bool {
	validator, found := h["if-range"]
	return !found || validator == tag || validator == modified.Format(httpDate)
}

// parseDate reads a date in one of the three forms of 9110 5.6.7.
func parseDate(text string) (time.Time, bool) {
	for _, form := range []string{httpDate, "Monday, 02-Jan-06 15:04:05 GMT", time.ANSIC} {
		if date, err := time.Parse(form, text); err == nil {
			return date, true
		}
	}
	return time.Time{}, false
}

// byteRange understands "bytes=0-99", "bytes=100-" and "bytes=-100" for a file
// of size octets; a count of 0 says that it has none of those. Anything else,
// several ranges among it, asks for no range: the whole file is a right answer
// (9110 14.2).
func byteRange(field string, size int64) (start, count int64, asked bool) {
	unit, set, _ := strings.Cut(field, "=")
	first, last, found := strings.Cut(set, "-")
	from, fromErr := strconv.ParseUint(first, 10, 62)
	to, toErr := strconv.ParseUint(last, 10, 62)
	switch {
	case !found || !strings.EqualFold(unit, "bytes"):
		return 0, 0, false
	case first == "" && toErr == nil: // the last octets
		count = min(int64(to), size)
		return size - count, count, true
	case fromErr == nil && last == "": // to the end
		to = uint64(size)
	case fromErr != nil || toErr != nil || to < from:
		return 0, 0, false
	}
	start = int64(from)
	return start, max(0, min(int64(to)+1, size)-start), true
}

package sioux

import (
	"bufio"
	"io"
	"strconv"
	"strings"
)

// maxBody is how many octets of a request's body are read, to be thrown away:
// nothing here needs a body, but the next request begins after it.
const maxBody = 64 * 1024

// skipBody reads the body and forgets it. When two servers on the way of a
// request do not agree on the length of its body, the end of one request is
// taken for the beginning of another (request smuggling): any doubt is
// refused, and the connection closed.
func (req *request) skipBody(in *bufio.Reader) error {
	length, measured := req.header["content-length"]
	coding, chunked := req.header["transfer-encoding"]
	expected, expecting := req.header["expect"]
	size := uint64(0)
	switch {
	case chunked && measured:
		return refuse(400, "Content-Length et Transfer-Encoding ne vont pas ensemble.")
	case chunked && (req.http10 || !strings.EqualFold(coding, "chunked")):
		return refuse(400, "Le seul Transfer-Encoding compris est chunked, en HTTP/1.1.")
	case measured:
		var err error // ParseUint takes digits alone: no sign, no space, and no list
		if size, err = strconv.ParseUint(length, 10, 63); err != nil {
			return refuse(400, "Content-Length doit être un nombre.")
		}
	}
	switch {
	case expecting && !req.http10 && !strings.EqualFold(expected, "100-continue"):
		return refuse(417, "La seule attente comprise est 100-continue.")
	case expecting && !req.http10:
		// The client waits for our opinion before it sends its body. The
		// answer is ready without it, and the end of the connection will
		// tell the client to keep it (9110 10.1.1).
		return nil
	case chunked:
		return skipChunks(in)
	}
	return discard(in, size, maxBody)
}

// discard reads size octets unless they are more than most.
func discard(in *bufio.Reader, size, most uint64) error {
	if size > most {
		return refuse(413, "Le corps de la requête est trop gros.")
	}
	_, err := io.CopyN(io.Discard, in, int64(size))
	return err
}

// skipChunks reads a chunked body (9112 7.1): for each chunk its size in
// hexadecimal, an end of line, so many octets, an end of line; a chunk of size
// 0 is the last, and fields may follow it.
func skipChunks(in *bufio.Reader) error {
	malformed := refuse(400, "Un morceau du corps (chunked) est mal écrit.")
	for left := uint64(maxBody); ; {
		line, err := readLine(in, 256, malformed, true)
		if err != nil {
			return err
		}
		digits, _, _ := strings.Cut(line, ";") // what follows is an extension
		size, err := strconv.ParseUint(digits, 16, 63)
		if err != nil {
			return malformed
		}
		if size == 0 {
			_, err := readFields(in, true)
			return err
		}
		if err := discard(in, size, left); err != nil {
			return err
		}
		left -= size
		if _, err := readLine(in, 0, malformed, true); err != nil {
			return err
		}
	}
}

// Package sioux is the right answer to exercise 4: a small HTTP/1.1 server of
// static files, written by hand over TCP connections since that is the point
// of the exercise. The section numbers in comments are those of RFC 9110
// (HTTP semantics) and RFC 9112 (HTTP/1.1).
//
// It is read in this order: sioux.go (the connections), request.go (what the
// client asks), body.go (what it sends besides), files.go (the file it gets),
// conditions.go (whether it needs it) and response.go (how it is sent).
//
// Not goals: HTTPS, listing directories, running programs, compressing.
package sioux

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"strconv"
	"sync"
	"time"
)

const (
	patience   = 10 * time.Second // with a client that does not do its part
	maxClients = 400              // at once; the others wait to be accepted
	maxLinger  = 1 << 20          // octets read and thrown away before closing
)

// Run is the program; its arguments are the port (8080 if none; 0 for any that
// is free) and the document root (the working directory if none). It serves
// until ctx is done, with status 0. The status is 1 when the port or the root
// cannot be used, 2 for a wrong usage.
func Run(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) int {
	port, folder := "8080", "."
	if len(args) > 0 {
		port = args[0]
	}
	if len(args) > 1 {
		folder = args[1]
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil || len(args) > 2 {
		fmt.Fprintln(stderr, "usage : sioux [PORT [DOSSIER]]   (8080 et le dossier courant par défaut)")
		return 2
	}
	// An os.Root opens nothing outside of its folder, whatever the name and
	// the symbolic links it goes through.
	root, err := os.OpenRoot(folder)
	if err != nil {
		fmt.Fprintf(stderr, "sioux : impossible de servir le dossier %s (%v)\n", folder, err)
		return 1
	}
	defer root.Close()
	listener, err := net.Listen("tcp", ":"+port)
	if err != nil {
		fmt.Fprintf(stderr, "sioux : impossible d'écouter sur le port %s, un autre serveur l'occupe-t-il ? (%v)\n", port, err)
		return 1
	}
	fmt.Fprintf(stdout, "http://localhost:%d/ sert le dossier %s\n", listener.Addr().(*net.TCPAddr).Port, folder)
	site{root, log.New(stdout, "", 0), patience}.serve(ctx, listener)
	return 0
}

// site is a folder of documents and how it is served.
type site struct {
	root     *os.Root
	log      *log.Logger   // gets a line for each request
	patience time.Duration // for a request to begin, for it to end, for a piece of the response to go
}

// serve answers every client of listener, each in a goroutine of its own so
// that a slow one makes nobody wait, until ctx is done and they are all gone.
func (s site) serve(ctx context.Context, listener net.Listener) {
	var clients sync.WaitGroup
	defer clients.Wait()
	defer context.AfterFunc(ctx, func() { listener.Close() })()

	slots := make(chan struct{}, maxClients)
	for ctx.Err() == nil {
		slots <- struct{}{}
		conn, err := listener.Accept()
		if err != nil { // too many open files, perhaps: let some clients go
			<-slots
			select {
			case <-ctx.Done():
			case <-time.After(100 * time.Millisecond):
			}
			continue
		}
		clients.Go(func() {
			defer func() { <-slots }()
			defer conn.Close()
			defer context.AfterFunc(ctx, func() { conn.Close() })()
			s.converse(conn)
		})
	}
}

// converse answers the requests of one client in turn, until one of them asks
// for the end, or is such that nobody can tell where the next one begins.
func (s site) converse(conn net.Conn) {
	in, out := bufio.NewReader(conn), bufio.NewWriterSize(writer{conn, s.patience}, 32*1024)
	for again := true; again; {
		conn.SetReadDeadline(time.Now().Add(s.patience))
		if _, err := in.Peek(1); err != nil {
			return // the client has nothing to ask, any more or ever
		}
		conn.SetReadDeadline(time.Now().Add(s.patience)) // for the whole request, however it trickles in
		req, err := readRequest(in)
		var resp *response
		if err == nil {
			resp, err = s.answer(req)
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			err = refuse(408, "La requête n'est pas arrivée en entier à temps.")
		}
		if refusal, ok := errors.AsType[refused](err); ok {
			resp = refusal.page()
		} else if err != nil {
			return // the client left in the middle of its request
		}
		s.log.Printf("%s %.200q %d", conn.RemoteAddr(), req.line, resp.status)
		if err := resp.write(out, req); err != nil {
			return
		}
		again = req.keepAlive
	}
	// Closing while the client is still sending would make TCP reset the
	// connection, and the client could lose the response before reading it:
	// end our side, and hear the client out for a while (9112 9.6).
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.CloseWrite()
	}
	conn.SetReadDeadline(time.Now().Add(s.patience))
	io.CopyN(io.Discard, conn, maxLinger)
}

// writer gives the client a new delay for each piece, so that a slow reader of
// a large file gets all of it and one that has stopped reading is let go.
type writer struct {
	net.Conn
	patience time.Duration
}

// Write sends piece within the delay.
func (w writer) Write(piece []byte) (int, error) {
	w.SetWriteDeadline(time.Now().Add(w.patience))
	return w.Conn.Write(piece)
}

// Package server is the right answer to exercise 1: a TCP server that shows one
// message for each connection, and stops on a message that begins with "quit".
package server

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	address = ":6666"   // every IPv4 address of the machine
	longest = 64 * 1024 // octets of a message; what follows is not read

	// pause is how long a client that has begun a message may stay silent in
	// the middle of it. A message ends with its line, or with the client's
	// side of the connection; but a client may send "coucou" without an end of
	// line and wait for us to close, and only its silence tells that it is over.
	pause = 500 * time.Millisecond
)

// Run is the program. It takes no argument. The status is 0 after "quit" or
// when ctx is done, 1 when the port cannot be used, 2 for a wrong usage.
func Run(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) int {
	if len(args) > 0 {
		fmt.Fprintln(stderr, "usage : server (sans argument)")
		return 2
	}
	return run(ctx, address, stdout, stderr)
}

// run is Run on any address.
func run(ctx context.Context, address string, stdout, stderr io.Writer) int {
	// As every listener made by Go on Unix, this one has SO_REUSEADDR: the
	// server can be started again as soon as it has stopped.
	listener, err := net.Listen("tcp4", address)
	if err != nil {
		fmt.Fprintf(stderr, "server : impossible d'écouter sur %s, un autre serveur l'occupe-t-il ? (%v)\n", address, err)
		return 1
	}
	if err := serve(ctx, listener, stdout); err != nil && ctx.Err() == nil {
		fmt.Fprintf(stderr, "server : %v\n", err)
		return 1
	}
	return 0
}

// serve shows the messages of one client after another: as on the sheet, the
// next one waits until this one has spoken or left. It returns nil after a
// message that begins with "quit", and closes listener in any case.
func serve(ctx context.Context, listener net.Listener, stdout io.Writer) error {
	defer listener.Close()
	defer context.AfterFunc(ctx, func() { listener.Close() })()

	for {
		fmt.Fprintln(stdout, "Waiting...")
		conn, err := listener.Accept()
		if err != nil {
			return fmt.Errorf("accept a client: %w", err)
		}
		if quit := converse(ctx, conn, stdout); quit {
			fmt.Fprintln(stdout, "Quitting")
			return nil
		}
	}
}

// converse reads a message on conn, shows it and closes conn. It reports
// whether the message asks the server to stop. A client that leaves without a
// word has nothing to be shown.
func converse(ctx context.Context, conn net.Conn, stdout io.Writer) (quit bool) {
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()

	message := receive(conn)
	if len(message) == 0 {
		return false
	}
	message = bytes.TrimRight(message, "\r\n") // telnet ends a line with both
	fmt.Fprintf(stdout, "Received %s\n  from %s\n", printable(message), pair(conn.RemoteAddr()))
	return bytes.HasPrefix(message, []byte("quit"))
}

// receive reads one message: what comes before the end of a line, of the
// client's side, or of its patience. TCP carries octets, not messages: one
// line may come in several pieces, so one Read is not enough.
func receive(conn net.Conn) []byte {
	var message []byte
	piece := make([]byte, 4096)
	for len(message) < longest {
		n, err := conn.Read(piece)
		message = append(message, piece[:n]...)
		if end := bytes.IndexByte(message, '\n'); end >= 0 {
			return message[:end+1]
		}
		if err != nil {
			break // the end of the client's side, a reset, or the pause has been too long
		}
		conn.SetReadDeadline(time.Now().Add(pause))
	}
	return message
}

// printable returns message as it can be shown on a terminal: octets that are
// not UTF-8 and characters that have no shape (a message must not be able to
// move the cursor) are written as Python's backslashreplace writes them.
func printable(message []byte) string {
	var text strings.Builder
	for len(message) > 0 {
		r, size := utf8.DecodeRune(message)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&text, `\x%02x`, message[0])
		case unicode.IsPrint(r):
			text.WriteRune(r)
		case r == '\t':
			text.WriteString(`\t`)
		case r == '\r':
			text.WriteString(`\r`)
		case r < 0x100:
			fmt.Fprintf(&text, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&text, `\u%04x`, r)
		default:
			fmt.Fprintf(&text, `\U%08x`, r)
		}
		message = message[size:]
	}
	return text.String()
}

// pair writes an address as Python shows it: ('127.0.0.1', 53131).
func pair(address net.Addr) string {
	host, port, err := net.SplitHostPort(address.String())
	if err != nil {
		return address.String()
	}
	return fmt.Sprintf("('%s', %s)", host, port)
}

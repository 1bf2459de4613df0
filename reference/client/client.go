// Package client is the right answer to exercise 2: a client that sends its
// first argument to the server of exercise 1.
package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
)

const address = "localhost:6666" // IPv6 or IPv4: the first that answers

// Run is the program. Its first argument is the message, the others are left
// aside. What the server replies, if anything, goes to stdout as it comes. The
// status is 0 once the server has ended the connection, 1 when there is no
// server or ctx is done, 2 when there is no argument.
func Run(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprintln(stderr, "usage : client MESSAGE")
		return 2
	}
	return run(ctx, address, args[0], stdout, stderr)
}

// run is Run towards any address.
func run(ctx context.Context, address, message string, stdout, stderr io.Writer) int {
	if err := talk(ctx, address, message, stdout); err != nil {
		fmt.Fprintf(stderr, "client : %v\n", err)
		return 1
	}
	return 0
}

// talk sends message to the server at address and copies its reply to stdout
// until it ends the connection.
func talk(ctx context.Context, address, message string, stdout io.Writer) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		// The sentence says all that the error does: on one's own machine, a
		// connection fails because nobody waits for it.
		return fmt.Errorf("aucun serveur ne répond sur %s, l'avez-vous lancé ?", address)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()

	// Unlike Python's send, Write sends everything: it is Python's sendall.
	if _, err := io.WriteString(conn, message); err != nil {
		return fmt.Errorf("le message n'a pas pu être envoyé : %w", err)
	}
	// We have nothing more to say, but we still listen: a server that reads
	// until the end has its end, and one that replies is heard.
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil && !over(err) {
		return fmt.Errorf("la connexion n'a pas pu être terminée : %w", err)
	}
	if _, err := io.Copy(stdout, conn); err != nil && !over(err) {
		return fmt.Errorf("la réponse n'a pas pu être lue : %w", err)
	}
	return nil
}

// over reports whether err only says that the server has already gone: it may
// close without reading everything, which TCP tells with a reset.
func over(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.ENOTCONN)
}

// Package echo is the right answer to exercise 3: a server that sends back what
// it receives, and a client that checks that it does.
package echo

import (
	"context"
	"fmt"
	"io"
)

const usage = `usage : echo server
        echo client [MESSAGE]   (sans MESSAGE, une ligne du clavier)`

// Run is both programs: its first argument, "server" or "client", says which.
//
// The server runs until ctx is done: status 0, or 1 when the port cannot be
// used. The client sends its message, or a line of stdin when it has none: the
// status is 0 when the same octets come back, 1 when they do not or there is
// no server. A wrong usage is 2.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	switch {
	case len(args) == 1 && args[0] == "server":
		return runServer(ctx, ":6666", stdout, stderr)
	case len(args) >= 1 && len(args) <= 2 && args[0] == "client":
		return runClient(ctx, "localhost:6666", args[1:], stdin, stdout, stderr)
	}
	fmt.Fprintln(stderr, usage)
	return 2
}

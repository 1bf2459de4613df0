package echo

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
)

// runClient is client_echo.py; address is where the server is, and args holds
// the message or nothing.
func runClient(ctx context.Context, address string, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var message string
	if len(args) > 0 {
		message = args[0]
	} else {
		fmt.Fprint(stdout, "Message : ")
		message = readLine(ctx, stdin)
	}
	if message == "" {
		fmt.Fprintln(stderr, "echo : le message est vide, il n'y a rien à comparer\n"+usage)
		return 2
	}
	same, err := check(ctx, address, []byte(message), stdout)
	switch {
	case err != nil:
		fmt.Fprintf(stderr, "echo : %v\n", err)
		return 1
	case !same:
		return 1
	}
	return 0
}

// readLine returns the next line of stdin without its end, or "" when there is
// none or ctx is done first.
func readLine(ctx context.Context, stdin io.Reader) string {
	typed := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(stdin).ReadString('\n')
		typed <- strings.TrimRight(line, "\r\n")
	}()
	select {
	case line := <-typed:
		return line
	case <-ctx.Done():
		return ""
	}
}

// check sends message to the server at address, compares what comes back and
// prints the diagnostic. An error says that there was nothing to compare with.
func check(ctx context.Context, address string, message []byte, stdout io.Writer) (same bool, err error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		// The sentence says all that the error does: on one's own machine, a
		// connection fails because nobody waits for it.
		return false, fmt.Errorf("aucun serveur ne répond sur %s, l'avez-vous lancé ?", address)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()

	// Sending and reading go on together. If everything were sent before the
	// first read, a long message would fill the buffers of both sides: the
	// server would wait for us to read, and we for the server.
	go func() {
		if _, err := conn.Write(message); err == nil {
			conn.(*net.TCPConn).CloseWrite() // our side is over, the answer is not
		}
	}()
	diagnostic, same := compare(message, conn)
	if err := ctx.Err(); err != nil {
		return false, err
	}
	fmt.Fprintln(stdout, diagnostic)
	return same, nil
}

// compare reads from echo as many octets as message has, in as many pieces as
// it takes, and stops at the first difference.
func compare(message []byte, echo io.Reader) (diagnostic string, same bool) {
	received := 0
	piece := make([]byte, 32*1024)
	for received < len(message) {
		left := message[received:]
		n, err := echo.Read(piece[:min(len(piece), len(left))])
		got := piece[:n]
		if i := firstDifference(left[:n], got); i < n {
			return fmt.Sprintf("Le message envoyé et le message reçu sont différents à partir de l'octet %d : envoyé %s, reçu %s.",
				received+i+1, excerpt(left[i:]), excerpt(got[i:])), false
		}
		received += n
		switch {
		case received == len(message):
		case errors.Is(err, io.EOF):
			return fmt.Sprintf("Le message envoyé et le message reçu sont différents : %d octets envoyés, le serveur a terminé la connexion après %d.",
				len(message), received), false
		case err != nil:
			return fmt.Sprintf("Le message envoyé et le message reçu sont différents : %d octets envoyés, la connexion a été coupée après %d (%v).",
				len(message), received, err), false
		}
	}
	return fmt.Sprintf("Le message envoyé et le message reçu sont identiques (%d octets).", received), true
}

// firstDifference returns the index of the first octet that differs between a
// and b, which have the same length, or that length.
func firstDifference(a, b []byte) int {
	for i := range a {
		if a[i] != b[i] {
			return i
		}
	}
	return len(a)
}

// excerpt quotes the beginning of data.
func excerpt(data []byte) string {
	const most = 20
	if len(data) > most {
		return fmt.Sprintf("%q…", data[:most])
	}
	return fmt.Sprintf("%q", data)
}

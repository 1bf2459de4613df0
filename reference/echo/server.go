package echo

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"sync"
	"time"
)

// runServer is server_echo.py; address is where it listens.
func runServer(ctx context.Context, address string, stdout, stderr io.Writer) int {
	listener, err := net.Listen("tcp4", address)
	if err != nil {
		fmt.Fprintf(stderr, "echo : impossible d'écouter sur %s, un autre serveur l'occupe-t-il ? (%v)\n", address, err)
		return 1
	}
	fmt.Fprintf(stdout, "En attente sur %s...\n", listener.Addr())
	serve(ctx, listener, log.New(stdout, "", 0)) // a Logger, for clients are served at once
	return 0
}

// serve answers every client of listener, each in a goroutine of its own so
// that none waits for another, until ctx is done.
func serve(ctx context.Context, listener net.Listener, logger *log.Logger) {
	var clients sync.WaitGroup
	defer clients.Wait()
	defer context.AfterFunc(ctx, func() { listener.Close() })()

	for ctx.Err() == nil {
		conn, err := listener.Accept()
		if err != nil { // too many open files, perhaps: let some clients go
			select {
			case <-ctx.Done():
			case <-time.After(100 * time.Millisecond):
			}
			continue
		}
		clients.Go(func() {
			defer conn.Close()
			defer context.AfterFunc(ctx, func() { conn.Close() })()
			count, err := sendBack(conn)
			if err != nil {
				logger.Printf("%s : %d octets renvoyés, puis %v", conn.RemoteAddr(), count, err)
				return
			}
			logger.Printf("%s : %d octets renvoyés", conn.RemoteAddr(), count)
		})
	}
}

// sendBack returns every piece to the client as it comes, whatever its length,
// until the client ends its side; what came before that end is returned too.
// It counts the octets. (It is io.Copy(conn, conn), spelt out.)
func sendBack(conn io.ReadWriter) (count int, err error) {
	piece := make([]byte, 32*1024)
	for {
		n, readErr := conn.Read(piece)
		written, err := conn.Write(piece[:n])
		count += written
		switch {
		case err != nil:
			return count, err
		case readErr == io.EOF:
			return count, nil
		case readErr != nil:
			return count, readErr
		}
	}
}

package client

import (
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"testing"
)

// serveOnce plays the server for one client.
func serveOnce(t *testing.T, play func(conn *net.TCPConn)) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		play(conn.(*net.TCPConn))
	}()
	t.Cleanup(func() {
		listener.Close()
		<-done
	})
	return listener.Addr().String()
}

func TestSendsExactlyTheMessage(t *testing.T) {
	for _, message := range []string{"coucou", "hi fellow", "été", "", "\xff\x00\n", strings.Repeat("a", 100_000)} {
		received := make(chan string, 1)
		address := serveOnce(t, func(conn *net.TCPConn) {
			data, _ := io.ReadAll(conn) // it ends: the client has ended its side
			received <- string(data)
		})
		var stdout, stderr bytes.Buffer
		if status := run(context.Background(), address, message, &stdout, &stderr); status != 0 {
			t.Errorf("%.20q: status %d, stderr %q", message, status, stderr.String())
		}
		if got := <-received; got != message {
			t.Errorf("the server received %.20q; want %.20q", got, message)
		}
		if stdout.Len() > 0 {
			t.Errorf("printed %q; want nothing", stdout.String())
		}
	}
}

func TestPrintsTheReply(t *testing.T) {
	address := serveOnce(t, func(conn *net.TCPConn) {
		conn.Read(make([]byte, 1024))
		io.WriteString(conn, "bien ")
		io.WriteString(conn, "reçu\n")
	})
	var stdout, stderr bytes.Buffer
	if status := run(context.Background(), address, "coucou", &stdout, &stderr); status != 0 || stdout.String() != "bien reçu\n" {
		t.Errorf("status %d, stdout %q, stderr %q", status, stdout.String(), stderr.String())
	}
}

// A server that has seen enough may close without reading everything.
func TestResetIsAnEnd(t *testing.T) {
	address := serveOnce(t, func(conn *net.TCPConn) {
		conn.Read(make([]byte, 3))
		conn.SetLinger(0)
	})
	var stdout, stderr bytes.Buffer
	if status := run(context.Background(), address, "coucou", &stdout, &stderr); status != 0 {
		t.Errorf("status %d, stderr %q; want 0", status, stderr.String())
	}
}

func TestNoServer(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	var stdout, stderr bytes.Buffer
	if status := run(context.Background(), address, "coucou", &stdout, &stderr); status != 1 {
		t.Errorf("status %d; want 1", status)
	}
	if want := "client : aucun serveur ne répond sur " + address + ", l'avez-vous lancé ?\n"; stderr.String() != want {
		t.Errorf("stderr %q; want %q", stderr.String(), want)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	left := make(chan struct{})
	address := serveOnce(t, func(conn *net.TCPConn) {
		io.ReadAll(conn)
		cancel()
		<-left // our end of the connection, which the client waits for, never comes
	})
	var stdout, stderr bytes.Buffer
	if status := run(ctx, address, "coucou", &stdout, &stderr); status != 1 {
		t.Errorf("status %d; want 1", status)
	}
	close(left)
}

func TestNoArgument(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if status := Run(context.Background(), nil, nil, &stdout, &stderr); status != 2 || !strings.Contains(stderr.String(), "usage") {
		t.Errorf("status %d, stderr %q; want 2 and the usage", status, stderr.String())
	}
}

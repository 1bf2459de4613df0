package server

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// start serves on a free port and returns its address, and a function that
// waits for the end and returns what was printed.
func start(t *testing.T) (address string, wait func() (printed string, err error)) {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var screen bytes.Buffer
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, listener, &screen) }()
	t.Cleanup(cancel)
	return listener.Addr().String(), func() (string, error) {
		err := <-ended
		return screen.String(), err
	}
}

// say sends data, keeps its side open as telnet does, and waits until the
// server has closed. It returns the port that the server saw.
func say(t *testing.T, address, data string) (port int) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, data); err != nil {
		t.Fatal(err)
	}
	if reply, err := io.ReadAll(conn); err != nil || len(reply) > 0 {
		t.Fatalf("after %q: received %q, %v; want the end of the connection", data, reply, err)
	}
	return conn.LocalAddr().(*net.TCPAddr).Port
}

func TestTranscriptOfTheSheet(t *testing.T) {
	address, wait := start(t)
	p1 := say(t, address, "bonjour\r\n")
	p2 := say(t, address, "salut\r\n")
	p3 := say(t, address, "hi fellow\r\n")
	p4 := say(t, address, "quit\r\n")
	got, err := wait()
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(`Waiting...
Received bonjour
  from ('127.0.0.1', %d)
Waiting...
Received salut
  from ('127.0.0.1', %d)
Waiting...
Received hi fellow
  from ('127.0.0.1', %d)
Waiting...
Received quit
  from ('127.0.0.1', %d)
Quitting
`, p1, p2, p3, p4)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("transcript (-want +got):\n%s", diff)
	}
}

func TestMessages(t *testing.T) {
	tests := []struct {
		name, sent, shown string
		stops             bool
	}{
		{"telnet", "bonjour\r\n", "bonjour", false},
		{"end of line of Unix", "bonjour\n", "bonjour", false},
		{"bare, as client.py sends it", "bonjour", "bonjour", false},
		{"the first line is the message", "un\r\ndeux\r\n", "un", false},
		{"accents", "été à Noël\r\n", "été à Noël", false},
		{"spaces stay", " a  b \r\n", " a  b ", false},
		{"empty line", "\r\n", "", false},
		{"not UTF-8", "\xe9t\xe9 \xe2\x82\r\n", `\xe9t\xe9 \xe2\x82`, false},
		{"control characters", "\x1b[2Ja\tb\x00\x7f\r\n", `\x1b[2Ja\tb\x00\x7f`, false},
		{"invisible characters", "a\u00a0\u202eb\U000e0001\r\n", `a\xa0\u202eb\U000e0001`, false},
		{"backslash", `a\nb` + "\r\n", `a\nb`, false},
		{"quit", "quit\r\n", "quit", true},
		{"quit bare", "quit", "quit", true},
		{"quitter", "quitter\r\n", "quitter", true},
		{"quit now", "quit now\n", "quit now", true},
		{"contains quit", "bonjour quit\r\n", "bonjour quit", false},
		{"capitals", "Quit\r\n", "Quit", false},
		{"quit on the second line", "bonjour\r\nquit\r\n", "bonjour", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			address, wait := start(t)
			port := say(t, address, tt.sent)
			want := fmt.Sprintf("Waiting...\nReceived %s\n  from ('127.0.0.1', %d)\n", tt.shown, port)
			if !tt.stops {
				port = say(t, address, "quit\r\n")
				want += fmt.Sprintf("Waiting...\nReceived quit\n  from ('127.0.0.1', %d)\n", port)
			}
			got, err := wait()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want+"Quitting\n", got); diff != "" {
				t.Errorf("transcript (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSilentClientIsSurvived(t *testing.T) {
	address, wait := start(t)
	for _, reset := range []bool{false, true} {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if reset {
			conn.(*net.TCPConn).SetLinger(0)
		}
		conn.Close()
	}
	say(t, address, "quit\r\n")
	got, err := wait()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(got, "Received") != 1 {
		t.Errorf("printed %q; want the message of the last client alone", got)
	}
}

// A message may come in pieces, with pauses between them.
func TestPauseIsNotAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := net.Pipe()
		go func() {
			for _, piece := range []string{"b", "on", "jour", "\r", "\n"} {
				io.WriteString(client, piece)
				<-time.After(pause * 9 / 10)
			}
		}()
		if got := string(receive(server)); got != "bonjour\r\n" {
			t.Errorf("receive() = %q; want the whole line", got)
		}
		<-time.After(pause) // the client's goroutine ends
	})
}

// Before its first octet a client may wait as long as it likes, for somebody
// types at its keyboard; after it, silence ends a message.
func TestSilenceEndsABareMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := net.Pipe()
		go func() {
			<-time.After(time.Hour)
			io.WriteString(client, "coucou")
		}()
		if got := string(receive(server)); got != "coucou" {
			t.Errorf("receive() = %q; want coucou", got)
		}
	})
}

func TestEndlessMessageIsCut(t *testing.T) {
	client, server := net.Pipe()
	go func() {
		for {
			if _, err := client.Write(bytes.Repeat([]byte("a"), 4096)); err != nil {
				return
			}
		}
	}()
	if got := len(receive(server)); got != longest {
		t.Errorf("received %d octets; want %d", got, longest)
	}
	server.Close()
}

func TestPortInUse(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	var stdout, stderr bytes.Buffer
	address := listener.Addr().String()
	if status := run(context.Background(), address, &stdout, &stderr); status != 1 {
		t.Errorf("status %d; want 1", status)
	}
	if !strings.Contains(stderr.String(), address) || stdout.Len() > 0 {
		t.Errorf("stderr %q, stdout %q; want a message with the address alone", stderr.String(), stdout.String())
	}
}

func TestInterruptedServerStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var stdout, stderr bytes.Buffer
	if status := run(ctx, "127.0.0.1:0", &stdout, &stderr); status != 0 || stderr.Len() > 0 {
		t.Errorf("status %d, stderr %q; want 0 and nothing", status, stderr.String())
	}
}

func TestWrongUsage(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if status := Run(context.Background(), []string{"6667"}, nil, &stdout, &stderr); status != 2 || stderr.Len() == 0 {
		t.Errorf("status %d, stderr %q; want 2 and the usage", status, stderr.String())
	}
}

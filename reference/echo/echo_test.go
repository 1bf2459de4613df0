package echo

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
)

// start runs the echo server on a free port until the end of the test.
func start(t *testing.T) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		serve(ctx, listener, log.New(io.Discard, "", 0))
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return listener.Addr().String()
}

// play runs a server of our own for one client.
func play(t *testing.T, script func(conn *net.TCPConn)) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if conn, err := listener.Accept(); err == nil {
			defer conn.Close()
			script(conn.(*net.TCPConn))
		}
	}()
	t.Cleanup(func() {
		listener.Close()
		<-done
	})
	return listener.Addr().String()
}

// client runs the echo client.
func client(address string, stdin string, args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = runClient(context.Background(), address, args, strings.NewReader(stdin), &out, &errs)
	return status, out.String(), errs.String()
}

func TestClientAndServerTogether(t *testing.T) {
	address := start(t)
	for _, n := range []int{1, 16, 32, 1500, 100_000, 20_000_000} {
		message := strings.Repeat("aé\xff\x00\n", n/6+1)[:n]
		status, stdout, stderr := client(address, "", message)
		if status != 0 || !strings.Contains(stdout, "identiques") || !strings.Contains(stdout, fmt.Sprint(n)) {
			t.Errorf("%d octets: status %d, stdout %q, stderr %q", n, status, stdout, stderr)
		}
	}
}

func TestMessageFromTheKeyboard(t *testing.T) {
	status, stdout, stderr := client(start(t), "coucou les amis\r\nune autre ligne\n")
	if status != 0 || !strings.Contains(stdout, "identiques (15 octets)") {
		t.Errorf("status %d, stdout %q, stderr %q; want the first line without its end", status, stdout, stderr)
	}
}

func TestNothingToSend(t *testing.T) {
	for _, args := range [][]string{nil, {""}} {
		if status, _, stderr := client("127.0.0.1:0", "\n", args...); status != 2 || !strings.Contains(stderr, "vide") {
			t.Errorf("%q: status %d, stderr %q; want 2 and why", args, status, stderr)
		}
	}
}

func TestEachPieceComesBack(t *testing.T) {
	conn, err := net.Dial("tcp", start(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, message := range []string{"un", "deux\r\n", "\x00", strings.Repeat("x", 5000)} {
		io.WriteString(conn, message)
		got := make([]byte, len(message))
		if _, err := io.ReadFull(conn, got); err != nil || string(got) != message {
			t.Fatalf("received %.20q, %v; want %.20q", got, err, message)
		}
	}
	// What is sent just before the end of our side comes back too, then the end.
	io.WriteString(conn, "adieu")
	conn.(*net.TCPConn).CloseWrite()
	if rest, err := io.ReadAll(conn); err != nil || string(rest) != "adieu" {
		t.Errorf("after the half-close: %q, %v; want adieu", rest, err)
	}
}

// Clients that say nothing, that do not read and that leave rudely must not
// keep the others waiting.
func TestClientsDoNotWaitForEachOther(t *testing.T) {
	address := start(t)
	var held []net.Conn
	for range 3 {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		held = append(held, conn)
	}
	io.WriteString(held[1], "sans lire")
	held[2].(*net.TCPConn).SetLinger(0)
	held[2].Close()
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			if status, stdout, stderr := client(address, "", fmt.Sprintf("client %d", i)); status != 0 {
				t.Errorf("client %d: status %d, stdout %q, stderr %q", i, status, stdout, stderr)
			}
		})
	}
	group.Wait()
}

func TestDiagnosticTellsTheTruth(t *testing.T) {
	tests := []struct {
		name, reply string
		want        string
	}{
		{"same", "bonjour", "identiques (7 octets)"},
		{"altered in the middle", "bonXour", `différents à partir de l'octet 4 : envoyé "jour", reçu "Xour"`},
		{"altered at the start, and longer", "Echo: bonjour", `octet 1 : envoyé "bonjour", reçu "Echo: b"`},
		{"in capitals", "BONJOUR", "octet 1"},
		{"cut", "bon", "7 octets envoyés, le serveur a terminé la connexion après 3"},
		{"nothing", "", "après 0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			address := play(t, func(conn *net.TCPConn) {
				io.ReadAll(conn)
				io.WriteString(conn, tt.reply)
			})
			status, stdout, stderr := client(address, "", "bonjour")
			if same := strings.Contains(tt.want, "identiques"); same != (status == 0) {
				t.Errorf("status %d, stderr %q", status, stderr)
			}
			if !strings.Contains(stdout, tt.want) {
				t.Errorf("stdout %q; want %q in it", stdout, tt.want)
			}
		})
	}
}

// An altered answer is told at its first difference, though the server keeps
// the connection open and the rest never comes.
func TestDifferenceIsNotWaitedFor(t *testing.T) {
	left := make(chan struct{})
	address := play(t, func(conn *net.TCPConn) {
		io.WriteString(conn, "bonX")
		<-left
	})
	if status, stdout, _ := client(address, "", "bonjour"); status != 1 || !strings.Contains(stdout, "octet 4") {
		t.Errorf("status %d, stdout %q", status, stdout)
	}
	close(left)
}

func TestResetIsADifference(t *testing.T) {
	address := play(t, func(conn *net.TCPConn) {
		conn.Read(make([]byte, 3))
		conn.SetLinger(0)
	})
	if status, stdout, _ := client(address, "", "bonjour"); status != 1 || !strings.Contains(stdout, "différents") {
		t.Errorf("status %d, stdout %q", status, stdout)
	}
}

func TestCompareWhateverThePieces(t *testing.T) {
	message := []byte(strings.Repeat("0123456789", 10_000))
	altered := bytes.Clone(message)
	altered[99_998]++
	for _, tt := range []struct {
		name string
		echo []byte
		same bool
	}{{"same", message, true}, {"altered", altered, false}, {"cut", message[:99_999], false}} {
		diagnostic, same := compare(message, iotest.HalfReader(bytes.NewReader(tt.echo)))
		if same != tt.same {
			t.Errorf("%s: compare() = %q, %v", tt.name, diagnostic, same)
		}
		if tt.name == "altered" && !strings.Contains(diagnostic, "octet 99999 ") {
			t.Errorf("altered: %q; want the place of the difference", diagnostic)
		}
	}
}

func TestNoServer(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	if status, stdout, stderr := client(address, "", "coucou"); status != 1 || stdout != "" || stderr != "echo : aucun serveur ne répond sur "+address+", l'avez-vous lancé ?\n" {
		t.Errorf("status %d, stdout %q, stderr %q", status, stdout, stderr)
	}
}

func TestPortInUse(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if status := runServer(context.Background(), start(t), &stdout, &stderr); status != 1 || stderr.Len() == 0 || stdout.Len() > 0 {
		t.Errorf("status %d, stdout %q, stderr %q", status, stdout.String(), stderr.String())
	}
}

func TestInterruptedServerStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var stdout, stderr bytes.Buffer
	if status := runServer(ctx, "127.0.0.1:0", &stdout, &stderr); status != 0 || stderr.Len() > 0 {
		t.Errorf("status %d, stderr %q", status, stderr.String())
	}
}

func TestInterruptedAtTheKeyboard(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	keyboard, _ := io.Pipe() // nobody ever types
	if line := readLine(ctx, keyboard); line != "" {
		t.Errorf("readLine() = %q; want nothing", line)
	}
}

func TestWrongUsage(t *testing.T) {
	for _, args := range [][]string{nil, {"serveur"}, {"server", "6667"}, {"client", "a", "b"}} {
		var stdout, stderr bytes.Buffer
		if status := Run(context.Background(), args, nil, &stdout, &stderr); status != 2 || !strings.Contains(stderr.String(), "usage") {
			t.Errorf("%q: status %d, stderr %q", args, status, stderr.String())
		}
	}
}

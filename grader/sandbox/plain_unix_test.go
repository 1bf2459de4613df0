//go:build unix

package sandbox

import (
	"io"
	"strings"
	"testing"

	"github.com/creack/pty"
)

func TestBridgeCarriesATerminal(t *testing.T) {
	master, slave, err := pty.Open()
	if err != nil {
		t.Skip(err)
	}
	master.Fd() // blocking, as where it cannot be polled
	end, err := bridge(master)
	if err != nil {
		t.Fatal(err)
	}
	defer end.Close()
	if _, err := io.WriteString(end, "typed\n"); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 100)
	n, err := slave.Read(buf)
	if err != nil || string(buf[:n]) != "typed\n" {
		t.Errorf("the program reads %q, %v", buf[:n], err)
	}
	if _, err := io.WriteString(slave, "printed"); err != nil {
		t.Fatal(err)
	}
	// The terminal echoes what was typed.
	var got string
	for !strings.HasSuffix(got, "printed") {
		n, err := end.Read(buf)
		if err != nil {
			t.Fatalf("after %q: %v", got, err)
		}
		got += string(buf[:n])
	}
	slave.Close()
	if n, err := end.Read(buf); err != io.EOF {
		t.Errorf("after the end: %q, %v", buf[:n], err)
	}
}

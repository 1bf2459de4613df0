package cli

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

// memory is how much this process has at most between two moments.
type memory struct{ was int64 }

func (m *memory) begin(t *testing.T) {
	t.Helper()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil { // proc(5): forget the peak
		t.Log(err)
	}
	m.was = status(t, "VmRSS")
}

// end fails when it grew by more than most bytes.
func (m *memory) end(t *testing.T, most int64) {
	t.Helper()
	if grown := status(t, "VmHWM") - m.was; grown > most {
		t.Errorf("memory grew by %d MiB, more than %d", grown>>20, most>>20)
	} else {
		t.Logf("memory grew by %d MiB", grown>>20)
	}
}

// status reads a size of /proc/self/status, in bytes.
func status(t *testing.T, name string) int64 {
	t.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == name+":" {
			n, err := strconv.ParseInt(f[1], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n << 10
		}
	}
	t.Fatal(fmt.Errorf("no %s", name))
	return 0
}

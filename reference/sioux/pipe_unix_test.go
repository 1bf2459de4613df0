//go:build unix

package sioux

import (
	"path/filepath"
	"syscall"
	"testing"
)

// Opening a named pipe that nobody writes to would wait for ever.
func TestNamedPipeIsNotOpened(t *testing.T) {
	root := lay(t)
	if err := syscall.Mkfifo(filepath.Join(root, "pipe.html"), 0o644); err != nil {
		t.Skip(err)
	}
	if got := get(t, start(t, root), "GET", "/pipe.html", ""); got.StatusCode != 404 {
		t.Errorf("%s; want 404", got.Status)
	}
}

//go:build unix

package archive_test

import (
	"os"
	"syscall"
	"testing"

	"netlab/grader/archive/archivetest"
)

// The modes are the same on every machine: a program that the student could run
// as ./client.py is one that the grader can.
func TestUnpackWhateverTheUmask(t *testing.T) {
	sub := submission(t, archivetest.File("server.py", "x"), archivetest.Entry{Name: "client.py", Mode: 0o100711}, archivetest.File("a/b/lib.py", ""))
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	defer syscall.Umask(syscall.Umask(0o077))
	if err := sub.Unpack(root); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{"server.py": 0o644, "client.py": 0o755, "a": os.ModeDir | 0o755, "a/b": os.ModeDir | 0o755} {
		info, err := root.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode(); got != want {
			t.Errorf("%s: mode %v, want %v", name, got, want)
		}
	}
}

package sandbox

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFindInterpreter(t *testing.T) {
	in, err := python()
	if err != nil {
		t.Skip(err)
	}
	out, err := exec.CommandContext(t.Context(), in.Path, "--version").Output()
	if err != nil || strings.TrimSpace(string(out)) != "Python "+in.Version {
		t.Errorf("%s: %q, %v", in, out, err)
	}
	if real, err := filepath.EvalSymlinks(in.Path); err != nil || real != in.Path {
		t.Errorf("%s is in truth %s, %v", in.Path, real, err)
	}
	again, err := FindInterpreter(t.Context(), in.Path)
	in.Found = in.Path
	if diff := cmp.Diff(in, again); diff != "" || err != nil {
		t.Errorf("found by its path: %v (-want +got):\n%s", err, diff)
	}
}

func TestFindInterpreterLooksThroughShims(t *testing.T) {
	in, err := python()
	if err != nil || runtime.GOOS == "windows" {
		t.Skip(err)
	}
	shim := script(t, "exec "+in.Path+` "$@"`)
	got, err := FindInterpreter(t.Context(), shim)
	in.Found = shim
	if diff := cmp.Diff(in, got); diff != "" || err != nil {
		t.Errorf("found through a shim: %v (-want +got):\n%s", err, diff)
	}
}

func TestFindInterpreterRefuses(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	for _, tt := range []struct{ body, want string }{
		{`echo '{"Path": "/usr/bin/python2", "Version": "2.7.18", "Major": 2, "Prefix": "/usr"}'`, "is Python 2.7.18, not 3"},
		{"echo hello", "is no Python"},
		{"exit 3", "exit status 3"},
	} {
		path := script(t, tt.body)
		_, err := FindInterpreter(t.Context(), path)
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want %q and the path", tt.body, err, tt.want)
		}
	}
	if _, err := FindInterpreter(t.Context(), "no-such-python"); err == nil || !strings.Contains(err.Error(), "no-such-python: not found") {
		t.Errorf("absent: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := FindInterpreter(ctx, ""); err == nil {
		t.Error("found in spite of the cancelled context")
	}
}

// script makes an executable shell script.
func script(t *testing.T, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "python")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestInterpreterOutsideTheSystem(t *testing.T) {
	// Any other Python 3 of this machine: it must run in a box as well.
	paths, err := filepath.Glob("/opt/*/bin/python3")
	if home, herr := os.UserHomeDir(); herr == nil {
		more, _ := filepath.Glob(home + "/.pyenv/versions/3.*/bin/python3")
		paths = append(paths, more...)
	}
	if err != nil || len(paths) == 0 {
		t.Skip("no other interpreter")
	}
	in, err := FindInterpreter(t.Context(), paths[len(paths)-1])
	if err != nil {
		t.Skip(err)
	}
	b := newBench(t, openWith(t, Options{Interpreter: in}))
	if got := b.output(`import json, socket, ctypes; print(sys.version.split()[0])`); got != in.Version+"\n" {
		t.Errorf("printed %q, want %q", got, in.Version)
	}
}

package cli

import (
	"archive/zip"
	"bytes"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "make the golden files of the scripts anew")

// TestScripts runs the command line itself; see testdata/script.
func TestScripts(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("REPO", root)
			e.Setenv("LANG", "en_GB.UTF-8")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"mkzip":        mkzip,
			"contract":     contract,
			"payloads":     payloads,
			"conversation": conversation,
			"nobytes":      noControl,
			"exits":        exits,
			"terminal":     terminalOf,
		},
		UpdateScripts: *update,
	})
}

// mkzip NAME FILE[:ENTRY]… makes an archive of files, at its top unless an entry
// is named.
func mkzip(ts *testscript.TestScript, _ bool, args []string) {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, arg := range args[1:] {
		name, entry, named := strings.Cut(arg, ":")
		if !named {
			entry = filepath.Base(name)
		}
		f, err := w.Create(entry)
		ts.Check(err)
		_, err = f.Write([]byte(ts.ReadFile(name)))
		ts.Check(err)
	}
	ts.Check(w.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), buf.Bytes(), 0o644))
}

// exits STATUS COMMAND ARG… runs a command that must end with this status.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	var ended *exec.ExitError
	got := 0
	if errors.As(err, &ended) {
		got = ended.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// noControl FILE fails when the file has a control byte other than a line end.
func noControl(ts *testscript.TestScript, _ bool, args []string) {
	for i, b := range []byte(ts.ReadFile(args[0])) {
		if b < 0x20 && b != '\n' || b == 0x7f {
			ts.Fatalf("byte %#x at %d", b, i)
		}
	}
}

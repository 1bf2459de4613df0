//go:build unix

package cli

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/creack/pty"
	"github.com/rogpeppe/go-internal/testscript"
)

// terminalOf COLUMNS COMMAND ARG… runs a command in a terminal of that width and
// writes what it shows to the file "screen".
func terminalOf(ts *testscript.TestScript, _ bool, args []string) {
	columns, err := strconv.ParseUint(args[0], 10, 16)
	ts.Check(err)
	cmd := exec.Command("")
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if path := filepath.Join(dir, args[1]); cmd.Path == "" {
			if _, err := os.Stat(path); err == nil {
				cmd = exec.Command(path, args[2:]...)
			}
		}
	}
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "LANG", "TERM", "NO_COLOR", "CLICOLOR_FORCE"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: uint16(columns)})
	ts.Check(err)
	// A terminal whose program has ended is read with an error.
	shown, _ := io.ReadAll(f)
	ts.Check(f.Close())
	// Its exit status is for other scripts to look at.
	_ = cmd.Wait()
	ts.Check(os.WriteFile(ts.MkAbs("screen"), shown, 0o644))
}

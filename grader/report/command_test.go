package report

import (
	"os/exec"
	"strings"
	"testing"
)

// TestCommandReadsBack: a shell sees the very arguments.
func TestCommandReadsBack(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"plain-1.zip", "with space", "it's", "", "$(id)`id`", "\x1b[2J\n\u202ex\xff'\\", "é"}
	line := Command(append([]string{"printf", `%s\0`}, args...))
	if EscapeText(line) != line {
		t.Errorf("not for a terminal: %q", line)
	}
	out, err := exec.Command(bash, "-c", line).Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"); strings.Join(got, "|") != strings.Join(args, "|") {
		t.Errorf("got  %q\nwant %q", got, args)
	}
}

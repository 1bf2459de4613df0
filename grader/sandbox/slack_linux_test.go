package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestProgramsHaveTheUsualSlack: the keeper's sleeps may be late, those of
// programs are not, nor those of what they start.
func TestProgramsHaveTheUsualSlack(t *testing.T) {
	b := isolated(t)
	got := b.output(`
import ctypes
libc = ctypes.CDLL(None)
print(libc.prctl(30, 0, 0, 0, 0), subprocess.run([sys.executable, '-c', 'import ctypes; print(ctypes.CDLL(None).prctl(30, 0, 0, 0, 0))'], capture_output=True, text=True).stdout, end='')
`)
	want := fmt.Sprintf("%d %d\n", programSlack.Nanoseconds(), programSlack.Nanoseconds())
	if got != want {
		t.Errorf("slack of a program and of its child: %q, want %q", got, want)
	}
	keepers := 0
	lists, err := filepath.Glob("/proc/self/task/*/children")
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range lists {
		children, err := os.ReadFile(list)
		if err != nil {
			continue // a thread that has ended
		}
		for _, pid := range strings.Fields(string(children)) {
			if line, err := os.ReadFile("/proc/" + pid + "/cmdline"); err != nil || string(line) != keeperName+"\x00" {
				continue
			}
			keepers++
			threads, err := os.ReadDir("/proc/" + pid + "/task")
			if err != nil {
				t.Fatal(err)
			}
			// Those that serve a box have the programs' slack.
			patient := 0
			for _, thread := range threads {
				slack, err := os.ReadFile("/proc/" + thread.Name() + "/timerslack_ns")
				if errors.Is(err, fs.ErrPermission) {
					t.Skip("only root reads the slack of another process: ", err)
				}
				if strings.TrimSpace(string(slack)) == fmt.Sprint(graderSlack.Nanoseconds()) {
					patient++
				}
			}
			if patient == 0 {
				t.Errorf("none of the keeper's %d threads has the slack of the grader", len(threads))
			}
		}
	}
	if keepers == 0 {
		t.Error("no keeper was found")
	}
}

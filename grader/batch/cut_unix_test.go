//go:build unix

package batch_test

import (
	"bufio"
	"bytes"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/batch"
	"netlab/grader/sandbox"
)

// kills is how many runs TestKilledAnywhere cuts.
var kills = flag.Int("kills", 6, "how many runs are killed")

// command is this executable as the command, grading a folder.
func command(folder string, args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], append([]string{"batch", folder}, args...)...)
	c.Env = append(os.Environ(), asCommand+"=1", "LANG=C")
	return c
}

// finish runs a command to its end, which must come with this exit status.
func finish(t *testing.T, c *exec.Cmd, status int) string {
	t.Helper()
	out, err := c.CombinedOutput()
	if c.ProcessState == nil || c.ProcessState.ExitCode() != status {
		t.Fatalf("%v (want exit status %d):\n%s", err, status, out)
	}
	return string(out)
}

func readClass(t *testing.T, path string) *batch.Class {
	t.Helper()
	c, err := batch.ReadJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestKilledAnywhere kills runs with SIGKILL once their journal has some random
// number of bytes. The next run has the gradebook of one that was not cut, and
// grades nothing again whose result was whole in the journal.
func TestKilledAnywhere(t *testing.T) {
	openDesk(t)
	files := small(t)
	dir := t.TempDir()
	write(t, dir, files)
	journal := filepath.Join(dir, "grader.journal")
	finish(t, command(dir, "--quiet"), 1)
	want := gradebook(readClass(t, journal))
	info, err := os.Stat(journal)
	if err != nil {
		t.Fatal(err)
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for range *kills {
		if err := os.Remove(journal); err != nil {
			t.Fatal(err)
		}
		c := command(dir, "--quiet")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		at := rng.Int64N(info.Size())
		grown(t, c, journal, at)
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = c.Wait() // killed
		whole := 0
		if data, err := os.ReadFile(journal); err == nil {
			for _, line := range bytes.SplitAfter(data, []byte("\n")) {
				if bytes.HasPrefix(line, []byte(`{"event":"result"`)) && bytes.HasSuffix(line, []byte("\n")) {
					whole++
				}
			}
		}
		finish(t, command(dir, "--quiet"), 1)
		class := readClass(t, journal)
		if diff := cmp.Diff(want, gradebook(class)); diff != "" {
			t.Errorf("killed at %d bytes (-want +got):\n%s", at, diff)
		}
		cached := 0
		for _, row := range class.Rows {
			if row.Cached {
				cached++
			}
		}
		if cached != whole || !class.Complete || len(class.References) != 1 {
			t.Errorf("killed at %d bytes: %d results were reused of %d; complete %v", at, cached, whole, class.Complete)
		}
	}
}

// grown waits until a file has so many bytes, or the command has ended.
func grown(t *testing.T, c *exec.Cmd, path string, size int64) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		if info, err := os.Stat(path); err == nil && info.Size() >= size {
			return
		}
		if ended(c.Process.Pid) {
			return
		}
	}
}

// ended reports whether a child is a zombie, without burying it.
func ended(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && bytes.Contains(stat, []byte(") Z "))
}

// hanging is a class of one right program and one that a grading waits for
// long: it computes until it is stopped.
func hanging(t *testing.T) map[string][]byte {
	t.Helper()
	class := map[string][]byte{"hopper-tp3-ex2.zip": pack(t, "", sandbox.File{Path: "client.py", Data: []byte("while True: pass\n")})}
	class["Ada-TP3-ex2.zip"] = pack(t, "", sandbox.File{Path: "client.py", Data: []byte("print()\n")})
	return class
}

// interrupt starts a run on a class, and interrupts it once the result of the
// archive that is rejected is told; it returns when the run says that it stops.
func interrupt(t *testing.T, dir string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	c := command(dir)
	stderr, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill() })
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		switch {
		case strings.Contains(lines.Text(), "1/"):
			if err := c.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
		case strings.Contains(lines.Text(), "stopping"):
			return c, lines
		}
	}
	t.Fatal("the run does not say that it stops")
	return nil, nil
}

func TestInterruptedOnce(t *testing.T) {
	openDesk(t)
	dir := t.TempDir()
	write(t, dir, hanging(t))
	c, lines := interrupt(t, dir)
	for lines.Scan() {
		t.Log(lines.Text())
	}
	_ = c.Wait()
	class := readClass(t, filepath.Join(dir, "grader.journal"))
	// The grading that had begun came to its end; no reference program was graded after it.
	if len(class.Rows) != 2 || class.Complete || len(class.References) != 0 {
		t.Errorf("%d results, pending %v, complete %v, %d references", len(class.Rows), class.Pending, class.Complete, len(class.References))
	}
	finish(t, command(dir, "--quiet"), 1)
	if class = readClass(t, filepath.Join(dir, "grader.journal")); !class.Complete || len(class.References) != 1 || !class.Rows[0].Cached || !class.Rows[1].Cached {
		t.Errorf("the next run: complete %v, %d references", class.Complete, len(class.References))
	}
}

func TestInterruptedTwice(t *testing.T) {
	openDesk(t)
	dir := t.TempDir()
	write(t, dir, hanging(t))
	c, lines := interrupt(t, dir)
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
		t.Log(lines.Text())
	}
	if err := c.Wait(); c.ProcessState.ExitCode() != 3 {
		t.Errorf("%v, want exit status 3", err)
	}
	class := readClass(t, filepath.Join(dir, "grader.journal"))
	if len(class.Rows) != 1 || len(class.Pending) != 1 || class.Complete {
		t.Errorf("%d results, pending %v, complete %v", len(class.Rows), class.Pending, class.Complete)
	}
}

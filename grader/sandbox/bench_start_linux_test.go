package sandbox

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// BenchmarkStartAndEnd is what a run of the shortest program costs, from
// nothing to the end of everything: bare, in a box with all layers, and in
// bubblewrap where it is installed. They take turns, so that they meet the same
// weather; told are the medians, and their ratio to the bare interpreter's.
func BenchmarkStartAndEnd(b *testing.B) {
	sb := openSandbox(b, false)
	in := sb.Interpreter()
	runs := []struct {
		name string
		run  func()
		took []time.Duration
	}{
		{name: "bare", run: func() { runOutside(b, in.Path, "-c", "pass") }},
		{name: "box", run: func() { runInBox(b, sb) }},
	}
	if bwrap, err := exec.LookPath("bwrap"); err == nil {
		args := append(bubbles(b, in), in.Path, "-c", "pass")
		runs = append(runs, runs[0])
		runs[2].name = "bwrap"
		runs[2].run = func() { runOutside(b, bwrap, args...) }
	} else {
		b.Log("bubblewrap is not installed: it is not compared")
	}
	for b.Loop() {
		for i := range runs {
			began := time.Now()
			runs[i].run()
			runs[i].took = append(runs[i].took, time.Since(began))
		}
	}
	median := func(list []time.Duration) float64 {
		slices.Sort(list)
		return list[len(list)/2].Seconds()
	}
	bare := median(runs[0].took)
	b.ReportMetric(1e3*bare, "ms-bare")
	for _, r := range runs[1:] {
		m := median(r.took)
		b.ReportMetric(1e3*m, "ms-"+r.name)
		b.ReportMetric(m/bare, r.name+"/bare")
	}
	b.ReportMetric(0, "ns/op") // of all of them together, which means nothing
}

func runOutside(b *testing.B, path string, args ...string) {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), path, args...)
	cmd.Env = environment(Interpreter{Path: path})
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%s: %v: %s", path, err, out)
	}
}

// bubbles are bubblewrap's arguments for a box like ours: everything of its
// own, the same system files, and a folder to work in.
func bubbles(b *testing.B, in Interpreter) []string {
	b.Helper()
	args := []string{"--unshare-all", "--die-with-parent", "--new-session", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--dir", Home}
	binds, links, err := rootOf(in)
	if err != nil {
		b.Fatal(err)
	}
	for _, bind := range binds {
		if !bind.Device && filepath.Dir(bind.Path) != "/dev" {
			args = append(args, "--ro-bind", bind.Path, bind.Path)
		}
	}
	for _, l := range links {
		args = append(args, "--symlink", l.Target, l.Path)
	}
	if _, err := os.Stat(in.Path); err != nil {
		b.Fatal(err)
	}
	return append(args, "--chdir", Home, "--")
}

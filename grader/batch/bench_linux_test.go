package batch_test

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/batch"
	"netlab/grader/proof"
)

var (
	classSize  = flag.Int("class", 0, "how many archives BenchmarkClass grades; none without it")
	sampleSize = flag.Int("sample", 10, "how many of them are graded one by one too")
)

// BenchmarkClass grades a class made from the labelled programs, a quarter of
// them faulty, as the command does, and says what it took: see the Makefile.
func BenchmarkClass(b *testing.B) {
	if *classSize == 0 {
		b.Skip("-class says how many")
	}
	desk, dir := openDesk(b), b.TempDir()
	write(b, dir, class(b, *classSize))
	for range b.N {
		first := measured(b, dir)
		c, err := batch.ReadJournal(filepath.Join(dir, "grader.journal"))
		if err != nil {
			b.Fatal(err)
		}
		if !c.Complete || len(c.Rows) != *classSize {
			b.Fatalf("%d results, complete %v", len(c.Rows), c.Complete)
		}
		var used time.Duration
		verdicts := map[string]int{}
		for _, row := range c.Rows {
			used += row.Used
			verdicts[string(row.Result.Verdict)]++
			if row.Retried {
				verdicts["retried"]++
			}
		}
		second := measured(b, dir)
		cores := runtime.NumCPU()
		least := used / time.Duration(cores)
		b.Logf("%d archives on %d processors: %v", len(c.Rows), cores, verdicts)
		b.Logf("wall time %v, processor time of the students' programs %v, over the processors %v: ratio %.2f (at most 1.25)",
			first.wall.Round(time.Millisecond), used.Round(time.Millisecond), least.Round(time.Millisecond), first.wall.Seconds()/least.Seconds())
		b.Logf("processor time of all %v, of the grader's own process %v, kept busy %.0f %% (of the machine %.0f %%)", first.processor.Round(time.Millisecond), first.own.Round(time.Millisecond),
			100*first.processor.Seconds()/first.wall.Seconds()/float64(cores), 100*first.machine)
		b.Logf("most memory: grader %d MB, with its keeper %d MB (at most 300)", first.grader>>10, (first.grader+first.keeper)>>10)
		b.Logf("again without changes: %v (at most 3 s), grader %d MB", second.wall.Round(time.Millisecond), second.grader>>10)
		b.ReportMetric(first.wall.Seconds()/least.Seconds(), "wall/programs")
		b.ReportMetric(float64(first.grader>>10), "MB")
		b.ReportMetric(second.wall.Seconds(), "s/again")
		rng := rand.New(rand.NewPCG(1, 2))
		differ := 0
		for _, i := range rng.Perm(len(c.Rows))[:min(*sampleSize, len(c.Rows))] {
			row := c.Rows[i]
			alone := markOf(row.Path, desk.Archive(b.Context(), filepath.Join(dir, row.Path)))
			if diff := cmp.Diff(alone, markOf(row.Path, row.Result)); diff != "" {
				differ++
				b.Errorf("alone against in the class (-alone +class):\n%s", diff)
			}
		}
		b.Logf("%d marks compared with one-by-one grading, %d differ", min(*sampleSize, len(c.Rows)), differ)
	}
}

// class makes n archives of the labelled programs of all exercises, in turn,
// each fourth one faulty. Their bytes are all different.
func class(tb testing.TB, n int) map[string][]byte {
	tb.Helper()
	type set struct {
		number         int
		right, faulty  []proof.Program
		nright, nfault int
	}
	var sets []*set
	for _, s := range suites(tb) {
		programs, number := labelled(tb, s.Exercise.ID)
		kept := &set{number: number}
		for _, name := range slices.Sorted(maps.Keys(programs)) {
			if p := programs[name]; len(p.Loses) > 0 {
				kept.faulty = append(kept.faulty, p)
			} else {
				kept.right = append(kept.right, p)
			}
		}
		sets = append(sets, kept)
	}
	out := map[string][]byte{}
	for i := range n {
		s := sets[i%len(sets)]
		var p proof.Program
		if (i/len(sets))%4 == 3 {
			// A step that is prime to their number reaches all of them, and a small class has various ones.
			p = s.faulty[s.nfault*37%len(s.faulty)]
			s.nfault++
		} else {
			p = s.right[s.nright*37%len(s.right)]
			s.nright++
		}
		out[fmt.Sprintf("%s-tp3-ex%d.zip", letters(i), s.number)] = pack(tb, strconv.Itoa(i), p.Files...)
	}
	return out
}

// letters is a family name for a number.
func letters(n int) string {
	name := "etudiant"
	for range 4 {
		name += string(rune('a' + n%26))
		n /= 26
	}
	return name
}

// measures is what one run of the command took.
type measures struct {
	wall           time.Duration
	processor, own time.Duration // of the run with all below it, of the grader's process alone
	grader, keeper int           // most memory, in KiB
	machine        float64       // part of the processors' time that was not idle, for whomever
}

// measured runs the command on a folder to its end.
func measured(tb testing.TB, dir string) measures {
	tb.Helper()
	var m measures
	busy, total := processors(tb)
	c := command(dir, "--quiet")
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	began := time.Now()
	if err := c.Start(); err != nil {
		tb.Fatal(err)
	}
	ended := make(chan struct{})
	looked := make(chan struct{})
	go func() {
		defer close(looked)
		tick := time.NewTicker(time.Second) // what is read are peaks and sums
		defer tick.Stop()
		for {
			m.look(c.Process.Pid)
			select {
			case <-tick.C:
			case <-ended:
				return
			}
		}
	}()
	_ = c.Wait() // its exit status says that marks were lost
	close(ended)
	m.wall = time.Since(began)
	<-looked
	if status := c.ProcessState.ExitCode(); status > 1 {
		tb.Fatalf("exit status %d:\n%s", status, out.String())
	}
	m.processor = c.ProcessState.UserTime() + c.ProcessState.SystemTime()
	if busy2, total2 := processors(tb); total2 > total {
		m.machine = float64(busy2-busy) / float64(total2-total)
	}
	return m
}

// look reads the peaks of the grader and of its keeper, its only child.
func (m *measures) look(pid int) {
	m.grader = max(m.grader, peak(pid))
	if own := ownTime(pid); own > m.own {
		m.own = own
	}
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return
	}
	keepers := 0
	for _, f := range tasks {
		data, err := os.ReadFile(f)
		if err != nil {
			continue
		}
		for _, child := range strings.Fields(string(data)) {
			if n, err := strconv.Atoi(child); err == nil {
				keepers += peak(n)
			}
		}
	}
	m.keeper = max(m.keeper, keepers)
}

// peak is the most memory that a process ever had, in KiB, 0 when it is gone.
func peak(pid int) int {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, _ := strconv.Atoi(strings.Fields(rest)[0])
			return n
		}
	}
	return 0
}

// ownTime is the processor time of a process without its children.
func ownTime(pid int) time.Duration {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond
}

// processors is how long all processors of the machine were busy, of how long.
func processors(tb testing.TB) (busy, total int64) {
	tb.Helper()
	data, err := os.ReadFile("/proc/stat")
	if err != nil {
		tb.Fatal(err)
	}
	for i, f := range strings.Fields(string(data[:bytes.IndexByte(data, '\n')]))[1:9] {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			tb.Fatal(err)
		}
		total += n
		if i != 3 && i != 4 {
			busy += n
		}
	}
	return busy, total
}

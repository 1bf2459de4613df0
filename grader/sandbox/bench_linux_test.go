package sandbox

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// BenchmarkWaiting is how much of a processor the grader and its keeper use
// while they wait for a program that sleeps, and that might do anything when it
// wakes up: nothing can be proven, only looked at again and again.
func BenchmarkWaiting(b *testing.B) {
	w := newBench(b, openSandbox(b, false))
	p := w.start("print('ready', end='', flush=True)\nwhile True: time.sleep(0.5)")
	w.printed(p, "ready")
	var used, waited time.Duration
	for b.Loop() {
		before, began := processorOf(b), time.Now()
		if e, err := w.box.WaitFor(b.Context(), p, 3*time.Second, never); e != Limit || err != nil {
			b.Fatal(e, err)
		}
		used += processorOf(b) - before
		waited += time.Since(began)
	}
	b.ReportMetric(100*used.Seconds()/waited.Seconds(), "%processor")
}

// processorOf returns the processor time that this process and its children
// have used, in steps of a clock tick (proc(5)). Its only child is the keeper.
func processorOf(b *testing.B) time.Duration {
	b.Helper()
	const tick = time.Second / 100 // USER_HZ
	self := os.Getpid()
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		b.Fatal(err)
	}
	var sum int64
	for _, f := range files {
		stat, err := os.ReadFile(f)
		if err != nil {
			continue // it has ended
		}
		_, _, fields := parseStat(stat)
		if len(fields) < 13 {
			b.Fatalf("%s: %q", f, stat)
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(f)))
		if err != nil {
			b.Fatal(err)
		}
		if pid != self && fields[0] != strconv.Itoa(self) {
			continue
		}
		for _, field := range fields[10:12] { // utime, stime
			n, err := strconv.ParseInt(field, 10, 64)
			if err != nil {
				b.Fatal(err)
			}
			sum += n
		}
	}
	return time.Duration(sum) * tick
}

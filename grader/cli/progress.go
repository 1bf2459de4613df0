package cli

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"netlab/grader/archive"
	"netlab/grader/batch"
	"netlab/grader/grade"
	"netlab/grader/lang"
)

// progress shows how a run goes on, on standard error: a bar on a terminal, a
// line a submission elsewhere, nothing when it is to be quiet.
type progress struct {
	p     *program
	quiet bool
	tty   bool

	mu     sync.Mutex
	bars   *mpb.Progress // nil without a terminal, or before there is something to do
	bar    *mpb.Bar
	began  time.Time
	last   batch.Event
	counts map[string]int // by word of outcomes
}

func newProgress(p *program, quiet bool) *progress {
	_, tty := terminal(p.stderr)
	return &progress{p: p, quiet: quiet, tty: tty, counts: map[string]int{}}
}

// observe takes in an event of the run.
func (v *progress) observe(e batch.Event) {
	if v.quiet {
		return
	}
	v.mu.Lock()
	v.last = e
	if e.Kind == batch.Result {
		v.counts[outcomeWord(e.Row)]++
	}
	if e.Kind == batch.Begun {
		v.begin(e)
	}
	bar, w := v.bar, io.Writer(v.p.stderr)
	if v.bars != nil {
		w = v.bars // above the bar
	}
	v.mu.Unlock()
	// The bar calls back for its texts: not with the lock held.
	if line := v.line(e); !line.Empty() {
		fmt.Fprintf(w, "grader: %s\n", line.In(v.p.lang))
	}
	if e.Kind == batch.Result && bar != nil {
		bar.Increment()
	}
}

// begin shows the bar.
func (v *progress) begin(e batch.Event) {
	v.began = time.Now()
	if !v.tty || e.Todo == 0 {
		return
	}
	v.bars = mpb.New(mpb.WithOutput(v.p.stderr), mpb.WithRefreshRate(200*time.Millisecond), mpb.WithAutoRefresh())
	v.bar = v.bars.AddBar(int64(e.Todo),
		mpb.PrependDecorators(decor.CountersNoUnit("%d/%d ")),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return " " + v.status() })))
}

// close leaves the last state of the bar on the terminal.
func (v *progress) close() {
	v.mu.Lock()
	bars, bar := v.bars, v.bar
	v.mu.Unlock()
	if bars == nil {
		return
	}
	bar.Abort(false) // of no effect once it is full
	bars.Wait()
}

// outcomes are the running counts, in their order, with their words.
var outcomes = []struct {
	word string
	text lang.Text
}{
	{"full", lang.T("complets", "full")},
	{"lost", lang.T("partiels", "partial")},
	{"rejected", lang.T("refusés", "rejected")},
	{"fault", lang.T("pannes", "faults")},
}

func outcomeWord(r grade.Result) string {
	switch {
	case r.Verdict == grade.Fault:
		return "fault"
	case r.Verdict == grade.Rejected:
		return "rejected"
	case r.Score < r.Max:
		return "lost"
	}
	return "full"
}

// status is what stands beside the bar: rate, time left, counts.
func (v *progress) status() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	var parts []string
	if spent := time.Since(v.began); v.last.Done > 0 {
		rate := float64(v.last.Done) / spent.Minutes()
		left := time.Duration(float64(v.last.Todo-v.last.Done) / rate * float64(time.Minute)).Round(time.Second)
		parts = append(parts, lang.F("%.0f/min, reste %s", "%.0f/min, %s left", rate, left).In(v.p.lang))
	}
	for _, o := range outcomes {
		if n := v.counts[o.word]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, o.text.In(v.p.lang)))
		}
	}
	return strings.Join(parts, ", ")
}

// line is what is said of an event; nothing of most where there is a bar.
func (v *progress) line(e batch.Event) lang.Text {
	switch e.Kind {
	case batch.Begun:
		return lang.F("%d copies, dont %d à corriger", "%d submissions, %d of them to grade", e.Total, e.Todo)
	case batch.Stopped:
		return lang.F("arrêt : les corrections commencées se terminent (Ctrl-C encore pour arrêter tout de suite)",
			"stopping: the gradings that have begun come to their end (Ctrl-C again to stop now)")
	case batch.Retry:
		return lang.F("%s : panne (%s) ; sera refaite seule", "%s: fault (%s); will be made again alone", archive.Show(e.Path), lang.T(archive.Show(e.Row.FaultIn(lang.FR)), archive.Show(e.Row.FaultIn(lang.EN))))
	case batch.Result:
		if v.tty {
			return lang.Text{}
		}
		return lang.F("%d/%d %s : %s", "%d/%d %s: %s", e.Done, e.Todo, archive.Show(e.Path), mark(e.Row))
	}
	return lang.Text{}
}

// mark is a result in a word or a mark.
func mark(r grade.Result) lang.Text {
	switch r.Verdict {
	case grade.Fault:
		return lang.T("panne", "fault")
	case grade.Rejected:
		return lang.F("refusé, 0/%d", "rejected, 0/%d", r.Max)
	}
	s := fmt.Sprintf("%d/%d", r.Score, r.Max)
	return lang.T(s, s)
}

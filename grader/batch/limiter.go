package batch

import (
	"context"
	"os"
	"runtime"
	"time"
)

// limiter decides when one more grading may begin. A program that is wrong
// mostly waits, a right one mostly computes, and nobody knows which a grading
// will be: so as many gradings as there are processors run in any case, and
// more of them while processors are seen idle. A grading's mark does not depend
// on how many there are, as its waits are counted in time that its programs
// could use.
type limiter struct {
	least, most int // gradings at once
	measure     func() (load, bool)
	last        load
	at          time.Time // of last
}

// load is how the machine's processors have spent their time, in ticks.
type load struct{ idle, total int64 }

const (
	// settle is how long the machine is watched before one more grading is let
	// in: a few ticks of the kernel's clock (10 ms), and about what an
	// interpreter needs to start, so that the last one let in is seen at work.
	settle = 60 * time.Millisecond
	// spare is the part of the processors' time that must have been idle.
	spare = 0.05
	// perProcessor is the most gradings at once for each processor: those that
	// sleep cost memory only, a few tens of MB.
	perProcessor = 8
)

// processors is how many there are: less than NumCPU in a container with a quota.
var processors = runtime.GOMAXPROCS(0)

// yield leaves the processors to the programs while gradings run, until restore
// is called. What the grader does itself is a tenth of what they do: threads of
// its own on every processor would be woken up to find nothing to do.
func yield() (restore func()) {
	if os.Getenv("GOMAXPROCS") != "" {
		return func() {}
	}
	before := runtime.GOMAXPROCS((processors + 3) / 4)
	return func() { runtime.GOMAXPROCS(before) }
}

// newLimiter makes the limiter for jobs gradings at once; 0 lets the machine decide.
func newLimiter(jobs int) *limiter {
	if jobs > 0 {
		return &limiter{least: jobs, most: jobs}
	}
	cores := processors
	l := &limiter{least: cores, most: perProcessor * cores, measure: measureLoad}
	if _, ok := measureLoad(); !ok {
		l.least, l.most = 2*cores, 2*cores
	}
	return l
}

// admit waits until one more grading may begin beside the running ones, whose
// ends are told on ended. It returns how many run then, or ctx's error.
func (l *limiter) admit(ctx context.Context, running int, ended <-chan struct{}) (int, error) {
	for {
		if ctx.Err() != nil {
			return running, ctx.Err()
		}
		if running < l.least {
			l.at = time.Time{}
			return running, nil
		}
		var watched <-chan time.Time
		if running < l.most {
			if l.idle() {
				return running, nil
			}
			watched = time.After(settle)
		}
		select {
		case <-ended:
			running--
		case <-watched:
		case <-ctx.Done():
		}
	}
}

// idle reports whether processors were idle since it was asked last. It needs
// to have watched for a while, since the last admission too.
func (l *limiter) idle() bool {
	t := time.Now()
	if l.at.IsZero() {
		if m, ok := l.measure(); ok {
			l.last, l.at = m, t
		}
		return false
	}
	if t.Sub(l.at) < settle {
		return false
	}
	m, ok := l.measure()
	if !ok {
		return false
	}
	total, idle := m.total-l.last.total, m.idle-l.last.idle
	l.last, l.at = m, t
	return total > 0 && float64(idle) > spare*float64(total)
}

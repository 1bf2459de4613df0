package batch

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestLimiterFillsIdleProcessors holds that gradings are let in one by one
// while processors are idle, and no longer once they are not.
func TestLimiterFillsIdleProcessors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const cores, tick = 2, 10 * time.Millisecond
		var busy atomic.Int64 // gradings that compute
		began := time.Now()
		var measured load
		last := began
		l := &limiter{least: cores, most: 16, measure: func() (load, bool) {
			// Each grading keeps a third of a processor busy.
			n := int64(time.Since(last) / tick)
			last = last.Add(time.Duration(n) * tick)
			measured.total += cores * n
			measured.idle += max(0, cores*n-busy.Load()*n/3)
			return measured, true
		}}
		ended := make(chan struct{}, 100)
		ctx, cancel := context.WithCancel(t.Context())
		admitted := make(chan int)
		go func() {
			for running := 0; ; {
				n, err := l.admit(ctx, running, ended)
				if err != nil {
					close(admitted)
					return
				}
				running = n + 1
				busy.Add(1)
				admitted <- running
			}
		}()
		most := 0
		timeout := time.After(time.Minute)
		for most < 16 {
			select {
			case most = <-admitted:
				continue
			case <-timeout:
			}
			break
		}
		// Six of them use all of two processors; a seventh is let in by the margin of what is spared.
		if most < 5 || most > 7 {
			t.Errorf("%d at once, want about 6", most)
		}
		for range 2 {
			busy.Add(-1)
			ended <- struct{}{}
		}
		select {
		case again := <-admitted:
			if again < most-1 || again > most+1 {
				t.Errorf("after two have ended %d run, want about %d", again, most)
			}
		case <-time.After(time.Minute):
			t.Error("after two have ended no other is let in")
		}
		cancel()
		for range admitted {
		}
	})
}

func TestLimiterKeepsToItsJobs(t *testing.T) {
	l := newLimiter(3)
	ended := make(chan struct{}, 1)
	for running := range 3 {
		if n, err := l.admit(t.Context(), running, ended); err != nil || n != running {
			t.Fatal(n, err)
		}
	}
	ended <- struct{}{}
	if n, err := l.admit(t.Context(), 3, ended); err != nil || n != 2 {
		t.Errorf("admitted beside %d, %v; want 2", n, err)
	}
}

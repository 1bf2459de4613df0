//go:build !linux

package sandbox

import (
	"context"
	"slices"

	"github.com/shirou/gopsutil/v4/process"
)

// plainTask sees what little the system tells cheaply of a process; ok is
// false when it is gone.
func plainTask(ctx context.Context, pid, session int) (t Task, ok bool) {
	p := &process.Process{Pid: int32(pid)}
	parent, err := p.PpidWithContext(ctx)
	if err != nil {
		return t, false
	}
	t = Task{PID: pid, Parent: int(parent), Session: session}
	// A name that cannot be told stays empty.
	t.Name, _ = p.NameWithContext(ctx)
	if status, err := p.StatusWithContext(ctx); err == nil {
		t.Zombie = slices.Contains(status, process.Zombie)
	}
	return t, true
}

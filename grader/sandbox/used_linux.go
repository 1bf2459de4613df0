package sandbox

import (
	"strconv"
	"strings"
	"time"
)

// tick is the unit of the times in /proc/pid/stat (proc(5)).
const tick = time.Second / 100

// others tells how much processor time the processes have used that are no
// programs of the box's, and that no program has waited for: the children of a
// server that forks, for the most part. What a reference program started is left
// out, and so is what is gone.
func (b *boxThread) others() (used time.Duration, err error) {
	pids, err := b.looker.numbers(b.looker.proc, maxTasks)
	if err != nil {
		return 0, err
	}
	known, selves := map[int]bool{1: true}, map[int]bool{}
	for _, p := range b.programs {
		known[p.inside] = true
		if p.self {
			selves[p.inside] = true
		}
	}
	for _, pid := range pids {
		if known[pid] {
			continue
		}
		base := b.looker.proc + "/" + strconv.Itoa(pid)
		stat, err := b.looker.read(base + "/stat")
		if err != nil {
			continue // it is gone
		}
		_, _, fields := parseStat(stat)
		if len(fields) < 14 {
			continue
		}
		if session, _ := strconv.Atoi(fields[2]); selves[session] {
			continue
		}
		var ticks [4]int64 // user and system time of its own, and of the children that it waited for
		for i := range ticks {
			ticks[i], _ = strconv.ParseInt(fields[10+i], 10, 64)
		}
		own := time.Duration(ticks[0]+ticks[1]) * tick
		// The first thread's is known to the nanosecond: most have no other.
		if sched, err := b.looker.read(base + "/schedstat"); err == nil {
			run, _, _ := strings.Cut(string(sched), " ")
			if n, err := strconv.ParseInt(run, 10, 64); err == nil {
				own = max(own, time.Duration(n))
			}
		}
		used += own + time.Duration(ticks[2]+ticks[3])*tick
	}
	return used, nil
}

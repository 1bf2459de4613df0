package report

import (
	"slices"

	"netlab/grader/scenario"
)

// upTo cuts a timeline before the first connection or start that only steps
// after the failed one made: the fault shows without them.
func upTo(timeline []scenario.Event, t *scenario.Trace, failed *scenario.Step) []scenario.Event {
	if t == nil || failed == nil {
		return timeline
	}
	earlier, later := map[string]bool{}, map[string]bool{}
	for i := range t.Steps {
		names := earlier
		if t.Steps[i].Line > failed.Line {
			names = later
		}
		for _, name := range Objects(&t.Steps[i]) {
			names[name] = true
		}
	}
	only := func(name string) bool { return later[name] && !earlier[name] }
	for i, e := range timeline {
		if e.Kind == scenario.KindConnect && only(e.Conn) || e.Kind == scenario.KindStart && only(e.Program) {
			return timeline[:i]
		}
	}
	return timeline
}

// oneStart leaves one start of each program that the grader tried with several
// command lines in turn: the last one with which it came to the network, or
// else the first. others tells whether there were more.
func oneStart(timeline []scenario.Event) (kept []scenario.Event, others bool) {
	type start struct {
		at      int
		command string
		talked  bool
	}
	starts := map[string][]*start{}
	now := func(program string) *start {
		if all := starts[program]; len(all) > 0 {
			return all[len(all)-1]
		}
		return nil
	}
	for i, e := range timeline {
		switch e.Kind {
		case scenario.KindStart:
			starts[e.Program] = append(starts[e.Program], &start{at: i, command: e.Note.EN})
		case scenario.KindListen, scenario.KindConnect, scenario.KindSend, scenario.KindReceive:
			if s := now(e.Program); s != nil {
				s.talked = true
			}
		}
	}
	chosen := map[string]*start{}
	for program, all := range starts {
		pick := all[0]
		for _, s := range all {
			if s.talked {
				pick = s
			}
			others = others || s.command != all[0].command
		}
		if slices.ContainsFunc(all, func(s *start) bool { return s.command != all[0].command }) {
			chosen[program] = pick
		}
	}
	if !others {
		return timeline, false
	}
	running := map[string]int{}
	for i, e := range timeline {
		if e.Kind == scenario.KindStart {
			running[e.Program] = i
		}
		if s := chosen[e.Program]; s != nil && running[e.Program] != s.at {
			continue
		}
		kept = append(kept, e)
	}
	return kept, true
}

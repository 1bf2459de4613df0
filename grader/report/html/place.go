package html

import (
	"slices"

	"netlab/grader/report"
	"netlab/grader/scenario"
)

// looksAt returns the kinds of events that decide about a verb's step.
func looksAt(verb string) []scenario.Kind {
	switch verb {
	case "printed", "screen", "affirms", "agrees", "differ":
		return []scenario.Kind{scenario.KindStdout, scenario.KindStderr}
	case "closed", "finish", "last":
		return []scenario.Kind{scenario.KindClosed}
	case "exited":
		return []scenario.Kind{scenario.KindExit}
	case "listening", "serve":
		return []scenario.Kind{scenario.KindListen}
	case "accept", "accepted", "connect":
		return []scenario.Kind{scenario.KindConnect}
	case "receive", "received", "message", "within", "replied", "status", "header", "body", "bodiless", "framed", "shown", "withheld", "get", "ask", "first", "alike", "reflect":
		return []scenario.Kind{scenario.KindReceive}
	}
	return nil
}

// placeOf finds the moments that a step looked at: those of its kinds and its
// object after the last thing that the grader did before it, up to the next one;
// without any there, those of the whole act.
func placeOf(moments []report.Moment, step *scenario.Step, before []scenario.Step) place {
	kinds := looksAt(report.Verb(step))
	names := report.Objects(step)
	if len(kinds) == 0 || len(names) == 0 {
		return nil
	}
	from := 0
	for _, s := range slices.Backward(before) {
		if i := doneAt(moments, &s); i >= 0 {
			from = i + 1
			break
		}
	}
	to := from
	for to < len(moments) && !graderActs(&moments[to]) {
		to++
	}
	for _, r := range [][2]int{{from, to}, {0, len(moments)}} {
		var found []int
		for i := r[0]; i < r[1]; i++ {
			m := &moments[i]
			if slices.Contains(kinds, m.Kind) && (slices.Contains(names, m.Conn) || slices.Contains(names, m.Program)) {
				found = append(found, i)
			}
		}
		if found != nil {
			return func(i int) bool { return slices.Contains(found, i) }
		}
	}
	return nil
}

// doneAt returns where the grader did what a step says, or -1.
func doneAt(moments []report.Moment, s *scenario.Step) int {
	var kind scenario.Kind
	switch report.Verb(s) {
	case "send":
		kind = scenario.KindSend
	case "type":
		kind = scenario.KindType
	case "connect":
		kind = scenario.KindConnect
	case "shutdown", "close":
		kind = scenario.KindEnd
	case "start", "serve", "execute":
		kind = scenario.KindStart
	default:
		return -1
	}
	names := report.Objects(s)
	if len(names) == 0 {
		return -1
	}
	for i, m := range slices.Backward(moments) {
		if m.Kind == kind && (m.Conn == names[0] || m.Program == names[0]) {
			return i
		}
	}
	return -1
}

// graderActs reports whether a moment is something that the grader did.
func graderActs(m *report.Moment) bool {
	switch m.Kind {
	case scenario.KindSend, scenario.KindType, scenario.KindStart:
		return true
	case scenario.KindConnect:
		return m.From.Side == report.GraderSide
	}
	return false
}

package report

import (
	"slices"
	"strings"

	"netlab/grader/grade"
	"netlab/grader/scenario"
)

// Objects returns the names of programs, connections and answers that a step is
// about: the words of its line that stand behind the verb.
func Objects(s *scenario.Step) []string {
	words := strings.Fields(strings.TrimLeft(s.Source, "! "))
	if len(words) < 2 {
		return nil
	}
	return words[1:min(len(words), 5)]
}

// Verb returns the verb of a step.
func Verb(s *scenario.Step) string {
	words := strings.Fields(strings.TrimLeft(s.Source, "! "))
	if len(words) == 0 {
		return ""
	}
	return words[0]
}

// ActOf returns the act that a step is about: the last one with the program or
// the connection that its line names first, or else with any that it names. For
// differ it is the one named last, the altered case.
func ActOf(acts [][]scenario.Event, s *scenario.Step) []scenario.Event {
	names := slices.Clone(Objects(s))
	if Verb(s) == "differ" {
		slices.Reverse(names)
	}
	for _, name := range names {
		for _, act := range slices.Backward(acts) {
			if slices.ContainsFunc(act, func(e scenario.Event) bool { return e.Program == name || e.Conn == name }) {
				return act
			}
		}
	}
	if len(acts) == 0 {
		return nil
	}
	return acts[len(acts)-1]
}

// SameAct returns what was tried before a failure, without the steps of earlier
// boxes unless the failed step is about one of them.
func SameAct(r *grade.Result, tried []scenario.Step, failed *scenario.Step) []scenario.Step {
	trace := traceOf(r, failed.Scenario)
	if trace == nil || Verb(failed) == "differ" || Verb(failed) == "affirms" {
		return tried
	}
	from := 0
	for _, s := range trace.Steps {
		if s.Line < failed.Line && Verb(&s) == "fresh" {
			from = s.Line
		}
	}
	later := slices.DeleteFunc(slices.Clone(tried), func(s scenario.Step) bool { return s.Line < from })
	names := Objects(failed)
	about := slices.ContainsFunc(later, func(s scenario.Step) bool {
		return slices.ContainsFunc(Objects(&s), func(n string) bool { return slices.Contains(names, n) })
	})
	if !about {
		return tried
	}
	return later
}

package report

import (
	"math"
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

// answers are the verbs that judge answers which came before.
var answers = []string{"alike", "body", "framed", "header", "shown", "status"}

// judged cuts what came after the answers that a step judges: it is about others.
func judged(act []scenario.Event, s *scenario.Step) []scenario.Event {
	if !slices.Contains(answers, Verb(s)) {
		return act
	}
	names := Objects(s)
	for i, e := range slices.Backward(act) {
		if e.Conn != "" && slices.Contains(names, e.Conn) {
			return act[:i+1]
		}
	}
	return act
}

// Shown returns what is listed of a try, without the steps of earlier boxes
// unless the failed step is about one of them: what was done, and the step that
// failed. Where two runs are compared and one of them shows the fault by itself,
// it is that one.
func Shown(r *grade.Result, tried []scenario.Step, failed *scenario.Step) (steps []scenario.Step, last scenario.Step) {
	trace := traceOf(r, failed.Scenario)
	if trace == nil {
		return tried, *failed
	}
	names := Objects(failed)
	switch verb := Verb(failed); {
	case verb == "blame" && len(names) > 0:
		steps = stepsAbout(trace, tried, names[0])
		if n := len(steps) - 1; n >= 0 && Verb(&steps[n]) == "lives" {
			last = *failed
			last.Did = steps[n].Did
			return steps[:n], last
		}
		return tried, *failed
	case verb == "affirms" && len(names) > 0:
		return stepsAbout(trace, tried, names[0]), *failed
	case verb == "differ" && len(names) > 2:
		return append(stepsAbout(trace, tried, names[0]), stepsAbout(trace, tried, names[2])...), *failed
	}
	from, _ := boxOf(trace, failed.Line)
	later := slices.DeleteFunc(slices.Clone(tried), func(s scenario.Step) bool { return s.Line < from })
	about := slices.ContainsFunc(later, func(s scenario.Step) bool {
		return slices.ContainsFunc(Objects(&s), func(n string) bool { return slices.Contains(names, n) })
	})
	if !about {
		return tried, *failed
	}
	return later, *failed
}

// stepsAbout returns the steps of tried in the box of the program called name.
func stepsAbout(t *scenario.Trace, tried []scenario.Step, name string) []scenario.Step {
	for i := range t.Steps {
		s := &t.Steps[i]
		if names := Objects(s); !slices.Contains(starting, Verb(s)) || len(names) == 0 || names[0] != name {
			continue
		}
		from, to := boxOf(t, s.Line)
		return slices.DeleteFunc(slices.Clone(tried), func(s scenario.Step) bool { return s.Line < from || s.Line >= to })
	}
	return tried
}

// boxOf returns the lines of the box in which a line of a scenario is: from the
// first to before the first one of the next box.
func boxOf(t *scenario.Trace, line int) (from, to int) {
	to = math.MaxInt
	for i := range t.Steps {
		switch s := &t.Steps[i]; {
		case Verb(s) != "fresh":
		case s.Line < line:
			from = s.Line
		case to == math.MaxInt:
			to = s.Line
		}
	}
	return from, to
}

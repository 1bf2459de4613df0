package html

import (
	"fmt"
	"slices"
	"strings"

	"netlab/grader/grade"
	"netlab/grader/report"
	"netlab/grader/scenario"
)

// maxSteps is how many steps of one try are listed.
const maxSteps = 14

// loss explains what was lost, beside what the reference program does.
type loss struct {
	ID       string // of its element
	IDs      string // of the criteria
	Points   string
	Skipped  bool
	Asks     []string
	Seen     []string
	Also     []string
	Hints    []string
	SameAs   string // the criterion that explains it
	SameWhy  string // in what they are alike, before its name
	Where    string // the line and what came of it, after its name
	SameHref string
	Like     string // the criterion that has the same conversation
	LikeHref string
	Steps    []stepLine
	Omitted  string // steps left out after the first ones
	OmitAt   int
	Again    []todo
	Scenario string
	Here     *diagram
	There    *diagram
	// At is what the reference program does where this one failed.
	At []atPlace
}

type stepLine struct {
	OK     bool
	Number int
	Text   string
}

// atPlace is one moment in a sentence.
type atPlace struct {
	Words  string
	Pieces []report.Piece
}

// todo is one thing to do by hand: prose and commands in turn.
type todo []todoPart

type todoPart struct {
	Command bool
	Text    string
}

// loss explains one loss. Those of told are explained above it: a conversation
// that would be the same once more is referred to.
func (s *site) loss(r *grade.Result, l *report.Loss, told []loss, hrefs map[string]string, room *room) loss {
	w := s.words
	out := loss{ID: room.id("lost"), Skipped: l.Criteria[0].Status == grade.Skipped}
	var ids []string
	for i := range l.Criteria {
		c := &l.Criteria[i]
		ids = append(ids, report.Short(c.ID, maxLabel))
		hrefs[c.ID] = "#" + out.ID
		if asks := s.prose(c.Asks); asks != "" && !slices.Contains(out.Asks, asks) {
			out.Asks = append(out.Asks, asks)
		}
		if hint := s.prose(c.Hint); hint != "" && !out.Skipped {
			out.Hints = append(out.Hints, hint)
		}
	}
	out.IDs = strings.Join(ids, ", ")
	if l.Points > 0 {
		out.Points = w.count(l.Points, w.pointLost, w.pointsLost)
	}
	if l.SameAs != "" {
		out.SameAs, out.SameHref = report.Short(l.SameAs, maxLabel), hrefs[l.SameAs]
		out.SameWhy, out.Where = w.alike(l), report.Short(l.Where, maxLabel)
		return out
	}
	out.Seen = s.paragraphs(l.Seen)
	for _, also := range l.Also[:min(len(l.Also), 4)] {
		out.Also = append(out.Also, s.glue(report.Short(also, maxProse)))
	}
	if !l.Found {
		return out
	}
	for _, o := range told {
		if slices.Equal(o.Seen, out.Seen) && o.There != nil && !out.Skipped {
			out.Like, out.LikeHref = o.IDs, "#"+o.ID
			tried, failed := report.Shown(r, l.Tried, &l.Failed)
			s.steps(&out, tried, &failed)
			return out
		}
	}
	s.beside(&out, r, l, room)
	return out
}

// alike says in what a loss is like one told before.
func (w *words) alike(l *report.Loss) string {
	switch {
	case l.Criteria[0].Status == grade.Skipped:
		return w.SameAs
	case l.Like == report.SameError:
		return w.SameError
	case l.Like == report.SameSight:
		return w.SameSight
	}
	return w.SameCause
}

// beside puts what was done, and both programs' conversations.
func (s *site) beside(out *loss, r *grade.Result, l *report.Loss, room *room) {
	failed := l.Failed
	out.Scenario = report.Short(failed.Scenario, maxLabel)
	trace := traceOf(r, failed.Scenario)
	if trace == nil {
		s.steps(out, l.Tried, &failed)
		return
	}
	mine := report.Acts(trace.Timeline)
	here := report.ActOf(mine, &failed)
	tried, last := report.Shown(r, l.Tried, &l.Failed)
	s.steps(out, tried, &last)
	for _, what := range report.Again(here, trace, &failed, s.lang) {
		out.Again = append(out.Again, todoOf(what))
	}
	moments := report.Conversation(here, s.lang)
	out.Here = s.diagram(moments, placeOf(moments, &failed, before(trace, &failed)), "✗", room)

	ref, ok := s.class.References[r.Exercise]
	if !ok || ref.Environment.Scripts != r.Environment.Scripts {
		return
	}
	right := traceOf(&ref, failed.Scenario)
	if right == nil {
		return
	}
	there := report.Conversation(report.ActOf(report.Acts(right.Timeline), &failed), s.lang)
	at := placeOf(there, &failed, before(right, &failed))
	// What it does after that place, with some room, is another story.
	const after = 3
	end := len(there)
	for i := range there {
		if at != nil && at(i) {
			end = min(i+1+after, len(there))
		}
	}
	out.There = s.diagramUntil(there, end, at, "✓", room)
	for i := range there {
		if at != nil && at(i) && len(out.At) < 3 {
			words, pieces := told(&there[i], s.lang)
			out.At = append(out.At, atPlace{words, pieces})
		}
	}
}

func traceOf(r *grade.Result, name string) *scenario.Trace {
	for i := range r.Traces {
		if r.Traces[i].Scenario == name {
			return &r.Traces[i]
		}
	}
	return nil
}

// before returns the steps of a trace that stand before the failed one.
func before(t *scenario.Trace, failed *scenario.Step) []scenario.Step {
	for i := range t.Steps {
		if t.Steps[i].Line >= failed.Line {
			return t.Steps[:i]
		}
	}
	return t.Steps
}

func (s *site) steps(out *loss, tried []scenario.Step, failed *scenario.Step) {
	head, tail := len(tried), len(tried)
	if len(tried) > maxSteps {
		head, tail = 3, len(tried)-(maxSteps-4)
		out.Omitted, out.OmitAt = fmt.Sprintf(s.words.stepsOmitted, tail-head), head
	}
	for i := range tried {
		if i < head || i >= tail {
			out.Steps = append(out.Steps, stepLine{OK: true, Number: i + 1, Text: s.prose(tried[i].Did)})
		}
	}
	did := s.prose(failed.Did)
	if did == "" {
		did = report.Short(failed.Source, maxLine)
	}
	out.Steps = append(out.Steps, stepLine{Number: len(tried) + 1, Text: did})
}

// todoOf cuts a thing to do into prose and commands.
func todoOf(what string) todo {
	var out todo
	for i, part := range strings.Split(what, "`") {
		if part != "" {
			out = append(out, todoPart{Command: i%2 == 1, Text: report.EscapeText(part)})
		}
	}
	return out
}

// scene is one scenario with its whole conversation.
type scene struct {
	ID      string
	Name    string
	Tests   string // the criteria it tests
	Lost    bool
	Acts    []act
	Omitted string
}

// scenes shows every scenario of a grading.
func (s *site) scenes(r *grade.Result, room *room) (out []scene, omitted string) {
	for i := range r.Traces {
		if i == maxScenarios || room.lines <= 0 {
			return out, fmt.Sprintf(s.words.scenariosOmitted, len(r.Traces)-i)
		}
		t := &r.Traces[i]
		v := scene{ID: room.id("scenario"), Name: report.Short(t.Scenario, maxLabel)}
		var ids []string
		for _, step := range t.Steps {
			v.Lost = v.Lost || step.Outcome == scenario.Mismatch
			if id := report.Short(step.Criterion, maxLabel); id != "" && !slices.Contains(ids, id) && len(ids) < maxCriteria {
				ids = append(ids, id)
			}
		}
		v.Tests = strings.Join(ids, ", ")
		v.Acts, v.Omitted = s.acts(t.Timeline, room)
		out = append(out, v)
	}
	return out, ""
}

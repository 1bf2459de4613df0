package report

import (
	"fmt"
	"slices"
	"strings"

	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/scenario"
)

// maxSteps is how many steps of one try are listed: three runs of a client, and
// what is made of them.
const maxSteps = 16

// explained is what the report of one submission has shown already.
type explained struct {
	conversations map[string]string // the scenario: the criterion under which its conversation is
	together      []string          // criteria that were explained together with another
	failures      []shownFailure    // what failed, as it was shown
}

type shownFailure struct {
	criterion string
	step      scenario.Step
}

// sameStory reports whether two failed steps need to be told only once: they
// are one and the same, or the same was seen in two scenarios.
func sameStory(a, b scenario.Step) bool {
	return a.Scenario == b.Scenario && a.Line == b.Line || a.Saw == b.Saw && !a.Saw.Empty()
}

// lost explains why the points of one criterion are lost; of those among scored
// that were lost for a cause that is told already, all together.
func (p *page) lost(r *grade.Result, c *grade.Criterion, scored []grade.Criterion, shown *explained) {
	if slices.Contains(shown.together, c.ID) {
		return
	}
	if k := kinOf(r, c); k.first != "" {
		p.toldAbove(r, c, scored, k, shown)
		return
	}
	p.title(span{red, "✗ "}, c.ID, c.Max-c.Points)
	if asks := c.Asks.In(p.lang); asks != "" {
		p.labelled(p.words.asked, strings.Join(strings.Fields(asks), " "))
	}
	failures := mismatches(c.Steps)
	if len(failures) == 0 {
		p.labelled(p.words.seen, firstOf(c.Message.In(p.lang), p.words.nothingSeen))
	} else {
		f := failures[0]
		p.tried(r, c.ID, f)
		p.labelled(p.words.seen, p.seen(f, c.Message))
		p.others(f, failures[1:])
		shown.failures = append(shown.failures, shownFailure{c.ID, f})
	}
	if hinted(r, c) {
		p.hintOf(c)
	}
	var failed *scenario.Step
	if len(failures) > 0 {
		failed = &failures[0]
	}
	p.conversationOf(r, c.ID, scenarioOf(c), failed, shown)
	p.blank()
}

// likewise returns the failed criteria of cs from c on that have the same kin,
// and how many points that is.
func likewise(r *grade.Result, cs []grade.Criterion, c *grade.Criterion, k kin) (same []grade.Criterion, points int) {
	from := slices.IndexFunc(cs, func(o grade.Criterion) bool { return o.ID == c.ID })
	for i := max(from, 0); i < len(cs); i++ {
		if o := &cs[i]; o.Status == grade.Failed && o.Advice == c.Advice && kinOf(r, o) == k {
			same = append(same, *o)
			points += o.Max - o.Points
		}
	}
	return same, points
}

// skipped explains criteria whose turn did not come, all those together that
// were stopped by the same step.
func (p *page) skipped(r *grade.Result, c *grade.Criterion, scored []grade.Criterion, shown *explained) {
	if slices.Contains(shown.together, c.ID) {
		return
	}
	if k := tellerOf(r, c, shown); k.first != "" {
		p.toldAbove(r, c, scored, k, shown)
		return
	}
	need, found := obstacle(r, c)
	together := []string{c.ID}
	points := c.Max - c.Points
	for i := range scored {
		o := &scored[i]
		if o.ID == c.ID || o.Status != grade.Skipped {
			continue
		}
		n, ok := obstacle(r, o)
		if ok == found && (ok && sameStory(n, need) || !ok && o.Message == c.Message) {
			together = append(together, o.ID)
			points += o.Max - o.Points
		}
	}
	shown.together = append(shown.together, together...)

	p.title(span{yellow, "– "}, strings.Join(together, ", "), points)
	if !found {
		p.hang([]span{{text: "  "}}, firstOf(c.Message.In(p.lang), p.words.noReason), plainStyle)
		p.blank()
		return
	}
	p.hang([]span{{text: "  "}}, p.words.notTried, plainStyle)
	p.tried(r, need.Criterion, need)
	p.labelled(p.words.seen, p.seen(need, lang.Text{}))
	shown.failures = append(shown.failures, shownFailure{c.ID, need})
	p.conversationOf(r, c.ID, need.Scenario, &need, shown)
	p.blank()
}

// tellerOf returns the criterion, explained already, that tells why the turn of
// c did not come.
func tellerOf(r *grade.Result, c *grade.Criterion, shown *explained) kin {
	need, found := obstacle(r, c)
	if !found {
		return kin{}
	}
	k := kinOf(r, c)
	if i := slices.IndexFunc(shown.failures, func(f shownFailure) bool { return sameStory(f.step, need) }); i >= 0 && shown.failures[i].criterion != k.first {
		return kin{first: shown.failures[i].criterion}
	}
	return k
}

// toldAbove puts on one line c and all that follows it which was lost for what
// the criterion k.first tells, in the same way.
func (p *page) toldAbove(r *grade.Result, c *grade.Criterion, scored []grade.Criterion, k kin, shown *explained) {
	var ids []string
	points := 0
	sign := span{red, "✗ "}
	from := slices.IndexFunc(scored, func(o grade.Criterion) bool { return o.ID == c.ID })
	for i := max(from, 0); i < len(scored); i++ {
		o := &scored[i]
		var of kin
		switch o.Status {
		case grade.Failed:
			of = kinOf(r, o)
		case grade.Skipped:
			of = tellerOf(r, o, shown)
		case grade.Passed, grade.Untested:
		}
		if slices.Contains(shown.together, o.ID) || of.first != k.first || of.like != "" && k.like != "" && of != k {
			continue
		}
		if k.like == "" {
			k = of
		}
		ids = append(ids, o.ID)
		points += o.Max - o.Points
		if o.Status == grade.Skipped {
			sign = span{yellow, "– "}
		}
	}
	shown.together = append(shown.together, ids...)
	p.hang([]span{sign}, strings.Join(ids, ", ")+" — "+p.words.lostPoints(points)+p.words.toldAbove(k), bold)
	p.blank()
}

// title opens the explanation of what was lost.
func (p *page) title(sign span, ids string, points int) {
	p.hang([]span{sign}, ids+" — "+p.words.lostPoints(points), bold)
}

// mismatches returns the steps in which the program was wrong, the first one of
// each scenario.
func mismatches(steps []scenario.Step) []scenario.Step {
	var out []scenario.Step
	for _, s := range steps {
		if s.Outcome == scenario.Mismatch && !slices.ContainsFunc(out, func(o scenario.Step) bool { return o.Scenario == s.Scenario }) {
			out = append(out, s)
		}
	}
	return out
}

// scenarioOf returns the scenario in which a criterion was lost.
func scenarioOf(c *grade.Criterion) string {
	if failures := mismatches(c.Steps); len(failures) > 0 {
		return failures[0].Scenario
	}
	if len(c.Steps) > 0 {
		return c.Steps[len(c.Steps)-1].Scenario
	}
	return ""
}

// obstacle finds the step that kept a criterion from being tried: the first one
// that went wrong in a scenario that tests it, of the preamble if there is one.
func obstacle(r *grade.Result, c *grade.Criterion) (scenario.Step, bool) {
	var found scenario.Step
	ok := false
	for _, own := range c.Steps {
		t := traceOf(r, own.Scenario)
		if t == nil {
			continue
		}
		for _, s := range t.Steps {
			if s.Outcome != scenario.Mismatch {
				continue
			}
			if s.Criterion == "" {
				return s, true
			}
			if !ok {
				found, ok = s, true
			}
		}
	}
	return found, ok
}

func traceOf(r *grade.Result, name string) *scenario.Trace {
	for i := range r.Traces {
		if r.Traces[i].Scenario == name {
			return &r.Traces[i]
		}
	}
	return nil
}

// making are the verbs that make what later steps are about, a program, a
// connection or an answer, though they wait; and reflect, which answers on one.
var making = []string{"start", "execute", "run", "serve", "connect", "accept", "reflect", "get", "ask", "first"}

// looking are the verbs that only look at what there is already.
var looking = []string{"status", "header", "body", "bodiless", "suffices", "framed", "alike", "replied", "printed", "tells", "screen"}

// leadingTo returns what was done up to the step that failed: the steps of the
// preamble and of the criterion, and what others did to the program (a step that
// neither waits nor looks, or makes something), but not what others expected of it.
func leadingTo(r *grade.Result, criterion string, failed scenario.Step) []scenario.Step {
	var steps []scenario.Step
	t := traceOf(r, failed.Scenario)
	if t == nil {
		return nil
	}
	for _, s := range t.Steps {
		if s.Line == failed.Line && s.Criterion == failed.Criterion && s.Outcome == scenario.Mismatch {
			break
		}
		others := s.Wait == "" && !slices.Contains(looking, Verb(&s)) || slices.Contains(making, Verb(&s))
		relevant := s.Criterion == "" || s.Criterion == criterion || others
		if s.Outcome == scenario.OK && relevant && !s.Did.Empty() {
			steps = append(steps, s)
		}
	}
	return steps
}

// tried lists what was done, up to the step that failed.
func (p *page) tried(r *grade.Result, criterion string, failed scenario.Step) {
	steps, failed := Shown(r, leadingTo(r, criterion, failed), &failed)
	head, tail := len(steps), len(steps)
	if len(steps) > maxSteps && !p.all {
		head, tail = 3, len(steps)-(maxSteps-4)
	}
	label := "  " + pad(p.words.tested, p.words.labelColumn())
	margin := strings.Repeat(" ", columns(label))
	put := func(sign span, number int, text string) {
		digits := len(fmt.Sprint(len(steps) + 1))
		p.hang([]span{{bold, label}, sign, {dim, fmt.Sprintf("%*d. ", digits, number)}}, oneLine(text), plainStyle)
		label = margin
	}
	for i, s := range steps {
		if i == head && tail > head {
			p.line(span{text: margin}, span{dim, "  " + fmt.Sprintf(p.words.stepsOmitted, tail-head)})
		}
		if i < head || i >= tail {
			put(span{green, "✓ "}, i+1, s.Did.In(p.lang))
		}
	}
	did := failed.Did.In(p.lang)
	if did == "" {
		did = oneLine(failed.Source)
	}
	put(span{red, "✗ "}, len(steps)+1, did)
}

// seen says what happened instead of what the failed step expected. The
// criterion's message is said when it tells more.
func (p *page) seen(failed scenario.Step, message lang.Text) string {
	saw, why := failed.Saw.In(p.lang), message.In(p.lang)
	switch {
	case saw != "" && (why == "" || strings.Contains(saw, why)):
		return saw
	case saw != "" && strings.Contains(why, saw):
		return why
	case saw != "":
		return saw
	case why != "":
		return why
	}
	switch failed.Wait {
	case "silence":
		return p.words.waitSilence
	case "ended":
		return p.words.waitEnded
	case "limit":
		return p.words.waitLimit
	}
	return p.words.nothingSeen
}

// others says in which other scenarios the same criterion failed, and how, when
// that is not the same story.
func (p *page) others(first scenario.Step, others []scenario.Step) {
	const most = 4
	var same []string
	margin := []span{{text: strings.Repeat(" ", 2+p.words.labelColumn())}}
	n := 0
	for _, s := range others {
		if s.Saw == first.Saw {
			same = append(same, p.words.quote(oneLine(s.Scenario)))
			continue
		}
		if n++; n <= most {
			p.hang(margin, fmt.Sprintf(p.words.alsoSeen, oneLine(s.Scenario), oneLine(p.seen(s, lang.Text{}))), plainStyle)
		}
	}
	if len(same) > 0 {
		p.hang(margin, fmt.Sprintf(p.words.alsoSame, strings.Join(same, ", ")), plainStyle)
	}
}

func (p *page) hintOf(c *grade.Criterion) {
	if hint := c.Hint.In(p.lang); hint != "" {
		p.labelled(p.words.hint, strings.Join(strings.Fields(hint), " "))
	}
}

// conversationOf puts the conversation of a scenario and how to have it again,
// once for each scenario: later it is referred to. Of a scenario that began anew
// in several boxes it is what happened in that of the failed step, unless
// everything is asked for.
func (p *page) conversationOf(r *grade.Result, criterion, name string, failed *scenario.Step, shown *explained) {
	t := traceOf(r, name)
	if t == nil {
		return
	}
	timeline := t.Timeline
	if failed != nil && failed.Scenario == name && !p.all {
		timeline = judged(ActOf(Acts(timeline), failed), failed)
	}
	scene := name
	if len(timeline) > 0 { // no two boxes begin at once
		scene += fmt.Sprintf(" %d", timeline[0].At)
	}
	if above, ok := shown.conversations[scene]; ok {
		p.hang([]span{{text: "  "}}, fmt.Sprintf(p.words.conversationAbove, above), dim)
		return
	}
	shown.conversations[scene] = criterion
	p.hang([]span{{text: "  "}}, fmt.Sprintf(p.words.conversation, oneLine(name)), bold)
	p.conversation(timeline)
	p.again(timeline, t, failed)
}

// again puts how to do a try again, on lines that are never cut inside a
// command, so that it can be copied.
func (p *page) again(timeline []scenario.Event, t *scenario.Trace, failed *scenario.Step) {
	todo := again(timeline, t, failed, p.words)
	if len(todo) == 0 {
		return
	}
	const indent = 4
	head := []span{{bold, "  " + p.words.again + " "}}
	line, used := "", columns(head[0].text)
	words := outsideCommands(EscapeText(strings.Join(todo, ", ")))
	if used+columns(words[0]) > p.width {
		p.line(span{bold, "  " + p.words.again})
		head, used = []span{{text: strings.Repeat(" ", indent)}}, indent
	}
	for _, w := range words {
		n := columns(w)
		switch {
		case line == "":
			line, used = w, used+n
		case used+1+n > p.width:
			p.line(append(head, span{text: line})...)
			head = []span{{text: strings.Repeat(" ", indent)}}
			line, used = w, indent+n
		default:
			line, used = line+" "+w, used+1+n
		}
	}
	p.line(append(head, span{text: line})...)
}

// outsideCommands cuts s into its words; what stands between backquotes is a
// part of one word.
func outsideCommands(s string) []string {
	var out []string
	word, inside := "", false
	for _, w := range strings.Split(s, " ") {
		word += w
		if inside = inside != (strings.Count(w, "`")%2 == 1); inside {
			word += " "
			continue
		}
		out = append(out, word)
		word = ""
	}
	if word != "" {
		out = append(out, word)
	}
	return out
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

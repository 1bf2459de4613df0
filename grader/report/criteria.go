package report

import (
	"fmt"
	"slices"
	"strings"

	"netlab/grader/archive"
	"netlab/grader/grade"
)

// grading puts the criteria, then why points were lost, then the advice.
func (p *page) grading(r *grade.Result) {
	var scored []grade.Criterion
	for _, c := range r.Criteria {
		if !c.Advice {
			scored = append(scored, c)
		}
	}
	p.criteria(scored)
	p.blank()
	if len(scored) > 0 && r.Score == r.Max {
		p.line(span{green, p.words.fullMarks})
		p.blank()
	}
	shown := explained{conversations: map[string]string{}}
	for i := range scored {
		switch c := &scored[i]; c.Status {
		case grade.Failed:
			p.lost(r, c, scored, &shown)
		case grade.Skipped:
			p.skipped(r, c, scored, &shown)
		case grade.Passed, grade.Untested:
		}
	}
	p.advice(r, &shown)
}

// criteria lists criteria in aligned columns, one line each.
func (p *page) criteria(cs []grade.Criterion) {
	if len(cs) == 0 {
		p.line(span{text: p.words.noCriteria})
		return
	}
	points, ids := 0, 0
	for _, c := range cs {
		points = max(points, len(fraction(c)))
		ids = max(ids, columns(EscapeText(c.ID)))
	}
	for _, c := range cs {
		sign, st := sign(c.Status)
		asks := strings.Join(strings.Fields(c.Asks.In(p.lang)), " ")
		p.line(
			span{st, "  " + sign + " "},
			span{text: fmt.Sprintf("%*s  ", points, fraction(c))},
			span{bold, pad(c.ID, ids+2)},
			span{text: cutEnd(EscapeText(asks), max(p.width-points-ids-8, 10))},
		)
	}
}

func fraction(c grade.Criterion) string { return fmt.Sprintf("%d/%d", c.Points, c.Max) }

func sign(s grade.Status) (string, style) {
	switch s {
	case grade.Passed:
		return "✓", green
	case grade.Failed:
		return "✗", red
	case grade.Skipped:
		return "–", yellow
	}
	return "?", yellow
}

// advice says what could be better though it costs nothing. There is none to
// give on a program that never came to what advice is about.
func (p *page) advice(r *grade.Result, shown *explained) {
	var followed, lost []grade.Criterion
	var vacuous []string
	untried := map[string][]string{} // by the scored criterion that tells why
	var tellers []string
	column := 0
	for _, c := range r.Criteria {
		switch {
		case !c.Advice:
			continue
		case c.Status == grade.Passed && NeverTried(r, &c):
			vacuous = append(vacuous, c.ID)
			continue
		case c.Status == grade.Passed:
			followed = append(followed, c)
		case c.Status == grade.Failed:
			first := kinOf(r, &c).first
			if first == "" {
				lost = append(lost, c)
				break
			}
			if untried[first] == nil {
				tellers = append(tellers, first)
			}
			untried[first] = append(untried[first], c.ID)
			continue
		default:
			continue
		}
		column = max(column, columns(EscapeText(c.ID)))
	}
	if len(lost) == 0 {
		return
	}
	p.line(span{bold, p.words.advice})
	for i := range lost {
		c := &lost[i]
		hint := c.Hint.In(p.lang)
		if hint == "" {
			hint = c.Asks.In(p.lang)
		}
		p.hang([]span{{yellow, "  • "}, {bold, pad(c.ID, column+2)}}, oneLine(hint), plainStyle)
		if p.all {
			p.conversationOf(r, c.ID, scenarioOf(c), nil, shown)
			p.blank()
		}
	}
	for _, first := range tellers {
		p.hang([]span{{yellow, "  – "}}, fmt.Sprintf(p.words.adviceUntried, strings.Join(untried[first], ", "), first), plainStyle)
	}
	if len(vacuous) > 0 {
		p.hang([]span{{yellow, "  – "}}, fmt.Sprintf(p.words.adviceVacuous, strings.Join(vacuous, ", ")), plainStyle)
	}
	if len(followed) > 0 {
		p.line(span{dim, "  " + p.words.adviceFollowed})
	}
	for _, c := range followed {
		asks := strings.Join(strings.Fields(c.Asks.In(p.lang)), " ")
		p.line(span{green, "  ✓ "}, span{dim, pad(c.ID, column+2)}, span{dim, cutEnd(EscapeText(asks), max(p.width-column-6, 10))})
	}
	p.blank()
}

// summary puts the table of several gradings.
func (p *page) summary(results []grade.Result) {
	p.line(span{bold, fmt.Sprintf(p.words.summary, len(results))})
	p.rule()
	w := p.words
	rows := [][]string{{w.archive, w.student, w.exercise, w.mark, w.lost}}
	styles := []style{dim}
	for i := range results {
		r := &results[i]
		rows = append(rows, []string{
			EscapeText(oneLine(r.Archive)), EscapeText(oneLine(r.Student)), EscapeText(oneLine(r.Exercise)),
			p.mark(r), p.losses(r),
		})
		styles = append(styles, p.markStyle(r))
	}
	p.table(rows, styles, 3)
	p.blank()
	p.line(span{text: strings.Join(p.counts(results), " · ")})
}

// tableWidths shares the page out: the columns as wide as they need, but names
// no more than a part of the page each, and what is left for the last column.
func (p *page) tableWidths(rows [][]string) []int {
	most := []int{p.width * 2 / 5, p.width / 5, p.width / 8, p.width / 5, p.width}
	widths := make([]int, len(most))
	for _, cols := range rows {
		for j, text := range cols {
			widths[j] = min(max(widths[j], columns(text)), most[j])
		}
	}
	const least = 8 // of the last column; on a narrow page the first one gives way
	last := len(widths) - 1
	left := p.width
	for _, n := range widths[:last] {
		left -= n + 2
	}
	if left < least {
		widths[0] -= min(least-left, widths[0]-least)
	}
	widths[last] = max(left, least)
	return widths
}

// losses says in a few words why the mark is not the full one.
func (p *page) losses(r *grade.Result) string {
	switch r.Verdict {
	case grade.Rejected:
		var rules []string
		for _, v := range said(r.Violations) {
			if v.Severity == archive.Reject && !slices.Contains(rules, v.Rule) {
				rules = append(rules, EscapeText(oneLine(v.Rule)))
			}
		}
		return strings.Join(append([]string{p.words.rejected}, rules...), " ")
	case grade.Fault:
		return p.words.faulty
	}
	var ids []string
	for _, c := range r.Criteria {
		if !c.Advice && c.Status != grade.Passed {
			ids = append(ids, EscapeText(oneLine(c.ID)))
		}
	}
	return strings.Join(ids, " ")
}

// counts says how the submissions ended, leaving out what did not happen.
func (p *page) counts(results []grade.Result) []string {
	n := map[grade.Verdict]int{}
	for _, r := range results {
		n[r.Verdict]++
	}
	var out []string
	for _, c := range []struct {
		verdict grade.Verdict
		format  string
	}{
		{grade.Graded, p.words.countGraded},
		{grade.Rejected, p.words.countRejected},
		{grade.Fault, p.words.countFaulty},
	} {
		if n[c.verdict] > 0 {
			out = append(out, fmt.Sprintf(c.format, n[c.verdict]))
		}
	}
	return out
}

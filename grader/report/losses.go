package report

import (
	"fmt"
	"slices"
	"strings"

	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/scenario"
)

// Loss is why one criterion, or several for one and the same reason, were lost.
// Its texts are not escaped.
type Loss struct {
	// Criteria are one that failed, those whose turn did not come, or those that
	// failed for a cause told before. One has no hint where it would be out of
	// place: Python could not read the program, or Seen says what to mend.
	Criteria []grade.Criterion
	Points   int // that are lost
	// Found says that Failed is the step that went wrong: in the criterion
	// itself, or, for skipped ones, where they were stopped.
	Found  bool
	Failed scenario.Step
	Tried  []scenario.Step // what was done before Failed, that led to it
	Seen   string          // what happened instead of what was asked
	Also   []string        // in which other scenarios it was lost, and how
	// SameAs is the criterion, told before, whose failure stopped these or that
	// failed for the same cause; of the latter, Like says in what they are alike,
	// and Where which line and which exception it was, "server.py:12, NameError".
	SameAs string
	Like   Likeness
	Where  string
}

// Losses explains the criteria of a grading that were lost, those of advice
// last. What is skipped because of one step is told once, and so is a program
// that came to nothing in the same way for several criteria.
func Losses(r *grade.Result, l lang.Lang) []Loss {
	p := newPage(Options{Lang: l})
	var scored, out []Loss
	var told []shownFailure
	var together []string
	for i := range r.Criteria {
		c := &r.Criteria[i]
		switch {
		case c.Status == grade.Failed && slices.Contains(together, c.ID):
		case c.Status == grade.Failed:
			loss := p.failedLoss(r, c)
			for _, o := range loss.Criteria {
				together = append(together, o.ID)
			}
			if c.Advice {
				out = append(out, loss)
				continue
			}
			if loss.Found && loss.SameAs == "" {
				told = append(told, shownFailure{c.ID, loss.Failed})
			}
			scored = append(scored, loss)
		case c.Status == grade.Skipped && !c.Advice && !slices.Contains(together, c.ID):
			loss := p.skippedLoss(r, c)
			for _, o := range loss.Criteria {
				together = append(together, o.ID)
			}
			scored = append(scored, loss)
		}
	}
	for i := range scored {
		loss := &scored[i]
		if !loss.Found || loss.Criteria[0].Status != grade.Skipped {
			continue
		}
		loss.SameAs = kinOf(r, &loss.Criteria[0]).first
		if j := slices.IndexFunc(told, func(f shownFailure) bool { return sameStory(f.step, loss.Failed) }); j >= 0 {
			loss.SameAs = told[j].criterion
		}
	}
	return append(scored, out...)
}

func (p *page) failedLoss(r *grade.Result, c *grade.Criterion) Loss {
	loss := Loss{Criteria: []grade.Criterion{*c}, Points: c.Max - c.Points}
	k := kinOf(r, c)
	if loss.SameAs, loss.Like, loss.Where = k.first, k.like, k.where; k.first != "" {
		loss.Criteria, loss.Points = likewise(r, r.Criteria, c, k)
	}
	if !hinted(r, c) {
		loss.Criteria[0].Hint = lang.Text{}
	}
	failures := mismatches(c.Steps)
	if len(failures) == 0 {
		loss.Seen = firstOf(c.Message.In(p.lang), p.words.nothingSeen)
		return loss
	}
	loss.Found, loss.Failed = true, failures[0]
	loss.Tried = leadingTo(r, c.ID, loss.Failed)
	loss.Seen = p.seen(loss.Failed, c.Message)
	var same []string
	for _, s := range failures[1:] {
		if s.Saw == loss.Failed.Saw {
			same = append(same, p.words.quote(oneLine(s.Scenario)))
			continue
		}
		loss.Also = append(loss.Also, fmt.Sprintf(p.words.alsoSeen, oneLine(s.Scenario), oneLine(p.seen(s, lang.Text{}))))
	}
	if len(same) > 0 {
		loss.Also = append(loss.Also, fmt.Sprintf(p.words.alsoSame, strings.Join(same, ", ")))
	}
	return loss
}

func (p *page) skippedLoss(r *grade.Result, c *grade.Criterion) Loss {
	loss := Loss{Seen: firstOf(c.Message.In(p.lang), p.words.noReason)}
	loss.Failed, loss.Found = obstacle(r, c)
	for _, o := range r.Criteria {
		if o.Advice || o.Status != grade.Skipped {
			continue
		}
		n, ok := obstacle(r, &o)
		if o.ID == c.ID || ok == loss.Found && (ok && sameStory(n, loss.Failed) || !ok && o.Message == c.Message) {
			loss.Criteria = append(loss.Criteria, o)
			loss.Points += o.Max - o.Points
		}
	}
	if loss.Found {
		loss.Tried = leadingTo(r, loss.Failed.Criterion, loss.Failed)
		loss.Seen = p.seen(loss.Failed, lang.Text{})
	}
	return loss
}

// RightArchive says what the name and the content of a refused archive should
// have been, in words where it cannot be told exactly.
func RightArchive(r *grade.Result, l lang.Lang) (name, content string) {
	w := wordsIn(l)
	name, contents := rightArchive(r, said(r.Violations))
	return firstOf(name, w.anyName), firstOf(strings.Join(contents, ", "), w.sourcesOnly)
}

package report

import (
	"strings"

	"netlab/grader/grade"
	"netlab/grader/lang"
)

// The documents that quote a part of a text report, such as those for a CI
// system, are made with the functions of this file. What they return is text
// like that of [Text]: harmless on a terminal, without colours, the same for the
// same result. It is bounded by the limits of [Text], whatever the program did.

// Explain says why the points of one criterion are lost, with what was tried and
// the conversation, as [Text] says it; "" for a criterion that passed or that r
// does not have. Of an advice criterion it is the hint alone. What was
// lost for the cause of an earlier criterion refers to that. r is whole: with
// its Traces and Steps. Color and Verbose of o do not count.
func Explain(r *grade.Result, id string, o Options) string {
	o.Color, o.Verbose = false, false
	p := newPage(o)
	var scored []grade.Criterion
	var found *grade.Criterion
	for i, c := range r.Criteria {
		if c.ID == id && found == nil {
			found = &r.Criteria[i]
		}
		if !c.Advice {
			scored = append(scored, c)
		}
	}
	if found == nil {
		return ""
	}
	shown := explained{conversations: map[string]string{}}
	switch {
	case found.Advice && found.Status == grade.Failed:
		if k := kinOf(r, found); k.first != "" {
			return EscapeText(oneLine(p.words.kin(k)))
		}
		p.hang(nil, firstOf(oneLine(found.Hint.In(p.lang)), oneLine(found.Asks.In(p.lang))), plainStyle)
	case found.Advice:
	case found.Status == grade.Failed:
		p.lost(r, found, only(scored, id), &shown)
	case found.Status == grade.Skipped:
		p.skipped(r, found, only(scored, id), &shown)
	}
	return strings.TrimRight(p.buf.String(), "\n")
}

// only keeps the criterion id of cs.
func only(cs []grade.Criterion, id string) []grade.Criterion {
	for i := range cs {
		if cs[i].ID == id {
			return cs[i : i+1]
		}
	}
	return nil
}

// Reason says in one line of at most some hundred columns why a criterion was
// lost: what was seen instead of what was expected, or which earlier criterion
// tells the cause. r is whole.
func Reason(r *grade.Result, c *grade.Criterion, l lang.Lang) string {
	p := newPage(Options{Lang: l})
	why := firstOf(c.Message.In(l), p.words.nothingSeen)
	k := kinOf(r, c)
	switch failures := mismatches(c.Steps); {
	case k.first != "":
		why = p.words.kin(k)
	case c.Status == grade.Skipped:
		why = firstOf(c.Message.In(l), p.words.noReason)
		if need, ok := obstacle(r, c); ok {
			why = p.words.notTried + " " + p.seen(need, lang.Text{})
		}
	case len(failures) > 0:
		why = p.seen(failures[0], c.Message)
	}
	return OneLine(why, l)
}

// OneLine makes prose that may quote a program harmless and puts it on one line,
// cut in its middle when it is longer than about ten lines of a terminal.
func OneLine(s string, l lang.Lang) string {
	s = strings.TrimRight(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	return EscapeText(strings.ReplaceAll(cutText(s, maxProse, wordsIn(l)), "\n", " "))
}

// Whole is the [Text] of one grading, without colours.
func Whole(r *grade.Result, o Options) string {
	o.Color, o.Verbose = false, false
	p := newPage(o)
	p.submission(r)
	return p.buf.String()
}

package report

import (
	"fmt"
	"slices"
	"strings"

	"netlab/grader/archive"
	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/sandbox"
)

// submission puts the report of one grading.
func (p *page) submission(r *grade.Result) {
	p.head(r)
	switch r.Verdict {
	case grade.Rejected:
		p.refusal(r)
	case grade.Fault:
		p.fault(r)
	default:
		p.remarks(r)
		p.grading(r)
	}
	p.foot(r)
}

// head says what was graded and how it ended.
func (p *page) head(r *grade.Result) {
	mark := p.mark(r)
	room := p.width - columns(mark) - 2
	name := cutInside(EscapeText(r.Archive), room)
	p.line(span{bold, pad(name, p.width-columns(mark))}, span{p.markStyle(r), mark})

	var parts []string
	if r.Student != "" {
		parts = append(parts, r.Student)
	}
	if r.TP > 0 && r.Ex > 0 {
		parts = append(parts, fmt.Sprintf(p.words.tp, r.TP, r.Ex))
	}
	switch title := r.Title.In(p.lang); {
	case title != "" && r.Exercise != "":
		parts = append(parts, title+" ("+r.Exercise+")")
	case title != "" || r.Exercise != "":
		parts = append(parts, title+r.Exercise)
	}
	parts = append(parts, p.verdict(r))
	p.line(span{text: cutInside(EscapeText(strings.Join(parts, " · ")), p.width)})
	p.rule()
}

// mark is the mark as it is shown: "17/20", or that there is none.
func (p *page) mark(r *grade.Result) string {
	switch {
	case r.Verdict == grade.Fault:
		return p.words.noMark
	case r.Max == 0:
		return fmt.Sprint(r.Score)
	}
	return fmt.Sprintf("%d/%d", r.Score, r.Max)
}

func (p *page) markStyle(r *grade.Result) style {
	switch {
	case r.Verdict == grade.Fault:
		return yellow
	case r.Verdict == grade.Graded && r.Score == r.Max:
		return green
	case r.Verdict == grade.Graded && 2*r.Score >= r.Max:
		return yellow
	}
	return red
}

func (p *page) verdict(r *grade.Result) string {
	switch r.Verdict {
	case grade.Rejected:
		return p.words.rejected
	case grade.Fault:
		return p.words.faulty
	}
	return p.words.graded
}

// said returns the violations that are worth a word.
func said(vs []archive.Violation) []archive.Violation {
	return slices.DeleteFunc(slices.Clone(vs), func(v archive.Violation) bool { return v.Severity == archive.Ignore })
}

// violations lists broken rules. What the right archive would be is said under
// each one, unless it is among told.
func (p *page) violations(vs []archive.Violation, sign span, told ...string) {
	column := 0
	for _, v := range vs {
		column = max(column, columns(EscapeText(v.Rule)))
	}
	for _, v := range vs {
		rule := pad(v.Rule, column+2)
		p.hang([]span{sign, {text: rule}}, oneLine(v.Message.In(p.lang)), plainStyle)
		if v.Expected != "" && !slices.Contains(told, oneLine(v.Expected)) {
			margin := strings.Repeat(" ", columns(sign.text)+columns(EscapeText(rule)))
			p.hang([]span{{text: margin}}, fmt.Sprintf(p.words.expected, oneLine(v.Expected)), plainStyle)
		}
	}
}

// remarks lists the broken rules that cost nothing.
func (p *page) remarks(r *grade.Result) {
	if vs := said(r.Violations); len(vs) > 0 {
		p.line(span{bold, p.words.remarks})
		p.violations(vs, span{yellow, "  ! "})
		p.blank()
	}
}

// refusal explains a mark of 0.
func (p *page) refusal(r *grade.Result) {
	p.hang(nil, fmt.Sprintf(p.words.refused, p.mark(r)), plainStyle)
	vs := said(r.Violations)
	name, contents := rightArchive(r, vs)
	told := append([]string{name}, contents...)
	var rejects, others []archive.Violation
	for _, v := range vs {
		if v.Severity == archive.Reject {
			rejects = append(rejects, v)
		} else {
			others = append(others, v)
		}
	}
	p.blank()
	switch len(rejects) {
	case 0:
	case 1:
		p.line(span{bold, p.words.brokenRule})
	default:
		p.line(span{bold, fmt.Sprintf(p.words.brokenRules, len(rejects))})
	}
	p.violations(rejects, span{red, "  ✗ "}, told...)
	if len(others) > 0 {
		p.blank()
		p.line(span{bold, p.words.alsoToo})
		p.violations(others, span{yellow, "  ! "}, told...)
	}

	content := strings.Join(contents, ", ")
	if name == "" {
		name = p.words.anyName
	}
	if content == "" {
		content = p.words.sourcesOnly
	}
	p.blank()
	p.line(span{bold, p.words.rightArchive})
	column := max(columns(p.words.rightName), columns(p.words.rightContent)) + 1
	p.hang([]span{{text: "  " + pad(p.words.rightName, column)}}, name, green)
	p.hang([]span{{text: "  " + pad(p.words.rightContent, column)}}, content, green)
	p.blank()
}

// rightArchive gathers from the broken rules what the name and the content
// should have been. Either is empty when it cannot be told. The name is right as
// it is when no rule about it is broken.
func rightArchive(r *grade.Result, vs []archive.Violation) (name string, contents []string) {
	name = oneLine(r.Archive)
	wrong := false
	for _, v := range vs {
		expected := oneLine(v.Expected)
		group, _, _ := strings.Cut(v.Rule, ".")
		switch {
		case group == "name" && expected != "":
			name, wrong = expected, false
		case group == "name" && name == oneLine(r.Archive):
			wrong = true
		case group == "content" && expected != "" && !slices.Contains(contents, expected):
			contents = append(contents, expected)
		}
	}
	if wrong {
		name = ""
	}
	return name, contents
}

// fault explains why there is no mark. What was tried before the fault is not
// shown: it would be taken for a part of the mark.
func (p *page) fault(r *grade.Result) {
	if r.FaultText.Empty() {
		p.hang(nil, p.words.notAMark, bold)
		p.blank()
		p.hang(nil, p.words.runAgain, plainStyle)
	} else { // its text says what to do
		p.hang(nil, p.words.notRead, bold)
		p.blank()
	}
	detail := r.FaultIn(p.lang)
	if detail == "" {
		detail = p.words.detail
	}
	if !p.all { // what follows the first line is for who mends the grader
		detail, _, _ = strings.Cut(detail, "\n")
	}
	p.hang([]span{{text: "  "}}, detail, dim)
	p.blank()
	if r.FaultText.Empty() { // the name of what is no archive is not to be mended
		p.remarks(r)
	}
}

// Isolation names the layers that were on in a grading, or says why there is
// none to name.
func Isolation(e grade.Environment, l lang.Lang) string {
	switch list := strings.Join(e.Isolation, ", "); list {
	case "":
		return wordsIn(l).unknown
	case "none":
		return wordsIn(l).noIsolation
	default:
		return list
	}
}

// foot says what the grading ran on and with.
func (p *page) foot(r *grade.Result) {
	e, w := r.Environment, p.words
	var parts []string
	add := func(format, s string) {
		if s != "" {
			parts = append(parts, fmt.Sprintf(format, oneLine(s)))
		}
	}
	add("%s", e.Interpreter)
	walls := len(parts) // each of them is named, on as many lines as it takes, if any is missing
	if sandbox.Full(e.Isolation) {
		add(w.isolation, w.fullIsolation)
	} else {
		add(w.isolation, Isolation(e, p.lang))
	}
	add(w.scripts, shortHash(e.Scripts))
	add(w.seed, e.Seed)
	add("grader %s", e.Grader)
	p.blank()
	line := ""
	flush := func() {
		if line != "" {
			p.line(span{dim, line})
		}
		line = ""
	}
	for i, part := range parts {
		part = EscapeText(part)
		if i != walls {
			part = cutInside(part, p.width-4)
		}
		if columns(part) > p.width {
			flush()
			p.hang(nil, part, dim)
			continue
		}
		if line != "" && columns(line)+3+columns(part) > p.width {
			flush()
		}
		if line != "" {
			line += " · "
		}
		line += part
	}
	flush()
}

// shortHash keeps as much of "sha256:…" as a person compares.
func shortHash(s string) string {
	kind, sum, ok := strings.Cut(s, ":")
	if !ok || len(sum) <= 12 {
		return s
	}
	return kind + ":" + sum[:12]
}

// oneLine makes line ends visible, for what must not make lines of its own.
func oneLine(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", `\r\n`), "\n", `\n`)
}

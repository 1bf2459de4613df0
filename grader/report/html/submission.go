package html

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"netlab/grader/archive"
	"netlab/grader/batch"
	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/report"
)

// The limits of what else a page of a submission shows.
const (
	maxCriteria   = 60
	maxViolations = 60
	maxPaths      = 20
	maxLine       = 160 // columns of a name or a path
	maxProse      = 800 // columns of a message
)

// submissionPage is all that the page of one submission shows, escaped.
type submissionPage struct {
	Head
	Name, Archive, Path, SHA string
	TP                       string
	Exercise                 string // its title
	Verdict                  grade.Verdict
	Outcome                  outcome
	Mark                     mark
	Notes                    []note
	Prev, Next               string // names of pages in the same folder, empty at the ends

	Rejects, Remarks       []violation
	RightName, RightFiles  string
	Fault                  []string
	Again                  string
	Scored, Advice         []criterion
	AdviceLost, AdviceKept int
	Losses                 []loss
	Hints                  []loss // of advice
	Scenarios              []scene
	ScenariosOmitted       string
	Environment            []fact
}

// outcome is how a submission stands, in one word.
type outcome string

const (
	outcomeFull     outcome = "full"
	outcomeLost     outcome = "lost"
	outcomeRejected outcome = "rejected"
	outcomeFault    outcome = "fault"
)

func outcomeOf(r *grade.Result) outcome {
	switch {
	case r.Verdict == grade.Rejected:
		return outcomeRejected
	case r.Verdict == grade.Fault:
		return outcomeFault
	case r.Score >= r.Max:
		return outcomeFull
	}
	return outcomeLost
}

// Sign stands before the word for who does not see its colour.
func (o outcome) Sign() string {
	switch o {
	case outcomeFull:
		return "✓"
	case outcomeRejected:
		return "✗"
	case outcomeFault:
		return "!"
	}
	return "–"
}

// mark is a mark: none when the harness could not do its work.
type mark struct {
	None       bool
	Score, Max int
}

func markOf(r *grade.Result) mark {
	return mark{None: r.Verdict == grade.Fault, Score: r.Score, Max: r.Max}
}

// note is something about a submission that a teacher should know.
type note struct{ Label, Text string }

// fact is one line of the environment.
type fact struct{ Label, Text string }

type violation struct{ Rule, Message, Expected string }

type criterion struct {
	ID, Asks string
	Status   grade.Status // a known one
	Sign     string
	Points   int
	Max      int
	Href     string // "#…" of its explanation
}

func signOf(s grade.Status) string {
	switch s {
	case grade.Passed:
		return "✓"
	case grade.Failed:
		return "✗"
	case grade.Skipped:
		return "–"
	case grade.Untested:
	}
	return "?"
}

func (s *site) submissionPage(i int, r *grade.Result) *submissionPage {
	row := &s.class.Rows[i]
	w := s.words
	p := &submissionPage{
		Name: s.name(row), Archive: report.Short(r.Archive, maxLine), Path: report.Short(row.Path, maxLine), SHA: report.Short(row.Archive, 64),
		Exercise: s.title(r), Verdict: r.Verdict, Outcome: outcomeOf(r), Mark: markOf(r), Again: s.command(row.Again),
	}
	if r.TP > 0 && r.Ex > 0 {
		p.TP = fmt.Sprintf(w.tp, r.TP, r.Ex)
	}
	p.Head = s.head(p.Name+" · "+p.Exercise, false)
	if i > 0 {
		p.Prev = path.Base(s.pages[i-1])
	}
	if i+1 < len(s.pages) {
		p.Next = path.Base(s.pages[i+1])
	}
	p.Notes = s.notes(row)
	p.violations(s, r)
	if r.Verdict == grade.Fault {
		p.Fault = report.Paragraphs(r.FaultIn(s.lang), 2*maxProse, s.lang)
	}
	if r.Verdict == grade.Graded {
		s.grading(p, r)
	}
	p.Environment = s.environment(row, r)
	return p
}

// grading fills in what there is of a submission that was run.
func (s *site) grading(p *submissionPage, r *grade.Result) {
	room := newRoom()
	losses := report.Losses(r, s.lang)
	hrefs := map[string]string{}
	for i := range losses[:min(len(losses), maxCriteria)] {
		l := s.loss(r, &losses[i], p.Losses, hrefs, room)
		if losses[i].Criteria[0].Advice {
			p.Hints = append(p.Hints, l)
		} else {
			p.Losses = append(p.Losses, l)
		}
	}
	for _, c := range r.Criteria[:min(len(r.Criteria), maxCriteria)] {
		v := criterion{
			ID: report.Short(c.ID, maxLabel), Asks: s.prose(c.Asks), Status: c.Status, Sign: signOf(c.Status),
			Points: c.Points, Max: c.Max, Href: hrefs[c.ID],
		}
		if signOf(c.Status) == "?" {
			v.Status = grade.Untested
		}
		switch {
		case !c.Advice:
			p.Scored = append(p.Scored, v)
		case c.Status == grade.Passed && report.NeverTried(r, &c):
			v.Status, v.Sign = grade.Skipped, signOf(grade.Skipped)
			p.Advice = append(p.Advice, v)
		case c.Status == grade.Passed:
			p.AdviceKept++
			p.Advice = append(p.Advice, v)
		default:
			p.AdviceLost++
			p.Advice = append(p.Advice, v)
		}
	}
	p.Scenarios, p.ScenariosOmitted = s.scenes(r, room)
}

// name says who handed a submission in.
func (s *site) name(row *batch.Row) string {
	switch {
	case row.Person.Family != "":
		return report.Short(strings.TrimSpace(row.Person.Given+" "+row.Person.Family), maxLabel)
	case row.Result.Student != "":
		return report.Short(row.Result.Student, maxLabel)
	}
	return report.Short(row.Result.Archive, maxLabel)
}

func (s *site) title(r *grade.Result) string {
	switch t := r.Title.In(s.lang); {
	case t != "":
		return report.Short(t, maxLine)
	case r.Exercise != "":
		return report.Short(r.Exercise, maxLabel)
	}
	return s.words.unknownExercise
}

// prose makes one paragraph of a text.
func (s *site) prose(t lang.Text) string {
	return s.glue(report.Short(strings.Join(strings.Fields(t.In(s.lang)), " "), maxProse))
}

// paragraphs makes the lines of a message.
func (s *site) paragraphs(text string) []string {
	out := report.Paragraphs(text, maxProse, s.lang)
	for i := range out {
		out[i] = s.glue(out[i])
	}
	return out
}

// glue keeps French guillemets and high punctuation on the line of what they
// belong to.
func (s *site) glue(text string) string {
	if s.lang != lang.FR {
		return text
	}
	return strings.NewReplacer("« ", "«"+nb, " »", nb+"»", " : ", nb+": ", " ; ", nb+"; ").Replace(text)
}

// command writes a command as it can be pasted into a shell.
func (s *site) command(args []string) string {
	var out []string
	for _, a := range args {
		if strings.ContainsFunc(a, func(r rune) bool {
			return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_./:@%+=,-", r))
		}) || a == "" {
			a = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
		out = append(out, a)
	}
	return report.EscapeText(strings.ReplaceAll(strings.Join(out, " "), "\n", " "))
}

// notes gathers what is unusual about a submission.
func (s *site) notes(row *batch.Row) []note {
	w := s.words
	var out []note
	if row.Late > 0 {
		out = append(out, note{w.late, fmt.Sprintf(w.lateBy, s.duration(row.Late))})
	}
	if remark := row.Remark(); !remark.Empty() {
		out = append(out, note{w.attention, s.prose(remark)})
	}
	if n := len(row.Older); n > 0 {
		var paths []string
		for _, o := range row.Older[:min(n, maxPaths)] {
			paths = append(paths, report.Short(o, maxLine))
		}
		if n > maxPaths {
			paths = append(paths, fmt.Sprintf(w.andOthers, n-maxPaths))
		}
		out = append(out, note{w.olderVersions, strings.Join(paths, ", ")})
	}
	if row.Retried {
		first, _, _ := strings.Cut(row.First, "\n")
		out = append(out, note{w.retried, report.Short(first, maxLine)})
	}
	return out
}

func (p *submissionPage) violations(s *site, r *grade.Result) {
	for _, v := range r.Violations[:min(len(r.Violations), maxViolations)] {
		shown := violation{Rule: report.Short(v.Rule, maxLabel), Message: s.prose(v.Message), Expected: report.Short(v.Expected, maxLine)}
		switch v.Severity {
		case archive.Reject:
			p.Rejects = append(p.Rejects, shown)
		case archive.Warn:
			p.Remarks = append(p.Remarks, shown)
		case archive.Ignore:
		}
	}
	if r.Verdict == grade.Rejected {
		name, content := report.RightArchive(r, s.lang)
		p.RightName, p.RightFiles = report.Short(name, maxLine), report.Short(content, maxProse)
		if slices.ContainsFunc(r.Violations, func(v archive.Violation) bool { return v.Expected == name }) {
			for i := range p.Rejects {
				if p.Rejects[i].Expected == p.RightName {
					p.Rejects[i].Expected = "" // it is said below
				}
			}
		}
	}
}

func (s *site) environment(row *batch.Row, r *grade.Result) []fact {
	w, e := s.words, r.Environment
	var out []fact
	add := func(label, text string) {
		if text != "" {
			out = append(out, fact{label, report.Short(text, maxLine)})
		}
	}
	add(w.archive, row.Path)
	add("SHA-256", row.Archive)
	add(w.interpreter, e.Interpreter)
	// Each layer is named, however many there are.
	out = append(out, fact{w.isolation, report.Short(report.Isolation(e, w.lang), 4*maxLine)})
	add(w.tests, e.Scripts)
	add(w.seed, e.Seed)
	add("grader", e.Grader)
	if row.Took > 0 {
		add(w.took, s.duration(row.Took))
	}
	return out
}

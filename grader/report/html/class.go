package html

import (
	"cmp"
	"fmt"
	"html/template"
	"path"
	"slices"
	"strings"
	"time"

	"netlab/grader/archive"
	"netlab/grader/batch"
	"netlab/grader/course"
	"netlab/grader/grade"
	"netlab/grader/report"
)

// maxListed is how many of one kind the lists beside the table show: the table
// has them all.
const maxListed = 500

// classPage is all that the class's page shows, escaped.
type classPage struct {
	Head
	Script   template.HTML
	Folder   string
	When     string
	Grader   string
	Complete bool
	Tiles    []tile
	Cached   string // how many results are of an earlier run

	Exercises []option
	Rows      []tableRow
	Charts    []chart
	Heats     []heat

	Rejected, Faults, Late, Retried, Older section
	Absent, Others, Pending                section
	Everybody                              bool // there is a roster, and nobody is absent
}

// tile is one number of the summary.
type tile struct {
	N     int
	Label string
	Kind  outcome // empty for what is neither good nor bad
	Href  string
}

type option struct {
	N     int
	Label string
}

// tableRow is one submission of the table.
type tableRow struct {
	Href     string
	Name     string
	Archive  string
	Exercise int // index of its option
	Title    string
	Outcome  outcome
	Word     string // of the outcome
	Mark     mark
	Sort     string // sorts by mark: none first
	Lost     string
	Notes    []string
}

// section lists submissions or files of one kind, with what is to be said.
type section struct {
	Total   int
	Items   []item
	Omitted string
}

type item struct {
	Href    string
	Name    string
	Text    string
	Details []string
	Command string
}

func (s *section) add(w *words, items ...item) {
	s.Total += len(items)
	room := max(0, maxListed-len(s.Items))
	s.Items = append(s.Items, items[:min(room, len(items))]...)
	if s.Total > maxListed {
		s.Omitted = fmt.Sprintf(w.andOthers, s.Total-maxListed)
	}
}

func (s *site) classPage() *classPage {
	c, w := s.class, &s.words
	p := &classPage{
		Head: s.head(fmt.Sprintf(w.classTitle, report.Short(path.Base(c.Folder), maxLabel)), true), Script: s.script.element,
		Folder: report.Short(c.Folder, maxLine), Grader: report.Short(c.Grader, maxLabel), Complete: c.Complete,
		When: s.between(c.Started, c.Ended),
	}
	index := map[string]int{}
	counts := map[outcome]int{}
	cached := 0
	for i := range c.Rows {
		if c.Rows[i].Cached {
			cached++
		}
		r := &c.Rows[i].Result
		if _, known := index[r.Exercise]; !known {
			index[r.Exercise] = len(p.Exercises)
			p.Exercises = append(p.Exercises, option{len(p.Exercises), report.Short(s.title(r), maxLabel)})
		}
		row := s.tableRow(i)
		row.Exercise = index[r.Exercise]
		counts[row.Outcome]++
		p.Rows = append(p.Rows, row)
		s.remarkable(p, i)
	}
	p.Charts, p.Heats = s.charts(), s.heats()
	s.rest(p)
	p.Tiles = s.tiles(p, counts)
	if cached > 0 {
		p.Cached = w.count(cached, w.cachedOne, w.cachedMany)
	}
	return p
}

func (s *site) tiles(p *classPage, counts map[outcome]int) []tile {
	w := &s.words
	tiles := []tile{{N: len(p.Rows), Label: w.plural(len(p.Rows), w.submissionOne, w.submissionMany), Href: "#table"}}
	add := func(n int, label, many string, kind outcome, href string) {
		if n > 0 {
			tiles = append(tiles, tile{n, w.plural(n, label, many), kind, href})
		}
	}
	add(counts[outcomeFull], w.fullOne, w.fullMany, outcomeFull, "#table")
	add(counts[outcomeLost], w.lostOne, w.lostMany, outcomeLost, "#criteria")
	add(counts[outcomeRejected], w.rejectedOne, w.rejectedMany, outcomeRejected, "#rejected")
	add(counts[outcomeFault], w.faultOne, w.faultMany, outcomeFault, "#faults")
	add(p.Pending.Total, w.pendingOne, w.pendingMany, outcomeFault, "#pending")
	add(p.Absent.Total, w.absentOne, w.absentMany, "", "#absent")
	add(p.Others.Total, w.otherOne, w.otherMany, "", "#others")
	return tiles
}

func (s *site) tableRow(i int) tableRow {
	row := &s.class.Rows[i]
	r := &row.Result
	out := tableRow{
		Href: s.pages[i], Name: s.name(row), Archive: report.Short(r.Archive, maxLabel), Title: s.title(r),
		Outcome: outcomeOf(r), Mark: markOf(r), Lost: s.losses(r), Sort: "-1",
	}
	out.Word = s.words.outcome(out.Outcome)
	if !out.Mark.None {
		out.Sort = fmt.Sprintf("%.4f", share(r))
	}
	for _, n := range s.notes(row) {
		out.Notes = append(out.Notes, n.Label)
	}
	return out
}

// share is the part of the marks that a submission has, 0 to 1.
func share(r *grade.Result) float64 {
	if r.Max <= 0 {
		return 0
	}
	return float64(r.Score) / float64(r.Max)
}

// losses says in a few words why a mark is not the full one.
func (s *site) losses(r *grade.Result) string {
	const most = 12
	var ids []string
	add := func(id string) {
		if id = report.Short(id, maxLabel); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	switch r.Verdict {
	case grade.Fault:
		return ""
	case grade.Rejected:
		for _, v := range r.Violations {
			if v.Severity == archive.Reject {
				add(v.Rule)
			}
		}
	default:
		for i := range r.Criteria {
			if c := &r.Criteria[i]; !c.Advice && c.Status != grade.Passed {
				add(c.ID)
			}
		}
	}
	if len(ids) > most {
		ids = append(ids[:most], "…")
	}
	return strings.Join(ids, ", ")
}

// remarkable puts what a teacher should look at into the sections.
func (s *site) remarkable(p *classPage, i int) {
	w := &s.words
	row := &s.class.Rows[i]
	r := &row.Result
	base := item{Href: s.pages[i], Name: s.name(row), Text: report.Short(r.Archive, maxLine)}
	with := func(details ...string) item {
		it := base
		it.Details = details
		return it
	}
	switch r.Verdict {
	case grade.Rejected:
		it := base
		for _, v := range r.Violations {
			if v.Severity == archive.Reject && len(it.Details) < 8 {
				it.Details = append(it.Details, s.prose(v.Message))
			}
		}
		if remark := row.Remark(); !remark.Empty() {
			it.Details = append(it.Details, s.prose(remark))
		}
		p.Rejected.add(w, it)
	case grade.Fault:
		fault, _, _ := strings.Cut(r.FaultIn(s.lang), "\n")
		it := with(report.Short(fault, maxLine))
		it.Command = s.command(row.Again)
		p.Faults.add(w, it)
	case grade.Graded:
	}
	if row.Late > 0 {
		p.Late.add(w, with(fmt.Sprintf(w.lateBy, s.duration(row.Late))))
	}
	if row.Retried {
		first, _, _ := strings.Cut(row.First, "\n")
		p.Retried.add(w, with(report.Short(first, maxLine)))
	}
	if n := len(row.Older); n > 0 {
		it := with()
		for _, o := range row.Older[:min(n, maxPaths)] {
			it.Details = append(it.Details, report.Short(o, maxLine))
		}
		if n > maxPaths {
			it.Details = append(it.Details, fmt.Sprintf(w.andOthers, n-maxPaths))
		}
		it.Text = fmt.Sprintf(w.graded, report.Short(row.Path, maxLine))
		p.Older.add(w, it)
	}
}

// rest puts what is no submission.
func (s *site) rest(p *classPage) {
	c, w := s.class, &s.words
	for i := range c.Absent {
		p.Absent.add(w, item{Name: fullName(&c.Absent[i])})
	}
	p.Everybody = len(c.People) > 0 && len(c.Absent) == 0
	for _, o := range c.Others {
		p.Others.add(w, item{Name: report.Short(o.Path, maxLine), Details: []string{w.other(o)}})
	}
	for _, path := range c.Pending {
		p.Pending.add(w, item{Name: report.Short(path, maxLine)})
	}
}

func fullName(p *course.Person) string {
	return report.Short(strings.TrimSpace(p.Given+" "+p.Family), maxLabel)
}

// exercises returns the indices of the rows of each exercise, in the order of
// the exercises' numbers on the sheet.
func exercises(rows []batch.Row) [][]int {
	index := map[string]int{}
	var out [][]int
	for i := range rows {
		id := rows[i].Result.Exercise
		if id == "" {
			continue
		}
		n, known := index[id]
		if !known {
			n = len(out)
			index[id] = n
			out = append(out, nil)
		}
		out[n] = append(out[n], i)
	}
	slices.SortStableFunc(out, func(a, b []int) int {
		return cmp.Compare(rows[a[0]].Result.Ex, rows[b[0]].Result.Ex)
	})
	return out
}

// between says when a class was graded, by the clock of who reads it.
func (s *site) between(from, to time.Time) string {
	if from.IsZero() {
		return ""
	}
	from = from.In(s.zone)
	if !to.IsZero() {
		to = to.In(s.zone)
	}
	day := func(t time.Time) string {
		return fmt.Sprintf(s.words.date, t.Day(), s.words.months[t.Month()-1], t.Year(), t.Format("15:04"))
	}
	if to.IsZero() || to.Equal(from) {
		return day(from) + zone(from)
	}
	if from.YearDay() == to.YearDay() && from.Year() == to.Year() {
		return day(from) + "–" + to.Format("15:04") + zone(to)
	}
	return day(from) + " – " + day(to) + zone(to)
}

func zone(t time.Time) string { return " " + t.Format("MST") }

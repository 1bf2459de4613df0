package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"netlab/grader/batch"
	"netlab/grader/course"
	"netlab/grader/grade"
	"netlab/grader/report/gradebook"
)

// The limits of a class's report. A teacher reads the first lines of a list; all
// of it is in the gradebook.
const (
	maxListed = 200 // lines of a list of things gone wrong
	maxLost   = 12  // criteria of one exercise
)

// ClassText writes a class for a person: an overview (how the marks are spread,
// which criteria were lost most, what was rejected, the faults with the command
// that grades them again, late and older versions, other files, who handed in
// nothing), then one line a submission. It returns the error of w.
func ClassText(w io.Writer, c *batch.Class, o Options) error {
	p := newClassPage(o)
	p.classHead(c)
	p.exercises(c)
	p.troubles(c)
	p.students(c)
	return p.flush(w)
}

// ClassesText writes each of several classes as [ClassText] does, then their
// gradebook as [SemesterText] does; of one class, the class alone.
func ClassesText(w io.Writer, classes []*batch.Class, o Options) error {
	for _, c := range classes {
		if err := ClassText(w, c, o); err != nil {
			return err
		}
		if len(classes) > 1 {
			if _, err := io.WriteString(w, "\n\n"); err != nil {
				return fmt.Errorf("write the report of the class: %w", err)
			}
		}
	}
	if len(classes) == 1 {
		return nil
	}
	return SemesterText(w, classes, o)
}

// classPage is a page for what more than one submission shows.
type classPage struct {
	page
	cw classWords
}

func newClassPage(o Options) *classPage {
	return &classPage{page: *newPage(o), cw: classWordsIn(o.Lang)}
}

func (p *classPage) flush(w io.Writer) error {
	if _, err := w.Write(append(bytes.TrimRight(p.buf.Bytes(), "\n"), '\n')); err != nil {
		return fmt.Errorf("write the report of the class: %w", err)
	}
	return nil
}

func (p *classPage) classHead(c *batch.Class) {
	p.line(span{bold, cutInside(EscapeText(fmt.Sprintf(p.cw.class, c.Folder)), p.width)})
	full, below := 0, 0
	n := map[grade.Verdict]int{}
	for i := range c.Rows {
		r := &c.Rows[i].Result
		n[r.Verdict]++
		switch {
		case r.Verdict != grade.Graded:
		case r.Score >= r.Max:
			full++
		default:
			below++
		}
	}
	counts := []string{fmt.Sprintf(p.cw.handedIn, len(c.Rows))}
	for _, k := range []struct {
		n      int
		format string
	}{{full, p.cw.full}, {below, p.cw.below}, {n[grade.Rejected], p.words.countRejected}, {n[grade.Fault], p.words.countFaulty}, {len(c.Absent), p.cw.absentCount}} {
		if k.n > 0 {
			counts = append(counts, fmt.Sprintf(k.format, k.n))
		}
	}
	p.inPieces(counts)
	p.rule()
	if !c.Complete {
		p.hang([]span{{yellow, "! "}}, fmt.Sprintf(p.cw.incomplete, len(c.Pending)), yellow)
	}
	p.blank()
}

// inPieces puts pieces one after another, none of them on two lines.
func (p *classPage) inPieces(pieces []string) {
	line := ""
	for _, piece := range pieces {
		switch {
		case line == "":
			line = piece
		case columns(line)+3+columns(piece) > p.width:
			p.line(span{text: line})
			line = piece
		default:
			line += " · " + piece
		}
	}
	p.line(span{text: line})
}

// lostCount is how many lost one criterion, of those on whom it was tried.
type lostCount struct {
	id          string
	lost, tried int
}

// exercises puts, for each exercise, how the marks are spread and which criteria
// were lost.
func (p *classPage) exercises(c *batch.Class) {
	for _, s := range gradebook.New([]*batch.Class{c}).Spreads() {
		column := s.Column
		title := fmt.Sprintf(p.words.tp, column.TP, column.Ex)
		if t := column.Title.In(p.lang); t != "" {
			title += " · " + t
		}
		if column.Exercise != "" {
			title += " (" + column.Exercise + ")"
		}
		p.line(span{bold, cutInside(EscapeText(oneLine(title)), p.width)})
		p.spread(&s)
		p.mostLost(lostBy(s.Rows))
		p.blank()
	}
}

// lostBy counts how often each criterion was lost, in the exercise's order.
func lostBy(rows []*batch.Row) []lostCount {
	var out []lostCount
	for _, row := range rows {
		for _, c := range row.Result.Criteria {
			if c.Advice || c.Status == grade.Untested {
				continue
			}
			i := slices.IndexFunc(out, func(l lostCount) bool { return l.id == c.ID })
			if i < 0 {
				out = append(out, lostCount{id: c.ID})
				i = len(out) - 1
			}
			out[i].tried++
			if c.Status != grade.Passed {
				out[i].lost++
			}
		}
	}
	return out
}

// spread puts the mean, the median, of which marks they are, and a histogram.
func (p *classPage) spread(s *gradebook.Spread) {
	most := s.Out
	p.hang([]span{{text: "  "}}, fmt.Sprintf(p.cw.spread, p.decimal(s.Mean), p.decimal(s.Median), slices.Min(s.Marks), slices.Max(s.Marks), most), plainStyle)
	p.hang([]span{{text: "  "}}, s.Counted().In(p.lang), dim)
	if most <= 0 {
		return
	}
	// Five classes of marks, and the full mark on a line of its own.
	const classes = 5
	counts := make([]int, classes+1)
	for _, m := range s.Marks {
		if m >= most {
			counts[classes]++
			continue
		}
		counts[min(max(m, 0)*classes/most, classes-1)]++
	}
	for i := classes; i >= 0; i-- {
		label := fmt.Sprint(most)
		if i < classes {
			from, to := (i*most+classes-1)/classes, ((i+1)*most+classes-1)/classes-1
			if to < from {
				continue
			}
			label = fmt.Sprintf("%d–%d", from, to)
			if from == to {
				label = fmt.Sprint(from)
			}
		}
		p.bar(label, 7, counts[i], slices.Max(counts), fmt.Sprint(counts[i]), green)
	}
}

// bar puts a line of a diagram: a label, a bar as long as n is of most, a number.
func (p *classPage) bar(label string, column, n, most int, number string, st style) {
	room := min(p.width-column-4-columns(number)-2, 50)
	length := 0
	if n > 0 && most > 0 {
		length = max(n*room/most, 1)
	}
	label = cutInside(EscapeText(oneLine(label)), column)
	p.line(span{text: "  " + strings.Repeat(" ", column-columns(label)) + label + "  "}, span{st, strings.Repeat("█", length)}, span{text: strings.TrimLeft(" "+number, map[bool]string{true: " "}[length == 0])})
}

// decimal writes a number with one decimal, as the language does.
func (p *classPage) decimal(f float64) string {
	s := fmt.Sprintf("%.1f", f)
	if p.cw.comma {
		return strings.Replace(s, ".", ",", 1)
	}
	return s
}

// mostLost puts the criteria that were lost, the most often lost first.
func (p *classPage) mostLost(fails []lostCount) {
	fails = slices.DeleteFunc(slices.Clone(fails), func(l lostCount) bool { return l.lost == 0 })
	if len(fails) == 0 {
		return
	}
	slices.SortStableFunc(fails, func(x, y lostCount) int { return y.lost*x.tried - x.lost*y.tried })
	p.line(span{text: "  " + p.cw.lostMost})
	column := 0
	for _, f := range fails[:min(len(fails), maxLost)] {
		column = max(column, min(columns(EscapeText(oneLine(f.id))), 16))
	}
	for i, f := range fails {
		if i == maxLost {
			p.line(span{dim, "  " + fmt.Sprintf(p.cw.more, len(fails)-i)})
			break
		}
		p.bar(f.id, column, f.lost*1000/f.tried, 1000, fmt.Sprintf(p.cw.of, f.lost, f.tried), red)
	}
}

// who is what a submission's student is called: by the roster, else by the
// archive's name, else by its path.
func who(row *batch.Row) string {
	if name := fullName(row.Person); name != "" {
		return name
	}
	return firstOf(row.Result.Student, row.Path)
}

func fullName(p course.Person) string { return strings.TrimSpace(p.Family + " " + p.Given) }

// students puts one line a submission.
func (p *classPage) students(c *batch.Class) {
	if len(c.Rows) == 0 {
		return
	}
	p.line(span{bold, fmt.Sprintf(p.words.summary, len(c.Rows))})
	p.rule()
	w := p.words
	rows := [][]string{{w.archive, w.student, w.exercise, w.mark, w.lost}}
	styles := []style{dim}
	for i := range c.Rows {
		row := &c.Rows[i]
		lost := p.losses(&row.Result)
		if row.Late > 0 {
			lost = strings.TrimSpace(p.cw.lateSign + " " + lost)
		}
		rows = append(rows, []string{
			EscapeText(oneLine(row.Path)), EscapeText(oneLine(who(row))), EscapeText(oneLine(row.Result.Exercise)), p.mark(&row.Result), lost,
		})
		styles = append(styles, p.markStyle(&row.Result))
	}
	p.table(rows, styles, 3)
}

// table puts rows of cells, the first one a header; the cell of the column mark
// is in the row's style and stands to the right. What the last cell has no room
// for goes on below, over half of the page.
func (p *page) table(rows [][]string, styles []style, mark int) {
	widths := p.tableWidths(rows)
	last := len(widths) - 1
	indent := 0
	for _, n := range widths[:last] {
		indent += n + 2
	}
	indent = min(indent, p.width/2)
	for i, cells := range rows {
		var line []span
		rest := ""
		for j, text := range cells {
			st := plainStyle
			if i == 0 {
				st = dim
			} else if j == mark {
				st = styles[i]
			}
			if j == last {
				text, rest = firstLineOf(cutEnd(text, maxProse), widths[j])
			} else {
				text = cutInside(text, widths[j])
			}
			switch {
			case j == mark:
				text = strings.Repeat(" ", widths[j]-columns(text)) + text + "  "
			case j < last:
				text = pad(text, widths[j]+2)
			}
			line = append(line, span{st, text})
		}
		p.line(line...)
		if rest == "" {
			continue
		}
		for _, text := range wrap(rest, p.width-indent) {
			p.line(span{text: strings.Repeat(" ", indent)}, span{text: text})
		}
	}
}

// firstLineOf cuts what fits into width columns from s, between words, and
// returns the rest.
func firstLineOf(s string, width int) (line, rest string) {
	line = wrap(s, width)[0]
	switch rest = s[len(line):]; {
	case rest == "" || strings.HasPrefix(rest, " "):
		return line, strings.TrimPrefix(rest, " ")
	default: // not even a word fits
		return "", s
	}
}

package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"netlab/grader/batch"
	"netlab/grader/report/gradebook"
)

// SemesterText writes the gradebook of several classes, the TPs of a semester in
// the order of time, for a person: one line a student, a column an exercise, the
// sum and the mean out of 20. What was not handed in counts 0 in these; a student
// with a submission that has no mark has neither. When the columns are wider than
// the page, they follow in more than one table. It returns the error of w.
func SemesterText(w io.Writer, classes []*batch.Class, o Options) error {
	p := newClassPage(o)
	b := gradebook.New(classes)
	p.line(span{bold, fmt.Sprintf(p.cw.semester, len(b.Lines))})
	p.rule()
	columnsOfBook := p.bookColumns(b)
	names := make([]string, 0, len(b.Lines)+1)
	names = append(names, p.words.student)
	column := columns(p.words.student)
	for i := range b.Lines {
		name := cutInside(EscapeText(oneLine(lineName(&b.Lines[i]))), p.width*2/5)
		names = append(names, name)
		column = max(column, columns(name))
	}
	for len(columnsOfBook) > 0 {
		n, used := 0, column
		for n < len(columnsOfBook) && (n == 0 || used+2+columnsOfBook[n].width <= p.width) {
			used += 2 + columnsOfBook[n].width
			n++
		}
		p.blank()
		for i, name := range names {
			line := []span{{text: pad(name, column)}}
			if i == 0 {
				line[0].style = dim
			}
			for _, c := range columnsOfBook[:n] {
				cell := c.cells[i]
				line = append(line, span{text: strings.Repeat(" ", 2+c.width-columns(cell.text))}, cell)
			}
			p.line(line...)
		}
		columnsOfBook = columnsOfBook[n:]
	}
	return p.flush(w)
}

// bookColumn is a column laid out: its header, then a cell a student, then
// nothing more.
type bookColumn struct {
	width int
	cells []span
}

func (c *bookColumn) add(st style, text string) {
	c.cells = append(c.cells, span{st, text})
	c.width = max(c.width, columns(text))
}

// bookColumns lays out the exercises, the sum and the mean.
func (p *classPage) bookColumns(b *gradebook.Book) []bookColumn {
	var out []bookColumn
	most := 0
	for i, c := range b.Columns {
		var col bookColumn
		name := p.cw.unknownExercise
		if c.TP > 0 {
			name = fmt.Sprintf("tp%d-ex%d", c.TP, c.Ex)
		}
		col.add(dim, name)
		for j := range b.Lines {
			switch cell := b.Lines[j].Cells[i]; cell.State {
			case gradebook.Missing:
				col.add(dim, "·")
			case gradebook.Fault:
				col.add(yellow, p.cw.noMark)
			case gradebook.Pending:
				col.add(yellow, p.cw.pendingMark)
			case gradebook.Rejected:
				col.add(red, "✗ 0")
			default:
				col.add(p.markStyle(&cell.Row.Result), strconv.Itoa(cell.Score))
			}
		}
		most += c.Max
		out = append(out, col)
	}
	var total, mean bookColumn
	total.add(dim, fmt.Sprintf("%s/%d", p.cw.total, most))
	mean.add(dim, p.cw.mean)
	for j := range b.Lines {
		text := "–"
		if score, _, ok := b.Total(&b.Lines[j]); ok {
			text = strconv.Itoa(score)
		}
		total.add(plainStyle, text)
		text = "–"
		if hundredths, ok := b.Mean(&b.Lines[j]); ok {
			text = p.decimal(float64(hundredths) / 100)
		}
		mean.add(bold, text)
	}
	return append(out, total, mean)
}

// lineName is what a student of the gradebook is called.
func lineName(l *gradebook.Line) string { return firstOf(fullName(l.Person), l.Name, l.Path) }

package gradebook

import (
	"slices"

	"netlab/grader/batch"
	"netlab/grader/lang"
)

// Spread is how the marks of one exercise are spread. This is where it is decided
// what a mark is: of each student the submission that counts, graded or rejected,
// the latter at 0. What has no mark (a fault, not graded yet) and what was not
// handed in are none.
type Spread struct {
	Column   Column
	Rows     []*batch.Row // whose marks they are, in the order of the book's lines
	Marks    []int        // of Rows
	Rejected int          // how many of them are rejected archives
	NoMark   int          // submissions without a mark
	Missing  int          // students of the roster who handed in nothing
	Out      int          // what the marks are out of
	Mean     float64
	Median   float64
}

// Spreads returns the spread of each exercise with a mark. A rejected archive
// that does not say which exercise it was for, or names one that nobody else
// has, is in none.
func (b *Book) Spreads() []Spread {
	var out []Spread
	for i, c := range b.Columns {
		if c.TP == 0 || c.Stray {
			continue
		}
		s := Spread{Column: c}
		for j := range b.Lines {
			s.take(&b.Lines[j], &b.Lines[j].Cells[i])
		}
		if len(s.Marks) == 0 {
			continue
		}
		sum := 0
		for _, m := range s.Marks {
			sum += m
		}
		sorted, n := slices.Sorted(slices.Values(s.Marks)), len(s.Marks)
		s.Mean, s.Median = float64(sum)/float64(n), float64(sorted[n/2]+sorted[(n-1)/2])/2
		out = append(out, s)
	}
	return out
}

func (s *Spread) take(l *Line, c *Cell) {
	switch c.State {
	case Graded, Rejected:
		s.Rows, s.Marks = append(s.Rows, c.Row), append(s.Marks, c.Score)
		s.Out = max(s.Out, c.Max)
		if c.State == Rejected {
			s.Rejected++
		}
	case Fault, Pending:
		s.NoMark++
	case Missing:
		if l.OnRoster {
			s.Missing++
		}
	}
}

// Counted says which marks the mean and the median are of.
func (s *Spread) Counted() lang.Text {
	out := lang.F("notes comptées : %d", "marks counted: %d", len(s.Marks))
	if s.Rejected > 0 {
		out = lang.Join(", ", out, lang.F("dont refusées (0) : %d", "of which rejected (0): %d", s.Rejected))
	}
	var rest []lang.Text
	if s.NoMark > 0 {
		rest = append(rest, lang.F("%d sans note", "%d without a mark", s.NoMark))
	}
	if s.Missing > 0 {
		rest = append(rest, lang.F("%d sans rendu", "%d not handed in", s.Missing))
	}
	if len(rest) == 0 {
		return out
	}
	return lang.Semicolon(out, lang.Colon(lang.T("non comptés", "not counted"), lang.Join(", ", rest...)))
}

// Package gradebook puts the classes of a semester into one table: a line a
// student, a column an exercise. It decides whose a submission is and which
// exercise it was for; how the table looks is the renderers' business.
package gradebook

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"netlab/grader/archive"
	"netlab/grader/batch"
	"netlab/grader/course"
	"netlab/grader/grade"
	"netlab/grader/lang"
)

// State is what is known of one exercise of one student.
type State int

// The states. Missing is the zero value: nothing was handed in.
const (
	Missing  State = iota
	Graded         // Score is the mark
	Rejected       // Score is 0
	Fault          // the harness could not do its work: no mark
	Pending        // handed in, not graded yet: no mark
)

// Book is the table.
type Book struct {
	Columns []Column // by TP, then exercise; the unknown exercise comes last
	Lines   []Line   // the roster's people in its order, then the others by name
}

// Column is an exercise.
type Column struct {
	TP, Ex   int    // 0 both: what was handed in does not say which exercise it is
	Exercise string // the exercise's id, "" when it cannot be told
	Title    lang.Text
	Max      int // points; 0 when no submission could tell
	// Stray says that everything handed in for it was rejected, in a table where
	// other exercises fared better: a misnamed archive makes no exercise, and
	// nobody's total suffers from it.
	Stray bool
}

// Line is a student.
type Line struct {
	Person   course.Person // zero when nobody knows more than Name
	Name     string        // the name part of the archives, "" when nothing was handed in
	Path     string        // of a first submission, to call a student by whom nobody knows at all
	OnRoster bool
	Cells    []Cell // one for each of Columns
	// Others says that files came from the student that were no archives.
	Others bool
}

// Cell is one exercise of one student.
type Cell struct {
	State State
	Score int
	Max   int
	Row   *batch.Row   // the submission; nil for Missing and Pending
	Also  []*batch.Row // other submissions for the same exercise, which do not count
	class int
}

// New makes the table of classes, which come in the order of time: for the same
// exercise of the same student a later class replaces an earlier one; within a
// class the submission that was graded last counts.
func New(classes []*batch.Class) *Book {
	var (
		who     directory
		entries []entry
	)
	for _, c := range classes {
		for _, p := range c.People {
			who.enrol(p)
		}
	}
	for n, c := range classes {
		for i := range c.Rows {
			r := &c.Rows[i]
			e := entry{class: n, row: r, name: r.Result.Student, path: r.Path, person: r.Person, state: stateOf(r.Result.Verdict)}
			e.tp, e.ex = exerciseOf(&r.Result)
			if e.name == "" {
				e.name = rightName(&r.Result).Student
			}
			entries = append(entries, e)
		}
		for _, p := range c.Pending {
			name, _ := archive.ParseName(path.Base(p[strings.LastIndexByte(p, '!')+1:]))
			entries = append(entries, entry{class: n, name: name.Student, path: p, tp: name.TP, ex: name.Ex, state: Pending})
		}
	}
	b := &Book{Columns: columnsOf(entries)}
	for i := range entries {
		entries[i].line = who.find(&entries[i])
	}
	b.Lines = who.lines
	for i := range b.Lines {
		b.Lines[i].Cells = make([]Cell, len(b.Columns))
	}
	for _, e := range entries {
		b.Lines[e.line].put(e, b.column(e))
	}
	for _, c := range classes {
		for _, o := range c.Others {
			i := slices.IndexFunc(b.Lines, func(l Line) bool { return l.OnRoster && l.Person == o.Person })
			if i >= 0 {
				b.Lines[i].Others = true
			}
		}
	}
	slices.SortStableFunc(b.Lines, func(x, y Line) int {
		switch {
		case x.OnRoster && y.OnRoster:
			return 0
		case x.OnRoster:
			return -1
		case y.OnRoster:
			return 1
		}
		return cmp.Compare(x.sortKey(), y.sortKey())
	})
	return b
}

// entry is a submission on its way into the table.
type entry struct {
	class  int
	row    *batch.Row // nil for one that was not graded yet
	name   string
	path   string
	person course.Person
	tp, ex int
	state  State
	line   int
}

func stateOf(v grade.Verdict) State {
	switch v {
	case grade.Rejected:
		return Rejected
	case grade.Fault:
		return Fault
	}
	return Graded
}

// exerciseOf tells which exercise a submission is for, also from what its name
// should have been; 0, 0 when nothing tells.
func exerciseOf(r *grade.Result) (tp, ex int) {
	if r.TP > 0 && r.Ex > 0 {
		return r.TP, r.Ex
	}
	n := rightName(r)
	return n.TP, n.Ex
}

// rightName is the name that the archive should have had, as the broken rules
// say it.
func rightName(r *grade.Result) archive.Name {
	for _, v := range r.Violations {
		if strings.HasPrefix(v.Rule, "name.") && v.Expected != "" {
			if n, bad := archive.ParseName(v.Expected); len(bad) == 0 {
				return n
			}
		}
	}
	return archive.Name{}
}

// columnsOf lists the exercises that there are submissions for.
func columnsOf(entries []entry) []Column {
	var out []Column
	for _, e := range entries {
		if e.tp == 0 || e.ex == 0 {
			continue
		}
		i := slices.IndexFunc(out, func(c Column) bool { return c.TP == e.tp && c.Ex == e.ex })
		if i < 0 {
			out = append(out, Column{TP: e.tp, Ex: e.ex})
			i = len(out) - 1
		}
		if e.row != nil {
			c := &out[i]
			c.Max = max(c.Max, e.row.Result.Max)
			if c.Exercise == "" {
				c.Exercise, c.Title = e.row.Result.Exercise, e.row.Result.Title
			}
		}
	}
	markStrays(out, entries)
	slices.SortFunc(out, func(x, y Column) int { return cmp.Or(cmp.Compare(x.TP, y.TP), cmp.Compare(x.Ex, y.Ex)) })
	if slices.ContainsFunc(entries, func(e entry) bool { return (e.tp == 0 || e.ex == 0) && onlyOne(out, e) < 0 }) {
		out = append(out, Column{})
	}
	return out
}

// markStrays tells the columns that rejected submissions alone are in, unless
// all are.
func markStrays(columns []Column, entries []entry) {
	some := false
	for i := range columns {
		c := &columns[i]
		c.Stray = !slices.ContainsFunc(entries, func(e entry) bool { return e.tp == c.TP && e.ex == c.Ex && e.state != Rejected })
		some = some || !c.Stray
	}
	for i := range columns {
		columns[i].Stray = columns[i].Stray && some
	}
}

// onlyOne finds the one column that has the exercise of a submission whose name
// does not say which TP it is for; -1 when none or several have it.
func onlyOne(columns []Column, e entry) int {
	found := -1
	for i, c := range columns {
		if e.row != nil && e.row.Result.Exercise != "" && c.Exercise == e.row.Result.Exercise {
			if found >= 0 {
				return -1
			}
			found = i
		}
	}
	return found
}

// column returns where the submission stands.
func (b *Book) column(e entry) int {
	for i, c := range b.Columns {
		if c.TP == e.tp && c.Ex == e.ex && e.tp > 0 && e.ex > 0 {
			return i
		}
	}
	if i := onlyOne(b.Columns, e); i >= 0 {
		return i
	}
	return len(b.Columns) - 1
}

// put enters a submission of the student; entries come in the order of classes.
func (l *Line) put(e entry, column int) {
	if l.Name == "" {
		l.Name = e.name
	}
	if l.Path == "" {
		l.Path = e.path
	}
	old := l.Cells[column]
	c := Cell{State: e.state, Row: e.row, class: e.class}
	if e.row != nil {
		c.Score, c.Max = e.row.Result.Score, e.row.Result.Max
		if c.State != Graded {
			c.Score = 0
		}
	}
	if old.Row != nil && e.row != nil && old.class == e.class && e.row.At.Before(old.Row.At) {
		old.Also = append(old.Also, e.row)
		l.Cells[column] = old
		return
	}
	c.Also = old.Also
	if old.Row != nil {
		c.Also = append(c.Also, old.Row)
	}
	l.Cells[column] = c
}

// sortKey is the name of who is not on the roster, as far as anybody knows it.
func (l *Line) sortKey() string {
	return cmp.Or(archive.Normalize(l.Person.Family), l.Name) + "\x00" + l.Person.Given + "\x00" + l.Name + "\x00" + l.Path
}

// Package moodle writes what a teacher uploads into an assignment of Moodle: the
// grading worksheet filled in, and the zip of feedback files that goes with it.
//
// The formats are those of Moodle's own sources: the worksheet of
// mod/assign/feedback/offline (importgradeslib.php, locallib.php), the zip of
// mod/assign/feedback/file (importziplib.php), and the comment, which is stored as
// HTML, of mod/assign/feedback/comments (locallib.php).
package moodle

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"netlab/grader/batch"
	"netlab/grader/course"
	"netlab/grader/lang"
	"netlab/grader/report"
	"netlab/grader/report/gradebook"
)

// Filled says what became of a worksheet, for the teacher to know.
type Filled struct {
	Grades   int      // rows that got a grade
	Locked   int      // rows of submissions whose grade Moodle says cannot be changed: left alone
	NoMark   []string // paths of submissions that have no mark: a fault, or not graded yet
	NoRow    []string // paths of submissions of whom nobody is in the worksheet
	Ungraded int      // rows that are as they were, since nothing was handed in
}

// Worksheet fills in the grading worksheet that Moodle exports: the grade and the
// feedback comment of each participant who handed something in. Every other byte
// of it is as it was, the end of lines, the order and the other columns included.
// A participant is found by the number that the platform put into the folder's
// name, else by e-mail address, else by the whole name if only one has it. Columns
// are found by their names in English or French.
//
// The grade is brought to the worksheet's maximum: 17 of 20 points are 85 where an
// assignment is out of 100. When a class has several exercises, they make one
// grade together, and one that was not handed in counts 0. A submission without a
// mark leaves the row as it was.
//
// Without a worksheet (nil) one is made, with the submissions whose participant's
// number is known. Moodle takes a grade that is newer in the course than in the
// file only with "Update records that have been modified more recently in Moodle
// than in the spreadsheet"; a made worksheet says nothing of that time.
//
// The error says what is wrong with the worksheet (ErrWorksheet), or is that of w
// or of the class's Whole.
func Worksheet(w io.Writer, worksheet []byte, c *batch.Class, l lang.Lang) (Filled, error) {
	people, err := participants(c, l)
	if err != nil {
		return Filled{}, err
	}
	if worksheet == nil {
		return create(w, people, l)
	}
	t, at, err := read(worksheet)
	if err != nil {
		return Filled{}, err
	}
	var filled Filled
	var edits []edit
	owners := match(t, at, people)
	for i, record := range t.records[1:] {
		p := owners[i]
		switch {
		case p == nil:
			if len(record) > 1 { // else an empty line
				filled.Ungraded++
			}
		case !p.marked:
			filled.NoMark = append(filled.NoMark, p.paths...)
		case at.locked >= 0 && at.locked < len(record) && no(t.text(record[at.locked])):
			filled.Locked++
		case at.grade >= len(record) || at.comment >= len(record):
			return Filled{}, lang.Errorf("%w : la ligne %d a %d colonnes et les titres %d : exportez-la de nouveau de Moodle",
				"%w: record %d has %d columns and the header %d: export it from Moodle again", ErrWorksheet, i+2, len(record), len(t.records[0]))
		default:
			filled.Grades++
			most, decimal := "", byte('.')
			if at.max >= 0 && at.max < len(record) {
				most = t.text(record[at.max])
			}
			if strings.Contains(most, ",") || most == "" && l == lang.FR {
				decimal = ','
			}
			grade := edit{record[at.grade], scaled(p.score, p.out, most, decimal)}
			if at.comment < 0 {
				edits = append(edits, grade)
				continue
			}
			comment := edit{record[at.comment], p.comment}
			if at.comment < at.grade {
				grade, comment = comment, grade
			}
			edits = append(edits, grade, comment)
		}
	}
	for i := range people {
		if !people[i].found {
			filled.NoRow = append(filled.NoRow, people[i].paths...)
		}
	}
	if _, err := w.Write(t.rewrite(edits)); err != nil {
		return Filled{}, fmt.Errorf("write the worksheet: %w", err)
	}
	return filled, nil
}

// ErrWorksheet is what the errors about a worksheet wrap.
var ErrWorksheet = lang.Errorf("lecture de la feuille d'évaluation", "read the worksheet")

// Check returns an error that wraps ErrWorksheet when a file is no grading
// worksheet of Moodle.
func Check(worksheet []byte) error {
	_, _, err := read(worksheet)
	return err
}

func read(worksheet []byte) (*table, columns, error) {
	t, err := readTable(worksheet)
	if err != nil {
		return nil, columns{}, lang.Errorf("%w : %w", "%w: %w", ErrWorksheet, err)
	}
	at, err := findColumns(t)
	if err != nil {
		return nil, columns{}, lang.Errorf("%w : %w", "%w: %w", ErrWorksheet, err)
	}
	return t, at, nil
}

// person is what a worksheet says of one participant.
type person struct {
	course.Person
	number     string // the participant's, "" when it is not known
	paths      []string
	score, out int
	marked     bool
	comment    string // HTML
	found      bool   // in the worksheet
}

// participants gathers who handed something in.
func participants(c *batch.Class, l lang.Lang) ([]person, error) {
	book := gradebook.New([]*batch.Class{c})
	rows := map[*batch.Row]int{}
	for i := range c.Rows {
		rows[&c.Rows[i]] = i
	}
	var out []person
	for i := range book.Lines {
		line := &book.Lines[i]
		p := person{Person: line.Person}
		p.score, p.out, p.marked = book.Total(line)
		var comment strings.Builder
		for j, cell := range line.Cells {
			if cell.Row == nil {
				continue
			}
			p.paths = append(p.paths, cell.Row.Path)
			p.number = cmp.Or(p.number, numberOf(cell.Row.Participant))
			whole, err := c.Whole(rows[cell.Row])
			if err != nil {
				return nil, fmt.Errorf("read the grading of %s: %w", report.EscapeText(cell.Row.Path), err)
			}
			commentOn(&comment, &whole, book.Columns[j], len(book.Columns) > 1, l)
		}
		p.comment = comment.String()
		if len(p.paths) > 0 {
			out = append(out, p)
		}
	}
	return out, nil
}

// match finds whose each record after the header is; nil where nobody's.
func match(t *table, at columns, people []person) []*person {
	byNumber, byEmail, byName := map[string]*person{}, map[string]*person{}, map[string]*person{}
	for i := range people {
		p := &people[i]
		byNumber[p.number] = p
		byEmail[strings.ToLower(p.Email)] = p
		for _, name := range []string{nameKey(p.Given + " " + p.Family), nameKey(p.Family + " " + p.Given)} {
			if other, taken := byName[name]; taken && other != p {
				p = nil // two people of one name: neither
			}
			byName[name] = p
			p = &people[i]
		}
	}
	delete(byNumber, "")
	delete(byEmail, "")
	delete(byName, "")
	get := func(record []field, i int) string {
		if i < 0 || i >= len(record) {
			return ""
		}
		return t.text(record[i])
	}
	out := make([]*person, len(t.records)-1)
	for i, record := range t.records[1:] {
		number := numberOf(get(record, at.id))
		p := byNumber[number]
		if p == nil {
			p = byEmail[strings.ToLower(strings.TrimSpace(get(record, at.email)))]
		}
		if p == nil {
			p = byName[nameKey(get(record, at.name))]
		}
		if p == nil || p.found || p.number != "" && p.number != number {
			continue
		}
		p.found = true
		out[i] = p
	}
	return out
}

func nameKey(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }

func no(s string) bool {
	return strings.EqualFold(strings.TrimSpace(s), "no") || strings.EqualFold(strings.TrimSpace(s), "non")
}

// scaled writes score of out points as a grade out of most, which is as the
// worksheet writes it ("100,00"); as they are when most is no number, which is
// so where an assignment is graded by a scale of words.
func scaled(score, out int, most string, decimal byte) string {
	top, err := strconv.ParseFloat(strings.Replace(strings.TrimSpace(most), ",", ".", 1), 64)
	if err != nil || !(top > 0 && top < 1e9) || out == 0 {
		return strconv.Itoa(score)
	}
	s := strconv.FormatFloat(float64(score)/float64(out)*top, 'f', 2, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	return strings.Replace(s, ".", string(decimal), 1)
}

// create makes a worksheet.
func create(w io.Writer, people []person, l lang.Lang) (Filled, error) {
	var filled Filled
	rows := [][]string{header(l)}
	for i := range people {
		p := &people[i]
		switch {
		case p.number == "":
			filled.NoRow = append(filled.NoRow, p.paths...)
			continue
		case !p.marked:
			filled.NoMark = append(filled.NoMark, p.paths...)
			continue
		}
		filled.Grades++
		name := strings.TrimSpace(p.Given + " " + p.Family)
		rows = append(rows, []string{
			participant(p.number, l), cell(name, l), cell(p.Email, l), "", strconv.Itoa(p.score), strconv.Itoa(p.out),
			lang.T("Oui", "Yes").In(l), "-", p.comment,
		})
	}
	out := csv.NewWriter(w)
	if err := out.WriteAll(rows); err != nil {
		return Filled{}, fmt.Errorf("write the worksheet: %w", err)
	}
	return filled, nil
}

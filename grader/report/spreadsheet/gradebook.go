// Package spreadsheet writes the gradebook of a semester as a CSV file (RFC 4180)
// that a spreadsheet opens by a double click and that is safe to open, whatever
// students called themselves.
package spreadsheet

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"netlab/grader/archive"
	"netlab/grader/batch"
	"netlab/grader/lang"
	"netlab/grader/report/gradebook"
)

// Options are the conventions of a file, which depend on the country for which a
// spreadsheet is set up, not on the words in the file.
type Options struct {
	// Separator of columns: a spreadsheet set up for French expects a semicolon,
	// since the comma is in its numbers, and one for English a comma.
	Separator rune
	// Decimal is the decimal mark: a comma in French, a point in English.
	Decimal byte
	// Mark says to begin with the byte order mark of UTF-8. Without it, Excel takes
	// the file for one in the system's older encoding and spoils every accent.
	// Readers that do not know it want it away (Python: encoding="utf-8-sig").
	Mark bool
}

// For returns the conventions that go with a language.
func For(l lang.Lang) Options {
	if l == lang.FR {
		return Options{Separator: ';', Decimal: ',', Mark: true}
	}
	return Options{Separator: ',', Decimal: '.', Mark: true}
}

// Gradebook writes the gradebook of classes, the TPs of a semester in the order
// of time, with the conventions of l: see [Write].
func Gradebook(w io.Writer, classes []*batch.Class, l lang.Lang) error {
	return Write(w, classes, l, For(l))
}

// Write writes the gradebook: a header, then a row a student, the roster's people
// first and in its order, then the unknown ones. The columns are the family name,
// the given name, the student number, the e-mail address and the name used on
// archives, then a column an exercise with the mark alone, so that it can be
// computed with, then the sum, the mean out of 20 with every exercise of the same
// weight, and remarks. A mark that is 0 by rejection is 0 and the remark says so;
// what was not handed in is an empty cell, and counts 0 in the sum and the mean.
// A submission without a mark (a fault of the grader, not graded yet) has a word
// for a mark, and neither a sum nor a mean is given.
//
// Whatever a student wrote goes through [Safe]. Rows end with CR LF. The errors
// are those of w.
func Write(w io.Writer, classes []*batch.Class, l lang.Lang, o Options) error {
	b := gradebook.New(classes)
	words := wordsIn(l)
	if o.Mark {
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return fmt.Errorf("write the gradebook: %w", err)
		}
	}
	out := csv.NewWriter(w)
	out.Comma, out.UseCRLF = o.Separator, true
	rows := make([][]string, 0, len(b.Lines)+1)
	rows = append(rows, header(b, words))
	for i := range b.Lines {
		rows = append(rows, line(b, &b.Lines[i], words, l, o))
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("write the gradebook: %w", err)
	}
	return nil
}

func header(b *gradebook.Book, words words) []string {
	row := []string{words.family, words.given, words.number, words.email, words.archive}
	sum := 0
	for _, c := range b.Columns {
		name := words.column(c)
		if c.Max > 0 {
			name += fmt.Sprintf(" (/%d)", c.Max)
		}
		row = append(row, name)
		sum += c.Max
	}
	return append(row, fmt.Sprintf("%s (/%d)", words.total, sum), words.mean+" (/20)", words.remarks)
}

func line(b *gradebook.Book, l *gradebook.Line, words words, in lang.Lang, o Options) []string {
	name := l.Name
	if name == "" {
		name = l.Path
	}
	row := []string{
		Safe(l.Person.Family, in), Safe(l.Person.Given, in), Safe(l.Person.Number, in), Safe(l.Person.Email, in), Safe(name, in),
	}
	var remarks []string
	handed := false
	for i, c := range l.Cells {
		cell := ""
		switch c.State {
		case gradebook.Missing:
		case gradebook.Fault:
			cell = words.fault
		case gradebook.Pending:
			cell = words.pending
		default:
			cell = strconv.Itoa(c.Score)
		}
		row = append(row, cell)
		handed = handed || c.State != gradebook.Missing
		if said := remarksOn(c, words, in); said != "" {
			remarks = append(remarks, words.column(b.Columns[i])+words.colon+said)
		}
	}
	total, mean := "", ""
	if score, _, ok := b.Total(l); ok {
		total = strconv.Itoa(score)
	}
	if hundredths, ok := b.Mean(l); ok {
		mean = number(hundredths, o.Decimal)
	}
	switch {
	case handed:
	case l.Others:
		remarks = append(remarks, words.others)
	default:
		remarks = append(remarks, words.nothing)
	}
	return append(row, total, mean, Safe(strings.Join(remarks, " · "), in))
}

// number writes hundredths with two decimals.
func number(hundredths int, decimal byte) string {
	return fmt.Sprintf("%d%c%02d", hundredths/100, decimal, hundredths%100)
}

// remarksOn says what the mark alone does not.
func remarksOn(c gradebook.Cell, words words, in lang.Lang) string {
	if c.State == gradebook.Pending {
		return words.pending
	}
	if c.Row == nil {
		return ""
	}
	var said []string
	switch c.State {
	case gradebook.Rejected:
		var rules []string
		seen := map[string]bool{}
		for _, v := range c.Row.Result.Violations {
			if v.Severity == archive.Reject && !seen[v.Rule] {
				seen[v.Rule] = true
				rules = append(rules, v.Rule)
			}
		}
		said = append(said, strings.TrimSpace(words.rejected+" "+strings.Join(rules, " ")))
		if remark := c.Row.Remark(); !remark.Empty() {
			said = append(said, remark.In(in))
		}
	case gradebook.Fault:
		said = append(said, words.fault)
	}
	if c.Row.Late > 0 {
		said = append(said, fmt.Sprintf(words.late, int(c.Row.Late.Hours()), int(c.Row.Late.Minutes())%60))
	}
	if n := len(c.Also); n > 0 {
		said = append(said, fmt.Sprintf(words.also, n))
	}
	return strings.Join(said, ", ")
}

// Package report shows gradings: as text for a person at a terminal, and as
// JSON for other tools. Everything it shows comes from a [grade.Result]; how that
// was made is not its business.
//
// A submission's bytes are hostile: a program that prints escape sequences must
// not move the cursor of the teacher who reads about it. So no byte of a program,
// of a file name or of a message reaches the writer unless [EscapeText] or
// [EscapeData] has been over it, and the text layout has one place alone where
// that is done.
//
// The same results always give the same bytes: no report for a person shows a
// time of day or a duration. The only errors are those of the writer.
package report

import (
	"fmt"
	"io"

	"netlab/grader/grade"
	"netlab/grader/lang"
)

// Options says how a text report looks.
type Options struct {
	Lang    lang.Lang // English when it is neither of the two
	Color   bool      // see [ColorWanted]
	Width   int       // of the terminal, in columns; 0 is 80, and it is held within 60 and 120
	Verbose bool      // show conversations to a much higher limit, and those of the advice too
}

// Text writes a report for a person: each submission, then a table when there
// are several. It returns the error of w.
func Text(w io.Writer, results []grade.Result, o Options) error {
	for i := range results {
		p := newPage(o)
		if i > 0 {
			p.line()
			p.line()
		}
		p.submission(&results[i])
		if _, err := w.Write(p.buf.Bytes()); err != nil {
			return fmt.Errorf("write the report of %s: %w", results[i].Archive, err)
		}
	}
	if len(results) < 2 {
		return nil
	}
	p := newPage(o)
	p.line()
	p.line()
	p.summary(results)
	if _, err := w.Write(p.buf.Bytes()); err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	return nil
}

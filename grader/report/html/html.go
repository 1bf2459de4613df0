// Package html renders a class as a static site: a page on the class and one on
// each submission. It opens from disk, with no server and without a request to
// anywhere.
//
// Every string of a submission is hostile. It reaches a page through
// html/template alone, after [report.EscapeText] or [report.EscapeData] made
// control and bidirectional characters visible, and cut to a size. It never makes
// an element, an attribute, a link or a file name, and each page's content
// security policy allows the page's own style and script, by their hashes, and
// nothing else.
//
// The same class always gives the same bytes, in one time zone.
package html

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"netlab/grader/batch"
	"netlab/grader/lang"
)

// Options says how the site looks.
type Options struct {
	Lang lang.Lang      // English when it is neither of the two
	Zone *time.Location // of the times of day; this machine's when it is nil
}

// Write writes the site of a class into the folder dir, whose index.html is the
// page to open. It makes the folder if need be. A folder that is not empty must
// hold an earlier report, of which the files are replaced or removed; anything
// else in it is left alone, and is an error when it is in the way. Submissions
// are read through class.Whole, one at a time.
func Write(dir string, class *batch.Class, o Options) (err error) {
	if o.Lang != lang.FR {
		o.Lang = lang.EN
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	defer func() { err = cmp.Or(err, root.Close()) }()
	if err := write(root, class, o); err != nil {
		return fmt.Errorf("write the report in %s: %w", dir, err)
	}
	return nil
}

// indexName is the class's page.
const indexName = "index.html"

func write(root *os.Root, class *batch.Class, o Options) error {
	s, err := newSite(class, o)
	if err != nil {
		return err
	}
	if err := claim(root, s.files()); err != nil {
		return err
	}
	if err := root.Mkdir(pagesFolder, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	var b bytes.Buffer
	put := func(name string) error {
		if err := root.WriteFile(name, b.Bytes(), 0o644); err != nil {
			return err
		}
		b.Reset()
		return nil
	}
	for i := range class.Rows {
		whole, err := class.Whole(i)
		if err != nil {
			return fmt.Errorf("submission %d: %w", i+1, err)
		}
		if err := s.submission(&b, i, &whole); err != nil {
			return fmt.Errorf("submission %d: %w", i+1, err)
		}
		if err := put(s.pages[i]); err != nil {
			return err
		}
	}
	// The class's page comes last: when it is there, what it links to is.
	if err := s.index(&b); err != nil {
		return err
	}
	return put(indexName)
}

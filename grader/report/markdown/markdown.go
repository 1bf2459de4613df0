// Package markdown writes a class as the summary of a CI job, in GitHub Flavored
// Markdown. GitHub shows what a step wrote into the file that GITHUB_STEP_SUMMARY
// names ("Workflow commands for GitHub Actions", section "Adding a job summary");
// GitLab and Gitea show it as any document.
package markdown

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"netlab/grader/archive"
	"netlab/grader/batch"
	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/report"
)

// The limits of a summary, in bytes. GitHub takes at most 1 MiB of a step and
// shows nothing at all of a longer summary; what other commands of the step write
// there counts too.
const (
	maxSummary = 960 << 10
	maxTable   = 600 << 10 // up to here for the table, the rest for explanations
	maxList    = 60 << 10  // of one list
)

// Summary writes, for each class, the counts, a table with a row a submission, then why points
// were lost, folded. What is too much for the limit, of
// which each class has the same share, is counted instead. Text of
// students cannot end a table, a fence or an element, nor make links, pictures or
// mentions: see [Inline] and [Fence]. Words are in l. It returns the error of w,
// or of a class's Whole.
func Summary(w io.Writer, classes []*batch.Class, l lang.Lang) error {
	for _, c := range classes {
		s := summary{c: c, lang: l, words: wordsIn(l), share: len(classes)}
		s.head()
		s.table()
		s.lists()
		if err := s.details(); err != nil {
			return err
		}
		if _, err := w.Write(s.b.Bytes()); err != nil {
			return fmt.Errorf("write the summary: %w", err)
		}
	}
	return nil
}

type summary struct {
	b     bytes.Buffer
	c     *batch.Class
	lang  lang.Lang
	words words
	share int // of how many the limits are for
}

func (s *summary) put(format string, args ...any) { fmt.Fprintf(&s.b, format, args...) }

func (s *summary) inline(text string) string { return Inline(report.OneLine(text, s.lang)) }

func (s *summary) head() {
	s.put("## %s\n\n", fmt.Sprintf(s.words.title, s.inline(s.c.Folder)))
	var full, lost, rejected, faults int
	for i := range s.c.Rows {
		switch r := &s.c.Rows[i].Result; {
		case r.Verdict == grade.Fault:
			faults++
		case r.Verdict == grade.Rejected:
			rejected++
		case r.Score < r.Max:
			lost++
		default:
			full++
		}
	}
	s.put(s.words.counts+"\n\n", len(s.c.Rows), full, lost, rejected, faults)
	if faults > 0 {
		s.put("> %s\n\n", s.words.faults)
	}
	if n := len(s.c.Pending); n > 0 {
		s.put("> "+s.words.pending+"\n\n", n)
	}
}

// table puts a row a submission.
func (s *summary) table() {
	if len(s.c.Rows) == 0 {
		return
	}
	w := s.words
	s.put("| %s | %s | %s | %s |\n|---|---|--:|---|\n", w.student, w.exercise, w.mark, w.lost)
	for i := range s.c.Rows {
		if s.b.Len() > maxTable/s.share {
			s.put("\n"+w.more+"\n", len(s.c.Rows)-i)
			break
		}
		row := &s.c.Rows[i]
		s.put("| %s | %s | %s | %s |\n", s.inline(who(row)), s.exercise(&row.Result), s.mark(&row.Result), s.losses(row))
	}
	s.put("\n")
}

// who is what a submission's student is called, or the archive's path.
func who(row *batch.Row) string {
	if name := strings.TrimSpace(row.Person.Given + " " + row.Person.Family); name != "" {
		return name
	}
	if row.Result.Student != "" {
		return row.Result.Student
	}
	return row.Path
}

func (s *summary) exercise(r *grade.Result) string {
	if r.TP > 0 && r.Ex > 0 {
		return fmt.Sprintf("tp%d-ex%d", r.TP, r.Ex)
	}
	return s.inline(r.Exercise)
}

func (s *summary) mark(r *grade.Result) string {
	if r.Verdict == grade.Fault {
		return "–"
	}
	return fmt.Sprintf("%d/%d", r.Score, r.Max)
}

// losses says in a few words why the mark is not the full one.
func (s *summary) losses(row *batch.Row) string {
	r := &row.Result
	var ids []string
	seen := map[string]bool{}
	add := func(id string) {
		if !seen[id] && len(seen) < 12 {
			seen[id] = true
			ids = append(ids, s.inline(id))
		}
	}
	switch r.Verdict {
	case grade.Fault:
		return s.words.fault
	case grade.Rejected:
		for _, v := range r.Violations {
			if v.Severity == archive.Reject {
				add(v.Rule)
			}
		}
		why := strings.TrimSpace(s.words.rejected + " " + strings.Join(ids, ", "))
		if row.ValidOlder != "" {
			why += " – " + fmt.Sprintf(s.words.valid, s.inline(row.ValidOlder))
		}
		return why
	}
	for _, c := range r.Criteria {
		if !c.Advice && c.Status != grade.Passed {
			add(c.ID)
		}
	}
	return strings.Join(ids, ", ")
}

// lists puts what the table has not.
func (s *summary) lists() {
	list := func(title string, n int, item func(i int) string) {
		if n == 0 {
			return
		}
		s.put("<details><summary>%s</summary>\n\n", fmt.Sprintf(title, n))
		from := s.b.Len()
		for i := range n {
			if s.b.Len()-from > maxList/s.share {
				s.put("- "+s.words.more+"\n", n-i)
				break
			}
			s.put("- %s\n", item(i))
		}
		s.put("\n</details>\n\n")
	}
	list(s.words.absent, len(s.c.Absent), func(i int) string {
		return s.inline(strings.TrimSpace(s.c.Absent[i].Given + " " + s.c.Absent[i].Family))
	})
	list(s.words.others, len(s.c.Others), func(i int) string { return s.inline(s.c.Others[i].Path) })
	var older []string
	for i := range s.c.Rows {
		older = append(older, s.c.Rows[i].Older...)
	}
	list(s.words.older, len(older), func(i int) string { return s.inline(older[i]) })
}

// details puts why points were lost, and how to run a fault again.
func (s *summary) details() error {
	for i := range s.c.Rows {
		row := &s.c.Rows[i]
		if row.Result.Verdict == grade.Graded && row.Result.Score == row.Result.Max {
			continue
		}
		if s.b.Len() > (maxSummary+maxTable)/2/s.share { // there is no room for another one
			s.put("%s\n", s.words.noRoom)
			break
		}
		whole, err := s.c.Whole(i)
		if err != nil {
			return fmt.Errorf("read the grading of %s: %w", report.EscapeText(row.Path), err)
		}
		text := report.Whole(&whole, report.Options{Lang: s.lang})
		if whole.Verdict == grade.Fault {
			text += "\n" + s.words.again + report.Command(row.Again) + "\n"
		}
		block := fmt.Sprintf("<details><summary>%s · %s · %s</summary>\n\n%s\n</details>\n\n", s.inline(who(row)), s.exercise(&whole), s.mark(&whole), Fence(text))
		if s.b.Len()+len(block) > maxSummary/s.share {
			s.put("%s\n", s.words.noRoom)
			break
		}
		s.b.WriteString(block)
	}
	return nil
}

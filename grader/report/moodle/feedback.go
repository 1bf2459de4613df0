package moodle

import (
	"archive/zip"
	"fmt"
	"io"
	"regexp"
	"strings"

	"netlab/grader/batch"
	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/report"
)

// Sent says what is in a zip of feedback files.
type Sent struct {
	Files  int
	NoMark []string // paths of submissions with a fault: there is nothing to tell the student
	NoID   []string // paths of submissions of which no participant's number is known
}

// Feedback writes the zip for "Upload multiple feedback files in a zip": a text
// file a submission, the report as a student gets it from grader check.
//
// Moodle cuts the names in the zip at underscores: the full name, the
// participant's number, "assignfeedback", "file", and what the file will be
// called. The number alone says whose it is; the name must only have no
// underscore in it. The files stand in no folders, since Moodle before 4.1 wants
// folders named in another way than later versions do, and both read files that
// are named so. A file must not begin with a point or a tilde.
//
// The error is that of w or of the class's Whole.
func Feedback(w io.Writer, c *batch.Class, l lang.Lang) (Sent, error) {
	var sent Sent
	z := zip.NewWriter(w)
	names := map[string]bool{}
	for i := range c.Rows {
		row := &c.Rows[i]
		number := numberOf(row.Participant)
		if number == "" {
			sent.NoID = append(sent.NoID, row.Path)
			continue
		}
		whole, err := c.Whole(i)
		if err != nil {
			return Sent{}, fmt.Errorf("read the grading of %s: %w", report.EscapeText(row.Path), err)
		}
		if whole.Verdict == grade.Fault {
			sent.NoMark = append(sent.NoMark, row.Path)
			continue
		}
		f, err := z.CreateHeader(&zip.FileHeader{Name: feedbackName(row, &whole, number, names), Method: zip.Deflate, Modified: row.At.UTC()})
		if err != nil {
			return Sent{}, fmt.Errorf("write the feedback files: %w", err)
		}
		if _, err := io.WriteString(f, report.Whole(&whole, report.Options{Lang: l})); err != nil {
			return Sent{}, fmt.Errorf("write the feedback files: %w", err)
		}
		sent.Files++
	}
	if err := z.Close(); err != nil {
		return Sent{}, fmt.Errorf("write the feedback files: %w", err)
	}
	return sent, nil
}

var (
	notInName = regexp.MustCompile(`[^\pL\pN' .-]+`)
	notInFile = regexp.MustCompile(`[^A-Za-z0-9-]+`)
)

// feedbackName makes the name of a feedback file.
func feedbackName(row *batch.Row, r *grade.Result, number string, taken map[string]bool) string {
	who := strings.TrimSpace(notInName.ReplaceAllString(row.Person.Given+" "+row.Person.Family, " "))
	who = strings.Trim(strings.Join(strings.Fields(who), " "), ". ")
	if n := []rune(who); len(n) > 60 {
		who = strings.Trim(string(n[:60]), ". ")
	}
	if who == "" {
		who = "Participant"
	}
	file := notInFile.ReplaceAllString(strings.TrimSuffix(r.Archive, ".zip"), "-")
	if file = strings.Trim(file, "-"); len(file) > 60 {
		file = file[:60]
	}
	if file == "" {
		file = "archive"
	}
	base := who + "_" + number + "_assignfeedback_file_" + file
	name := base
	for n := 2; taken[strings.ToLower(name)]; n++ {
		name = fmt.Sprintf("%s-%d", base, n)
	}
	taken[strings.ToLower(name)] = true
	return name + ".txt"
}

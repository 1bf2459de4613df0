package report

import (
	"encoding/json"
	"fmt"
	"io"

	"netlab/grader/batch"
)

// jsonRow is one submission of a class, whole: what JSON says of it, and how it
// was handed in.
type jsonRow struct {
	Version     int        `json:"version"`
	Class       string     `json:"class"` // the folder that was graded
	Path        string     `json:"path"`
	SHA256      string     `json:"sha256"`
	Person      jsonPerson `json:"person"`
	Participant string     `json:"participant"`
	Older       []string   `json:"older"`
	ValidOlder  string     `json:"valid_older"` // batch.Row.ValidOlder
	LateSeconds int64      `json:"late_s"`
	Retried     bool       `json:"retried"`
	First       string     `json:"first"`
	Stale       bool       `json:"stale"`
	jsonSubmission
}

type jsonPerson struct {
	Family string `json:"family"`
	Given  string `json:"given"`
	Email  string `json:"email"`
	Number string `json:"number"`
}

// JSONL writes the whole results of classes, a JSON object a line, one line a
// submission. The keys of a submission are those of [JSON], and what is said
// there of its strings holds here. It returns the error of w or of a journal.
func JSONL(w io.Writer, classes []*batch.Class, o Options) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, c := range classes {
		for i := range c.Rows {
			row := &c.Rows[i]
			whole, err := c.Whole(i)
			if err != nil {
				return err
			}
			line := jsonRow{
				Version: JSONVersion, Class: EscapeText(c.Folder), Path: EscapeText(row.Path), SHA256: row.Archive,
				Person: jsonPerson{
					Family: EscapeText(row.Person.Family), Given: EscapeText(row.Person.Given),
					Email: EscapeText(row.Person.Email), Number: EscapeText(row.Person.Number),
				},
				Participant: EscapeText(row.Participant), Older: make([]string, 0, len(row.Older)), ValidOlder: EscapeText(row.ValidOlder),
				LateSeconds: int64(row.Late.Seconds()), Retried: row.Retried, First: message(row.First), Stale: row.Stale,
				jsonSubmission: jsonOf(&whole, o.Lang),
			}
			for _, p := range row.Older {
				line.Older = append(line.Older, EscapeText(p))
			}
			if err := enc.Encode(line); err != nil {
				return fmt.Errorf("write the report of %s: %w", row.Path, err)
			}
		}
	}
	return nil
}

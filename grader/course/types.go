// Package course knows what is asked of students: the exercises with their
// deliverables, criteria and points, and who the students are. How anything is
// tested is not its business.
package course

import "netlab/grader/lang"

// Exercise is one exercise of the sheet, read from its exercise.toml.
type Exercise struct {
	ID           string      // folder name: "server", "client", "echo", "sioux"
	Number       int         // its number on the sheet, from 1
	Title        lang.Text   // a few words
	Deliverables []string    // file names that must be in the archive
	Site         bool        // HTML, CSS and JPEG files belong to the answer (warned about, not rejected)
	Criteria     []Criterion // in the order of the report
}

// Criterion is one thing the sheet asks for.
type Criterion struct {
	ID     string    // stable: reports and other people's tools name it
	Points int       // 0 for advice
	Advice bool      // tells the student something, never changes the mark
	Asks   lang.Text // what is asked, in the sheet's words
	Hint   lang.Text // what to look at when it is lost
}

// Max returns the sum of the points, 20 for every exercise of the sheet.
func (e *Exercise) Max() int {
	sum := 0
	for _, c := range e.Criteria {
		sum += c.Points
	}
	return sum
}

// Criterion returns the criterion named id, or nil.
func (e *Exercise) Criterion(id string) *Criterion {
	for i := range e.Criteria {
		if e.Criteria[i].ID == id {
			return &e.Criteria[i]
		}
	}
	return nil
}

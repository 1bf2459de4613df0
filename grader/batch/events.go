package batch

import (
	"time"

	"netlab/grader/course"
	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/scenario"
)

// A journal is lines of JSON, each of them one of these. The first one says
// what it is; every line ends with a line feed, so that one without it was cut.
const magic = `{"event":"journal","of":"netlab/grader","version":`

// journalVersion changes when a key changes its meaning or goes away.
const journalVersion = 1

// The events of a journal.
const (
	eventRun       = "run"       // a run began
	eventFound     = "found"     // what there is to grade; left out while it stays the same
	eventReference = "reference" // a reference program was graded
	eventResult    = "result"    // a submission was graded
	eventEnd       = "end"       // the run that began last ended
)

// head is what all events have.
type head struct {
	Event   string    `json:"event"`
	Version int       `json:"version,omitempty"` // of the first line
	At      time.Time `json:"at,omitzero"`
}

// runEvent begins a run.
type runEvent struct {
	head
	PID    int    `json:"pid"`
	Folder string `json:"folder"`
	Grader string `json:"grader"`
	Build  string `json:"build"`
}

// foundEvent is what the latest look at the folder found.
type foundEvent struct {
	head
	Submissions []submission    `json:"submissions"`
	Others      []otherFile     `json:"others"`
	People      []course.Person `json:"people,omitempty"`
	Absent      []course.Person `json:"absent,omitempty"`
	// Suites are the hashes of the exercises' scripts, by exercise.
	Suites map[string]string `json:"suites"`
}

// otherFile is an Other. Its note was in English alone once: a reader who knows
// no other key finds that, and a journal of that time is read as it is.
type otherFile struct {
	Path        string        `json:"path"`
	Why         string        `json:"why"`
	Note        string        `json:"note"` // in English
	NoteFR      string        `json:"note_fr,omitempty"`
	Person      course.Person `json:"person,omitzero"`
	Participant string        `json:"participant,omitempty"`
}

func writtenOther(o Other) otherFile {
	return otherFile{Path: o.Path, Why: o.Why, Note: o.Note.EN, NoteFR: o.Note.FR, Person: o.Person, Participant: o.Participant}
}

func (o otherFile) read() Other {
	return Other{Path: o.Path, Why: o.Why, Note: lang.T(o.NoteFR, o.Note), Person: o.Person, Participant: o.Participant}
}

// submission is the latest version of a submission as it was found.
type submission struct {
	Path        string        `json:"path"`
	Base        string        `json:"base"`
	Archive     string        `json:"archive"`
	Key         string        `json:"key"` // of everything that decides its result but for the scripts
	Person      course.Person `json:"person,omitzero"`
	Participant string        `json:"participant,omitempty"`
	Older       []string      `json:"older,omitempty"`
	ValidOlder  string        `json:"valid_older,omitempty"` // one of Older whose name is right where this one's is not
	Late        time.Duration `json:"late,omitempty"`
	Again       []string      `json:"again,omitempty"`
}

// resultEvent is a grading: of a submission, or of the reference program of an
// exercise. Its line ends with the parts of the Result that are left out here:
// see whole.
type resultEvent struct {
	head
	Path    string        `json:"path,omitempty"` // of the submission
	Base    string        `json:"base,omitempty"`
	Archive string        `json:"archive,omitempty"`
	Key     string        `json:"key"`
	Took    time.Duration `json:"took"`
	Used    time.Duration `json:"used"`
	Retried bool          `json:"retried,omitempty"`
	First   string        `json:"first,omitempty"`
	Result  grade.Result  `json:"result"`
}

// whole is the last member of a result's line. Readers who do not need it stop
// at wholeMark, which no string can hold: a quote in one is escaped.
type whole struct {
	Traces []scenario.Trace `json:"traces"`
}

const wholeMark = `,"whole":`

// endEvent ends a run.
type endEvent struct {
	head
	Complete bool `json:"complete"` // it did all that it had to
}

// split parts a Result into what a row holds and the rest.
func split(r grade.Result) (grade.Result, whole) {
	w := whole{Traces: r.Traces}
	r.Traces = nil
	r.Criteria = append([]grade.Criterion(nil), r.Criteria...)
	for i := range r.Criteria {
		r.Criteria[i].Steps = nil
	}
	return r, w
}

// join puts a Result together again. The steps of a criterion are those of the
// traces that score it.
func join(r grade.Result, w whole) grade.Result {
	r.Traces = w.Traces
	r.Criteria = append([]grade.Criterion(nil), r.Criteria...)
	for i := range r.Criteria {
		c := &r.Criteria[i]
		for _, t := range w.Traces {
			for _, s := range t.Steps {
				if s.Criterion == c.ID {
					c.Steps = append(c.Steps, s)
				}
			}
		}
	}
	return r
}

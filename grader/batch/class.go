// Package batch grades a folder of archives: it finds them, however the course
// platform laid them out, runs as many gradings at once as the machine can take
// without changing a mark, and keeps a journal. The journal is the only record:
// a run that was cut goes on from it, and every report is a rendering of the
// Class that it says.
package batch

import (
	"time"

	"netlab/grader/course"
	"netlab/grader/grade"
	"netlab/grader/lang"
)

// Class is what a journal says: everything a report on a class shows.
type Class struct {
	Folder  string    // what was graded, as it was named
	Grader  string    // version of the program that wrote the journal last
	Started time.Time // of the first run
	Ended   time.Time // of the last event
	// Complete says whether the last run came to its end; else some of what was
	// found has not been graded yet, and is in Pending.
	Complete bool
	Pending  []string // paths of archives that were found and have no result
	// Rows has one for each submission: the latest version's last grading,
	// ordered by student, TP, exercise and path.
	Rows []Row
	// Others are the files that are no archives of a submission.
	Others []Other
	// People are the roster's students, in its order; nil without a roster.
	People []course.Person
	// Absent are those of People who handed in nothing at all.
	Absent []course.Person
	// References has, by exercise, the grading of the reference program: what the
	// right answer did in the place of each step. It is whole.
	References map[string]grade.Result
	// Whole gives the whole Result of Rows[i], with its Traces and its criteria's
	// Steps, which the rows leave out so that a class of thousands fits in memory.
	// It reads the journal.
	Whole func(i int) (grade.Result, error)
}

// Row is one submission of a class.
type Row struct {
	// Result is without Traces and without the criteria's Steps: see Class.Whole.
	Result grade.Result
	// Path is where the archive was found: relative to the class's folder, with
	// slashes; what is inside a zip of zips follows a "!".
	Path string
	// Archive is the SHA-256 of the archive, in hexadecimal.
	Archive string
	// Person is who handed it in, as the roster or the platform's folder says;
	// zero when neither does.
	Person course.Person
	// Participant is the platform's number of the submission ("12345" of
	// "NOM Prénom_12345_assignsubmission_file_"), "" without one.
	Participant string
	// Older are the paths of other versions that this one replaces.
	Older []string
	// ValidOlder is the latest of Older whose name is right, where this version
	// was rejected and its name is wrong; "" otherwise.
	ValidOlder string
	// Retried says that a first grading ended in a fault and this is the second,
	// run alone; First is what the first one said.
	Retried bool
	First   string
	// Cached says that the result comes from an earlier run: archive, scripts,
	// grader, interpreter and isolation were the same.
	Cached bool
	// At is when the grading ended, Took how long it took and Used the processor
	// time of the student's programs in it, 0 when unknown.
	At   time.Time
	Took time.Duration
	Used time.Duration
	// Stale says that something that decides the result has changed since (the
	// scripts, the grader, the course's rules) and that it was not graded again.
	Stale bool
	// Late is by how much it came after the deadline, 0 if it did not or nobody
	// can tell.
	Late time.Duration
	// Again is the command that grades it again.
	Again []string
}

// Remark says what a teacher should look at before the rejection of r stands;
// zero when there is nothing.
func (r *Row) Remark() lang.Text {
	if r.ValidOlder == "" {
		return lang.Text{}
	}
	return lang.F("une version plus ancienne valide existe : %s", "a valid older version exists: %s", r.ValidOlder)
}

// Other is a file of the folder that is no archive of a submission.
type Other struct {
	Path string
	Why  string    // a word of the closed list: "kind", "hidden", "unreadable", "nested"
	Note lang.Text // what it looks like, for people
	// Person is who handed it in, as the platform's folder says; zero when it does
	// not say. Who handed in nothing but such files is not among Class.Absent.
	Person      course.Person
	Participant string // see Row.Participant
}

package course

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"netlab/grader/archive"
	"netlab/grader/lang"
)

// Course is what a teacher wrote in course.toml:
//
//	roster = "students.csv"            # relative to the file
//
//	[severity]                         # reject, warn or ignore, by rule or group
//	"name.*"        = "warn"
//	"content.extra" = "warn"
//
//	[[assignment]]                     # what yunes-tp3-ex12.zip is for
//	tp       = 3
//	ex       = 12
//	exercise = "server"
//	deadline = 2025-11-30T23:59:00+01:00
//
//	[[assignment]]                     # a deadline for all exercises of a TP
//	tp       = 4
//	deadline = 2025-12-07T23:59:00+01:00
//
// Everything is optional; a nil Course says nothing.
type Course struct {
	Assignments []Assignment
	Policy      archive.Policy
	Roster      string // path of the roster's CSV, "" for none
}

// Assignment is what is asked under a TP's and an exercise's number.
type Assignment struct {
	TP       int
	Ex       int       // 0 for all of the TP
	Exercise string    // Exercise.ID, or "" when the course does not say
	Deadline time.Time // zero for none
}

// Late returns by how much at is after the deadline, or 0 when it is not, or
// there is none.
func (a Assignment) Late(at time.Time) time.Duration {
	if a.Deadline.IsZero() {
		return 0
	}
	return max(0, at.Sub(a.Deadline))
}

// Assignment returns what the course says of a TP's exercise number, and whether
// it says anything.
func (c *Course) Assignment(tp, ex int) (Assignment, bool) {
	if c == nil || tp < 1 || ex < 1 {
		return Assignment{}, false
	}
	out, ok := Assignment{TP: tp, Ex: ex}, false
	for _, a := range c.Assignments {
		if a.TP == tp && a.Ex == 0 && out.Deadline.IsZero() {
			out.Deadline, ok = a.Deadline, true
		}
		if a.TP == tp && a.Ex == ex {
			ok = true
			out.Exercise = a.Exercise
			if !a.Deadline.IsZero() {
				out.Deadline = a.Deadline
			}
		}
	}
	return out, ok
}

// Check returns an error that names every assignment whose exercise is not among
// exercises.
func (c *Course) Check(exercises []*Exercise) error {
	if c == nil {
		return nil
	}
	var faults []error
	for _, a := range c.Assignments {
		if a.Exercise == "" {
			continue
		}
		if _, err := byID(exercises, a.Exercise); err != nil {
			faults = append(faults, lang.Errorf("cours : tp %d ex %d : %w", "course: tp %d ex %d: %w", a.TP, a.Ex, err))
		}
	}
	return errors.Join(faults...)
}

var errDeadline = lang.Errorf("une échéance a une date, une heure et un décalage horaire, comme 2025-11-30T23:59:00+01:00",
	"a deadline needs a date, a time and an offset, as in 2025-11-30T23:59:00+01:00")

// deadline is a moment as course.toml gives it: with its offset from UTC, or it
// would be another moment on another machine.
type deadline struct{ at time.Time }

// UnmarshalTOML implements toml.Unmarshaler.
func (d *deadline) UnmarshalTOML(value any) error {
	switch v := value.(type) {
	case time.Time:
		// The decoder marks what has no offset by the name of its zone.
		if strings.HasSuffix(v.Location().String(), "-local") {
			return errDeadline
		}
		d.at = v
	case string:
		at, err := time.Parse(time.RFC3339, v)
		if err != nil {
			return errDeadline
		}
		d.at = at
	default:
		return errDeadline
	}
	return nil
}

// ReadCourse reads a course.toml. The error, one line for each fault with its
// line in the file, says everything that is wrong with it.
func ReadCourse(path string) (*Course, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, lang.Errorf("cours : %w", "read course: %w", err)
	}
	c, faults := parseCourse(document{name: path, data: data})
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	if c.Roster != "" && !filepath.IsAbs(c.Roster) {
		c.Roster = filepath.Join(filepath.Dir(path), c.Roster)
	}
	return c, nil
}

func parseCourse(doc document) (*Course, []error) {
	var file struct {
		Roster      string            `toml:"roster"`
		Severity    map[string]string `toml:"severity"`
		Assignments []struct {
			TP       int      `toml:"tp"`
			Ex       int      `toml:"ex"`
			Exercise string   `toml:"exercise"`
			Deadline deadline `toml:"deadline"`
		} `toml:"assignment"`
	}
	faults := doc.decode(&file, map[string][]string{
		"":           {"roster", "severity", "assignment"},
		"severity":   nil, // the names of rules, which are not known here
		"assignment": {"tp", "ex", "exercise", "deadline"},
	})
	if faults != nil {
		return nil, faults
	}
	c := &Course{Roster: file.Roster, Policy: archive.Policy{}}
	for _, rule := range slices.Sorted(maps.Keys(file.Severity)) {
		policy, err := archive.ParsePolicy(map[string]string{rule: file.Severity[rule]})
		if err != nil {
			faults = append(faults, doc.at(doc.line("severity", rule), err))
		}
		maps.Copy(c.Policy, policy)
	}
	lines := doc.tables("assignment")
	for i, a := range file.Assignments {
		line := 0
		if i < len(lines) {
			line = lines[i]
		}
		c.Assignments = append(c.Assignments, Assignment{TP: a.TP, Ex: a.Ex, Exercise: a.Exercise, Deadline: a.Deadline.at})
		faults = append(faults, checkAssignment(c.Assignments, doc, line)...)
	}
	return c, faults
}

// checkAssignment returns what is wrong with the last of the assignments.
func checkAssignment(all []Assignment, doc document, line int) []error {
	var faults []error
	fault := func(fr, en string, args ...any) { faults = append(faults, doc.at(line, lang.Errorf(fr, en, args...))) }
	last := len(all) - 1
	a := all[last]
	if a.TP < 1 || a.Ex < 0 {
		fault("assignment : tp et ex sont des nombres à partir de 1", "assignment: tp and ex are numbers from 1 on")
	}
	if a.Ex == 0 && a.Exercise != "" {
		fault("assignment du tp %d : exercise %q sans ex : ajoutez ex", "assignment of tp %d: exercise %q without ex", a.TP, a.Exercise)
	}
	if a.Exercise == "" && a.Deadline.IsZero() {
		fault("assignment du tp %d ex %d : ni exercise ni deadline : ajoutez l'un des deux", "assignment of tp %d ex %d: neither exercise nor deadline", a.TP, a.Ex)
	}
	for _, other := range all[:last] {
		if other.TP == a.TP && other.Ex == a.Ex {
			fault("assignment du tp %d ex %d : déclaré deux fois", "assignment of tp %d ex %d: declared twice", a.TP, a.Ex)
		}
	}
	return faults
}

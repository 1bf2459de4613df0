package batch

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"netlab/grader/archive"
	"netlab/grader/grade"
)

// ingredients is everything that decides a result, but for the scripts of the
// exercise, whose hash the result itself has. A result is reused while they are
// all the same.
type ingredients struct {
	Archive     string              // SHA-256
	Base        string              // its name is judged too
	Build       string              // the grader's code
	Interpreter string              // and its version
	Isolation   []string            //
	Exercise    string              // that the user asked for
	Assigned    string              // exercise that the course gives to this TP and number
	Seed        uint64              // that the user asked for
	Policy      archive.Policy      // severities
	Roster      bool                // there is one, and
	Named       []archive.Violation // what it says of the name
	Exercises   []exercise          // what there is to choose from
}

type exercise struct {
	ID           string
	Number       int
	Deliverables []string
	Site         bool
}

// keyOf returns the key of what decides the result of f.
func keyOf(d *grade.Desk, build string, f found) string {
	in := ingredients{
		Archive: f.archive, Base: f.base, Build: build,
		Interpreter: d.Grader.Sandbox.Interpreter().String(), Isolation: d.Grader.Sandbox.Isolation(),
		Exercise: d.Exercise, Seed: d.Seed, Roster: d.Roster != nil,
	}
	if d.Course != nil {
		in.Policy = d.Course.Policy
		if a, ok := d.Course.Assignment(f.name.TP, f.name.Ex); ok {
			in.Assigned = a.Exercise
		}
	}
	if d.Roster != nil {
		in.Named = d.Roster.Check(f.name, d.Earlier(f.name))
	}
	for _, s := range d.Suites {
		e := s.Exercise
		in.Exercises = append(in.Exercises, exercise{e.ID, e.Number, e.Deliverables, e.Site})
	}
	return hashOf(in)
}

// referenceKey is keyOf for the reference program of an exercise.
func referenceKey(d *grade.Desk, build string, s *grade.Suite) string {
	return hashOf(struct {
		Build, Scripts string
		Isolation      []string
	}{build, s.Hash, d.Grader.Sandbox.Isolation()})
}

func hashOf(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain values always can be
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

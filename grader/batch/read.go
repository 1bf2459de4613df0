package batch

import (
	"cmp"
	"slices"

	"netlab/grader/grade"
	"netlab/grader/lang"
)

// ReadJournal reads what a journal says, while a run writes it too. Its results
// stay in the file, where Class.Whole reads them: it must not be written over
// as long as the Class is used. A last line that was torn is left out.
func ReadJournal(path string) (*Class, error) {
	x, err := readIndex(path)
	if err != nil {
		return nil, err
	}
	if x.size == 0 {
		return nil, lang.Errorf("journal %s : il est vide : rien n'a encore été corrigé, lancez grader batch", "journal %s: it is empty: nothing was graded yet, run grader batch", path)
	}
	return x.class()
}

func (x *index) class() (*Class, error) {
	c := &Class{
		Folder: x.run.Folder, Grader: x.run.Grader, Started: x.started, Ended: x.ended, Complete: x.complete,
		People: x.found.People, Absent: x.found.Absent,
		References: map[string]grade.Result{},
	}
	for _, o := range x.found.Others {
		c.Others = append(c.Others, o.read())
	}
	for id, rec := range x.refs {
		r, err := x.wholeOf(rec)
		if err != nil {
			return nil, err
		}
		c.References[id] = r
	}
	type placed struct {
		Row
		rec *recorded
	}
	var rows []placed
	for _, s := range x.found.Submissions {
		rec, stale := x.resultOf(s)
		if rec == nil {
			c.Pending = append(c.Pending, s.Path)
			continue
		}
		valid := ""
		if rec.Result.Verdict == grade.Rejected {
			valid = s.ValidOlder
		}
		rows = append(rows, placed{rec: rec, Row: Row{
			Result: rec.Result, Path: s.Path, Archive: s.Archive, Person: s.Person, Participant: s.Participant,
			Older: s.Older, ValidOlder: valid, Retried: rec.Retried, First: rec.First, Cached: rec.at < x.runAt, Stale: stale,
			At: rec.At, Took: rec.Took, Used: rec.Used, Late: s.Late, Again: s.Again,
		}})
	}
	c.Complete = c.Complete && len(c.Pending) == 0
	slices.SortFunc(rows, func(a, b placed) int {
		return cmp.Or(cmp.Compare(a.Result.Student, b.Result.Student), cmp.Compare(a.Result.TP, b.Result.TP),
			cmp.Compare(a.Result.Ex, b.Result.Ex), cmp.Compare(a.Path, b.Path))
	})
	records := make([]*recorded, len(rows))
	for i, r := range rows {
		c.Rows = append(c.Rows, r.Row)
		records[i] = r.rec
	}
	c.Whole = func(i int) (grade.Result, error) { return x.wholeOf(records[i]) }
	return c, nil
}

// resultOf returns the latest result of a submission, or nil, and whether it is
// stale: one that a grading of now may not give.
func (x *index) resultOf(s submission) (rec *recorded, stale bool) {
	if rec := x.results[s.Key]; rec != nil {
		return rec, rec.Result.Environment.Scripts != x.found.Suites[rec.Result.Exercise]
	}
	rec = x.archives[s.Archive+" "+s.Base]
	return rec, rec != nil
}

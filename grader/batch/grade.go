package batch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"time"

	"netlab/grader/archive"
	"netlab/grader/grade"
	"netlab/grader/lang"
)

// grade grades one job and records the result. Its error is the journal's. What
// was given up because ctx is done is not recorded.
func (r *run) grade(ctx context.Context, j job) error {
	began := time.Now()
	var res grade.Result
	if j.reference != nil {
		res = r.Desk.Grader.Grade(ctx, grade.Work{Suite: j.reference, Reference: r.Reference, Seed: r.Desk.Seed})
	} else {
		res = r.submission(ctx, j.submission)
	}
	took := time.Since(began)
	if ctx.Err() != nil {
		return nil
	}
	if j.reference != nil && res.Verdict == grade.Fault {
		return nil // the next run tries again
	}
	e := resultEvent{
		head: head{Event: eventResult, At: now()}, Path: j.Path, Base: j.Base, Archive: j.Archive, Key: j.Key,
		Took: took.Truncate(time.Millisecond), Retried: j.first != "", First: j.first, Result: res,
	}
	if j.reference != nil {
		e.Event = eventReference
	}
	for _, t := range res.Traces {
		e.Used += t.Used
	}
	return r.record(j, e)
}

// submission grades a submission as it was found.
func (r *run) submission(ctx context.Context, s submission) grade.Result {
	f := r.found[s.Path]
	fault := func(err error) grade.Result {
		res := grade.Result{
			Archive: s.Base, Student: f.name.Student, TP: f.name.TP, Ex: f.name.Ex,
			Environment: grade.Environment{Grader: r.Desk.Grader.Version},
		}
		res.Fail(lang.Errorf("ouverture de l'archive %s : %w", "open archive %s: %w", archive.Show(s.Base), err))
		return res
	}
	c, err := f.read()
	if err != nil {
		return fault(err)
	}
	defer c.close()
	steady, err := c.steady(s.Archive)
	if err != nil {
		return fault(err)
	}
	return r.Desk.Read(ctx, s.Base, steady, c.size)
}

// steady returns the content, whose SHA-256 is known, so that it cannot change
// while it is graded. What is larger than an archive may be is left where it
// is: it is rejected, whatever is in it.
func (c content) steady(sum string) (io.ReaderAt, error) {
	if c.size > archive.DefaultLimits().Archive {
		return c, nil
	}
	data := make([]byte, c.size)
	if n, err := c.ReadAt(data, 0); int64(n) < c.size {
		return nil, err
	}
	if now := sha256.Sum256(data); hex.EncodeToString(now[:]) != sum {
		return nil, lang.Errorf("l'archive a changé depuis le début de la correction : relancez-la", "it has changed since the run began: run again")
	}
	return bytes.NewReader(data), nil
}

// record writes a result to the journal and tells of it.
func (r *run) record(j job, e resultEvent) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.broken != nil {
		return r.broken
	}
	if r.broken = r.journal.appendResult(e); r.broken != nil {
		return r.broken
	}
	if j.reference != nil {
		return nil
	}
	r.occurs[e.Result.Exercise] = true
	row, _ := split(e.Result)
	if e.Result.Verdict == grade.Fault && j.first == "" {
		j.first = e.Result.Fault
		r.faults = append(r.faults, j)
		r.told(Event{Kind: Retry, Path: j.Path, Row: row, Took: e.Took})
		return nil
	}
	r.state.Done++
	r.told(Event{Kind: Result, Path: j.Path, Row: row, Took: e.Took})
	return nil
}

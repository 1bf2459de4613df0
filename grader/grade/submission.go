package grade

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"netlab/grader/archive"
	"netlab/grader/course"
	"netlab/grader/lang"
	"netlab/grader/sandbox"
)

// Desk grades archives: it knows the exercises and the course's rules.
type Desk struct {
	Grader *Grader
	Suites []*Suite
	Course *course.Course // may be nil
	Roster *course.Roster // may be nil
	// Exercise is the one that every archive is for, "" to find out.
	Exercise string
	// Seed makes the payloads of every grading; 0 gives each archive one of its own.
	Seed uint64
	// Earlier returns the names that were used in earlier TPs by those who hand
	// in now, in their order; nil when nobody knows. It counts with a roster alone.
	Earlier func(archive.Name) []string
}

// Check does what can be done without running anything: the name, the archive
// and its content. The Result is complete, with every violation, when its
// Verdict is Rejected or Fault; else Suite and sub say how to go on.
func (d *Desk) Check(path string) (res Result, suite *Suite, sub *archive.Submission) {
	return d.check(filepath.Base(path), func() (*archive.Submission, []archive.Violation, error) {
		return archive.Open(path, d.policy(), archive.DefaultLimits())
	})
}

// check is Check for an archive called base that open reads.
func (d *Desk) check(base string, open func() (*archive.Submission, []archive.Violation, error)) (res Result, suite *Suite, sub *archive.Submission) {
	res = Result{Archive: base, Verdict: Rejected, Environment: Environment{Grader: d.Grader.Version}}
	policy := d.policy()
	name, violations := archive.ParseName(base)
	res.Student, res.TP, res.Ex = name.Student, name.TP, name.Ex
	if d.Roster != nil {
		var earlier []string
		if d.Earlier != nil {
			earlier = d.Earlier(name)
		}
		violations = append(violations, d.Roster.Check(name, earlier)...)
	}
	res.Violations = policy.Apply(violations)

	sub, violations, err := open()
	if err != nil {
		res.Fail(err)
		return res, nil, nil
	}
	res.Violations = append(res.Violations, violations...)
	exercises := make([]*course.Exercise, len(d.Suites))
	for i, s := range d.Suites {
		exercises[i] = s.Exercise
	}
	ex, violations, err := course.Find(exercises, course.Choice{ID: d.Exercise, Name: name, Course: d.Course, Files: sub.Names()})
	if err != nil {
		res.Fail(err)
		return res, nil, nil
	}
	if sub.Listed() {
		res.Violations = append(res.Violations, violations...)
	}
	if ex != nil {
		for _, s := range d.Suites {
			if s.Exercise == ex {
				suite = s
			}
		}
		res.Exercise, res.Title, res.Max = ex.ID, ex.Title, ex.Max()
		res.Environment.Scripts = suite.Hash
		if sub.Listed() {
			res.Violations = append(res.Violations, sub.CheckContent(ex.Deliverables, ex.Site, policy)...)
		}
	}
	if archive.Rejected(res.Violations) || suite == nil {
		if res.Max == 0 {
			res.Max = fullMarks
		}
		return res, nil, sub
	}
	res.Verdict = Graded
	return res, suite, sub
}

// fullMarks is what a rejected archive that cannot be told an exercise misses:
// every exercise of the sheet is marked out of 20.
const fullMarks = 20

func (d *Desk) policy() archive.Policy {
	if d.Course == nil {
		return nil
	}
	return d.Course.Policy
}

// Archive grades one archive, whatever is in it. What is wrong with the
// archive is in the Result; so is a fault of the harness.
func (d *Desk) Archive(ctx context.Context, path string) Result {
	return d.run(ctx, func() (Result, *Suite, *archive.Submission) { return d.Check(path) })
}

// Read is Archive for an archive of size bytes called base that r gives.
func (d *Desk) Read(ctx context.Context, base string, r io.ReaderAt, size int64) Result {
	return d.run(ctx, func() (Result, *Suite, *archive.Submission) {
		return d.check(base, func() (*archive.Submission, []archive.Violation, error) {
			sub, violations, err := archive.Read(r, size, d.policy(), archive.DefaultLimits())
			if err != nil {
				err = lang.Errorf("ouverture de l'archive %s : %w", "open archive %s: %w", archive.Show(base), err)
			}
			return sub, violations, err
		})
	})
}

// run grades what check found right.
func (d *Desk) run(ctx context.Context, check func() (Result, *Suite, *archive.Submission)) Result {
	res, suite, sub := check()
	if res.Verdict != Graded {
		return res
	}
	files, err := d.unpack(sub)
	if err != nil {
		res.Verdict, res.Fault = Fault, err.Error()
		return res
	}
	graded := d.Grader.Grade(ctx, Work{Suite: suite, Files: files, Seed: d.seed(sub)})
	graded.Archive, graded.Student, graded.TP, graded.Ex, graded.Violations = res.Archive, res.Student, res.TP, res.Ex, res.Violations
	return graded
}

// seed is the seed of an archive's payloads: nobody can foresee it from
// outside of the archive, and the same archive has the same one each time, so that
// a mark never changes.
func (d *Desk) seed(sub *archive.Submission) uint64 {
	if d.Seed != 0 {
		return d.Seed
	}
	h := fnv.New64a()
	h.Write([]byte(sub.SHA256))
	return h.Sum64()
}

// unpack writes a submission into a folder of its own, through an os.Root, and
// reads back what is there: what programs get is what was unpacked. The folder
// is gone when it returns.
func (d *Desk) unpack(sub *archive.Submission) (files []sandbox.File, err error) {
	dir, err := os.MkdirTemp(d.Grader.Workdir, "unpacked-")
	if err != nil {
		return nil, err
	}
	defer func() {
		if rerr := os.RemoveAll(dir); err == nil {
			err = rerr
		}
	}()
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	if err := sub.Unpack(root); err != nil {
		return nil, err
	}
	err = fs.WalkDir(root.FS(), ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		f, err := root.Open(filepath.FromSlash(p))
		if err != nil {
			return err
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return err
		}
		data, err := io.ReadAll(f)
		if err != nil {
			return err
		}
		// A deliverable is run by its interpreter, or as a command if its first
		// line says so: archives made on Windows carry no permission.
		files = append(files, sandbox.File{Path: p, Data: data, Executable: info.Mode()&0o100 != 0 || filepath.Ext(p) == ".py"})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	return files, nil
}

package grade

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"netlab/grader/course"
	"netlab/grader/scenario"
)

// Suite is one exercise with its compiled scenarios.
type Suite struct {
	Exercise *course.Exercise
	Scripts  []*scenario.Script
	Hash     string // "sha256:…" of everything that decides a mark
}

// LoadSuite compiles the scenarios of an exercise, which stand beside its
// exercise.toml in fsys. Every criterion must be tested by some scenario.
func LoadSuite(fsys fs.FS, ex *course.Exercise) (*Suite, error) {
	s := &Suite{Exercise: ex}
	var ids []string
	for _, c := range ex.Criteria {
		ids = append(ids, c.ID)
	}
	names, err := fs.Glob(fsys, ex.ID+"/*.txtar")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var errs []error
	tested := map[string]bool{}
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		script, err := scenario.Compile(strings.TrimSuffix(path.Base(name), ".txtar"), data, ids, func(f string) ([]byte, error) {
			return fs.ReadFile(fsys, path.Join(ex.ID, f))
		})
		if err != nil {
			errs = append(errs, err)
			continue
		}
		for _, id := range script.Criteria {
			tested[id] = true
		}
		s.Scripts = append(s.Scripts, script)
	}
	if errs == nil { // else it may be tested where the fault is
		for _, id := range ids {
			if !tested[id] {
				errs = append(errs, fmt.Errorf("criterion %q is tested by no scenario", id))
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("exercise %s: %w", ex.ID, err)
	}
	s.Hash, err = hash(fsys, ex.ID)
	return s, err
}

// hash sums the names and contents of an exercise's files, its labelled
// programs aside.
func hash(fsys fs.FS, dir string) (string, error) {
	h := sha256.New()
	err := fs.WalkDir(fsys, dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := path.Base(p); base == "accepted" || base == "faulty" {
				return fs.SkipDir
			}
			return nil
		}
		data, err := fs.ReadFile(fsys, p)
		if err != nil {
			return err
		}
		fmt.Fprintf(h, "%s %d\n", p, len(data))
		h.Write(data)
		return nil
	})
	if err != nil {
		return "", err
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), nil
}

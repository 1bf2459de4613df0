package batch_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"netlab/grader/batch"
	"netlab/grader/course"
	"netlab/grader/grade"
	"netlab/grader/proof"
	"netlab/grader/sandbox"
	"netlab/grader/sandbox/sandboxtest"
	"netlab/scripts"
)

// repository is where the labelled programs are.
const repository = "../../scripts"

// openDesk opens what grades, or skips the test where there is no isolation.
func openDesk(tb testing.TB) *grade.Desk {
	tb.Helper()
	sb := sandboxtest.Open(tb)
	return &grade.Desk{Grader: &grade.Grader{Sandbox: sb, Workdir: tb.TempDir(), Parallel: 1, Version: "test"}, Suites: suites(tb)}
}

func suites(tb testing.TB) []*grade.Suite {
	tb.Helper()
	exercises, err := course.Load(scripts.FS)
	if err != nil {
		tb.Fatal(err)
	}
	var out []*grade.Suite
	for _, ex := range exercises {
		s, err := grade.LoadSuite(scripts.FS, ex)
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

// labelled returns the labelled programs of an exercise, by name.
func labelled(tb testing.TB, exercise string) (map[string]proof.Program, int) {
	tb.Helper()
	for _, s := range suites(tb) {
		if s.Exercise.ID != exercise {
			continue
		}
		programs, err := proof.Load(os.DirFS(repository), s.Exercise)
		if err != nil {
			tb.Fatal(err)
		}
		out := map[string]proof.Program{}
		for _, p := range programs {
			out[p.Name] = p
		}
		return out, s.Exercise.Number
	}
	tb.Fatalf("no exercise %s", exercise)
	return nil, 0
}

// pack makes the archive of files, with a comment that tells it from any other.
func pack(tb testing.TB, comment string, files ...sandbox.File) []byte {
	tb.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, f := range files {
		e, err := w.Create(f.Path)
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := e.Write(f.Data); err != nil {
			tb.Fatal(err)
		}
	}
	if err := errors.Join(w.SetComment(comment), w.Close()); err != nil {
		tb.Fatal(err)
	}
	return buf.Bytes()
}

// write writes files below a folder, by path.
func write(tb testing.TB, dir string, files map[string][]byte) {
	tb.Helper()
	for path, data := range files {
		path = filepath.Join(dir, filepath.FromSlash(path))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, data, 0o644)); err != nil {
			tb.Fatal(err)
		}
	}
}

// small is a class of three that run and two that are rejected.
func small(tb testing.TB) map[string][]byte {
	tb.Helper()
	programs, number := labelled(tb, "client")
	reference, err := os.ReadFile("../../submissions/src/curie-tp3-ex2/client.py")
	if err != nil {
		tb.Fatal(err)
	}
	name := func(student string) string { return fmt.Sprintf("%s-tp3-ex%d.zip", student, number) }
	class := map[string][]byte{
		name("curie"):        pack(tb, "", sandbox.File{Path: "client.py", Data: reference}),
		name("hopper"):       pack(tb, "", sandbox.File{Path: "client.py", Data: []byte("print('bonjour')\n")}),
		"Ada-TP3-ex2.zip":    pack(tb, "", sandbox.File{Path: "client.py", Data: reference}),
		"turing-tp3-ex2.zip": []byte("nothing of the kind"),
	}
	for _, p := range programs {
		if len(p.Loses) > 0 {
			continue
		}
		class[name("lovelace")] = pack(tb, "", p.Files...)
		break
	}
	return class
}

// referenceArgs is how this executable is the reference program of client.py.
func referenceArgs(file string) []string {
	if file != "client.py" {
		return nil
	}
	return []string{"grader", "reference", "client"}
}

// plan is a run of desk on folder.
func plan(desk *grade.Desk, folder string) batch.Plan {
	return batch.Plan{
		Desk: desk, Folder: folder, Journal: filepath.Join(folder, "grader.journal"), Build: "test",
		Again: func(path string, _ bool) []string { return []string{"grader", "check", path} },
	}
}

// mark is what must never change of a submission.
type mark struct {
	Path     string
	Verdict  grade.Verdict
	Score    int
	Statuses string
}

func markOf(path string, r grade.Result) mark {
	m := mark{Path: path, Verdict: r.Verdict, Score: r.Score}
	for _, c := range r.Criteria {
		m.Statuses += c.ID + "=" + string(c.Status) + " "
	}
	for _, v := range r.Violations {
		m.Statuses += v.Rule + " "
	}
	return m
}

// gradebook is what a class says of its submissions.
func gradebook(c *batch.Class) []mark {
	var out []mark
	for _, row := range c.Rows {
		out = append(out, markOf(row.Path, row.Result))
	}
	return out
}

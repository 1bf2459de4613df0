package html

import (
	"context"
	"fmt"
	"os"
	"path"
	"runtime"
	"testing"
	"time"

	"netlab/grader/archive"
	"netlab/grader/batch"
	"netlab/grader/course"
	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/proof"
	"netlab/grader/sandbox"
	"netlab/grader/sandbox/sandboxtest"
	"netlab/reference"
)

func TestMain(m *testing.M) {
	sandbox.Main()              // this process may be the sandbox's keeper
	if os.Args[0] == "grader" { // a reference program is this executable again
		status, err := reference.Run(context.Background(), os.Args[2], os.Args[3:], os.Stdin, os.Stdout, os.Stderr)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			status = 2
		}
		os.Exit(status)
	}
	os.Exit(m.Run())
}

// handedIn are labelled programs and who is said to have written them.
var handedIn = []struct {
	exercise      string
	family, given string
	program       string
}{
	{"server", "Curie", "Marie", "accepted/asyncio-streams"},
	{"server", "de Gaulle", "Charles", "faulty/never-quits"},
	{"server", "Yunès", "Jean-Baptiste", "faulty/socket-not-imported"},
	{"client", "Curie", "Marie", "faulty/name-prefix"},
	{"echo", "Curie", "Marie", "faulty/client-always-identical"},
	{"sioux", "Curie", "Marie", "faulty/jpeg-as-text-dies"},
}

// realClass grades labelled programs in the sandbox and makes a class of them.
func realClass(t *testing.T) *batch.Class {
	t.Helper()
	if testing.Short() {
		t.Skip("grades programs in the sandbox")
	}
	sb := sandboxtest.Open(t)
	g := &grade.Grader{Sandbox: sb, Workdir: t.TempDir(), Parallel: runtime.NumCPU(), Version: "1.1.0"}
	folder := os.DirFS("../../../scripts")
	exercises, err := course.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	var rows []grade.Result
	var people []course.Person
	references := map[string]grade.Result{}
	for _, ex := range exercises {
		suite, err := grade.LoadSuite(folder, ex)
		if err != nil {
			t.Fatal(err)
		}
		programs, err := proof.Load(folder, ex)
		if err != nil {
			t.Fatal(err)
		}
		references[ex.ID] = g.Grade(t.Context(), grade.Work{Suite: suite, Reference: referenceArgs, Seed: 7})
		for i, h := range handedIn {
			if h.exercise != ex.ID {
				continue
			}
			var p *proof.Program
			for j := range programs {
				if n := programs[j].Name; n == h.program {
					p = &programs[j]
				}
			}
			if p == nil {
				t.Fatalf("no labelled program %s of %s", h.program, ex.ID)
			}
			r := g.Grade(t.Context(), grade.Work{Suite: suite, Files: p.Files, Seed: uint64(i + 1)})
			r.Student, r.TP, r.Ex = archive.Normalize(h.family), 3, ex.Number
			r.Archive = fmt.Sprintf("%s-tp3-ex%d.zip", r.Student, ex.Number)
			rows = append(rows, r)
			people = append(people, course.Person{Family: h.family, Given: h.given})
		}
	}
	c := classOf("rendus/tp3", rows, references)
	for i := range c.Rows {
		if i < len(people) {
			c.Rows[i].Person = people[i]
		}
	}
	return c
}

// TestRealClass makes a site of what the grader really says of programs.
func TestRealClass(t *testing.T) {
	class := realClass(t)
	site := readSite(t, writeSite(t, class, lang.FR))
	for name, text := range site {
		if path.Ext(name) == ".html" {
			checkStructure(t, site, name, text, lang.FR)
		}
	}
	s, err := newSite(class, Options{Lang: lang.FR})
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for i := range class.Rows {
		whole, err := class.Whole(i)
		if err != nil {
			t.Fatal(err)
		}
		p := s.submissionPage(i, &whole)
		for _, l := range p.Losses {
			if l.SameAs != "" || l.Like != "" {
				continue
			}
			compared++
			if l.Here == nil || l.There == nil || len(l.Seen) == 0 || len(l.Steps) == 0 {
				t.Errorf("%s, %s: not explained beside the reference program: %+v", whole.Exercise, l.IDs, l)
			}
		}
		if whole.Verdict == grade.Graded && (len(p.Scenarios) != len(whole.Traces) || p.ScenariosOmitted != "") {
			t.Errorf("%s: %d of %d scenarios are shown", p.Archive, len(p.Scenarios), len(whole.Traces))
		}
	}
	if compared < 5 {
		t.Errorf("only %d losses were compared", compared)
	}
}

// referenceArgs is how this executable is the reference program for a file.
func referenceArgs(file string) []string {
	name := map[string][]string{
		"server.py": {"server"}, "client.py": {"client"}, "server_echo.py": {"echo", "server"},
		"client_echo.py": {"echo", "client"}, "sioux.py": {"sioux"},
	}[file]
	return append([]string{"grader", "reference"}, name...)
}

// classOf makes a class of whole results.
func classOf(folder string, whole []grade.Result, references map[string]grade.Result) *batch.Class {
	began := time.Date(2026, time.March, 14, 18, 30, 0, 0, time.UTC)
	c := &batch.Class{
		Folder: folder, Grader: "1.1.0", Started: began, Ended: began.Add(4 * time.Minute), Complete: true,
		References: references,
		Whole:      func(i int) (grade.Result, error) { return whole[i], nil },
	}
	for i := range whole {
		r := whole[i]
		r.Traces = nil
		r.Criteria = append([]grade.Criterion{}, r.Criteria...)
		for j := range r.Criteria {
			r.Criteria[j].Steps = nil
		}
		c.Rows = append(c.Rows, batch.Row{
			Result: r, Path: r.Archive, Archive: fmt.Sprintf("%064x", i+1),
			At: began.Add(time.Duration(i) * time.Second), Took: 1500 * time.Millisecond,
			Again: []string{"grader", "check", folder + "/" + r.Archive},
		})
	}
	return c
}

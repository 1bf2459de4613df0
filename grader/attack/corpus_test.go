package attack

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"netlab/grader/course"
	"netlab/grader/grade"
	"netlab/grader/sandbox"
	"netlab/scripts"
)

// corpus is the folder of the attacks.
const corpus = "../../testdata/attacks"

// helper is the module that is laid beside the programs that run by themselves.
const helper = "attack.py"

// outcome is what must come of an attack.
type outcome string

const (
	held      outcome = "held"
	contained outcome = "contained"
	loses     outcome = "loses"
	atMost    outcome = "scores at most"
	fullMarks outcome = "full marks"
)

// attack is one hostile submission.
type attack struct {
	name      string
	attempts  string
	contained string
	exercise  string // "" for a program that is run by itself
	expect    outcome
	criteria  []string // that it loses
	points    int      // that it may have at most
	files     []sandbox.File
}

// parse reads one attack.
func parse(name string, data []byte) (attack, error) {
	a := attack{name: name}
	ar := txtar.Parse(data)
	for line := range strings.Lines(string(ar.Comment)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		value = strings.TrimSpace(value)
		switch key {
		case "attempts":
			a.attempts = value
		case "contained":
			a.contained = value
		case "grade":
			a.exercise = value
		case "expect":
			if err := a.expects(value); err != nil {
				return a, err
			}
		default:
			return a, fmt.Errorf("unknown header %q", key)
		}
	}
	for _, f := range ar.Files {
		a.files = append(a.files, sandbox.File{Path: f.Name, Data: f.Data, Executable: true})
	}
	switch graded := a.expect == loses || a.expect == atMost || a.expect == fullMarks; {
	case a.attempts == "" || a.contained == "" || a.expect == "":
		return a, fmt.Errorf("attempts, contained and expect must be there")
	case graded != (a.exercise != ""):
		return a, fmt.Errorf("%q goes with a program that is graded, and no other", a.expect)
	case !graded && !a.has("program.py"):
		return a, fmt.Errorf("no program.py")
	}
	return a, nil
}

// expects reads the words after "expect:".
func (a *attack) expects(value string) error {
	switch {
	case value == string(held), value == string(contained), value == string(fullMarks):
		a.expect = outcome(value)
	case strings.HasPrefix(value, string(loses)+" "):
		a.expect, a.criteria = loses, strings.Fields(value)[1:]
	case strings.HasPrefix(value, string(atMost)+" "):
		n, err := strconv.Atoi(strings.TrimPrefix(value, string(atMost)+" "))
		if err != nil {
			return err
		}
		a.expect, a.points = atMost, n
	default:
		return fmt.Errorf("expect: %q is none of the outcomes", value)
	}
	return nil
}

func (a *attack) has(path string) bool {
	return slices.ContainsFunc(a.files, func(f sandbox.File) bool { return f.Path == path })
}

// attacks reads the corpus.
func attacks(t *testing.T) []attack {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(corpus, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	shared, err := os.ReadFile(filepath.Join(corpus, helper))
	if err != nil {
		t.Fatal(err)
	}
	var all []attack
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		a, err := parse(strings.TrimSuffix(filepath.Base(name), ".txtar"), data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if a.exercise == "" {
			a.files = append(a.files, sandbox.File{Path: helper, Data: shared})
		}
		all = append(all, a)
	}
	return all
}

// suites are those of the sheet, by exercise.
func suites(t *testing.T) map[string]*grade.Suite {
	t.Helper()
	exercises, err := course.Load(scripts.FS)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*grade.Suite{}
	for _, ex := range exercises {
		if out[ex.ID], err = grade.LoadSuite(scripts.FS, ex); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestCorpus checks that every attack says what it is, in the words that the
// README defines, and that there are attacks of every kind.
func TestCorpus(t *testing.T) {
	kinds := map[string]int{}
	all, suites := attacks(t), suites(t)
	for _, a := range all {
		kind, _, _ := strings.Cut(a.name, "-")
		kinds[kind]++
		if a.exercise == "" {
			continue
		}
		s := suites[a.exercise]
		if s == nil {
			t.Errorf("%s: no exercise %q", a.name, a.exercise)
			continue
		}
		for _, d := range s.Exercise.Deliverables {
			if !a.has(d) {
				t.Errorf("%s: no %s", a.name, d)
			}
		}
		for _, id := range a.criteria {
			if c := s.Exercise.Criterion(id); c == nil || c.Advice {
				t.Errorf("%s: %q is no scored criterion of %s", a.name, id, a.exercise)
			}
		}
	}
	for _, kind := range []string{"processes", "memory", "files", "kernel", "proc", "network", "flood", "escape", "cheat"} {
		if kinds[kind] < 5 {
			t.Errorf("%d attacks of the kind %s", kinds[kind], kind)
		}
	}
	if len(all) < 60 {
		t.Errorf("only %d attacks", len(all))
	}
}

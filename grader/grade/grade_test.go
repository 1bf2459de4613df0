package grade_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"netlab/grader/archive"
	"netlab/grader/archive/archivetest"
	"netlab/grader/course"
	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/sandbox"
	"netlab/grader/sandbox/sandboxtest"
	"netlab/grader/scenario"
	"netlab/scripts"
)

// exerciseFile declares two criteria, out of 20.
const exerciseFile = `number = 1
title = { fr = "t", en = "t" }
deliverables = ["server.py"]
[[criterion]]
id = "listen"
points = 15
asks = { fr = "a", en = "a" }
hint = { fr = "h", en = "h" }
[[criterion]]
id = "print"
points = 5
asks = { fr = "a", en = "a" }
hint = { fr = "h", en = "h" }
`

func file(data string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(data)} }

// exercise is a folder of one exercise whose two criteria are tested.
func exercise() fstest.MapFS {
	return fstest.MapFS{
		"server/exercise.toml":  file(exerciseFile),
		"server/a.txtar":        file("word m\ncriterion listen\nstart s server.py\nlistening s\nconnect c s\nsend c @site/page.html\nsend c {m}\n"),
		"server/b.txtar":        file("criterion print\nstart s server.py\nprinted s x\n"),
		"server/site/page.html": file("<p>"),
	}
}

func load(t *testing.T, fsys fstest.MapFS) (*grade.Suite, error) {
	t.Helper()
	exercises, err := course.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return grade.LoadSuite(fsys, exercises[0])
}

func TestLoadSuite(t *testing.T) {
	s, err := load(t, exercise())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, script := range s.Scripts {
		names = append(names, script.Name+" tests "+strings.Join(script.Criteria, " "))
	}
	if diff := cmp.Diff([]string{"a tests listen", "b tests print"}, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLoadSuiteErrors(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(fstest.MapFS)
		want   string
	}{
		{
			"a criterion that no scenario tests", func(f fstest.MapFS) { delete(f, "server/b.txtar") },
			`exercise server: criterion "print" is tested by no scenario`,
		},
		{
			"no scenario", func(f fstest.MapFS) { delete(f, "server/a.txtar"); delete(f, "server/b.txtar") },
			"exercise server: criterion \"listen\" is tested by no scenario\ncriterion \"print\" is tested by no scenario",
		},
		{
			"faults in two scenarios", func(f fstest.MapFS) {
				f["server/a.txtar"] = file("criterion lisen\n")
				f["server/b.txtar"] = file("criterion print\n\nprintd s x\n")
			},
			"exercise server: a:1: criterion: undeclared criterion \"lisen\" (did you mean \"listen\"?) (usage: criterion ID)\nb:3: unknown verb \"printd\" (did you mean \"printed\"?)",
		},
		{
			"a fixture that is not there", func(f fstest.MapFS) { delete(f, "server/site/page.html") },
			`exercise server: a:6: send: no file "site/page.html": open server/site/page.html: file does not exist (usage: send CONN DATA)`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fsys := exercise()
			tt.change(fsys)
			s, err := load(t, fsys)
			if err == nil || s != nil {
				t.Fatalf("it loads: %+v", s)
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestHashIsOfWhatDecidesAMark: the labelled programs may change, nothing else
// may without changing the hash.
func TestHashIsOfWhatDecidesAMark(t *testing.T) {
	hash := func(change func(fstest.MapFS)) string {
		fsys := exercise()
		change(fsys)
		s, err := load(t, fsys)
		if err != nil {
			t.Fatal(err)
		}
		return s.Hash
	}
	base := hash(func(fstest.MapFS) {})
	if !strings.HasPrefix(base, "sha256:") || len(base) != len("sha256:")+64 {
		t.Errorf("hash %q", base)
	}
	for name, change := range map[string]func(fstest.MapFS){
		"another labelled program": func(f fstest.MapFS) { f["server/accepted/x.txtar"] = file("x") },
		"another faulty program":   func(f fstest.MapFS) { f["server/faulty/x.txtar"] = file("x") },
		"another exercise":         func(f fstest.MapFS) { f["other/x.txtar"] = file("x") },
	} {
		if hash(change) != base {
			t.Errorf("%s changes the hash", name)
		}
	}
	for name, change := range map[string]func(fstest.MapFS){
		"a comment in a scenario": func(f fstest.MapFS) { f["server/a.txtar"].Data = append(f["server/a.txtar"].Data, "# x\n"...) },
		"another fixture":         func(f fstest.MapFS) { f["server/site/page.html"] = file("<q>") },
		"another hint":            func(f fstest.MapFS) { f["server/exercise.toml"] = file(strings.Replace(exerciseFile, `"h"`, `"i"`, 1)) },
		"a file's name":           func(f fstest.MapFS) { f["server/c.txtar"] = f["server/b.txtar"]; delete(f, "server/b.txtar") },
	} {
		if hash(change) == base {
			t.Errorf("%s does not change the hash", name)
		}
	}
}

// grader opens a sandbox for the test, or skips it where there is none.
func grader(t *testing.T) *grade.Grader {
	t.Helper()
	sb := sandboxtest.Open(t)
	return &grade.Grader{Sandbox: sb, Workdir: t.TempDir(), Parallel: 2, Version: "test"}
}

// suites are those of the sheet.
func suites(t *testing.T) []*grade.Suite {
	t.Helper()
	exercises, err := course.Load(scripts.FS)
	if err != nil {
		t.Fatal(err)
	}
	var out []*grade.Suite
	for _, ex := range exercises {
		s, err := grade.LoadSuite(scripts.FS, ex)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

func source(t *testing.T, name string) []sandbox.File {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../submissions/src", name))
	if err != nil {
		t.Fatal(err)
	}
	return []sandbox.File{{Path: filepath.Base(name), Data: data}}
}

// TestGradeTwice grades a right server twice with one seed: full marks, and the
// two results differ in nothing but what the machine chose.
func TestGradeTwice(t *testing.T) {
	g, server := grader(t), suites(t)[0]
	work := grade.Work{Suite: server, Files: source(t, "yunes-tp3-ex12/server.py"), Seed: 0x1234}
	first := g.Grade(t.Context(), work)
	if first.Verdict != grade.Graded || first.Score != 20 || first.Max != 20 || first.Fault != "" {
		t.Errorf("%s %d/%d %s", first.Verdict, first.Score, first.Max, first.Fault)
	}
	for _, c := range first.Criteria {
		if !c.Advice && c.Status != grade.Passed {
			t.Errorf("%s is %s: %s", c.ID, c.Status, c.Message.EN)
		}
		if len(c.Steps) == 0 || c.Asks.Empty() || c.Hint.Empty() {
			t.Errorf("%s lacks something: %+v", c.ID, c)
		}
	}
	wantEnv := grade.Environment{
		Grader: "test", Scripts: server.Hash, Interpreter: g.Sandbox.Interpreter().String(), Isolation: g.Sandbox.Isolation(), Seed: "1234",
	}
	if diff := cmp.Diff(wantEnv, first.Environment); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}

	g.Parallel = 1
	second := g.Grade(t.Context(), work)
	// Only when things happened, how a wait found out that nothing comes, and
	// the ports that the system chose may differ.
	same := cmp.Options{
		cmpopts.IgnoreFields(scenario.Trace{}, "Timeline", "Used"),
		cmpopts.IgnoreFields(scenario.Step{}, "Wait"),
		cmp.Comparer(func(a, b lang.Text) bool {
			return port.ReplaceAllString(a.FR+a.EN, "#") == port.ReplaceAllString(b.FR+b.EN, "#")
		}),
	}
	if diff := cmp.Diff(first, second, same); diff != "" {
		t.Errorf("(-first +second):\n%s", diff)
	}
	if diff := cmp.Diff(sent(first), sent(second)); diff != "" {
		t.Errorf("what was sent (-first +second):\n%s", diff)
	}
	work.Seed++
	work.ScoredOnly = true
	if third := g.Grade(t.Context(), work); third.Score != 20 || cmp.Equal(sent(first), sent(third)) {
		t.Errorf("another seed: %d/20, the same was sent: %v", third.Score, cmp.Equal(sent(first), sent(third)))
	}
}

// port is a port that a system chooses.
var port = regexp.MustCompile(`\b[1-9][0-9]{4}\b`)

// sent is what the grader sent on each connection, in order. What a program
// does between two sends tells whether they are one event or two.
func sent(res grade.Result) map[string]string {
	out := map[string]string{}
	for _, tr := range res.Traces {
		for _, e := range tr.Timeline {
			if e.Kind == scenario.KindSend {
				out[tr.Scenario+" "+e.Conn] += string(e.Data)
			}
		}
	}
	return out
}

// status shows a result's criteria.
func status(res grade.Result) string {
	var b strings.Builder
	for _, c := range res.Criteria {
		if !c.Advice {
			fmt.Fprintf(&b, "%s %s %d/%d\n", c.ID, c.Status, c.Points, c.Max)
		}
	}
	return b.String()
}

func TestGradeFaultyProgram(t *testing.T) {
	res := grader(t).Grade(t.Context(), grade.Work{Suite: suites(t)[0], Files: source(t, "degaulle-tp3-ex1/server.py"), ScoredOnly: true})
	want := "listen passed 3/3\nprint passed 4/4\npeer failed 0/3\nclose passed 3/3\nagain passed 3/3\nquit failed 0/3\nkeep passed 1/1\n"
	if diff := cmp.Diff(want, status(res)); diff != "" || res.Verdict != grade.Graded || res.Score != 14 {
		t.Errorf("%s %d (-want +got):\n%s", res.Verdict, res.Score, diff)
	}
	for _, c := range res.Criteria {
		if c.Status == grade.Failed && !strings.Contains(c.Message.EN, "server.py:12") && c.ID == "quit" {
			t.Errorf("the message of %s does not say where the program stood: %s", c.ID, c.Message.EN)
		}
		for _, s := range c.Steps {
			if s.Criterion != c.ID {
				t.Errorf("%s has a step of %s", c.ID, s.Criterion)
			}
		}
	}
}

// TestFaultIsNoMark: whatever was seen before, a run that the harness could not
// finish gives no point and blames nobody.
func TestFaultIsNoMark(t *testing.T) {
	g, server := grader(t), suites(t)[0]
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		name string
		ctx  context.Context
		dir  string
		want string // in the fault
	}{
		{"cancelled", cancelled, g.Workdir, "context canceled"},
		{"no folder for the harness", t.Context(), filepath.Join(g.Workdir, "gone"), "no such file or directory"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			broken := *g
			broken.Workdir = tt.dir
			res := broken.Grade(tt.ctx, grade.Work{Suite: server, Files: source(t, "yunes-tp3-ex12/server.py")})
			if res.Verdict != grade.Fault || res.Score != 0 || res.Max != 20 || !strings.Contains(res.Fault, tt.want) {
				t.Errorf("%s %d/%d %q", res.Verdict, res.Score, res.Max, res.Fault)
			}
			if len(res.Criteria) != len(server.Exercise.Criteria) {
				t.Errorf("%d criteria of %d", len(res.Criteria), len(server.Exercise.Criteria))
			}
			for _, c := range res.Criteria {
				if c.Status != grade.Untested || c.Points != 0 || !c.Message.Empty() {
					t.Errorf("%s is %s, %d points: %s", c.ID, c.Status, c.Points, c.Message.EN)
				}
			}
		})
	}
	t.Run("of an archive", func(t *testing.T) {
		broken := *g
		broken.Workdir = filepath.Join(g.Workdir, "gone")
		desk := grade.Desk{Grader: &broken, Suites: []*grade.Suite{server}}
		res := desk.Archive(t.Context(), zip(t, "yunes-tp3-ex1.zip", archivetest.File("server.py", "x")))
		if res.Verdict != grade.Fault || res.Score != 0 || res.Fault == "" || res.Criteria != nil {
			t.Errorf("%s %d %q %v", res.Verdict, res.Score, res.Fault, res.Criteria)
		}
	})
}

// zip writes an archive and returns its path.
func zip(t *testing.T, name string, entries ...archivetest.Entry) string {
	t.Helper()
	return write(t, name, archivetest.Zip{Entries: entries}.Bytes())
}

func write(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// checked is what is looked at in a result of Desk.Check.
type checked struct {
	Student    string
	TP, Ex     int
	Exercise   string
	Verdict    grade.Verdict
	Score, Max int
	Violations []string // rule and severity
	Fault      bool
}

func TestDeskCheck(t *testing.T) {
	all := suites(t)
	server := archivetest.File("server.py", "print(1)")
	for _, tt := range []struct {
		name string
		desk grade.Desk
		path string
		want checked
	}{
		{
			name: "a right archive", path: zip(t, "yunes-tp3-ex1.zip", server),
			want: checked{Student: "yunes", TP: 3, Ex: 1, Exercise: "server", Verdict: grade.Graded, Max: 20},
		},
		{
			name: "told by its content", path: zip(t, "yunes-tp3-ex12.zip", server),
			want: checked{Student: "yunes", TP: 3, Ex: 12, Exercise: "server", Verdict: grade.Graded, Max: 20},
		},
		{
			name: "remarks alone", path: zip(t, "yunes-tp3-ex1.zip", server, archivetest.File("__MACOSX/._server.py", "x"), archivetest.File(".DS_Store", "x")),
			want: checked{Student: "yunes", TP: 3, Ex: 1, Exercise: "server", Verdict: grade.Graded, Max: 20, Violations: []string{"content.system warn"}},
		},
		{
			name: "the name and the content, at once", path: zip(t, "Yunès-tp3-ex1.zip", archivetest.File("Serveur.py", "x"), archivetest.File("rapport.pdf", "%PDF")),
			want: checked{
				Student: "yunes", TP: 3, Ex: 1, Exercise: "server", Verdict: grade.Rejected, Max: 20,
				Violations: []string{"name.case reject", "name.accent reject", "content.missing reject", "content.extra reject"},
			},
		},
		{
			name: "no archive", path: write(t, "yunes-tp3-ex1.zip", []byte("%PDF-1.7")),
			want: checked{Student: "yunes", TP: 3, Ex: 1, Exercise: "server", Verdict: grade.Rejected, Max: 20, Violations: []string{"archive.format reject"}},
		},
		{
			name: "a path that leaves", path: zip(t, "yunes-tp3-ex1.zip", server, archivetest.File("../evil.py", "x")),
			want: checked{Student: "yunes", TP: 3, Ex: 1, Exercise: "server", Verdict: grade.Rejected, Max: 20, Violations: []string{"archive.path reject"}},
		},
		{
			name: "no exercise can be told", path: zip(t, "yunes-tp3-ex12.zip", archivetest.File("tri.py", "x")),
			want: checked{Student: "yunes", TP: 3, Ex: 12, Verdict: grade.Rejected, Max: 20, Violations: []string{"content.missing reject"}},
		},
		{
			name: "the exercise that was asked for", path: zip(t, "yunes-tp3-ex1.zip", server), desk: grade.Desk{Exercise: "client"},
			want: checked{Student: "yunes", TP: 3, Ex: 1, Exercise: "client", Verdict: grade.Rejected, Max: 20, Violations: []string{"content.missing reject"}},
		},
		{
			name: "the course's rules", path: zip(t, "Yunes.zip", server), desk: grade.Desk{Exercise: "server", Course: &course.Course{Policy: archive.Policy{"name.*": archive.Warn, "name.case": archive.Ignore}}},
			want: checked{Exercise: "server", Verdict: grade.Graded, Max: 20, Violations: []string{"name.format warn"}},
		},
		{
			name: "a file that is not there", path: filepath.Join(t.TempDir(), "yunes-tp3-ex1.zip"),
			want: checked{Student: "yunes", TP: 3, Ex: 1, Verdict: grade.Fault, Fault: true},
		},
		{
			name: "an exercise that does not exist", path: zip(t, "yunes-tp3-ex1.zip", server), desk: grade.Desk{Exercise: "serve"},
			want: checked{Student: "yunes", TP: 3, Ex: 1, Verdict: grade.Fault, Fault: true},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			// No sandbox: whatever is rejected is never run.
			tt.desk.Grader, tt.desk.Suites = &grade.Grader{Version: "test"}, all
			res, suite, _ := tt.desk.Check(tt.path)
			got := checked{
				Student: res.Student, TP: res.TP, Ex: res.Ex, Exercise: res.Exercise, Verdict: res.Verdict, Score: res.Score, Max: res.Max, Fault: res.Fault != "",
			}
			for _, v := range res.Violations {
				got.Violations = append(got.Violations, v.Rule+" "+string(v.Severity))
				if v.Message.FR == "" || v.Message.EN == "" {
					t.Errorf("%s says nothing: %+v", v.Rule, v.Message)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s\n%v", diff, res.Violations)
			}
			if res.Archive != filepath.Base(tt.path) {
				t.Errorf("archive %q", res.Archive)
			}
			if (suite != nil) != (res.Verdict == grade.Graded) || suite != nil && suite.Exercise.ID != res.Exercise {
				t.Errorf("suite %v of a %s archive of %q", suite, res.Verdict, res.Exercise)
			}
			if res.Verdict == grade.Graded {
				return
			}
			// And Archive stops there.
			if again := tt.desk.Archive(t.Context(), tt.path); !cmp.Equal(res, again) || len(again.Criteria)+len(again.Traces) > 0 {
				t.Errorf("Archive says otherwise:\n%s", cmp.Diff(res, again))
			}
		})
	}
}

// TestArchiveIsGradedAlike: an archive's payloads come from its bytes, so that
// nobody foresees them and its mark never changes.
func TestArchiveIsGradedAlike(t *testing.T) {
	g := grader(t)
	suite, err := load(t, exercise())
	if err != nil {
		t.Fatal(err)
	}
	const right = "import socket\ns = socket.create_server(('', 6666))\nprint('x')\nc = s.accept()\ns.accept()\n"
	desk := grade.Desk{Grader: g, Suites: []*grade.Suite{suite}}
	one := zip(t, "yunes-tp3-ex1.zip", archivetest.File("server.py", right))
	other := zip(t, "curie-tp3-ex1.zip", archivetest.File("server.py", right+"\n# x\n"))
	a, b, c := desk.Archive(t.Context(), one), desk.Archive(t.Context(), one), desk.Archive(t.Context(), other)
	for _, res := range []grade.Result{a, b, c} {
		if res.Verdict != grade.Graded || res.Score != 20 {
			t.Errorf("%s %s %d/%d %s", res.Archive, res.Verdict, res.Score, res.Max, res.Fault)
		}
	}
	if a.Environment.Seed != b.Environment.Seed || !cmp.Equal(sent(a), sent(b)) {
		t.Errorf("the same archive was sent something else the second time:\n%s", cmp.Diff(sent(a), sent(b)))
	}
	if a.Environment.Seed == c.Environment.Seed || cmp.Equal(sent(a), sent(c)) {
		t.Error("another archive was sent the same")
	}
	desk.Seed = 0xabc
	if res := desk.Archive(t.Context(), other); res.Environment.Seed != "abc" || res.Student != "curie" || res.Ex != 1 {
		t.Errorf("seed %s of %s ex %d", res.Environment.Seed, res.Student, res.Ex)
	}
	left, err := os.ReadDir(g.Workdir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

package course

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/lang"
)

// rubric is the sheet's rubric: the criteria of each exercise in the order of
// the reports. Ids and points are a contract.
const rubric = `
1 server: server.py
listen 3, print 4, peer 3, close 3, again 3, quit 3, keep 1, bare, telnet, restart, silent, bytes, format
2 client: client.py
connect 5, message 8, first 2, end 5, direct, noserver, noargument
3 echo: client_echo.py server_echo.py
echo 5, next 3, send 3, same 3, differ 3, pair 3, long, several, noserver
4 sioux: sioux.py (site)
html 5, css 3, jpeg 4, htmltype 1, csstype 1, jpegtype 1, head 1, missing 2, again 2, index, method, headmethod, traversal, percent, parallel, keepalive, garbage, early, split, large
`

// sheet loads the exercises of the sheet.
func sheet(t *testing.T) []*Exercise {
	t.Helper()
	exercises, err := Load(os.DirFS("../../scripts"))
	if err != nil {
		t.Fatal(err)
	}
	return exercises
}

func TestSheetIsItsRubric(t *testing.T) {
	var b strings.Builder
	b.WriteByte('\n')
	for _, e := range sheet(t) {
		b.WriteString(lang.F("%d %s: %s", "%d %s: %s", e.Number, e.ID, strings.Join(e.Deliverables, " ")).EN)
		if e.Site {
			b.WriteString(" (site)")
		}
		b.WriteByte('\n')
		for i, c := range e.Criteria {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(c.ID)
			if !c.Advice {
				b.WriteString(lang.F(" %d", " %d", c.Points).EN)
			}
		}
		b.WriteByte('\n')
		if e.Max() != 20 {
			t.Errorf("%s: %d points", e.ID, e.Max())
		}
	}
	if diff := cmp.Diff(rubric, b.String()); diff != "" {
		t.Errorf("(-rubric +scripts):\n%s", diff)
	}
}

const rightExercise = `number = 1
title = { fr = "Serveur", en = "Server" }
deliverables = ["server.py"]
[[criterion]]
id = "listen"
points = 20
asks = { fr = "attend", en = "waits" }
hint = { fr = "voyez accept", en = "see accept" }
[[criterion]]
id = "bare"
advice = true
asks = { fr = "lit", en = "reads" }
hint = { fr = "voyez recv", en = "see recv" }
`

func TestLoad(t *testing.T) {
	got, err := Load(fstest.MapFS{
		"server/exercise.toml": {Data: []byte(strings.Replace(rightExercise, "number = 1", "number = 2", 1))},
		"zero/exercise.toml":   {Data: []byte("site = true\n" + rightExercise)},
		"notes/readme.txt":     {},
		"loose.toml":           {},
	})
	if err != nil {
		t.Fatal(err)
	}
	criteria := []Criterion{
		{ID: "listen", Points: 20, Asks: lang.T("attend", "waits"), Hint: lang.T("voyez accept", "see accept")},
		{ID: "bare", Advice: true, Asks: lang.T("lit", "reads"), Hint: lang.T("voyez recv", "see recv")},
	}
	want := []*Exercise{
		{ID: "zero", Number: 1, Title: lang.T("Serveur", "Server"), Deliverables: []string{"server.py"}, Site: true, Criteria: criteria},
		{ID: "server", Number: 2, Title: lang.T("Serveur", "Server"), Deliverables: []string{"server.py"}, Criteria: criteria},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLoadSaysWhatIsWrong(t *testing.T) {
	for _, tt := range []struct {
		name, old, new string // what is changed in a right file
		want           []string
	}{
		{"syntax", "points = 20", "points = ", []string{"x/exercise.toml:6: "}},
		{"type", "points = 20", `points = "20"`, []string{"x/exercise.toml:6: ", "points"}},
		{"misspelt key", "deliverables", "deliverable", []string{`x/exercise.toml:3: unknown key "deliverable" (did you mean "deliverables"?)`}},
		{"misspelt key of a criterion", `advice = true`, `advise = true`, []string{`x/exercise.toml:11: unknown key "advise" (did you mean "advice"?)`}},
		{"misspelt language", `en = "reads"`, `eng = "reads"`, []string{`x/exercise.toml:12: unknown key "eng" (did you mean "en"?)`}},
		{"misspelt table", "[[criterion]]\nid = \"bare\"", "[[criterium]]\nid = \"bare\"", []string{`x/exercise.toml:9: unknown key "criterium" (did you mean "criterion"?)`}},
		{"points", "points = 20", "points = 19", []string{"x/exercise.toml: points add up to 19, not 20"}},
		{"negative points", "points = 20", "points = -1", []string{`x/exercise.toml:4: criterion "listen": no points`}},
		{"advice with points", "advice = true", "advice = true\npoints = 2", []string{`x/exercise.toml:9: criterion "bare": advice has no points`, "points add up to 22"}},
		{"neither points nor advice", "advice = true\n", "", []string{`x/exercise.toml:9: criterion "bare": no points: give it some, or advice = true`}},
		{"same id", `"bare"`, `"listen"`, []string{`x/exercise.toml:9: criterion "listen": declared twice`}},
		{"bad id", `"bare"`, `"Bare one"`, []string{`x/exercise.toml:9: criterion "Bare one": an id has`}},
		{"no French", `fr = "voyez accept", `, "", []string{`x/exercise.toml:4: criterion "listen": hint: no French text (fr)`}},
		{"no English", `, en = "Server"`, "", []string{"x/exercise.toml:2: title: no English text (en)"}},
		{"empty text", `fr = "attend"`, `fr = " "`, []string{`x/exercise.toml:4: criterion "listen": asks: no French text (fr)`}},
		{"no deliverables", `["server.py"]`, "[]", []string{"x/exercise.toml:3: no deliverables"}},
		{"deliverable elsewhere", `["server.py"]`, `["../server.py"]`, []string{`x/exercise.toml:3: deliverable "../server.py": not a plain file name`}},
		{"deliverable twice", `["server.py"]`, `["a.py", "a.py"]`, []string{`x/exercise.toml:3: deliverable "a.py": named twice`}},
		{"no number", "number = 1\n", "", []string{"x/exercise.toml: number is missing"}},
		{"number 0", "number = 1", "number = 0", []string{"x/exercise.toml:1: number is missing, or not from 1 on"}},
		{"key in the wrong table", "advice = true", "advice = true\nsite = true", []string{`x/exercise.toml:12: unknown key "site"`}},
		{"several at once", `"server.py"`, `"a/b.py", "c.py", "c.py"`, []string{"not a plain file name", "named twice"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data := strings.Replace(rightExercise, tt.old, tt.new, 1)
			if data == rightExercise {
				t.Fatal("nothing changed")
			}
			_, err := Load(fstest.MapFS{"x/exercise.toml": {Data: []byte(data)}})
			if err == nil {
				t.Fatal("accepted")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error\n%v\ndoes not say\n%s", err, want)
				}
			}
			if text := lang.OfError(err); text.FR == text.EN {
				t.Errorf("the same in both languages: %s", text.FR)
			}
		})
	}
}

func TestLoadSaysWhatIsWrongBetweenExercises(t *testing.T) {
	_, err := Load(fstest.MapFS{"a/exercise.toml": {Data: []byte(rightExercise)}, "b/exercise.toml": {Data: []byte(rightExercise)}})
	if err == nil || err.Error() != `b/exercise.toml: number 1 is that of exercise "a" too` {
		t.Errorf("same number: %v", err)
	}
	_, err = Load(fstest.MapFS{"a/readme.txt": {}})
	if err == nil || err.Error() != "no exercise there: no folder has an exercise.toml" {
		t.Errorf("no exercise: %v", err)
	}
	_, err = Load(fstest.MapFS{"Some Folder/exercise.toml": {Data: []byte(rightExercise)}})
	if err == nil || !strings.Contains(err.Error(), `folder "Some Folder"`) {
		t.Errorf("folder name: %v", err)
	}
}

package course

import (
	"strings"
	"testing"

	"netlab/grader/archive"
)

func TestFind(t *testing.T) {
	exercises := sheet(t)
	tp3 := &Course{Assignments: []Assignment{{TP: 3, Ex: 12, Exercise: "server"}, {TP: 3, Ex: 1}}}
	for _, tt := range []struct {
		name   string
		choice Choice
		want   string // exercise id, "" for a violation
		says   []string
	}{
		{"the user chooses", Choice{ID: "echo", Name: archive.Name{Ex: 1}, Files: []string{"server.py"}}, "echo", nil},
		{"the course says", Choice{Name: archive.Name{TP: 3, Ex: 12}, Course: tp3, Files: []string{"client.py"}}, "server", nil},
		{"the course has no exercise for it", Choice{Name: archive.Name{TP: 3, Ex: 1}, Course: tp3, Files: []string{"client.py"}}, "client", nil},
		{"the number on the sheet", Choice{Name: archive.Name{TP: 3, Ex: 2}, Files: []string{"client.py"}}, "client", nil},
		{"the number decides between complete ones", Choice{Name: archive.Name{TP: 3, Ex: 2}, Files: []string{"client.py", "server.py"}}, "client", nil},
		{"the only complete one, by another number", Choice{Name: archive.Name{TP: 3, Ex: 12}, Files: []string{"server.py", "README"}}, "server", nil},
		{
			"the only complete one rather than the number, which is said",
			Choice{Name: archive.Name{TP: 3, Ex: 3}, Files: []string{"server.py"}},
			"server",
			[]string{"the archive is named ex3, but has server.py, which answers exercise 1: it is graded as such; exercise 3 wants client_echo.py and server_echo.py"},
		},
		{"two deliverables", Choice{Name: archive.Name{TP: 3, Ex: 9}, Files: []string{"client_echo.py", "server_echo.py"}}, "echo", nil},
		{"the number, though something is missing", Choice{Name: archive.Name{TP: 3, Ex: 3}, Files: []string{"client_echo.py"}}, "echo", nil},
		{"the number, though others are complete", Choice{Name: archive.Name{TP: 3, Ex: 3}, Files: []string{"client.py", "server.py"}}, "echo", nil},
		{"a misspelt deliverable", Choice{Name: archive.Name{TP: 3, Ex: 12}, Files: []string{"serveur.py"}}, "server", nil},
		{"a deliverable in a subfolder", Choice{Name: archive.Name{TP: 3, Ex: 12}, Files: []string{"README", "src/sioux.py"}}, "sioux", nil},
		{"an unreadable name", Choice{Files: []string{"sioux.py", "index.html"}}, "sioux", nil},
		{
			"nothing to tell by",
			Choice{Name: archive.Name{TP: 3, Ex: 12}, Files: []string{"main.py", "x\x1b.py"}},
			"",
			[]string{"server.py (exercise 1)", "client_echo.py + server_echo.py (exercise 3)", `"main.py", "x\x1b.py"`},
		},
		{
			"several complete ones",
			Choice{Name: archive.Name{TP: 3, Ex: 12}, Files: []string{"client.py", "server.py"}},
			"",
			[]string{"server.py (exercise 1), client.py (exercise 2)", "one archive for each exercise"},
		},
		{"no file", Choice{Name: archive.Name{TP: 3, Ex: 12}}, "", []string{"found no file"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e, violations, err := Find(exercises, tt.choice)
			if err != nil {
				t.Fatal(err)
			}
			if tt.want != "" {
				if e == nil || e.ID != tt.want || len(violations) != len(tt.says) {
					t.Errorf("got %v, %v; want %s", e, violations, tt.want)
				}
				for i, v := range violations {
					if v.Rule != archive.ContentMissing || v.Severity != archive.Warn || v.Message.EN != tt.says[i] || !strings.Contains(v.Message.FR, "client_echo.py et server_echo.py") {
						t.Errorf("remark %v", v)
					}
				}
				return
			}
			if e != nil || len(violations) != 1 || violations[0].Rule != archive.ContentMissing || violations[0].Severity != archive.Reject {
				t.Fatalf("got %v, %v; want a content.missing that rejects", e, violations)
			}
			for _, s := range tt.says {
				if !strings.Contains(violations[0].Message.EN, s) {
					t.Errorf("message %q does not say %q", violations[0].Message.EN, s)
				}
			}
		})
	}
}

func TestFindUnknownExercise(t *testing.T) {
	_, _, err := Find(sheet(t), Choice{ID: "serveur"})
	if want := `unknown exercise "serveur" (did you mean "server"?): choose server, client, echo, sioux`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	c := &Course{Assignments: []Assignment{{TP: 1, Ex: 2, Exercise: "ecko"}}}
	want := `course: tp 1 ex 2: unknown exercise "ecko" (did you mean "echo"?): choose server, client, echo, sioux`
	if _, _, err := Find(sheet(t), Choice{Name: archive.Name{TP: 1, Ex: 2}, Course: c}); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if err := c.Check(sheet(t)); err == nil || err.Error() != want {
		t.Errorf("Check: got %v, want %s", err, want)
	}
	if err := (*Course)(nil).Check(nil); err != nil {
		t.Errorf("Check without a course: %v", err)
	}
}

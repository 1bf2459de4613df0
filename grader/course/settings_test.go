package course

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/archive"
	"netlab/grader/lang"
)

func writeCourse(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "course.toml")
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadCourse(t *testing.T) {
	path := writeCourse(t, `
roster = "lists/l3.csv"

[severity]
"name.*"        = "warn"
"name.accent"   = "ignore"
content.system  = "reject"

[[assignment]]
tp = 3
ex = 12
exercise = "server"
deadline = 2025-11-30T23:59:00+01:00

[[assignment]]
tp = 4
deadline = "2025-12-07T23:59:00+01:00"
`)
	// A dotted key without quotes is a table in TOML: said, not guessed.
	if _, err := ReadCourse(path); err == nil {
		t.Fatal("an unquoted rule was accepted")
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	path = writeCourse(t, strings.Replace(string(content), "content.system ", `"content.system"`, 1))
	got, err := ReadCourse(path)
	if err != nil {
		t.Fatal(err)
	}
	paris := time.FixedZone("", 3600)
	want := &Course{
		Roster: filepath.Join(filepath.Dir(path), "lists", "l3.csv"),
		Policy: archive.Policy{"name.*": archive.Warn, archive.NameAccent: archive.Ignore, archive.ContentSystem: archive.Reject},
		Assignments: []Assignment{
			{TP: 3, Ex: 12, Exercise: "server", Deadline: time.Date(2025, 11, 30, 23, 59, 0, 0, paris)},
			{TP: 4, Deadline: time.Date(2025, 12, 7, 23, 59, 0, 0, paris)},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReadCourseSaysWhatIsWrong(t *testing.T) {
	for _, tt := range []struct {
		name, content string
		want          []string
		french        string // on its first line
	}{
		{"syntax", "roster = \n", []string{"course.toml:1: not TOML ("}, "course.toml:1 : ce n'est pas du TOML ("},
		{"type", "[[assignment]]\ntp = \"3\"\n", []string{"course.toml:2: assignment.tp: expected an integer, not a text"}, "course.toml:2 : assignment.tp : il faut un nombre entier et non un texte entre guillemets"},
		{"no tables", "assignment = 3\n", []string{"course.toml:1: assignment: expected a list, not an integer"}, "course.toml:1 : assignment : il faut une liste et non un nombre entier"},
		{"key twice", "roster = \"x\"\nroster = \"y\"\n", []string{`course.toml:2: the key "roster" is there twice`}, `course.toml:2 : la clé "roster" est là deux fois`},
		{"unknown key", "rooster = \"x\"\n", []string{`course.toml:1: unknown key "rooster" (did you mean "roster"?)`}, `course.toml:1 : clé inconnue : "rooster" (vouliez-vous « roster » ?)`},
		{"unknown key of an assignment", "[[assignment]]\ntp = 1\nex = 1\nexercice = \"server\"\n", []string{`course.toml:4: unknown key "exercice" (did you mean "exercise"?)`}, `course.toml:4 : clé inconnue : "exercice" (vouliez-vous « exercise » ?)`},
		{"severities that are no table", "roster = \"r.csv\"\nseverity = 3\n", []string{"course.toml:2: severity: expected a table", "not an integer"}, "course.toml:2 : severity : il faut une table"},
		{"severities in a list", "severity = [\"x\"]\n", []string{"course.toml:1: severity: expected a table", "not a list"}, "course.toml:1 : severity : il faut une table"},
		{"assignments that are no table", "assignment = 3\n", []string{"course.toml:1: assignment: expected a list, not an integer"}, "course.toml:1 : assignment : il faut une liste et non un nombre entier"},
		{"unknown rule", "[severity]\n\"name.acent\" = \"warn\"\n", []string{`course.toml:2: unknown rule "name.acent" (did you mean "name.accent"?)`}, `course.toml:2 : règle inconnue : "name.acent" (vouliez-vous « name.accent » ?)`},
		{"unknown group", "[severity]\n\"names.*\" = \"warn\"\n", []string{`unknown rule "names.*" (did you mean "name.*"?)`}, `règle inconnue : "names.*"`},
		{"unknown severity", "[severity]\n\"name.*\" = \"warm\"\n", []string{`course.toml:2: rule name.*: unknown severity "warm" (did you mean "warn"?): choose reject, warn or ignore`}, `règle name.* : sévérité inconnue : "warm" (vouliez-vous « warn » ?) : choisissez reject, warn ou ignore`},
		{"no numbers", "[[assignment]]\nexercise = \"server\"\n", []string{"course.toml:1: assignment: tp and ex are numbers", `exercise "server" without ex`}, "course.toml:1 : assignment : tp et ex sont des nombres"},
		{"nothing said", "[[assignment]]\ntp = 1\nex = 1\n", []string{"course.toml:1: assignment of tp 1 ex 1: neither exercise nor deadline"}, "assignment du tp 1 ex 1 : ni exercise ni deadline"},
		{"twice", "[[assignment]]\ntp = 1\nex = 1\nexercise = \"a\"\n[[assignment]]\ntp = 1\nex = 1\nexercise = \"b\"\n", []string{"course.toml:5: assignment of tp 1 ex 1: declared twice"}, "course.toml:5 : assignment du tp 1 ex 1 : déclaré deux fois"},
		{"no offset", "[[assignment]]\ntp = 1\ndeadline = 2025-11-30T23:59:00\n", []string{"course.toml:3: a deadline needs a date, a time and an offset"}, "course.toml:3 : une échéance a une date, une heure et un décalage horaire"},
		{"no time", "[[assignment]]\ntp = 1\ndeadline = 2025-11-30\n", []string{"course.toml:3: a deadline needs"}, "course.toml:3 : une échéance a"},
		{"no date", "[[assignment]]\ntp = 1\ndeadline = \"soon\"\n", []string{"course.toml:3: a deadline needs"}, "course.toml:3 : une échéance a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ReadCourse(writeCourse(t, tt.content))
			if err == nil {
				t.Fatal("accepted")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error\n%v\ndoes not say\n%s", err, want)
				}
			}
			if first, _, _ := strings.Cut(lang.OfError(err).FR, "\n"); !strings.Contains(first, tt.french) {
				t.Errorf("in French\n%s\ndoes not say\n%s", first, tt.french)
			}
		})
	}
	if _, err := ReadCourse(filepath.Join(t.TempDir(), "absent.toml")); err == nil || !strings.Contains(err.Error(), "absent.toml") {
		t.Errorf("absent file: %v", err)
	}
}

func TestAssignment(t *testing.T) {
	monday, friday := time.Date(2025, 12, 1, 0, 0, 0, 0, time.UTC), time.Date(2025, 12, 5, 0, 0, 0, 0, time.UTC)
	c := &Course{Assignments: []Assignment{
		{TP: 3, Deadline: monday},
		{TP: 3, Ex: 2, Exercise: "client"},
		{TP: 3, Ex: 4, Exercise: "sioux", Deadline: friday},
	}}
	for _, tt := range []struct {
		name   string
		course *Course
		tp, ex int
		want   Assignment
		ok     bool
	}{
		{"deadline of the TP", c, 3, 1, Assignment{TP: 3, Ex: 1, Deadline: monday}, true},
		{"exercise with the TP's deadline", c, 3, 2, Assignment{TP: 3, Ex: 2, Exercise: "client", Deadline: monday}, true},
		{"own deadline", c, 3, 4, Assignment{TP: 3, Ex: 4, Exercise: "sioux", Deadline: friday}, true},
		{"another TP", c, 4, 1, Assignment{TP: 4, Ex: 1}, false},
		{"no number", c, 3, 0, Assignment{}, false},
		{"no course", nil, 3, 1, Assignment{}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := tt.course.Assignment(tt.tp, tt.ex)
			if diff := cmp.Diff(tt.want, got); diff != "" || ok != tt.ok {
				t.Errorf("ok %v, want %v; (-want +got):\n%s", ok, tt.ok, diff)
			}
		})
	}
}

func TestLate(t *testing.T) {
	a := Assignment{Deadline: time.Date(2025, 11, 30, 23, 59, 0, 0, time.FixedZone("", 3600))}
	for _, tt := range []struct {
		name string
		a    Assignment
		at   time.Time
		want time.Duration
	}{
		{"before", a, time.Date(2025, 11, 30, 22, 58, 0, 0, time.UTC), 0},
		{"on time", a, time.Date(2025, 11, 30, 22, 59, 0, 0, time.UTC), 0},
		{"late", a, time.Date(2025, 11, 30, 23, 0, 30, 0, time.UTC), 90 * time.Second},
		{"no deadline", Assignment{}, time.Date(2025, 11, 30, 22, 58, 0, 0, time.UTC), 0},
	} {
		if got := tt.a.Late(tt.at); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

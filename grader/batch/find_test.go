package batch

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/course"
)

// member is one file of an archive of a test.
type member struct {
	name string
	data []byte
	at   time.Time
}

func zipOf(t *testing.T, members ...member) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, m := range members {
		e, err := w.CreateHeader(&zip.FileHeader{Name: m.name, Method: zip.Deflate, Modified: m.at})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Write(m.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// program is an archive of one program, different for each text.
func program(t *testing.T, text string) []byte {
	t.Helper()
	return zipOf(t, member{name: "server.py", data: []byte("# " + text + "\nimport socket\n")})
}

func lay(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()
	for p, data := range files {
		p = filepath.Join(dir, filepath.FromSlash(p))
		if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o755), os.WriteFile(p, data, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
}

// search is a finder that has looked at a folder.
func search(t *testing.T, folder string) *finder {
	t.Helper()
	f, err := newFinder(folder, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.close(); err != nil {
			t.Error(err)
		}
	})
	if err := f.find(); err != nil {
		t.Fatal(err)
	}
	return f
}

// seen is what a search finds, as lines: "path", "path older [a b]", "path: why".
func seen(t *testing.T, folder string) []string {
	t.Helper()
	f := search(t, folder)
	var out []string
	latest, older, valid := versions(f.found)
	for _, a := range latest {
		line := a.path
		if (a.owner != handedIn{}) {
			line += fmt.Sprintf(" by %s %s", a.owner.name, a.owner.number)
		}
		if older[a.path] != nil {
			line += fmt.Sprintf(" replaces %v", older[a.path])
		}
		if valid[a.path] != "" {
			line += " though " + valid[a.path] + " is valid"
		}
		out = append(out, line)
		c, err := a.read()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.steady(a.archive); err != nil {
			t.Errorf("%s: %v", a.path, err)
		}
		if err := c.close(); err != nil {
			t.Error(err)
		}
	}
	for _, o := range f.others {
		out = append(out, o.Path+": "+o.Why)
	}
	return out
}

func TestFind(t *testing.T) {
	a, b, c := program(t, "a"), program(t, "b"), program(t, "c")
	moodle := "YUNÈS Jean-Baptiste_12345_assignsubmission_file_"
	for _, test := range []struct {
		name  string
		files map[string][]byte
		want  []string
	}{
		{"a folder", map[string][]byte{"yunes-tp3-ex1.zip": a, "curie-tp3-ex2.zip": b}, []string{"curie-tp3-ex2.zip", "yunes-tp3-ex1.zip"}},
		{"nested folders", map[string][]byte{"td1/yunes-tp3-ex1.zip": a, "td2/late/curie-tp3-ex2.zip": b}, []string{"td1/yunes-tp3-ex1.zip", "td2/late/curie-tp3-ex2.zip"}},
		{"a platform's folders", map[string][]byte{
			moodle + "/yunes-tp3-ex1.zip":                                  a,
			"CURIE Marie_12346_assignsubmission_file/curie-tp3-ex2.zip":    b,
			"Participant_7_assignsubmission_file_/hopper-tp3-ex1.zip":      c,
			"HOPPER Grace_12347_assignsubmission_file_/server.py":          []byte("import socket\n"),
			"HOPPER Grace_12347_assignsubmission_onlinetext_/text.html":    []byte("<html>"),
			"de_GAULLE Charles_1_assignsubmission_file_/sub/d-tp1-ex1.zip": c,
		}, []string{
			"CURIE Marie_12346_assignsubmission_file/curie-tp3-ex2.zip by CURIE Marie 12346",
			"Participant_7_assignsubmission_file_/hopper-tp3-ex1.zip by Participant 7",
			moodle + "/yunes-tp3-ex1.zip by YUNÈS Jean-Baptiste 12345",
			"de_GAULLE Charles_1_assignsubmission_file_/sub/d-tp1-ex1.zip by de_GAULLE Charles 1",
			"HOPPER Grace_12347_assignsubmission_file_/server.py: kind",
			"HOPPER Grace_12347_assignsubmission_onlinetext_/text.html: kind",
		}},
		{"a platform's flat form", map[string][]byte{moodle + "yunes-tp3-ex1.zip": a, moodle + "rapport.pdf": []byte("%PDF-1.4")}, []string{
			moodle + "yunes-tp3-ex1.zip by YUNÈS Jean-Baptiste 12345", moodle + "rapport.pdf: kind",
		}},
		{"an archive of archives", map[string][]byte{"tout.zip": zipOf(t,
			member{name: "yunes-tp3-ex1.zip", data: a}, member{name: "td2/curie-tp3-ex2.zip", data: b},
			member{name: "__MACOSX/._x.zip", data: a}, member{name: "notes.txt", data: []byte("notes")}, member{name: "../hopper-tp3-ex1.zip", data: c},
		)}, []string{
			"tout.zip!td2/curie-tp3-ex2.zip", "tout.zip!yunes-tp3-ex1.zip",
			"tout.zip!__MACOSX/._x.zip: hidden", "tout.zip!notes.txt: kind", "tout.zip!../hopper-tp3-ex1.zip: unreadable",
		}},
		{"an export of a platform as it comes", map[string][]byte{"L3-TP3-987.zip": zipOf(t, member{name: moodle + "/yunes-tp3-ex1.zip", data: a})}, []string{
			"L3-TP3-987.zip!" + moodle + "/yunes-tp3-ex1.zip by YUNÈS Jean-Baptiste 12345",
		}},
		{"an archive of archives in another one", map[string][]byte{"tout.zip": zipOf(t,
			member{name: "yunes-tp3-ex1.zip", data: a}, member{name: "curie-tp3-ex1.zip", data: a},
			member{name: "groupe.zip", data: zipOf(t, member{name: "a-tp3-ex1.zip", data: a}, member{name: "b-tp3-ex1.zip", data: b})},
		)}, []string{"tout.zip!curie-tp3-ex1.zip", "tout.zip!yunes-tp3-ex1.zip", "tout.zip!groupe.zip: nested"}},
		{"a student who packs twice makes no archive of archives", map[string][]byte{
			"yunes.zip":         zipOf(t, member{name: "yunes-tp3-ex1.zip", data: a}, member{name: "yunes-tp3-ex2.zip", data: b}),
			"curie-tp3-ex1.zip": zipOf(t, member{name: "a-tp3-ex1.zip", data: a}, member{name: "b-tp3-ex1.zip", data: b}),
			moodle + "/tp.zip":  zipOf(t, member{name: "a-tp3-ex1.zip", data: a}, member{name: "b-tp3-ex1.zip", data: b}),
		}, []string{moodle + "/tp.zip by YUNÈS Jean-Baptiste 12345", "curie-tp3-ex1.zip", "yunes.zip"}},
		{"what is no archive", map[string][]byte{
			"notes.txt": []byte("notes"), "sujet.pdf": []byte("%PDF-1.4"), "liste.docx": a, ".DS_Store": {0}, ".git/config": {'['}, "__MACOSX/._x.zip": a,
			"yunes-tp3-ex1.rar": []byte("Rar!\x1a\x07\x00"), "curie-tp3-ex1.zip": []byte("not a zip"), "x.bin": {1, 0}, "sans-extension": a, "vide.zip": {},
		}, []string{
			"curie-tp3-ex1.zip", "sans-extension", "vide.zip", "yunes-tp3-ex1.rar",
			".DS_Store: hidden", ".git/: hidden", "__MACOSX/: hidden", "liste.docx: kind", "notes.txt: kind", "sujet.pdf: kind", "x.bin: kind",
		}},
		{"an old journal", map[string][]byte{"yunes-tp3-ex1.zip": a, "old.journal": []byte(magic + "1}\n")}, []string{"yunes-tp3-ex1.zip", "old.journal: kind"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			lay(t, dir, test.files)
			if diff := cmp.Diff(test.want, seen(t, dir)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestFindInOneArchive(t *testing.T) {
	dir := t.TempDir()
	one := zipOf(t, member{name: "yunes-tp3-ex1.zip", data: program(t, "a")})
	lay(t, dir, map[string][]byte{"all.zip": one, "other.zip": program(t, "b"), ".hidden.zip": one})
	for name, want := range map[string]string{"all.zip": "all.zip!yunes-tp3-ex1.zip", "other.zip": "other.zip", ".hidden.zip": ".hidden.zip!yunes-tp3-ex1.zip"} {
		if diff := cmp.Diff([]string{want}, seen(t, filepath.Join(dir, name))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestLinksAreNotFollowed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need a right there")
	}
	outside, dir := t.TempDir(), t.TempDir()
	lay(t, outside, map[string][]byte{"curie-tp3-ex1.zip": program(t, "a")})
	lay(t, dir, map[string][]byte{"yunes-tp3-ex1.zip": program(t, "b")})
	for name, to := range map[string]string{"away": outside, "curie-tp3-ex1.zip": filepath.Join(outside, "curie-tp3-ex1.zip"), "loop": "."} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"yunes-tp3-ex1.zip", "away: kind", "curie-tp3-ex1.zip: kind", "loop: kind"}
	if diff := cmp.Diff(want, seen(t, dir)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestVersions(t *testing.T) {
	day := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	type file struct {
		path string
		text string // same text, same bytes
		at   time.Duration
	}
	for _, test := range []struct {
		name  string
		files []file
		want  []string
	}{
		{"the younger file", []file{{"a/y-tp1-ex1.zip", "1", time.Hour}, {"b/y-tp1-ex1.zip", "2", 0}}, []string{"a/y-tp1-ex1.zip replaces [b/y-tp1-ex1.zip]"}},
		{"the younger file, whatever the copy's number", []file{{"y-tp1-ex1.zip", "1", time.Hour}, {"y-tp1-ex1 (1).zip", "2", 0}}, []string{"y-tp1-ex1.zip replaces [y-tp1-ex1 (1).zip]"}},
		{
			"the higher number of files copied together",
			[]file{{"y-tp1-ex1 (2).zip", "1", 0}, {"y-tp1-ex1 (10).zip", "2", time.Second}, {"y-tp1-ex1.zip", "3", 2 * time.Second}},
			[]string{"y-tp1-ex1 (10).zip replaces [y-tp1-ex1 (2).zip y-tp1-ex1.zip] though y-tp1-ex1.zip is valid"},
		},
		{"a copy in words", []file{{"y-tp1-ex1 - Copie.zip", "1", 0}, {"y-tp1-ex1.zip", "2", 0}}, []string{"y-tp1-ex1 - Copie.zip replaces [y-tp1-ex1.zip] though y-tp1-ex1.zip is valid"}},
		{"the right name of the same bytes", []file{{"Y-TP1-ex1 (1).zip", "1", time.Hour}, {"y-tp1-ex1.zip", "1", 0}}, []string{"y-tp1-ex1.zip replaces [Y-TP1-ex1 (1).zip]"}},
		{"a wrong name is a version all the same", []file{{"Y TP1 ex1.zip", "1", time.Hour}, {"y-tp1-ex1.zip", "2", 0}}, []string{"Y TP1 ex1.zip replaces [y-tp1-ex1.zip] though y-tp1-ex1.zip is valid"}},
		{
			"the latest of the right names",
			[]file{{"a/y-tp1-ex1.zip", "1", 0}, {"b/y-tp1-ex1.zip", "2", time.Hour}, {"Y-tp1-ex1.zip", "3", 2 * time.Hour}},
			[]string{"Y-tp1-ex1.zip replaces [a/y-tp1-ex1.zip b/y-tp1-ex1.zip] though b/y-tp1-ex1.zip is valid"},
		},
		{"two wrong names", []file{{"Y-tp1-ex1.zip", "1", 0}, {"Y-TP1-ex1.zip", "2", time.Hour}}, []string{"Y-TP1-ex1.zip replaces [Y-tp1-ex1.zip]"}},
		{"other exercises are no versions", []file{{"y-tp1-ex1.zip", "1", 0}, {"y-tp1-ex2.zip", "1", 0}, {"y-tp2-ex1.zip", "1", 0}}, []string{"y-tp1-ex1.zip", "y-tp1-ex2.zip", "y-tp2-ex1.zip"}},
		{"nobody knows of what", []file{{"a/tp.zip", "1", 0}, {"b/tp.zip", "1", 0}}, []string{"a/tp.zip", "b/tp.zip"}},
		{
			"two people of one name",
			[]file{{"M Paul_1_assignsubmission_file_/m-tp1-ex1.zip", "1", 0}, {"M Anne_2_assignsubmission_file_/m-tp1-ex1.zip", "1", time.Hour}},
			[]string{"M Anne_2_assignsubmission_file_/m-tp1-ex1.zip by M Anne 2", "M Paul_1_assignsubmission_file_/m-tp1-ex1.zip by M Paul 1"},
		},
		{
			"by mail and on the platform",
			[]file{{"M Paul_1_assignsubmission_file_/m-tp1-ex1.zip", "1", 0}, {"mail/m-tp1-ex1.zip", "2", time.Hour}},
			[]string{"mail/m-tp1-ex1.zip by M Paul 1 replaces [M Paul_1_assignsubmission_file_/m-tp1-ex1.zip]"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			for _, f := range test.files {
				lay(t, dir, map[string][]byte{f.path: program(t, f.text)})
				at := day.Add(f.at)
				if err := os.Chtimes(filepath.Join(dir, filepath.FromSlash(f.path)), at, at); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(test.want, seen(t, dir)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	t.Run("the younger member", func(t *testing.T) {
		dir := t.TempDir()
		lay(t, dir, map[string][]byte{"all.zip": zipOf(t,
			member{"a/y-tp1-ex1.zip", program(t, "1"), day.Add(time.Hour)}, member{"b/y-tp1-ex1.zip", program(t, "2"), day}, member{"z-tp1-ex1.zip", program(t, "3"), day})})
		want := []string{"all.zip!a/y-tp1-ex1.zip replaces [all.zip!b/y-tp1-ex1.zip]", "all.zip!z-tp1-ex1.zip"}
		if diff := cmp.Diff(want, seen(t, dir)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestLate(t *testing.T) {
	deadline := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	c := &course.Course{Assignments: []course.Assignment{{TP: 3, Deadline: deadline}}}
	platform := handedIn{"Y", "1"}
	for _, test := range []struct {
		name             string
		by               handedIn
		modified, newest time.Duration // after the deadline
		want             time.Duration
	}{
		{"in time", handedIn{}, -time.Hour, -2 * time.Hour, 0},
		{"copied since", handedIn{}, 9 * time.Hour, -2 * time.Hour, 0},
		{"a file in it is younger", handedIn{}, 9 * time.Hour, time.Hour, time.Hour},
		{"the platform says so", platform, time.Hour, -2 * time.Hour, time.Hour},
		{"the platform says that it was in time", platform, -time.Hour, 2 * time.Hour, 0},
	} {
		f := found{by: test.by, modified: deadline.Add(test.modified), newest: deadline.Add(test.newest)}
		f.name.TP, f.name.Ex = 3, 1
		if got := late(c, f); got != test.want {
			t.Errorf("%s: late by %v, want %v", test.name, got, test.want)
		}
	}
}

func TestAbsent(t *testing.T) {
	roster, err := course.ReadRoster(strings.NewReader("Nom;Prénom\nYunès;Jean\nCurie;Marie\nMartin;Paul\nMartin;Anne\nHopper;Grace\nLovelace;Ada\n"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	lay(t, dir, map[string][]byte{
		"Jean YUNES_1_assignsubmission_file_/x.zip":       program(t, "a"), // the platform knows who it is
		"curie-tp3-ex1.zip":                               program(t, "b"),
		"martin-tp3-ex1.zip":                              program(t, "c"), // one of the two
		"HOPPER Grace_2_assignsubmission_file_/server.py": []byte("import socket\n"),
	})
	f, err := newFinder(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	if err := f.find(); err != nil {
		t.Fatal(err)
	}
	p := newPeople(roster, f.found)
	var others []Other
	for _, o := range f.others {
		o.Person = p.who(o.by, "")
		others = append(others, o.Other)
	}
	if diff := cmp.Diff([]course.Person{{Family: "Lovelace", Given: "Ada"}}, p.absent(f.found, others)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

package batch

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/course"
	"netlab/grader/lang"
)

// TestNotesAreInBothLanguages: what is said of each file that is no archive.
func TestNotesAreInBothLanguages(t *testing.T) {
	dir := t.TempDir()
	inner := zipOf(t, member{name: "yunes-tp3-ex1.zip", data: program(t, "a")}, member{name: "curie-tp3-ex2.zip", data: program(t, "b")})
	lay(t, dir, map[string][]byte{
		"notes.pdf": []byte("%PDF-1.4"), ".cache": nil, ".git/HEAD": nil, "rapport.docx": zipOf(t, member{name: "word"}),
		"grader.journal": []byte(magic + "1}\n"),
		"tout.zip": zipOf(t, member{name: "hopper-tp3-ex1.zip", data: program(t, "c")}, member{name: "turing-tp3-ex1.zip", data: program(t, "d")},
			member{name: "dedans.zip", data: inner}, member{name: ".DS_Store"}),
	})
	links := runtime.GOOS != "windows"
	if links {
		if err := os.Symlink("notes.pdf", filepath.Join(dir, "link")); err != nil {
			t.Fatal(err)
		}
	}
	f := search(t, dir)
	got := map[string]lang.Text{}
	for _, o := range f.others {
		got[o.Path] = o.Note
	}
	want := map[string]lang.Text{
		"notes.pdf":           lang.T("un document PDF", "a PDF document"),
		".cache":              lang.T("un fichier caché, ou mis par un système", "a hidden file, or one that a system made"),
		".git/":               lang.T("un dossier caché, ou mis par un système", "a hidden folder, or one that a system made"),
		"rapport.docx":        lang.T("un fichier .docx", "a .docx file"),
		"grader.journal":      lang.T("un journal de grader", "a journal of grader"),
		"tout.zip!dedans.zip": lang.T("une archive d'archives dans une autre : décompressez celle du dehors", "an archive of archives in another one: unpack the outer one"),
		"tout.zip!.DS_Store":  lang.T("un fichier caché, ou mis par un système", "a hidden file, or one that a system made"),
	}
	if links {
		want["link"] = lang.T("un lien symbolique : il n'est pas suivi", "a symbolic link: it is not followed")
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for _, err := range []error{os.ErrPermission, os.ErrNotExist} {
		if r := reason(&os.PathError{Op: "open", Path: "/secret", Err: err}); r.FR == r.EN || r.FR == "" || r.EN == "" {
			t.Errorf("%v is said as %q", err, r)
		}
	}
	if got := reason(&os.PathError{Op: "open", Path: "/secret", Err: errors.New("too many links")}); got != lang.T("too many links", "too many links") {
		t.Errorf("another error is said as %q", got)
	}
}

// TestOthersInTheJournal: a journal keeps notes in both languages, and one that
// was written when they were in English alone is still read.
func TestOthersInTheJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	want := []Other{
		{Path: "a.pdf", Why: "kind", Note: lang.T("un document PDF", "a PDF document"), Person: course.Person{Family: "Curie"}, Participant: "7"},
		{Path: "b.pdf", Why: "kind", Note: lang.T("", "a PDF document")},
	}
	j, _, err := openJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	found := foundEvent{head: head{Event: eventFound, At: now()}, Others: []otherFile{writtenOther(want[0])}}
	if err := errors.Join(j.append(found), j.close()); err != nil {
		t.Fatal(err)
	}
	read := func() []Other {
		t.Helper()
		c, err := ReadJournal(path)
		if err != nil {
			t.Fatal(err)
		}
		return c.Others
	}
	if d := cmp.Diff(want[:1], read()); d != "" {
		t.Error(d)
	}
	old := magic + "1}\n" + `{"event":"found","submissions":null,"others":[{"path":"b.pdf","why":"kind","note":"a PDF document"}],"suites":{}}` + "\n"
	if err := os.WriteFile(path, []byte(old), 0o644); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want[1:], read()); d != "" {
		t.Error(d)
	}
}

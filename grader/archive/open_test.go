package archive_test

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/archive"
	"netlab/grader/archive/archivetest"
)

// ruleIDs returns the rules of violations, sorted, each once.
func ruleIDs(violations []archive.Violation) []string {
	var ids []string
	for _, v := range violations {
		ids = append(ids, v.Rule)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func read(t *testing.T, data []byte) (*archive.Submission, []archive.Violation) {
	t.Helper()
	sub, violations, err := archive.Read(bytes.NewReader(data), int64(len(data)), nil, archive.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return sub, violations
}

func TestArchiveRules(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range archivetest.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			if seen[c.Name] {
				t.Fatal("two cases have this name")
			}
			seen[c.Name] = true
			sub, violations := read(t, c.Bytes())
			if diff := cmp.Diff(c.Archive, ruleIDs(violations)); diff != "" {
				t.Errorf("archive rules (-want +got):\n%s\n%v", diff, violations)
			}
			content := sub.CheckContent([]string{"server.py"}, false, nil)
			if diff := cmp.Diff(c.Content, ruleIDs(content)); diff != "" {
				t.Errorf("content rules (-want +got):\n%s\n%v", diff, content)
			}
			for _, v := range append(violations, content...) {
				checkMessage(t, v)
				if strings.Contains(v.Message.FR+v.Message.EN, "%!") {
					t.Errorf("%s: wrong format: %+v", v.Rule, v.Message)
				}
			}
			checkUnpacked(t, sub)
			if len(violations) == 0 && sub.Listed() {
				checkAgainstStandardLibrary(t, sub, c.Bytes())
			}
		})
	}
	if len(seen) < 30 {
		t.Errorf("only %d cases", len(seen))
	}
}

// checkMessage fails when a violation could act on a terminal, or says nothing.
func checkMessage(t *testing.T, v archive.Violation) {
	t.Helper()
	for _, s := range []string{v.Message.FR, v.Message.EN, v.Expected} {
		hidden := strings.ContainsFunc(s, func(r rune) bool {
			return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError
		})
		if hidden || !utf8.ValidString(s) || len(s) > 2000 {
			t.Errorf("%s: unsafe message %q", v.Rule, s)
		}
	}
	if v.Message.FR == "" || v.Message.EN == "" {
		t.Errorf("%s: message %+v", v.Rule, v.Message)
	}
}

// checkUnpacked unpacks into a folder of its own and fails when anything is
// written beside what Files says, inside or outside.
func checkUnpacked(t *testing.T, sub *archive.Submission) {
	t.Helper()
	parent := t.TempDir()
	inside := filepath.Join(parent, "inside")
	if err := os.Mkdir(inside, 0o755); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(inside)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if err := sub.Unpack(root); err != nil {
		t.Errorf("unpack: %v", err)
	}
	var got []archive.File
	err = filepath.WalkDir(parent, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if m := info.Mode(); m != 0o644 && m != 0o755 {
			t.Errorf("%s: mode %v", p, m)
		}
		name, err := filepath.Rel(inside, p)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		if want, err := sub.ReadFile(filepath.ToSlash(name)); err != nil || !bytes.Equal(want, content) {
			t.Errorf("%s: other content than ReadFile's (%v)", name, err)
		}
		got = append(got, archive.File{Path: filepath.ToSlash(name), Size: info.Size(), Executable: info.Mode() == 0o755})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(got, func(a, b archive.File) int { return strings.Compare(a.Path, b.Path) })
	want := sub.Files()
	if len(want) == 0 {
		want = nil
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("unpacked files (-Files +folder):\n%s", diff)
	}
}

// checkAgainstStandardLibrary fails when archive/zip reads something else out
// of an archive that breaks no rule.
func checkAgainstStandardLibrary(t *testing.T, sub *archive.Submission, data []byte) {
	t.Helper()
	zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatalf("accepted, but archive/zip says: %v", err)
	}
	var theirs, ours []string
	for _, f := range zr.File {
		if f.Mode().IsDir() {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatalf("accepted, but archive/zip says of %q: %v", f.Name, err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatalf("accepted, but archive/zip says of %q: %v", f.Name, err)
		}
		if system := strings.HasPrefix(f.Name, "__MACOSX") || f.Name == ".DS_Store"; !system {
			theirs = append(theirs, string(content))
		}
	}
	for _, f := range sub.Files() {
		content, err := sub.ReadFile(f.Path)
		if err != nil {
			t.Fatal(err)
		}
		ours = append(ours, string(content))
	}
	slices.Sort(theirs)
	slices.Sort(ours)
	for _, o := range ours { // what the system put in differs by design
		if i, ok := slices.BinarySearch(theirs, o); ok {
			theirs = slices.Delete(theirs, i, i+1)
		} else {
			t.Errorf("archive/zip does not give the content %.60q", o)
		}
	}
}

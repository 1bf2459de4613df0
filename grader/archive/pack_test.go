package archive_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/archive"
)

func TestPack(t *testing.T) {
	files := []archive.Source{
		{Path: "server.py", Data: []byte("print(1)\n"), Executable: true},
		{Path: "lib/entête.py", Data: []byte("# é\n")},
	}
	got, violations, err := archive.Pack("de Gaulle", 3, 1, files, []string{"server.py"}, false, nil)
	if err != nil || violations != nil {
		t.Fatal(violations, err)
	}
	if got.Name != "degaulle-tp3-ex1.zip" {
		t.Errorf("name %s", got.Name)
	}
	if _, wrong := archive.ParseName(got.Name); wrong != nil {
		t.Error(wrong)
	}
	sub, violations := read(t, got.Data)
	if violations != nil {
		t.Error(violations)
	}
	if sub.SHA256 != got.Sub.SHA256 {
		t.Error("the submission is not of the bytes")
	}
	want := []archive.File{{Path: "lib/entête.py", Size: 5}, {Path: "server.py", Size: 9, Executable: true}}
	if diff := cmp.Diff(want, sub.Files()); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	checkAgainstStandardLibrary(t, sub, got.Data)

	slices.Reverse(files)
	again, _, err := archive.Pack("de Gaulle", 3, 1, files, []string{"server.py"}, false, nil)
	if err != nil || !bytes.Equal(again.Data, got.Data) {
		t.Errorf("the same files in another order give other bytes (%v)", err)
	}
}

func TestPackRefuses(t *testing.T) {
	program := archive.Source{Path: "server.py", Data: []byte("print(1)\n")}
	for _, tt := range []struct {
		name  string
		files []archive.Source
		want  []string
	}{
		{"nothing", nil, []string{"content.missing reject"}},
		{"another file", []archive.Source{{Path: "serveur.py"}}, []string{"content.missing reject"}},
		{"a report", []archive.Source{program, {Path: "rapport.pdf"}}, []string{"content.extra reject"}},
		{"bytecode", []archive.Source{program, {Path: "server.pyc"}}, []string{"content.binary reject"}},
		{"a path outside", []archive.Source{program, {Path: "../x.py"}}, []string{"archive.path reject"}},
		{"a file twice", []archive.Source{program, program}, []string{"archive.duplicate reject"}},
		{"names that differ in case", []archive.Source{program, {Path: "Server.py"}}, []string{"archive.duplicate reject"}},
		{"too big", []archive.Source{{Path: "server.py", Data: make([]byte, 9<<20)}}, []string{"archive.bomb reject"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, violations, err := archive.Pack("yunes", 3, 1, tt.files, []string{"server.py"}, false, nil)
			if got != nil || err != nil {
				t.Fatalf("got %v, %v; want violations alone", got, err)
			}
			if diff := cmp.Diff(tt.want, said(violations)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if got, _, err := archive.Pack("张", 3, 1, []archive.Source{program}, []string{"server.py"}, false, nil); got != nil || !errors.Is(err, archive.ErrNoName) {
		t.Errorf("got %v, %v; want ErrNoName", got, err)
	}
}

func TestPackTellsWhatItDoesNotRefuse(t *testing.T) {
	files := []archive.Source{{Path: "sioux.py"}, {Path: "www/index.html", Data: []byte("<html>")}}
	got, violations, err := archive.Pack("yunes", 3, 4, files, []string{"sioux.py"}, true, nil)
	if err != nil || got == nil {
		t.Fatal(violations, err)
	}
	if diff := cmp.Diff([]string{"content.extra warn"}, said(violations)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestGather(t *testing.T) {
	dir := t.TempDir()
	for name, mode := range map[string]os.FileMode{
		"server.py": 0o755, "sub/client.py": 0o644, "www/index.html": 0o644, "www/img/a.jpg": 0o644, "www/.DS_Store": 0o644, "www/__pycache__/x.pyc": 0o644,
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(name), mode); err != nil {
			t.Fatal(err)
		}
	}
	in := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	got, err := archive.Gather([]string{in("server.py"), in("sub/client.py"), in("www")}, archive.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := []archive.Source{
		{Path: "server.py", Data: []byte("server.py"), Executable: true},
		{Path: "client.py", Data: []byte("sub/client.py")},
		{Path: "www/img/a.jpg", Data: []byte("www/img/a.jpg")},
		{Path: "www/index.html", Data: []byte("www/index.html")},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	if err := os.Symlink("/etc/passwd", in("www/link.html")); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		paths  []string
		limits archive.Limits
		want   string
	}{
		{"absent", []string{in("absent.py")}, archive.Limits{}, "absent.py"},
		{"link in a folder", []string{in("www")}, archive.Limits{}, "link.html\": it is not an ordinary file"},
		{"too many", []string{in("server.py"), in("sub/client.py")}, archive.Limits{Entries: 1}, "client.py\": too much"},
		{"too big", []string{in("server.py")}, archive.Limits{Total: 5}, "server.py\": too much"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := archive.Gather(tt.paths, tt.limits); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

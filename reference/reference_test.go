package reference

import (
	"bytes"
	"context"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestUnknownNameListsTheChoices(t *testing.T) {
	_, err := Run(context.Background(), "serveur", nil, nil, nil, nil)
	if err == nil {
		t.Fatal("no error for an unknown name")
	}
	for _, name := range append(Names(), `"serveur"`) {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("error %q does not name %s", err, name)
		}
	}
}

// Each program, given arguments that it refuses, must answer with its own
// usage line and the status of a wrong usage.
func TestEveryNameRuns(t *testing.T) {
	wrong := map[string][]string{
		"server": {"6667"},
		"client": nil,
		"echo":   {"serveur"},
		"sioux":  {"port"},
	}
	for _, name := range Names() {
		var stdout, stderr bytes.Buffer
		status, err := Run(context.Background(), name, wrong[name], strings.NewReader(""), &stdout, &stderr)
		if err != nil || status != 2 || stdout.Len() > 0 || !strings.Contains(stderr.String(), "usage : "+name) {
			t.Errorf("%s %q: status %d, error %v, stdout %q, stderr %q", name, wrong[name], status, err, stdout.String(), stderr.String())
		}
	}
}

// The programs know nothing of the grader, and a student needs nothing but Go
// to read them; sioux is written over TCP, not over net/http.
func TestImports(t *testing.T) {
	seen := 0
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		seen++
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			first, _, _ := strings.Cut(path, "/")
			if path == "net/http" || strings.Contains(first, ".") || first == "netlab" && !strings.HasPrefix(path, "netlab/reference/") {
				t.Errorf("%s imports %s", name, path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 5 {
		t.Errorf("only %d files were seen", seen)
	}
}

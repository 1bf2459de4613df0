package main

import (
	"bufio"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// What follows tests the repository itself: the way of the data is the layout,
// and a few habits that no linter knows.

const root = ".."

// sources parses every Go file below root, by its slash-separated path.
func sources(t *testing.T) map[string]*ast.File {
	t.Helper()
	out := map[string]*ast.File{}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && p != root {
			return fs.SkipDir
		}
		if filepath.Ext(p) != ".go" {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		out[filepath.ToSlash(rel)] = f
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 100 {
		t.Fatalf("%d Go files: is this the repository?", len(out))
	}
	return out
}

// way is the way of the data: a package imports what stands before it, never
// what stands after it. Packages that stand together do not import one another.
var way = [][]string{
	{"grader/lang", "grader/spelling"},
	{"grader/archive", "grader/sandbox"},
	{"grader/course", "grader/scenario"},
	{"grader/grade"},
	{"grader/batch", "grader/proof"},
	{"grader/report"},
	{"grader/cli"},
	{"grader"},
}

// place returns where on the way a package stands: the place of the nearest
// package above it that is on the way. ok is false for one that is not on it.
func place(pkg string) (n int, top string, ok bool) {
	for p := pkg; p != "."; p = path.Dir(p) {
		for i, level := range way {
			if slices.Contains(level, p) {
				return i, p, p != "grader" || pkg == "grader"
			}
		}
	}
	return 0, "", false
}

func TestImportsFollowTheWayOfTheData(t *testing.T) {
	for name, f := range sources(t) {
		pkg := path.Dir(name)
		own := strings.HasSuffix(name, "_test.go")
		for _, im := range f.Imports {
			imported, err := strconv.Unquote(im.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			to, ours := strings.CutPrefix(imported, "netlab/")
			if !ours || own {
				continue // tests may reach for whatever they compare with
			}
			fromReference, toReference := strings.HasPrefix(pkg, "reference"), strings.HasPrefix(to, "reference")
			switch {
			case pkg == "scripts":
				t.Errorf("%s imports %s: the scripts have no logic", name, to)
			case fromReference && !toReference:
				t.Errorf("%s imports %s: the right answers do not know the grader", name, to)
			case toReference && !fromReference && pkg != "grader/cli":
				t.Errorf("%s imports %s: only the command line runs the right answers", name, to)
			case to == "scripts" && pkg != "grader/cli":
				t.Errorf("%s imports %s: exercises come in as a file system", name, to)
			}
			from, a, ok1 := place(pkg)
			at, b, ok2 := place(to)
			if ok1 && ok2 && a != b && at >= from {
				t.Errorf("%s imports %s, which stands after it on the way of the data", name, to)
			}
			if strings.HasPrefix(pkg, "grader") && !ok1 {
				t.Errorf("%s: the package %s has no place on the way of the data: give it one", name, pkg)
			}
		}
	}
}

func TestTestsWaitForEvents(t *testing.T) {
	for name, f := range sources(t) {
		if !strings.HasSuffix(name, "_test.go") {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "Sleep" {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" {
					t.Errorf("%s sleeps: a test waits for an event", name)
				}
			}
			return true
		})
	}
}

func TestPackagesAreDocumented(t *testing.T) {
	documented := map[string]bool{}
	for name, f := range sources(t) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		dir := path.Dir(name)
		documented[dir] = documented[dir] || f.Doc != nil
	}
	for dir, ok := range documented {
		if !ok {
			t.Errorf("package %s has no doc comment", dir)
		}
	}
}

func TestFilesHoldOneIdea(t *testing.T) {
	const most = 600 // lines
	for name := range sources(t) {
		f, err := os.Open(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for s := bufio.NewScanner(f); s.Scan(); {
			n++
		}
		f.Close()
		if n > most {
			t.Errorf("%s has %d lines: is there more than one idea in it?", name, n)
		}
	}
}

var makeTarget = regexp.MustCompile("(?m)(?:`|^ *)make ([a-z][a-z-]*)")

// TestDocumentedCommandsExist finds every make target that the pages name, on a
// line of its own or in backquotes.
func TestDocumentedCommandsExist(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, page := range []string{"README.md", "README.fr.md", ".ci/run"} {
		text, err := os.ReadFile(filepath.Join(root, page))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range makeTarget.FindAllSubmatch(text, -1) {
			named++
			if !regexp.MustCompile(`(?m)^` + string(m[1]) + `:`).Match(makefile) {
				t.Errorf("%s names make %s, which does not exist", page, m[1])
			}
		}
	}
	if named == 0 {
		t.Error("the pages name no target")
	}
}

func TestMainIsShort(t *testing.T) {
	text, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "\n"); n >= 50 {
		t.Errorf("main.go has %d lines, want under 50", n)
	}
}

package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// TestTypesElsewhere type-checks everything, tests as well, as it is built for
// systems that are not this one. `make cross` builds the command itself there,
// which takes ten times as long.
func TestTypesElsewhere(t *testing.T) {
	if testing.Short() {
		t.Skip("type-checks all there is three times")
	}
	for _, platform := range []string{"linux/arm64", "darwin/arm64", "windows/amd64"} {
		t.Run(platform, func(t *testing.T) {
			goos, goarch, _ := strings.Cut(platform, "/")
			found, err := packages.Load(&packages.Config{
				Context:   t.Context(),
				Dir:       root,
				Tests:     true,
				Mode:      packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports | packages.NeedDeps | packages.NeedTypes | packages.NeedSyntax,
				Env:       append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+goarch),
				ParseFile: outline,
			}, "./...")
			if err != nil {
				t.Fatal(err)
			}
			own := 0
			for _, p := range found {
				if strings.HasSuffix(p.ID, ".test") {
					continue // the main function that go test makes
				}
				own += len(p.CompiledGoFiles)
				for _, err := range p.Errors {
					t.Errorf("%s: %v", p.ID, err)
				}
			}
			if own < 100 {
				t.Errorf("%d Go files: is this the repository?", own)
			}
		})
	}
}

// outline parses a file, without the bodies of functions where it is not ours.
func outline(fset *token.FileSet, name string, src []byte) (*ast.File, error) {
	file, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
	if abs, absErr := filepath.Abs(root); file == nil || absErr == nil && strings.HasPrefix(name, abs+string(filepath.Separator)) {
		return file, err
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok {
			f.Body = nil
		}
	}
	return file, err
}

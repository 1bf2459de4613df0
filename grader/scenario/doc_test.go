package scenario

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestManual checks that doc.go has the synopsis of every verb, in order, and
// of no other.
func TestManual(t *testing.T) {
	data, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, manual, ok := strings.Cut(string(data), "\n# Verbs\n")
	if !ok {
		t.Fatal("doc.go has no section Verbs")
	}
	var got []string
	for line := range strings.Lines(manual) {
		if usage, ok := strings.CutPrefix(line, "\t"); ok {
			got = append(got, strings.TrimSpace(usage))
		}
	}
	var want []string
	for name, v := range verbs {
		want = append(want, v.usage)
		if word := strings.Fields(strings.TrimPrefix(v.usage, "[!] "))[0]; word != name {
			t.Errorf("verb %s has the usage %q", name, v.usage)
		}
		if strings.HasPrefix(v.usage, "[!] ") != v.negates {
			t.Errorf("usage %q, negates %v", v.usage, v.negates)
		}
	}
	slices.SortFunc(want, func(a, b string) int {
		return strings.Compare(strings.TrimPrefix(a, "[!] "), strings.TrimPrefix(b, "[!] "))
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("verbs (-table +doc.go):\n%s", diff)
	}
}

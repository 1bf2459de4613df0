package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/archive"
	"netlab/grader/archive/archivetest"
	"netlab/grader/grade"
)

// hostile writes every archive that is to be rejected into dir, under names that
// break no rule, and returns the rules that each breaks.
func hostile(t *testing.T, dir string) (paths []string, want map[string][]string) {
	t.Helper()
	warned := map[string]bool{}
	for _, r := range archive.Rules() {
		warned[r.ID] = r.Default != archive.Reject
	}
	want = map[string][]string{}
	for i, c := range archivetest.Cases() {
		rules := slices.Sorted(slices.Values(append(slices.Clone(c.Archive), c.Content...)))
		if !slices.ContainsFunc(rules, func(r string) bool { return !warned[r] }) {
			continue // it is graded
		}
		name := fmt.Sprintf("%s-tp3-ex1.zip", letters(i))
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, c.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		paths, want[name] = append(paths, path), rules
	}
	return paths, want
}

// letters writes a number as a family name.
func letters(n int) string {
	return "h" + string(rune('a'+n/26)) + string(rune('a'+n%26))
}

// tree lists what is in a folder: names, sizes, modes and times.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && !d.IsDir() {
			out = append(out, fmt.Sprint(path, info.Size(), info.Mode(), info.ModTime().UnixNano()))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestCheckOfHostileArchives: each is rejected, by exactly the rules it breaks,
// never a crash and never a fault; nothing is written anywhere, and what is
// shown of them is harmless.
func TestCheckOfHostileArchives(t *testing.T) {
	dir, tmp := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", tmp)
	paths, want := hostile(t, dir)
	if len(paths) < 80 {
		t.Errorf("only %d archives", len(paths))
	}
	before := tree(t, dir)
	var peak memory
	peak.begin(t)
	var stdout, stderr bytes.Buffer
	status := Run(t.Context(), append([]string{"check", "--lang", "en", "--exercise", "server", "--format", "json"}, paths...), strings.NewReader(""), &stdout, &stderr)
	if status == exitFault && strings.Contains(stderr.String(), "Python 3") {
		t.Skip(stderr.String())
	}
	if status != exitLost {
		t.Errorf("exit status %d, want %d: %s", status, exitLost, stderr.String())
	}
	// Each archive is read whole and unpacked in memory: 8 and 16 MiB, as many at
	// once as there are processors.
	peak.end(t, 128<<20+int64(runtime.NumCPU())*64<<20)
	var doc struct {
		Submissions []struct {
			Archive, Fault string
			Verdict        grade.Verdict
			Score          int
			Violations     []struct{ Rule string }
		}
	}
	if err := json.Unmarshal(stdout.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Submissions) != len(paths) {
		t.Errorf("%d results for %d archives", len(doc.Submissions), len(paths))
	}
	for _, s := range doc.Submissions {
		var rules []string
		for _, v := range s.Violations {
			rules = append(rules, v.Rule)
		}
		slices.Sort(rules)
		if diff := cmp.Diff(want[s.Archive], slices.Compact(rules)); diff != "" || s.Verdict != grade.Rejected || s.Score != 0 || s.Fault != "" {
			t.Errorf("%s: %s %d %s (-want +got):\n%s", s.Archive, s.Verdict, s.Score, s.Fault, diff)
		}
	}
	for _, l := range []string{"fr", "en"} {
		var text bytes.Buffer
		Run(t.Context(), append([]string{"check", "--lang", l, "-v"}, paths...), strings.NewReader(""), &text, &stderr)
		harmless(t, text.String())
	}
	harmless(t, stdout.String())
	harmless(t, stderr.String())
	if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
		t.Errorf("the archives' folder changed (-before +after):\n%s", diff)
	}
	if left := tree(t, tmp); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	for _, path := range []string{"/etc/x.py", "/etc/cron.d/x.py", filepath.Join(filepath.Dir(tmp), "x.py")} {
		if _, err := os.Lstat(path); err == nil {
			t.Errorf("%s was written", path)
		}
	}
}

// TestAllViolationsAtOnce: a name that breaks rules and an archive that does are
// told together.
func TestAllViolationsAtOnce(t *testing.T) {
	i := slices.IndexFunc(archivetest.Cases(), func(c archivetest.Case) bool { return c.Name == "all-at-once" })
	c := archivetest.Cases()[i]
	path := filepath.Join(t.TempDir(), "Yun\u00e8s\x1b]0;own\x07 TP3 ex1 (1).zip")
	if err := os.WriteFile(path, c.Bytes(), 0o600); err != nil {
		t.Skip(err) // not every system takes such a name
	}
	var stdout, stderr bytes.Buffer
	if status := Run(t.Context(), []string{"check", "--lang", "en", path}, strings.NewReader(""), &stdout, &stderr); status != exitLost {
		t.Errorf("exit status %d: %s", status, stderr.String())
	}
	harmless(t, stdout.String()+stderr.String())
	for _, rule := range append([]string{"name.accent", "name.case", "name.space"}, append(c.Archive, c.Content...)...) {
		if !strings.Contains(stdout.String(), rule) {
			t.Errorf("%s is not told:\n%s", rule, stdout.String())
		}
	}
}

// harmless fails when text could act on a terminal.
func harmless(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Error("not UTF-8")
	}
	for i, r := range text {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029') {
			t.Errorf("%q in %q", r, text[max(0, i-40):min(len(text), i+40)])
			return
		}
	}
}

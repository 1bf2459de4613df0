package batch

import (
	"os"
	"path/filepath"
	"testing"
)

// TestTitle: a class is not called ".".
func TestTitle(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tp3", "lundi")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	for folder, want := range map[string]string{".": "lundi", "./": "lundi", "..": "tp3", "../..": filepath.Base(filepath.Dir(filepath.Dir(dir))), "rendus/tp3": "rendus/tp3", "../mardi": "../mardi", "lot.zip": "lot.zip"} {
		if got := title(folder); got != want {
			t.Errorf("title(%q) = %q, want %q", folder, got, want)
		}
	}
}

package ci

import (
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// shadow makes dir a folder that looks like a clone of the repository, in which a
// script may write: links to what is read, a copy of the submissions, stand-ins
// for the commands that change a machine.
func shadow(t *testing.T, dir string) (env []string) {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"go.mod", "go.sum", "grader", "reference", "scripts"} {
		if err := os.Symlink(filepath.Join(root, name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	archives, err := filepath.Glob(filepath.Join(root, "submissions", "*.zip"))
	if err != nil || len(archives) < 2 {
		t.Fatalf("%d sample archives, %v", len(archives), err)
	}
	for _, name := range []string{"submissions", "stand-ins"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, archive := range archives {
		b, err := os.ReadFile(archive)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "submissions", filepath.Base(archive)), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"sudo", "apt-get"} {
		if err := os.WriteFile(filepath.Join(dir, "stand-ins", name), []byte("#!/bin/sh\nexit 0\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	env = append(os.Environ(), "PATH="+filepath.Join(dir, "stand-ins")+string(os.PathListSeparator)+os.Getenv("PATH"),
		"GITHUB_STEP_SUMMARY="+filepath.Join(dir, "step-summary.md"), "CGO_ENABLED=0", "LANG=fr_FR.UTF-8")
	return env
}

// TestScriptsRun: the commands of the examples do what they say: every archive is
// in every report, and the exit status is the one that the job's colour is made of.
func TestScriptsRun(t *testing.T) {
	// One place for all: what was compiled there is not compiled again.
	dir := filepath.Join(t.TempDir(), "clone")
	for name, script := range scripts(t) {
		t.Run(name, func(t *testing.T) {
			env := shadow(t, dir)
			t.Cleanup(func() {
				if err := os.RemoveAll(dir); err != nil {
					t.Error(err)
				}
			})
			cmd := exec.CommandContext(t.Context(), "bash", "-e", "-o", "pipefail", "-c", script)
			cmd.Dir, cmd.Env = dir, env
			out, err := cmd.CombinedOutput()
			// A sample loses points: GitHub's script takes the status 1 for its own, and
			// GitLab's leaves it to the job.
			want := map[string]int{"github-actions.yml": 0, "gitlab-ci.yml": 1}[name]
			if got := cmd.ProcessState.ExitCode(); got != want {
				t.Fatalf("exit status %d, want %d: %v\n%s", got, want, err, out)
			}
			for _, call := range graderCalls(script) {
				checkFlags(t, dir, call)
			}
			summary := filepath.Join(dir, "grades", "summary.md")
			if name == "github-actions.yml" {
				summary = filepath.Join(dir, "step-summary.md")
			}
			for _, file := range []string{
				filepath.Join(dir, "grades", "class.txt"), filepath.Join(dir, "grades", "junit.xml"), filepath.Join(dir, "grades", "grades.csv"),
				filepath.Join(dir, "grades", "html", "index.html"), filepath.Join(dir, "grades", "journal.jsonl"), summary,
			} {
				b, err := os.ReadFile(file)
				if err != nil {
					t.Error(err)
				}
				for _, student := range []string{"yunes", "degaulle", "curie"} {
					if !strings.Contains(string(b), student) {
						t.Errorf("%s is not in %s", student, filepath.Base(file))
					}
				}
			}
			b, err := os.ReadFile(filepath.Join(dir, "grades", "junit.xml"))
			if err != nil {
				t.Fatal(err)
			}
			if err := xml.Unmarshal(b, new(struct {
				Suites []struct{} `xml:"testsuite"`
			})); err != nil {
				t.Error(err)
			}
		})
	}
}

// checkFlags: every flag of a call is one that the command's help tells of.
func checkFlags(t *testing.T, dir string, call []string) {
	t.Helper()
	help, err := exec.CommandContext(t.Context(), filepath.Join(dir, "bin", "grader"), call[0], "--help").Output()
	if err != nil {
		t.Fatalf("grader %s --help: %v", call[0], err)
	}
	for _, word := range call {
		if flag, _, _ := strings.Cut(word, "="); strings.HasPrefix(flag, "--") && !strings.Contains(string(help), flag) {
			t.Errorf("grader %s has no %s", call[0], flag)
		}
	}
}

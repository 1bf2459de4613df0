// Package ci checks the examples for CI systems, as far as a machine without
// these systems can: that they have the form their systems want, and that their
// commands are commands.
package ci

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// workflow is the part of GitHub's workflow syntax that the example uses
// ("github-workflow.json" of SchemaStore): a key that is not here is an error.
type workflow struct {
	Name string `yaml:"name"`
	On   struct {
		Push struct {
			Paths []string `yaml:"paths"`
		} `yaml:"push"`
		Dispatch *struct{} `yaml:"workflow_dispatch"`
	} `yaml:"on"`
	Permissions map[string]string `yaml:"permissions"`
	Concurrency struct {
		Group  string `yaml:"group"`
		Cancel bool   `yaml:"cancel-in-progress"`
	} `yaml:"concurrency"`
	Jobs map[string]struct {
		RunsOn  string `yaml:"runs-on"`
		Minutes int    `yaml:"timeout-minutes"`
		Steps   []struct {
			Name string         `yaml:"name"`
			If   string         `yaml:"if"`
			Uses string         `yaml:"uses"`
			With map[string]any `yaml:"with"`
			Run  string         `yaml:"run"`
		} `yaml:"steps"`
	} `yaml:"jobs"`
}

// job is the part of GitLab's syntax that the example uses ("ci.json" of GitLab's
// editor schema).
type job struct {
	Image   string `yaml:"image"`
	Timeout string `yaml:"timeout"`
	Rules   []struct {
		Changes []string `yaml:"changes"`
		When    string   `yaml:"when"`
		Allow   bool     `yaml:"allow_failure"`
	} `yaml:"rules"`
	Resource string `yaml:"resource_group"`
	Cache    struct {
		Key   string   `yaml:"key"`
		When  string   `yaml:"when"`
		Paths []string `yaml:"paths"`
	} `yaml:"cache"`
	Before []string `yaml:"before_script"`
	Script []string `yaml:"script"`
	Allow  struct {
		Codes int `yaml:"exit_codes"`
	} `yaml:"allow_failure"`
	Retry struct {
		Max   int `yaml:"max"`
		Codes int `yaml:"exit_codes"`
	} `yaml:"retry"`
	Artifacts struct {
		When    string   `yaml:"when"`
		Expire  string   `yaml:"expire_in"`
		Paths   []string `yaml:"paths"`
		Reports struct {
			JUnit string `yaml:"junit"`
		} `yaml:"reports"`
	} `yaml:"artifacts"`
}

func decode(t *testing.T, file string, into any) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

func github(t *testing.T) workflow {
	var w workflow
	decode(t, "github-actions.yml", &w)
	return w
}

func gitlab(t *testing.T) job {
	var jobs map[string]job
	decode(t, "gitlab-ci.yml", &jobs)
	if len(jobs) != 1 {
		t.Fatalf("%d jobs", len(jobs))
	}
	return jobs["grade"]
}

func TestGitHubActionsForm(t *testing.T) {
	w := github(t)
	action := regexp.MustCompile(`^[\w-]+/[\w-]+(?:/[\w-]+)?@v[0-9]+$`)
	if len(w.On.Push.Paths) == 0 || w.Permissions["contents"] != "read" || len(w.Permissions) != 1 || w.Concurrency.Group == "" || w.Concurrency.Cancel {
		t.Errorf("%+v", w)
	}
	for name, j := range w.Jobs {
		if !regexp.MustCompile(`^[A-Za-z_][\w-]*$`).MatchString(name) || j.RunsOn == "" || j.Minutes <= 0 || len(j.Steps) == 0 {
			t.Errorf("job %q: %+v", name, j)
		}
		uploads := false
		for i, s := range j.Steps {
			switch {
			case (s.Uses == "") == (s.Run == ""):
				t.Errorf("step %d: one of uses and run", i+1)
			case s.Uses != "" && !action.MatchString(s.Uses):
				t.Errorf("step %d: uses %q", i+1, s.Uses)
			case s.Run != "" && s.With != nil:
				t.Errorf("step %d: with is for uses", i+1)
			case strings.Contains(s.Run, "${{"):
				t.Errorf("step %d: an expression in a script is an injection", i+1)
			}
			uploads = uploads || strings.HasPrefix(s.Uses, "actions/upload-artifact@") && strings.Contains(s.If, "cancelled()")
		}
		if !uploads {
			t.Errorf("job %q: no reports are kept when grading fails", name)
		}
	}
}

func TestGitLabForm(t *testing.T) {
	j := gitlab(t)
	when := regexp.MustCompile(`^(on_success|on_failure|always)$`)
	switch {
	case j.Image == "", len(j.Script) == 0, len(j.Rules) == 0, j.Resource == "":
		t.Errorf("%+v", j)
	case !when.MatchString(j.Artifacts.When), !when.MatchString(j.Cache.When):
		t.Errorf("when %q, %q", j.Artifacts.When, j.Cache.When)
	case !regexp.MustCompile(`^[0-9]+ (days?|weeks?|months?)$`).MatchString(j.Artifacts.Expire), !regexp.MustCompile(`^[0-9]+[hm]$`).MatchString(j.Timeout):
		t.Errorf("expire %q, timeout %q", j.Artifacts.Expire, j.Timeout)
	case j.Allow.Codes != 1, j.Retry.Codes != 3, j.Retry.Max < 1 || j.Retry.Max > 2:
		t.Errorf("exit statuses: %+v, %+v", j.Allow, j.Retry)
	case !strings.HasSuffix(j.Artifacts.Reports.JUnit, ".xml"):
		t.Errorf("GitLab reads no %q", j.Artifacts.Reports.JUnit)
	case !strings.Contains(strings.Join(j.Script, "\n"), "--report junit="+j.Artifacts.Reports.JUnit):
		t.Errorf("nothing writes %s", j.Artifacts.Reports.JUnit)
	}
}

// scripts are the shell scripts of both examples, in the order they run, each as
// its system gives it to a shell.
func scripts(t *testing.T) map[string]string {
	var hub []string
	for _, s := range github(t).Jobs["grade"].Steps {
		if s.Run != "" {
			hub = append(hub, s.Run)
		}
	}
	lab := gitlab(t)
	return map[string]string{
		"github-actions.yml": strings.Join(hub, "\n"),
		"gitlab-ci.yml":      strings.Join(append(lab.Before, lab.Script...), "\n"),
	}
}

func TestScriptsAreShell(t *testing.T) {
	for name, script := range scripts(t) {
		cmd := exec.Command("bash", "-n")
		cmd.Stdin = strings.NewReader(script)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
		if calls := graderCalls(script); len(calls) == 0 {
			t.Errorf("%s grades nothing", name)
		}
	}
}

// graderCalls are the arguments of each call of the grader in a script.
func graderCalls(script string) [][]string {
	var out [][]string
	for _, line := range strings.Split(strings.ReplaceAll(script, "\\\n", " "), "\n") {
		words := strings.Fields(line)
		if len(words) == 0 || words[0] != "bin/grader" {
			continue
		}
		for i, w := range words {
			if w == "||" || w == "&&" {
				words = words[:i]
				break
			}
		}
		out = append(out, words[1:])
	}
	return out
}

// TestReports: each example asks for the reports that people use, each once.
func TestReports(t *testing.T) {
	for name, script := range scripts(t) {
		seen := map[string]bool{}
		for _, call := range graderCalls(script) {
			for i, w := range call {
				if w != "--report" {
					continue
				}
				if i+1 == len(call) {
					t.Fatalf("%s: --report of nothing", name)
				}
				format, path, ok := strings.Cut(call[i+1], "=")
				if !ok || path == "" || seen[format] {
					t.Errorf("%s: --report %s", name, call[i+1])
				}
				seen[format] = true
			}
		}
		if got := fmt.Sprint(seen); got != "map[csv:true html:true junit:true markdown:true text:true]" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

package report

import (
	"strings"
	"testing"

	"netlab/grader/grade"
	"netlab/grader/lang"
)

// TestIsolationIsNamedWhereItIsNotFull: a student needs no list of what is as it
// should be.
func TestIsolationIsNamedWhereItIsNotFull(t *testing.T) {
	needed := strings.Fields("user pid mount net uts ipc cgroup read-only-root work-limits private-proc no-capabilities no-new-privileges seccomp landlock rlimits memory-watch")
	r := serverResult()
	for want, names := range map[string][]string{
		"isolation : complète": append([]string{"cpu-cgroup"}, needed...),
		"landlock, rlimits":    needed[:len(needed)-1],
		"isolation : aucune":   {"none"},
	} {
		r.Environment.Isolation = names
		if text := render(t, []grade.Result{r}, Options{Lang: lang.FR}); !strings.Contains(text, want) {
			t.Errorf("%v: no %q in\n%s", names, want, text)
		}
	}
	if got := Isolation(grade.Environment{Isolation: needed}, lang.FR); got != strings.Join(needed, ", ") {
		t.Errorf("the page names %s", got)
	}
}

package cli

import (
	"bufio"
	"strings"

	"netlab/grader/archive"
	"netlab/grader/batch"
	"netlab/grader/grade"
	"netlab/grader/lang"
)

// overview prints a class on standard output, one line a submission.
func overview(p *program, c *batch.Class) error {
	w := bufio.NewWriter(p.stdout)
	say := func(t lang.Text) {
		// Flush returns the error of all that was written.
		_, _ = w.WriteString(t.In(p.lang) + "\n")
	}
	for _, row := range c.Rows {
		say(lang.F("%s : %s", "%s: %s", archive.Show(row.Path), mark(row.Result)))
		for _, o := range row.Older {
			say(lang.F("  remplace %s", "  replaces %s", archive.Show(o)))
		}
	}
	for _, path := range c.Pending {
		say(lang.F("%s : pas encore corrigé", "%s: not graded yet", archive.Show(path)))
	}
	for _, o := range c.Others {
		say(lang.F("%s : pas une archive (%s)", "%s: no archive (%s)", archive.Show(o.Path), archive.Show(o.Note)))
	}
	for _, a := range c.Absent {
		say(lang.F("%s : rien rendu", "%s: handed in nothing", archive.Show(strings.TrimSpace(a.Family+" "+a.Given))))
	}
	for _, row := range c.Rows {
		if row.Result.Verdict == grade.Fault {
			say(lang.F("panne : %s", "fault: %s", archive.Show(row.Result.Fault)))
			say(lang.F("  pour refaire : %s", "  to do it again: %s", commandLine(row.Again)))
		}
	}
	return w.Flush()
}

// commandLine writes a command as a shell takes it.
func commandLine(args []string) string {
	var out []string
	for _, a := range args {
		if strings.Trim(a, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+=,-") != "" || a == "" {
			a = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
		out = append(out, a)
	}
	return strings.Join(out, " ")
}

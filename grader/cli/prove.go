package cli

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"netlab/grader/course"
	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/proof"
	"netlab/grader/report"
)

type proveCommand struct {
	Exercises []string `arg:"" optional:"" name:"exercise" help:"${help_exercises}"`
	Only      string   `help:"${help_only}" placeholder:"TEXT"`
	Repeat    int      `help:"${help_repeat}" placeholder:"N" default:"1"`
	Every     int      `help:"${help_every}" placeholder:"N" default:"1"`
	Seed      uint64   `hidden:""`
	Verbose   bool     `short:"v" help:"${help_verbose}"`
	suiteFlags
}

// Run grades the labelled programs and prints the kill matrix.
func (c *proveCommand) Run(p *program) error {
	if err := cmp.Or(c.checkJobs(), atLeastOne("--repeat", c.Repeat), atLeastOne("--every", c.Every)); err != nil {
		return err
	}
	if c.Scripts == "" {
		// The labelled programs are not in the executable.
		c.Scripts = "scripts"
		if _, err := os.Stat(filepath.Join(c.Scripts, "server", "exercise.toml")); err != nil {
			return usageError{
				text: lang.T("les programmes étiquetés ne sont pas là", "the labelled programs are not here"),
				hint: lang.T("lancez la commande dans le dépôt, ou donnez leur dossier avec --scripts", "run the command in the repository, or give their folder with --scripts"),
			}
		}
	}
	suites, err := c.suites()
	if err != nil {
		return err
	}
	var known []string
	for _, s := range suites {
		known = append(known, s.Exercise.ID)
	}
	for _, id := range c.Exercises {
		if !slices.Contains(known, id) {
			return usageError{text: lang.F("exercice inconnu : %s (choix : %s)", "unknown exercise: %s (choices: %s)", id, strings.Join(known, ", "))}
		}
	}
	g, done, err := c.grader(p)
	if err != nil {
		return err
	}
	jobs := cmp.Or(c.jobs(), 4*g.Parallel) // many of them sleep and wait
	g.Parallel = 1
	bad := 0
	for _, s := range suites {
		if len(c.Exercises) > 0 && !slices.Contains(c.Exercises, s.Exercise.ID) {
			continue
		}
		n, err := c.prove(p, g, s, jobs)
		if err != nil {
			return err
		}
		bad += n
	}
	if err := done(); err != nil {
		return err
	}
	if bad > 0 {
		p.status = exitLost
		fmt.Fprintf(p.stdout, "\n%d programs or criteria are not as their labels say\n", bad)
	}
	return nil
}

func (c *proveCommand) prove(p *program, g *grade.Grader, s *grade.Suite, jobs int) (bad int, err error) {
	programs, err := labelled(os.DirFS(c.Scripts), s.Exercise)
	if err != nil {
		return 0, err
	}
	programs = slices.DeleteFunc(programs, func(l proof.Program) bool { return !strings.Contains(l.Name, c.Only) })
	programs = every(c.Every, programs)
	ids := scored(s.Exercise)
	fmt.Fprintf(p.stdout, "%s: %d programs\n%s\n", s.Exercise.ID, len(programs), heading(ids))
	outcomes, err := proof.Run(p.ctx, g, s, programs, proof.Plan{Seed: c.Seed, Jobs: jobs, Rounds: c.Repeat}, func(o proof.Outcome) {
		line := row(ids, o)
		if o.Rounds < c.Repeat {
			line += fmt.Sprintf("  (%d of %d rounds)", o.Rounds, c.Repeat)
		}
		fmt.Fprintln(p.stdout, line)
		for _, v := range o.Varied {
			fmt.Fprintf(p.stdout, "    %s\n", report.EscapeText(variation(v).In(p.lang)))
		}
		if c.Verbose && !o.OK() {
			o.Result.Archive = o.Program.Name
			// The report is for whoever looks at the failure; its own errors are the writer's.
			_ = report.Text(p.stdout, []grade.Result{o.Result}, report.Options{Lang: p.lang, Verbose: true})
		}
	})
	if err != nil {
		return 0, err
	}
	for _, o := range outcomes {
		if !o.OK() {
			bad++
		}
	}
	if c.Only == "" && c.Every == 1 {
		for _, id := range proof.Unkilled(s.Exercise, outcomes) {
			bad++
			fmt.Fprintf(p.stdout, "criterion %s is lost by no program\n", id)
		}
	}
	return bad, nil
}

// labelled returns the labelled programs of an exercise, its reference
// program first if there is one.
func labelled(fsys fs.FS, ex *course.Exercise) ([]proof.Program, error) {
	programs, err := proof.Load(fsys, ex)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(ex.Deliverables, func(d string) bool { return referenceArgs(d) == nil }) {
		return programs, nil // an exercise that is not the sheet's
	}
	ref := proof.Program{Name: "reference", About: "the reference program", Advice: true, Reference: referenceArgs}
	return append([]proof.Program{ref}, programs...), nil
}

// referenceArgs is how this executable is the reference program for a file.
func referenceArgs(file string) []string {
	name, ok := map[string][]string{
		"server.py": {"server"}, "client.py": {"client"}, "server_echo.py": {"echo", "server"},
		"client_echo.py": {"echo", "client"}, "sioux.py": {"sioux"},
	}[file]
	if !ok {
		return nil
	}
	return append([]string{"grader", "reference"}, name...)
}

func scored(ex *course.Exercise) []string {
	var ids []string
	for _, c := range ex.Criteria {
		if !c.Advice {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

func heading(ids []string) string {
	return fmt.Sprintf("%-44s %s", "", strings.Join(ids, " "))
}

// row shows what a program lost: x as it should, ! though it should not, k
// kept though it should be lost.
func row(ids []string, o proof.Outcome) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-44s", cut(o.Program.Name, 44))
	for _, id := range ids {
		mark := "."
		switch {
		case slices.Contains(o.Lost, id):
			mark = "!"
		case slices.Contains(o.Kept, id):
			mark = "k"
		case slices.Contains(o.Program.Loses, id):
			mark = "x"
		}
		fmt.Fprintf(&b, " %-*s", len(id), mark)
	}
	fmt.Fprintf(&b, " %2d/%d %5.1f s", o.Result.Score, o.Result.Max, o.Took.Seconds())
	if o.Program.Advice && len(o.Lost) > 0 {
		fmt.Fprintf(&b, "  lost %s", strings.Join(o.Lost, " "))
	}
	if o.Result.Verdict == grade.Fault {
		fmt.Fprintf(&b, "  fault: %s", o.Result.Fault)
	} else if !o.OK() {
		b.WriteString("  <-- not as labelled")
	}
	return b.String()
}

// every returns the first of each n programs.
func every(n int, programs []proof.Program) []proof.Program {
	var out []proof.Program
	for i := 0; i < len(programs); i += n {
		out = append(out, programs[i])
	}
	return out
}

func cut(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}

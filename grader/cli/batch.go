package cli

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"netlab/grader/archive"
	"netlab/grader/batch"
	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/report"
)

type batchCommand struct {
	Folder  string   `arg:"" name:"folder" help:"${help_folder}"`
	Journal string   `help:"${help_journal}" placeholder:"FILE"`
	Only    string   `help:"${help_batch_only}" enum:",changed,faults,failed" default:"" placeholder:"changed|faults|failed"`
	Path    string   `help:"${help_path}" placeholder:"PATH"`
	Report  []string `help:"${help_report_to}" placeholder:"FORMAT=PATH" sep:"none"`
	Quiet   bool     `short:"q" help:"${help_quiet}"`
	Roster  string   `help:"${help_roster}" placeholder:"FILE"`
	moodleFlags
	deskFlags
	suiteFlags
}

// Run grades a class, or goes on grading it.
func (c *batchCommand) Run(p *program) error {
	if err := c.check(p); err != nil {
		return err
	}
	reports, err := c.reports()
	if err != nil {
		return err
	}
	sheet, err := c.read()
	if err != nil {
		return err
	}
	c.Isolated = true
	desk, done, err := c.desk(p, &c.suiteFlags, c.Roster)
	if err != nil {
		return err
	}
	desk.Grader.Parallel = 1
	class, err := c.grade(p, desk)
	if err = errors.Join(err, done()); err != nil {
		return refusal(err)
	}
	p.status = classStatus(class)
	width, tty := terminal(p.stdout)
	w := bufio.NewWriter(p.stdout)
	err = report.ClassText(w, class, report.Options{Lang: p.lang, Color: report.ColorWanted(tty, p.getenv), Width: width})
	if err = errors.Join(err, w.Flush()); err != nil {
		return err
	}
	for _, r := range reports { // one that cannot be written does not cost the others
		err = errors.Join(err, r.write([]*batch.Class{class}, p.view(sheet)))
	}
	if len(class.Pending) > 0 && p.ctx.Err() != nil {
		p.errorf("%s", lang.F("arrêté : %d archives restent à corriger ; la même commande continue", "stopped: %d archives are left to grade; the same command goes on", len(class.Pending)).In(p.lang))
	}
	return err
}

// check finds what is wrong with the command before anything is done.
func (c *batchCommand) check(p *program) error {
	info, err := os.Stat(c.Folder)
	if err != nil {
		return usageError{text: lang.OfError(err)}
	}
	if err := c.checkJobs(); err != nil {
		return err
	}
	if c.Journal == "" {
		c.Journal = filepath.Join(c.Folder, "grader.journal")
		if !info.IsDir() {
			c.Journal = c.Folder + ".journal"
		}
	}
	return nil
}

// reports reads the --report flags. What they write must not be found as a
// submission by the next run.
func (c *batchCommand) reports() ([]rendering, error) {
	var out []rendering
	for _, r := range c.Report {
		name, path, ok := strings.Cut(r, "=")
		if !ok || path == "" {
			return nil, usageError{text: lang.F("--report %s : FORME=CHEMIN est attendu", "--report %s: expected FORMAT=PATH", r)}
		}
		f, err := formatNamed(name)
		if err != nil {
			return nil, err
		}
		if inside(c.Folder, path) {
			return nil, usageError{text: lang.F("--report %s : dans le dossier à corriger, il serait pris pour une copie ; choisissez un autre endroit",
				"--report %s: in the folder to grade it would be taken for a submission; choose another place", r)}
		}
		to := rendering{format: f, path: path}
		if err := to.check("--report " + name + "="); err != nil {
			return nil, err
		}
		out = append(out, to)
	}
	return out, nil
}

// inside reports whether path is below folder.
func inside(folder, path string) bool {
	a, err := filepath.Abs(folder)
	if err != nil {
		return false
	}
	b, err := filepath.Abs(path)
	if err != nil {
		return false
	}
	rel, err := filepath.Rel(a, b)
	return err == nil && filepath.IsLocal(rel)
}

// grade runs the gradings. The first interrupt, which ends p.ctx, lets those
// that have begun come to their end; the second one gives them up.
func (c *batchCommand) grade(p *program, desk *grade.Desk) (*batch.Class, error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(p.ctx))
	defer cancel()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	go func() {
		for range 2 { // the first one ends p.ctx
			select {
			case <-signals:
			case <-ctx.Done():
				return
			}
		}
		cancel()
	}()
	view := newProgress(p, c.Quiet)
	defer view.close()
	return batch.Run(ctx, batch.Plan{
		Desk: desk, Folder: c.Folder, Journal: c.Journal, Build: build(), Jobs: c.jobs(),
		Only: batch.Only(c.Only), Path: c.Path, Reference: referenceArgs, Again: c.again, Observe: view.observe, Stop: p.ctx.Done(),
	})
}

// refusal puts a failure of a run into words.
func refusal(err error) error {
	var busy *batch.BusyError
	switch {
	case errors.As(err, &busy) && busy.PID != 0:
		return faultError{lang.F("une autre correction écrit déjà dans %s (processus %d) : attendez qu'elle finisse, ou arrêtez-la",
			"another run is writing %s (process %d): wait until it ends, or stop it", archive.Show(busy.Journal), busy.PID)}
	case errors.As(err, &busy):
		return faultError{lang.F("une autre correction écrit déjà dans %s : attendez qu'elle finisse, ou arrêtez-la",
			"another run is writing %s: wait until it ends, or stop it", archive.Show(busy.Journal))}
	case errors.Is(err, batch.ErrNoJournal):
		return usageError{text: lang.OfError(err)}
	case errors.Is(err, batch.ErrNothing):
		return usageError{
			text: lang.OfError(err),
			hint: lang.T("donnez le dossier qui contient les archives, ou une archive d'archives", "give the folder that has the archives in it, or an archive of archives"),
		}
	}
	return err
}

// again is the command that grades one submission again: check where it can,
// which changes nothing that is kept.
func (c *batchCommand) again(path string, inside bool) []string {
	args := []string{"grader", "check", filepath.Join(c.Folder, filepath.FromSlash(path))}
	if info, err := os.Stat(c.Folder); err == nil && !info.IsDir() {
		args[2] = c.Folder
	}
	if inside {
		args = []string{"grader", "batch", c.Folder, "--journal", c.Journal, "--path", path}
		if c.Roster != "" {
			args = append(args, "--roster", c.Roster)
		}
	}
	for _, f := range []struct{ name, value string }{
		{"--exercise", c.Exercise},
		{"--course", c.Course},
		{"--seed", c.Seed},
		{"--scripts", c.Scripts},
		{"--python", c.Python},
	} {
		if f.value != "" {
			args = append(args, f.name, f.value)
		}
	}
	if c.Unsafe {
		args = append(args, "--unsafe")
	}
	return args
}

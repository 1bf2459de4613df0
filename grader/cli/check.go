package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"netlab/grader/course"
	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/report"
	"netlab/grader/sandbox"
	"netlab/scripts"
)

// suiteFlags choose what is asked and what runs it.
type suiteFlags struct {
	Scripts string `help:"${help_scripts}" placeholder:"DIR" type:"existingdir"`
	Python  string `help:"${help_python}" placeholder:"PATH"`
	Unsafe  bool   `help:"${help_unsafe}"`
	Jobs    *int   `help:"${help_jobs}" placeholder:"N"` // nil to go by the machine
	// Isolated refuses to go on without isolation, unless Unsafe asks for that.
	Isolated bool `kong:"-"`
}

// deskFlags say what archives answer and by whose rules.
type deskFlags struct {
	Exercise string `help:"${help_exercise}" placeholder:"ID"`
	Course   string `help:"${help_course}" placeholder:"FILE"`
	Seed     string `help:"${help_seed}" placeholder:"HEX"`
}

type checkCommand struct {
	Archives []string `arg:"" name:"archive" help:"${help_archives}"`
	Format   string   `help:"${help_format}" enum:"text,json" default:"text" placeholder:"text|json"`
	deskFlags
	Repeat  int  `help:"${help_repeat}" placeholder:"N" default:"1"`
	Verbose bool `short:"v" help:"${help_verbose}"`
	suiteFlags
}

// Run grades the archives in turn and reports them together.
func (c *checkCommand) Run(p *program) error {
	if err := cmp.Or(c.checkJobs(), atLeastOne("--repeat", c.Repeat)); err != nil {
		return err
	}
	desk, done, err := c.bench(p)
	if err != nil {
		return err
	}
	repeated := make([]grade.Repeated, len(c.Archives))
	group, ctx := errgroup.WithContext(p.ctx)
	group.SetLimit(desk.jobs)
	for i, path := range c.Archives {
		group.Go(func() error {
			for range c.Repeat {
				repeated[i].Add(desk.Archive(ctx, path))
				if ctx.Err() != nil {
					return ctx.Err()
				}
			}
			return nil
		})
	}
	err = errors.Join(group.Wait(), done())
	if err != nil {
		return err
	}
	results := make([]grade.Result, len(repeated))
	for i, r := range repeated {
		results[i] = r.First
	}
	p.status = statusOf(results)
	if c.Repeat > 1 {
		c.compare(p, repeated)
	}
	if c.Format == "json" {
		return report.JSON(p.stdout, results, p.lang)
	}
	width, tty := terminal(p.stdout)
	for _, path := range c.Archives { // the report tells it to the teacher, this to who typed the name and does not see the report
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && !tty {
			p.errorf("%s", lang.OfError(err).In(p.lang))
		}
	}
	return report.Text(p.stdout, results, report.Options{
		Lang: p.lang, Color: report.ColorWanted(tty, p.getenv), Width: width, Verbose: c.Verbose,
	})
}

// compare says which statuses were not the same in all gradings, on standard
// error: the report is of the first grading.
func (c *checkCommand) compare(p *program, repeated []grade.Repeated) {
	for _, r := range repeated {
		varied := r.Varied()
		if len(varied) == 0 {
			p.errorf("%s", lang.F("%s : corrigé %d fois, chaque fois pareil", "%s: graded %d times, the same each time", r.First.Archive, r.N).In(p.lang))
		}
		for _, v := range varied {
			p.status = exitFault
			p.errorf("%s: %s", r.First.Archive, variation(v).In(p.lang))
		}
	}
}

// variation tells what was not the same each time, and why the first grading
// that differed did.
func variation(v grade.Variation) lang.Text {
	var counts []string
	for _, n := range v.Counts {
		counts = append(counts, fmt.Sprintf("%s %d×", n.Status, n.N))
	}
	name := lang.F("critère %s", "criterion %s", v.Criterion)
	why := lang.T(v.Other.FaultIn(lang.FR), v.Other.FaultIn(lang.EN))
	if v.Criterion == "" {
		name = lang.T("verdict", "verdict")
	}
	for _, k := range v.Other.Criteria {
		if k.ID == v.Criterion && !k.Message.Empty() {
			why = k.Message
		}
	}
	return lang.Join(" : ", lang.F("%s : %s", "%s: %s", name, strings.Join(counts, ", ")), why)
}

// bench is a desk and how many programs it may run at once.
type bench struct {
	grade.Desk
	jobs int
}

func (c *checkCommand) bench(p *program) (*bench, func() error, error) {
	desk, done, err := c.desk(p, &c.suiteFlags, "")
	if err != nil {
		return nil, nil, err
	}
	b := &bench{jobs: 1, Desk: *desk}
	if len(c.Archives) > 1 && !plain(desk.Grader) {
		b.jobs, desk.Grader.Parallel = desk.Grader.Parallel, 1
	}
	return b, done, nil
}

// desk opens what grades archives. roster is the file of a roster that stands
// for the course's, "" for that one. done closes it all.
func (f *deskFlags) desk(p *program, s *suiteFlags, roster string) (d *grade.Desk, done func() error, err error) {
	d = &grade.Desk{Exercise: f.Exercise}
	if f.Course != "" {
		if d.Course, err = course.ReadCourse(f.Course); err != nil {
			return nil, nil, usageError{text: lang.OfError(err)}
		}
		if roster == "" {
			roster = d.Course.Roster
		}
	}
	if roster != "" {
		if d.Roster, err = course.OpenRoster(roster); err != nil {
			return nil, nil, usageError{text: lang.OfError(err)}
		}
	}
	if f.Seed != "" {
		if d.Seed, err = strconv.ParseUint(f.Seed, 16, 64); err != nil {
			return nil, nil, usageError{text: lang.F("--seed %s : un nombre hexadécimal est attendu, tel que le rapport le montre", "--seed %s: expected a hexadecimal number, as the report shows it", f.Seed)}
		}
	}
	if d.Suites, err = s.suites(); err != nil {
		return nil, nil, err
	}
	if f.Exercise != "" {
		var ids []*course.Exercise
		for _, s := range d.Suites {
			ids = append(ids, s.Exercise)
		}
		if _, _, err := course.Find(ids, course.Choice{ID: f.Exercise}); err != nil {
			return nil, nil, usageError{text: lang.OfError(err)}
		}
	}
	d.Grader, done, err = s.grader(p)
	return d, done, err
}

func plain(g *grade.Grader) bool {
	layers := g.Sandbox.Isolation()
	return len(layers) == 1 && layers[0] == "none"
}

// jobs is how many programs run at once, 0 to go by the machine.
func (f *suiteFlags) jobs() int {
	if f.Jobs == nil {
		return 0
	}
	return *f.Jobs
}

func (f *suiteFlags) checkJobs() error {
	if f.Jobs == nil {
		return nil
	}
	return atLeastOne("--jobs", *f.Jobs)
}

// atLeastOne refuses a number of times that would do nothing.
func atLeastOne(flag string, n int) error {
	if n >= 1 {
		return nil
	}
	return usageError{text: lang.F("%s %d : un nombre à partir de 1 est attendu", "%s %d: expected a number from 1 on", flag, n)}
}

// folder is where the exercises are read from.
func (f *suiteFlags) folder() fs.FS {
	if f.Scripts != "" {
		return os.DirFS(f.Scripts)
	}
	return scripts.FS
}

// suites loads and checks every exercise.
func (f *suiteFlags) suites() ([]*grade.Suite, error) {
	exercises, err := course.Load(f.folder())
	if err != nil {
		return nil, usageError{text: lang.OfError(err)}
	}
	var out []*grade.Suite
	for _, ex := range exercises {
		s, err := grade.LoadSuite(f.folder(), ex)
		if err != nil {
			return nil, usageError{text: lang.OfError(err)}
		}
		out = append(out, s)
	}
	return out, nil
}

// grader opens the sandbox. done closes it and removes what the harness wrote.
func (f *suiteFlags) grader(p *program) (g *grade.Grader, done func() error, err error) {
	in, err := sandbox.FindInterpreter(p.ctx, f.Python)
	if err != nil {
		hint := texts["hint_interpreter"]
		if f.Python != "" {
			hint = texts["hint_python"]
		}
		p.errorf("%s", lang.Colon(texts["no_interpreter"], interpreterText(err)).In(p.lang))
		p.hintf("%s", hint.In(p.lang))
		return nil, nil, errSaid
	}
	sb, err := f.sandbox(p, in)
	if err != nil {
		return nil, nil, err
	}
	dir, err := os.MkdirTemp("", "grader-")
	if err != nil {
		return nil, nil, errors.Join(err, sb.Close())
	}
	jobs := cmp.Or(f.jobs(), runtime.NumCPU())
	g = &grade.Grader{Sandbox: sb, Workdir: dir, Parallel: jobs, Version: version()}
	if plain(g) {
		g.Parallel = 1
	}
	return g, func() error { return errors.Join(sb.Close(), os.RemoveAll(dir)) }, nil
}

// errSaid is a failure whose message was already printed.
var errSaid = errors.New("")

func (f *suiteFlags) sandbox(p *program, in sandbox.Interpreter) (*sandbox.Sandbox, error) {
	ctx := context.WithoutCancel(p.ctx)
	sb, err := sandbox.Open(ctx, sandbox.Options{Interpreter: in, Plain: f.Unsafe})
	if err == nil || !errors.Is(err, sandbox.ErrNoNamespaces) {
		return sb, err
	}
	if f.Isolated {
		p.errorf("%s", texts["must_isolate"].In(p.lang))
		p.hintf("%s", texts["hint_isolate"].In(p.lang))
		return nil, errSaid
	}
	p.errorf("%s", texts["no_isolation"].In(p.lang))
	return sandbox.Open(ctx, sandbox.Options{Interpreter: in, Plain: true})
}

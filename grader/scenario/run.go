package scenario

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"netlab/grader/lang"
	"netlab/grader/sandbox"
)

// Env is what a scenario runs with.
type Env struct {
	Sandbox *sandbox.Sandbox
	Files   []sandbox.File // the submission's files
	// Reference runs the reference programs instead of the submission's:
	// `start s server.py` then starts `reference server`.
	Reference func(file string) []string
	// Seed makes the payloads; the same seed makes the same ones.
	Seed uint64
	// Workdir is a folder for the engine's files. Nothing that a program
	// wrote is ever there.
	Workdir string
}

// mismatch is the error of a step that shows the program to be wrong. Every
// other error is a fault of the harness.
type mismatch struct{ saw lang.Text }

func (m mismatch) Error() string { return m.saw.EN }

// wrong makes a mismatch.
func wrong(saw lang.Text) error { return mismatch{saw} }

// need is the error of a step that uses something that an earlier step, which
// did not pass, should have made.
type need struct{ name string }

func (n need) Error() string { return n.name + " is not there" }

// runner is one run of a script.
type runner struct {
	ctx    context.Context
	script *Script
	env    Env
	rng    *rand.Rand
	began  time.Time
	trace  Trace

	box      *sandbox.Box
	laid     []sandbox.File
	programs map[string]*program
	conns    map[string]*conn
	spins    bool // a program of an earlier box was caught in a loop
	servers  map[string]*server
	answers  map[string]*answer
	vars     map[string]string

	criterion string
	failed    map[string]bool   // criteria that lost a step
	excused   map[string]bool   // criteria whose next steps do not count
	endless   map[string]bool   // files whose client talked for longer than Patience without end: it is left sooner the next time
	polls     map[string]bool   // files whose program sent nothing more for a moment, which was no proof: later moments are shorter
	limited   map[string]bool   // files whose program has used up a whole Patience: it is not given as much again for each further question
	wantsEnd  map[string]bool   // files whose program was seen to answer only once the grader had ended its side
	fixtures  map[string][]byte // as they were given out, each with words of its own
	port      uint16            // of the server, where it listens on several; 0 while it is not known
	site      map[string]string // what site laid, by its path in the document root
	siteOrder []string          // its paths, in the order in which they were laid
	layout    []string          // the folders that the site is laid in, once they are known
	relaid    bool              // other layouts were looked for
	rootFirst bool              // who asks without a word what it wants, asks for its root before the port
	served    int               // how long the timeline was when the latest server was started
	cookie    string            // the header line of the cookies that redirections set, or ""
	secrets   []string          // payloads that the views of screens leave out
	words     []string          // words of payloads that they leave out
	digests   []string          // of payloads, which they leave out
	broken    error             // the fault that ended the run
	step      *Step             // the step that runs now
	wait      sandbox.Ending    // how its latest wait ended
	stood     []pendingStand
}

// Run runs a script once. What the program got wrong is in the trace; the
// error is a fault of the harness, and the trace then holds what there was.
func Run(ctx context.Context, s *Script, env Env) (Trace, error) {
	h := fnv.New64a()
	h.Write([]byte(s.Name))
	r := &runner{
		ctx: ctx, script: s, env: env, rng: rand.New(rand.NewPCG(env.Seed, h.Sum64())), began: time.Now(),
		trace:    Trace{Scenario: s.Name},
		programs: map[string]*program{}, conns: map[string]*conn{}, servers: map[string]*server{},
		answers: map[string]*answer{}, vars: map[string]string{}, failed: map[string]bool{}, excused: map[string]bool{}, limited: map[string]bool{}, endless: map[string]bool{}, polls: map[string]bool{}, wantsEnd: map[string]bool{}, site: map[string]string{}, fixtures: map[string][]byte{},
	}
	dir, err := os.MkdirTemp(env.Workdir, "scenario-")
	if err != nil {
		return r.trace, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, s.Name+".txtar")
	if err := os.WriteFile(path, s.text, 0o600); err != nil {
		return r.trace, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	params := testscript.Params{
		Files:           []string{path},
		WorkdirRoot:     dir,
		ContinueOnError: true,
		Cmds:            map[string]func(*testscript.TestScript, bool, []string){"step": r.command},
		Setup: func(e *testscript.Env) error {
			e.Defer(r.end)
			return nil
		},
	}
	t := &engineT{}
	t.Run(s.Name, func(t testscript.T) { testscript.RunT(t, params) })
	r.end()
	if r.broken == nil && t.fatal != "" {
		r.broken = fmt.Errorf("engine: %s", t.fatal)
	}
	if r.broken == nil && len(r.trace.Steps) != len(s.lines) {
		r.broken = fmt.Errorf("engine: %d of %d steps ran", len(r.trace.Steps), len(s.lines))
	}
	if r.broken != nil {
		return r.trace, fmt.Errorf("scenario %s: %w", s.Name, r.broken)
	}
	return r.trace, nil
}

// command is the one command that compiled scripts have: step N VERB.
func (r *runner) command(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.Atoi(args[0])
	if err != nil || n >= len(r.script.lines) {
		r.broken = fmt.Errorf("no step %q", args[0])
		ts.Fatalf("no step %q", args[0])
	}
	l := &r.script.lines[n]
	r.trace.Steps = append(r.trace.Steps, Step{Scenario: r.script.Name, Line: l.number, Source: l.source})
	r.step = &r.trace.Steps[len(r.trace.Steps)-1]
	if l.verb == "criterion" {
		r.criterion = l.args[0]
		delete(r.excused, r.criterion)
	}
	r.step.Criterion = r.criterion
	if l.verb == "given" && r.failed[l.args[0]] {
		r.excused[r.criterion] = true
	}
	if r.excused[r.criterion] && l.verb != "criterion" && !r.failed[r.criterion] && r.broken == nil {
		r.step.Outcome = Excused
		return
	}
	if r.broken != nil || r.failed[""] || r.failed[r.criterion] {
		r.step.Outcome = Skipped
		return
	}
	r.wait = ""
	did, err := r.run(l)
	r.step.Did = did
	r.step.Wait = string(r.wait)
	if !errors.As(err, &mismatch{}) {
		r.step.Error = Exception{}
	}
	var m mismatch
	var miss need
	switch {
	case err == nil:
		r.step.Outcome = OK
	case errors.As(err, &miss):
		r.step.Outcome = Skipped
		r.failed[r.criterion] = true
	case errors.As(err, &m):
		r.step.Outcome, r.step.Saw = Mismatch, m.saw
		r.failed[r.criterion] = true
		ts.Fatalf("mismatch")
	default:
		r.step.Outcome, r.step.Fault = Fault, err.Error()
		r.broken = fmt.Errorf("line %d (%s): %w", l.number, l.verb, err)
		ts.Fatalf("fault")
	}
}

// run runs one verb. Negation turns a mismatch into success and the reverse,
// and nothing else.
func (r *runner) run(l *line) (did lang.Text, err error) {
	if err := r.ctx.Err(); err != nil {
		return did, err
	}
	args := make([]string, len(l.args))
	v := verbs[l.verb]
	for i, a := range l.args {
		k := v.rest
		if i < len(v.args) {
			k = v.args[i]
		}
		if args[i], err = r.value(k, a); err != nil {
			return did, err
		}
	}
	return v.run(r, l.neg, args)
}

// value expands an argument.
func (r *runner) value(k kind, a string) (string, error) {
	if k == aFixture && len(a) > 0 && a[0] == '@' {
		return string(r.fixture(a[1:])), nil
	}
	if k != someText && k != aFixture {
		return a, nil
	}
	missing := ""
	v, err := unescape(a, func(name string) (string, bool) {
		v, ok := r.vars[name]
		if !ok {
			missing = name
		}
		return v, ok
	})
	if missing != "" {
		return "", need{missing} // the step that should have set it did not pass
	}
	return v, err
}

// end ends the box and completes the trace. It may be called again.
func (r *runner) end() {
	if err := r.leaveBox(); err != nil && r.broken == nil {
		r.broken = err
	}
}

// engineT lets testscript run outside of a test. FailNow must not return, so
// each Run has a goroutine of its own.
type engineT struct{ fatal string }

func (t *engineT) Skip(args ...any)  { t.Fatal(args...) }
func (t *engineT) Fatal(args ...any) { t.fatal = fmt.Sprint(args...); t.FailNow() }
func (t *engineT) Parallel()         {}
func (t *engineT) Log(...any)        {} // never parsed: steps are recorded as values
func (t *engineT) FailNow()          { runtime.Goexit() }
func (t *engineT) Verbose() bool     { return false }

func (t *engineT) Run(_ string, f func(testscript.T)) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(t)
	}()
	<-done
}

package batch

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"netlab/grader/grade"
	"netlab/grader/lang"
)

// Only says which submissions a run grades.
type Only string

// What a run may be held to.
const (
	Needed  Only = ""        // what has no result, a stale one or a fault
	Changed Only = "changed" // what has no result or a stale one
	Faults  Only = "faults"  // what the harness could not grade
	Failed  Only = "failed"  // what lost points, was rejected or could not be graded
)

// Plan is what a run does.
type Plan struct {
	// Desk grades. Its Grader runs the scenarios of one grading one at a time for
	// the best use of the machine (Parallel 1). Its Earlier is set by the run.
	Desk *grade.Desk
	// Folder is what to grade, also a single archive of archives.
	Folder string
	// Journal is the file that the results are kept in.
	Journal string
	// Build stands for the code of this grader: results of another are not reused.
	Build string
	// Jobs is how many gradings run at once; 0 lets the machine decide. Without
	// isolation it is 1.
	Jobs int
	Only Only
	// Path holds the run to the one submission that was found there, and grades
	// that whatever its result is; "" for all.
	Path string
	// Reference says how this executable is the reference program for a
	// deliverable, nil for none. A nil Reference grades no reference programs.
	Reference func(file string) []string
	// Again makes the command that grades again what was found at a path; inside
	// says that it is in an archive of archives.
	Again func(path string, inside bool) []string
	// Observe is told of every event, one at a time; may be nil.
	Observe func(Event)
	// Stop ends the run once it is closed: gradings that have begun come to their
	// end, no other begins.
	Stop <-chan struct{}
}

// EventKind says what an Event is.
type EventKind string

// The kinds of events.
const (
	Begun   EventKind = "begun"   // it is known what there is to do: Todo of Total
	Result  EventKind = "result"  // a submission has its result
	Retry   EventKind = "retry"   // a grading ended in a fault, and is made again, alone, once the others have ended
	Stopped EventKind = "stopped" // no other grading begins
)

// Event is something that a run has done.
type Event struct {
	Kind  EventKind
	Path  string       // of the submission, for Result and Retry
	Row   grade.Result // without traces, for Result and Retry
	Took  time.Duration
	Total int // submissions that were found
	Todo  int // of them, those that this run grades
	Done  int // of Todo, those that have their result
	Now   int // gradings that run now
}

// ErrNothing says that a folder has no archive in it.
var ErrNothing = lang.Errorf("aucune archive trouvée", "no archive was found")

// Run grades a folder, goes on where an earlier run on the same journal has
// ended, however it has, and returns what the journal then says. When ctx is
// done the gradings that have begun are given up: the journal has no result of
// them. The error is a *BusyError when another run writes the journal, or wraps
// ErrNothing; a fault in grading a submission is no error.
func Run(ctx context.Context, p Plan) (*Class, error) {
	r := &run{Plan: p, occurs: map[string]bool{}, listed: map[string]bool{}}
	f, err := r.find()
	if err != nil {
		return nil, err
	}
	defer f.close()
	if r.journal, r.index, err = openJournal(p.Journal); err != nil {
		return nil, err
	}
	restore := yield()
	err = r.all(ctx)
	restore()
	return r.end(err)
}

// run is one run.
type run struct {
	Plan
	folder foundEvent
	found  map[string]found // by path
	index  *index           // of the journal as it was before

	mu      sync.Mutex // guards what follows
	journal *journal
	broken  error // the journal's
	state   Event // counts
	faults  []job
	occurs  map[string]bool // exercises that results are of
	listed  map[string]bool // of them, those that references has looked at
}

// job is one grading: of a submission, or of a reference program.
type job struct {
	submission
	reference *grade.Suite
	first     string // fault of the first grading, of which this one is the second
}

// find looks at the folder.
func (r *run) find() (*finder, error) {
	journal, err := os.Stat(r.Journal)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, lang.Errorf("journal : %w", "journal: %w", err)
	}
	f, err := newFinder(r.Folder, journal)
	if err != nil {
		return nil, lang.Errorf("ouverture du dossier : %w", "open the folder: %w", err)
	}
	if err := f.find(); err != nil {
		return nil, errors.Join(lang.Errorf("parcours de %s : %w", "look through %s: %w", r.Folder, err), f.close())
	}
	if len(f.found) == 0 {
		return nil, errors.Join(lang.Errorf("%s : %w", "%s: %w", r.Folder, ErrNothing), f.close())
	}
	latest, older, valid := versions(f.found)
	who := newPeople(r.Desk.Roster, f.found)
	desk := *r.Desk
	desk.Earlier = who.earlier
	r.Desk = &desk
	r.found = map[string]found{}
	r.folder = foundEvent{head: head{Event: eventFound}, Suites: map[string]string{}}
	for _, s := range r.Desk.Suites {
		r.folder.Suites[s.Exercise.ID] = s.Hash
	}
	for _, a := range latest {
		r.found[a.path] = a
		s := submission{
			Path: a.path, Base: a.base, Archive: a.archive, Key: keyOf(r.Desk, r.Build, a), Person: who.who(a.owner, a.name.Student),
			Participant: a.owner.number, Older: older[a.path], ValidOlder: valid[a.path], Late: late(r.Desk.Course, a),
		}
		if r.Again != nil {
			s.Again = r.Again(a.path, a.inside)
		}
		r.folder.Submissions = append(r.folder.Submissions, s)
	}
	var others []Other
	for _, o := range f.others {
		o.Person, o.Participant = who.who(o.by, ""), o.by.number
		others = append(others, o.Other)
		r.folder.Others = append(r.folder.Others, writtenOther(o.Other))
	}
	r.folder.Absent = who.absent(f.found, others)
	if r.Desk.Roster != nil {
		r.folder.People = r.Desk.Roster.People()
	}
	return f, nil
}

// all does what there is to do. Its error is the journal's.
func (r *run) all(ctx context.Context) error {
	same := slices.Equal(r.folder.content(), r.index.foundRaw)
	r.index.found = r.folder
	jobs, err := r.jobs()
	if err != nil {
		return err
	}
	if err := r.journal.append(runEvent{
		head: head{Event: eventRun, At: now()}, PID: os.Getpid(), Folder: title(r.Folder), Grader: r.Desk.Grader.Version, Build: r.Build,
	}); err != nil {
		return err
	}
	if !same {
		r.folder.At = now()
		if err := r.journal.append(r.folder); err != nil {
			return err
		}
	}
	r.state.Total = len(r.folder.Submissions)
	r.state.Todo = len(jobs)
	r.tell(Event{Kind: Begun})
	// The journal's failure ends everything: a result that cannot be kept is lost work.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop, stopped := context.WithCancel(ctx)
	defer stopped()
	go func() {
		select {
		case <-r.Stop:
			r.tell(Event{Kind: Stopped})
			stopped()
		case <-stop.Done():
		}
	}()
	if slices.Contains(r.Desk.Grader.Sandbox.Isolation(), "none") {
		r.Jobs = 1 // there is one network for all
	}
	limiter := newLimiter(r.Jobs)
	complete := r.pool(ctx, stop, limiter, jobs, cancel)
	complete = r.pool(ctx, stop, limiter, nil, cancel) && complete // references of the last results
	slices.SortFunc(r.faults, func(a, b job) int { return slices.Compare([]string{a.Path}, []string{b.Path}) })
	complete = r.pool(ctx, stop, newLimiter(1), r.faults, cancel) && complete
	if r.broken != nil {
		return r.broken
	}
	return r.journal.append(endEvent{head: head{Event: eventEnd, At: now()}, Complete: complete && ctx.Err() == nil})
}

// jobs lists what this run grades.
func (r *run) jobs() ([]job, error) {
	var out []job
	keys := map[string]bool{}
	known := false
	for _, s := range r.folder.Submissions {
		known = known || s.Path == r.Path
		rec, stale := r.index.resultOf(s)
		if rec != nil {
			r.occurs[rec.Result.Exercise] = true
		}
		if r.Path != "" && s.Path != r.Path || r.Path == "" && !r.Only.wants(rec, stale) || keys[s.Key] {
			continue
		}
		keys[s.Key] = true // the same bytes under the same name are graded once
		out = append(out, job{submission: s})
	}
	if r.Path != "" && !known {
		return nil, lang.Errorf("%s : %w à %q, ou c'est une version plus ancienne", "%s: %w at %q, or it is an older version", r.Folder, ErrNothing, r.Path)
	}
	return out, nil
}

// wants reports whether a submission with this latest result, or none, is
// graded.
func (o Only) wants(rec *recorded, stale bool) bool {
	fault := rec != nil && rec.Result.Verdict == grade.Fault
	switch o {
	case Changed:
		return rec == nil || stale
	case Faults:
		return fault
	case Failed:
		return rec != nil && (rec.Result.Verdict != grade.Graded || rec.Result.Score < rec.Result.Max)
	}
	return rec == nil || stale || fault
}

// references lists the reference programs to grade: those of the exercises that
// results are of. Each is listed once.
func (r *run) references() []job {
	var out []job
	if r.Reference == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.Desk.Suites {
		if !r.occurs[s.Exercise.ID] || r.listed[s.Exercise.ID] {
			continue
		}
		r.listed[s.Exercise.ID] = true
		if slices.ContainsFunc(s.Exercise.Deliverables, func(d string) bool { return r.Reference(d) == nil }) {
			continue // an exercise that is not the sheet's
		}
		key := referenceKey(r.Desk, r.Build, s)
		if rec := r.index.refs[s.Exercise.ID]; rec == nil || rec.Key != key {
			out = append(out, job{submission: submission{Key: key}, reference: s})
		}
	}
	return out
}

// title is the folder as reports name it: the name of the current one says more
// than a dot.
func title(folder string) string {
	if base := filepath.Base(folder); base != "." && base != ".." {
		return folder
	}
	abs, err := filepath.Abs(folder)
	if err != nil {
		return folder
	}
	return filepath.Base(abs)
}

// pool runs jobs, as many at once as the limiter lets in, until stop is done,
// and the reference programs that their results call for. It reports whether all
// of them began.
func (r *run) pool(ctx, stop context.Context, l *limiter, jobs []job, broken func()) bool {
	var group sync.WaitGroup
	ended := make(chan struct{}, len(jobs)+len(r.Desk.Suites))
	running := 0
	for {
		if refs := r.references(); len(refs) > 0 {
			jobs = append(refs, jobs...)
		}
		if len(jobs) == 0 {
			break
		}
		n, err := l.admit(stop, running, ended)
		if err != nil || r.stopping() {
			break
		}
		j := jobs[0]
		jobs = jobs[1:]
		running = n + 1
		r.count(running)
		group.Go(func() {
			defer func() { ended <- struct{}{} }()
			if err := r.grade(ctx, j); err != nil {
				broken()
			}
		})
	}
	group.Wait()
	return len(jobs) == 0
}

// stopping reports whether the user wants no other grading to begin.
func (r *run) stopping() bool {
	select {
	case <-r.Stop:
		return true
	default:
		return false
	}
}

// end closes the journal and reads what it says.
func (r *run) end(err error) (*Class, error) {
	if err = errors.Join(err, r.journal.close()); err != nil {
		return nil, err
	}
	return ReadJournal(r.Plan.Journal)
}

// count remembers how many gradings run.
func (r *run) count(running int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state.Now = running
}

// tell tells the observer of an event.
func (r *run) tell(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told(e)
}

// told is tell for who has the lock.
func (r *run) told(e Event) {
	if r.Observe == nil {
		return
	}
	e.Total, e.Todo, e.Done, e.Now = r.state.Total, r.state.Todo, r.state.Done, r.state.Now
	r.Observe(e)
}

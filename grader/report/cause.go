package report

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/scenario"
)

// Likeness says in what the loss of a criterion is like that of one told before.
type Likeness string

// The likenesses.
const (
	SameEnd   Likeness = "end"   // the program came to nothing in the same way
	SameError Likeness = "error" // the same exception came of the same line
	SameSight Likeness = "sight" // the same was seen instead of what was expected
)

// kin is the criterion that tells, earlier, why another was lost too; the zero
// value says that there is none.
type kin struct {
	first string
	like  Likeness
	where string // of SameError: the line and what came of it, "server.py:12, NameError"
}

// kinOf returns the scored criterion, earlier in r than c (any, when c is
// advice), that was lost for the cause of c. It needs to be told once.
func kinOf(r *grade.Result, c *grade.Criterion) kin {
	causes := causesOf(r, c)
	for i := range r.Criteria {
		o := &r.Criteria[i]
		if o.ID == c.ID && !c.Advice {
			return kin{}
		}
		if o.Advice {
			continue
		}
		switch told := causesOf(r, o); {
		case causes.end != "" && causes.end == told.end:
			return kin{first: o.ID, like: SameEnd}
		case causes.exception != "" && causes.exception == told.exception:
			return kin{first: o.ID, like: SameError, where: causes.exception}
		case causes.sight != "" && causes.sight == told.sight && !c.Advice:
			return kin{first: o.ID, like: SameSight}
		}
	}
	return kin{}
}

// causes are why a criterion was lost, as far as that is one and the same thing
// each time.
type causes struct {
	end       string // how the program came to nothing
	exception string // which exception came of which line
	sight     string // what was seen, by a verb of sights
}

// causesOf tells why a criterion was lost.
func causesOf(r *grade.Result, c *grade.Criterion) causes {
	var failures []scenario.Step
	switch c.Status {
	case grade.Failed:
		failures = mismatches(c.Steps)
	case grade.Skipped:
		if need, ok := obstacle(r, c); ok {
			failures = []scenario.Step{need}
		}
	case grade.Passed, grade.Untested:
	}
	return causes{
		end:       alike(failures, func(s *scenario.Step) string { return nothingCame(r, s) }),
		exception: alike(failures, exceptionOf),
		sight:     alike(failures, sightOf),
	}
}

// alike returns what f says of every step, or "" where they differ.
func alike(steps []scenario.Step, f func(*scenario.Step) string) string {
	all := ""
	for i := range steps {
		said := f(&steps[i])
		if said == "" || i > 0 && said != all {
			return ""
		}
		all = said
	}
	return all
}

// exceptionOf says which exception of which line a step saw. What its words
// quote, a name or an octet, may change from one to the next.
func exceptionOf(s *scenario.Step) string {
	if s.Error.Where == "" {
		return ""
	}
	return s.Error.Where + ", " + s.Error.Kind()
}

// sights are the verbs whose mismatches, where they say the same, need to be
// told once: no answer, the wrong one, or a program that stands where it stood.
var sights = []string{"accept", "connect", "exited", "get", "listening", "status"}

// sightOf says what a step saw, if its verb is one of sights.
func sightOf(s *scenario.Step) string {
	if !slices.Contains(sights, Verb(s)) {
		return ""
	}
	return s.Saw.In(lang.EN)
}

// nothingCame says how the programs of the box that a failed step is about came
// to nothing: they ended, with something on their error output, without a word
// on the network, or else none of them said one and the step saw the same. ""
// when they got further than that.
func nothingCame(r *grade.Result, failed *scenario.Step) string {
	programs := programsOf(r, failed)
	var dead strings.Builder
	silent := len(programs) > 0
	for _, p := range programs {
		silent = silent && !p.talked
		if !p.talked && p.ended && len(p.errors) > 0 {
			dead.WriteString("ended " + p.how.In(lang.EN) + "\n")
			dead.Write(p.errors)
		}
	}
	switch {
	case dead.Len() > 0:
		return dead.String()
	case silent && !failed.Saw.Empty():
		return "saw " + lineNumber.ReplaceAllString(failed.Saw.In(lang.EN), "")
	}
	return ""
}

// lineNumber is a line of a program: one that computes without end stands at
// another each time.
var lineNumber = regexp.MustCompile(`\.py:\d+`)

// run is what a program of a box did.
type run struct {
	name   string
	talked bool      // it listened, or was on a connection
	ended  bool      // by itself or not
	how    lang.Text // it ended
	errors []byte    // what it printed on its error output
}

// programsOf returns the programs that were started in the box that a failed
// step is about.
func programsOf(r *grade.Result, failed *scenario.Step) []*run {
	t := traceOf(r, failed.Scenario)
	if t == nil {
		return nil
	}
	var out []*run
	named := func(name string) *run {
		for _, p := range out {
			if p.name == name {
				return p
			}
		}
		return nil
	}
	for _, e := range ActOf(Acts(t.Timeline), failed) {
		p := named(e.Program)
		if e.Kind == scenario.KindStart && p == nil && e.Program != "" {
			out = append(out, &run{name: e.Program})
		}
		if p == nil {
			continue
		}
		switch e.Kind {
		case scenario.KindListen, scenario.KindConnect, scenario.KindSend, scenario.KindReceive, scenario.KindEnd, scenario.KindClosed:
			p.talked = true
		case scenario.KindStderr:
			p.errors = append(p.errors, e.Data...)
		case scenario.KindExit:
			p.ended, p.how = true, e.Note
		case scenario.KindStart, scenario.KindStdout, scenario.KindType, scenario.KindRemark:
		}
	}
	return out
}

// starting are the verbs that start a program.
var starting = []string{"start", "execute", "run", "serve"}

// NeverTried reports whether an advice was followed by a program that did
// nothing to earn it: it failed with a Python error in the very try, or it never
// came to the network in any.
func NeverTried(r *grade.Result, c *grade.Criterion) bool {
	for i := range c.Steps {
		s := &c.Steps[i]
		t := traceOf(r, s.Scenario)
		if t == nil || !slices.Contains(starting, Verb(s)) || len(Objects(s)) == 0 {
			continue
		}
		name := Objects(s)[0]
		file, ended := "", false
		var errors []byte
		for _, e := range t.Timeline {
			if e.Program != name {
				continue
			}
			switch e.Kind {
			case scenario.KindStart:
				file = programFile(e.Note.EN)
			case scenario.KindStderr:
				errors = append(errors, e.Data...)
			case scenario.KindExit:
				ended = true
			}
		}
		if ended && bytes.Contains(errors, []byte("Traceback (most recent call last)")) || file != "" && !everTalked(r, file) {
			return true
		}
	}
	return false
}

// everTalked reports whether a program of this file listened or was on a
// connection in any try.
func everTalked(r *grade.Result, file string) bool {
	for i := range r.Traces {
		runs := map[string]bool{} // the programs of that file
		for _, e := range r.Traces[i].Timeline {
			switch e.Kind {
			case scenario.KindStart:
				runs[e.Program] = programFile(e.Note.EN) == file
			case scenario.KindListen, scenario.KindConnect, scenario.KindSend, scenario.KindReceive, scenario.KindEnd, scenario.KindClosed:
				if runs[e.Program] {
					return true
				}
			}
		}
	}
	return false
}

// notRun reports whether a criterion was lost because Python could not read a
// program, did not have what it imports, or because a server whose port is free
// came to listen on none: what the program does was not seen, and advice on it is
// out of place.
func notRun(r *grade.Result, c *grade.Criterion) bool {
	failures := mismatches(c.Steps)
	if len(failures) > 0 && strings.HasPrefix(failures[0].Source, "serve ") {
		return true
	}
	if len(failures) == 0 || causesOf(r, c).end == "" {
		return false
	}
	for _, p := range programsOf(r, &failures[0]) {
		if kind, _, _ := strings.Cut(p.lastWords(), ":"); !p.talked && p.ended && slices.Contains(unrunnable, kind) {
			return true
		}
	}
	return false
}

// lastWords returns the last line of a program's error output.
func (p *run) lastWords() string {
	text := bytes.TrimRight(p.errors, "\r\n ")
	return string(text[bytes.LastIndexByte(text, '\n')+1:])
}

// unrunnable are the exceptions of a program that Python cannot read, or not
// with what it imports.
var unrunnable = []string{"SyntaxError", "IndentationError", "TabError", "ModuleNotFoundError", "ImportError"}

// slips are further exceptions that say by themselves what to mend: a name, a
// kind of object, or a time limit of the program's own. The others come of how
// sockets, files and their octets are used, and that is what the hints of
// criteria are about.
var slips = []string{"NameError", "UnboundLocalError", "AttributeError", "TypeError", "IndexError", "ValueError", "TimeoutError", "timeout"}

// hinted reports whether the hint of a lost criterion may help. It is out of
// place where Python could not read the program, where a client that does not end
// has not come to be judged by what it says, and where the step says already
// which slip ended it or a part of it, and what that means. An advice is its hint.
func hinted(r *grade.Result, c *grade.Criterion) bool {
	if notRun(r, c) {
		return false
	}
	failures := mismatches(c.Steps)
	if len(failures) == 0 || c.Advice {
		return true
	}
	if Verb(&failures[0]) == "exited" && slices.ContainsFunc(c.Steps, func(s scenario.Step) bool { return Verb(&s) == "affirms" }) {
		return false // it is about what the client says, and it only did not end
	}
	e := failures[0].Error
	_, after, _ := strings.Cut(failures[0].Saw.EN, e.Words)
	explained := e.Words != "" && strings.Contains(after, " — ")
	return !explained || !slices.Contains(slips, e.Kind()) && !slices.Contains(unrunnable, e.Kind())
}

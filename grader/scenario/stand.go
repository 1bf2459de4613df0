package scenario

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"netlab/grader/lang"
	"netlab/grader/sandbox"
)

// pendingStand is a step whose message wants the line where a program stands.
type pendingStand struct {
	step int
	p    *program
	sign string
	// said is what the message says of the program, calls what it waits in.
	said  lang.Text
	calls []sandbox.Call
}

// placed puts the lines where a program stands into what a step saw, after what
// it says of the program; the line of the one call that it waits in, with that.
func (s *pendingStand) placed(saw lang.Text, places []string) lang.Text {
	at := strings.Join(places, "; ")
	stands := lang.F("il en est à %s", "it stands at %s", at)
	told := lang.Join(" — ", s.said, stands)
	if len(s.calls) == 1 && len(places) == 1 {
		name := callName(s.calls[0])
		if line, ok := strings.CutSuffix(at, name); ok && name != "" && strings.Contains(s.said.EN, name) {
			with := " (" + line + ", " + name[len(" ("):]
			told = lang.T(strings.Replace(s.said.FR, name, with, 1), strings.Replace(s.said.EN, name, with, 1))
		}
	}
	if s.said.Empty() || !strings.Contains(saw.FR, s.said.FR) || !strings.Contains(saw.EN, s.said.EN) {
		return lang.Join(" — ", saw, stands)
	}
	return lang.T(strings.Replace(saw.FR, s.said.FR, told.FR, 1), strings.Replace(saw.EN, s.said.EN, told.EN, 1))
}

// signature tells whether a program has moved between two looks.
func signature(l *sandbox.Look, session int) string {
	var b strings.Builder
	for _, t := range l.Tasks {
		if t.Session == session {
			for _, th := range t.Threads {
				fmt.Fprintf(&b, "%d/%d/%x ", t.PID, th.ID, th.Where)
			}
		}
	}
	return b.String()
}

// askStands makes every program that lost a step and still runs tell the line
// where it stands, and adds it to the step's message. Verdicts are taken: what
// the program does now changes nothing.
func (r *runner) askStands() error {
	pending := r.stood
	r.stood = nil
	asked := map[*program][]string{}
	for _, s := range pending {
		if r.gone(s.p) || r.env.Reference != nil {
			continue
		}
		where, ok := asked[s.p]
		if !ok {
			// What it was asked last may still keep it busy.
			if _, err := r.box.WaitFor(r.ctx, s.p.p, calming, func() bool { return s.p.p.Exited }); err != nil {
				return err
			}
			look, err := r.box.Look(r.ctx)
			if err != nil {
				return err
			}
			if signature(look, s.p.p.PID) != s.sign {
				continue // it has moved on since
			}
			if where, err = r.askStand(s.p); err != nil {
				return err
			}
			asked[s.p] = where
		}
		if st := &r.trace.Steps[s.step]; st.Outcome == Mismatch && len(where) > 0 {
			st.Saw = s.placed(st.Saw, where)
		}
	}
	return nil
}

// calming is how long a program may take to come to rest before it is asked
// where it stands. One that never does tells where it is just then.
const calming = 100 * time.Millisecond

// standing is how long a program may take to tell where it stands.
const standing = 2 * time.Second

var frameLine = regexp.MustCompile(`File "([^"]*)", line (\d+) in (\S+)`)

// askStand has Python print where each thread stands (PYTHONFAULTHANDLER and
// SIGABRT) and returns the innermost line of the submission in each.
func (r *runner) askStand(p *program) ([]string, error) {
	look, err := r.box.Look(r.ctx)
	if err != nil {
		return nil, err
	}
	from := 0
	r.read(func() {
		p.muted = true
		from = len(p.p.Errors.Data)
	})
	if err := p.p.Signal(r.ctx, syscall.SIGABRT); err != nil {
		return nil, err
	}
	if _, err := r.box.WaitFor(r.ctx, p.p, standing, func() bool { return p.p.Exited }); err != nil {
		return nil, err
	}
	var out string
	r.read(func() { out = string(p.p.Errors.Data[from:]) })
	blocks := strings.Split(out, "hread 0x")[1:]
	calls := threadCalls(look, p.p.PID)
	var where []string
	for i, block := range blocks {
		for _, m := range frameLine.FindAllStringSubmatch(block, -1) {
			if file, ok := strings.CutPrefix(m[1], sandbox.Home+"/"); ok && r.owns(file) {
				at := file + ":" + m[2]
				if m[3] != "<module>" {
					at += ", " + m[3] + "()"
				}
				// The newest thread comes first in the report, the main one last.
				if len(calls) == len(blocks) {
					at += callName(calls[len(calls)-1-i])
				}
				where = append(where, at)
				break
			}
		}
	}
	slices.Reverse(where) // the main thread first, as elsewhere
	where = slices.Compact(where)
	return where[:min(len(where), 3)], nil
}

// threadCalls returns what the threads of a process wait in, oldest first.
func threadCalls(l *sandbox.Look, pid int) []sandbox.Call {
	var out []sandbox.Call
	for _, t := range l.Tasks {
		if t.PID == pid {
			for _, th := range t.Threads {
				out = append(out, th.Call)
			}
		}
	}
	return out
}

// callName is the Python name of what a thread waits in, in brackets, or "".
func callName(c sandbox.Call) string {
	name := map[sandbox.Call]string{
		sandbox.CallAccept: "accept", sandbox.CallReceive: "recv", sandbox.CallKeyboard: "input", sandbox.CallWrite: "send",
		sandbox.CallConnect: "connect", sandbox.CallSleep: "sleep", sandbox.CallChild: "wait",
	}[c]
	if name == "" {
		return ""
	}
	return " (" + name + ")"
}

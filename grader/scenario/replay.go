package scenario

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"netlab/grader/lang"
	"netlab/grader/sandbox"
)

// A client may show what is not the same from one run to the next: a quotation,
// an identifier. What tells a faithful echo from an altered one is then looked
// for in more runs, for two or three may differ by chance.

// The runs of each case, and those after which a client that shows the same
// every time is believed to owe nothing to chance.
const (
	mostReplays  = 5
	steadyReplay = 2
)

// chance are the words of programs that may show something random.
var chance = regexp.MustCompile(`random|uuid|secrets|numpy`)

// confirm runs the first and the last of the clients args again, in turn, as
// long as they seem to tell a faithful echo from an altered one, where that may
// be by chance, and returns all that was shown.
func (r *runner) confirm(args []string, e evidence) (evidence, error) {
	random := slices.ContainsFunc(r.env.Files, func(f sandbox.File) bool { return strings.HasSuffix(f.Path, ".py") && chance.Match(f.Data) })
	sure := !random && e.inWords() && e.inOpinions() && alikeScreens(e.same[0], e.same[1])
	if sure || !e.telling() {
		return e, nil
	}
	r.happened(Event{Kind: KindRemark, Note: lang.T("ce que le client affiche peut varier d'une fois à l'autre : il est relancé, pour en être sûr", "what the client shows may vary from one run to the next: it is run again, to be sure")})
	wait := r.wait
	defer func() { r.wait = wait }()
	most := mostReplays
	if r.programs[args[0]].stayed || r.programs[args[2]].stayed {
		most = 0 // each run of a client that does not end takes all the time that it is given
		if random {
			most = 1
		}
	}
	for n := range most {
		for _, name := range []string{args[0], args[2]} {
			p := r.programs[name]
			if len(p.replays) > n {
				continue // for another comparison
			}
			if err := r.replay(p, n+2); err != nil {
				return e, err
			}
		}
		var err error
		if e, err = r.evidence(args); err != nil {
			return e, err
		}
		if !e.telling() || !random && e.inWords() && n+1 >= steadyReplay && r.repeats(args[0]) && r.repeats(args[2]) {
			break
		}
	}
	return e, nil
}

// alikeScreens tells whether two screens have the same lines, numbers aside.
func alikeScreens(a, b string) bool { return maps.Equal(lines(a), lines(b)) }

// repeats tells whether the replays of a program showed what it had shown.
func (r *runner) repeats(name string) bool {
	p := r.programs[name]
	first := r.view(p)
	return !slices.ContainsFunc(p.replays, func(again *program) bool { return !alikeScreens(first, r.view(again)) })
}

// replay runs a client once more, on a machine of its own, as the script ran it.
// What goes wrong then is no mismatch: the run tells nothing.
func (r *runner) replay(p *program, n int) error {
	name := fmt.Sprintf("%s.%d", p.name, n)
	steps := []struct {
		do   func(*runner, bool, []string) (lang.Text, error)
		args []string
	}{
		{doFresh, nil},
		{doListen, []string{name, fmt.Sprint(sheetPort)}},
		{doRun, append([]string{name, p.file, p.reply}, p.args...)},
		{doAnswer, []string{name, p.reply}},
		{doAccept, []string{name, name, name}},
		{doReflect, append([]string{name}, p.echo...)},
		{doSettle, []string{name}},
	}
	defer func() { r.stood = nil }() // nobody asks where a replay stands
	for _, s := range steps {
		if _, err := s.do(r, false, s.args); errors.As(err, &mismatch{}) || errors.As(err, &need{}) {
			return nil
		} else if err != nil {
			return err
		}
	}
	p.replays = append(p.replays, r.programs[name])
	return nil
}

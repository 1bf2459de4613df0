package report

import (
	"slices"
	"strings"
	"testing"

	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/scenario"
)

// cameToNothing is a server that ends in each scenario with these words on its
// error output, or that stays when there are none, and is lost for its every
// criterion.
func cameToNothing(errors string) grade.Result {
	r := serverResult()
	r.Criteria[0].Hint = lang.T("Un serveur appelle bind(), listen() puis accept().", "A server calls bind(), listen() and then accept().")
	saw := same("aucun port TCP en écoute")
	did := lang.T("attendre que le serveur écoute", "wait until the server listens")
	for _, id := range []string{"listen", "close", "quit", "keep", "bytes"} {
		bad := step(id, 4, id, scenario.Mismatch, "ended", did, saw)
		lose(&r, id, bad)
		timeline := []scenario.Event{note(scenario.KindStart, "s", "", "python3 server.py", "python3 server.py")}
		if errors != "" {
			timeline = append(timeline, data(scenario.KindStderr, "s", "", errors),
				note(scenario.KindExit, "s", "", "terminé (code de sortie 1)", "ended (exit status 1)"))
		}
		r.Traces = append(r.Traces, scenario.Trace{Scenario: id, Steps: []scenario.Step{bad}, Timeline: timed(timeline...)})
	}
	for _, id := range []string{"print", "peer"} {
		skip(&r, id, step("listen", 8, id, scenario.Skipped, "", lang.Text{}))
	}
	return r
}

// TestCauseOfOneThatComputes: a program that computes without end stands at
// another line each time, and is told once.
func TestCauseOfOneThatComputes(t *testing.T) {
	r := cameToNothing("")
	for i := range r.Criteria {
		for j := range r.Criteria[i].Steps {
			r.Criteria[i].Steps[j].Saw = same("il en est à server.py:" + string(rune('1'+i)))
		}
	}
	if text := render(t, []grade.Result{r}, Options{Lang: lang.FR}); strings.Count(text, "Constaté :") != 1 {
		t.Errorf("not told once:\n%s", text)
	}
}

// TestNoAdviceOnWhatWasNotServed: how to answer a browser is of no use to a
// server that does not listen.
func TestNoAdviceOnWhatWasNotServed(t *testing.T) {
	for source, wants := range map[string]int{"serve s server.py": 0, "get r s /x.html": 1} {
		r := cameToNothing("")
		for i := range r.Criteria {
			for j := range r.Criteria[i].Steps {
				r.Criteria[i].Steps[j].Source = source
			}
		}
		text := render(t, []grade.Result{r}, Options{Lang: lang.FR})
		if n := strings.Count(text, "Conseil :"); n != wants {
			t.Errorf("%s: %d hints, not %d:\n%s", source, n, wants, text)
		}
	}
}

// TestNoPraiseForWhatWasNotTried: an advice is not in place because the program
// broke down before it came to that, or never came to the network at all.
func TestNoPraiseForWhatWasNotTried(t *testing.T) {
	start := note(scenario.KindStart, "w", "", "server.py", "server.py")
	exit := note(scenario.KindExit, "w", "", "terminé", "ended")
	listen := note(scenario.KindListen, "w", "", "", "0.0.0.0:6666")
	failed := data(scenario.KindStderr, "w", "", "Traceback (most recent call last):\n  File \"server.py\", line 4\nNameError: name 'x' is not defined\n")
	elsewhere := scenario.Trace{Scenario: "session", Timeline: []scenario.Event{note(scenario.KindStart, "s", "", "server.py", "server.py"), note(scenario.KindListen, "s", "", "", "0.0.0.0:6666")}}
	for name, tt := range map[string]struct {
		events []scenario.Event
		more   []scenario.Trace
		want   bool
	}{
		"it was tried":                     {[]scenario.Event{start, listen, exit}, nil, false},
		"it failed, and went on":           {[]scenario.Event{start, listen, failed}, nil, false},
		"it broke down":                    {[]scenario.Event{start, listen, failed, exit}, nil, true},
		"it never came to the network":     {[]scenario.Event{start, exit}, nil, true},
		"it came to the network elsewhere": {[]scenario.Event{start, exit}, []scenario.Trace{elsewhere}, false},
		"it broke down, and not elsewhere": {[]scenario.Event{start, failed, exit}, []scenario.Trace{elsewhere}, true},
	} {
		r := serverResult()
		own := step("advice", 3, "bytes", scenario.OK, "", same("run: python3 server.py"))
		own.Source = "start w server.py"
		for i := range r.Criteria {
			if r.Criteria[i].ID == "bytes" {
				r.Criteria[i].Steps = []scenario.Step{own}
			}
		}
		lose(&r, "restart", step("session", 8, "restart", scenario.Mismatch, "ended", same("start again"), same("the port is taken")))
		r.Traces = append(tt.more, scenario.Trace{Scenario: "advice", Steps: []scenario.Step{own}, Timeline: timed(tt.events...)})
		text := render(t, []grade.Result{r}, Options{Lang: lang.EN})
		if got := strings.Contains(text, "Not tried: bytes (the program did not get that far)."); got != tt.want {
			t.Errorf("%s: %v\n%s", name, got, text)
		}
		if got := strings.Contains(text, "✓ bytes"); got == tt.want {
			t.Errorf("%s: praised is %v", name, got)
		}
	}
}

const unreadable = "  File \"server.py\", line 2\n    def f(:\n          ^\nSyntaxError: invalid syntax\n"

// TestCauseIsToldOnce: each program that never gets to the network is explained
// under one criterion, by all that explain.
func TestCauseIsToldOnce(t *testing.T) {
	for name, errors := range map[string]string{
		"syntax":   unreadable,
		"module":   "Traceback (most recent call last):\n  File \"server.py\", line 1\nModuleNotFoundError: No module named 'foo'\n",
		"EOF":      "port? Traceback (most recent call last):\nEOFError: EOF when reading a line\n",
		"keyboard": "",
	} {
		t.Run(name, func(t *testing.T) {
			r := cameToNothing(errors)
			text := render(t, []grade.Result{r}, Options{Lang: lang.FR})
			for want, times := range map[string]int{
				"Constaté :": 1, "Conversation (essai": 1, "– print, peer, close, quit, keep — 14 points perdus : le programme n'est pas\n  allé jusque-là (voir « listen »).\n": 1,
				"« listen »": 2, "Conseils (sans effet": 0, "startswith": 0, "errors=\"replace\"": 0,
			} {
				if n := strings.Count(text, want); n != times {
					t.Errorf("%q is there %d times, not %d:\n%s", want, n, times, text)
				}
			}
			// The hint of the first one is about what the program does.
			wants := 1
			if name == "syntax" || name == "module" {
				wants = 0
			}
			if n := strings.Count(text, "Conseil :"); n != wants {
				t.Errorf("%d hints, not %d", n, wants)
			}
			var stories [][]string
			for _, l := range Losses(&r, lang.FR) {
				ids := []string{"as " + l.SameAs}
				for _, c := range l.Criteria {
					ids = append(ids, c.ID)
				}
				stories = append(stories, ids)
			}
			want := [][]string{{"as ", "listen"}, {"as listen", "print", "peer"}, {"as listen", "close", "quit", "keep"}, {"as listen", "bytes"}}
			if !slices.EqualFunc(stories, want, slices.Equal) {
				t.Errorf("losses %q, not %q", stories, want)
			}
			for _, id := range []string{"print", "close", "keep"} {
				i := slices.IndexFunc(r.Criteria, func(c grade.Criterion) bool { return c.ID == id })
				if got := Reason(&r, &r.Criteria[i], lang.EN); got != "Same cause as “listen”: the program did not get that far." {
					t.Errorf("%s: %s", id, got)
				}
			}
			if got := Explain(&r, "keep", Options{Lang: lang.EN}); got != "✗ keep — 1 point lost: the program did not get that far (see “listen”)." {
				t.Errorf("explained by %q", got)
			}
			if got := Explain(&r, "bytes", Options{Lang: lang.EN}); got != "Same cause as “listen”: the program did not get that far." {
				t.Errorf("explained by %q", got)
			}
		})
	}
}

// TestOtherCauses: what is not one and the same is told each time.
func TestOtherCauses(t *testing.T) {
	for name, change := range map[string]func(r *grade.Result){
		"talked": func(r *grade.Result) {
			for i := range r.Traces {
				r.Traces[i].Timeline = append(r.Traces[i].Timeline, note(scenario.KindListen, "s", "", "0.0.0.0:6666", "0.0.0.0:6666"))
			}
		},
		"other words": func(r *grade.Result) {
			for i := range r.Traces {
				r.Traces[i].Timeline[1].Data = []byte(r.Traces[i].Scenario + "Error\n")
			}
		},
		"another end": func(r *grade.Result) {
			for i := range r.Traces {
				r.Traces[i].Timeline[2].Note = same(r.Traces[i].Scenario)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := cameToNothing(unreadable)
			change(&r)
			for _, l := range Losses(&r, lang.FR) {
				if l.SameAs != "" && l.Criteria[0].Status == grade.Failed {
					t.Errorf("%s is told as %s", l.Criteria[0].ID, l.SameAs)
				}
			}
		})
	}
}

// TestHintOfAnotherMatter: where the step tells which slip ended the program, and
// what it means, the criterion's hint would lead away from it.
func TestHintOfAnotherMatter(t *testing.T) {
	for _, tt := range []struct {
		name, words, cause string
		hints              int
	}{
		{"its own time limit", "TimeoutError: timed out", " — nothing came in time", 0},
		{"a name", "NameError: name 'exti' is not defined", " — this name is defined nowhere", 0},
		{"a missing module", "ModuleNotFoundError: No module named 'foo'", " — this module is not there", 0},
		{"a kind of object", "TypeError: can only concatenate str (not \"tuple\") to str", " — str() makes it a text", 0},
		{"no cause of it is told", "TypeError: unhashable type: 'list'", "", 1},
		{"no cause is told", "TimeoutError: [Errno 110] Connection timed out", "", 1},
		{"a socket", "OSError: [Errno 9] Bad file descriptor", " — the program uses a socket that it has already closed", 1},
		{"bytes", "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff", " — bytes that are not UTF-8 were decoded", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := serverResult()
			bad := step("quit", 4, "quit", scenario.Mismatch, "ended", same("wait"), same("server.py has ended: “"+tt.words+"”"+tt.cause))
			bad.Error = scenario.Exception{Where: "server.py:9", Words: tt.words}
			lose(&r, "quit", bad)
			r.Traces = []scenario.Trace{{Scenario: "quit", Steps: []scenario.Step{bad}, Timeline: timed(
				note(scenario.KindStart, "s", "", "server.py", "server.py"),
				note(scenario.KindListen, "s", "", "0.0.0.0:6666", "0.0.0.0:6666"),
				data(scenario.KindStderr, "s", "", "Traceback (most recent call last):\n"+tt.words+"\n"),
				note(scenario.KindExit, "s", "", "terminé (code de sortie 1)", "ended (exit status 1)"),
			)}}
			if n := strings.Count(render(t, []grade.Result{r}, Options{Lang: lang.EN}), "Hint:"); n != tt.hints {
				t.Errorf("the text has %d hints, not %d", n, tt.hints)
			}
			if l := Losses(&r, lang.EN); l[0].Criteria[0].Hint.Empty() == (tt.hints > 0) {
				t.Errorf("the loss has the hint %q", l[0].Criteria[0].Hint.EN)
			}
		})
	}
}

// TestHintOfDiagnosis: a hint about what a client says is none for one that only
// does not end.
func TestHintOfDiagnosis(t *testing.T) {
	for verb, want := range map[string]bool{"affirms": true, "exited": false} {
		r := serverResult()
		steps := []scenario.Step{
			step("quit", 4, "quit", scenario.OK, "event", same("wait"), same("")),
			step("quit", 5, "quit", scenario.Mismatch, "", same("read"), same("it says nothing")),
		}
		steps[0].Source, steps[1].Source = "exited a", "affirms a b d"
		if verb == "exited" {
			steps[0].Outcome, steps[0].Saw = scenario.Mismatch, same("it is still running")
			steps[1].Outcome = scenario.Skipped
		}
		lose(&r, "quit", steps...)
		c := r.Criteria[slices.IndexFunc(r.Criteria, func(c grade.Criterion) bool { return c.ID == "quit" })]
		if got := hinted(&r, &c); got != want {
			t.Errorf("lost in %s: hinted %v", verb, got)
		}
	}
}

// lostAlike is a server whose print, again and bytes (an advice) are lost in steps
// of these verbs that saw what stands beside them.
func lostAlike(verbs [3]string, saw [3]string, errors [3]scenario.Exception) grade.Result {
	r := serverResult()
	for i, id := range []string{"print", "again", "bytes"} {
		bad := step(id, 4, id, scenario.Mismatch, "event", same("did "+id), same(saw[i]))
		bad.Source, bad.Error = verbs[i]+" x", errors[i]
		lose(&r, id, bad)
		r.Traces = append(r.Traces, scenario.Trace{Scenario: id, Steps: []scenario.Step{bad}, Timeline: timed(
			note(scenario.KindStart, "s", "", "server.py", "server.py"), note(scenario.KindListen, "s", "", "0.0.0.0:6666", "0.0.0.0:6666"))})
	}
	return r
}

// TestSameErrorIsToldOnce: what the same line raises, whatever it quotes, is
// explained under one criterion; what is seen twice in the same words, too.
func TestSameErrorIsToldOnce(t *testing.T) {
	a, b := scenario.Exception{Where: "server.py:8", Words: "KeyError: 'a'"}, scenario.Exception{Where: "server.py:8", Words: "KeyError: 'b'"}
	elsewhere := scenario.Exception{Where: "server.py:9", Words: "KeyError: 'a'"}
	other := scenario.Exception{Where: "server.py:8", Words: "IndexError: list index out of range"}
	statuses := [3]string{"status", "status", "status"}
	for _, tt := range []struct {
		name         string
		verbs, saw   [3]string
		errors       [3]scenario.Exception
		again, bytes string
	}{
		{"one error", [3]string{"printed", "connect", "survives"}, [3]string{"x", "y", "z"}, [3]scenario.Exception{a, b, a}, "Same error as “print” (server.py:8, KeyError).", "Same error as “print” (server.py:8, KeyError)."},
		{"another line", statuses, [3]string{"x", "y", "z"}, [3]scenario.Exception{a, elsewhere, other}, "", ""},
		{"no line", statuses, [3]string{"x", "y", "z"}, [3]scenario.Exception{{Words: "KeyError: 'a'"}, {Words: "KeyError: 'a'"}, {}}, "", ""},
		{"one sight", statuses, [3]string{"404", "404", "404"}, [3]scenario.Exception{}, "The same was seen as for “print”.", ""},
		{"another sight", statuses, [3]string{"404", "500", "404"}, [3]scenario.Exception{}, "", ""},
		{"another verb", [3]string{"header", "header", "header"}, [3]string{"none", "none", "none"}, [3]scenario.Exception{}, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := lostAlike(tt.verbs, tt.saw, tt.errors)
			text := render(t, []grade.Result{r}, Options{Lang: lang.EN})
			if tt.again != "" && !strings.Contains(text, "✗ again — 3 points lost: "+strings.ToLower(tt.again[:1])+tt.again[1:]+"\n\n") {
				t.Errorf("again is not told by %q:\n%s", tt.again, text)
			}
			for _, told := range []struct{ id, want string }{{"again", tt.again}, {"bytes", tt.bytes}} {
				i := slices.IndexFunc(r.Criteria, func(c grade.Criterion) bool { return c.ID == told.id })
				want := told.want
				if got := kinOf(&r, &r.Criteria[i]); (got != kin{}) != (want != "") || want != "" && wordsIn(lang.EN).kin(got) != want {
					t.Errorf("%s is told by %+v, not %q", told.id, got, want)
				}
				if got := Explain(&r, told.id, Options{Lang: lang.EN}); want != "" && !strings.Contains(got, want[1:]) {
					t.Errorf("%s is explained by %q", told.id, got)
				}
				if got := Reason(&r, &r.Criteria[i], lang.EN); want != "" && got != want {
					t.Errorf("the reason of %s is %q", told.id, got)
				}
			}
			for _, l := range Losses(&r, lang.EN) {
				if id := l.Criteria[0].ID; id == "again" && (l.SameAs == "print") != (tt.again != "") {
					t.Errorf("the loss of %s is told by %q", id, l.SameAs)
				}
			}
		})
	}
}

// TestWhatOthersMadeIsTried: the steps that made what a failed step is about are
// told with it, whichever criterion they score; what others expected is not.
func TestWhatOthersMadeIsTried(t *testing.T) {
	r := serverResult()
	did := func(line int, criterion, source, wait string) scenario.Step {
		s := step("client", line, criterion, scenario.OK, wait, same(source))
		s.Source = source
		return s
	}
	bad := step("client", 9, "quit", scenario.Mismatch, "", same("affirms a b d"), same("it does not say so"))
	bad.Source = "affirms a b d"
	lose(&r, "quit", bad)
	r.Traces = []scenario.Trace{{Scenario: "client", Steps: []scenario.Step{
		did(2, "print", "listen h 6666", ""), did(3, "print", "run a client_echo.py", "event"), did(4, "print", "accept ka h a", "event"),
		did(5, "print", "message ka x", "event"), did(6, "print", "reflect ka", "event"), did(7, "quit", "exited a", "event"), bad,
	}}}
	var got []string
	for _, s := range Losses(&r, lang.EN)[0].Tried {
		got = append(got, Verb(&s))
	}
	if want := []string{"listen", "run", "accept", "reflect", "exited"}; !slices.Equal(got, want) {
		t.Errorf("tried %q, not %q", got, want)
	}
}

// TestDifferIsAboutTheAlteredCase: what is shown of a client that says the same
// in every case is the case in which it is wrong.
func TestDifferIsAboutTheAlteredCase(t *testing.T) {
	var timeline []scenario.Event
	for _, name := range []string{"a", "b", "d"} {
		timeline = append(timeline, note(scenario.KindStart, name, "", name, name), note(scenario.KindRemark, "", "", "nouvelle machine, nouveau départ", "a new machine, a new start"))
	}
	for source, want := range map[string]string{"affirms a b d": "a", "differ a b d": "d"} {
		act := ActOf(Acts(timeline), &scenario.Step{Source: source})
		if !slices.ContainsFunc(act, func(e scenario.Event) bool { return e.Program == want }) {
			t.Errorf("%s is about %v, not about %s", source, act, want)
		}
	}
}

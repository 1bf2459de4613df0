package report

import (
	"strings"
	"testing"

	"netlab/grader/lang"
	"netlab/grader/scenario"
)

// TestAgainStopsAtTheFailure: a fault that the first client shows takes no
// second one.
func TestAgainStopsAtTheFailure(t *testing.T) {
	connect := func(conn string) scenario.Event {
		return note(scenario.KindConnect, "s", conn, "", "127.0.0.1:4000 → 127.0.0.1:6666")
	}
	timeline := []scenario.Event{
		note(scenario.KindStart, "s", "", "server.py", "server.py"),
		connect("c1"), data(scenario.KindSend, "s", "c1", "one\r\n"),
		connect("c2"), data(scenario.KindSend, "s", "c2", "two\r\n"),
		connect("c3"), data(scenario.KindSend, "s", "c3", "three\r\n"),
	}
	steps := []scenario.Step{
		done(1, "start s server.py", "start"), done(2, "connect c1 s", "connect"), done(3, "send c1 'one'", "send"), done(4, "printed s 'one'", "look"),
		done(5, "connect c2 s", "connect"), done(6, "send c2 'two'", "send"), done(7, "printed s 'two'", "look"),
		done(8, "connect c3 s", "connect"), done(9, "send c3 'three'", "send"),
	}
	for line, want := range map[int]int{4: 1, 6: 2, 7: 2, 9: 3} {
		trace := &scenario.Trace{Steps: steps}
		got := strings.Join(again(timeline, trace, &steps[line-1], wordsIn(lang.EN)), ", ")
		if n := strings.Count(got, "telnet localhost"); n != want {
			t.Errorf("failed in line %d: %d visits, want %d: %s", line, n, want, got)
		}
	}
}

// TestAgainWithOneCommandLine: of the arguments that the grader tried in turn,
// one list is enough.
func TestAgainWithOneCommandLine(t *testing.T) {
	listen := note(scenario.KindListen, "", "", "le correcteur écoute sur le port 6666", "the grader listens on port 6666")
	start := func(command string) scenario.Event { return note(scenario.KindStart, "c", "", command, command) }
	connect := note(scenario.KindConnect, "c", "k", "", "127.0.0.1:4000 → 127.0.0.1:6666")
	typed := data(scenario.KindType, "c", "", "bonjour\n")
	const tried = " (other arguments were tried too)"
	for name, tt := range map[string]struct {
		events []scenario.Event
		want   string
	}{
		"none came through":  {[]scenario.Event{listen, start("client.py a"), start("client.py a localhost"), typed, start("client.py a 6666")}, "`python3 client.py a`" + tried},
		"the second did":     {[]scenario.Event{listen, start("client.py a"), typed, start("client.py a 6666"), connect}, "`python3 client.py a 6666`" + tried},
		"there was only one": {[]scenario.Event{listen, start("client.py a"), connect}, "`python3 client.py a`"},
	} {
		want := "`nc -l 6666`, then, in another terminal, " + tt.want
		if got := strings.Join(again(tt.events, nil, nil, wordsIn(lang.EN)), ", "); got != want {
			t.Errorf("%s\n got %s\nwant %s", name, got, want)
		}
	}
}

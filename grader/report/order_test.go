package report

import (
	"strings"
	"testing"

	"netlab/grader/scenario"
)

// TestInOrder: what is certain to come first is told first, and nothing else moves.
func TestInOrder(t *testing.T) {
	listen := note(scenario.KindListen, "", "", "le correcteur écoute sur le port 6666", "the grader listens on port 6666")
	start := note(scenario.KindStart, "c", "", "x.py", "x.py")
	connect := note(scenario.KindConnect, "c", "k", "", "127.0.0.1:40112 → 127.0.0.1:6666")
	receive := data(scenario.KindReceive, "c", "k", "got")
	exit := note(scenario.KindExit, "c", "", "", "ended")
	failed := data(scenario.KindStderr, "c", "", "Traceback (most recent call last):\n")
	rest := data(scenario.KindStderr, "c", "", "NameError: x\n")
	thread := data(scenario.KindStderr, "c", "", "Exception in thread Thread-1:\nTraceback (most recent call last):\n")
	port := data(scenario.KindStdout, "c", "", "from 127.0.0.1:40112\n")
	other := data(scenario.KindStdout, "c", "", "hello\n")
	for name, tt := range map[string]struct{ events, want []scenario.Event }{
		"a client fails after it connected":  {[]scenario.Event{listen, start, failed, connect, rest, receive, exit}, []scenario.Event{listen, start, connect, receive, failed, rest, exit}},
		"a client ends after it connected":   {[]scenario.Event{listen, start, exit, connect, receive}, []scenario.Event{listen, start, connect, receive, exit}},
		"a thread may fail first":            {[]scenario.Event{listen, start, thread, connect}, nil},
		"it may fail twice":                  {[]scenario.Event{listen, start, failed, failed, connect}, nil},
		"it may print before it connects":    {[]scenario.Event{listen, start, other, connect}, nil},
		"a server prints whom it has served": {[]scenario.Event{start, other, port, connect}, []scenario.Event{start, other, connect, port}},
		"a server may fail before":           {[]scenario.Event{start, failed, connect}, nil},
		"a program that was started before":  {[]scenario.Event{listen, start, failed, exit, start, connect}, nil},
	} {
		want := tt.want
		if want == nil {
			want = tt.events
		}
		if got, want := kinds(inOrder(tt.events)), kinds(want); got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
	if got := kinds(joined([]scenario.Event{listen, start, failed, connect, rest})); got != "listen start connect stderr" {
		t.Errorf("a conversation is %s", got)
	}
}

func kinds(events []scenario.Event) string {
	var out []string
	for _, e := range events {
		out = append(out, string(e.Kind))
	}
	return strings.Join(out, " ")
}

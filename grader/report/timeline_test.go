package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/lang"
	"netlab/grader/scenario"
)

func conversation(timeline []scenario.Event, o Options) []string {
	p := newPage(o)
	p.conversation(timeline)
	return strings.Split(strings.TrimSuffix(p.buf.String(), "\n"), "\n")
}

func TestConversationWho(t *testing.T) {
	for _, test := range []struct {
		name   string
		events []scenario.Event
		want   []string
	}{
		{"two programs of the same file", []scenario.Event{
			note(scenario.KindStart, "a", "", "", "client.py one"),
			note(scenario.KindStart, "b", "", "", "client.py two"),
			data(scenario.KindStdout, "b", "", "x"),
		}, []string{
			"    client.py (a)           is started: python3 client.py one",
			"    client.py (b)           is started: python3 client.py two",
			"    client.py (b) → screen  x",
		}},
		{"the grader is the server: the client stays on the left", []scenario.Event{
			note(scenario.KindListen, "", "", "", "the grader listens on port 6666"),
			note(scenario.KindStart, "c", "", "", "client.py x"),
			note(scenario.KindConnect, "", "k", "", ""),
			data(scenario.KindReceive, "", "k", "x"),
			data(scenario.KindSend, "", "k", "y"),
			note(scenario.KindClosed, "", "k", "", "reset"),
		}, []string{
			"    grader                the grader listens on port 6666",
			"    client.py             is started: python3 client.py x",
			"    client.py             connects to server k",
			"    client.py → server k  x",
			"    client.py ← server k  y",
			"    client.py             closes connection k: reset",
		}},
		{"a program that nobody started", []scenario.Event{
			data(scenario.KindStderr, "s", "", "x"),
			data(scenario.KindSend, "", "", "y"),
		}, []string{
			"    s → errors        x",
			"    client → program  y",
		}},
		{"what the system cut is one again", []scenario.Event{
			data(scenario.KindReceive, "s", "c", "a"),
			data(scenario.KindReceive, "s", "c", "b\n"),
			data(scenario.KindSend, "s", "c", "1"),
			data(scenario.KindSend, "s", "c", "2"),
			data(scenario.KindReceive, "s", "d", "e"),
		}, []string{
			"    client c ← s  ab\\n",
			"    client c → s  1",
			"    client c → s  2",
			"    client d ← s  e",
		}},
		{"nothing", nil, []string{"    (nothing happened)"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if d := cmp.Diff(test.want, conversation(test.events, Options{Lang: lang.EN})); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// TestConversationKeepsTheTrace: joining pieces must not write into the events.
func TestConversationKeepsTheTrace(t *testing.T) {
	room := append(make([]byte, 0, 64), "abc"...)
	events := []scenario.Event{
		{Kind: scenario.KindStdout, Program: "s", Data: room},
		{Kind: scenario.KindStdout, Program: "s", Data: []byte("def")},
	}
	conversation(events, Options{})
	if got := string(events[0].Data) + string(room[:6][3:]); got != "abc\x00\x00\x00" {
		t.Errorf("the first event is now %q", got)
	}
}

func TestConversationLength(t *testing.T) {
	var many []scenario.Event
	for i := range 200 {
		many = append(many, note(scenario.KindRemark, "", "", "", strings.Repeat("x", i)))
	}
	chatter := []scenario.Event{
		data(scenario.KindStdout, "s", "", strings.Repeat("line\n", 500)),
		data(scenario.KindStderr, "s", "", strings.Repeat("line\n", 500)),
		data(scenario.KindReceive, "s", "c", strings.Repeat("line\n", 500)),
		data(scenario.KindStdout, "s", "", strings.Repeat("line\n", 500)),
	}
	for name, events := range map[string][]scenario.Event{"many": many, "chatter": chatter} {
		lines := conversation(events, Options{Lang: lang.EN})
		if len(lines) > maxRows {
			t.Errorf("%s: %d lines", name, len(lines))
		}
		if text := strings.Join(lines, "\n"); !strings.Contains(text, "events …") && !strings.Contains(text, "1 event …") {
			t.Errorf("%s: does not say what is left out:\n%s", name, text)
		}
		if long := conversation(events, Options{Lang: lang.EN, Verbose: true}); len(long) <= maxRows {
			t.Errorf("%s: verbose is %d lines", name, len(long))
		}
	}
}

// TestTracebackIsWhole: what is at the end of a line of an error output, the
// number of the line and the end of the message, is what one looks for.
func TestTracebackIsWhole(t *testing.T) {
	const traceback = "Traceback (most recent call last):\n  File \"/home/etudiant/server.py\", line 14, in <module>\n    x\n" +
		"UnboundLocalError: cannot access local variable 'compteur' where it is not associated with a value\n"
	text := func(k scenario.Kind, bytes string) string {
		p := newPage(Options{Lang: lang.FR})
		p.conversation([]scenario.Event{note(scenario.KindStart, "s", "", "server.py", "server.py"), data(k, "s", "", bytes)})
		return p.buf.String()
	}
	got := strings.Join(strings.Fields(text(scenario.KindStderr, traceback)), " ")
	for _, want := range []string{`File "/home/etudiant/server.py", line 14, in <module>\n`, `local variable 'compteur' where it is not associated with a value\n`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
	// A cut must save more than its mark takes; what is much too long is cut.
	for n, whole := range map[int]bool{50: true, 70: true, 140: false} {
		got := text(scenario.KindStdout, strings.Repeat("x", n)+"\n")
		if strings.Contains(got, "octets") == whole || whole && strings.Count(got, "x") != n {
			t.Errorf("%d bytes: %s", n, got)
		}
		for line := range strings.Lines(got) {
			if columns(strings.TrimSuffix(line, "\n")) > defaultWidth {
				t.Errorf("too wide: %s", line)
			}
		}
	}
	// An error output that would fill the page by itself is still there.
	long := strings.Repeat("File "+strings.Repeat("y", 230)+"\n", 20)
	if got := text(scenario.KindStderr, long); !strings.Contains(got, "yyy") || strings.Count(got, "\n") > maxRows {
		t.Errorf("%d lines:\n%s", strings.Count(got, "\n"), got)
	}
}

// TestQuestionIsNoError: input() prints on the error output what it asks.
func TestQuestionIsNoError(t *testing.T) {
	for text, want := range map[string]string{"Votre message : ": "server.py → écran  Votre message :\n", "oups\n": "server.py → erreurs  oups\\n\n"} {
		p := newPage(Options{Lang: lang.FR})
		p.conversation([]scenario.Event{note(scenario.KindStart, "s", "", "server.py", "server.py"), data(scenario.KindStderr, "s", "", text)})
		if got := p.buf.String(); !strings.Contains(got, want) {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

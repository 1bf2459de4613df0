package report

import (
	"bytes"
	"regexp"
	"slices"

	"netlab/grader/scenario"
)

// The marks of a program that fails, and of one that only a thread of fails.
var (
	tracebackMark = []byte("Traceback (most recent call last)")
	threadMark    = []byte("Exception in thread")
)

// sourcePort is the port that a connection comes from.
var sourcePort = regexp.MustCompile(`:([0-9]{4,5}) → `)

// inOrder puts what a program did before what it did later, where that is
// certain: a timeline is in the order in which the grader noticed. A connection
// is made before its port is printed; a client has connected and sent all it
// sends when it fails or ends.
func inOrder(timeline []scenario.Event) []scenario.Event {
	out := slices.Clone(timeline)
	for i := range out {
		if at := latestFor(out[:i], &out[i]); at < i {
			e := out[i]
			copy(out[at+1:i+1], out[at:i])
			out[at] = e
		}
	}
	return out
}

// latestFor returns the place among the events before e where e must have
// happened at the latest.
func latestFor(before []scenario.Event, e *scenario.Event) int {
	last := len(before)
	if e.Kind != scenario.KindConnect && e.Kind != scenario.KindReceive {
		return last
	}
	from := 0 // where its program, and the grader as its server, began
	serves := false
	for i := range before {
		if before[i].Kind == scenario.KindStart && before[i].Program == e.Program {
			from = i
		}
		if before[i].Kind == scenario.KindListen {
			serves = before[i].Program == ""
		}
	}
	var port []byte
	if m := sourcePort.FindStringSubmatch(e.Note.EN); m != nil && e.Kind == scenario.KindConnect {
		port = []byte(m[1])
	}
	var failures []int
	thread := false
	for i := from; i < len(before); i++ {
		b := &before[i]
		if b.Program != e.Program {
			continue
		}
		output := b.Kind == scenario.KindStdout || b.Kind == scenario.KindStderr
		switch {
		case output && port != nil && bytes.Contains(b.Data, port), serves && b.Kind == scenario.KindExit:
			last = min(last, i)
		case b.Kind == scenario.KindStderr && bytes.Contains(b.Data, tracebackMark):
			failures = append(failures, i)
		}
		thread = thread || b.Kind == scenario.KindStderr && bytes.Contains(b.Data, threadMark)
	}
	if serves && len(failures) == 1 && !thread {
		last = min(last, failures[0])
	}
	return last
}

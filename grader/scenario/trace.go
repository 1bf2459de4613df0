package scenario

import (
	"strings"
	"time"

	"netlab/grader/lang"
)

// Kind says what an Event is.
type Kind string

// The kinds of events on a timeline.
const (
	KindStart   Kind = "start"   // a program was started; Note is its command line
	KindListen  Kind = "listen"  // a program, or the grader, listens; Note says where
	KindConnect Kind = "connect" // a connection was made or accepted; Note says from where to where
	KindSend    Kind = "send"    // the grader sent Data on a connection
	KindReceive Kind = "receive" // the grader received Data on a connection
	KindEnd     Kind = "end"     // the grader ended its sending side, or closed
	KindClosed  Kind = "closed"  // the program ended the connection; Note says how (end of file or reset)
	KindStdout  Kind = "stdout"  // the program printed Data
	KindStderr  Kind = "stderr"  // the program printed Data on its error output
	KindType    Kind = "type"    // Data was typed on the program's keyboard
	KindExit    Kind = "exit"    // the program ended; Note says how
	KindRemark  Kind = "remark"  // the grader remarks on what it saw (waits, proof of silence); Note says it
)

// Event is one thing that happened while a scenario ran, as the grader saw it.
type Event struct {
	At      time.Duration `json:"at"`             // since the scenario began
	Kind    Kind          `json:"kind"`           //
	Program string        `json:"program"`        // the program's name in the scenario ("s"), or empty
	Conn    string        `json:"conn,omitempty"` // the connection's name in the scenario ("c1"), or empty
	Data    []byte        `json:"data,omitempty"` // raw bytes: escape them for where they are shown
	Dropped int64         `json:"dropped,omitempty"`
	Note    lang.Text     `json:"note,omitzero"`
}

// Outcome is how one step of a scenario ended.
type Outcome string

// The outcomes of a step.
const (
	OK       Outcome = "ok"
	Mismatch Outcome = "mismatch" // the program is wrong: scored
	Skipped  Outcome = "skipped"  // an earlier step that this one needs did not pass
	Excused  Outcome = "excused"  // does not count: what it looks at was lost in another criterion, or is settled
	Fault    Outcome = "fault"    // the harness could not do its work: not scored
)

// Step is one line of a scenario as it ran.
type Step struct {
	Scenario  string  `json:"scenario"`            // file name without .txtar
	Line      int     `json:"line"`                // in that file, from 1
	Source    string  `json:"source"`              // the line as its author wrote it
	Criterion string  `json:"criterion,omitempty"` // empty in the preamble
	Outcome   Outcome `json:"outcome"`
	// Wait says what ended the step's wait: "event", "silence" (proof that the
	// event cannot come), "ended" (the program is over), "limit", or "" when the step does not wait.
	Wait string `json:"wait,omitempty"`
	// Did says what the grader did or expected in this step, Saw what it saw
	// instead (set for a mismatch alone). Fault is the harness's own error.
	Did   lang.Text `json:"did,omitzero"`
	Saw   lang.Text `json:"saw,omitzero"`
	Fault string    `json:"fault,omitempty"`
	// Error is the exception that Saw tells of, if it tells of one.
	Error Exception `json:"error,omitzero"`
}

// Exception is an exception of a program, as Python told of it.
type Exception struct {
	Where string `json:"where,omitempty"` // the innermost line of the submission, "server.py:12"
	Words string `json:"words"`           // "NameError: name 'exti' is not defined"
}

// Kind returns what the exception is, "NameError".
func (e Exception) Kind() string {
	kind, _, _ := strings.Cut(e.Words, ":")
	return kind[strings.LastIndexByte(kind, '.')+1:]
}

// Trace is one scenario as it ran.
type Trace struct {
	Scenario string  `json:"scenario"`
	Steps    []Step  `json:"steps"`
	Timeline []Event `json:"timeline"`
	// Used is the processor time that the submission's programs have used.
	Used time.Duration `json:"used,omitempty"`
}

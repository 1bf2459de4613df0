package report

import (
	"strings"

	"netlab/grader/lang"
	"netlab/grader/scenario"
)

// Side is what stands at an end of something that was said.
type Side string

// The sides of a conversation.
const (
	GraderSide   Side = "grader"   // the grader, as a client or as a server
	ProgramSide  Side = "program"  // a program of the submission, or a reference program
	ScreenSide   Side = "screen"   // of a program
	ErrorsSide   Side = "errors"   // a program's error output
	KeyboardSide Side = "keyboard" // of a program
)

// Party is one end. The zero Party is nobody.
type Party struct {
	Side  Side
	Label string // in words: "server.py", "client c1"; not escaped
	// Serves says that the grader plays the server here.
	Serves bool
}

// Moment is one event of a conversation, in the words of one language.
type Moment struct {
	Kind     scenario.Kind
	Program  string // the program's name in the scenario, or empty
	Conn     string // the connection's name in the scenario, or empty
	From, To Party  // To is nobody for what goes to no one: a start, an exit
	What     string // what happened, in words; empty for bytes; not escaped
	Bytes    bool   // the event is about bytes: Data and Dropped
	Data     []byte
	Dropped  int64 // bytes that came after Data and were not kept
}

// Acts cuts a timeline where the grader began anew, in a new box. What comes
// before a cut and what comes after it have nothing to do with each other.
func Acts(timeline []scenario.Event) [][]scenario.Event {
	var out [][]scenario.Event
	from := 0
	for i, e := range timeline {
		if e.Kind != scenario.KindRemark || e.Program != "" || e.Conn != "" {
			continue
		}
		if i > from {
			out = append(out, timeline[from:i])
		}
		from = i + 1
	}
	if from < len(timeline) {
		out = append(out, timeline[from:])
	}
	return out
}

// Conversation says in words who did what on a timeline. What the system cut
// into several pieces on its way is one moment again.
func Conversation(timeline []scenario.Event, l lang.Lang) []Moment {
	c := castOf(timeline, wordsIn(l))
	events := joined(timeline)
	out := make([]Moment, len(events))
	for i, e := range events {
		m := Moment{Kind: e.Kind, Program: e.Program, Conn: e.Conn, Bytes: carriesData(e.Kind), Data: e.Data, Dropped: e.Dropped}
		if m.Program == "" {
			m.Program = c.of[e.Conn]
		}
		if !m.Bytes {
			m.What = c.what(e)
		}
		m.From, m.To = c.ends(e)
		out[i] = m
	}
	return out
}

// ends says from whom to whom an event goes.
func (c cast) ends(e scenario.Event) (from, to Party) {
	program := Party{Side: ProgramSide, Label: c.far(e)}
	near := Party{Side: GraderSide, Label: c.near(e.Conn), Serves: c.serves[e.Conn]}
	switch e.Kind {
	case scenario.KindSend, scenario.KindEnd:
		return near, program
	case scenario.KindReceive, scenario.KindClosed:
		return program, near
	case scenario.KindStdout:
		return program, Party{Side: ScreenSide, Label: c.words.screen}
	case scenario.KindStderr:
		if isPrompt(e) {
			return program, Party{Side: ScreenSide, Label: c.words.screen}
		}
		return program, Party{Side: ErrorsSide, Label: c.words.errors}
	case scenario.KindType:
		return Party{Side: KeyboardSide, Label: c.words.keyboard}, program
	case scenario.KindConnect:
		if c.serves[e.Conn] {
			return program, near
		}
		return near, program
	case scenario.KindStart, scenario.KindListen, scenario.KindExit, scenario.KindRemark:
	}
	if e.Program != "" {
		return Party{Side: ProgramSide, Label: c.program(e.Program)}, Party{}
	}
	return Party{Side: GraderSide, Label: c.words.grader, Serves: e.Kind == scenario.KindListen}, Party{}
}

// Again says how to do what a timeline of t shows, up to the failed step, with
// the tools of every machine: telnet, curl, nc. Each string is one thing to do,
// with commands between backquotes; none means that nothing simple comes near it.
func Again(timeline []scenario.Event, t *scenario.Trace, failed *scenario.Step, l lang.Lang) []string {
	return again(timeline, t, failed, wordsIn(l))
}

// Look is how a piece of a line of data is meant to look.
type Look string

// The looks of a piece.
const (
	PlainLook   Look = ""        // as it was
	EscapeLook  Look = "escape"  // stands for what cannot be shown: \n, \x00
	OmittedLook Look = "omitted" // says how much is not shown
)

// lookOf and styleOf translate between the looks of data and their styles.
func lookOf(s style) Look {
	switch s {
	case cyan:
		return EscapeLook
	case dim:
		return OmittedLook
	}
	return PlainLook
}

func styleOf(l Look) style {
	switch l {
	case EscapeLook:
		return cyan
	case OmittedLook:
		return dim
	case PlainLook:
	}
	return plainStyle
}

// Piece is a run of a line of data; its text is escaped.
type Piece struct {
	Look Look
	Text string
}

// DataLines shows raw bytes, after which dropped more came, as the lines that
// they are made of: at most most lines of at most width columns, with the
// number of bytes that are not shown.
func DataLines(data []byte, dropped int64, width, most int, l lang.Lang) [][]Piece {
	p := newPage(Options{Lang: l})
	var out [][]Piece
	lay := func(line []byte, dropped int64) []span { return dataLine(line, dropped, width, p.words) }
	for _, line := range p.data(data, dropped, most, lay) {
		var pieces []Piece
		for _, s := range line {
			pieces = append(pieces, Piece{Look: lookOf(s.style), Text: EscapeText(s.text)})
		}
		out = append(out, pieces)
	}
	return out
}

// hang is how many columns a line end may reach out of its line, so that it
// does not make one of its own.
const hang = len(`\r\n`)

// WrapPieces cuts a line of data into lines of at most width columns, and hang
// more for the line end. An escape is not cut, unless it is wider than that by
// itself.
func WrapPieces(line []Piece, width int) [][]Piece {
	var out [][]Piece
	var now []Piece
	used := 0
	for i, p := range line {
		if i > 0 && i == len(line)-1 && p.Look == EscapeLook && len(p.Text) <= hang {
			now = append(now, p)
			break
		}
		for text := p.Text; text != ""; {
			part := takeColumns(text, width-used)
			whole := p.Look == EscapeLook && columns(text) <= width
			if used > 0 && (columns(part) > width-used || whole && part != text) {
				out = append(out, now)
				now, used = nil, 0
				continue
			}
			// Where it must be cut, better behind a space that is not far away.
			if at := strings.LastIndexByte(part, ' ') + 1; part != text && p.Look == PlainLook && used+columns(part[:at]) > width/2 {
				part = part[:at]
			}
			now = append(now, Piece{Look: p.Look, Text: part})
			used += columns(part)
			if text = text[len(part):]; text != "" {
				out = append(out, now)
				now, used = nil, 0
			}
		}
	}
	if now != nil || out == nil {
		out = append(out, now)
	}
	return out
}

// Short makes s harmless on one line of at most width columns: it is escaped,
// and cut in its middle when it is too long.
func Short(s string, width int) string {
	const widest = 16 // bytes that one column can take
	if len(s) > 2*widest*width {
		s = s[:widest*width] + "…" + s[len(s)-widest*width:]
	}
	return cutInside(EscapeText(oneLine(s)), width)
}

// Paragraphs makes prose harmless that may quote what a program wrote: its
// lines, escaped, about width columns of them all together.
func Paragraphs(s string, width int, l lang.Lang) []string {
	var out []string
	for _, p := range strings.Split(strings.TrimRight(cutText(strings.ReplaceAll(s, "\r\n", "\n"), width, wordsIn(l)), "\n"), "\n") {
		out = append(out, EscapeText(p))
	}
	return out
}

package report

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"netlab/grader/lang"
	"netlab/grader/scenario"
)

// The limits of one conversation.
const (
	maxRows     = 25  // lines of a conversation
	maxRowsAll  = 400 // the same when everything is asked for
	maxLines    = 10  // lines of one event
	maxLinesAll = 60
)

// cast knows how the programs and the connections of one timeline are called.
type cast struct {
	words    words
	lang     lang.Lang
	programs map[string]string // the program's name in the scenario: its label
	serves   map[string]bool   // the connection's name: the grader is the server of it
	of       map[string]string // the connection's name: the program's name at its other end
}

// castOf looks through a timeline once. A program is called by its file
// (server.py), with its name in the scenario when two run the same file. The
// grader is the server of a connection when it listened and no program did.
func castOf(timeline []scenario.Event, w words) cast {
	c := cast{words: w, lang: w.lang, programs: map[string]string{}, serves: map[string]bool{}, of: map[string]string{}}
	var names []string
	files := map[string]int{}
	graderListens, programListens := false, false
	for _, e := range timeline {
		if _, known := c.programs[e.Program]; !known && e.Program != "" {
			names = append(names, e.Program)
			c.programs[e.Program] = e.Program
		}
		switch e.Kind {
		case scenario.KindStart:
			file := programFile(e.Note.In(w.lang))
			if file != "" && c.programs[e.Program] == e.Program {
				c.programs[e.Program] = file
				files[file]++
			}
		case scenario.KindListen:
			graderListens = graderListens || e.Program == ""
			programListens = programListens || e.Program != ""
		case scenario.KindConnect:
			c.serves[e.Conn] = graderListens && !programListens
		}
		if e.Conn != "" && e.Program != "" {
			c.of[e.Conn] = e.Program
		}
	}
	for _, name := range names {
		if file := c.programs[name]; files[file] > 1 && file != name {
			c.programs[name] = file + " (" + name + ")"
		}
	}
	if len(names) == 1 {
		for _, e := range timeline {
			if e.Conn != "" {
				c.of[e.Conn] = names[0]
			}
		}
	}
	return c
}

// programFile finds the file in a command line: its first word that ends with
// .py, or else the last part of its first word's path.
func programFile(command string) string {
	words := strings.Fields(command)
	for _, w := range words {
		if strings.HasSuffix(w, ".py") {
			return path.Base(w)
		}
	}
	if len(words) == 0 {
		return ""
	}
	return path.Base(words[0])
}

func (c cast) program(name string) string {
	if label, ok := c.programs[name]; ok {
		return label
	}
	return c.words.aProgram
}

// far returns the program at the other end of a connection.
func (c cast) far(e scenario.Event) string {
	if e.Program != "" {
		return c.program(e.Program)
	}
	return c.program(c.of[e.Conn])
}

// near returns what the grader is on a connection.
func (c cast) near(conn string) string {
	role := c.words.client
	if c.serves[conn] {
		role = c.words.server
	}
	if conn == "" {
		return role
	}
	return role + " " + conn
}

// who says between whom an event happened. Clients stand on the left, servers
// on the right, and the arrow goes the way of the bytes.
func (c cast) who(e scenario.Event) string {
	switch e.Kind {
	case scenario.KindSend:
		if c.serves[e.Conn] {
			return c.far(e) + " ← " + c.near(e.Conn)
		}
		return c.near(e.Conn) + " → " + c.far(e)
	case scenario.KindReceive:
		if c.serves[e.Conn] {
			return c.far(e) + " → " + c.near(e.Conn)
		}
		return c.near(e.Conn) + " ← " + c.far(e)
	case scenario.KindStdout:
		return c.program(e.Program) + " → " + c.words.screen
	case scenario.KindStderr:
		if isPrompt(e) {
			return c.program(e.Program) + " → " + c.words.screen
		}
		return c.program(e.Program) + " → " + c.words.errors
	case scenario.KindType:
		return c.words.keyboard + " → " + c.program(e.Program)
	case scenario.KindConnect:
		if c.serves[e.Conn] {
			return c.far(e)
		}
		return c.near(e.Conn)
	case scenario.KindEnd:
		return c.near(e.Conn)
	case scenario.KindClosed:
		return c.far(e)
	case scenario.KindListen, scenario.KindRemark, scenario.KindStart, scenario.KindExit:
	}
	if e.Program == "" {
		return c.words.grader
	}
	return c.program(e.Program)
}

// what says in words what happened, for the events that carry no data.
func (c cast) what(e scenario.Event) string {
	w, note := c.words, e.Note.In(c.lang)
	var verb string
	switch e.Kind {
	case scenario.KindStart:
		verb = w.started
		note = strings.Trim(launch(note), "`")
	case scenario.KindListen:
		verb = w.listens
		if e.Program == "" && note != "" {
			return note // a sentence of its own
		}
	case scenario.KindConnect:
		verb = w.connects
		if c.serves[e.Conn] {
			verb = fmt.Sprintf(w.connectsTo, c.near(e.Conn))
		}
	case scenario.KindEnd:
		verb = w.ends
		if note != "" {
			return note
		}
	case scenario.KindClosed:
		verb = strings.TrimRight(fmt.Sprintf(w.closes, e.Conn), " ")
	case scenario.KindExit:
		verb = w.exits
		if note != "" {
			return note
		}
	default:
		return note
	}
	if note == "" {
		return verb
	}
	if c.lang == lang.FR {
		return verb + " : " + note
	}
	return verb + ": " + note
}

// carriesData reports whether events of kind k are about bytes.
func carriesData(k scenario.Kind) bool {
	switch k {
	case scenario.KindSend, scenario.KindReceive, scenario.KindStdout, scenario.KindStderr, scenario.KindType:
		return true
	}
	return false
}

// row is one event, laid out.
type row struct {
	who   string
	lines [][]span
}

// conversation puts a timeline on the page: for each event who and what, with
// the bytes as they were. What the system cut into several pieces on its way is
// one event again, so that two runs of the same conversation look the same.
func (p *page) conversation(timeline []scenario.Event) {
	const indent = 4
	if len(timeline) == 0 {
		p.line(span{text: strings.Repeat(" ", indent)}, span{dim, p.words.nothingSaid})
		return
	}
	c := castOf(timeline, p.words)
	events := joined(timeline)
	column := 0
	for _, e := range events {
		column = max(column, columns(EscapeText(c.who(e))))
	}
	column = min(column, p.width*2/5)
	room := p.width - indent - column - 2
	rows := make([]row, len(events))
	for i, e := range events {
		rows[i] = row{who: cutInside(EscapeText(c.who(e)), column), lines: p.event(c, e, room)}
	}
	head, tail, gone := p.fit(rows)
	for _, r := range rows[:head] {
		p.row(r, indent, column)
	}
	switch {
	case gone == 1:
		p.line(span{text: strings.Repeat(" ", indent)}, span{dim, p.words.lineOmitted})
	case gone > 1:
		p.line(span{text: strings.Repeat(" ", indent)}, span{dim, fmt.Sprintf(p.words.linesOmitted, gone)})
	}
	for _, r := range rows[tail:] {
		p.row(r, indent, column)
	}
}

// fit chooses the rows to show, from both ends: rows[:head] and rows[tail:].
func (p *page) fit(rows []row) (head, tail, gone int) {
	room := maxRows
	if p.all {
		room = maxRowsAll
	}
	sum := 0
	for _, r := range rows {
		sum += len(r.lines)
	}
	if sum <= room {
		return len(rows), len(rows), 0
	}
	tail = len(rows)
	used := 1 // the line that says what is gone
	for used < room {
		front := used+len(rows[head].lines) <= room && (head <= len(rows)-tail || used+len(rows[tail-1].lines) > room)
		switch {
		case front:
			used += len(rows[head].lines)
			head++
		case used+len(rows[tail-1].lines) <= room:
			tail--
			used += len(rows[tail].lines)
		default:
			return head, tail, tail - head
		}
	}
	return head, tail, tail - head
}

func (p *page) row(r row, indent, column int) {
	who := r.who
	for _, l := range r.lines {
		p.line(append([]span{{dim, strings.Repeat(" ", indent) + pad(who, column+2)}}, l...)...)
		who = ""
	}
}

// joined joins events that follow each other on the same connection, or on the
// same screen. Each send of the grader stays as it is: the pieces are its doing.
func joined(timeline []scenario.Event) []scenario.Event {
	var out []scenario.Event
	for _, e := range inOrder(timeline) {
		if n := len(out) - 1; n >= 0 && e.Kind != scenario.KindSend && e.Kind != scenario.KindType && carriesData(e.Kind) &&
			out[n].Kind == e.Kind && out[n].Program == e.Program && out[n].Conn == e.Conn && out[n].Dropped == 0 {
			out[n].Data = slices.Concat(out[n].Data, e.Data)
			out[n].Dropped = e.Dropped
			continue
		}
		out = append(out, e)
	}
	return out
}

// event lays out what happened in an event, on lines of at most room columns.
func (p *page) event(c cast, e scenario.Event, room int) [][]span {
	if !carriesData(e.Kind) {
		var lines [][]span
		text := strings.ReplaceAll(c.what(e), "\n", " ")
		for _, l := range wrap(EscapeText(cutText(text, 4*room, p.words)), room) {
			lines = append(lines, []span{{dim, l}})
		}
		return lines
	}
	most := maxLines
	if p.all {
		most = maxLinesAll
	}
	if isPrompt(e) {
		e.Data = bytes.TrimRight(e.Data, " ") // nobody looks for the space that the answer is typed behind
	}
	for wraps := wrapsOf(e.Kind); ; wraps-- {
		var lines [][]span
		for _, line := range p.data(e.Data, e.Dropped, most, p.wrapped(wraps*room, room)) {
			lines = append(lines, wrapSpans(line, room)...)
		}
		if wraps == 1 || len(lines) <= most*3/2 { // a row that is too high is not shown at all
			return lines
		}
	}
}

// wrapsOf is on how many lines one line of an event may be laid out. What an error
// output says about where and why is at a line's end as much as at its beginning.
func wrapsOf(k scenario.Kind) int {
	if k == scenario.KindStderr {
		return 5
	}
	return 1
}

// wrapped returns how a line of data is laid out, in at most width columns: whole
// all the same if a cut would save next to nothing.
func (p *page) wrapped(width, room int) layout {
	return func(line []byte, dropped int64) []span {
		most := room + 2*columns(p.words.omitted(int64(len(line))))
		if dropped == 0 && len(line) <= 4*most && total(cells(line)) <= most {
			return dataLine(line, 0, most+len(`\x20`), p.words)
		}
		return dataLine(line, dropped, width, p.words)
	}
}

// wrapSpans cuts a line of data into lines of at most room columns.
func wrapSpans(line []span, room int) [][]span {
	n := 0
	pieces := make([]Piece, len(line))
	for i, s := range line {
		n += columns(s.text)
		pieces[i] = Piece{Look: lookOf(s.style), Text: s.text}
	}
	if n <= room {
		return [][]span{line}
	}
	var out [][]span
	for _, cut := range WrapPieces(pieces, room-hang) {
		var spans []span
		for _, piece := range cut {
			spans = append(spans, span{styleOf(piece.Look), piece.Text})
		}
		out = append(out, spans)
	}
	return out
}

// layout lays out one line of data, after which dropped bytes came.
type layout func(line []byte, dropped int64) []span

// data lays out bytes as the lines that they are made of, at most most of them.
// From the first line on that is not text, the rest counts as one line. What was
// dropped came after data, whose end is then not the end and is not shown.
func (p *page) data(data []byte, dropped int64, most int, lay layout) [][]span {
	if len(data) == 0 && dropped == 0 {
		return [][]span{{{dim, p.words.noData}}}
	}
	var parts [][]byte
	for rest := data; len(rest) > 0; {
		end := bytes.IndexByte(rest, '\n') + 1
		if end == 0 || !isText(rest[:end]) {
			end = len(rest)
		}
		parts = append(parts, rest[:end])
		rest = rest[end:]
	}
	head, tail := len(parts), len(parts)
	if len(parts) > most {
		head = most * 2 / 3
		tail = len(parts) - (most - 1 - head)
	}
	if dropped > 0 {
		head, tail = min(len(parts), most-1), len(parts)
	}
	var lines [][]span
	gone := dropped
	for i, part := range parts[:head] {
		if dropped > 0 && i == len(parts)-1 && part[len(part)-1] != '\n' { // its end was dropped too
			return append(lines, lay(part, dropped))
		}
		lines = append(lines, lay(part, 0))
	}
	for _, part := range parts[head:tail] {
		gone += int64(len(part))
	}
	if gone > 0 {
		lines = append(lines, []span{{dim, p.words.omitted(gone)}})
	}
	for _, part := range parts[tail:] {
		lines = append(lines, lay(part, 0))
	}
	return lines
}

// isPrompt reports whether an event is a question for who sits at the keyboard:
// input() may print it on the error output, and no error ends without a line end.
func isPrompt(e scenario.Event) bool {
	if e.Kind != scenario.KindStdout && e.Kind != scenario.KindStderr || e.Dropped > 0 || len(e.Data) > 200 || bytes.IndexByte(e.Data, '\n') >= 0 {
		return false
	}
	asked := bytes.TrimRight(e.Data, " ")
	return len(asked) > 0 && isText(asked) && (len(asked) < len(e.Data) || bytes.IndexByte([]byte(":?>"), asked[len(asked)-1]) >= 0)
}

// isText reports whether a person wrote this line, as far as one can tell.
func isText(line []byte) bool {
	return utf8.Valid(line) && bytes.IndexByte(line, 0) < 0
}

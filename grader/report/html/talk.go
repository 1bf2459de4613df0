package html

import (
	"fmt"

	"netlab/grader/lang"
	"netlab/grader/report"
	"netlab/grader/scenario"
)

// The limits of what a page shows of conversations. A submission can say
// gigabytes; its page must open on a phone.
const (
	maxScenarios   = 40
	maxActs        = 12   // of one scenario
	maxMoments     = 60   // of one act, as a list
	maxDataLines   = 12   // of one moment, as a list
	dataWidth      = 84   // columns of a line of a list
	roomOfPage     = 1050 // lines of data of all lists of a page
	maxDiagramRows = 30   // of one act
	roomOfDiagrams = 210  // rows of all diagrams of a page
	maxWords       = 160  // columns of what happened, in words
)

// room is what is left of a page's size.
type room struct {
	lines, rows int
	ids         int // elements that have got an id
}

func newRoom() *room { return &room{lines: roomOfPage, rows: roomOfDiagrams} }

// id makes an id that the page has not used yet.
func (r *room) id(prefix string) string {
	r.ids++
	return fmt.Sprintf("%s-%d", prefix, r.ids)
}

// act is what happened in one box: a conversation from its beginning.
type act struct {
	Name    string // "2/4", empty when the scenario has one act alone
	Diagram *diagram
	List    *list
}

// list is a conversation as a list of who said what.
type list struct {
	Head, Tail []entry
	Omitted    string // says how many moments between them are left out
}

// entry is one moment of a list.
type entry struct {
	Kind  scenario.Kind // one of the known ones, or empty
	Who   string
	What  string
	Lines [][]report.Piece
}

// acts shows a whole timeline, act by act.
func (s *site) acts(timeline []scenario.Event, r *room) (acts []act, omitted string) {
	parts := report.Acts(timeline)
	for i, part := range parts {
		if i == maxActs || r.lines <= 0 {
			return acts, fmt.Sprintf(s.words.actsOmitted, len(parts)-i)
		}
		name := ""
		if len(parts) > 1 {
			name = fmt.Sprintf("%d/%d", i+1, len(parts))
		}
		moments := report.Conversation(part, s.lang)
		acts = append(acts, act{Name: name, Diagram: s.diagram(moments, nil, "", r), List: s.list(moments, r)})
	}
	return acts, ""
}

func (s *site) list(moments []report.Moment, r *room) *list {
	l := &list{}
	head, tail := len(moments), len(moments)
	if len(moments) > maxMoments {
		head = maxMoments * 2 / 3
		tail = len(moments) - (maxMoments - head)
	}
	for i := range moments[:head] {
		if r.lines <= 0 {
			break
		}
		l.Head = append(l.Head, s.entry(&moments[i], r))
	}
	for i := tail; i < len(moments); i++ {
		if r.lines <= 0 {
			break
		}
		l.Tail = append(l.Tail, s.entry(&moments[i], r))
	}
	if gone := len(moments) - len(l.Head) - len(l.Tail); gone > 0 {
		l.Omitted = s.words.count(gone, s.words.eventOmitted, s.words.eventsOmitted)
	}
	return l
}

func (s *site) entry(m *report.Moment, r *room) entry {
	e := entry{Kind: known(m.Kind), Who: report.Short(m.From.Label, maxLabel)}
	if m.To.Side != "" && m.Bytes {
		e.Who += " → " + report.Short(m.To.Label, maxLabel)
	}
	if !m.Bytes {
		r.lines--
		e.What = report.Short(m.What, maxWords)
		return e
	}
	e.Lines = report.DataLines(m.Data, m.Dropped, dataWidth, max(1, min(maxDataLines, r.lines)), s.lang)
	r.lines -= len(e.Lines)
	return e
}

// known keeps a kind that may stand in the class of an element.
func known(k scenario.Kind) scenario.Kind {
	switch k {
	case scenario.KindStart, scenario.KindListen, scenario.KindConnect, scenario.KindSend, scenario.KindReceive, scenario.KindEnd,
		scenario.KindClosed, scenario.KindStdout, scenario.KindStderr, scenario.KindType, scenario.KindExit, scenario.KindRemark:
		return k
	}
	return ""
}

// told says one moment in a few words, for a sentence.
func told(m *report.Moment, l lang.Lang) (words string, pieces []report.Piece) {
	const width = 60
	who := report.Short(m.From.Label, maxLabel)
	if !m.Bytes {
		return who + " " + report.Short(m.What, maxWords), nil
	}
	if m.To.Side != "" {
		who += " → " + report.Short(m.To.Label, maxLabel)
	}
	lines := report.DataLines(m.Data, m.Dropped, width, 2, l)
	if len(lines) > 0 {
		pieces = lines[0]
	}
	return who, pieces
}

package html

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"netlab/grader/report"
	"netlab/grader/scenario"
)

// The measures of a sequence diagram, in the units of its view box: pixels
// where there is room for it.
const (
	laneGap    = 250
	margin     = 44 // at least, beside the outer lanes
	headHeight = 34
	textHeight = 17
	letter     = 6.7 // of the words' font
	labelRoom  = 30  // columns of a line of data between two lanes
	labelLines = 6   // of one arrow
	labelWraps = 3   // lines that one of them takes at most
	signWidth  = 26  // beside the lanes, where moments are set off
	aloneWidth = 340 // of a diagram with one lane
	maxLanes   = 6
	maxLabel   = 40
	maxPill    = 46
)

// diagram is a conversation as a sequence diagram: a lane for each party, time
// going down.
type diagram struct {
	ID     string
	Width  int
	Height int
	Title  string
	Desc   string
	Lanes  []lane
	Rows   []drawing
}

type lane struct {
	X, Top, Bottom int
	Label          string
	Box            box
}

type box struct{ X, Y, Width, Height int }

// drawing is one moment of a diagram.
type drawing struct {
	Class string // what it looks like: "data", "link", "note"
	Band  *box   // lies behind a moment that matters
	Sign  string // stands at the band's end
	SignX int
	SignY int
	Arrow string // a path
	Pill  *box
	Texts []label
}

// label is one line of text.
type label struct {
	X, Y   int
	Middle bool // X is its middle, not its beginning
	Words  string
	Pieces []report.Piece
}

// place says whether a moment is the one that a step looked at.
type place func(i int) bool

// diagram draws moments. Those of here, which may be nil, are set off, with sign
// at their end. It is nil when nothing can be drawn.
func (s *site) diagram(moments []report.Moment, here place, sign string, r *room) *diagram {
	return s.diagramUntil(moments, len(moments), here, sign, r)
}

// diagramUntil is diagram for the first moments, up to end; it says how many
// came later.
func (s *site) diagramUntil(moments []report.Moment, end int, here place, sign string, r *room) *diagram {
	later := len(moments) - end
	moments = moments[:end]
	lanes := lanesOf(moments)
	if len(lanes) == 0 || r.rows <= 0 {
		return nil
	}
	d := &diagram{ID: r.id("seq"), Height: headHeight + 12}
	index := map[string]int{}
	at := 0
	for i, l := range lanes {
		index[l.key] = i
		name := report.Short(s.laneName(l), 24)
		width := int(float64(utf8.RuneCountInString(name))*letter*1.06) + 20
		side := max(margin, width/2+4)
		switch {
		case len(lanes) == 1:
			at = max(side, aloneWidth/2)
		case i == 0:
			at = side
		default:
			at += laneGap
		}
		d.Lanes = append(d.Lanes, lane{X: at, Top: headHeight, Label: name, Box: box{at - width/2, 6, width, headHeight - 10}})
		d.Width = at + side
	}
	if len(lanes) == 1 {
		d.Width = 2 * at
	}
	if here != nil {
		d.Width += signWidth
	}
	most := min(maxDiagramRows, r.rows)
	head, tail := len(moments), len(moments)
	if len(moments) > most {
		head = most * 2 / 3
		tail = len(moments) - (most - head)
	}
	gone := 0
	for i := range moments {
		m := &moments[i]
		if i >= head && i < tail {
			gone++
			if i == tail-1 {
				s.drawOmitted(d, s.words.count(gone, s.words.eventOmitted, s.words.eventsOmitted))
			}
			continue
		}
		from, ok := index[laneKey(m.From)]
		to, there := index[laneKey(m.To)]
		if !ok {
			continue
		}
		if !there {
			to = from
		}
		s.draw(d, m, from, to, here != nil && here(i), sign)
		r.rows -= 1 + len(d.Rows[len(d.Rows)-1].Texts)/4
	}
	for i := range d.Lanes {
		if d.Lanes[i].Bottom == 0 {
			d.Lanes[i].Bottom = d.Height
		}
	}
	if later > 0 {
		s.drawOmitted(d, s.words.count(later, s.words.eventOmitted, s.words.eventsOmitted))
	}
	d.Height += 6
	d.Title, d.Desc = s.describe(d, len(moments))
	return d
}

// describe says what a diagram shows to who cannot see it. The list beside it
// has the words.
func (s *site) describe(d *diagram, moments int) (title, desc string) {
	names := ""
	for i, l := range d.Lanes {
		if i > 0 {
			names += ", "
		}
		names += l.Label
	}
	return s.words.diagramTitle, fmt.Sprintf(s.words.diagramDesc, moments, names)
}

// party is one lane.
type party struct {
	key   string
	label string
	side  report.Side
	types bool // the keyboard is used, the screen is not
	shows bool
}

// laneKey is the same for parties that share a lane: a screen and a keyboard
// are one terminal, and the grader's connections are one client.
func laneKey(p report.Party) string {
	switch {
	case p.Side == report.ProgramSide:
		return "program " + p.Label
	case p.Side == report.GraderSide && p.Serves:
		return "server"
	case p.Side == report.GraderSide:
		return "client"
	case p.Side != "":
		return "terminal"
	}
	return ""
}

// lanesOf returns the lanes of a conversation, from left to right: clients
// before servers, and the terminal on the side of the program that has it.
func lanesOf(moments []report.Moment) []party {
	var all []party
	for _, m := range moments {
		for _, p := range []report.Party{m.From, m.To} {
			key := laneKey(p)
			if key == "" {
				continue
			}
			i := slices.IndexFunc(all, func(q party) bool { return q.key == key })
			if i < 0 {
				if len(all) == maxLanes {
					continue
				}
				i = len(all)
				all = append(all, party{key: key, label: p.Label, side: p.Side})
			}
			all[i].types = all[i].types || p.Side == report.KeyboardSide
			all[i].shows = all[i].shows || p.Side == report.ScreenSide || p.Side == report.ErrorsSide
		}
	}
	serves := slices.ContainsFunc(all, func(p party) bool { return p.key == "server" })
	rank := func(p party) int {
		switch {
		case p.key == "client":
			return 1
		case p.key == "server":
			return 3
		case p.key == "terminal" && serves:
			return 0
		case p.key == "terminal":
			return 4
		}
		return 2
	}
	slices.SortStableFunc(all, func(a, b party) int { return rank(a) - rank(b) })
	return all
}

func (s *site) laneName(p party) string {
	switch {
	case p.key == "client":
		return s.words.graderClient
	case p.key == "server":
		return s.words.graderServer
	case p.key == "terminal" && p.types && p.shows:
		return s.words.terminal
	case p.key == "terminal" && p.types:
		return s.words.keyboard
	case p.key == "terminal":
		return s.words.screen
	}
	return p.label
}

// draw puts one moment at the diagram's bottom, from lane from to lane to.
func (s *site) draw(d *diagram, m *report.Moment, from, to int, here bool, sign string) {
	top := d.Height
	row := drawing{Class: "note"}
	x1, x2 := d.Lanes[from].X, d.Lanes[to].X
	switch {
	case from == to:
		text := report.Short(m.What, maxPill)
		width := int(float64(utf8.RuneCountInString(text))*letter) + 22
		left := min(max(x1-width/2, 4), d.Width-width-4)
		row.Pill = &box{left, top + 3, width, 22}
		row.Texts = []label{{X: left + width/2, Y: top + 18, Middle: true, Words: text}}
		d.Height = top + 30
		if m.Kind == scenario.KindExit {
			d.Lanes[from].Bottom = d.Height - 5
		} else {
			d.Lanes[from].Bottom = 0
		}
	default:
		span := max(from, to) - min(from, to)
		columns := labelRoom + (span-1)*laneGap/9
		left := min(x1, x2) + 12
		y := top + 4
		if m.Bytes {
			row.Class = "data"
			if m.To.Side == report.ErrorsSide {
				row.Class = "data err"
			}
			for _, line := range report.DataLines(m.Data, m.Dropped, labelWraps*columns-labelWraps, labelLines, s.lang) {
				for _, part := range report.WrapPieces(line, columns) {
					y += textHeight
					row.Texts = append(row.Texts, label{X: left, Y: y - 4, Pieces: part})
				}
			}
		} else {
			row.Class = "link"
			y += textHeight
			row.Texts = []label{{X: left, Y: y - 4, Words: report.Short(s.linkWords(m), columns+4)}}
		}
		y += 5
		row.Arrow = arrow(x1, x2, y)
		d.Height = y + 9
	}
	if here {
		row.Band = &box{0, top, d.Width, d.Height - top - 2}
		row.Sign, row.SignX, row.SignY = sign, d.Width-signWidth/2, top+(d.Height-top)/2+4
	}
	d.Rows = append(d.Rows, row)
}

// linkWords says in two or three words what happened to a connection.
func (s *site) linkWords(m *report.Moment) string {
	switch m.Kind {
	case scenario.KindConnect:
		return s.words.connects
	case scenario.KindClosed:
		return s.words.closes
	}
	return m.What
}

func (s *site) drawOmitted(d *diagram, text string) {
	d.Rows = append(d.Rows, drawing{Class: "gone", Texts: []label{{X: d.Width / 2, Y: d.Height + 16, Middle: true, Words: text}}})
	d.Height += 28
}

// arrow draws a line from x1 to x2 with its head.
func arrow(x1, x2, y int) string {
	if x1 < x2 {
		return fmt.Sprintf("M%d %dH%dm-7 -4l7 4l-7 4", x1+3, y, x2-3)
	}
	return fmt.Sprintf("M%d %dH%dm7 -4l-7 4l7 4", x1-3, y, x2+3)
}

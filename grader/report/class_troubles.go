package report

import (
	"fmt"
	"slices"
	"strings"

	"netlab/grader/archive"
	"netlab/grader/batch"
	"netlab/grader/grade"
)

// troubles puts what a teacher has to look at.
func (p *classPage) troubles(c *batch.Class) {
	p.rejected(c)
	p.faults(c)
	p.list(p.cw.pending, len(c.Pending), func(i int) { p.item(yellow, "… ", c.Pending[i], "") })
	var late, older []*batch.Row
	for i := range c.Rows {
		if c.Rows[i].Late > 0 {
			late = append(late, &c.Rows[i])
		}
		if len(c.Rows[i].Older) > 0 {
			older = append(older, &c.Rows[i])
		}
	}
	p.list(p.cw.late, len(late), func(i int) {
		d := late[i].Late
		p.item(yellow, "! ", late[i].Path, fmt.Sprintf(p.cw.lateBy, int(d.Hours()), int(d.Minutes())%60))
	})
	p.list(p.cw.older, len(older), func(i int) {
		p.item(dim, "• ", older[i].Path, fmt.Sprintf(p.cw.replaces, strings.Join(older[i].Older, ", ")))
	})
	p.list(p.cw.others, len(c.Others), func(i int) {
		why := p.cw.why(c.Others[i].Why)
		if note := c.Others[i].Note.In(p.lang); note != "" {
			why += " (" + note + ")"
		}
		p.item(dim, "• ", c.Others[i].Path, why)
	})
	p.list(p.cw.absent, len(c.Absent), func(i int) { p.item(dim, "• ", fullName(c.Absent[i]), "") })
}

// list puts a title and n items, no more than maxListed.
func (p *classPage) list(title string, n int, put func(i int)) {
	if n == 0 {
		return
	}
	p.hang(nil, fmt.Sprintf(title, n), bold)
	for i := range n {
		if i == maxListed && !p.all {
			p.line(span{dim, "  " + fmt.Sprintf(p.cw.more, n-i)})
			break
		}
		put(i)
	}
	p.blank()
}

// item puts a path or a name, and what is to be said of it, on some three lines
// at most.
func (p *classPage) item(st style, sign, name, said string) {
	text := oneLine(name)
	if said = strings.TrimSpace(oneLine(said)); said != "" {
		text += p.cw.colon + said
	}
	p.hang([]span{{st, "  " + sign}}, cutInside(EscapeText(text), 5*p.width/2), plainStyle)
}

func (p *classPage) rejected(c *batch.Class) {
	var rows []*batch.Row
	for i := range c.Rows {
		if c.Rows[i].Result.Verdict == grade.Rejected {
			rows = append(rows, &c.Rows[i])
		}
	}
	p.list(p.cw.rejected, len(rows), func(i int) {
		r := &rows[i].Result
		var said []string
		for _, v := range r.Violations {
			if v.Severity == archive.Reject && !slices.Contains(said, oneLine(v.Rule)) {
				said = append(said, oneLine(v.Rule))
			}
		}
		name, _ := rightArchive(r, r.Violations)
		text := strings.Join(said, ", ")
		if name != "" && name != oneLine(r.Archive) {
			text += " → " + name
		}
		p.item(red, "✗ ", rows[i].Path, text)
		if remark := rows[i].Remark(); !remark.Empty() {
			p.item(yellow, "  ! ", remark.In(p.lang), "")
		}
	})
}

// faults puts what has no mark, why, and the command that grades it again.
func (p *classPage) faults(c *batch.Class) {
	var rows []*batch.Row
	for i := range c.Rows {
		if c.Rows[i].Result.Verdict == grade.Fault {
			rows = append(rows, &c.Rows[i])
		}
	}
	p.list(p.cw.faults, len(rows), func(i int) {
		why, _, _ := strings.Cut(rows[i].Result.FaultIn(p.lang), "\n")
		if rows[i].Retried {
			why += " " + p.cw.retried
		}
		p.item(yellow, "! ", rows[i].Path, why)
		if len(rows[i].Again) > 0 {
			// On one line, however long, so that it can be copied.
			p.line(span{text: "    " + p.cw.again + " "}, span{bold, Command(rows[i].Again)})
		}
	})
}

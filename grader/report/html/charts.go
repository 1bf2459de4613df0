package html

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"netlab/grader/batch"
	"netlab/grader/grade"
	"netlab/grader/report"
	"netlab/grader/report/gradebook"
)

// The measures of a histogram, in the units of its view box.
const (
	chartWidth  = 480
	chartHeight = 190
	chartLeft   = 8
	chartTop    = 26
	chartBottom = 160 // where the bars stand
	maxBins     = 26
)

// chart is the histogram of the marks of one exercise.
type chart struct {
	ID            string
	Title         string
	Caption       string // numbers that say the same
	Counted       string // which marks these are of
	Desc          string // the bars in words
	Width, Height int
	Base          int // the y of the bars' feet
	Bars          []bar
	Ticks         []label
	Rejects       bool // some bar has rejected ones
}

// bar is one mark, or a range of marks.
type bar struct {
	X, Width            int
	Y, Height           int // of the graded ones
	RejectY, RejectHigh int // of the rejected ones, which stand on those
	Middle              int
	N                   int
}

func (s *site) charts() []chart {
	var out []chart
	for n, spread := range gradebook.New([]*batch.Class{s.class}).Spreads() {
		if c, ok := s.chart(n, &spread); ok {
			out = append(out, c)
		}
	}
	return out
}

// chart draws the marks of one exercise.
func (s *site) chart(n int, spread *gradebook.Spread) (chart, bool) {
	w := &s.words
	most := spread.Out
	if most <= 0 {
		return chart{}, false
	}
	bins := min(most+1, maxBins)
	graded, rejects := make([]int, bins), make([]int, bins)
	for i, m := range spread.Marks {
		bin := min(max(m, 0), most) * (bins - 1) / most
		if spread.Rows[i].Result.Verdict == grade.Rejected {
			rejects[bin]++
		} else {
			graded[bin]++
		}
	}
	c := chart{
		ID: fmt.Sprintf("chart-%d", n+1), Title: s.spreadTitle(&spread.Column), Width: chartWidth, Height: chartHeight,
		Base: chartBottom, Rejects: spread.Rejected > 0,
		Caption: fmt.Sprintf(w.meanMedian, w.number(spread.Mean), w.number(spread.Median), most),
		Counted: s.glue(spread.Counted().In(s.lang)),
	}
	top := 1
	for i := range bins {
		top = max(top, graded[i]+rejects[i])
	}
	step := (chartWidth - 2*chartLeft) / bins
	high := func(n int) int { return n * (chartBottom - chartTop) / top }
	var said []string
	for i := range bins {
		x := chartLeft + i*step
		if i*most%(bins-1) == 0 && (i*most/(bins-1))%5 == 0 || i == bins-1 {
			c.Ticks = append(c.Ticks, label{X: x + step/2, Y: chartBottom + 20, Words: fmt.Sprint(i * most / (bins - 1))})
		}
		total := graded[i] + rejects[i]
		if total == 0 {
			continue
		}
		b := bar{X: x + 2, Width: step - 4, Middle: x + step/2, N: total, Height: high(graded[i]), RejectHigh: high(total) - high(graded[i])}
		b.Y, b.RejectY = chartBottom-b.Height, chartBottom-high(total)
		c.Bars = append(c.Bars, b)
		if graded[i] > 0 {
			said = append(said, fmt.Sprintf(w.barDesc, graded[i], i*most/(bins-1), most))
		}
		if rejects[i] > 0 {
			said = append(said, w.count(rejects[i], w.barRejectedOne, w.barRejectedMany))
		}
	}
	c.Desc = strings.Join(said, w.semicolon)
	return c, true
}

// spreadTitle says which exercise the marks are of.
func (s *site) spreadTitle(c *gradebook.Column) string {
	title := fmt.Sprintf(s.words.tp, c.TP, c.Ex)
	if what := report.Short(cmp.Or(c.Title.In(s.lang), c.Exercise), maxLine); what != "" {
		title += " · " + what
	}
	return title
}

// heat shows which criteria of one exercise were lost, and by whom.
type heat struct {
	ID    string
	Title string
	N     int // submissions that were graded: columns of the strips
	Rows  []heatRow
}

// heatRow is one criterion.
type heatRow struct {
	ID      string
	Asks    string
	Points  int
	Advice  bool
	Lost    int
	Percent int
	Level   int    // of 0 to 5: how much of the class lost it
	Failed  string // a path: where it failed
	Skipped string // a path: where its turn did not come
	Who     []item
	Omitted string
}

// maxWho is how many submissions are named under one criterion.
const maxWho = 100

// stripHeight is how high a strip is, in its own units; a submission is 10 wide.
const stripHeight = 20

func (s *site) heats() []heat {
	var out []heat
	for n, rows := range exercises(s.class.Rows) {
		rows = slices.DeleteFunc(slices.Clone(rows), func(i int) bool { return s.class.Rows[i].Result.Verdict != grade.Graded })
		if len(rows) == 0 {
			continue
		}
		slices.SortStableFunc(rows, func(a, b int) int {
			return cmp.Compare(s.class.Rows[b].Result.Score, s.class.Rows[a].Result.Score)
		})
		out = append(out, s.heat(n, rows))
	}
	return out
}

// heat gathers what the rows, sorted by mark and all of one exercise, lost.
func (s *site) heat(n int, rows []int) heat {
	first := &s.class.Rows[rows[0]].Result
	h := heat{ID: fmt.Sprintf("heat-%d", n+1), Title: s.title(first), N: len(rows)}
	index := map[string]int{}
	failed, skipped := []*strip{}, []*strip{}
	for column, i := range rows {
		r := &s.class.Rows[i].Result
		for j := range r.Criteria {
			c := &r.Criteria[j]
			k, known := index[c.ID]
			if !known {
				if len(h.Rows) == maxCriteria {
					continue
				}
				k = len(h.Rows)
				index[c.ID] = k
				h.Rows = append(h.Rows, heatRow{ID: report.Short(c.ID, maxLabel), Asks: s.prose(c.Asks), Points: c.Max, Advice: c.Advice})
				failed, skipped = append(failed, &strip{}), append(skipped, &strip{})
			}
			switch c.Status {
			case grade.Failed:
				failed[k].add(column, 0)
			case grade.Skipped:
				skipped[k].add(column, stripHeight/2)
			default:
				continue
			}
			row := &h.Rows[k]
			row.Lost++
			if len(row.Who) < maxWho {
				row.Who = append(row.Who, item{Href: s.pages[i], Name: s.name(&s.class.Rows[i])})
			}
		}
	}
	for k := range h.Rows {
		row := &h.Rows[k]
		row.Failed, row.Skipped = failed[k].path(), skipped[k].path()
		row.Percent = (100*row.Lost + len(rows)/2) / len(rows)
		row.Level = (5*row.Lost + len(rows) - 1) / len(rows)
		if row.Lost > maxWho {
			row.Omitted = fmt.Sprintf(s.words.andOthers, row.Lost-maxWho)
		}
	}
	slices.SortStableFunc(h.Rows, func(a, b heatRow) int { return cmp.Compare(rank(a.Advice), rank(b.Advice)) })
	return h
}

func rank(later bool) int {
	if later {
		return 1
	}
	return 0
}

// strip is a row of cells, of which runs are drawn as one.
type strip struct {
	b          strings.Builder
	from, to   int // the open run
	top        int
	hasOpenRun bool
}

func (s *strip) add(column, top int) {
	if s.hasOpenRun && column == s.to {
		s.to++
		return
	}
	s.close()
	s.from, s.to, s.top, s.hasOpenRun = column, column+1, top, true
}

func (s *strip) close() {
	if s.hasOpenRun {
		width := 10 * (s.to - s.from)
		fmt.Fprintf(&s.b, "M%d %dh%dv%dh-%dz", 10*s.from, s.top, width, stripHeight-s.top, width)
	}
	s.hasOpenRun = false
}

func (s *strip) path() string {
	s.close()
	return s.b.String()
}

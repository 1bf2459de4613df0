package report

import (
	"strings"
	"unicode/utf8"
)

// wrap cuts s into lines of at most width columns, at spaces. A word that is
// wider than a line is cut. A space before high punctuation or inside guillemets,
// as French has them, is no place to cut, nor is one beside an arrow.
func wrap(s string, width int) []string {
	var lines []string
	line, used := "", 0
	for i, w := range glue(strings.Split(s, " ")) {
		n := columns(w)
		if i > 0 && used+1+n <= width {
			line += " " + w
			used += 1 + n
			continue
		}
		if i > 0 {
			lines = append(lines, line)
		}
		for n > width {
			head := takeColumns(w, width)
			lines = append(lines, head)
			w = w[len(head):]
			n = columns(w)
		}
		line, used = w, n
	}
	return append(lines, line)
}

// glue joins the words that must stay on one line.
func glue(words []string) []string {
	out := words[:0:0]
	for _, w := range words {
		last := len(out) - 1
		if last >= 0 && (strings.HasSuffix(out[last], "«") || strings.HasSuffix(out[last], "→") || w != "" && strings.Contains(":;!?»→", firstRune(w))) {
			out[last] += " " + w
			continue
		}
		out = append(out, w)
	}
	return out
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}

// takeColumns returns the longest start of s that takes at most n columns, and
// at least one character of it.
func takeColumns(s string, n int) string {
	used := 0
	for i, r := range s {
		if used += columnsOf(r); used > n && i > 0 {
			return s[:i]
		}
	}
	return s
}

// lastColumns returns the longest end of s that takes at most n columns and does
// not begin with a combining mark.
func lastColumns(s string, n int) string {
	from, used := len(s), 0
	for i := len(s); i > 0; {
		r, size := utf8.DecodeLastRuneInString(s[:i])
		i -= size
		c := columnsOf(r)
		if used += c; used > n {
			break
		}
		if c > 0 {
			from = i
		}
	}
	return s[from:]
}

// cutEnd cuts s to width columns; an ellipsis says so.
func cutEnd(s string, width int) string {
	if columns(s) <= width {
		return s
	}
	return strings.TrimRight(takeColumns(s, width-1), " ") + "…"
}

// cutInside cuts s to width columns in its middle; an ellipsis says so.
func cutInside(s string, width int) string {
	if columns(s) <= width {
		return s
	}
	tail := (width - 1) / 2
	return takeColumns(s, width-1-tail) + "…" + lastColumns(s, tail)
}

// cutText cuts prose that is too long, in its middle, and says how much is gone.
func cutText(s string, width int, w words) string {
	if len(s) <= width || len(takeColumns(s, width)) == len(s) {
		return s
	}
	head, tail := takeColumns(s, width/2), lastColumns(s, width/2)
	return head + " " + w.omitted(int64(len(s)-len(head)-len(tail))) + " " + tail
}

// piece is a run of a data line: escapes look different from what they stand
// between.
type piece = span

// dataLine shows data on one line of at most width columns, cut in its middle
// when it is too long, with the number of bytes that are not shown. What is
// shown and the number add up to len(data)+dropped: when bytes were dropped, the
// end of data is not the end and is not shown either.
func dataLine(data []byte, dropped int64, width int, w words) []piece {
	// A cell is at least one column wide and at most 16 bytes long, so this
	// many bytes fill a line from either side.
	enough := 16 * width
	if dropped > 0 {
		return cutCells(cells(data[:min(enough, len(data))]), nil, int64(len(data))+dropped, width, w)
	}
	if len(data) > 2*enough {
		return cutCells(cells(data[:enough]), cells(data[len(data)-enough:]), int64(len(data)), width, w)
	}
	all := cells(data)
	if n := len(all); n > 0 && all[n-1].text == " " { // or nobody would see it
		all[n-1] = cell{text: `\x20`, columns: 4, bytes: 1, escape: true}
	}
	if total(all) <= width {
		return pieces(all)
	}
	return cutCells(all, all, int64(len(data)), width, w)
}

// cutCells joins a start of head and an end of tail around the number of bytes
// left out of size.
func cutCells(head, tail []cell, size int64, width int, w words) []piece {
	room := width - columns(w.omitted(size))
	share := room
	if tail != nil {
		share = room * 2 / 3
	}
	shown := int64(0)
	h, used := 0, 0
	for ; h < len(head) && used+head[h].columns <= share; h++ {
		used += head[h].columns
		shown += int64(head[h].bytes)
	}
	t := len(tail)
	for ; t > 0 && used+tail[t-1].columns <= room; t-- {
		used += tail[t-1].columns
		shown += int64(tail[t-1].bytes)
	}
	out := append(pieces(head[:h]), piece{dim, w.omitted(size - shown)})
	return append(out, pieces(tail[t:])...)
}

func total(cs []cell) int {
	n := 0
	for _, c := range cs {
		n += c.columns
	}
	return n
}

// pieces gathers cells into runs of one look.
func pieces(cs []cell) []piece {
	var out []piece
	var b strings.Builder
	for i, c := range cs {
		b.WriteString(c.text)
		if i+1 == len(cs) || cs[i+1].escape != c.escape {
			st := plainStyle
			if c.escape {
				st = cyan
			}
			out = append(out, piece{st, b.String()})
			b.Reset()
		}
	}
	return out
}

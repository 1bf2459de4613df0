package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// EscapeData writes raw bytes of a program as text that may stand on one line
// of a terminal and in any document. Bytes that are not UTF-8 and the control
// characters of ASCII become \xHH, or \r \n \t; every other character that is
// not simply drawn (C1 controls, bidirectional and other format characters, line
// and paragraph separators, exotic and invisible spaces, unassigned characters)
// becomes \uHHHH or \UHHHHHHHH; a backslash is doubled, so that what is shown
// can be told from what was sent. The result is valid UTF-8.
func EscapeData(data []byte) string {
	var b strings.Builder
	for _, c := range cells(data) {
		b.WriteString(c.text)
	}
	return b.String()
}

// EscapeText makes prose harmless that may quote what a program or a student
// wrote: a message, a file name. It escapes like [EscapeData] but for the
// backslash and the no-break spaces, which it keeps, so that escaping twice is
// escaping once. A line feed becomes \n: split lines first.
func EscapeText(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	prev := none
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '\\', r == noBreak, r == narrowNoBreak:
			b.WriteRune(r)
			prev = base
		default:
			var text string
			text, prev = escape(r, n, s[i], prev)
			b.WriteString(text)
		}
		i += n
	}
	return b.String()
}

// plain reports whether s is printable ASCII, the common case.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

const (
	noBreak       = '\u00a0' // French puts them before « : » and inside « » …
	narrowNoBreak = '\u202f'
)

// before says what the character that comes next would be drawn upon, which
// matters to a combining mark. Values above base count marks on one base.
type before int

const (
	none before = iota // nothing, or an escape: a mark would change what we drew
	base
)

// maxMarks is how many combining marks one character may carry. Real languages
// stay within it; stacks of marks that cover the lines above and below do not.
const maxMarks = 3

// escape returns what is shown for the rune r, decoded from n bytes of which
// first is the first one.
func escape(r rune, n int, first byte, prev before) (string, before) {
	switch {
	case r == utf8.RuneError && n <= 1:
		return fmt.Sprintf(`\x%02x`, first), none
	case r == '\n':
		return `\n`, none
	case r == '\r':
		return `\r`, none
	case r == '\t':
		return `\t`, none
	case r == '\\':
		return `\\`, none
	case r < ' ' || r == 0x7f:
		return fmt.Sprintf(`\x%02x`, r), none
	case unicode.In(r, unicode.Mn, unicode.Me) && !ignorable(r):
		if prev == none || prev >= base+maxMarks {
			return escapeRune(r), none
		}
		return string(r), prev + 1
	case !unicode.IsPrint(r) || ignorable(r):
		return escapeRune(r), none
	}
	return string(r), base
}

func escapeRune(r rune) string {
	if r > 0xffff {
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// ignorable reports whether r is drawn as nothing at all though Unicode calls it
// a letter, a mark or a symbol.
func ignorable(r rune) bool {
	return r == '\u2800' || // the empty braille pattern
		unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// cell is what stands together on a line: one character with its marks, or one
// escape.
type cell struct {
	text    string
	columns int  // how wide it is on a terminal
	bytes   int  // how many bytes of the data it shows
	escape  bool // the text stands for something that cannot be shown
}

// cells cuts data into cells. Their bytes add up to len(data).
func cells(data []byte) []cell {
	var out []cell
	prev := none
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		text, now := escape(r, n, data[i], prev)
		switch {
		case now > base: // a mark: it belongs to the cell before
			last := &out[len(out)-1]
			last.text += text
			last.bytes += n
		case now == base:
			out = append(out, cell{text: text, columns: columnsOf(r), bytes: n})
		default:
			out = append(out, cell{text: text, columns: len(text), bytes: n, escape: true})
		}
		prev = now
		i += n
	}
	return out
}

// columnsOf returns how many columns of a terminal the character r takes.
func columnsOf(r rune) int {
	if r < 0x300 {
		return 1
	}
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// columns returns how many columns of a terminal s takes. s is escaped already.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n += columnsOf(r)
	}
	return n
}

package markdown

import (
	"fmt"
	"regexp"
	"strings"
)

// maxInline bounds one piece of text, in characters.
const maxInline = 160

// tame matches text that means nothing in Markdown wherever it stands inside a
// line: words of letters, digits and single signs.
var tame = regexp.MustCompile(`^[\pL\pN]+(?:[ '’-][\pL\pN]+|\.[\pL\pN]+)*$`)

// Inline writes text of a student so that it can stand inside a line, a cell of a
// table or a heading. What is not plainly a name is put into a code element, in
// which no reader looks for mentions, links or emoji, with a character reference
// for every sign: such a reference is text in Markdown and in HTML and never
// markup (CommonMark, "Entity and numeric character references"), so it ends no
// cell, no element and no code. s is on one line, without control characters.
func Inline(s string) string {
	if s == "" {
		return "–"
	}
	if r := []rune(s); len(r) > maxInline {
		s = string(r[:maxInline]) + "…"
	}
	if tame.MatchString(s) && !strings.Contains(strings.ToLower(s), "www.") {
		return s
	}
	var b strings.Builder
	b.WriteString("<code>")
	for _, r := range s {
		if r < 0x80 && !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == ' ') {
			fmt.Fprintf(&b, "&#%d;", r)
			continue
		}
		b.WriteRune(r)
	}
	b.WriteString("</code>")
	return b.String()
}

// Fence puts text into a fenced code block. The fence is longer than any run of
// its sign in the text, so that nothing in the text ends it.
func Fence(text string) string {
	longest, run := 0, 0
	for _, r := range text {
		if r == '`' {
			run++
			longest = max(longest, run)
			continue
		}
		run = 0
	}
	fence := strings.Repeat("`", max(3, longest+1))
	return fence + "text\n" + strings.TrimRight(text, "\n") + "\n" + fence + "\n"
}

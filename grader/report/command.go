package report

import "strings"

// Command writes a command and its arguments as a person types them in a shell,
// on one line. An argument with a character that a terminal must not see is
// written in a way that a shell reads back: $'…'.
func Command(argv []string) string {
	words := make([]string, len(argv))
	for i, a := range argv {
		if EscapeText(a) != a {
			words[i] = ansiQuote(a)
			continue
		}
		words[i] = shellQuote(a)
	}
	return strings.Join(words, " ")
}

// ansiQuote writes s between $' and ', with bytes that are not printable ASCII
// as octal, which bash, zsh and ksh read.
func ansiQuote(s string) string {
	var b strings.Builder
	b.WriteString("$'")
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ' || c > '~', c == '\'', c == '\\':
			b.WriteByte('\\')
			b.WriteByte('0' + c>>6)
			b.WriteByte('0' + c>>3&7)
			b.WriteByte('0' + c&7)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('\'')
	return b.String()
}

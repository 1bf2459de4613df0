package junit

import (
	"strings"
	"unicode/utf8"

	"netlab/grader/lang"
	"netlab/grader/report"
)

// attribute makes text that may stand in an attribute: on one line, bounded, with
// nothing that XML forbids.
func attribute(s string, l lang.Lang) string { return legal(report.OneLine(s, l)) }

// body makes text that may stand in an element, cut at maxText bytes.
func body(s string) string { return legal(cut(s, maxText)) }

// cut cuts s at most bytes; an ellipsis says so.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + " …"
}

// legal leaves out what XML 1.0 does not allow in a document, not even escaped
// (the production Char of its section 2.2): most control characters, surrogates,
// U+FFFE and U+FFFF. Texts from package report have had these escaped before;
// encoding/xml would put U+FFFD in their place.
func legal(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', r == '\r',
			' ' <= r && r <= 0xd7ff, 0xe000 <= r && r <= 0xfffd, 0x10000 <= r && r <= 0x10ffff:
			return r
		}
		return -1
	}, strings.ToValidUTF8(s, "\ufffd"))
}

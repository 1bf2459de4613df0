package spreadsheet

import (
	"strings"
	"unicode"

	"netlab/grader/lang"
	"netlab/grader/report"
)

// Safe makes text that a student wrote harmless in a cell. No control character,
// tab, line end or bidirectional override is left of it, and no spreadsheet takes
// it for a formula: where a formula could begin, an apostrophe stands before its
// sign, which makes the cell text in every spreadsheet. A formula could begin at
// the start of the text, after spaces and quotation marks, and also after whatever
// could be the separator of columns, for a person who opens the file with another
// separator than the file's own gets cells that begin there (OWASP, "CSV
// Injection"). A text that is too long for a cell is cut.
func Safe(s string, l lang.Lang) string {
	s = report.OneLine(s, l)
	var b strings.Builder
	begins := true
	for _, r := range s {
		switch {
		case isSign(r):
			if begins {
				b.WriteByte('\'')
			}
			begins = false
		case isSeparator(r):
			begins = true
		case unicode.IsSpace(r), isQuote(r):
		default:
			begins = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// isSign reports whether a spreadsheet may take r for the start of a formula.
// The wide forms are so taken in East Asian versions.
func isSign(r rune) bool { return strings.ContainsRune("=+-@＝＋－＠−﹢﹣﹦﹫", r) }

func isSeparator(r rune) bool { return strings.ContainsRune(",;|:", r) }

func isQuote(r rune) bool { return strings.ContainsRune("\"'`´«»“”‘’„‚", r) }

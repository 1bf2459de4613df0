package scenario

import (
	"encoding/hex"
	"fmt"
	"strings"

	"netlab/grader/lang"
)

// What is said of a screen that does not show what was looked for: whether it
// shows something near to it, and what it does show.

// mostShown is how many characters of a screen are quoted, of its end: what
// came last is what answers to what was sent last.
const mostShown = 160

// excerpt is the end of what a screen shows.
func excerpt(screen string) string {
	r := []rune(visible(strings.TrimSpace(strings.ReplaceAll(screen, "\r\n", "\n"))))
	if len(r) <= mostShown {
		return string(r)
	}
	return "…" + string(r[len(r)-mostShown:])
}

// leastPiece is the length in bytes of a piece of a text that is no accident.
const leastPiece = 4

// nearly says in which other form a screen shows a text that it does not show
// as it is, or nothing when it shows none.
func nearly(screen, text string) lang.Text {
	switch {
	case strings.Contains(strings.ToLower(screen), strings.ToLower(text)):
		return lang.T("il y est, mais en d'autres majuscules ou minuscules", "it is there, but in another case")
	case strings.Contains(screen, byteEscapes(text)):
		return lang.T("il y est, mais ses lettres accentuées sont écrites octet par octet (decode() en fait un texte)", "it is there, but its accented letters are written byte by byte (decode() makes it a text)")
	case strings.Contains(strings.ToLower(screen), hex.EncodeToString([]byte(text))):
		return lang.T("il y est, mais en hexadécimal", "it is there, but in hexadecimal")
	case strings.Contains(withoutBlanks(screen), withoutBlanks(text)):
		return lang.T("il y est, mais ses espaces ont changé", "it is there, but its blanks have changed")
	case apart(screen, text):
		return lang.T("ses mots y sont, mais pas à la suite", "its words are there, but not one after the other")
	}
	if piece := longestEnd(screen, text); piece != "" {
		return lang.F("il n'y est qu'en partie, « %s »", "only a part of it is there, “%s”", visible(piece))
	}
	return lang.Text{}
}

// byteEscapes writes a text as Python shows its bytes: été is \xc3\xa9t\xc3\xa9.
func byteEscapes(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if c < 0x80 {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, `\x%02x`, c)
	}
	return b.String()
}

func withoutBlanks(s string) string { return strings.Join(strings.Fields(s), "") }

// apart tells whether a screen shows every word of a text of several words.
func apart(screen, text string) bool {
	words := strings.Fields(text)
	for _, w := range words {
		if !strings.Contains(screen, w) {
			return false
		}
	}
	return len(words) > 1
}

// longestEnd returns the longest beginning or end of a text that a screen
// shows, without blanks around it, or "" when there is none worth telling.
func longestEnd(screen, text string) string {
	for n := len(text) - 1; n >= leastPiece; n-- {
		for _, piece := range []string{text[:n], text[len(text)-n:]} {
			piece = strings.ToValidUTF8(strings.TrimSpace(piece), "")
			if len(piece) >= leastPiece && strings.Contains(screen, piece) {
				return piece
			}
		}
	}
	return ""
}

package scenario

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The forms in which programs print a payload, which say nothing of it.

// mostScreen bounds, in bytes, the screens in which all forms are looked for: who
// floods its screen has sent many messages too.
const mostScreen = 64 << 10

// mostSpelled bounds, in bytes, the payloads that are looked for letter by letter.
const mostSpelled = 4 << 10

// mostVerdict is how many words a message may have that is taken for a verdict.
const mostVerdict = 2

// masked takes a payload out of a screen in the forms in which programs print
// it: as it is, without its line end, as Python's repr of a text or of bytes, in
// other capitals, spelled, as hexadecimal digits.
func masked(screen, secret string) string {
	text := strings.TrimSpace(secret)
	if len(text) > len(screen) {
		return screen // every form is as long, at least
	}
	if len(screen) > mostScreen {
		return without(without(screen, secret), text)
	}
	for _, f := range forms(secret) {
		screen = without(screen, f)
	}
	// A short message that is a verdict itself ("ok") is taken for one in other capitals.
	if len(text) >= 2 && len(text) <= mostSpelled && (len(strings.Fields(text)) > mostVerdict || opinion(text) == 0) {
		for _, f := range []string{text, escaped(text)} {
			screen = withoutFold(screen, f)
		}
	}
	return screen
}

// without takes a form of a payload out of a screen, if it is no accident.
func without(screen, form string) string {
	if len(form) < 2 {
		return screen
	}
	return strings.ReplaceAll(screen, form, " ")
}

func forms(secret string) []string {
	text, data := strings.TrimSpace(secret), []byte(secret)
	out := []string{secret, strings.TrimRight(secret, "\r\n"), text, quoted(secret), escaped(secret), hex.EncodeToString(data), base64.StdEncoding.EncodeToString(data)}
	letters := strings.Split(text, "")
	if len(letters) < 2 || len(secret) > mostSpelled {
		return out
	}
	out = append(out, fmt.Sprintf("% x", data))
	for _, between := range []string{" ", "-", "', '"} {
		out = append(out, strings.Join(letters, between))
	}
	slices.Reverse(letters)
	return append(out, strings.Join(letters, ""))
}

// digests are short forms of a payload of any length.
func digests(secret string) []string {
	data := []byte(secret)
	m, s1, s2, s5 := md5.Sum(data), sha1.Sum(data), sha256.Sum256(data), sha512.Sum512(data)
	return []string{hex.EncodeToString(m[:]), hex.EncodeToString(s1[:]), hex.EncodeToString(s2[:]), hex.EncodeToString(s5[:]), strconv.FormatUint(uint64(crc32.ChecksumIEEE(data)), 16)}
}

// quoted is a text between its quotes, as Python's repr writes it.
func quoted(text string) string {
	q := strconv.Quote(text)
	return q[1 : len(q)-1]
}

// escaped is a text as Python's repr writes its bytes, between the quotes.
func escaped(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		switch {
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == '\\':
			b.WriteString(`\\`)
		case c < ' ' || c >= 0x7f:
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// withoutFold takes a text out of a screen, whatever the capitals.
func withoutFold(screen, text string) string {
	low, text := folded(screen), folded(text)
	var b strings.Builder
	for {
		i := strings.Index(low, text)
		if i < 0 {
			break
		}
		b.WriteString(screen[:i] + " ")
		screen, low = screen[i+len(text):], low[i+len(text):]
	}
	b.WriteString(screen)
	return b.String()
}

// folded is a text in small letters, of the same length in bytes.
func folded(s string) string {
	b := make([]byte, 0, len(s))
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if low := unicode.ToLower(r); r != utf8.RuneError && utf8.RuneLen(low) == n {
			b = utf8.AppendRune(b, low)
		} else {
			b = append(b, s[:n]...)
		}
		s = s[n:]
	}
	return string(b)
}

// alteredWords are the words of a message that its altered echo has otherwise,
// and those that it has instead, but for those that are verdicts: a program may
// show the words of a message one by one.
func alteredWords(sent, back string) []string {
	a, b := wordsIn(sent), wordsIn(back)
	if len(a) != len(b) || len(a) < 2 {
		return nil
	}
	var out []string
	for i := range a {
		if a[i] != b[i] && opinion(a[i]) == 0 && opinion(b[i]) == 0 {
			out = append(out, a[i], b[i])
		}
	}
	return out
}

// wordsIn are what a text has between its blanks and marks.
func wordsIn(text string) []string {
	return strings.FieldsFunc(text, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) })
}

// withoutWord takes a word out of a screen where it stands alone, whatever the
// capitals.
func withoutWord(screen, word string) string {
	low, word := folded(screen), folded(word)
	var b strings.Builder
	part := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	for from := 0; ; {
		i := strings.Index(low[from:], word)
		if i < 0 {
			break
		}
		i += from
		end := i + len(word)
		before, _ := utf8.DecodeLastRuneInString(low[:i])
		after, _ := utf8.DecodeRuneInString(low[end:])
		if part(before) || part(after) {
			from = end
			continue
		}
		b.WriteString(screen[:i] + " ")
		screen, low, from = screen[end:], low[end:], 0
	}
	b.WriteString(screen)
	return b.String()
}

package archive

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"netlab/grader/lang"
)

// ErrNoName is what FileName's error wraps when a family name cannot be written
// in the letters a to z.
var ErrNoName = lang.Errorf("ce nom ne s'écrit pas avec les seules lettres de a à z", "it cannot be written in the letters a to z alone")

// maxNumber is the highest TP or exercise number.
const maxNumber = 999

// maxName is how many letters the name part may have. The longest file names
// that systems take are 255 bytes.
const maxName = 100

// Normalize returns the name part for a family name: "de Gaulle" gives
// "degaulle", "Yunès" "yunes" and "O'Brien" "obrien". Spaces, hyphens,
// apostrophes and dots are dropped, accents taken off, letters such as œ, ß and
// ł written out. It returns "" when that leaves nothing, or when the name has
// something that has no writing in the letters a to z.
func Normalize(family string) string {
	s, ok := letters(family)
	if !ok {
		return ""
	}
	return s
}

// FileName returns the right name of an archive: "de Gaulle", 3 and 12 give
// "degaulle-tp3-ex12.zip". Its error wraps ErrNoName when Normalize has no name
// for family.
func FileName(family string, tp, ex int) (string, error) {
	student := Normalize(family)
	if student == "" || len(student) > maxName {
		return "", lang.Errorf("nom d'archive pour %s : %w : donnez-le en lettres latines, au plus %d, sans chiffre",
			"name an archive for %s: %w: give the name in Latin letters, at most %d, without digits", Show(family), ErrNoName, maxName)
	}
	if tp < 1 || tp > maxNumber {
		return "", lang.Errorf("nom d'archive : pas de TP %d : les numéros vont de 1 à %d", "name an archive: no TP %d: numbers go from 1 to %d", tp, maxNumber)
	}
	if ex < 1 || ex > maxNumber {
		return "", lang.Errorf("nom d'archive : pas d'exercice %d : les numéros vont de 1 à %d", "name an archive: no exercise %d: numbers go from 1 to %d", ex, maxNumber)
	}
	return fmt.Sprintf("%s-tp%d-ex%d.zip", student, tp, ex), nil
}

// letters writes s in the letters a to z. It reports false when something in s
// is neither a letter that can be written so nor a mark that names have between
// their letters.
func letters(s string) (string, bool) {
	var b strings.Builder
	ok := true
	for _, r := range fold(s) {
		switch {
		case 'a' <= r && r <= 'z':
			b.WriteRune(r)
		case unicode.IsSpace(r) || strings.ContainsRune(nameMarks, r) || invisible(r):
		default:
			ok = false
		}
	}
	return b.String(), ok
}

// nameMarks are the characters that family names have between their letters:
// hyphens, apostrophes, dots, and the underscore that stands for a space.
const nameMarks = "-‐‑‒–—'’‘ʼʻ`´._"

// fold takes s to lower case without accents, and writes out the Latin letters
// that are not a letter with an accent. Everything else stays as it is.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		if combining(r) {
			continue
		}
		r = unicode.ToLower(r)
		if out, ok := writtenOut(r); ok {
			b.WriteString(out)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// combining reports whether r is a mark set on the letter before it.
func combining(r rune) bool { return unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) }

// writtenOut returns the letters a to z for a Latin letter that does not
// decompose into one of them and an accent.
func writtenOut(r rune) (string, bool) {
	switch r {
	case 'œ':
		return "oe", true
	case 'æ', 'ǽ':
		return "ae", true
	case 'ß', 'ẞ':
		return "ss", true
	case 'ø':
		return "o", true
	case 'ł':
		return "l", true
	case 'đ', 'ð':
		return "d", true
	case 'þ':
		return "th", true
	case 'ħ':
		return "h", true
	case 'ı':
		return "i", true
	case 'ŋ':
		return "ng", true
	case 'ŧ':
		return "t", true
	case 'ə':
		return "e", true
	}
	return "", false
}

// invisible reports whether r shows nothing and means nothing in a name:
// what a copy and paste brings along, or what hides in a hostile name.
func invisible(r rune) bool { return unicode.Is(unicode.Cf, r) }

// unseen reports whether r is a character that nobody sees, in a name of any kind.
func unseen(r rune) bool {
	return invisible(r) || unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
}

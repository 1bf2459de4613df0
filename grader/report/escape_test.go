package report

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// TestEscapeDataBytes: every byte alone, whatever it is.
func TestEscapeDataBytes(t *testing.T) {
	named := map[byte]string{'\n': `\n`, '\r': `\r`, '\t': `\t`, '\\': `\\`}
	for i := range 256 {
		b := byte(i)
		want, ok := named[b]
		switch {
		case ok:
		case b < ' ' || b >= 0x7f:
			want = fmt.Sprintf(`\x%02x`, b)
		default:
			want = string(rune(b))
		}
		if got := EscapeData([]byte{b}); got != want {
			t.Errorf("EscapeData(%#02x) = %q, want %q", b, got, want)
		}
		if b == '\\' {
			want = `\` // a message may hold escapes already
		}
		if got := EscapeText(string([]byte{b})); got != want {
			t.Errorf("EscapeText(%#02x) = %q, want %q", b, got, want)
		}
	}
}

func TestEscapeCharacters(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"été, 漢字, Ωμέγα, שלום, 😀", "été, 漢字, Ωμέγα, שלום, 😀"},
		{"e\u0301", "e\u0301"},   // NFD, as macOS writes
		{"\u0301e", `\u0301e`},   // a mark with nothing below it
		{"\n\u0301", `\n\u0301`}, // nor one on an escape of ours
		{"e\u0301\u0302\u0303\u0304", "e\u0301\u0302\u0303\\u0304"}, // a stack
		{"a\u20dd", "a\u20dd"},
		{"\u0080\u0085\u009b\u009f", `\u0080\u0085\u009b\u009f`},
		{"\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e", `\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e`},
		{"\u2066\u2067\u2068\u2069\u206a\u206f", `\u2066\u2067\u2068\u2069\u206a\u206f`},
		{"\u00ad\u180e\u200b\u200c\u200d\u2060\ufeff\ufff9", `\u00ad\u180e\u200b\u200c\u200d\u2060\ufeff\ufff9`},
		{"\u2028\u2029", `\u2028\u2029`},
		{"\U000e0041\U000e0001", `\U000e0041\U000e0001`},                                 // tags: text that cannot be seen
		{"\u115f\u3164\uffa0\u2800\u034f\ufe0f", `\u115f\u3164\uffa0\u2800\u034f\ufe0f`}, // drawn as nothing
		{"\u2003\u3000", `\u2003\u3000`},                                                 // spaces that are not
		{"\ue000\uffff\U0010ffff", `\ue000\uffff\U0010ffff`},                             // private, and no characters
		{"\ufffd", "\ufffd"},
		{"\xc3", `\xc3`},
		{"\xc0\x80", `\xc0\x80`},                 // overlong NUL
		{"\xed\xa0\x80", `\xed\xa0\x80`},         // lone surrogate
		{"\xf4\x90\x80\x80", `\xf4\x90\x80\x80`}, // above U+10FFFF
		{"é\x9b31m", `é\x9b31m`},
		{"\x1b]0;own\x07\x1b[2J", `\x1b]0;own\x07\x1b[2J`},
		{"20/20\b\b\r0", `20/20\x08\x08\r0`},
	} {
		if got := EscapeData([]byte(test.in)); got != test.want {
			t.Errorf("EscapeData(%q) = %q, want %q", test.in, got, test.want)
		}
		if got := EscapeText(test.in); got != test.want {
			t.Errorf("EscapeText(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}

// TestEscapeNoBreakSpaces: French prose keeps them, data shows them.
func TestEscapeNoBreakSpaces(t *testing.T) {
	const s = "«\u00a0quoi\u202f?\u00a0»"
	if got := EscapeText(s); got != s {
		t.Errorf("EscapeText: %q", got)
	}
	if got, want := EscapeData([]byte(s)), `«\u00a0quoi\u202f?\u00a0»`; got != want {
		t.Errorf("EscapeData: %q, want %q", got, want)
	}
}

// TestEscapeUnicode: no character of Unicode that acts on a terminal, or hides,
// comes through; every letter, digit, punctuation mark and symbol that is drawn does.
func TestEscapeUnicode(t *testing.T) {
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		switch r { // nothing is there
		case 0xd800: // surrogates
			r = 0xe000
		case 0x323b0: // planes without a character, up to the tags
			r = 0xe0000
		case 0xe0200: // and to the last private ones
			r = 0x10fff0
		}
		got := EscapeData([]byte("a" + string(r)))
		escaped := strings.HasPrefix(got, `a\`)
		switch {
		case unicode.In(r, unicode.C, unicode.Z) || !unicode.IsGraphic(r):
			if !escaped {
				t.Fatalf("%U comes through: %q", r, got)
			}
		case unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) || r == 0x2800:
		case escaped:
			t.Fatalf("%U is escaped: %q", r, got)
		}
	}
}

func FuzzEscape(f *testing.F) {
	f.Add([]byte(everyByte()))
	f.Add([]byte("a\u0301\u0301\u0301\u0301\x1b[0m\\ \u00a0"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for name, s := range map[string]string{"data": EscapeData(data), "text": EscapeText(string(data)), "twice": EscapeText(EscapeData(data))} {
			if r, at := unsafeRune(s); at >= 0 || strings.Contains(s, "\n") {
				t.Errorf("%s: %q at %d in %q", name, r, at, s)
			}
		}
		if once := EscapeText(string(data)); EscapeText(once) != once {
			t.Errorf("escaping twice changes %q to %q", once, EscapeText(once))
		}
		sum, wide := 0, 0
		for _, c := range cells(data) {
			sum += c.bytes
			wide += c.columns
		}
		if sum != len(data) {
			t.Errorf("cells stand for %d bytes of %d", sum, len(data))
		}
		if n := columns(EscapeData(data)); n != wide {
			t.Errorf("cells are %d columns wide, their text %d", wide, n)
		}
		if !utf8.ValidString(message(string(data))) {
			t.Error("message is not UTF-8")
		}
	})
}

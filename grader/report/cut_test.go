package report

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/lang"
)

func TestWrap(t *testing.T) {
	for _, test := range []struct {
		in    string
		width int
		want  []string
	}{
		{"", 10, []string{""}},
		{"one two three", 7, []string{"one two", "three"}},
		{"a  b", 10, []string{"a  b"}}, // what a program printed keeps its spaces
		{"le port : 6666 !", 9, []string{"le port :", "6666 !"}},
		{"le port : 6666", 8, []string{"le", "port :", "6666"}},
		{"dit « non » ici", 8, []string{"dit", "« non »", "ici"}},
		{"va a → b la", 6, []string{"va", "a → b", "la"}},
		{"abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		{"漢字漢字", 5, []string{"漢字", "漢字"}},
	} {
		if d := cmp.Diff(test.want, wrap(test.in, test.width)); d != "" {
			t.Errorf("wrap(%q, %d) (-want +got):\n%s", test.in, test.width, d)
		}
	}
}

func TestCut(t *testing.T) {
	for _, test := range []struct {
		name, got, want string
	}{
		{"short", cutEnd("abc", 3), "abc"},
		{"end", cutEnd("abcdef", 4), "abc…"},
		{"end at a space", cutEnd("abc def", 5), "abc…"},
		{"inside", cutInside("yunes-tp3-ex12.zip", 9), "yune….zip"},
		{"inside, wide", cutInside("漢字漢字漢字", 7), "漢…字"},
		{"inside, marks", cutInside("abcde\u0301f", 4), "ab…f"},
		{"text", cutText("0123456789", 4, wordsIn(lang.FR)), "01 … 6 octets … 89"},
		{"text not UTF-8", cutText("0\xff\xff\xff\xff\xff\xff9", 4, wordsIn(lang.EN)), "0\xff … 4 bytes … \xff9"},
	} {
		if test.got != test.want {
			t.Errorf("%s: %q, want %q", test.name, test.got, test.want)
		}
	}
}

// TestDataLine: what is shown and what is said to be left out are all of it, and
// it fits.
func TestDataLine(t *testing.T) {
	said := regexp.MustCompile(`… (\d+) octets …`)
	for _, test := range []struct {
		name    string
		data    string
		dropped int64
	}{
		{"plain", strings.Repeat("x", 61234), 0},
		{"just too long", strings.Repeat("x", 41), 0},
		{"middle size", strings.Repeat("y", 700), 0},
		{"dropped", strings.Repeat("x", 50), 1 << 33},
	} {
		const width = 40
		var b strings.Builder
		for _, p := range dataLine([]byte(test.data), test.dropped, width, wordsIn(lang.FR)) {
			b.WriteString(p.text)
		}
		line := b.String()
		m := said.FindStringSubmatch(line)
		if m == nil || columns(line) > width {
			t.Errorf("%s: %d columns: %s", test.name, columns(line), line)
			continue
		}
		n, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if shown := len(line) - len(m[0]); n+int64(shown) != int64(len(test.data))+test.dropped {
			t.Errorf("%s: %d shown, %d said to be left out, of %d", test.name, shown, n, len(test.data))
		}
		if test.dropped > 0 && !strings.HasSuffix(line, "…") {
			t.Errorf("%s: shows an end that is not the end: %s", test.name, line)
		}
	}
}

func TestDataLineShowsSpaceAtTheEnd(t *testing.T) {
	for in, want := range map[string]string{"Nom : ": `Nom :\x20`, "Nom : \n": `Nom : \n`, "": ""} {
		var got string
		for _, p := range dataLine([]byte(in), 0, 40, wordsIn(lang.FR)) {
			got += p.text
		}
		if got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

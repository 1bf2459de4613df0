package report

import (
	"reflect"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/lang"
)

// TestWords: every word is there in both languages, the formats take the same
// arguments, and none speaks of the machinery.
func TestWords(t *testing.T) {
	verb := regexp.MustCompile(`%[a-z]`)
	jargon := regexp.MustCompile(`(?i)\btime-?out\b|\bpanic\b|\berrno\b`)
	fr, en := reflect.ValueOf(wordsIn(lang.FR)), reflect.ValueOf(wordsIn(lang.EN))
	for i := range fr.NumField() {
		name := fr.Type().Field(i).Name
		f, e := fr.Field(i).String(), en.Field(i).String()
		if f == "" || e == "" {
			t.Errorf("%s: French %q, English %q", name, f, e)
		}
		if d := cmp.Diff(verb.FindAllString(f, -1), verb.FindAllString(e, -1)); d != "" {
			t.Errorf("%s: arguments differ (-fr +en):\n%s", name, d)
		}
		if m := jargon.FindString(f + " " + e); m != "" {
			t.Errorf("%s says %q", name, m)
		}
	}
}

func TestWordsForBytes(t *testing.T) {
	for n, want := range map[int64][2]string{
		0: {"0 octet", "0 bytes"}, 1: {"1 octet", "1 byte"}, 2: {"2 octets", "2 bytes"}, 61234: {"61234 octets", "61234 bytes"},
	} {
		if got := [2]string{wordsIn(lang.FR).bytes(n), wordsIn(lang.EN).bytes(n)}; got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

package report

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/grade"
	"netlab/grader/lang"
)

var update = flag.Bool("update", false, "write the golden files anew")

// samples are the gradings that have golden files.
func samples() map[string][]grade.Result {
	return map[string][]grade.Result{
		"full":     {fullMarks()},
		"lost":     {lostCriteria()},
		"skipped":  {nothingListens()},
		"nothing":  {cameToNothing(unreadable)},
		"web":      {webSite()},
		"client":   {clientTalks()},
		"rejected": {rejected()},
		"fault":    {fault()},
		"several":  {fullMarks(), webSite(), rejected(), fault()},
		"hostile":  {hostile()},
	}
}

func render(t *testing.T, results []grade.Result, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Text(&b, results, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTextGolden(t *testing.T) {
	for name, results := range samples() {
		for _, l := range []lang.Lang{lang.FR, lang.EN} {
			for _, color := range []bool{false, true} {
				file := name + "." + string(l)
				if color {
					file += ".color"
				}
				t.Run(file, func(t *testing.T) {
					golden(t, file+".golden", render(t, results, Options{Lang: l, Color: color}))
				})
			}
		}
	}
	t.Run("verbose", func(t *testing.T) {
		golden(t, "lost.fr.verbose.golden", render(t, []grade.Result{lostCriteria()}, Options{Lang: lang.FR, Verbose: true, Width: 100}))
	})
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); d != "" {
		t.Errorf("%s differs (-want +got); run the test with -update if that is meant:\n%s", path, d)
	}
}

// ours matches the escape sequences that a report may hold.
var ours = regexp.MustCompile(`\x1b\[(?:0|1|2|31|32|33|36)m`)

// TestGoldenSafe: whatever is in the golden files could be sent to a terminal.
func TestGoldenSafe(t *testing.T) {
	files, err := filepath.Glob("testdata/*.golden")
	if err != nil || len(files) < 4*len(samples()) {
		t.Fatalf("%d golden files, error %v", len(files), err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := string(b)
		if strings.Contains(file, ".color") {
			text = ours.ReplaceAllString(text, "")
		}
		if r, at := unsafeRune(text); at >= 0 {
			t.Errorf("%s: %q at byte %d", file, r, at)
		}
	}
}

// unsafeRune finds the first character that a report must not hold, or -1.
func unsafeRune(s string) (rune, int) {
	if !utf8.ValidString(s) {
		return utf8.RuneError, strings.IndexRune(s, utf8.RuneError)
	}
	for i, r := range s {
		switch {
		case r == '\n':
		case r < ' ', 0x7f <= r && r <= 0x9f,
			r == 0xad, r == 0x61c, r == 0x180e, 0x200b <= r && r <= 0x200f, 0x2028 <= r && r <= 0x202e,
			0x2060 <= r && r <= 0x206f, r == 0xfeff, 0xfff9 <= r && r <= 0xfffb, 0xe0000 <= r && r <= 0xe0fff:
			return r, i
		}
	}
	return 0, -1
}

// command matches a line that holds one command and nothing else: it is not cut.
var command = regexp.MustCompile("^ +`[^`]+`,?$")

// TestTextWidth: no line is wider than the terminal.
func TestTextWidth(t *testing.T) {
	for name, results := range samples() {
		for _, l := range []lang.Lang{lang.FR, lang.EN} {
			for _, width := range []int{60, 80, 120} {
				text := render(t, results, Options{Lang: l, Width: width})
				for i, line := range strings.Split(text, "\n") {
					if n := columns(line); n > width && !command.MatchString(line) {
						t.Errorf("%s.%s at width %d: line %d has %d columns: %s", name, l, width, i+1, n, line)
					}
					if strings.TrimRight(line, " ") != line {
						t.Errorf("%s.%s at width %d: line %d ends with spaces: %q", name, l, width, i+1, line)
					}
				}
			}
		}
	}
}

// TestTextColor: colours add nothing and take nothing away.
func TestTextColor(t *testing.T) {
	for name, results := range samples() {
		plain := render(t, results, Options{Lang: lang.FR})
		colored := render(t, results, Options{Lang: lang.FR, Color: true})
		if colored == plain {
			t.Errorf("%s: no colour at all", name)
		}
		if d := cmp.Diff(plain, ours.ReplaceAllString(colored, "")); d != "" {
			t.Errorf("%s: without its colours (-plain +colored):\n%s", name, d)
		}
	}
}

// TestTextForStudents: no word of the machinery.
func TestTextForStudents(t *testing.T) {
	words := regexp.MustCompile(`(?i)\btime-?out\b|goroutine|panic:|%!|\bnil\b|\[\]|0x[0-9a-f]{6}`)
	for name, results := range samples() {
		if name == "fault" || name == "several" || name == "hostile" {
			continue // the grader's own error is in it, for the teacher
		}
		for _, l := range []lang.Lang{lang.FR, lang.EN} {
			if m := words.FindString(render(t, results, Options{Lang: l, Verbose: true})); m != "" {
				t.Errorf("%s.%s says %q", name, l, m)
			}
		}
	}
}

func TestTextSaysTheConversationOnce(t *testing.T) {
	text := render(t, []grade.Result{lostCriteria()}, Options{Lang: lang.FR})
	for want, times := range map[string]int{
		"127.84.2.19:40112 → 127.0.0.1:6666":     1,
		"Conversation (essai « one »)":           1,
		"Conversation (essai « quit »)":          1,
		"Conversation : voir « peer » ci-dessus": 1,
		"jamais dit":                                      0,
		"Received bonjour kavoli\\r\\n":                   1,
		"client c1 → server.py":                           2,
		"`telnet localhost 6666`, taper `bonjour kavoli`": 1,
	} {
		if n := strings.Count(text, want); n != times {
			t.Errorf("%q is said %d times, want %d", want, n, times)
		}
	}
}

// TestTextWithoutTimes: when things happened changes nothing.
func TestTextWithoutTimes(t *testing.T) {
	r := lostCriteria()
	before := render(t, []grade.Result{r}, Options{Lang: lang.FR})
	for _, tr := range r.Traces {
		for i := range tr.Timeline {
			tr.Timeline[i].At *= 3
		}
	}
	if after := render(t, []grade.Result{r}, Options{Lang: lang.FR}); before != after {
		t.Error(cmp.Diff(before, after))
	}
}

// TestTextBareResult: a Result that knows nothing is shown all the same.
func TestTextBareResult(t *testing.T) {
	for _, v := range []grade.Verdict{grade.Graded, grade.Rejected, grade.Fault} {
		text := render(t, []grade.Result{{Archive: "x.zip", Verdict: v}, {}}, Options{})
		if !strings.Contains(text, "x.zip") {
			t.Errorf("%s: %s", v, text)
		}
	}
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

func TestWriterErrors(t *testing.T) {
	full := errors.New("disk full")
	if err := Text(brokenWriter{full}, []grade.Result{fullMarks()}, Options{}); !errors.Is(err, full) {
		t.Errorf("Text: %v", err)
	}
	if err := JSON(brokenWriter{full}, []grade.Result{fullMarks()}, lang.EN); !errors.Is(err, full) {
		t.Errorf("JSON: %v", err)
	}
}

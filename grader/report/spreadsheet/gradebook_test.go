package spreadsheet_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"flag"
	"io"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"netlab/grader/batch"
	"netlab/grader/course"
	"netlab/grader/lang"
	"netlab/grader/report/reporttest"
	"netlab/grader/report/spreadsheet"
)

var update = flag.Bool("update", false, "write the golden files anew")

func samples() map[string][]*batch.Class {
	return map[string][]*batch.Class{
		"small":    {reporttest.Small()},
		"semester": {reporttest.Small(), reporttest.Later()},
		"hostile":  {reporttest.Hostile()},
		"empty":    {reporttest.Empty()},
	}
}

func write(t *testing.T, classes []*batch.Class, l lang.Lang) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := spreadsheet.Gradebook(&b, classes, l); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGradebookGolden(t *testing.T) {
	for name, classes := range samples() {
		for _, l := range []lang.Lang{lang.FR, lang.EN} {
			reporttest.Golden(t, *update, name+"."+string(l)+".csv", write(t, classes, l))
		}
	}
}

// read parses a gradebook back, strictly.
func read(t *testing.T, b []byte, separator rune) [][]string {
	t.Helper()
	b, marked := bytes.CutPrefix(b, []byte("\ufeff"))
	if !marked {
		t.Fatal("no byte order mark")
	}
	if bytes.Count(b, []byte("\n")) != bytes.Count(b, []byte("\r\n")) {
		t.Fatal("a line does not end with CR LF")
	}
	r := csv.NewReader(bytes.NewReader(b))
	r.Comma = separator
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestGradebookParsesBack(t *testing.T) {
	for name, classes := range samples() {
		fr, en := read(t, write(t, classes, lang.FR), ';'), read(t, write(t, classes, lang.EN), ',')
		if len(fr) != len(en) || len(fr[0]) != len(en[0]) {
			t.Errorf("%s: %d x %d in French, %d x %d in English", name, len(fr), len(fr[0]), len(en), len(en[0]))
		}
	}
	rows := read(t, write(t, samples()["semester"], lang.FR), ';')
	if got, want := strings.Join(rows[1], "|"), "Curie|Marie|0012|marie.curie@example.org|curie|20||20|40|13,33|"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if rows[4][8] != "" || rows[4][9] != "" || rows[4][5] != "à refaire" {
		t.Errorf("a fault has a mark: %q", rows[4])
	}
	rows = read(t, write(t, samples()["semester"], lang.EN), ',')
	if rows[1][9] != "13.33" {
		t.Errorf("mean %q in English", rows[1][9])
	}
}

// dangerous finds a field that a spreadsheet with some separator would take for
// a formula, or that holds a character that does not belong in a cell.
func dangerous(field string) string {
	if !utf8.ValidString(field) {
		return "not UTF-8"
	}
	for _, r := range field {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			return "control character"
		}
	}
	for _, part := range strings.FieldsFunc(field, func(r rune) bool { return strings.ContainsRune(",;|\t\n", r) }) {
		begin := strings.TrimLeft(part, " \u00a0\u202f\u3000\"`«»“”")
		if begin != "" && strings.ContainsAny(begin[:1], "=+-@\t\r") {
			return "formula " + begin
		}
		for _, wide := range []string{"＝", "＋", "－", "＠"} {
			if strings.HasPrefix(begin, wide) {
				return "formula " + begin
			}
		}
	}
	return ""
}

func TestGradebookIsSafe(t *testing.T) {
	for _, l := range []lang.Lang{lang.FR, lang.EN} {
		for i, row := range read(t, write(t, samples()["hostile"], l), map[lang.Lang]rune{lang.FR: ';', lang.EN: ','}[l]) {
			for j, field := range row {
				if why := dangerous(field); why != "" {
					t.Errorf("row %d, column %d: %s: %q", i, j, why, field)
				}
				if len(field) > 32767 {
					t.Errorf("row %d, column %d: %d bytes", i, j, len(field))
				}
			}
		}
	}
}

func TestSafeLeavesNamesAlone(t *testing.T) {
	for _, name := range []string{"Jean-Baptiste Yunès", "O'Brien", "marie.curie@example.org", "d'Alembert, Jean", "", "tp3-ex1 : refusé name.case"} {
		if got := spreadsheet.Safe(name, lang.FR); got != name {
			t.Errorf("%q became %q", name, got)
		}
	}
	for in, want := range map[string]string{
		"=1+1": "'=1+1", " \t=1": ` \t=1`, "a,=1": "a,'=1", `";-2`: `";'-2`, "\r+1": `\r+1`, "＝1": "'＝1", "«@x": "«'@x",
	} {
		if got := spreadsheet.Safe(in, lang.FR); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func FuzzSafe(f *testing.F) {
	for _, s := range []string{"=1+1", " +1", "\"-1", "a;@x", "\t=1", "x\r\n=1", reporttest.Evil(), "Jean-Paul"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		safe := spreadsheet.Safe(s, lang.FR)
		if why := dangerous(safe); why != "" {
			t.Errorf("%q became %q: %s", s, safe, why)
		}
	})
}

// FuzzGradebook: whatever people are called, the file has the rows and columns
// that it should have and no formula in it.
func FuzzGradebook(f *testing.F) {
	f.Add("=1", "+2", "-3", "@4", "x\r\n;,\"")
	f.Fuzz(func(t *testing.T, family, given, email, number, name string) {
		c := reporttest.Small()
		p := course.Person{Family: family, Given: given, Email: email, Number: number}
		c.Rows[2].Person, c.Rows[2].Result.Student, c.Rows[2].Path = p, name, name
		for l, separator := range map[lang.Lang]rune{lang.FR: ';', lang.EN: ','} {
			rows := read(t, write(t, []*batch.Class{c}, l), separator)
			if len(rows) < 6 || len(rows) > 7 {
				t.Fatalf("%d rows", len(rows))
			}
			for _, row := range rows {
				for _, field := range row {
					if why := dangerous(field); why != "" {
						t.Errorf("%q: %s", field, why)
					}
				}
			}
		}
	})
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

func TestGradebookWriterErrors(t *testing.T) {
	full := errors.New("disk full")
	if err := spreadsheet.Gradebook(brokenWriter{full}, nil, lang.FR); !errors.Is(err, full) {
		t.Error(err)
	}
	if err := spreadsheet.Write(brokenWriter{full}, []*batch.Class{reporttest.Small()}, lang.EN, spreadsheet.Options{Separator: ','}); !errors.Is(err, full) {
		t.Error(err)
	}
	if err := spreadsheet.Gradebook(io.Discard, nil, lang.EN); err != nil {
		t.Error(err)
	}
}

package moodle_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"flag"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/batch"
	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/report/moodle"
	"netlab/grader/report/reporttest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// english is a worksheet as Moodle writes it: quotes where there is a space, LF.
const english = `Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed","Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 1001","Marie Curie",marie.curie@example.org,"Submitted for grading",,20.00,Yes,"Monday, 12 October 2026, 2:00 PM",-,
"Participant 1002","Charles de Gaulle",c.degaulle@example.org,"Submitted for grading
Late",3.00,20.00,Yes,-,"Monday, 12 October 2026, 2:00 PM","an ""old"" comment"
"Participant 1003","Grace Hopper",g.hopper@example.org,"No submission",,20.00,Yes,-,-,
"Participant 1004","Alan Turing",a.turing@example.org,"Submitted for grading",,20.00,Yes,-,-,
"Participant 1005","Jean-Baptiste Yunès",jb.yunes@example.org,"Submitted for grading",,20.00,No,-,-,
`

// french is one that a spreadsheet saved: a byte order mark, semicolons, CR LF,
// no end of the last line, the participants in another order.
const french = "\ufeffIdentifiant;Nom complet;Adresse de courriel;Statut;Note;Note maximale;La note peut être modifiée;Dernière modification (note);Feedback par commentaires\r\n" +
	"Participant1005;Jean-Baptiste Yunès;jb.yunes@example.org;Remis;;100,00;Oui;-;\r\n" +
	"Participant1002;de Gaulle Charles;;Remis;;100,00;Oui;-;\r\n" +
	"Participant1003;Grace Hopper;;Non remis;;100,00;Oui;-;"

func fill(t *testing.T, worksheet []byte, c *batch.Class, l lang.Lang) (string, moodle.Filled) {
	t.Helper()
	var b bytes.Buffer
	filled, err := moodle.Worksheet(&b, worksheet, c, l)
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), filled
}

// oneExercise is a class of one exercise.
func oneExercise() *batch.Class {
	c := reporttest.Small()
	c.Rows = append(c.Rows[:2:2], c.Rows[3:]...)
	whole := c.Whole
	c.Whole = func(i int) (grade.Result, error) {
		if i >= 2 {
			i++
		}
		return whole(i)
	}
	return c
}

func TestWorksheetGolden(t *testing.T) {
	for name, c := range map[string]*batch.Class{"one": oneExercise(), "several": reporttest.Small(), "hostile": reporttest.Hostile(), "empty": reporttest.Empty()} {
		for l, sheet := range map[lang.Lang]string{lang.EN: english, lang.FR: french} {
			filled, _ := fill(t, []byte(sheet), c, l)
			reporttest.Golden(t, *update, name+"."+string(l)+".filled.csv", []byte(filled))
			made, _ := fill(t, nil, c, l)
			reporttest.Golden(t, *update, name+"."+string(l)+".made.csv", []byte(made))
		}
	}
}

func parse(t *testing.T, s string, separator rune) [][]string {
	t.Helper()
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(s, "\ufeff")))
	r.Comma = separator
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestWorksheetGrades(t *testing.T) {
	got, filled := fill(t, []byte(english), oneExercise(), lang.EN)
	if d := cmp.Diff(moodle.Filled{Grades: 2, Locked: 1, NoMark: []string{"turing-tp3-ex1.zip"}, Ungraded: 1}, filled); d != "" {
		t.Error(d)
	}
	rows := parse(t, got, ',')
	for i, want := range []string{"20", "8", "", "", ""} {
		if rows[i+1][4] != want {
			t.Errorf("%s got %q, want %q", rows[i+1][1], rows[i+1][4], want)
		}
	}
	if want := "<p>8/20</p><ul><li><strong>peer</strong> (6 lost): “127.84.2.19” does not appear on the screen</li>"; !strings.HasPrefix(rows[2][9], want) {
		t.Errorf("comment %s", rows[2][9])
	}
	got, filled = fill(t, []byte(french), oneExercise(), lang.FR)
	if d := cmp.Diff(moodle.Filled{Grades: 2, Ungraded: 1, NoRow: []string{"curie-tp3-ex1.zip", "turing-tp3-ex1.zip"}}, filled); d != "" {
		t.Error(d)
	}
	rows = parse(t, got, ';')
	if rows[1][4] != "0" || rows[2][4] != "40" || !strings.Contains(rows[1][8], "yunes&#45;tp3&#45;ex1.zip") {
		t.Errorf("%q", rows)
	}
}

// TestWorksheetKeepsEveryOtherByte: with the fields that were filled taken out,
// the two files are the same.
func TestWorksheetKeepsEveryOtherByte(t *testing.T) {
	for l, sheet := range map[lang.Lang]string{lang.EN: english, lang.FR: french} {
		got, _ := fill(t, []byte(sheet), reporttest.Small(), l)
		before, after := strings.SplitAfter(sheet, "\n"), strings.SplitAfter(got, "\n")
		if len(before) != len(after) {
			t.Fatalf("%d lines were, %d are", len(before), len(after))
		}
		changed := 0
		for i := range before {
			if before[i] != after[i] {
				changed++
			}
		}
		if changed != 2 {
			t.Errorf("%s: %d lines differ", l, changed)
		}
		if got, _ := fill(t, []byte(sheet), reporttest.Empty(), l); got != sheet {
			t.Errorf("%s: nobody handed anything in, and the worksheet changed:\n%s", l, cmp.Diff(sheet, got))
		}
	}
	if got, _ := fill(t, []byte(english), oneExercise(), lang.EN); !strings.Contains(got, "\"Submitted for grading\nLate\",8,20.00,Yes,-,\"Monday, 12 October 2026, 2:00 PM\",\"<p>") {
		t.Errorf("%s", got)
	}
}

func TestMadeWorksheet(t *testing.T) {
	for l, want := range map[lang.Lang][]string{
		lang.EN: {"Identifier", "Grade", "Last modified (grade)", "Participant 1002"},
		lang.FR: {"Identifiant", "Note", "Dernière modification (note)", "Participant1002"},
	} {
		got, filled := fill(t, nil, oneExercise(), l)
		rows := parse(t, got, ',')
		if filled.Grades != 3 || len(rows) != 4 || rows[0][0] != want[0] || rows[0][4] != want[1] || rows[0][7] != want[2] || rows[2][0] != want[3] || rows[2][4] != "8" {
			t.Errorf("%+v, %q", filled, rows)
		}
	}
}

func TestWorksheetIsSafe(t *testing.T) {
	for _, sheet := range [][]byte{nil, []byte(strings.ReplaceAll(english, "100", ""))} {
		got, _ := fill(t, sheet, reporttest.Hostile(), lang.EN)
		for _, row := range parse(t, got, ',') {
			for j, field := range row {
				for _, part := range strings.FieldsFunc(field, func(r rune) bool { return strings.ContainsRune(",;|\t", r) }) {
					if begin := strings.TrimLeft(part, " \""); begin != "" && strings.ContainsAny(begin[:1], "=+@") {
						t.Errorf("formula %q in column %d", begin, j)
					}
				}
				html := j == len(row)-1
				if html && (strings.Contains(field, "<script") || strings.Contains(field, "<img")) || len(field) > 32767 {
					t.Errorf("column %d: %d bytes: %.300s", j, len(field), field)
				}
			}
		}
	}
}

func TestWorksheetErrors(t *testing.T) {
	for in, want := range map[string][2]string{
		"":                                    {"empty", "elle est vide"},
		"a,b\n":                               {`no column "Identifier" ("Identifiant")`, `pas de colonne "Identifiant" ("Identifier")`},
		"Identifier,b\n":                      {`no column "Grade"`, `pas de colonne "Note"`},
		"Identifiant,Note\n\"x":               {"line 2: a quotation mark is not closed", "ligne 2 : un guillemet n'est pas fermé"},
		"Identifiant,Note,\xe9\n":             {"not in UTF-8", "enregistrez-la en CSV UTF-8"},
		"PK\x03\x04":                          {"save it as CSV", "enregistrez-la en CSV"},
		"Identifiant;Note\nParticipant1001\n": {"record 2 has 1 columns and the header 2", "la ligne 2 a 1 colonnes et les titres 2"},
	} {
		if _, err := moodle.Worksheet(io.Discard, []byte(in), oneExercise(), lang.FR); !errors.Is(err, moodle.ErrWorksheet) || !strings.Contains(err.Error(), want[0]) {
			t.Errorf("%q: %v, want %s", in, err, want[0])
		} else if fr := lang.OfError(err).FR; !strings.HasPrefix(fr, "lecture de la feuille d'évaluation : ") || !strings.Contains(fr, want[1]) {
			t.Errorf("%q in French: %s, want %s", in, fr, want[1])
		}
	}
	full := errors.New("disk full")
	for _, sheet := range [][]byte{nil, []byte(english)} {
		if _, err := moodle.Worksheet(brokenWriter{full}, sheet, reporttest.Small(), lang.FR); !errors.Is(err, full) {
			t.Error(err)
		}
	}
	c := reporttest.Small()
	c.Whole = func(int) (grade.Result, error) { return grade.Result{}, io.ErrUnexpectedEOF }
	if _, err := moodle.Worksheet(io.Discard, nil, c, lang.FR); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

// FuzzWorksheet: whatever is uploaded, nothing panics; and what nobody handed
// anything in for comes out as it went in.
func FuzzWorksheet(f *testing.F) {
	f.Add([]byte(english))
	f.Add([]byte(french))
	f.Add([]byte("Identifier,Grade\r\r\n,\"\"\"\n\",\n,"))
	f.Add([]byte("IdentifiAnt;Note;,\n1001;,"))
	f.Fuzz(func(t *testing.T, sheet []byte) {
		if sheet == nil {
			return
		}
		var b bytes.Buffer
		if _, err := moodle.Worksheet(&b, sheet, reporttest.Empty(), lang.EN); err == nil && !bytes.Equal(b.Bytes(), sheet) {
			t.Errorf("%q became %q", sheet, b.Bytes())
		}
		b.Reset()
		if _, err := moodle.Worksheet(&b, sheet, reporttest.Small(), lang.EN); err != nil {
			return
		}
		if bytes.ContainsAny(sheet, ";\t") {
			return // the separator may be another one than the comma
		}
		if want, err := csv.NewReader(bytes.NewReader(sheet)).ReadAll(); err == nil {
			got, err := csv.NewReader(bytes.NewReader(b.Bytes())).ReadAll()
			if err != nil || len(got) != len(want) {
				t.Errorf("%d records became %d, %v", len(want), len(got), err)
			}
		}
	})
}

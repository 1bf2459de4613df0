package gradebook_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/batch"
	"netlab/grader/course"
	"netlab/grader/grade"
	"netlab/grader/report/gradebook"
	"netlab/grader/report/reporttest"
)

// show writes a book as one string a line: who, then each cell.
func show(b *gradebook.Book) []string {
	signs := map[gradebook.State]string{gradebook.Missing: "", gradebook.Graded: "=", gradebook.Rejected: "!", gradebook.Fault: "?", gradebook.Pending: "…"}
	var head []string
	for _, c := range b.Columns {
		head = append(head, strings.Join([]string{"tp", string(rune('0' + c.TP)), "ex", string(rune('0' + c.Ex)), " ", c.Exercise}, ""))
	}
	out := []string{strings.Join(head, "|")}
	for _, l := range b.Lines {
		cells := []string{l.Person.Family + "/" + l.Name}
		for _, c := range l.Cells {
			s := signs[c.State]
			if c.State == gradebook.Graded {
				s += string(rune('A' + c.Score))
			}
			for range c.Also {
				s += "+"
			}
			cells = append(cells, s)
		}
		out = append(out, strings.Join(cells, "|"))
	}
	return out
}

func TestBookOfASemester(t *testing.T) {
	got := show(gradebook.New([]*batch.Class{reporttest.Small(), reporttest.Later()}))
	want := []string{
		"tp3ex1 server|tp3ex2 client|tp4ex1 server",
		"Curie/curie|=U||=U",
		"de Gaulle/degaulle|=I||…",
		"Hopper/hopper|||=O",
		"Turing/turing|?||",
		"Yunès/yunes|!||", // what the name should have been says whose it is and what for
		"/lovelace||=U|",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// people makes a class of one submission a person.
func classOf(folder string, rows ...batch.Row) *batch.Class {
	return &batch.Class{Folder: folder, Rows: rows}
}

func rowOf(r grade.Result, p course.Person) batch.Row {
	return batch.Row{Result: r, Path: r.Archive, Person: p}
}

func TestBookFindsPeople(t *testing.T) {
	martin := course.Person{Family: "Martin", Given: "Paul", Number: "1", Email: "paul@example.org"}
	other := course.Person{Family: "Martin", Given: "Anne", Number: "2", Email: "anne@example.org"}
	first := classOf("a", rowOf(reporttest.Server("martinp", 1, 1), martin), rowOf(reporttest.Server("martin", 1, 1), other))
	first.People = []course.Person{martin, other}
	second := classOf("b",
		rowOf(reporttest.Server("martinp", 2, 1), course.Person{Family: "Paul", Given: "Martin"}),                        // a platform's order
		rowOf(reporttest.Server("x", 2, 1), course.Person{Family: "M.", Given: "A.", Email: "ANNE@example.org"}),         // another writing of the name
		rowOf(reporttest.Server("martin", 3, 1), course.Person{}),                                                        // used before, by Anne alone
		rowOf(reporttest.Server("martin", 3, 1), course.Person{Family: "Martin", Given: "Anne", Number: "3"}),            // another person of that name
		rowOf(reporttest.Server("zola", 3, 1), course.Person{}), rowOf(reporttest.Server("zola", 4, 1), course.Person{})) // nobody knows
	second.People = first.People
	got := show(gradebook.New([]*batch.Class{first, second}))
	want := []string{
		"tp1ex1 server|tp2ex1 server|tp3ex1 server|tp4ex1 server",
		"Martin/martinp|=U|=U||",
		"Martin/martin|=U|=U|=U|",
		"Martin/martin|||=U|",
		"/zola|||=U|=U",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestBookOneMarkAnExercise(t *testing.T) {
	p := course.Person{Family: "Curie"}
	bad := reporttest.Server("curie", 1, 1)
	bad.Score = 3
	late, early := rowOf(bad, p), rowOf(reporttest.Server("curie", 1, 1), p)
	late.At, early.At = time.Unix(200, 0), time.Unix(100, 0)
	late.Path = "x/" + late.Path
	got := show(gradebook.New([]*batch.Class{classOf("a", late, early)}))
	if d := cmp.Diff([]string{"tp1ex1 server", "Curie/curie|=D+"}, got); d != "" {
		t.Errorf("the submission graded last counts: %s", d)
	}
	got = show(gradebook.New([]*batch.Class{classOf("a", late), classOf("b", early)}))
	if d := cmp.Diff([]string{"tp1ex1 server", "Curie/curie|=U+"}, got); d != "" {
		t.Errorf("the later class counts: %s", d)
	}
}

func TestBookUnknownExercise(t *testing.T) {
	lost := reporttest.Server("", 0, 0)
	lost.Verdict, lost.Exercise = grade.Rejected, ""
	got := show(gradebook.New([]*batch.Class{classOf("a", rowOf(reporttest.Server("curie", 1, 1), course.Person{}), rowOf(lost, course.Person{}))}))
	if d := cmp.Diff([]string{"tp1ex1 server|tp0ex0 ", "/||!", "/curie|=U|"}, got); d != "" {
		t.Error(d)
	}
}

func TestTotals(t *testing.T) {
	b := gradebook.New([]*batch.Class{reporttest.Small(), reporttest.Later()})
	for i, want := range []struct {
		score, out int
		known      bool
		mean       int
	}{
		{40, 60, true, 1333}, {8, 60, false, 0}, {14, 60, true, 467}, {0, 60, false, 0}, {0, 60, true, 0}, {20, 60, true, 667},
	} {
		score, out, ok := b.Total(&b.Lines[i])
		mean, meanOK := b.Mean(&b.Lines[i])
		if score != want.score || out != want.out || ok != want.known || mean != want.mean || meanOK != want.known {
			t.Errorf("%s: total %d/%d %v, mean %d %v; want %+v", b.Lines[i].Name, score, out, ok, mean, meanOK, want)
		}
	}
}

// TestStrayColumn: an archive that was rejected for its name, and is alone in its
// exercise, costs nobody anything; where all were rejected, all count.
func TestStrayColumn(t *testing.T) {
	stray := reporttest.Server("hopper", 2, 5)
	stray.Verdict, stray.Score = grade.Rejected, 0
	b := gradebook.New([]*batch.Class{classOf("a", rowOf(reporttest.Server("curie", 1, 1), course.Person{}), rowOf(stray, course.Person{}))})
	if len(b.Columns) != 2 || b.Columns[0].Stray || !b.Columns[1].Stray {
		t.Fatalf("columns %+v, want the second one stray", b.Columns)
	}
	for i := range b.Lines {
		if _, out, _ := b.Total(&b.Lines[i]); out != b.Columns[0].Max {
			t.Errorf("%s is marked out of %d, want %d", b.Lines[i].Name, out, b.Columns[0].Max)
		}
	}
	b = gradebook.New([]*batch.Class{classOf("a", rowOf(stray, course.Person{}))})
	if _, out, _ := b.Total(&b.Lines[0]); b.Columns[0].Stray || out != 20 {
		t.Errorf("alone: %+v, out of %d", b.Columns, out)
	}
}

// TestNewTellsOthers: who handed in something that is no archive handed in
// something.
func TestNewTellsOthers(t *testing.T) {
	ada, bob := course.Person{Family: "Lovelace", Given: "Ada"}, course.Person{Family: "Martin", Given: "Bob"}
	c := &batch.Class{People: []course.Person{ada, bob}, Others: []batch.Other{{Path: "server.py", Person: ada}, {Path: "notes.txt"}}}
	b := gradebook.New([]*batch.Class{c})
	if len(b.Lines) != 2 || !b.Lines[0].Others || b.Lines[1].Others {
		t.Errorf("New tells %+v, want others of %s alone", b.Lines, ada.Family)
	}
}

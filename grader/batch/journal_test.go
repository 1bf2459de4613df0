package batch

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/scenario"
)

// graded is a result as those of the sheet are, of about size bytes.
func graded(student string, size int) grade.Result {
	r := grade.Result{
		Archive: student + "-tp3-ex1.zip", Student: student, TP: 3, Ex: 1, Exercise: "server", Title: lang.T("Serveur", "Server"),
		Verdict: grade.Graded, Score: 14, Max: 20, Environment: grade.Environment{Scripts: "sha256:1", Isolation: []string{"net"}},
	}
	tr := scenario.Trace{Scenario: "talk", Used: time.Second}
	for i := range 13 {
		id := fmt.Sprintf("criterion%d", i)
		s := scenario.Step{Scenario: "talk", Line: i, Criterion: id, Outcome: scenario.OK, Did: lang.T("fait", `"whole": done, "whole":{`)}
		tr.Steps = append(tr.Steps, s)
		r.Criteria = append(r.Criteria, grade.Criterion{
			ID: id, Status: grade.Passed, Asks: lang.T(strings.Repeat("demande ", 20), strings.Repeat("asks ", 20)), Message: lang.T("", `,"whole":`), Steps: []scenario.Step{s},
		})
	}
	tr.Timeline = []scenario.Event{{Kind: scenario.KindStdout, Data: bytes.Repeat([]byte{'x'}, size*3/4)}}
	r.Traces = []scenario.Trace{tr}
	return r
}

// journalOf writes the journal of a class of n.
func journalOf(tb testing.TB, path string, n, size int) {
	tb.Helper()
	j, _, err := openJournal(path)
	if err != nil {
		tb.Fatal(err)
	}
	f := foundEvent{head: head{Event: eventFound, At: now()}, Suites: map[string]string{"server": "sha256:1"}}
	for i := range n {
		name := fmt.Sprintf("student%d", i)
		f.Submissions = append(f.Submissions, submission{Path: name, Base: name, Archive: name, Key: name})
	}
	events := []any{runEvent{head: head{Event: eventRun, At: now()}, PID: 7, Folder: "class"}, f}
	for _, e := range events {
		if err := j.append(e); err != nil {
			tb.Fatal(err)
		}
	}
	for i, s := range f.Submissions {
		e := resultEvent{head: head{Event: eventResult, At: now()}, Path: s.Path, Base: s.Base, Archive: s.Archive, Key: s.Key, Result: graded(fmt.Sprintf("student%d", i), size)}
		if err := j.appendResult(e); err != nil {
			tb.Fatal(err)
		}
	}
	if err := errors.Join(j.append(endEvent{head: head{Event: eventEnd, At: now()}, Complete: true}), j.close()); err != nil {
		tb.Fatal(err)
	}
}

func TestJournalKeepsWholeResults(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	journalOf(t, path, 3, 200_000) // longer than the reader's buffer
	c, err := ReadJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	if !c.Complete || len(c.Rows) != 3 {
		t.Fatalf("complete %v, %d rows", c.Complete, len(c.Rows))
	}
	for i, row := range c.Rows {
		want := graded(row.Result.Student, 200_000)
		whole, err := c.Whole(i)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, whole, cmp.Comparer(bytes.Equal)); diff != "" {
			t.Errorf("whole (-want +got):\n%s", diff)
		}
		light, _ := split(want)
		if diff := cmp.Diff(light, row.Result); diff != "" {
			t.Errorf("row (-want +got):\n%s", diff)
		}
	}
}

// TestJournalTornAnywhere cuts a journal at every byte of its lines' ends and
// at many others: what was whole is kept, and the journal goes on.
func TestJournalTornAnywhere(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "journal")
	journalOf(t, path, 4, 100)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for cut := 0; cut <= len(data); cut += 1 + cut%97 {
		torn := filepath.Join(dir, "torn")
		if err := os.WriteFile(torn, data[:cut], 0o644); err != nil {
			t.Fatal(err)
		}
		kept := bytes.LastIndexByte(data[:cut], '\n') + 1
		before, err := readIndex(torn)
		if err != nil {
			t.Fatalf("cut at %d: read: %v", cut, err)
		}
		j, x, err := openJournal(torn)
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		if want := bytes.Count(data[:kept], []byte(`"event":"result"`)); len(x.results) != want || len(before.results) != want {
			t.Errorf("cut at %d: %d results, want %d", cut, len(x.results), want)
		}
		e := resultEvent{head: head{Event: eventResult, At: now()}, Key: "more", Result: graded("more", 10)}
		if err := errors.Join(j.appendResult(e), j.close()); err != nil {
			t.Fatal(err)
		}
		after, err := os.ReadFile(torn)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(after, data[:kept]) {
			t.Errorf("cut at %d: what was whole was changed", cut)
		}
		if x, err = readIndex(torn); err != nil || x.results["more"] == nil {
			t.Errorf("cut at %d: what came after is lost: %v", cut, err)
		}
	}
}

func TestJournalThatIsNone(t *testing.T) {
	for name, tt := range map[string]struct{ text, french string }{
		"text":            {"hello\n", "n'est pas un journal de grader"},
		"a line":          {"hello", "n'est pas un journal de grader"},
		"a later version": {magic + "2}\n", "ligne 1 : version 2 du journal, et ce programme lit la version 1"},
		"damage":          {magic + "1}\n{\"event\":\"run\"\n" + `{"event":"end"}` + "\n", "ligne 2 : la ligne est abîmée"},
		"unknown event":   {magic + "1}\n{\"event\":\"party\"}\n", `ligne 2 : événement inconnu : "party"`},
	} {
		text := tt.text
		path := filepath.Join(t.TempDir(), "journal")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, _, err := openJournal(path); err == nil {
			t.Errorf("%s is taken for a journal", name)
		} else if fr := lang.OfError(err).FR; !strings.Contains(fr, path) || !strings.Contains(fr, tt.french) {
			t.Errorf("%s, in French: %s, want %s", name, fr, tt.french)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Errorf("%s was changed: %q, %v", name, got, err)
		}
	}
}

// FuzzReadJournal holds that no journal makes the reader panic or hang, and that
// what it reads can be shown.
func FuzzReadJournal(f *testing.F) {
	path := filepath.Join(f.TempDir(), "journal")
	journalOf(f, path, 2, 50)
	data, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(magic + "1}\n" + `{"event":"result","key":"a","whole":{"traces":null}}` + "\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "journal")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		c, err := ReadJournal(path)
		if err != nil {
			return
		}
		for i := range c.Rows {
			_, _ = c.Whole(i) // its error is as good as its result
		}
	})
}

// TestJournalOfThousands holds what a class of 10,000 takes in memory: its rows
// alone, whatever the size of the journal.
func TestJournalOfThousands(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 100 MB")
	}
	const most = 60 << 20 // 6 KB a row
	n := 10_000
	path := filepath.Join(t.TempDir(), "journal")
	fastJournalOf(t, path, n, 5_000)
	before := heap()
	began := time.Now()
	c, err := ReadJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	if len(c.Rows) != n || c.Rows[0].Result.Criteria[0].Asks.Empty() {
		t.Fatalf("%d rows", len(c.Rows))
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d rows of a journal of %d MB: %d MB of memory, read in %v", n, info.Size()>>20, (heap()-before)>>20, took)
	if used := heap() - before; used > most {
		t.Errorf("%d MB, want at most %d", used>>20, most>>20)
	}
	runtime.KeepAlive(c)
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// fastJournalOf is journalOf by copying the lines of one result, without a
// wait for the disk at each.
func fastJournalOf(tb testing.TB, path string, n, size int) {
	tb.Helper()
	one := path + ".one"
	journalOf(tb, one, 1, size)
	data, err := os.ReadFile(one)
	if err != nil {
		tb.Fatal(err)
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	f := foundEvent{head: head{Event: eventFound, At: now()}, Suites: map[string]string{"server": "sha256:1"}}
	for i := range n {
		name := fmt.Sprintf("student%d", i)
		f.Submissions = append(f.Submissions, submission{Path: name, Base: name, Archive: name, Key: name})
	}
	out, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	for _, l := range lines[:2] { // the version and the run
		if _, err := out.Write(l); err != nil {
			tb.Fatal(err)
		}
	}
	j := &journal{file: out, size: int64(len(lines[0]) + len(lines[1]))}
	if err := j.append(f); err != nil {
		tb.Fatal(err)
	}
	if _, err := out.Seek(j.size, 0); err != nil {
		tb.Fatal(err)
	}
	for i := range n {
		if _, err := out.Write(bytes.ReplaceAll(lines[3], []byte("student0"), fmt.Appendf(nil, "student%d", i))); err != nil {
			tb.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		tb.Fatal(err)
	}
}

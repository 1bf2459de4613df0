// Package reporttest has classes for the tests of the reports: a small one that
// has one of everything, and one that attacks whatever shows it.
package reporttest

import (
	"fmt"
	"strings"
	"time"

	"netlab/grader/archive"
	"netlab/grader/batch"
	"netlab/grader/course"
	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/scenario"
)

// at is when everything happens, a whole second.
func at(minute int) time.Time { return time.Date(2026, time.October, 12, 14, minute, 0, 0, time.UTC) }

func same(s string) lang.Text { return lang.T(s, s) }

// People are the students of the roster.
func People() []course.Person {
	return []course.Person{
		{Family: "Curie", Given: "Marie", Email: "marie.curie@example.org", Number: "0012"},
		{Family: "de Gaulle", Given: "Charles", Email: "c.degaulle@example.org", Number: "0345"},
		{Family: "Hopper", Given: "Grace", Email: "g.hopper@example.org", Number: "0678"},
		{Family: "Turing", Given: "Alan", Email: "a.turing@example.org", Number: "0901"},
		{Family: "Yunès", Given: "Jean-Baptiste", Email: "jb.yunes@example.org", Number: "0777"},
	}
}

// criteria are those of an exercise in small, all passed.
func criteria() []grade.Criterion {
	return []grade.Criterion{
		{ID: "listen", Status: grade.Passed, Points: 8, Max: 8, Asks: lang.T("un serveur TCP sur le port 6666", "a TCP server on port 6666")},
		{ID: "peer", Status: grade.Passed, Points: 6, Max: 6, Asks: lang.T("affichera les informations de connexion", "will print the connection information"), Hint: lang.T("accept() rend aussi l'adresse du client.", "accept() returns the client's address too.")},
		{ID: "quit", Status: grade.Passed, Points: 6, Max: 6, Asks: lang.T("quit arrête le serveur", "quit stops the server")},
		{ID: "restart", Status: grade.Passed, Advice: true, Hint: lang.T("SO_REUSEADDR évite d'attendre.", "SO_REUSEADDR avoids the wait.")},
	}
}

// Server is the grading of a right server of a student.
func Server(student string, tp, ex int) grade.Result {
	return grade.Result{
		Archive: fmt.Sprintf("%s-tp%d-ex%d.zip", student, tp, ex), Student: student, TP: tp, Ex: ex, Exercise: "server",
		Title: lang.T("Serveur TCP", "TCP server"), Verdict: grade.Graded, Score: 20, Max: 20, Criteria: criteria(),
		Environment: grade.Environment{
			Grader: "1.0.0", Scripts: "sha256:3f7a9c0de1b2546877aa90bbccddeeff00112233445566778899aabbccddeeff",
			Interpreter: "Python 3.11.2 (/usr/bin/python3.11)", Isolation: []string{"user", "net"}, Seed: "20240611",
		},
	}
}

// lose makes r lose a criterion: saw is what was seen in the scenario one.
func lose(r *grade.Result, id string, status grade.Status, saw lang.Text) {
	step := scenario.Step{
		Scenario: "one", Line: 9, Source: "printed s $c1_ip", Criterion: id, Outcome: scenario.Mismatch, Wait: "silence",
		Did: lang.T("chercher à l'écran : « 127.84.2.19 »", "look on the screen for: “127.84.2.19”"), Saw: saw,
	}
	if status == grade.Skipped {
		step.Outcome, step.Did, step.Saw = scenario.Skipped, lang.Text{}, lang.Text{}
	}
	for i := range r.Criteria {
		if c := &r.Criteria[i]; c.ID == id {
			r.Score -= c.Points
			c.Points, c.Status, c.Steps, c.Message = 0, status, []scenario.Step{step}, saw
		}
	}
}

// trace is the conversation of the scenario one.
func trace(r *grade.Result, printed string) {
	ok := scenario.Step{Scenario: "one", Line: 4, Source: "connect c1 s", Outcome: scenario.OK, Did: lang.T("se connecter comme un client", "connect as a client")}
	t := scenario.Trace{Scenario: "one", Steps: []scenario.Step{ok}, Timeline: []scenario.Event{
		{Kind: scenario.KindStart, Program: "s", Note: same("server.py")},
		{At: time.Millisecond, Kind: scenario.KindListen, Program: "s", Note: same("0.0.0.0:6666")},
		{At: 2 * time.Millisecond, Kind: scenario.KindConnect, Program: "s", Conn: "c1", Note: same("127.84.2.19:40112 → 127.0.0.1:6666")},
		{At: 3 * time.Millisecond, Kind: scenario.KindSend, Program: "s", Conn: "c1", Data: []byte("bonjour\r\n")},
		{At: 4 * time.Millisecond, Kind: scenario.KindStdout, Program: "s", Data: []byte(printed)},
	}}
	for i := range r.Criteria {
		t.Steps = append(t.Steps, r.Criteria[i].Steps...)
	}
	r.Traces = []scenario.Trace{t}
}

// class makes a Class of whole results: its rows are light, as a journal's are.
func class(folder string, rows []batch.Row) *batch.Class {
	whole := make([]grade.Result, len(rows))
	for i := range rows {
		whole[i] = rows[i].Result
		light := whole[i]
		light.Traces = nil
		light.Criteria = append([]grade.Criterion(nil), light.Criteria...)
		for j := range light.Criteria {
			light.Criteria[j].Steps = nil
		}
		rows[i].Result = light
	}
	return &batch.Class{
		Folder: folder, Grader: "1.0.0", Started: at(0), Ended: at(30), Complete: true, Rows: rows,
		Whole: func(i int) (grade.Result, error) { return whole[i], nil },
	}
}

func row(r grade.Result, p course.Person, participant string) batch.Row {
	return batch.Row{
		Result: r, Path: r.Archive, Archive: strings.Repeat("a1", 32), Person: p, Participant: participant,
		At: at(5), Took: 2500 * time.Millisecond, Used: 400 * time.Millisecond,
		Again: []string{"grader", "batch", "rendus", "--only", "faults"},
	}
}

// Small is a class that has one of everything: full marks, points lost, a
// criterion that was not tried, a rejection, a fault, a late archive, an older
// version, another file, an absent student, a student who is not on the roster.
func Small() *batch.Class {
	people := People()
	curie := Server("curie", 3, 1)
	lose(&curie, "restart", grade.Failed, lang.T("le port est déjà pris", "the port is already taken"))
	trace(&curie, "Waiting...\n")

	gaulle := Server("degaulle", 3, 1)
	lose(&gaulle, "peer", grade.Failed, lang.T("« 127.84.2.19 » n'apparaît pas à l'écran", "“127.84.2.19” does not appear on the screen"))
	lose(&gaulle, "quit", grade.Skipped, lang.Text{})
	trace(&gaulle, "Received bonjour\r\n")

	yunes := Server("", 0, 0)
	yunes.Archive, yunes.Verdict, yunes.Score, yunes.Criteria = "Yunès TP3 ex1.zip", grade.Rejected, 0, nil
	yunes.Violations = []archive.Violation{
		{Rule: "name.case", Severity: archive.Reject, Message: lang.T(`le nom a des majuscules : "Y", "TP"`, `the name has capital letters: "Y", "TP"`), Expected: "yunes-tp3-ex1.zip"},
		{Rule: "name.accent", Severity: archive.Reject, Message: lang.T(`le nom a un accent : "è"`, `the name has an accent: "è"`), Expected: "yunes-tp3-ex1.zip"},
		{Rule: "content.system", Severity: archive.Warn, Message: lang.T(`ajouté par le système : "__MACOSX"`, `put in by the system: "__MACOSX"`)},
	}

	turing := Server("turing", 3, 1)
	turing.Verdict, turing.Score, turing.Fault = grade.Fault, 0, "start sandbox: clone: resource temporarily unavailable\ngoroutine 1 [running]"
	for i := range turing.Criteria {
		turing.Criteria[i].Status, turing.Criteria[i].Points = grade.Untested, 0
	}

	lovelace := Server("lovelace", 3, 2)
	lovelace.Exercise, lovelace.Title = "client", lang.T("Client TCP", "TCP client")

	rows := []batch.Row{
		row(curie, people[0], "1001"),
		row(gaulle, people[1], "1002"),
		row(lovelace, course.Person{}, ""),
		row(turing, people[3], "1004"),
		row(yunes, people[4], "1005"),
	}
	rows[0].Older = []string{"curie-tp3-ex1 (1).zip"}
	rows[1].Late = 2*time.Hour + 5*time.Minute
	rows[3].Retried, rows[3].First = true, "start sandbox: clone: resource temporarily unavailable"
	rows[4].Older, rows[4].ValidOlder = []string{"yunes-tp3-ex1.zip"}, "yunes-tp3-ex1.zip"
	c := class("rendus", rows)
	c.Others = []batch.Other{{Path: "notes.txt", Why: "kind", Note: lang.T("du texte", "text")}}
	c.People, c.Absent = people, []course.Person{people[2]}
	return c
}

// Later is another TP of the students of [Small], not wholly graded yet.
func Later() *batch.Class {
	people := People()
	curie := Server("curie", 4, 1)
	hopper := Server("hopper", 4, 1)
	lose(&hopper, "quit", grade.Failed, lang.T("le serveur tourne toujours", "the server is still running"))
	trace(&hopper, "Received quit\r\n")
	c := class("rendus-tp4", []batch.Row{row(curie, people[0], "2001"), row(hopper, people[2], "2003")})
	c.Complete, c.Pending = false, []string{"degaulle-tp4-ex1.zip"}
	c.People, c.Absent = people, []course.Person{people[3], people[4]}
	return c
}

// Evil is text that attacks whatever shows it: every byte, what Unicode has to
// deceive a reader, formulas, markup of every kind.
func Evil() string {
	var b strings.Builder
	for i := range 256 {
		b.WriteByte(byte(i))
	}
	b.WriteString("\x1b]0;own\x07\u202e02/02\u2066\u200b\ufeff\u2028\ufffe\uffff\U0001fffe")
	b.WriteString("]]>&amp;&#0;<!--<script>alert(1)</script><img src=x onerror=alert(1)>--><![CDATA[")
	b.WriteString("\n```\n~~~\n</details># h\n| a | b |\n[x](javascript:alert(1)) ![i](http://evil.example/i) @everyone www.evil.example\n=cmd|' /C calc'!A0,=1+1;=2\t=3")
	return b.String()
}

// Hostile is a class of submissions that attack the reports: names that are
// formulas, paths with tags, a message of ten million bytes.
func Hostile() *batch.Class {
	formula := Server("=cmd|' /C calc'!A0", 3, 1)
	formula.Archive = "=HYPERLINK(\"http://evil.example\",\"x\")\u202epiz.exe\x00.zip"
	lose(&formula, "peer", grade.Failed, same(Evil()))
	trace(&formula, Evil())

	huge := Server("<b>&\"'`|x", 3, 1)
	lose(&huge, "listen", grade.Failed, same(strings.Repeat("x\x01`<&é", 10<<20/8)))
	trace(&huge, strings.Repeat("```\n", 1<<18))

	rejected := Server("", 0, 0)
	rejected.Exercise, rejected.Verdict, rejected.Score, rejected.Criteria = "", grade.Rejected, 0, nil
	rejected.Archive = "@SUM(1+1)*cmd|' /C calc'!A0.zip"
	for _, rule := range []string{"name.format", "name.format", "content.\x1bextra"} {
		rejected.Violations = append(rejected.Violations, archive.Violation{Rule: rule, Severity: archive.Reject, Message: same(Evil()), Expected: Evil()})
	}

	fault := Server("-2+3", 3, 1)
	fault.Verdict, fault.Score, fault.Fault = grade.Fault, 0, Evil()

	people := []course.Person{
		{Family: "=1+1", Given: " \t+cmd", Email: "@x\r\n=2", Number: "\"=3"},
		{Family: "</td><script>", Given: "a,=1;=2", Email: "x_y_z@example.org"},
		{Family: "\u202eevil_12_assignsubmission_file_../../etc", Given: "\x00"},
		{},
	}
	rows := []batch.Row{row(formula, people[0], "7"), row(huge, people[1], "8"), row(rejected, people[2], "9"), row(fault, people[3], "x\n=1")}
	for i := range rows {
		rows[i].Path = fmt.Sprintf("../%d/%s", i, rows[i].Result.Archive)
		rows[i].Older = []string{"old/" + Evil()}
		rows[i].Again = []string{"grader", "check", rows[i].Path}
		rows[i].Retried, rows[i].First = true, Evil()
	}
	rows[2].ValidOlder = "old/" + Evil()
	c := class("=rendus\x1b[2J", rows)
	c.Others = []batch.Other{{Path: Evil(), Why: "nested", Note: same(Evil())}}
	c.Complete, c.Pending = false, []string{Evil()}
	c.People, c.Absent = people[:2], []course.Person{{Family: Evil(), Given: "=1"}}
	return c
}

// Empty is a class in which nothing was handed in.
func Empty() *batch.Class { return class("rendus", nil) }

// Samples are the classes that have golden files, by name.
func Samples() map[string]*batch.Class {
	return map[string]*batch.Class{"small": Small(), "hostile": Hostile(), "empty": Empty()}
}

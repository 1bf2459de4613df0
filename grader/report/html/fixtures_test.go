package html

import (
	"strings"
	"time"

	"netlab/grader/archive"
	"netlab/grader/batch"
	"netlab/grader/course"
	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/scenario"
)

func same(s string) lang.Text { return lang.T(s, s) }

func event(k scenario.Kind, program, conn, fr, en string) scenario.Event {
	return scenario.Event{Kind: k, Program: program, Conn: conn, Note: lang.T(fr, en)}
}

func data(k scenario.Kind, program, conn, bytes string) scenario.Event {
	return scenario.Event{Kind: k, Program: program, Conn: conn, Data: []byte(bytes)}
}

// server is a program with full marks in two scenarios.
func server(student string) grade.Result {
	step := func(name string, line int, source, criterion, fr, en string) scenario.Step {
		return scenario.Step{Scenario: name, Line: line, Source: source, Criterion: criterion, Outcome: scenario.OK, Wait: "event", Did: lang.T(fr, en)}
	}
	session := scenario.Trace{
		Scenario: "session",
		Steps: []scenario.Step{
			step("session", 3, "start s server.py", "listen", "lancer : python3 server.py", "run: python3 server.py"),
			step("session", 4, "listening s 6666", "listen", "attendre que le serveur écoute", "wait until the server listens"),
			step("session", 5, "connect c1 s", "print", "se connecter comme un client", "connect as a client"),
			step("session", 6, `send c1 'bonjour\r\n'`, "print", "envoyer « bonjour\\r\\n »", "send “bonjour\\r\\n”"),
			step("session", 7, "printed s bonjour", "print", "chercher à l'écran : « bonjour »", "look on the screen for: “bonjour”"),
			step("session", 9, "closed c1", "close", "attendre que le programme ferme la connexion", "wait until the program closes the connection"),
		},
		Timeline: []scenario.Event{
			event(scenario.KindStart, "s", "", "server.py", "server.py"),
			event(scenario.KindListen, "s", "", "0.0.0.0:6666", "0.0.0.0:6666"),
			event(scenario.KindConnect, "s", "c1", "127.84.2.19:40112 → 127.0.0.1:6666", "127.84.2.19:40112 → 127.0.0.1:6666"),
			data(scenario.KindSend, "s", "c1", "bonjour\r\n"),
			data(scenario.KindStdout, "s", "", "Received bonjour\n  from ('127.84.2.19', 40112)\n"),
			event(scenario.KindClosed, "s", "c1", "fin de flux", "end of file"),
		},
	}
	quit := scenario.Trace{
		Scenario: "quit",
		Steps: []scenario.Step{
			step("quit", 3, "start a server.py", "quit", "lancer : python3 server.py", "run: python3 server.py"),
			step("quit", 4, "connect ca a", "quit", "se connecter comme un client", "connect as a client"),
			step("quit", 5, `send ca 'quit\r\n'`, "quit", "envoyer « quit\\r\\n »", "send “quit\\r\\n”"),
			step("quit", 6, "exited a", "quit", "attendre que le programme se termine de lui-même", "wait until the program ends by itself"),
			step("quit", 8, "fresh", "quit", "", ""),
			step("quit", 9, "start b server.py", "quit", "lancer : python3 server.py", "run: python3 server.py"),
			step("quit", 10, "exited b", "quit", "attendre que le programme se termine de lui-même", "wait until the program ends by itself"),
		},
		Timeline: []scenario.Event{
			event(scenario.KindStart, "a", "", "server.py", "server.py"),
			event(scenario.KindConnect, "a", "ca", "127.9.2.19:40118 → 127.0.0.1:6666", "127.9.2.19:40118 → 127.0.0.1:6666"),
			data(scenario.KindSend, "a", "ca", "quit\r\n"),
			event(scenario.KindExit, "a", "", "terminé", "ended"),
			event(scenario.KindRemark, "", "", "nouvelle machine, nouveau départ", "a new machine, a new start"),
			event(scenario.KindStart, "b", "", "server.py", "server.py"),
			event(scenario.KindExit, "b", "", "terminé", "ended"),
		},
	}
	r := grade.Result{
		Archive: student + "-tp3-ex1.zip", Student: student, TP: 3, Ex: 1, Exercise: "server",
		Title: lang.T("Serveur TCP", "TCP server"), Verdict: grade.Graded, Score: 20, Max: 20,
		Environment: grade.Environment{
			Grader: "1.1.0", Scripts: "sha256:3f7a9c0de1b2", Interpreter: "Python 3.11.2 (/usr/bin/python3.11)",
			Isolation: []string{"user", "pid", "net"}, Seed: "7",
		},
		Criteria: []grade.Criterion{
			{ID: "listen", Max: 5, Asks: lang.T("attend des connexions sur le port 6666", "waits for connections on port 6666"), Hint: lang.T("Un serveur appelle bind(), listen() puis accept().", "A server calls bind(), listen() and then accept().")},
			{ID: "print", Max: 5, Asks: lang.T("affichera le message à l'écran", "will print the message on the screen")},
			{ID: "close", Max: 5, Asks: lang.T("puis fermera la connexion cliente", "will then close the client's connection"), Hint: lang.T("Après un message, appelez close() sur la socket de service.", "After one message, call close() on the service socket.")},
			{ID: "quit", Max: 5, Asks: lang.T("si le message commence par quit, arrêt du serveur", "if the message begins with quit, the server stops"), Hint: lang.T(`telnet ajoute une fin de ligne (\r\n).`, `telnet adds an end of line (\r\n).`)},
			{ID: "restart", Advice: true, Asks: lang.T("peut être relancé aussitôt", "can be started again at once"), Hint: lang.T("setsockopt(SOL_SOCKET, SO_REUSEADDR, 1) avant bind().", "setsockopt(SOL_SOCKET, SO_REUSEADDR, 1) before bind().")},
		},
		Traces: []scenario.Trace{session, quit},
	}
	for i := range r.Criteria {
		c := &r.Criteria[i]
		c.Status, c.Points = grade.Passed, c.Max
		for _, t := range r.Traces {
			for _, s := range t.Steps {
				if s.Criterion == c.ID {
					c.Steps = append(c.Steps, s)
				}
			}
		}
	}
	return r
}

// lose makes a result lose a criterion by the step at a line of a scenario.
func lose(r *grade.Result, id, name string, line int, fr, en string) {
	saw := lang.T(fr, en)
	change := func(steps []scenario.Step) {
		for i := range steps {
			if steps[i].Scenario == name && steps[i].Line == line {
				steps[i].Outcome, steps[i].Saw, steps[i].Wait = scenario.Mismatch, saw, "silence"
			}
		}
	}
	for i := range r.Traces {
		change(r.Traces[i].Steps)
	}
	for i := range r.Criteria {
		if c := &r.Criteria[i]; c.ID == id {
			change(c.Steps)
			r.Score -= c.Points
			c.Points, c.Status, c.Message = 0, grade.Failed, saw
		}
	}
}

// skip makes a result lose a criterion whose turn did not come.
func skip(r *grade.Result, id string) {
	for i := range r.Criteria {
		if c := &r.Criteria[i]; c.ID == id {
			r.Score -= c.Points
			c.Points, c.Status = 0, grade.Skipped
			c.Message = lang.T("ce dont ce critère a besoin a échoué avant", "what this criterion needs failed before")
		}
	}
}

// keepsOpen is a server that closes no connection and never stops.
func keepsOpen() grade.Result {
	r := server("degaulle")
	lose(&r, "close", "session", 9, "la connexion reste ouverte : server.py attend des données (recv), et plus rien ne peut arriver", "the connection stays open: server.py waits for data (recv), and nothing more can happen")
	lose(&r, "quit", "quit", 6, "server.py tourne toujours", "server.py is still running")
	lose(&r, "restart", "quit", 10, "le port est déjà pris", "the port is already taken")
	r.Traces[0].Timeline = r.Traces[0].Timeline[:5]
	r.Traces[1].Timeline = append(r.Traces[1].Timeline[:3:3], r.Traces[1].Timeline[4:]...)
	r.Violations = []archive.Violation{{Rule: "content.system", Severity: archive.Warn, Message: lang.T("ajouté par le système : __MACOSX", "put in by the system: __MACOSX")}}
	return r
}

// dies is a server that ends with a traceback before it listens.
func dies() grade.Result {
	r := server("hopper")
	lose(&r, "listen", "session", 4, "server.py s'est terminé : « NameError: name 'socket' is not defined »", "server.py has ended: “NameError: name 'socket' is not defined”")
	skip(&r, "print")
	skip(&r, "close")
	r.Traces[0].Timeline = []scenario.Event{
		r.Traces[0].Timeline[0],
		data(scenario.KindStderr, "s", "", "Traceback (most recent call last):\n  File \"server.py\", line 3, in <module>\nNameError: name 'socket' is not defined\n"),
		event(scenario.KindExit, "s", "", "terminé (code de sortie 1)", "ended (exit status 1)"),
	}
	return r
}

func rejected() grade.Result {
	return grade.Result{
		Archive: "Yunès TP3 ex1.zip", Exercise: "server", Title: lang.T("Serveur TCP", "TCP server"), Verdict: grade.Rejected, Max: 20,
		Environment: grade.Environment{Grader: "1.1.0"},
		Violations: []archive.Violation{
			{Rule: "name.case", Severity: archive.Reject, Message: lang.T("le nom a des majuscules : Y, TP", "the name has capital letters: Y, TP"), Expected: "yunes-tp3-ex1.zip"},
			{Rule: "content.missing", Severity: archive.Reject, Message: lang.T("server.py n'est pas dans l'archive ; le plus proche est serveur.py", "server.py is not in the archive; the nearest is serveur.py"), Expected: "server.py"},
			{Rule: "content.system", Severity: archive.Warn, Message: lang.T("ajouté par le système : __MACOSX", "put in by the system: __MACOSX")},
		},
	}
}

func faulty() grade.Result {
	r := server("turing")
	r.Verdict, r.Score, r.Traces = grade.Fault, 0, nil
	r.Fault = "start sandbox: clone: resource temporarily unavailable\ngoroutine 1 [running]:"
	for i := range r.Criteria {
		r.Criteria[i].Status, r.Criteria[i].Points = grade.Untested, 0
	}
	return r
}

// smallClass has one submission of each sort.
func smallClass() *batch.Class {
	whole := []grade.Result{server("curie"), keepsOpen(), dies(), rejected(), faulty()}
	c := classOf("rendus/tp3", whole, map[string]grade.Result{"server": server("")})
	c.People = []course.Person{{Family: "Curie", Given: "Marie"}, {Family: "de Gaulle", Given: "Charles"}, {Family: "Noether", Given: "Emmy"}}
	c.Absent = c.People[2:]
	c.Rows[0].Person, c.Rows[1].Person = c.People[0], c.People[1]
	c.Rows[0].Cached = true
	c.Rows[1].Older = []string{"premier/degaulle-tp3-ex1.zip"}
	c.Rows[1].Late = 26*time.Hour + 10*time.Minute
	c.Rows[2].Retried, c.Rows[2].First = true, "open the sandbox: too many open files"
	c.Others = []batch.Other{{Path: "notes.pdf", Why: "kind", Note: lang.T("un document PDF", "a PDF document")}, {Path: ".cache", Why: "hidden"}}
	c.Complete = false
	c.Pending = []string{"lovelace-tp3-ex1.zip"}
	return c
}

// evil is what a student may put wherever a string is read: markup that would
// run, bytes that no page may hold, and what deceives a reader.
const evil = `<script>window.hacked=1</script><img src=x onerror="window.hacked=1">"'><svg onload=alert(1)><a href="javascript:alert(1)">x</a>` +
	"</title></style></script><!--\x00\x1b[31m\r\n\t\x80\u202e02/02\u2066\u200b\ufeff\u2028\u009b{{.}}"

// hostile attacks the report wherever a student's string is shown.
func hostile() grade.Result {
	r := server("x")
	r.Archive, r.Student, r.Exercise, r.Title = evil+".zip", evil, "server", same(evil)
	r.Violations = []archive.Violation{{Rule: evil, Severity: archive.Warn, Message: same(evil), Expected: evil}}
	lose(&r, "print", "session", 7, evil, evil)
	lose(&r, "close", "session", 9, strings.Repeat(evil, 2000), strings.Repeat(evil, 2000))
	flood := []scenario.Event{
		event(scenario.KindStart, "s", "", "server.py "+evil, "server.py "+evil),
		event(scenario.KindConnect, "s", "c1", evil, evil),
		data(scenario.KindSend, "s", "c1", evil),
		{Kind: scenario.KindReceive, Program: "s", Conn: "c1", Data: []byte(strings.Repeat(evil, 2000)), Dropped: 1 << 40},
		data(scenario.KindStdout, "s", "", strings.Repeat("\"<\x00\n", 10000)),
		event("<b>", "s", "", evil, evil),
		event(scenario.KindExit, evil, evil, evil, evil),
	}
	for range 500 {
		flood = append(flood, data(scenario.KindStderr, "s", "", strings.Repeat("\x00\"", 200)), data(scenario.KindStdout, "s", "", strings.Repeat("&", 400)))
	}
	for i := range 40 {
		flood = append(flood, event(scenario.KindRemark, "", "", "a", "a"), data(scenario.KindStdout, strings.Repeat("p", i), "", strings.Repeat("'\x01", 4000)))
	}
	r.Traces[0].Timeline = flood
	for range 60 {
		r.Traces = append(r.Traces, scenario.Trace{Scenario: evil, Steps: r.Traces[0].Steps, Timeline: flood})
	}
	for range 300 {
		r.Criteria = append(r.Criteria, grade.Criterion{ID: evil, Status: grade.Failed, Max: 1, Asks: same(evil), Hint: same(evil), Message: same(evil), Steps: r.Criteria[1].Steps})
		r.Violations = append(r.Violations, r.Violations[0])
	}
	r.Environment = grade.Environment{Grader: evil, Scripts: r.Environment.Scripts, Interpreter: strings.Repeat(evil, 100), Isolation: []string{evil}, Seed: evil}
	return r
}

// hostileClass is a class in which every string attacks.
func hostileClass() *batch.Class {
	refused := rejected()
	refused.Archive, refused.Student = evil, evil
	for i := range refused.Violations {
		refused.Violations[i].Rule, refused.Violations[i].Message, refused.Violations[i].Expected = evil, same(evil), evil
	}
	broken := faulty()
	broken.Fault, broken.Archive, broken.Exercise = strings.Repeat(evil+"\n", 5000), evil, evil
	c := classOf("rendus/"+evil, []grade.Result{hostile(), refused, broken, server("curie")}, map[string]grade.Result{"server": server("")})
	for i := range c.Rows[:3] {
		r := &c.Rows[i]
		r.Person = course.Person{Family: evil, Given: evil, Email: evil, Number: evil}
		r.Path, r.Archive, r.Participant, r.First, r.Retried, r.Late = evil, evil, evil, evil, true, time.Hour
		r.Again = []string{"grader", "check", evil}
		for range 300 {
			r.Older = append(r.Older, evil)
		}
	}
	c.Absent = []course.Person{{Family: evil}}
	c.Others = []batch.Other{{Path: evil, Why: evil, Note: same(evil)}}
	c.Pending = []string{evil}
	c.Grader = evil
	return c
}

package report

import (
	"bytes"
	"strings"
	"time"

	"netlab/grader/archive"
	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/scenario"
)

func environment() grade.Environment {
	return grade.Environment{
		Grader:      "1.0.0",
		Scripts:     "sha256:3f7a9c0de1b2546877aa90bbccddeeff00112233445566778899aabbccddeeff",
		Interpreter: "Python 3.11.2 (/usr/bin/python3.11)",
		Isolation:   []string{"user", "pid", "mount", "net", "seccomp"},
		Seed:        "20240611",
	}
}

// serverCriteria are those of exercise 1, all passed.
func serverCriteria() []grade.Criterion {
	return []grade.Criterion{
		{ID: "listen", Status: grade.Passed, Points: 3, Max: 3, Asks: lang.T("un serveur TCP attendant des connexions sur le port 6666", "a TCP server waiting for connections on port 6666")},
		{ID: "print", Status: grade.Passed, Points: 4, Max: 4, Asks: lang.T("lira un message depuis la socket de service, affichera le message à l'écran", "will read a message from the service socket, will print the message on the screen"), Hint: lang.T("Le message se lit avec recv() sur la socket rendue par accept(), pas sur celle qui écoute. recv() rend des octets : decode() en fait un texte que print() peut montrer.", "The message is read with recv() on the socket that accept() returns, not on the listening one. recv() returns bytes: decode() makes them a text that print() can show.")},
		{ID: "peer", Status: grade.Passed, Points: 3, Max: 3, Asks: lang.T("affichera le message à l'écran (avec les informations de connexion)", "will print the message on the screen (with the connection information)"), Hint: lang.T("accept() rend deux choses : la socket de service et l'adresse du client, un couple (adresse IP, port). Affichez ce couple pour chaque connexion, et non l'adresse du serveur.", "accept() returns two things: the service socket and the client's address, a pair (IP address, port). Print that pair for each connection, and not the server's own address.")},
		{ID: "close", Status: grade.Passed, Points: 3, Max: 3, Asks: lang.T("puis fermera la connexion cliente", "will then close the client's connection"), Hint: lang.T("Après un message, appelez close() sur la socket de service. Ne bouclez pas sur recv() jusqu'à ce qu'il rende b'' : telnet ne ferme jamais le premier, et les deux s'attendraient pour toujours.", "After one message, call close() on the service socket. Do not loop on recv() until it returns b'': telnet never closes first, and each would wait for the other for ever.")},
		{ID: "again", Status: grade.Passed, Points: 3, Max: 3, Asks: lang.T("et se remettra en attente", "and will go back to waiting")},
		{ID: "quit", Status: grade.Passed, Points: 3, Max: 3, Asks: lang.T("sauf si le message commence par quit ce qui entraînera l'arrêt du serveur", "except if the message begins with quit, which will stop the server"), Hint: lang.T(`telnet ajoute une fin de ligne (\r\n) : comparer avec == "quit" échoue donc toujours. startswith("quit") dit si le message commence ainsi ; il faut ensuite sortir de la boucle pour que le programme se termine.`, `telnet adds an end of line (\r\n), so comparing with == "quit" always fails. startswith("quit") tells whether the message begins so; the program must then leave the loop and end.`)},
		{ID: "keep", Status: grade.Passed, Points: 1, Max: 1, Asks: lang.T("sauf si le message commence par quit : un message qui contient quit sans commencer par lui n'arrête pas le serveur", "except if the message begins with quit: a message that contains quit without beginning with it does not stop the server")},
		{ID: "telnet", Status: grade.Passed, Advice: true},
		{ID: "restart", Status: grade.Passed, Advice: true, Hint: lang.T("Après un arrêt, le système garde le port occupé environ une minute (« Address already in use »). setsockopt(SOL_SOCKET, SO_REUSEADDR, 1) avant bind() évite cette attente.", "After a stop, the system keeps the port busy for about a minute (\"Address already in use\"). setsockopt(SOL_SOCKET, SO_REUSEADDR, 1) before bind() avoids the wait.")},
		{ID: "bytes", Status: grade.Passed, Advice: true, Hint: lang.T("decode() lève UnicodeDecodeError sur des octets quelconques, et le serveur s'arrête pour tout le monde. decode(errors=\"replace\") les montre sans s'arrêter.", "decode() raises UnicodeDecodeError on arbitrary bytes, and the server stops for everybody. decode(errors=\"replace\") shows them and goes on.")},
	}
}

func serverResult() grade.Result {
	return grade.Result{
		Archive: "yunes-tp3-ex1.zip", Student: "yunes", TP: 3, Ex: 1, Exercise: "server",
		Title: lang.T("Serveur TCP", "TCP server"), Verdict: grade.Graded, Score: 20, Max: 20,
		Criteria: serverCriteria(), Environment: environment(),
	}
}

// fullMarks is a right program, with one piece of advice.
func fullMarks() grade.Result {
	r := serverResult()
	lose(&r, "bytes", step("bytes", 9, "bytes", scenario.Mismatch, "ended",
		lang.T("attendre que le serveur accepte la connexion", "wait until the server accepts the connection"),
		lang.T("plus personne n'écoute : server.py s'est terminé", "nobody listens any more: server.py has ended")))
	return r
}

// lose makes a result lose a criterion by some steps.
func lose(r *grade.Result, id string, steps ...scenario.Step) {
	for i := range r.Criteria {
		if c := &r.Criteria[i]; c.ID == id {
			r.Score -= c.Points
			c.Points, c.Status, c.Steps = 0, grade.Failed, steps
			c.Message = steps[len(steps)-1].Saw
		}
	}
}

// skip makes a result lose a criterion whose turn did not come.
func skip(r *grade.Result, id string, steps ...scenario.Step) {
	lose(r, id, steps...)
	for i := range r.Criteria {
		if r.Criteria[i].ID == id {
			r.Criteria[i].Status = grade.Skipped
		}
	}
}

func step(name string, line int, criterion string, o scenario.Outcome, wait string, did lang.Text, saw ...lang.Text) scenario.Step {
	s := scenario.Step{Scenario: name, Line: line, Source: "source of line", Criterion: criterion, Outcome: o, Wait: wait, Did: did}
	if len(saw) > 0 {
		s.Saw = saw[0]
	}
	return s
}

func note(k scenario.Kind, program, conn, fr, en string) scenario.Event {
	return scenario.Event{Kind: k, Program: program, Conn: conn, Note: lang.T(fr, en)}
}

func data(k scenario.Kind, program, conn, bytes string) scenario.Event {
	return scenario.Event{Kind: k, Program: program, Conn: conn, Data: []byte(bytes)}
}

// timed gives events times that no report may show.
func timed(events ...scenario.Event) []scenario.Event {
	for i := range events {
		events[i].At = time.Duration(i*i) * 977 * time.Microsecond
	}
	return events
}

func same(s string) lang.Text { return lang.T(s, s) }

// lostCriteria is a server that prints nothing about its client, keeps its
// connection open and never stops.
func lostCriteria() grade.Result {
	r := serverResult()
	r.Criteria[0].Hint = lang.T("Un serveur appelle bind(), listen() puis accept().", "A server calls bind(), listen() and then accept().")
	start := step("one", 2, "", scenario.OK, "", lang.T("lancer : python3 server.py", "run: python3 server.py"))
	listen := step("one", 3, "", scenario.OK, "event", lang.T("attendre que le serveur écoute", "wait until the server listens"))
	connect := step("one", 4, "", scenario.OK, "", lang.T("se connecter comme un client", "connect as a client"))
	send := step("one", 6, "print", scenario.OK, "", lang.T("envoyer « bonjour kavoli\\r\\n »", "send “bonjour kavoli\\r\\n”"))
	printed := step("one", 7, "print", scenario.OK, "event", lang.T("chercher à l'écran : « bonjour kavoli »", "look on the screen for: “bonjour kavoli”"))
	peer := step("one", 9, "peer", scenario.Mismatch, "silence",
		lang.T("chercher à l'écran : « 127.84.2.19 », « 40112 »", "look on the screen for: “127.84.2.19”, “40112”"),
		lang.T("« 127.84.2.19 », « 40112 » n'apparaît pas à l'écran : server.py tourne toujours : il attend des données sur une connexion (recv) à server.py:12, et plus rien ne peut arriver", "“127.84.2.19”, “40112” does not appear on the screen: server.py is still running: it waits for data on a connection (recv) at server.py:12, and nothing more can happen"))
	closed := step("one", 11, "close", scenario.Mismatch, "silence",
		lang.T("attendre que le programme ferme la connexion (le client garde son côté ouvert, comme telnet)", "wait until the program closes the connection (the client keeps its side open, as telnet does)"),
		lang.T("la connexion reste ouverte : server.py tourne toujours : il attend des données sur une connexion (recv) à server.py:12, et plus rien ne peut arriver", "the connection stays open: server.py is still running: it waits for data on a connection (recv) at server.py:12, and nothing more can happen"))
	lose(&r, "peer", peer)
	lose(&r, "close", closed)

	var quits []scenario.Step
	stays := lang.T("server.py tourne toujours : il attend un client (accept) à server.py:7, et plus rien ne peut arriver", "server.py is still running: it waits for a client (accept) at server.py:7, and nothing more can happen")
	for _, name := range []string{"quit", "quitter", "quit-now"} {
		quits = append(quits, step(name, 5, "quit", scenario.OK, "", lang.T("envoyer « quit\\r\\n »", "send “quit\\r\\n”")),
			step(name, 6, "quit", scenario.Mismatch, "silence", lang.T("attendre que le programme se termine de lui-même", "wait until the program ends by itself"), stays))
	}
	quits[1].Source = "finish s"
	quits[5].Saw = lang.T("le programme s'arrête sur une erreur Python : « NameError: name 'exti' is not defined »", "the program fails with a Python error: “NameError: name 'exti' is not defined”")
	lose(&r, "quit", quits...)
	lose(&r, "restart", step("restart", 8, "restart", scenario.Mismatch, "ended", lang.T("relancer", "start again"), lang.T("le port est déjà pris", "the port is already taken")))

	r.Violations = []archive.Violation{
		{Rule: "content.nested", Severity: archive.Warn, Message: lang.T(`tout est dans un dossier "ex1"`, `everything is in a folder "ex1"`)},
		{Rule: "content.system", Severity: archive.Ignore, Message: lang.T("jamais dit", "never said")},
	}
	r.Traces = []scenario.Trace{
		{Scenario: "one", Steps: []scenario.Step{start, listen, connect, send, printed, peer, closed}, Timeline: timed(
			note(scenario.KindStart, "s", "", "server.py", "server.py"),
			data(scenario.KindStdout, "s", "", "Wait"),
			data(scenario.KindStdout, "s", "", "ing...\n"),
			note(scenario.KindListen, "s", "", "0.0.0.0:6666", "0.0.0.0:6666"),
			note(scenario.KindConnect, "s", "c1", "127.84.2.19:40112 → 127.0.0.1:6666", "127.84.2.19:40112 → 127.0.0.1:6666"),
			data(scenario.KindSend, "s", "c1", "bonjour kavoli\r\n"),
			data(scenario.KindStdout, "s", "", "Received bonjour kavoli\r\n\n"),
			note(scenario.KindEnd, "s", "c1", "fin de nos envois", "we send no more"),
			note(scenario.KindClosed, "s", "c1", "fin de flux", "end of file"),
			data(scenario.KindStdout, "s", "", "Waiting...\n"),
		)},
		{Scenario: "quit", Steps: append([]scenario.Step{start, listen}, quits[:2]...), Timeline: timed(
			note(scenario.KindStart, "s", "", "server.py", "server.py"),
			note(scenario.KindListen, "s", "", "0.0.0.0:6666", "0.0.0.0:6666"),
			note(scenario.KindConnect, "s", "c1", "127.9.2.19:40118 → 127.0.0.1:6666", "127.9.2.19:40118 → 127.0.0.1:6666"),
			data(scenario.KindSend, "s", "c1", "quit\r\n"),
			data(scenario.KindStdout, "s", "", "Received quit\r\n\n"),
			note(scenario.KindClosed, "s", "c1", "fin de flux", "end of file"),
			note(scenario.KindRemark, "", "", "nouvelle machine, nouveau départ", "a new machine, a new start"),
			note(scenario.KindStart, "t", "", "server.py", "server.py"),
			note(scenario.KindConnect, "t", "c2", "127.9.2.20:40119 → 127.0.0.1:6666", "127.9.2.20:40119 → 127.0.0.1:6666"),
			data(scenario.KindSend, "t", "c2", "quit"),
			note(scenario.KindClosed, "t", "c2", "coupure (reset)", "reset"),
			note(scenario.KindExit, "t", "", "terminé (code de sortie 0)", "ended (exit status 0)"),
		)},
	}
	return r
}

// nothingListens is a server whose preamble already fails: most criteria are skipped.
func nothingListens() grade.Result {
	r := serverResult()
	r.Archive, r.Student = "degaulle-tp3-ex1.zip", "degaulle"
	did := lang.T("attendre que le serveur écoute sur le port 6666", "wait until the server listens on port 6666")
	saw := lang.T("aucun port TCP en écoute : server.py s'est terminé (terminé (code de sortie 1)) : « OSError: [Errno 98] Address already in use », à server.py:6", "no TCP port is listened on: server.py has ended (ended (exit status 1)): “OSError: [Errno 98] Address already in use”, at server.py:6")
	start := step("one", 2, "", scenario.OK, "", lang.T("lancer : python3 server.py", "run: python3 server.py"))
	preamble := step("one", 3, "", scenario.Mismatch, "ended", lang.T("attendre que le serveur écoute", "wait until the server listens"), saw)
	lose(&r, "listen", step("listen", 4, "listen", scenario.Mismatch, "ended", did, saw))
	traceback := "Traceback (most recent call last):\n  File \"server.py\", line 6, in <module>\n    s.bind(('', 6666))\nOSError: [Errno 98] Address already in use\n"
	timeline := timed(
		note(scenario.KindStart, "s", "", "server.py", "server.py"),
		data(scenario.KindStderr, "s", "", traceback),
		note(scenario.KindExit, "s", "", "terminé (code de sortie 1)", "ended (exit status 1)"),
	)
	r.Traces = []scenario.Trace{
		{Scenario: "listen", Steps: []scenario.Step{start, step("listen", 4, "listen", scenario.Mismatch, "ended", did, saw)}, Timeline: timeline},
		{Scenario: "one", Steps: []scenario.Step{start, preamble}, Timeline: timeline},
	}
	for _, id := range []string{"print", "peer", "close", "again"} {
		skip(&r, id, step("one", 8, id, scenario.Skipped, "", lang.Text{}))
	}
	for _, id := range []string{"quit", "keep"} {
		skip(&r, id, step("unknown", 8, id, scenario.Skipped, "", lang.Text{}))
		r.Criteria[len(r.Criteria)-1].Status = grade.Skipped
	}
	return r
}

// webSite is a mini-server that opens pictures as text and calls CSS text/html.
func webSite() grade.Result {
	r := grade.Result{
		Archive: "curie-tp4-ex4.zip", Student: "curie", TP: 4, Ex: 4, Exercise: "sioux",
		Title: lang.T("Mini-serveur HTTP", "Mini HTTP server"), Verdict: grade.Graded, Score: 20, Max: 20,
		Environment: environment(),
		Criteria: []grade.Criterion{
			{ID: "html", Status: grade.Passed, Points: 5, Max: 5, Asks: lang.T("servir au moins des fichiers HTML", "serve at least HTML files")},
			{ID: "jpeg", Status: grade.Passed, Points: 4, Max: 4, Asks: lang.T("servir au moins des fichiers […] JPEG", "serve at least […] JPEG files"), Hint: lang.T("Une image n'est pas du texte : open(chemin, 'rb') et aucun decode(). Envoyez tout avec sendall() : send() peut n'envoyer que le début d'un gros fichier.", "A picture is not text: open(path, 'rb') and no decode(). Send all of it with sendall(): send() may send only the beginning of a big file.")},
			{ID: "csstype", Status: grade.Passed, Points: 1, Max: 1, Asks: lang.T("servir […] des fichiers CSS : le navigateur doit savoir que c'en est un (Content-Type: text/css)", "serve […] CSS files: the browser must know that it is one (Content-Type: text/css)"), Hint: lang.T("Un CSS annoncé comme text/html est ignoré par le navigateur.", "A CSS file announced as text/html is ignored by the browser.")},
		},
	}
	serve := step("picture", 2, "", scenario.OK, "event", lang.T("lancer sioux.py et attendre qu'il écoute sur un port TCP", "run sioux.py and wait until it listens on a TCP port"))
	get := step("picture", 5, "jpeg", scenario.OK, "", lang.T("demander /photo.jpg", "ask for /photo.jpg"))
	body := step("picture", 6, "jpeg", scenario.Mismatch, "event", lang.T("vérifier que le corps est le fichier, octet pour octet", "check that the body is the file, byte for byte"),
		lang.T("reçu 40960 octets sur 61440", "received 40960 bytes of 61440"))
	kind := step("style", 6, "csstype", scenario.Mismatch, "", lang.T("vérifier que Content-Type est text/css", "check that Content-Type is text/css"), lang.T("Content-Type: text/html", "Content-Type: text/html"))
	lose(&r, "jpeg", get, body)
	lose(&r, "csstype", kind)
	picture := "\xff\xd8\xff\xe0\x00\x10JFIF" + strings.Repeat("\x00\x9f\xe2\x82", 4094)
	arrived := data(scenario.KindReceive, "s", "g1", "HTTP/1.0 200 OK\r\nServer: sioux\r\nContent-Type: image/jpeg\r\n\r\n"+picture)
	arrived.Dropped = 40960 - int64(len(picture))
	r.Traces = []scenario.Trace{
		{Scenario: "picture", Steps: []scenario.Step{serve, get, body}, Timeline: timed(
			note(scenario.KindStart, "s", "", "sioux.py 8080", "sioux.py 8080"),
			note(scenario.KindListen, "s", "", "127.0.0.1:8080", "127.0.0.1:8080"),
			note(scenario.KindConnect, "s", "g1", "127.1.2.3:40000 → 127.0.0.1:8080", "127.1.2.3:40000 → 127.0.0.1:8080"),
			data(scenario.KindSend, "s", "g1", "GET /photo.jpg HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: Mozilla/5.0\r\n\r\n"),
			arrived,
			note(scenario.KindClosed, "s", "g1", "fin de flux", "end of file"),
		)},
		{Scenario: "style", Steps: []scenario.Step{kind}, Timeline: timed(
			note(scenario.KindStart, "s", "", "sioux.py 8080", "sioux.py 8080"),
			note(scenario.KindConnect, "s", "g1", "127.1.2.3:40001 → 127.0.0.1:8080", "127.1.2.3:40001 → 127.0.0.1:8080"),
			data(scenario.KindSend, "s", "g1", "GET /../style.css HTTP/1.0\r\n\r\n"),
			data(scenario.KindReceive, "s", "g1", "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n"+strings.Repeat("p { color: red }\n", 40)),
		)},
	}
	return r
}

// clientTalks is a client that adds a prefix, and that the grader serves.
func clientTalks() grade.Result {
	r := grade.Result{
		Archive: "noether-tp3-ex2.zip", Student: "noether", TP: 3, Ex: 2, Exercise: "client",
		Title: lang.T("Client TCP", "TCP client"), Verdict: grade.Graded, Score: 20, Max: 20,
		Environment: environment(),
		Criteria: []grade.Criterion{
			{ID: "message", Status: grade.Passed, Points: 8, Max: 8, Asks: lang.T("Il enverra son premier argument en ligne de commande comme message", "It will send its first command-line argument as the message")},
		},
	}
	bad := step("message", 6, "message", scenario.Mismatch, "event", lang.T("lire tout ce que le client envoie : « hi fellow » est attendu", "read all that the client sends: “hi fellow” is expected"),
		lang.T("le client a envoyé « message: hi fellow »", "the client sent “message: hi fellow”"))
	lose(&r, "message", bad)
	r.Traces = []scenario.Trace{{Scenario: "message", Steps: []scenario.Step{bad}, Timeline: timed(
		note(scenario.KindListen, "", "", "le correcteur écoute sur le port 6666", "the grader listens on port 6666"),
		note(scenario.KindStart, "c", "", "client.py 'hi fellow'", "client.py 'hi fellow'"),
		note(scenario.KindConnect, "c", "k", "127.0.0.1:40000 → 127.0.0.1:6666", "127.0.0.1:40000 → 127.0.0.1:6666"),
		data(scenario.KindReceive, "c", "k", "message: hi fellow"),
		data(scenario.KindType, "c", "", "ok\n"),
		data(scenario.KindSend, "c", "k", "merci\r\n"),
		note(scenario.KindEnd, "c", "k", "nous fermons la connexion", "we close the connection"),
	)}}
	return r
}

func rejected() grade.Result {
	return grade.Result{
		Archive: "Yunès TP3 ex12.zip", Student: "", Exercise: "server", Title: lang.T("Serveur TCP", "TCP server"),
		Verdict: grade.Rejected, Max: 20, Environment: environment(),
		Violations: []archive.Violation{
			{Rule: "content.system", Severity: archive.Warn, Message: lang.T(`ajouté par le système : "__MACOSX"`, `put in by the system: "__MACOSX"`)},
			{Rule: "name.case", Severity: archive.Reject, Message: lang.T(`le nom a des majuscules : "Y", "TP"`, `the name has capital letters: "Y", "TP"`), Expected: "yunes-tp3-ex12.zip"},
			{Rule: "name.accent", Severity: archive.Reject, Message: lang.T(`le nom a un accent : "è"`, `the name has an accent: "è"`), Expected: "yunes-tp3-ex12.zip"},
			{Rule: "content.missing", Severity: archive.Reject, Message: lang.T(`server.py n'est pas dans l'archive ; le plus proche est "serveur.py"`, `server.py is not in the archive; the nearest is "serveur.py"`), Expected: "server.py"},
		},
	}
}

func fault() grade.Result {
	r := serverResult()
	r.Archive, r.Student = "turing-tp3-ex1.zip", "turing"
	r.Verdict, r.Score = grade.Fault, 0
	r.Fault = "start sandbox: clone: resource temporarily unavailable\ngoroutine 1 [running]:\nmain.main()"
	for i := range r.Criteria {
		r.Criteria[i].Status, r.Criteria[i].Points = grade.Untested, 0
	}
	r.Environment.Isolation = []string{"none"}
	return r
}

// everyByte is what a hostile program prints: every byte, then what Unicode has
// to deceive a reader.
func everyByte() string {
	var b bytes.Buffer
	for i := range 256 {
		b.WriteByte(byte(i))
	}
	b.WriteString("\x1b]0;own\x07\x1b[2J\x1b[31m20/20\x1b[0m\r✓ 4/4\b\b\u009b1m\u0085\u202e02/02\u2066\u200b\ufeff\u2028\u2029\u00ad\U000e0041")
	b.WriteString("e" + strings.Repeat("\u0301", 40) + "\u0301é漢字\n")
	return b.String()
}

// hostile is a submission that attacks the report wherever it can.
func hostile() grade.Result {
	r := serverResult()
	evil := everyByte()
	r.Archive = "\x1b]0;own\x07\u202epiz.1xe\n✓ 20/20 \x80.zip"
	r.Student = "\x1b[1mroot\u2028"
	r.Violations = []archive.Violation{{Rule: "content.\x1bextra", Severity: archive.Warn, Message: same("a\nb\x1b[2J " + evil), Expected: "x\r\ny\x9b"}}
	bad := step("one\x1b[m", 3, "print", scenario.Mismatch, "", same("do\n"+evil), same("first line\n✓ print 4/4\n"+evil+strings.Repeat("x", 5000)))
	lose(&r, "print", bad)
	long := data(scenario.KindReceive, "s", "c\x1b1", strings.Repeat("漢é\x00", 30000))
	long.Dropped = 1 << 40
	flood := []scenario.Event{
		note(scenario.KindStart, "s", "", "server.py `rm -rf`\x1b[2J", "server.py `rm -rf`\x1b[2J"),
		note(scenario.KindConnect, "s", "c\x1b1", "\x1b[2J:6666", "\x1b[2J:6666"),
		data(scenario.KindStdout, "s", "", evil),
		data(scenario.KindStderr, "s", "", strings.Repeat("line\n", 3000)),
		long,
		data(scenario.KindType, "s", "", ""),
	}
	for range 60 {
		flood = append(flood, note(scenario.KindRemark, "", "", "a\nb\u0085c", "a\nb\u0085c"))
	}
	r.Traces = []scenario.Trace{{Scenario: "one\x1b[m", Steps: []scenario.Step{bad}, Timeline: timed(flood...)}}
	r.Environment.Interpreter = "Python \x1b[31m" + strings.Repeat("9", 300)
	return r
}

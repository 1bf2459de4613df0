package report

import (
	"strings"
	"testing"

	"netlab/grader/lang"
	"netlab/grader/scenario"
)

func TestAgain(t *testing.T) {
	start := func(command string) scenario.Event {
		return note(scenario.KindStart, "s", "", command, command)
	}
	connect := func(conn, to string) scenario.Event {
		return note(scenario.KindConnect, "s", conn, "127.1.2.3:40000 → "+to, "127.1.2.3:40000 → "+to)
	}
	send := func(conn, bytes string) scenario.Event { return data(scenario.KindSend, "s", conn, bytes) }
	const server = "`python3 server.py`"
	other := server + ", then, in another terminal, "
	for _, test := range []struct {
		name   string
		events []scenario.Event
		want   string
	}{
		{"nothing", nil, ""},
		{"never started", []scenario.Event{connect("c", "[::1]:6666")}, ""},
		{"start alone", []scenario.Event{start("server.py")}, server},
		{"whole path of the interpreter", []scenario.Event{start("/usr/bin/python3.11 server.py -v")}, "`python3 server.py -v`"},
		{"run by itself", []scenario.Event{start("./client.py coucou")}, "`./client.py coucou`"},
		{"telnet", []scenario.Event{start("server.py"), connect("c", "[::1]:6666"), send("c", "bonjour\r\n")}, other + "`telnet localhost 6666`, type `bonjour`"},
		{"two lines in two sends", []scenario.Event{start("server.py"), connect("c", "127.0.0.1:6666"), send("c", "a\r\n"), send("c", "\r\n")}, other + "`telnet localhost 6666`, type `a`, only press Enter"},
		{"port from who listens", []scenario.Event{start("server.py"), note(scenario.KindListen, "s", "", "", "port 6667"), note(scenario.KindConnect, "s", "c", "", ""), send("c", "a\r\n")}, other + "`telnet localhost 6667`, type `a`"},
		{"no port", []scenario.Event{start("server.py"), note(scenario.KindConnect, "s", "c", "", ""), send("c", "a\r\n")}, ""},
		{"leaves at once", []scenario.Event{start("server.py"), connect("c", "127.0.0.1:6666")}, other + "`telnet localhost 6666`, leave telnet without typing anything"},
		{"without an end of line", []scenario.Event{start("server.py"), connect("c", "127.0.0.1:6666"), send("c", "100% d'été\\")}, other + "`printf '100%% d\\047\\303\\251t\\303\\251\\134' | nc localhost 6666`"},
		{"bytes nobody can type", []scenario.Event{start("server.py"), connect("c", "127.0.0.1:6666"), send("c", "\xff\x1b[2J\r\n")}, other + "`printf '\\377\\033[2J\\015\\012' | nc localhost 6666`"},
		{"long message", []scenario.Event{start("server.py"), connect("c", "127.0.0.1:6666"), send("c", strings.Repeat("x", 1500))}, other + "`telnet localhost 6666`, send a message of 1500 bytes"},
		{"several clients", []scenario.Event{start("server.py"), connect("c", "127.0.0.1:6666"), connect("d", "127.0.0.1:6666"), send("d", "2\r\n"), send("c", "1\r\n")}, other + "`telnet localhost 6666`, type `1`, then `telnet localhost 6666`, type `2`"},
		{
			"too many clients",
			[]scenario.Event{start("server.py"), connect("1", "[::1]:1234"), connect("2", "[::1]:1234"), connect("3", "[::1]:1234"), connect("4", "[::1]:1234"), connect("5", "[::1]:1234")},
			other + strings.Repeat("`telnet localhost 1234`, leave telnet without typing anything, then ", 3) + "`telnet localhost 1234`, leave telnet without typing anything, and so on",
		},
		{"GET", []scenario.Event{start("sioux.py 8080"), connect("g", "127.0.0.1:8080"), send("g", "GET /a.html HTTP/1.1\r\nHost: x\r\n\r\n")}, "`python3 sioux.py 8080`, then, in another terminal, `curl -v http://localhost:8080/a.html`"},
		{"GET in two pieces", []scenario.Event{start("server.py"), connect("g", "127.0.0.1:8080"), send("g", "GET /a.ht"), send("g", "ml HTTP/1.1\r\n\r\n")}, other + "`curl -v http://localhost:8080/a.html`"},
		{"HTTP/1.0 out of the folder", []scenario.Event{start("server.py"), connect("g", "127.0.0.1:80"), send("g", "GET /../x?a=1&b HTTP/1.0\r\n\r\n")}, other + "`curl -v --http1.0 --path-as-is 'http://localhost:80/../x?a=1&b'`"},
		{"HEAD", []scenario.Event{start("server.py"), connect("g", "127.0.0.1:80"), send("g", "HEAD / HTTP/1.1\r\n\r\n")}, other + "`curl -v --head http://localhost:80/`"},
		{"another method", []scenario.Event{start("server.py"), connect("g", "127.0.0.1:80"), send("g", "BREW /tea HTTP/1.1\r\n\r\n")}, other + "`curl -v -X BREW http://localhost:80/tea`"},
		{"not quite HTTP", []scenario.Event{start("server.py"), connect("g", "127.0.0.1:80"), send("g", "GET /\x1b HTTP/9\r\n\r\n")}, ""},
		{"a command in a path", []scenario.Event{start("server.py"), connect("g", "127.0.0.1:80"), send("g", "GET /$(reboot)'; HTTP/1.1\r\n\r\n")}, other + "`curl -v 'http://localhost:80/$(reboot)'\\'';'`"},
		{"a keyboard", []scenario.Event{start("server.py"), data(scenario.KindType, "s", "", "8080\n")}, server + ", then type `8080` at the keyboard of server.py"},
		{
			"a new start",
			[]scenario.Event{start("server.py"), connect("c", "[::1]:6666"), send("c", "quit\r\n"), start("server.py"), connect("c", "[::1]:6666"), send("c", "quitter\r\n")},
			other + "`telnet localhost 6666`, type `quit`, then start `python3 server.py` again, then `telnet localhost 6666`, type `quitter`",
		},
		{
			"the grader echoes a message without an end of line",
			[]scenario.Event{note(scenario.KindListen, "", "", "le port 6666", "the grader listens on port 6666"), start("client_echo.py kavoli"), connect("k", "127.0.0.1:6666"), data(scenario.KindReceive, "s", "k", "kavoli"), send("k", "kavolj")},
			"`printf 'kavolj' | nc -l 6666`, then, in another terminal, `python3 client_echo.py kavoli`",
		},
		{
			"the grader echoes a message with telnet's end of line",
			[]scenario.Event{note(scenario.KindListen, "", "", "le port 6666", "the grader listens on port 6666"), start("client_echo.py kavoli"), connect("k", "127.0.0.1:6666"), data(scenario.KindReceive, "s", "k", "kavoli\r\n"), send("k", "kavoli\r\n")},
			"`printf 'kavoli\\015\\012' | nc -l 6666`, then, in another terminal, `python3 client_echo.py kavoli`",
		},
		{
			"the grader echoes several messages",
			[]scenario.Event{note(scenario.KindListen, "", "", "le port 6666", "the grader listens on port 6666"), start("client_echo.py"), connect("k", "127.0.0.1:6666"), data(scenario.KindReceive, "s", "k", "a"), send("k", "a"), data(scenario.KindReceive, "s", "k", "b"), send("k", "b")},
			"`grader reference echo server`, then, in another terminal, `python3 client_echo.py`",
		},
		{
			"the grader alters several messages",
			[]scenario.Event{note(scenario.KindListen, "", "", "le port 6666", "the grader listens on port 6666"), start("client_echo.py"), connect("k", "127.0.0.1:6666"), data(scenario.KindReceive, "s", "k", "a"), send("k", "a"), data(scenario.KindReceive, "s", "k", "b"), send("k", "c")},
			"`nc -l 6666`, then, in another terminal, `python3 client_echo.py`, then answer `a`, then answer `c`",
		},
		{
			"the grader serves",
			[]scenario.Event{note(scenario.KindListen, "", "", "le port 6666", "the grader listens on port 6666"), start("client.py coucou"), connect("k", "127.0.0.1:6666"), data(scenario.KindReceive, "s", "k", "coucou"), send("k", "merci\n")},
			"`nc -l 6666`, then, in another terminal, `python3 client.py coucou`, then answer `merci`",
		},
		{
			"the grader closes, which nc does not do by itself",
			[]scenario.Event{note(scenario.KindListen, "", "", "le port 6666", "the grader listens on port 6666"), start("client.py coucou"), connect("k", "127.0.0.1:6666"), data(scenario.KindReceive, "s", "k", "coucou"), note(scenario.KindEnd, "s", "k", "fin", "end"), note(scenario.KindEnd, "s", "k", "fin", "end")},
			"`nc -l 6666`, then, in another terminal, `python3 client.py coucou`, then close the connection (Ctrl-C in nc's terminal)",
		},
		{
			"the client connects twice, and nc stays for it",
			[]scenario.Event{note(scenario.KindListen, "", "", "le port 6666", "the grader listens on port 6666"), start("client.py a b"), connect("k", "127.0.0.1:6666"), connect("k2", "127.0.0.1:6666")},
			"`nc -lk 6666`, then, in another terminal, `python3 client.py a b`",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := strings.Join(again(test.events, nil, nil, wordsIn(lang.EN)), ", "); got != test.want {
				t.Errorf("\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

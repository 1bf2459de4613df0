package scenario

import (
	"strings"
	"testing"
)

func TestNearly(t *testing.T) {
	for _, tt := range []struct{ name, screen, text, fr, en string }{
		{"another case", "Recu BONJOUR TIMLO de", "bonjour timlo", "il y est, mais en d'autres majuscules ou minuscules", "it is there, but in another case"},
		{"bytes", `Recu b'\xc3\xa9t\xc3\xa9 timlo'`, "été timlo", "il y est, mais ses lettres accentuées sont écrites octet par octet (decode() en fait un texte)", "it is there, but its accented letters are written byte by byte (decode() makes it a text)"},
		{"hexadecimal", "7469-74696D6C6F", "timlo", "il y est, mais en hexadécimal", "it is there, but in hexadecimal"},
		{"a list of words", "bonjour\ntimlo\n", "bonjour timlo", "il y est, mais ses espaces ont changé", "it is there, but its blanks have changed"},
		{"words of a list", "['bonjour', 'timlo']", "bonjour timlo", "ses mots y sont, mais pas à la suite", "its words are there, but not one after the other"},
		{"a letter lost at the end", "bonjour timl\n", "bonjour timlo", "il n'y est qu'en partie, « bonjour timl »", "only a part of it is there, “bonjour timl”"},
		{"a letter lost at the beginning", "onjour timlo\n", "bonjour timlo", "il n'y est qu'en partie, « onjour timlo »", "only a part of it is there, “onjour timlo”"},
		{"a word alone", "Recu bonjour de", "bonjour timlo", "il n'y est qu'en partie, « bonjour »", "only a part of it is there, “bonjour”"},
		{"three letters are an accident", "bon", "bonjour timlo", "", ""},
		{"nothing of it", "Waiting...", "bonjour timlo", "", ""},
		{"a letter cut in its middle", "ab été", "été timlo", "il n'y est qu'en partie, « été »", "only a part of it is there, “été”"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := nearly(tt.screen, tt.text); got.FR != tt.fr || got.EN != tt.en {
				t.Errorf("got  %q\n     %q\nwant %q\n     %q", got.FR, got.EN, tt.fr, tt.en)
			}
		})
	}
}

func TestExcerptIsBounded(t *testing.T) {
	if got, want := excerpt("\r\nRecu\t\x1b[31mx\r\n"), `Recu\t\x1b[31mx`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	got := excerpt(strings.Repeat("é", 5000) + "end\n")
	if n := len([]rune(got)); n != mostShown+1 || !strings.HasPrefix(got, "…é") || !strings.HasSuffix(got, "éend") {
		t.Errorf("%d characters: %s", n, got)
	}
}

// TestMissingTextIsToldWithTheScreen: what is not on the screen as it was sent
// may be there in another form, and what is there tells why.
func TestMissingTextIsToldWithTheScreen(t *testing.T) {
	b := newBench(t)
	at := func(line string) string {
		return "p.py is still running: it waits for its keyboard (p.py:" + line + ", input), and nothing more can happen"
	}
	for _, tt := range []struct{ name, source, want string }{
		{"in capitals", "print('Recu BONJOUR X de moi')\ninput()", "“bonjour x” does not appear on the screen: it is there, but in another case; the screen shows “Recu BONJOUR X de moi”; " + at("2")},
		{"something else", "print('Waiting...')\nprint('Received')\ninput()", `“bonjour x” does not appear on the screen; the screen shows “Waiting...\nReceived”; ` + at("3")},
		{"nothing", "input()", "nothing was printed; " + at("1")},
		{"said by how it ended", "print('BONJOUR X')", "“bonjour x” does not appear on the screen: it is there, but in another case; p.py has ended after printing “BONJOUR X”"},
		{"before its last line", "print('BONJOUR X')\nprint('bye')", "“bonjour x” does not appear on the screen: it is there, but in another case; the screen shows “BONJOUR X\\nbye”; p.py has ended after printing “bye”"},
		{"a traceback", "print('BON')\n1 / 0", "“bonjour x” does not appear on the screen; p.py has ended (exit status 1), p.py:2: “ZeroDivisionError: division by zero”"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tr := b.run(t, "criterion one\nstart p p.py\nprinted p 'bonjour x'\n-- p.py --\n"+tt.source+"\n")
			if got := saw(t, tr, 3); !strings.HasPrefix(got, tt.want) {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestTracebackIsWaitedForWhole: its first line is enough to lose the step, its
// last one is what the message tells.
func TestTracebackIsWaitedForWhole(t *testing.T) {
	b := newBench(t)
	tr := b.run(t, `
criterion one
start p p.py
! printed p 'Traceback (most recent call last)'
-- p.py --
import os, sys
for piece in 'Traceback (most recent call last):\n', '  File "/home/etudiant/p.py", line 7\n    main(sys.argv[1])\nIndex', 'Error: list index out of range\n':
    os.write(2, piece.encode())
    sum(range(5_000_000))
`)
	got := saw(t, tr, 4)
	if want := "the program fails with a Python error: “IndexError: list index out of range”, p.py:7 — the program reads an argument (sys.argv), and it is run without"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if w := tr.Steps[2].Wait; w != "event" {
		t.Errorf("the wait ended by %s", w)
	}
}

// TestClientThatDidNotCallSaysWhy: a client that ended over its arguments or its
// own source, and not because of the port.
func TestClientThatDidNotCallSaysWhy(t *testing.T) {
	b := newBench(t)
	const alone = "the client did not connect to your server.py"
	for _, tt := range []struct{ name, source, want string }{
		{"it wants an option", "import sys\nsys.exit('c.py: error: the following arguments are required: -m')", alone + ": c.py has ended (exit status 1) after printing “c.py: error: the following arguments are required: -m”"},
		{"it cannot be read", "m = 1 +", alone + ": c.py has ended (exit status 1), c.py:1: “SyntaxError: invalid syntax” — Python "},
		{"another port", "print('nobody')", alone + " (the same port on both sides?)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tr := b.run(t, "criterion one\nstart s server.py\nlistening s\nstart c c.py\nexited c\ntalked"+aServerFile+"\n-- c.py --\n"+tt.source+"\n")
			if got := saw(t, tr, 6); !strings.HasPrefix(got, tt.want) {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestTalked: the end of a connection is no data, and a message without an
// answer is no conversation.
func TestTalked(t *testing.T) {
	b := newBench(t)
	const server = `
import socket, sys
s = socket.create_server(('', 6666))
while True:
    c, a = s.accept()
    while d := c.recv(500):
        if d == b'bye': break
        c.sendall(d)
    c.close()
`
	const client = `
import socket, sys
s = socket.create_connection(('localhost', 6666))
said = sys.argv[1].encode()
s.sendall(said)
print(s.recv(500) if said else 'said nothing')
s.close()
`
	for _, tt := range []struct{ name, said, want string }{
		{"both ways", "hello", ""},
		{"one way", "bye", "one message left, and nothing came back"},
		{"nothing", "''", "the client connected to your server.py, and nothing was sent"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tr := b.run(t, "criterion one\nlisten h 6666\nstart a c.py hey\naccept k h a\nreflect k\nexited a\nfresh\n"+
				"start s server.py\nlistening s\nstart c c.py "+tt.said+"\nexited c\ntalked k\n-- server.py --"+server+"-- c.py --"+client)
			last := tr.Steps[len(tr.Steps)-1]
			if last.Saw.EN != tt.want || (last.Outcome == OK) != (tt.want == "") || last.Source != "talked k" {
				t.Errorf("%s: %s, got  %q\nwant %q", last.Source, last.Outcome, last.Saw.EN, tt.want)
			}
		})
	}
}

// TestClientThatCallsForEachArgument: that what it must not send came on another
// connection is said, and to be seen.
func TestClientThatCallsForEachArgument(t *testing.T) {
	tr := newBench(t).run(t, `
listen h 6666
criterion one
start p p.py un deux
accept k h p
within k un
close k
settle p
! within k deux
-- p.py --
import socket, sys
for word in sys.argv[1:]:
    s = socket.create_connection(('localhost', 6666))
    s.sendall(word.encode())
    s.close()
`)
	if got, want := saw(t, tr, 9), "the client connected 2 times, and sent “un”, “deux”"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	var talk []string
	for _, e := range tr.Timeline {
		if e.Kind == KindConnect || e.Kind == KindReceive {
			talk = append(talk, string(e.Kind)+" "+e.Conn+string(e.Data))
		}
	}
	if got, want := strings.Join(talk, ", "), "connect k, receive kun, connect k2, receive k2deux"; got != want {
		t.Errorf("timeline %s, want %s", got, want)
	}
}

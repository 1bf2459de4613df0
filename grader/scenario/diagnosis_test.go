package scenario

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/sandbox"
)

func TestMasked(t *testing.T) {
	for _, tt := range []struct {
		name, screen, secret, want string
	}{
		{"as it is", "sent coucou, received coucou", "coucou", "sent  , received  "},
		{"without its line end", "Received coucou!", "coucou\r\n", "Received  !"},
		{"as a repr", `b'a\nb' ok`, "a\nb", "b' ' ok"},
		{"a quote in a repr", `"l\"eau"`, `l"eau`, `" "`},
		{"blanks around it", "<coucou>", "  coucou ", "< >"},
		{"nothing of it", "identical", "coucou", "identical"},
		{"the bytes of accents in a repr", `b'\xc3\xa9t\xc3\xa9\n'`, "été\n", "b' '"},
		{"with a capital", "You said: Coucou toi", "coucou Toi", "You said:  "},
		{"a verdict in other capitals", "OK", "ok", "OK"},
		{"letter by letter", "c-o-u / c o u / ['c', 'o', 'u']", "cou", "  /   / [' ']"},
		{"backwards", "uoc", "cou", " "},
		{"as hexadecimal digits", "636f75 63 6f 75", "cou", "   "},
		{"longer than the screen", "hell", "hello", "hell"},
		{"one letter is no secret", "a banana", "a", "a banana"},
		{"an empty message", "identical", "", "identical"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := masked(tt.screen, tt.secret); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestDigestsAreOfTheMessage(t *testing.T) {
	want := "721a9b52bfceacc503c056e3b9b93cfa"
	if got := digests("coucou"); !slices.Contains(got, want) {
		t.Errorf("%q is not among %q", want, got)
	}
}

func TestAlteredWordsAreTakenOut(t *testing.T) {
	for _, tt := range []struct{ sent, back, screen, want string }{
		{"hello dear world", "hello dear worle", "['Hello', 'dear', 'worle'] underworld WORLD", "['Hello', 'dear', ' '] underworld  "},
		{"hello", "hellp", "hellp", "hellp"}, // the message itself
		{"it is equal", "it is equam", "equal", "equal"},
		{"a b", "a b c", "a b c", "a b c"},
	} {
		got := tt.screen
		for _, w := range alteredWords(tt.sent, tt.back) {
			got = withoutWord(got, w)
		}
		if got != tt.want {
			t.Errorf("%q, %q: got %q, want %q", tt.sent, tt.back, got, tt.want)
		}
	}
}

func TestTokensHideNumbers(t *testing.T) {
	got := tokens("\x1b[1;32mOK\x1b[0m at 12:34:56 from ('127.0.0.1', 53131) n°1 2 99% 1e-05 3 ms pid 7 <0x7fa1> 3fa2c1 facade\r\n")
	want := map[string]bool{"OK": true, "at": true, "\x1b[1;32m": true, "\x1b[0m": true, "#": true, "from": true, "('#',": true, "#)": true, "n°1": true, "2": true, "99%": true, "<#>": true, "facade": true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTelling(t *testing.T) {
	for _, tt := range []struct {
		name          string
		a, b, altered string // screens: identical twice, then altered
		want          bool
	}{
		{"another word", "sent\nidentical\n", "sent\nidentical\n", "sent\ndifferent\n", true},
		{"only a word less", "sent\nidentical\n", "sent\nidentical\n", "sent\n", true},
		{"only a word more", "sent\n", "sent\n", "sent\ndifferent\n", true},
		{"another colour alone", "\x1b[32mresult\x1b[0m\n", "\x1b[32mresult\x1b[0m\n", "\x1b[31mresult\x1b[0m\n", true},
		{"the same", "sent\nreceived\n", "sent\nreceived\n", "sent\nreceived\n", false},
		{"nothing at all", "", "", "", false},
		{"another port", "from 127.0.0.1:1234\n", "from 127.0.0.1:2345\n", "from 127.0.0.1:3456\n", false},
		{"another duration", "took 0.0012s\n", "took 0.0034s\n", "took 1.5s\n", false},
		{"a number that grows", "took 12ms\n", "took 345ms\n", "took 6789ms\n", false},
		{"a number more", "ok\n", "ok\n", "ok\n4512\n", false},
		{"a duration written otherwise", "took 0.0012s\n", "took 0.5s\n", "took 9.5e-05s\n", false},
		{"a duration without a fraction", "took 0.0012s\n", "took 0.5s\n", "took 1s\n", false},
		{"what changes by itself", "word kiwi\n", "word lime\n", "word plum\n", true}, // a word that neither run had
		{"a word of one run alone", "bonjour\n", "salut\n", "bonjour\n", false},
		{"a count of one digit", "errors: 0\n", "errors: 0\n", "errors: 1\n", true},
		{"a count of one digit in a word", "errors=0\n", "errors=0\n", "errors=1\n", true},
		{"a percentage", "100% alike\n", "100% alike\n", "83% alike\n", true},
		{"a ratio", "alike: 1.0\n", "alike: 1.0\n", "alike: 0.8571428\n", true},
		{"a count of two digits", "17 bytes of 17 are the same\n", "17 bytes of 17 are the same\n", "16 bytes of 17 are the same\n", true},
		{"a count that changes by itself", "port 17\n", "port 18\n", "port 19\n", false},
		{"a duration of one digit", "took 1 ms\n", "took 1 ms\n", "took 2 ms\n", false},
		{"what is printed of each message", "GOT BAKA\n", "GOT BAKB\n", "GOT BAKB\n", false},
		{"a word less in lines that change", "MD5 aa same\n", "MD5 bb same\n", "MD5 bb\n", true},
		{"True and False", "True", "True", "False", true},
		{"the same words in another line", "sent and identical\n", "sent and identical\n", "sent\nand\nidentical\n", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := (evidence{[]string{tt.a, tt.b}, []string{tt.altered}}).telling(); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

// TestEvidenceOfManyRuns: what only some runs of a case show says nothing of it.
func TestEvidenceOfManyRuns(t *testing.T) {
	for _, tt := range []struct {
		name          string
		same, altered []string
		tells, inside bool // telling, upsideDown
	}{
		{"words drawn by lot", []string{"salut", "salut", "hola"}, []string{"ciao", "hola"}, false, false},
		{"a verdict among words drawn by lot", []string{"salut\nNickel", "hola\nNickel"}, []string{"salut\nZut", "ciao\nZut"}, true, false},
		{"a verdict beside words drawn by lot", []string{"salut Nickel", "hola Nickel"}, []string{"salut Zut", "ciao Zut"}, true, false},
		{"a verdict whose wording is drawn by lot", []string{"identiques", "OK", "c'est le même"}, []string{"différents", "KO"}, true, false},
		{"the contrary, whose wording is drawn by lot", []string{"différents", "KO"}, []string{"identiques", "OK", "c'est le même"}, false, true},
		{"opinions drawn by lot", []string{"OK", "KO"}, []string{"OK", "KO"}, false, false},
		{"an opinion in what is drawn by lot", []string{"tout va mal\nNickel", "OK\nNickel"}, []string{"OK\nZut", "tout va bien\nZut"}, true, false},
	} {
		e := evidence{tt.same, tt.altered}
		if got := e.telling(); got != tt.tells {
			t.Errorf("%s: telling is %v", tt.name, got)
		}
		if got := e.upsideDown(); got != tt.inside {
			t.Errorf("%s: upsideDown is %v", tt.name, got)
		}
	}
}

func TestParticular(t *testing.T) {
	for _, tt := range []struct {
		name          string
		a, b, altered string
		want          bool
	}{
		{"a line of both that the altered case lacks", "x\nidentical 12\n", "y\nidentical 34\n", "x\ny\n", true},
		{"in both cases", "identical\n", "identical\n", "identical\ndifferent\n", false},
		{"a line of one run alone", "x\n", "y\n", "", false},
		{"blank lines and blanks are nothing", " \n\n same  line \n", "same line\n", "same line", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := (evidence{[]string{tt.a, tt.b}, []string{tt.altered}}).particular(); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestResembles(t *testing.T) {
	for _, tt := range []struct {
		name               string
		got, same, altered string
		want               bool
	}{
		{"the altered case", "sent different", "sent identical", "sent different", true},
		{"the identical case", "sent identical", "sent identical", "sent different", false},
		{"neither", "sent nothing", "sent identical", "sent different", false},
		{"as much of both", "identical different", "identical", "different", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := (evidence{[]string{tt.same}, []string{tt.altered}}).resembles(tt.got); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestResemblesAmongWordsDrawnByLot(t *testing.T) {
	e := evidence{[]string{"salut\nidentiques", "ciao\nidentiques"}, []string{"un deux trois\ndifférents", "quatre\ndifférents"}}
	if e.resembles("un deux trois\nidentiques") || !e.resembles("salut ciao\ndifférents") {
		t.Error("words drawn by lot count")
	}
	e = evidence{[]string{"identiques", "OK"}, []string{"différents", "KO"}}
	if e.resembles("c'est le même") || !e.resembles("pas le même") {
		t.Error("opinions do not count where words do not")
	}
}

func TestAlterChangesTheLastLetter(t *testing.T) {
	for in, want := range map[string]string{
		"abc": "abC", "fez": "feZ", "ABZ": "ABz", "a12": "A12", "abc\r\n": "abC\r\n", " 19 ": " 10 ", "été": "éTé", "\x00\x00": "\x00\x01", "!": " ", "é": "\xc3\xa8", "": "",
	} {
		got := []byte(in)
		alter(got)
		if string(got) != want {
			t.Errorf("alter(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestShows(t *testing.T) {
	for _, tt := range []struct {
		out, text string
		want      bool
	}{
		{"from 127.0.0.1:5313\n", "5313", true},
		{"from 127.0.0.1:53131\n", "5313", false},
		{"153131 then 53131", "53131", true},
		{"127.1.2.34", "127.1.2.3", false},
		{"('127.1.2.3', 5)", "127.1.2.3", true},
		{"bonjour12", "bonjour", true},
		{"12bonjour", "bonjour", true},
		{"1121", "1", false},
		{"", "x", false},
	} {
		if got := shows([]byte(tt.out), tt.text); got != tt.want {
			t.Errorf("shows(%q, %q) = %v", tt.out, tt.text, got)
		}
	}
}

func TestPlainScreensHaveNoEscapes(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"bonjour", "bonjour"},
		{"\x1b[31mb\x1b[1;32mo\x1b[0mn", "bon"},
		{"\x1b]0;title\x07bon\x1b[2J\x1b[?25ljour", "bonjour"},
		{"\x1b(Ba\x1bb", "a\x1bb"},
		{"\x1b]8;;http://a\x1b\\link", "link"},
	} {
		if got := string(plain([]byte(tt.in))); got != tt.want {
			t.Errorf("plain(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestMatchesALineEnd(t *testing.T) {
	for got, want := range map[string]bool{"hi": true, "hi\n": true, "hi\r\n": true, "hi\r": false, "hi \n": false, "hi\n\n": false, "h": false, "": false} {
		if matches(got, "hi") != want {
			t.Errorf("matches(%q) = %v", got, !want)
		}
	}
}

func TestShellQuotes(t *testing.T) {
	got := shell([]string{"client.py", "hi fellow", "", "it's", "$HOME", "été"})
	if want := `client.py 'hi fellow' '' 'it'\''s' '$HOME' été`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestCutCountsRunes(t *testing.T) {
	for in, want := range map[string]string{"été": "été", "étés": "été…", "": ""} {
		if got := cut(in, 3); got != want {
			t.Errorf("cut(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSummaryShowsBothEnds(t *testing.T) {
	long := make([]byte, 100)
	for i := range long {
		long[i] = 'a' + byte(i%26)
	}
	for in, want := range map[string]string{
		"a\r\n\t\x00\x1b": `a\r\n\t\x00\x1b`,
		"\xff\xd8été\x7f": `\xff\xd8été\x7f`,
		// No character is cut in two.
		strings.Repeat("é", 60) + "x": strings.Repeat("é", 20) + "…" + strings.Repeat("é", 5) + "x (121)",
		string(long[:80]):             string(long[:80]),
		string(long):                  string(long[:40]) + "…" + string(long[88:]) + " (100)",
	} {
		if got := summary(in); got != want {
			t.Errorf("summary(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestExitText(t *testing.T) {
	for _, tt := range []struct {
		exit   sandbox.Exit
		fr, en string
	}{
		{sandbox.Exit{}, "terminé", "ended"},
		{sandbox.Exit{Code: 3}, "terminé (code de sortie 3)", "ended (exit status 3)"},
		{sandbox.Exit{Signal: 9}, "tué (signal 9)", "killed (signal 9)"},
		{sandbox.Exit{Signal: 9, Memory: true}, "tué : plus de 256 Mio de mémoire utilisés", "killed: more than 256 MiB of memory used"},
		{sandbox.Exit{Signal: 11}, "terminé par le signal 11 (segmentation fault)", "ended by signal 11 (segmentation fault)"},
	} {
		if got := exitText(tt.exit); got.FR != tt.fr || got.EN != tt.en {
			t.Errorf("%+v: %q, %q", tt.exit, got.FR, got.EN)
		}
	}
}

// TestDiagnosisOfAClient runs echo clients against a grader that is faithful
// twice, alters a letter once and adds one once, and together with a server that doubles what
// it receives.
func TestDiagnosisOfAClient(t *testing.T) {
	b := newBench(t)
	const client = `
import socket, sys
m = sys.argv[1]
s = socket.create_connection(('localhost', 6666))
s.sendall(m.encode())
r = s.recv(500).decode()
`
	for _, tt := range []struct {
		name, says string
		lost       []string // of affirms, differ and agrees
	}{
		{"compares, in French", "print('identiques' if r == m else 'différents')", []string{"agrees"}},
		{"compares, and shows both and its port", "print('sent', repr(m), 'received', repr(r), s.getsockname(), m == r)", []string{"agrees"}},
		{"compares in colour, and no word is known", "print('\\x1b[32mJuste\\x1b[0m' if r == m else '\\x1b[31mPerdu\\x1b[0m')", []string{"agrees"}},
		{"compares on the error output", "print('OK' if r == m else 'KO', file=sys.stderr)", []string{"agrees"}},
		{"shows both, compares nothing", "print('sent', m, 'received', r)", []string{"affirms", "differ"}},
		{"always says the same", "print('the messages are identical')", []string{"differ"}},
		{"never says the same", "print('the messages are different')", []string{"affirms", "differ"}},
		{"says the contrary", "print('different' if r == m else 'identical')", []string{"affirms", "differ", "agrees"}},
		{"says nothing when they are the same", "if r != m: print('different')", []string{"affirms", "agrees"}},
		{"denies that they differ", "print('aucune différence' if r == m else 'une différence')", []string{"agrees"}},
		{"denies that they differ when they do", "print('aucune différence' if r != m else 'une différence')", []string{"affirms", "differ", "agrees"}},
		{"looks for its message in what comes back", "print('identiques' if m in r else 'différents')", []string{"differ"}},
		{"looks for it at the end", "print('identiques' if r.endswith(m) else 'différents')", []string{"differ"}},
		{"reads as much as it sent", "print('identiques' if r[:len(m)] == m else 'différents')", nil},
		{"compares the beginning", "print('identiques' if r[:4] == m[:4] else 'différents')", []string{"differ"}},
		{"shows what it received in its own way", "print('received', r.upper(), r.encode().hex(), *r, len(r) % 97)", []string{"affirms", "differ"}},
		{"says nothing when they differ", "if r == m: print('fidèle')", nil},
		{"dies when they differ", "assert r == m\nprint('ok')", []string{"agrees"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tr := b.run(t, `
word m
alter n {m}
listen h1 6666
start a client.py {m}
accept ka h1 a
reflect ka
settle a
fresh
listen h2 6666
start b client.py {n}
accept kb h2 b
reflect kb
settle b
fresh
listen h3 6666
start d client.py {m}
accept kd h3 d
reflect kd altered
settle d
fresh
listen h4 6666
start e client.py {m}
accept ke h4 e
reflect ke longer
settle e
fresh
start s server.py
listening s
start c client.py {m}
settle c
criterion one
affirms a b d
criterion two
differ a b d
differ a b e
criterion three
agrees c a b d
-- client.py --`+client+tt.says+`
-- server.py --
import socket
s = socket.create_server(('', 6666))
c, _ = s.accept()
c.sendall(2 * c.recv(500))
`)
			var lost []string
			for _, s := range tr.Steps {
				if s.Outcome != OK {
					lost = append(lost, strings.Fields(s.Source)[0])
				}
			}
			if lost = slices.Compact(lost); !slices.Equal(lost, tt.lost) {
				t.Errorf("lost %v, want %v", lost, tt.lost)
				for _, s := range tr.Steps {
					if s.Outcome != OK {
						t.Logf("line %d (%s): %s %s", s.Line, s.Source, s.Outcome, s.Saw.EN)
					}
				}
			}
		})
	}
}

// TestDiagnosisNeedsAnAnswer: a client that got nothing back has nothing to
// say, and loses that elsewhere.
func TestDiagnosisNeedsAnAnswer(t *testing.T) {
	b := newBench(t)
	check(t, b.run(t, `
listen h 6666
start a client.py
accept k h a
close k
criterion one
affirms a a a
criterion two
differ a a a
-- client.py --
import socket
s = socket.create_connection(('localhost', 6666))
print(s.recv(500))
input()
`), `
2 listen: ok
3 start: ok
4 accept: ok by event
5 close: ok
6 criterion: ok
7 affirms of one: skipped
8 criterion: ok
9 differ of two: skipped
`)
}

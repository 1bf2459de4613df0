package scenario

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// declared are the criteria of the scripts of these tests.
var declared = []string{"listen", "print", "peer"}

// files is the fixture finder of these tests: an exercise with one page.
func files(name string) ([]byte, error) {
	if name != "site/page.html" {
		return nil, errors.New("no such file")
	}
	return []byte("<p>page</p>"), nil
}

func TestCompileErrors(t *testing.T) {
	for _, tt := range []struct {
		name   string
		script string
		want   string // one line for each fault
	}{
		{"a slip in a verb", "criterion listen\nstrat s server.py", `t:2: unknown verb "strat" (did you mean "start"?)`},
		{"a verb like no other", "criterion listen\n\n\nzzzzzzzz s", `t:4: unknown verb "zzzzzzzz"`},
		{"a slip in a criterion", "# no criterion yet\ncriterion lisen", `t:2: criterion: undeclared criterion "lisen" (did you mean "listen"?) (usage: criterion ID)`},
		{"the criterion of a condition", "criterion listen\ngiven prit", `t:2: given: undeclared criterion "prit" (did you mean "print"?) (usage: given ID)`},
		{"no criterion", "word m\n", `t: tests no criterion (add a line "criterion ID")`},
		{"nothing at all", "", `t: tests no criterion (add a line "criterion ID")`},

		// What would reach the engine's own commands.
		{"a built-in behind a variable", "criterion listen\nenv X=exec\n$X rm -rf /", `t:2: unknown verb "env"
t:3: "$X" is not a verb: a line begins with a literal verb, without conditions or variables`},
		{"a built-in", "criterion listen\nexec sh", `t:2: unknown verb "exec"`},
		{"the step of a compiled script", "criterion listen\nstep 0 criterion", `t:2: unknown verb "step" (did you mean "stop"?)`},
		{"a condition", "criterion listen\n[unix] running s", `t:2: "[unix]" is not a verb: a line begins with a literal verb, without conditions or variables`},
		{"a negated condition", "criterion listen\n[!windows] running s", `t:2: "[!windows]" is not a verb: a line begins with a literal verb, without conditions or variables`},
		{"the mark of an outcome that does not matter", "criterion listen\n? running s", `t:2: "?" is not a verb: a line begins with a literal verb, without conditions or variables`},
		{"a verb in capitals", "Criterion listen", `t:1: "Criterion" is not a verb: a line begins with a literal verb, without conditions or variables`},
		{"a quoted verb with a blank", "'criterion listen'", `t:1: "criterion listen" is not a verb: a line begins with a literal verb, without conditions or variables`},

		{"a member with an absolute path", "criterion listen\n-- /etc/passwd --\nx\n", `t:2: member "/etc/passwd" is not a local path`},
		{"a member that leaves", "criterion listen\n-- a --\n1\n2\n-- ../b --\nx\n", `t:5: member "../b" is not a local path`},
		{"a member that leaves by a detour", "criterion listen\n-- a/../../b --\n", `t:2: member "a/../../b" is not a local path`},
		{"a member with a Windows path", "criterion listen\n-- a\\b --\n", `t:2: member "a\\b" is not a local path`},
		{"a member that stands there twice", "criterion listen\n-- a --\nx\n-- b --\n-- a --\ny\n", `t:5: member "a" stands there twice`},

		{"a lone backslash at the end", `criterion listen` + "\n" + `start s server.py \`, `t:2: start: "\\" ends with a lone \ (usage: start NAME FILE [ARG…])`},
		{"an unknown escape", "criterion listen\n" + `start s server.py \q`, `t:2: start: "\\q": unknown escape \q (usage: start NAME FILE [ARG…])`},
		{"a member without a name", "criterion listen\n-- --\n", `t:2: "--" is not a verb: a line begins with a literal verb, without conditions or variables`},
		{"half an octet", "criterion listen\n" + `start s server.py \x4`, `t:2: start: "\\x4": \x wants two hexadecimal digits (usage: start NAME FILE [ARG…])`},
		{"no octet", "criterion listen\n" + `start s server.py \xzz`, `t:2: start: "\\xzz": \x wants two hexadecimal digits (usage: start NAME FILE [ARG…])`},
		{"a brace left open", "criterion listen\nstart s server.py {m", `t:2: start: "{m": { is not closed (write \{ for the character) (usage: start NAME FILE [ARG…])`},
		{"a quote left open", "criterion listen\nstart s 'server.py", `t:2: a quote (') is not closed`},
		{"a doubled quote does not close", "criterion listen\nstart s 'server.py''", `t:2: a quote (') is not closed`},

		{"a program that was not started", "start s server.py\ncriterion listen\nlistening z", `t:3: listening: unknown program "z" (usage: [!] listening NAME [PORT])`},
		{"a slip in a program", "start server server.py\ncriterion listen\nlistening sever", `t:3: listening: unknown program "sever" (did you mean "server"?) (usage: [!] listening NAME [PORT])`},
		{"a program that is started later", "criterion listen\nrunning s\nstart s server.py", `t:2: running: unknown program "s" (usage: running NAME)`},
		{"a connection that was not made", "criterion listen\nsend c x", `t:2: send: unknown connection "c" (usage: send CONN DATA)`},
		{"a program is no connection", "criterion listen\nstart s server.py\nsend s x", `t:3: send: unknown connection "s" (usage: send CONN DATA)`},
		{"an answer that was not asked for", "criterion listen\nstatus r 200", `t:2: status: unknown answer "r" (usage: [!] status ANSWER CODE…)`},
		{"a server that does not listen", "criterion listen\nstart c client.py\naccept k h c", `t:3: accept: unknown server "h" (usage: [!] accept CONN SERVER NAME)`},
		{"a variable that was not set", "criterion listen\nstart s server.py {m}", `t:2: start: no variable {m} (usage: start NAME FILE [ARG…])`},
		{"the port of a connection that was not made", "criterion listen\nstart s server.py\nprinted s {c1_port}", `t:3: printed: no variable {c1_port} (usage: [!] printed NAME TEXT…)`},
		{"a file that is not there", "criterion listen\nstart s server.py\nconnect c s\nsend c @site/pag.html", `t:4: send: no file "site/pag.html": no such file (usage: send CONN DATA)`},
		{"a file from elsewhere", "criterion listen\nstart s server.py\nconnect c s\nsend c @../secret", `t:4: send: @../secret is not a local path (usage: send CONN DATA)`},
		{"a bad new name", "criterion listen\nstart S2 server.py", `t:2: start: "S2" is no name for a program (lower case letters and digits) (usage: start NAME FILE [ARG…])`},
		{"a port that is no number", "criterion listen\nstart s server.py\nlistening s http", `t:3: listening: "http" is not a number (usage: [!] listening NAME [PORT])`},
		{"a negative number", "criterion listen\ntext t -1", `t:2: text: "-1" is not a number (usage: text VAR LENGTH)`},

		{"! where it means nothing", "criterion listen\n! start s server.py", `t:2: start cannot be negated (usage: start NAME FILE [ARG…])`},
		{"! of a criterion", "! criterion listen", `t:1: criterion cannot be negated (usage: criterion ID)`},
		{"! alone", "criterion listen\n!", `t:2: ! without a verb`},
		{"! twice", "criterion listen\nstart s server.py\n! ! printed s x", `t:3: "!" is not a verb: a line begins with a literal verb, without conditions or variables`},

		{"too few arguments", "criterion listen\nstart s", `t:2: usage: start NAME FILE [ARG…]`},
		{"too many arguments", "criterion listen peer", `t:1: usage: criterion ID`},
		{"arguments for a verb that has none", "criterion listen\nfresh air", `t:2: usage: fresh`},
		{"a comment is no argument", "criterion # listen", `t:1: usage: criterion ID`},

		{
			"every fault at once, in Windows line ends", "criterion lsten\r\n\r\nfrsh\r\nstart s\r\n",
			`t:1: criterion: undeclared criterion "lsten" (did you mean "listen"?) (usage: criterion ID)
t:3: unknown verb "frsh" (did you mean "fresh"?)
t:4: usage: start NAME FILE [ARG…]`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Compile("t", []byte(tt.script), declared, files)
			if err == nil || s != nil {
				t.Fatalf("it compiles: %+v", s)
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCompile(t *testing.T) {
	s, err := Compile("t", []byte(`# A comment, and blanks before a line.
	word m
start s server.py 'it''s a file' # a comment
criterion print

connect c s
send c @page
! printed s 'a  b' '#' x#y '' {c_ip}:{c_port}
criterion listen
listening s 06666
criterion print
send c @site/page.html
-- page --
one
two
`), declared, files)
	if err != nil {
		t.Fatal(err)
	}
	want := &Script{
		Name:     "t",
		Criteria: []string{"print", "listen"},
		fixtures: map[string][]byte{"page": []byte("one\ntwo\n"), "site/page.html": []byte("<p>page</p>")},
		lines: []line{
			{number: 2, source: "word m", verb: "word", args: []string{"m"}},
			{number: 3, source: "start s server.py 'it''s a file' # a comment", verb: "start", args: []string{"s", "server.py", "it's a file"}},
			{number: 4, source: "criterion print", verb: "criterion", args: []string{"print"}},
			{number: 6, source: "connect c s", verb: "connect", args: []string{"c", "s"}},
			{number: 7, source: "send c @page", verb: "send", args: []string{"c", "@page"}},
			{number: 8, source: "! printed s 'a  b' '#' x#y '' {c_ip}:{c_port}", neg: true, verb: "printed", args: []string{"s", "a  b", "#", "x#y", "", "{c_ip}:{c_port}"}},
			{number: 9, source: "criterion listen", verb: "criterion", args: []string{"listen"}},
			{number: 10, source: "listening s 06666", verb: "listening", args: []string{"s", "06666"}},
			{number: 11, source: "criterion print", verb: "criterion", args: []string{"print"}},
			{number: 12, source: "send c @site/page.html", verb: "send", args: []string{"c", "@site/page.html"}},
		},
		text: []byte("\nstep 0 word\nstep 1 start\nstep 2 criterion\n\nstep 3 connect\nstep 4 send\n! step 5 printed\nstep 6 criterion\nstep 7 listening\nstep 8 criterion\nstep 9 send\n"),
	}
	if diff := cmp.Diff(want, s, cmp.AllowUnexported(Script{}, line{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestUnescape(t *testing.T) {
	got, err := unescape(`a\r\n\t\0\\\{m}\'\xe9\xFF{m}{n}.`, func(name string) (string, bool) { return "<" + name + `\n{x}>`, true })
	want := "a\r\n\t\x00\\{m}'\xe9\xff" + `<m\n{x}>` + `<n\n{x}>` + "."
	if err != nil || got != want {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

// compiled is all that a compiled script says to the engine.
var compiled = regexp.MustCompile(`^((! )?step [0-9]+ [a-z]+)?$`)

func FuzzCompile(f *testing.F) {
	names, err := filepath.Glob("../../scripts/*/*.txtar")
	if err != nil || len(names) == 0 {
		f.Fatal("no scripts to begin with", err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	f.Add("-- --") // has no name
	f.Add("criterion listen\n-- step --\n-- ../x --\n")
	f.Add("criterion\tlisten\r\n! criterion listen\r\n'criterion' listen # \\x00\n")
	all := func(string) ([]byte, error) { return nil, nil }
	f.Fuzz(func(t *testing.T, script string) {
		s, err := Compile("t", []byte(script), declared, all)
		if err != nil {
			for l := range strings.Lines(err.Error()) {
				if strings.TrimSpace(l) == "t:" {
					t.Errorf("an error that says nothing: %q", err)
				}
			}
			return
		}
		steps := 0
		for l := range strings.Lines(string(s.text)) {
			l = strings.TrimSuffix(l, "\n")
			if !compiled.MatchString(l) {
				t.Errorf("the engine would run %q", l)
			}
			if l != "" {
				steps++
			}
		}
		if steps != len(s.lines) {
			t.Errorf("%d steps for %d lines", steps, len(s.lines))
		}
		if members := txtar.Parse(s.text).Files; members != nil {
			t.Errorf("the engine would unpack %v", members)
		}
		for name := range s.fixtures {
			if !filepath.IsLocal(name) {
				t.Errorf("fixture %q is not local", name)
			}
		}
	})
}

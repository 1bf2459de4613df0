package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/tools/txtar"
)

// Script is a compiled scenario, ready to Run.
type Script struct {
	Name     string            // file name without .txtar
	Criteria []string          // the criteria it tests, in the order they first appear
	fixtures map[string][]byte // members, and files of the exercise that it names
	lines    []line
	text     []byte // for testscript: every line became "step N verb …"
}

// line is one line of a script.
type line struct {
	number int
	source string // as its author wrote it
	neg    bool
	verb   string
	args   []string
}

// Fixture finds a file that a script names with @; name is a local path.
type Fixture func(name string) ([]byte, error)

// Compile checks a scenario and prepares it. criterion tells whether an ID is
// declared; fixture finds files that are not members of the script. The error
// lists every fault found, each with its line number.
func Compile(name string, data []byte, criteria []string, fixture Fixture) (*Script, error) {
	ar := txtar.Parse(data)
	s := &Script{Name: name, fixtures: map[string][]byte{}}
	var errs []error
	at := bytes.Count(ar.Comment, []byte("\n")) + 1 // the line of a member's name
	for _, f := range ar.Files {
		_, twice := s.fixtures[f.Name]
		switch {
		case !filepath.IsLocal(f.Name) || strings.Contains(f.Name, "\\"):
			errs = append(errs, fmt.Errorf("%s:%d: member %q is not a local path", name, at, f.Name))
		case twice:
			errs = append(errs, fmt.Errorf("%s:%d: member %q stands there twice", name, at, f.Name))
		}
		s.fixtures[f.Name] = f.Data
		at += 1 + bytes.Count(f.Data, []byte("\n"))
	}
	c := &checker{script: s, criteria: criteria, fixture: fixture, names: map[kind]map[string]bool{}}
	var text strings.Builder
	number := 0
	for src := range strings.Lines(string(ar.Comment)) {
		number++
		src = strings.TrimRight(src, "\r\n")
		l, err := parseLine(number, src)
		if err == nil && l != nil {
			err = c.check(l)
		}
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("%s:%d: %w", name, number, err))
		case l != nil:
			s.lines = append(s.lines, *l)
			// The arguments are handed over by number: what the script says never
			// reaches testscript's own expansion, conditions or built-ins.
			if l.neg {
				text.WriteString("! ")
			}
			fmt.Fprintf(&text, "step %d %s", len(s.lines)-1, l.verb)
		}
		text.WriteByte('\n')
	}
	if len(s.Criteria) == 0 && len(errs) == 0 {
		errs = append(errs, fmt.Errorf("%s: tests no criterion (add a line %q)", name, "criterion ID"))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	s.text = []byte(text.String())
	return s, nil
}

var verbWord = regexp.MustCompile(`^[a-z]+$`)

// parseLine splits one line; it returns nil for an empty line or a comment.
func parseLine(number int, src string) (*line, error) {
	words, err := split(src)
	if err != nil || len(words) == 0 {
		return nil, err
	}
	l := &line{number: number, source: strings.TrimSpace(src)}
	if words[0] == "!" {
		l.neg = true
		words = words[1:]
		if len(words) == 0 {
			return nil, errors.New("! without a verb")
		}
	}
	if !verbWord.MatchString(words[0]) {
		return nil, fmt.Errorf("%q is not a verb: a line begins with a literal verb, without conditions or variables", words[0])
	}
	l.verb, l.args = words[0], words[1:]
	return l, nil
}

// split splits a line into words as testscript does: blanks separate, single
// quotes hold blanks, two single quotes within quotes stand for one, and #
// begins a comment.
func split(src string) ([]string, error) {
	var words []string
	var word strings.Builder
	inWord, quoted := false, false
	for i := 0; i < len(src); i++ {
		ch := src[i]
		switch {
		case quoted && ch == '\'' && i+1 < len(src) && src[i+1] == '\'':
			word.WriteByte('\'')
			i++
		case ch == '\'':
			quoted = !quoted
			inWord = true
		case quoted:
			word.WriteByte(ch)
		case ch == ' ' || ch == '\t':
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
		case ch == '#' && !inWord:
			return words, nil
		default:
			word.WriteByte(ch)
			inWord = true
		}
	}
	if quoted {
		return nil, errors.New("a quote (') is not closed")
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}

// kind is what an argument of a verb must be.
type kind string

const (
	aCriterion kind = "criterion"
	aProgram   kind = "program"
	aConn      kind = "connection"
	aServer    kind = "server"
	anAnswer   kind = "answer"
	aVariable  kind = "variable"
	newProgram kind = "new program"
	newConn    kind = "new connection"
	newServer  kind = "new server"
	newAnswer  kind = "new answer"
	newVar     kind = "new variable"
	aNumber    kind = "number"
	someText   kind = "text"  // escapes and {variables}
	aFixture   kind = "@file" // or text
)

// made tells what a kind of name makes known.
var made = map[kind]kind{newProgram: aProgram, newConn: aConn, newServer: aServer, newAnswer: anAnswer, newVar: aVariable}

type checker struct {
	script   *Script
	criteria []string
	fixture  Fixture
	names    map[kind]map[string]bool
}

func (c *checker) check(l *line) error {
	v, ok := verbs[l.verb]
	if !ok {
		return fmt.Errorf("unknown verb %q%s", l.verb, didYouMean(l.verb, verbNames()))
	}
	if l.neg && !v.negates {
		return fmt.Errorf("%s cannot be negated (usage: %s)", l.verb, v.usage)
	}
	if len(l.args) < v.min || v.rest == "" && len(l.args) > len(v.args) {
		return fmt.Errorf("usage: %s", v.usage)
	}
	for i, a := range l.args {
		k := v.rest
		if i < len(v.args) {
			k = v.args[i]
		}
		if err := c.argument(k, a); err != nil {
			return fmt.Errorf("%s: %w (usage: %s)", l.verb, err, v.usage)
		}
	}
	return nil
}

var nameWord = regexp.MustCompile(`^[a-z][a-z0-9]*$`)

func (c *checker) argument(k kind, a string) error {
	if to, ok := made[k]; ok {
		if !nameWord.MatchString(a) {
			return fmt.Errorf("%q is no name for a %s (lower case letters and digits)", a, to)
		}
		if c.names[to] == nil {
			c.names[to] = map[string]bool{}
		}
		c.names[to][a] = true
		return nil
	}
	switch k {
	case aCriterion:
		for _, id := range c.criteria {
			if id == a {
				c.addCriterion(a)
				return nil
			}
		}
		return fmt.Errorf("undeclared criterion %q%s", a, didYouMean(a, c.criteria))
	case aNumber:
		if n, err := strconv.Atoi(a); err != nil || n < 0 {
			return fmt.Errorf("%q is not a number", a)
		}
	case aProgram, aConn, aServer, anAnswer, aVariable:
		if !c.names[k][a] {
			return fmt.Errorf("unknown %s %q%s", k, a, didYouMean(a, keys(c.names[k])))
		}
	case someText:
		_, err := unescape(a, func(name string) (string, bool) { return "", c.variable(name) })
		return err
	case aFixture:
		name, ok := strings.CutPrefix(a, "@")
		if !ok {
			return c.argument(someText, a)
		}
		return c.load(name)
	}
	return nil
}

// variable tells whether an earlier line sets a variable: a word, a text, what
// was received, or the address and port that a connection comes from.
func (c *checker) variable(name string) bool {
	if c.names[aVariable][name] {
		return true
	}
	conn, ok := strings.CutSuffix(name, "_ip")
	if !ok {
		conn, ok = strings.CutSuffix(name, "_port")
	}
	return ok && c.names[aConn][conn]
}

func (c *checker) addCriterion(id string) {
	for _, have := range c.script.Criteria {
		if have == id {
			return
		}
	}
	c.script.Criteria = append(c.script.Criteria, id)
}

func (c *checker) load(name string) error {
	if _, ok := c.script.fixtures[name]; ok {
		return nil
	}
	if !filepath.IsLocal(name) {
		return fmt.Errorf("@%s is not a local path", name)
	}
	if c.fixture == nil {
		return fmt.Errorf("no file %q", name)
	}
	data, err := c.fixture(name)
	if err != nil {
		return fmt.Errorf("no file %q: %w", name, err)
	}
	c.script.fixtures[name] = data
	return nil
}

// unescape replaces \r \n \t \0 \\ \{ \xHH and {variable} in a DATA argument.
func unescape(s string, value func(name string) (string, bool)) (string, error) {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			if i+1 == len(s) {
				return "", fmt.Errorf("%q ends with a lone \\", s)
			}
			i++
			switch s[i] {
			case 'r':
				out.WriteByte('\r')
			case 'n':
				out.WriteByte('\n')
			case 't':
				out.WriteByte('\t')
			case '0':
				out.WriteByte(0)
			case '\\', '{', '\'':
				out.WriteByte(s[i])
			case 'x':
				if i+2 >= len(s) {
					return "", fmt.Errorf("%q: \\x wants two hexadecimal digits", s)
				}
				n, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
				if err != nil {
					return "", fmt.Errorf("%q: \\x wants two hexadecimal digits", s)
				}
				out.WriteByte(byte(n))
				i += 2
			default:
				return "", fmt.Errorf("%q: unknown escape \\%c", s, s[i])
			}
		case '{':
			end := strings.IndexByte(s[i:], '}')
			if end < 0 {
				return "", fmt.Errorf("%q: { is not closed (write \\{ for the character)", s)
			}
			name := s[i+1 : i+end]
			v, ok := value(name)
			if !ok {
				return "", fmt.Errorf("no variable {%s}", name)
			}
			out.WriteString(v)
			i += end
		default:
			out.WriteByte(s[i])
		}
	}
	return out.String(), nil
}

func keys(m map[string]bool) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	return out
}

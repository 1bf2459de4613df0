package report

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"netlab/grader/scenario"
)

// The limits of what a person is asked to do by hand.
const (
	maxVisits = 4  // connections
	maxTyped  = 60 // bytes of one message
)

// again says how to do what a timeline shows with the tools of every machine:
// telnet, curl, nc. Each string is one thing to do; none means that nothing
// simple comes near it. What came after the failed step of t is left out; t and
// failed are nil where there is none.
func again(timeline []scenario.Event, t *scenario.Trace, failed *scenario.Step, w words) []string {
	timeline = upTo(timeline, t, failed)
	timeline, others := oneStart(timeline)
	c := castOf(timeline, w)
	visits := visitsOf(timeline, c)
	var out []string
	do := func(format, what string) {
		if len(out) == 0 {
			out = append(out, what)
			return
		}
		out = append(out, fmt.Sprintf(format, what))
	}
	terminal, another := w.elsewhere, w.elsewhere // for the next command
	last, files := filesFor(visits, t)
	for _, f := range files {
		do(w.then, fmt.Sprintf(w.layFile, serverFile(timeline, c), w.aFile(f), f.name))
		terminal, another = w.then, w.elsewhereThere
	}
	begun, closed := map[string]bool{}, map[string]bool{}
	starts, visited, answered := 0, 0, false
	for _, e := range timeline {
		switch e.Kind {
		case scenario.KindListen:
			if port := portIn(e.Note.In(w.lang)); e.Program == "" && port != "" && !begun["nc"] {
				begun["nc"] = true
				var play string
				play, answered = playing(timeline, c, port)
				do(w.then, play)
			}
		case scenario.KindStart:
			what := launch(e.Note.In(w.lang))
			if what == "" {
				return nil
			}
			if begun[what] {
				if starts++; starts >= maxVisits {
					return append(out, w.andSoOn)
				}
				do(w.then, fmt.Sprintf(w.restart, what))
				continue
			}
			begun[what] = true
			do(terminal, what)
			terminal = another
		case scenario.KindType:
			if typed, ok := typeable(e.Data); ok && typed != "" {
				do(w.then, fmt.Sprintf(w.typesOn, typed, c.program(e.Program)))
			}
		case scenario.KindConnect:
			if c.serves[e.Conn] {
				continue
			}
			v := visits[0]
			visits = visits[1:]
			if visited++; visited > maxVisits {
				return append(out, w.andSoOn)
			}
			todo := v.do(w)
			if len(todo) == 0 {
				return nil
			}
			do(terminal, todo[0])
			out = append(out, todo[1:]...)
			terminal = w.then
			if visited == last {
				out = append(out, fmt.Sprintf(w.compare, w.receivedFile(v.file)+" "+shellQuote(v.file.name)))
			}
		case scenario.KindSend:
			if typed, ok := typeable(e.Data); ok && typed != "" && c.serves[e.Conn] && !answered {
				do(w.then, fmt.Sprintf(w.answers, typed))
			}
		case scenario.KindEnd:
			// nc does not close a connection by itself.
			if c.serves[e.Conn] && !closed[e.Conn] {
				closed[e.Conn] = true
				do(w.then, w.ncCloses)
			}
		}
	}
	if len(begun) == 0 {
		return nil
	}
	if others {
		out[len(out)-1] += " " + w.otherArguments
	}
	return out
}

// playing says how to play the server that the grader was, and whether that
// answers by itself, to the letter: nc adds an end of line to what is typed.
func playing(timeline []scenario.Event, c cast, port string) (command string, answers bool) {
	came, went := map[string][]byte{}, map[string][]byte{}
	var sends [][]byte
	clients := 0
	for _, e := range timeline {
		switch {
		case !c.serves[e.Conn]:
		case e.Kind == scenario.KindConnect:
			clients++
		case e.Kind == scenario.KindReceive:
			came[e.Conn] = append(came[e.Conn], e.Data...)
		case e.Kind == scenario.KindSend:
			went[e.Conn] = append(went[e.Conn], e.Data...)
			sends = append(sends, e.Data)
		}
	}
	listen := "nc -l " + port
	if clients > 1 {
		listen = "nc -lk " + port // or it would end with the first one
	}
	if len(sends) == 1 && len(sends[0]) <= maxTyped {
		typed, ok := typeable(sends[0])
		if ok && typed+"\n" == string(sends[0]) {
			return "`" + listen + "`", false
		}
		return "`printf " + printfQuote(sends[0]) + " | " + listen + "`", true
	}
	if len(sends) > 0 && port == "6666" && maps.EqualFunc(came, went, bytes.Equal) {
		return "`grader reference echo server`", true
	}
	return "`" + listen + "`", false
}

// launch makes the command that a person would type of what was started: a
// file with its arguments, or an interpreter's whole path before them.
func launch(started string) string {
	first, rest, _ := strings.Cut(EscapeText(started), " ")
	switch {
	case strings.HasSuffix(first, ".py") && !strings.Contains(first, "/"):
		first = "python3 " + first
	case strings.HasPrefix(path.Base(first), "python"):
		first = "python3"
	}
	command := strings.TrimSpace(first + " " + rest)
	if command == "" || strings.Contains(command, "`") {
		return ""
	}
	return "`" + command + "`"
}

// visit is one connection that the grader made.
type visit struct {
	port  string
	sends [][]byte
	file  *laidFile // what it asks for, nil when that was not there
}

// visitsOf gathers the connections that the grader made, and what it sent on them.
func visitsOf(timeline []scenario.Event, c cast) []visit {
	var out []visit
	listening := ""
	last := map[string]int{} // the connection's name: its visit
	for _, e := range timeline {
		switch e.Kind {
		case scenario.KindListen:
			if e.Program != "" && portIn(e.Note.In(c.lang)) != "" {
				listening = portIn(e.Note.In(c.lang))
			}
		case scenario.KindConnect:
			if c.serves[e.Conn] {
				delete(last, e.Conn)
				continue
			}
			port := portIn(e.Note.In(c.lang))
			if port == "" {
				port = listening
			}
			last[e.Conn] = len(out)
			out = append(out, visit{port: port})
		case scenario.KindSend:
			if i, ok := last[e.Conn]; ok {
				out[i].sends = append(out[i].sends, e.Data)
			}
		}
	}
	return out
}

// request is the first line of an HTTP request.
var request = regexp.MustCompile(`^([A-Z]{1,16}) (/\S*) HTTP/(1\.[01])\r?\n`)

// do says how to make the visit by hand, nil when there is no simple way.
func (v visit) do(w words) []string {
	if v.port == "" {
		return nil
	}
	whole := bytes.Join(v.sends, nil)
	if m := request.FindSubmatch(whole); m != nil {
		content := ""
		if v.file != nil {
			content = w.receivedFile(v.file)
		}
		return curl(string(m[1]), string(m[2]), string(m[3]), v.port, content)
	}
	if bytes.HasPrefix(whole, []byte("GET ")) {
		return nil
	}
	if len(v.sends) == 0 {
		return []string{fmt.Sprintf(w.opens, v.port), w.leaves}
	}
	if bytes.HasSuffix(whole, []byte("\n")) || len(whole) > maxTyped {
		todo := []string{fmt.Sprintf(w.opens, v.port)}
		for _, line := range bytes.SplitAfter(bytes.TrimSuffix(whole, []byte("\n")), []byte("\n")) {
			typed, ok := typeable(line)
			switch {
			case !ok && len(line) > maxTyped:
				todo = append(todo, fmt.Sprintf(w.sendsBytes, w.bytes(int64(len(line)))))
			case !ok:
				return printf(whole, v.port)
			case typed == "":
				todo = append(todo, w.typesHere)
			default:
				todo = append(todo, fmt.Sprintf(w.types, typed))
			}
			if len(todo) > maxVisits {
				return append(todo, w.andSoOn)
			}
		}
		return todo
	}
	return printf(whole, v.port)
}

// typeable returns a line without its end as a person can type it on a
// keyboard, and whether that is possible.
func typeable(line []byte) (string, bool) {
	line = bytes.TrimRight(line, "\r\n")
	if len(line) > maxTyped || !utf8.Valid(line) || bytes.IndexByte(line, '`') >= 0 {
		return "", false
	}
	s := string(line)
	return s, EscapeText(s) == s
}

// curl makes the same HTTP request. Only the request line counts: what other
// header lines there were, the conversation shows. What comes goes into the file
// called content, if there is to be one: curl shows no picture on a terminal.
func curl(method, target, version, port, content string) []string {
	command := "curl -v"
	if content != "" {
		command += " -o " + content
	}
	switch method {
	case "GET":
	case "HEAD":
		command += " --head"
	default:
		command += " -X " + method
	}
	if version == "1.0" {
		command += " --http1.0"
	}
	if strings.Contains(target, "..") {
		command += " --path-as-is" // curl would take the dots out
	}
	if len(target) > 2*maxTyped || strings.ContainsAny(target, "`[]{}") || EscapeText(target) != target {
		return nil
	}
	return []string{"`" + command + " " + shellQuote("http://localhost:"+port+target) + "`"}
}

// printf sends bytes without an end of line, which telnet would add.
func printf(data []byte, port string) []string {
	if len(data) > maxTyped {
		return nil
	}
	return []string{"`printf " + printfQuote(data) + " | nc localhost " + port + "`"}
}

// printfQuote writes bytes as the one argument with which printf writes them.
func printfQuote(data []byte) string {
	var b strings.Builder
	for _, c := range data {
		switch {
		case c == '%':
			b.WriteString("%%")
		case c < ' ' || c > '~' || strings.IndexByte("'\\`", c) >= 0:
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	return "'" + b.String() + "'"
}

// harmless is what no shell gives a meaning to.
var harmless = regexp.MustCompile(`^[A-Za-z0-9_./:@%+=,-]+$`)

func shellQuote(s string) string {
	if harmless.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

var (
	colonPort = regexp.MustCompile(`:([0-9]{1,5})\b`)
	anyPort   = regexp.MustCompile(`(?:^|[^0-9.])([0-9]{2,5})\b`)
)

// portIn finds the port in a note: that of its last address, or else its first
// number that can be one.
func portIn(note string) string {
	if all := colonPort.FindAllStringSubmatch(note, -1); all != nil {
		return all[len(all)-1][1]
	}
	if m := anyPort.FindStringSubmatch(note); m != nil {
		return m[1]
	}
	return ""
}

package course

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"

	"netlab/grader/lang"
	"netlab/grader/spelling"
)

// typeError is how the decoder writes that a value is of the wrong type.
var typeError = regexp.MustCompile(`^toml: line ([0-9]+) \(last key "([^"]*)"\): (.*)$`)

// document is a TOML file, for errors that name its lines.
type document struct {
	name string
	data []byte
}

// decode reads the document into v. known lists the keys that each table may
// have, by the table's path ("" is the top), nil for any; any other one is an
// error, with the line that it is on and what was probably meant.
func (d document) decode(v any, known map[string][]string) []error {
	meta, err := toml.NewDecoder(bytes.NewReader(d.data)).Decode(v)
	if err != nil {
		var parse toml.ParseError
		if errors.As(err, &parse) {
			return []error{d.at(parse.Position.Line, tomlError(parse.Message))}
		}
		if m := typeError.FindStringSubmatch(err.Error()); m != nil {
			line, _ := strconv.Atoi(m[1])
			return []error{d.at(line, lang.Errorf("%s : %w", "%s: %w", m[2], tomlError(m[3])))}
		}
		return []error{d.at(0, err)}
	}
	var faults []error
	// The decoder passes over what is no table where a map is wanted.
	for _, path := range slices.Sorted(maps.Keys(known)) {
		if kind := meta.Type(path); known[path] == nil && kind != "" && kind != "Hash" {
			faults = append(faults, d.at(d.line("", path), lang.Errorf("%s : il faut %s et non %s", "%s: expected %s, not %s", path, typeName("map"), typeName(strings.ToLower(kind)))))
		}
	}
	var told []string
	for _, key := range meta.Undecoded() {
		path := strings.Join(key, ".")
		if slices.ContainsFunc(told, func(t string) bool { return path == t || strings.HasPrefix(path, t+".") }) {
			continue // its table was told already, or it stands there more than once
		}
		told = append(told, path)
		last := key[len(key)-1]
		suggestion := lang.DidYouMean(spelling.Nearest(last, known[strings.Join(key[:len(key)-1], ".")]))
		for _, line := range d.lines(key) {
			faults = append(faults, d.at(line, lang.Errorf("clé inconnue : %q%s", "unknown key %q%s", last, suggestion)))
		}
	}
	return faults
}

// at says what line an error is about; 0 is no line in particular.
func (d document) at(line int, err error) error {
	place := d.name
	if line > 0 {
		place = fmt.Sprintf("%s:%d", d.name, line)
	}
	return lang.Errorf("%s : %w", "%s: %w", place, err)
}

var (
	wrongType = regexp.MustCompile(`^incompatible types: TOML value has type (.*); destination has type (.*)$`)
	noTable   = regexp.MustCompile(`^type mismatch for .*: expected table but found (.*)$`)
	twice     = regexp.MustCompile(`^Key '(.*)' has already been defined\.$`)
)

// tomlError is an error of the decoder in both languages.
func tomlError(message string) error {
	if message == errDeadline.Error() {
		return errDeadline
	}
	if m := wrongType.FindStringSubmatch(message); m != nil {
		return lang.Errorf("il faut %s et non %s", "expected %s, not %s", typeName(m[2]), typeName(m[1]))
	}
	if m := noTable.FindStringSubmatch(message); m != nil {
		return lang.Errorf("il faut %s et non %s", "expected %s, not %s", typeName("map"), typeName(m[1]))
	}
	if m := twice.FindStringSubmatch(message); m != nil {
		return lang.Errorf("la clé %q est là deux fois : n'en gardez qu'une", "the key %q is there twice: keep one", m[1])
	}
	return lang.Errorf("ce n'est pas du TOML (%s) : une clé, = et une valeur ; un texte est entre guillemets",
		"not TOML (%s): a key, = and a value; a text is in quotes", message)
}

// typeName says what the decoder calls a type.
func typeName(name string) lang.Text {
	switch {
	case name == "string":
		return lang.T("un texte entre guillemets", "a text in quotes")
	case strings.HasPrefix(name, "int"):
		return lang.T("un nombre entier", "an integer")
	case strings.HasPrefix(name, "float"):
		return lang.T("un nombre", "a number")
	case strings.HasPrefix(name, "bool"):
		return lang.T("true ou false", "true or false")
	case strings.HasPrefix(name, "map"):
		return lang.T("une table (un nom qui a un point est entre guillemets)", "a table (a name with a dot in it is in quotes)")
	case name == "slice", name == "array", name == "arrayhash", strings.HasPrefix(name, "[]"):
		return lang.T("une liste", "a list")
	case name == "time.Time", name == "datetime":
		return lang.T("une date", "a date")
	}
	return lang.T(name, name)
}

// lines returns the lines that a key is on, at least one; 0 when it cannot be
// told.
func (d document) lines(key toml.Key) []int {
	var out []int
	d.scan(func(line int, table, name, rest string) {
		if table != "" {
			table += "."
		}
		full := strings.Join(key, ".")
		switch {
		case name == "" && table == full+".": // the key is a table
			out = append(out, line)
		case name != "" && table+name == full:
			out = append(out, line)
		case name != "" && strings.HasPrefix(full, table+name+".") && strings.Contains(rest, key[len(key)-1]): // in an inline table
			out = append(out, line)
		}
	})
	if out == nil {
		return []int{0}
	}
	return out
}

// line returns the first line that the key name of a table is on, or 0.
func (d document) line(table, name string) int {
	key := toml.Key{name}
	if table != "" {
		key = toml.Key{table, name}
	}
	return d.lines(key)[0]
}

// tables returns the lines of the headers [[name]] or [name], in order.
func (d document) tables(name string) []int {
	var out []int
	d.scan(func(line int, table, key, _ string) {
		if key == "" && table == name {
			out = append(out, line)
		}
	})
	return out
}

// scan goes through the lines that have a table's header (name is empty) or a
// key. It knows as much of TOML as these files use: one that spreads a string
// over lines may get a wrong line number into an error, and nothing worse.
func (d document) scan(see func(line int, table, name, rest string)) {
	table := ""
	n := 0
	for text := range strings.Lines(string(d.data)) {
		n++
		text = strings.TrimSpace(text)
		if strings.HasPrefix(text, "[") {
			header, _, _ := strings.Cut(strings.TrimLeft(text, "["), "]")
			table = strings.TrimSpace(header)
			see(n, table, "", "")
			continue
		}
		name, rest, ok := strings.Cut(text, "=")
		if name = strings.Trim(strings.TrimSpace(name), `"'`); ok && name != "" && !strings.HasPrefix(name, "#") {
			see(n, table, name, rest)
		}
	}
}

package junit_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// element says what the schemas want of an element: "JUnit.xsd" of
// windyroad/JUnit-Schema, the stricter of the two, with the attribute skipped,
// which both have.
type element struct {
	required   []string // attributes
	optional   []string
	children   []string // in this order
	mandatory  []string // children that must be there, once
	repeatable []string // children that may be there many times
	choice     bool     // one child at most
}

func schema() map[string]element {
	return map[string]element{
		"testsuites": {children: []string{"testsuite"}, repeatable: []string{"testsuite"}},
		"testsuite": {
			required: []string{"name", "id", "package", "timestamp", "hostname", "tests", "failures", "errors", "time"}, optional: []string{"skipped"},
			children: []string{"properties", "testcase", "system-out", "system-err"}, mandatory: []string{"properties", "system-out", "system-err"}, repeatable: []string{"testcase"},
		},
		"properties": {children: []string{"property"}, repeatable: []string{"property"}},
		"property":   {required: []string{"name", "value"}},
		"testcase":   {required: []string{"name", "classname", "time"}, children: []string{"skipped", "error", "failure"}, choice: true},
		"skipped":    {optional: []string{"message"}},
		"error":      {required: []string{"type"}, optional: []string{"message"}},
		"failure":    {required: []string{"type"}, optional: []string{"message"}},
		"system-out": {},
		"system-err": {},
	}
}

var (
	dateTime = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$`)
	decimal  = regexp.MustCompile(`^[0-9]+\.[0-9]+$`)
	integer  = regexp.MustCompile(`^[0-9]+$`)
)

// conforms checks a document against the schemas and the limits of readers.
func conforms(doc []byte) error {
	if !utf8.Valid(doc) {
		return errors.New("not UTF-8")
	}
	if i := bytes.IndexFunc(doc, func(r rune) bool {
		return r < ' ' && r != '\n' && r != '\t' || r == 0xfffe || r == 0xffff || r == utf8.RuneError
	}); i >= 0 {
		return fmt.Errorf("a character that XML forbids, at byte %d", i)
	}
	rules := schema()
	d := xml.NewDecoder(bytes.NewReader(doc))
	type open struct {
		name string
		kids []string
		size int
	}
	var stack []open
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			name := tok.Name.Local
			rule, known := rules[name]
			if !known {
				return fmt.Errorf("element %s", name)
			}
			if len(stack) == 0 && name != "testsuites" {
				return fmt.Errorf("root %s", name)
			}
			if len(stack) > 0 {
				top := &stack[len(stack)-1]
				top.kids = append(top.kids, name)
			}
			if err := attributes(tok, rule); err != nil {
				return err
			}
			stack = append(stack, open{name: name})
		case xml.CharData:
			if len(stack) == 0 {
				continue
			}
			top := &stack[len(stack)-1]
			top.size += len(tok)
			if mixed := !slices.Contains([]string{"error", "failure", "system-out", "system-err"}, top.name); mixed && strings.TrimSpace(string(tok)) != "" {
				return fmt.Errorf("text in %s", top.name)
			}
			if top.size > 64<<10 {
				return fmt.Errorf("%d bytes of text in %s", top.size, top.name)
			}
		case xml.EndElement:
			top := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if err := children(top.name, top.kids, rules[top.name]); err != nil {
				return err
			}
		}
	}
}

func attributes(tok xml.StartElement, rule element) error {
	has := map[string]string{}
	for _, a := range tok.Attr {
		if !slices.Contains(rule.required, a.Name.Local) && !slices.Contains(rule.optional, a.Name.Local) {
			return fmt.Errorf("attribute %s of %s", a.Name.Local, tok.Name.Local)
		}
		has[a.Name.Local] = a.Value
		if len(a.Value) > 32<<10 {
			return fmt.Errorf("%d bytes in %s", len(a.Value), a.Name.Local)
		}
	}
	for _, name := range rule.required {
		value, ok := has[name]
		if !ok {
			return fmt.Errorf("%s has no %s", tok.Name.Local, name)
		}
		form := map[string]*regexp.Regexp{"timestamp": dateTime, "time": decimal, "tests": integer, "failures": integer, "errors": integer, "id": integer}[name]
		if form != nil && !form.MatchString(value) {
			return fmt.Errorf("%s=%q", name, value)
		}
		if slices.Contains([]string{"name", "classname"}, name) && value == "" {
			return fmt.Errorf("%s of %s is empty", name, tok.Name.Local)
		}
	}
	return nil
}

func children(name string, kids []string, rule element) error {
	at := 0
	for i, kid := range kids {
		j := slices.Index(rule.children, kid)
		if j < 0 || j < at {
			return fmt.Errorf("%s in %s, after %v", kid, name, kids[:i])
		}
		at = j
		if !slices.Contains(rule.repeatable, kid) && slices.Contains(kids[:i], kid) {
			return fmt.Errorf("%s twice in %s", kid, name)
		}
	}
	if rule.choice && len(kids) > 1 {
		return fmt.Errorf("%v in one %s", kids, name)
	}
	for _, m := range rule.mandatory {
		if !slices.Contains(kids, m) {
			return fmt.Errorf("%s without %s", name, m)
		}
	}
	return nil
}

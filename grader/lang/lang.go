// Package lang holds text for students and teachers in both languages of the
// course, French and English. Code, logs and errors for authors are in English
// alone and do not need it.
package lang

import (
	"fmt"
	"strings"
)

// Lang is one of the two languages.
type Lang string

// The languages of the reports.
const (
	FR Lang = "fr"
	EN Lang = "en"
)

// Text is one message in both languages. The zero Text is no message.
type Text struct {
	FR string `json:"fr,omitempty" toml:"fr"`
	EN string `json:"en,omitempty" toml:"en"`
}

// T makes a Text from its French and its English form.
func T(fr, en string) Text { return Text{FR: fr, EN: en} }

// F formats the same arguments into both forms. An argument that is itself a
// Text is shown in the language of the form it is put in.
func F(fr, en string, args ...any) Text {
	return Text{FR: fmt.Sprintf(fr, in(FR, args)...), EN: fmt.Sprintf(en, in(EN, args)...)}
}

func in(l Lang, args []any) []any {
	out := make([]any, len(args))
	for i, a := range args {
		if t, ok := a.(Text); ok {
			a = t.In(l)
		}
		out[i] = a
	}
	return out
}

// In returns the form for l, or the other one when that form is missing.
func (t Text) In(l Lang) string {
	if l == FR && t.FR != "" || t.EN == "" {
		return t.FR
	}
	return t.EN
}

// Empty reports whether t says nothing.
func (t Text) Empty() bool { return t.FR == "" && t.EN == "" }

// Join puts texts after one another with sep between them, leaving out the
// empty ones.
func Join(sep string, texts ...Text) Text {
	var fr, en []string
	for _, t := range texts {
		if !t.Empty() {
			fr = append(fr, t.In(FR))
			en = append(en, t.In(EN))
		}
	}
	return Text{FR: strings.Join(fr, sep), EN: strings.Join(en, sep)}
}

// Parse reads a language name such as "fr", "fr_FR.UTF-8" or "en". It returns
// an error that lists the choices when s names neither.
func Parse(s string) (Lang, error) {
	switch l, _, _ := strings.Cut(strings.ToLower(s), "_"); l {
	case "fr", "fr-fr", "français", "francais":
		return FR, nil
	case "en", "en-gb", "en-us", "english":
		return EN, nil
	}
	return "", fmt.Errorf("unknown language %q (choose fr or en)", s)
}

// FromEnv chooses the language of a POSIX locale: the first of LC_ALL,
// LC_MESSAGES and LANG that is set decides; French if it names French, else
// English. getenv is os.Getenv or a stand-in.
func FromEnv(getenv func(string) string) Lang {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" {
			if l, err := Parse(v); err == nil {
				return l
			}
			return EN
		}
	}
	return EN
}

// Colon joins texts by a colon, spaced as each language spaces it.
func Colon(texts ...Text) Text { return joined(" : ", ": ", texts) }

// Semicolon joins texts by a semicolon, spaced as each language spaces it.
func Semicolon(texts ...Text) Text { return joined(" ; ", "; ", texts) }

func joined(fr, en string, texts []Text) Text {
	return Text{FR: Join(fr, texts...).FR, EN: Join(en, texts...).EN}
}

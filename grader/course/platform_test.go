package course

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNamed(t *testing.T) {
	r, err := ReadRoster(strings.NewReader("Nom;Prénom\nYunès;Jean-Baptiste\nde Gaulle;Charles\nMartin;Paul\nMartin;Paula\nDurand;Luc\nDURAND;Luc\n"))
	if err != nil {
		t.Fatal(err)
	}
	for full, family := range map[string]string{
		"YUNÈS Jean-Baptiste":         "Yunès",
		"Jean-Baptiste YUNES":         "Yunès",
		"yune\u0300s jean baptiste":   "Yunès",
		"TD2-Yunès Jean-Baptiste":     "Yunès",
		"L3-Info-2-Charles de Gaulle": "de Gaulle",
		"Paul Martin":                 "Martin",
		"Luc Durand":                  "", // two people
		"Participant":                 "",
		"Jeanne Martin":               "",
		"":                            "",
		"-":                           "",
	} {
		p, ok := r.Named(full)
		if ok != (family != "") || ok && p.Family != family {
			t.Errorf("Named(%q) = %v, %v, want %q", full, p, ok, family)
		}
	}
}

func TestParsePerson(t *testing.T) {
	for full, want := range map[string]Person{
		"YUNÈS  Jean-Baptiste": {Family: "YUNÈS", Given: "Jean-Baptiste"},
		"Charles de Gaulle":    {Family: "de Gaulle", Given: "Charles"},
		"Participant":          {},
		"12":                   {},
	} {
		if diff := cmp.Diff(want, ParsePerson(full)); diff != "" {
			t.Errorf("ParsePerson(%q) (-want +got):\n%s", full, diff)
		}
	}
}

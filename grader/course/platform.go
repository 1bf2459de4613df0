package course

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// ParsePerson reads a full name as a course platform shows it: "YUNÈS
// Jean-Baptiste", "Charles de Gaulle". A name that stands for nobody, as where
// marking is anonymous ("Participant"), gives the zero Person.
func ParsePerson(full string) Person {
	full = norm.NFC.String(strings.Join(strings.Fields(full), " "))
	switch words := nameWords(full); {
	case len(words) == 0, len(words) == 1 && slices.Contains([]string{"participant", "participante", "utilisateur"}, words[0]):
		return Person{}
	}
	family, given := splitName(full)
	return Person{Family: family, Given: given}
}

// Named returns who on the roster has a full name, if that is one person: the
// order of the names, capitals, accents and hyphens do not count. A platform may
// have put the name of a group before it ("TD2-Yunès Jean").
func (r *Roster) Named(full string) (Person, bool) {
	for rest := full; ; {
		want := nameWords(rest)
		var found []Person
		for _, p := range r.people {
			if len(want) > 0 && slices.Equal(nameWords(p.Family+" "+p.Given), want) {
				found = append(found, p)
			}
		}
		if len(found) > 0 {
			return found[0], len(found) == 1
		}
		var ok bool
		if _, rest, ok = strings.Cut(rest, "-"); !ok {
			return Person{}, false
		}
	}
}

// nameWords returns the words of a name in letters a to z, sorted.
func nameWords(full string) []string {
	var words []string
	for _, w := range strings.FieldsFunc(full, func(r rune) bool { return strings.ContainsRune(" -'’_.,\t", r) }) {
		if w = letters(w); w != "" {
			words = append(words, w)
		}
	}
	slices.Sort(words)
	return words
}

// MayBe returns the people who hand in under a name: several when they share it.
func (r *Roster) MayBe(student string) []Person {
	var out []Person
	for _, i := range r.resolve(student) {
		out = append(out, r.people[i])
	}
	return out
}

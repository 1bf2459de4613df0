package course

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"netlab/grader/archive"
	"netlab/grader/lang"
	"netlab/grader/spelling"
)

// Person returns who hands in under a name, if that is one person.
func (r *Roster) Person(student string) (Person, bool) {
	if found := r.resolve(student); len(found) == 1 {
		return r.people[found[0]], true
	}
	return Person{}, false
}

// Check judges the name of an archive by the roster: it belongs to somebody, to
// one person only, and is the one that person used before. earlier are the names
// used in earlier TPs, in their order. The severities are the defaults
// (archive.Policy.Apply). A name that cannot be told breaks no rule here.
func (r *Roster) Check(n archive.Name, earlier []string) []archive.Violation {
	if n.Student == "" {
		return nil
	}
	shown := archive.Show(n.Student)
	found := r.resolve(n.Student)
	switch {
	case len(found) == 0:
		near := r.near(n.Student)
		v := violation(archive.NameUnknown, lang.F("personne sur la liste du cours ne s'appelle %s", "nobody on the course's roster is called %s", shown))
		if near != nil {
			list := strings.Join(near, ", ")
			v.Message = lang.Join(" ", v.Message, lang.F("(noms proches : %s)", "(names like it: %s)", list))
		}
		if len(near) == 1 {
			v.Expected = fileName(near[0], n)
		}
		return []archive.Violation{v}
	case len(found) > 1 && !r.indistinct(n.Student, found):
		var each []string
		for _, i := range found {
			if !slices.Contains(each, r.owns[i]) {
				each = append(each, r.owns[i])
			}
		}
		list := strings.Join(each, ", ")
		return []archive.Violation{violation(archive.NameHomonym, lang.F("%d personnes peuvent s'appeler %s : ajoutez vos initiales (%s)",
			"%d people can be called %s: add your initials (%s)", len(found), shown, list))}
	}
	for _, e := range earlier {
		if e != n.Student && slices.Equal(r.resolve(e), found) {
			v := violation(archive.NameChanged, lang.F("le nom était %s dans un TP précédent et est %s dans celui-ci : gardez le même tout le semestre",
				"the name was %s in an earlier TP and is %s in this one: keep the same one all semester", archive.Show(e), shown))
			v.Expected = fileName(e, n)
			return []archive.Violation{v}
		}
	}
	return nil
}

func violation(rule string, message lang.Text) archive.Violation {
	return archive.Violation{Rule: rule, Severity: archive.Policy(nil).Of(rule), Message: message}
}

// fileName returns the name of the archive under another student's name, or ""
// when its numbers are not known.
func fileName(student string, n archive.Name) string {
	name, err := archive.FileName(student, n.TP, n.Ex)
	if err != nil {
		return ""
	}
	return name
}

// resolve returns the indices of the people that a name may stand for: those
// whose family name it is, or else those whose family name it is with initials,
// or with the beginning of the given name, after it.
func (r *Roster) resolve(student string) []int {
	var whole, longer []int
	for i, name := range r.names {
		rest, ok := strings.CutPrefix(student, name)
		switch {
		case !ok:
		case rest == "":
			whole = append(whole, i)
		case strings.HasPrefix(initials(r.people[i].Given), rest) || strings.HasPrefix(letters(r.people[i].Given), rest):
			longer = append(longer, i)
		}
	}
	if whole != nil {
		return whole
	}
	return longer
}

// indistinct reports whether no initials could tell the people apart: the name
// has all that can be asked of them.
func (r *Roster) indistinct(student string, found []int) bool {
	for _, i := range found {
		if student == r.names[i] || r.names[i] != r.names[found[0]] ||
			letters(r.people[i].Given) != letters(r.people[found[0]].Given) {
			return false
		}
	}
	return true
}

// own returns the shortest name that stands for person i alone: the family name,
// with all initials, or with as much of the given name as it takes. For people
// whose names are all the same it is the longest of these.
func (r *Roster) own(i int) string {
	name, given := r.names[i], letters(r.people[i].Given)
	candidates := []string{name, name + initials(r.people[i].Given)}
	for n := 1; n <= len(given); n++ {
		candidates = append(candidates, name+given[:n])
	}
	for _, c := range candidates {
		if slices.Equal(r.resolve(c), []int{i}) {
			return c
		}
	}
	return candidates[len(candidates)-1]
}

// near returns the names of the people that somebody who wrote student may be,
// the likeliest first, at most three.
func (r *Roster) near(student string) []string {
	var near []string
	add := func(i int) {
		if len(near) < 3 && !slices.Contains(near, r.owns[i]) {
			near = append(near, r.owns[i])
		}
	}
	for _, slip := range spelling.Nearest(student, slices.Concat(r.owns, r.names)) {
		for i := range r.owns {
			if r.owns[i] == slip || r.names[i] == slip {
				add(i)
			}
		}
	}
	const enough = 4 // letters that two names do not share by chance
	for i, name := range r.names {
		if len(name) >= enough && strings.Contains(student, name) || len(student) >= enough && strings.Contains(name, student) {
			add(i)
		}
	}
	return near
}

// initials returns the first letters of the parts of a given name:
// "Jean-Baptiste" gives "jb".
func initials(given string) string {
	var b strings.Builder
	for _, part := range strings.FieldsFunc(norm.NFC.String(given), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if l := letters(part); l != "" {
			b.WriteByte(l[0])
		}
	}
	return b.String()
}

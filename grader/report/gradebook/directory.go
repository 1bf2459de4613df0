package gradebook

import (
	"strings"

	"netlab/grader/archive"
	"netlab/grader/course"
)

// directory finds the line of a student by whatever a submission says of them.
type directory struct {
	lines  []Line
	by     map[string]int // a key of keysOf: the line
	family map[string]int // a family name of the roster, as archives have it: the line, or several
	named  map[string]int // the name part of an archive: the line of who used it, or several
}

// several marks a name that more than one person has.
const several = -1

// enrol adds somebody of a roster, unless they are there already.
func (d *directory) enrol(p course.Person) {
	if i, ok := d.known(p); ok {
		d.learn(i, p)
		return
	}
	i := d.add(Line{Person: p, OnRoster: true})
	d.learn(i, p)
	note(d.family, archive.Normalize(p.Family), i)
}

// note notes that a name is that of the line i.
func note(names map[string]int, name string, i int) {
	if j, taken := names[name]; taken && j != i {
		i = several
	}
	names[name] = i
}

// find returns the line of who made a submission, a new one if need be. Who made
// it is who the journal says; else the only one of the roster who has that family
// name; else whoever used the same name part before.
func (d *directory) find(e *entry) int {
	if e.person != (course.Person{}) {
		i, ok := d.known(e.person)
		if !ok {
			i = d.add(Line{Person: e.person})
		}
		d.learn(i, e.person)
		if e.name != "" {
			note(d.named, e.name, i)
		}
		return i
	}
	if e.name == "" {
		return d.add(Line{Path: e.path})
	}
	if i, ok := d.family[e.name]; ok && i != several {
		return i
	}
	if i, ok := d.named[e.name]; ok && i != several {
		return i
	}
	i := d.add(Line{Name: e.name})
	note(d.named, e.name, i)
	return i
}

func (d *directory) add(l Line) int {
	if d.by == nil {
		d.by, d.family, d.named = map[string]int{}, map[string]int{}, map[string]int{}
	}
	d.lines = append(d.lines, l)
	return len(d.lines) - 1
}

// known finds a person by number, by address, or by whole name.
func (d *directory) known(p course.Person) (int, bool) {
	for _, key := range keysOf(p) {
		if i, ok := d.by[key]; ok && !differ(d.lines[i].Person, p) {
			return i, true
		}
	}
	return 0, false
}

// differ reports whether two people who have something in common are told apart
// by their numbers or addresses.
func differ(a, b course.Person) bool {
	return a.Number != "" && b.Number != "" && a.Number != b.Number ||
		a.Number != b.Number && a.Email != "" && b.Email != "" && !strings.EqualFold(a.Email, b.Email)
}

// learn takes what p says and the line does not.
func (d *directory) learn(i int, p course.Person) {
	to := &d.lines[i].Person
	if to.Email == "" {
		to.Email = p.Email
	}
	if to.Number == "" {
		to.Number = p.Number
	}
	for _, key := range keysOf(p) {
		if _, taken := d.by[key]; !taken {
			d.by[key] = i
		}
	}
}

// keysOf are the ways in which a person can be found, the surest first. A whole
// name is found in either order, as course platforms write it.
func keysOf(p course.Person) []string {
	var keys []string
	if p.Number != "" {
		keys = append(keys, "number "+p.Number)
	}
	if p.Email != "" {
		keys = append(keys, "email "+strings.ToLower(p.Email))
	}
	family, given := plain(p.Family), plain(p.Given)
	if family+given != "" {
		keys = append(keys, "name "+family+given, "name "+given+family)
	}
	return keys
}

// plain is a name as archives have it, or in lower case when it has no writing
// in Latin letters.
func plain(name string) string {
	if s := archive.Normalize(name); s != "" {
		return s
	}
	return strings.ToLower(strings.Join(strings.Fields(name), ""))
}

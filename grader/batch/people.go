package batch

import (
	"cmp"
	"slices"
	"time"

	"netlab/grader/archive"
	"netlab/grader/course"
)

// people knows who handed in what.
type people struct {
	roster *course.Roster // may be nil
	names  map[course.Person][]used
}

// used is a name that somebody handed in under.
type used struct {
	tp      int
	student string
}

func newPeople(roster *course.Roster, all []found) *people {
	p := &people{roster: roster, names: map[course.Person][]used{}}
	if roster == nil {
		return p
	}
	for _, f := range all {
		if who, ok := roster.Person(f.name.Student); ok {
			p.names[who] = append(p.names[who], used{f.name.TP, f.name.Student})
		}
	}
	for _, names := range p.names {
		slices.SortFunc(names, func(a, b used) int { return cmp.Or(a.tp-b.tp, cmp.Compare(a.student, b.student)) })
	}
	return p
}

// earlier is grade.Desk.Earlier: the names that whoever hands in under n used in
// the TPs before.
func (p *people) earlier(n archive.Name) []string {
	if p.roster == nil || n.TP == 0 {
		return nil
	}
	who, ok := p.roster.Person(n.Student)
	if !ok {
		return nil
	}
	var out []string
	for _, u := range p.names[who] {
		if u.tp > 0 && u.tp < n.TP {
			out = append(out, u.student)
		}
	}
	return slices.Compact(out)
}

// who returns the person that a file is from: whom the platform names, or else
// whom the archive's name stands for.
func (p *people) who(by handedIn, student string) course.Person {
	named := course.ParsePerson(by.name)
	if p.roster == nil {
		return named
	}
	if who, ok := p.roster.Named(by.name); ok {
		return who
	}
	if who, ok := p.roster.Person(student); ok {
		return who
	}
	return named
}

// absent returns those on the roster who handed in nothing. Who shares a name
// with somebody who did may have: nobody is said to be absent who may not be.
func (p *people) absent(all []found, others []Other) []course.Person {
	if p.roster == nil {
		return nil
	}
	there := map[course.Person]bool{}
	for _, f := range all {
		there[p.who(f.by, f.name.Student)] = true
		if (f.by == handedIn{}) {
			for _, who := range p.roster.MayBe(f.name.Student) {
				there[who] = true
			}
		}
	}
	for _, o := range others {
		there[o.Person] = true
	}
	return slices.DeleteFunc(p.roster.People(), func(who course.Person) bool { return there[who] })
}

// late returns by how much a submission came after its deadline, 0 when nobody
// can be sure that it did. The platform's time of a file is when it was handed
// in. Elsewhere a file's time may be that of any copy made since: an archive is
// late for certain only if a file in it is younger than the deadline.
func late(c *course.Course, f found) time.Duration {
	a, ok := c.Assignment(f.name.TP, f.name.Ex)
	if !ok {
		return 0
	}
	at := f.newest
	if (f.by != handedIn{}) {
		at = f.modified
	}
	return a.Late(at)
}

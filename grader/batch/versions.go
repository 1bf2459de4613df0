package batch

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// sameTime is how far apart two files may have been written by one copy of a
// folder: within it, their times say nothing about which is the later version.
const sameTime = time.Minute

// versions returns the latest version of each submission and the paths of the
// others that it replaces, by the latest one's path.
//
// Two archives are versions of one when their names give the same student, TP
// and exercise, unless the platform says that two people handed them in. Of
// several, the latest is the one that
//
//  1. was modified last (a file by its own time, a container's member by the
//     container's), when that is more than a minute later;
//  2. has the higher copy number: "(2)" is later than "(1)", and that than none;
//  3. has a right name: of the same bytes it is the better one anyhow;
//  4. comes last in the alphabet, so that the choice is the same each time.
//
// valid has, by the latest one's path, the latest of the others whose name is
// right where its own is not: a browser's "(1)" may cost a mark that was earned.
func versions(all []found) (latest []found, older map[string][]string, valid map[string]string) {
	type key struct {
		student string
		tp, ex  int
	}
	groups := map[key][]found{}
	for _, f := range all {
		k := key{f.name.Student, f.name.TP, f.name.Ex}
		if k.student == "" || k.tp == 0 || k.ex == 0 {
			latest = append(latest, f) // nobody knows what it is a version of
			continue
		}
		groups[k] = append(groups[k], f)
	}
	older, valid = map[string][]string{}, map[string]string{}
	for _, g := range groups {
		for _, same := range byPeople(g) {
			last := newest(same)
			latest = append(latest, last)
			for _, f := range same {
				if f.path != last.path {
					older[last.path] = append(older[last.path], f.path)
				}
			}
			slices.Sort(older[last.path])
			if right := slices.DeleteFunc(slices.Clone(same), func(f found) bool { return !f.right }); !last.right && len(right) > 0 {
				valid[last.path] = newest(right).path
			}
		}
	}
	slices.SortFunc(latest, func(a, b found) int { return cmp.Compare(a.path, b.path) })
	return latest, older, valid
}

// byPeople parts archives of one name by who handed them in. What stands beside
// the platform's folders belongs to the one person there is, or to nobody known.
func byPeople(g []found) [][]found {
	parts := map[handedIn][]found{}
	for _, f := range g {
		parts[f.by] = append(parts[f.by], f)
	}
	if stray, ok := parts[handedIn{}]; ok && len(parts) == 2 {
		delete(parts, handedIn{})
		for by := range parts {
			for _, f := range stray {
				f.owner = by
				parts[by] = append(parts[by], f)
			}
		}
	}
	var out [][]found
	for _, p := range parts {
		out = append(out, p)
	}
	return out
}

// newest returns the latest of several versions.
func newest(g []found) found {
	best := g[0]
	for _, f := range g[1:] {
		if later(f, best) {
			best = f
		}
	}
	return best
}

// later reports whether a is a later version than b.
func later(a, b found) bool {
	if a.archive != b.archive { // else their times do not matter
		if d := a.modified.Sub(b.modified); !a.modified.IsZero() && !b.modified.IsZero() && d.Abs() > sameTime {
			return d > 0
		}
		if m, n := copyNumber(a.base), copyNumber(b.base); m != n {
			return m > n
		}
	}
	if a.right != b.right {
		return a.right
	}
	return a.path > b.path
}

// What systems and browsers put at the end of a name that is taken.
var copyMark = regexp.MustCompile(`(?i)(?:[([]([0-9]{1,3})[)\]]|[-_ ]+cop(?:ie|y)(?: *\(?([0-9]{1,3})\)?)?)\.[a-z0-9]+$`)

// copyNumber returns the number of a copy by its name: 2 for "x (2).zip", 1 for
// "x - Copie.zip", 0 for "x.zip".
func copyNumber(base string) int {
	m := copyMark.FindStringSubmatch(base)
	if m == nil {
		return 0
	}
	n, err := strconv.Atoi(cmp.Or(m[1], m[2]))
	if err != nil {
		return 1
	}
	return n
}

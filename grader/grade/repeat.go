package grade

import (
	"cmp"
	"maps"
	"slices"
)

// Repeated gathers the gradings of one submission, again and again. A mark that
// is not the same each time is a fault of the harness or of a scenario; the
// results themselves are not kept, so that there may be many. The zero Repeated
// is ready for use.
type Repeated struct {
	First Result // the first grading
	N     int    // how many there were
	seen  map[string]map[Status]int
	other map[string]Result
}

// Variation is one criterion whose status was not the same in all gradings.
type Variation struct {
	Criterion string // "" for the verdict itself
	Counts    []Count
	Other     Result // the first grading that is not as the first of all
}

// Count is how often a criterion had a status. For a verdict, the status is its name.
type Count struct {
	Status Status
	N      int
}

// Add takes in one more grading.
func (r *Repeated) Add(res Result) {
	if r.N == 0 {
		r.First, r.seen, r.other = res, map[string]map[Status]int{}, map[string]Result{}
	}
	r.N++
	first := statuses(r.First)
	for id, s := range statuses(res) {
		if r.seen[id] == nil {
			r.seen[id] = map[Status]int{}
		}
		r.seen[id][s]++
		if _, ok := r.other[id]; !ok && s != first[id] {
			r.other[id] = res
		}
	}
}

// Varied returns what was not the same each time, by criterion.
func (r *Repeated) Varied() []Variation {
	var out []Variation
	for _, id := range slices.Sorted(maps.Keys(r.other)) {
		v := Variation{Criterion: id, Other: r.other[id]}
		for s, n := range r.seen[id] {
			v.Counts = append(v.Counts, Count{Status: s, N: n})
		}
		slices.SortFunc(v.Counts, func(a, b Count) int { return cmp.Or(b.N-a.N, cmp.Compare(a.Status, b.Status)) })
		out = append(out, v)
	}
	return out
}

// statuses is what must be the same each time.
func statuses(res Result) map[string]Status {
	out := map[string]Status{"": Status(res.Verdict)}
	for _, c := range res.Criteria {
		out[c.ID] = c.Status
	}
	return out
}

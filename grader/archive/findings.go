package archive

import (
	"slices"

	"netlab/grader/lang"
)

// findings gathers what is wrong with an archive. Entries that are wrong in the
// same way are told together, or an archive of a thousand wrong entries would
// have a thousand messages.
type findings struct {
	all []finding
}

type finding struct {
	rule   string
	reason lang.Text
	names  []string // of the entries, each once; none when it is the archive itself
	seen   map[string]bool
}

// of records that e breaks a rule, which makes it refused.
func (f *findings) of(e *entry, rule string, reason lang.Text) {
	e.refused = true
	f.named(rule, reason, e.name)
}

// named records that the file or folder called name breaks a rule.
func (f *findings) named(rule string, reason lang.Text, name string) {
	i := slices.IndexFunc(f.all, func(x finding) bool { return x.rule == rule && x.reason == reason && x.names != nil })
	if i < 0 {
		i = len(f.all)
		f.all = append(f.all, finding{rule: rule, reason: reason, seen: map[string]bool{}})
	}
	if x := &f.all[i]; !x.seen[name] {
		x.seen[name] = true
		x.names = append(x.names, name)
	}
}

// whole records that the archive itself breaks a rule.
func (f *findings) whole(rule string, reason lang.Text) {
	f.all = append(f.all, finding{rule: rule, reason: reason})
}

// broken reports whether rule was broken.
func (f *findings) broken(rule string) bool {
	return slices.ContainsFunc(f.all, func(x finding) bool { return x.rule == rule })
}

// violations returns the findings as violations, in the order of Rules.
func (f *findings) violations(policy Policy) []Violation {
	var out []Violation
	for _, r := range Rules() {
		for _, x := range f.all {
			if x.rule != r.ID {
				continue
			}
			message := x.reason
			if x.names != nil {
				message = lang.F("%s : %s", "%s: %s", showAll(x.names), x.reason)
			}
			out = append(out, Violation{Rule: x.rule, Message: message})
		}
	}
	return policy.Apply(out)
}

package scenario

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// How an echo client's diagnosis is judged: its screens are compared, payloads
// taken out, and only where that does not tell are words looked for.

// unanswered tells whether the client never got its message back.
func (p *program) unanswered() bool { return !p.answered }

// changing are the parts of a screen that hide or stand alone before it is
// compared: colours, percentages, durations, process numbers, hexadecimal
// numbers, and numbers of several digits as Python prints them (127.0.0.1,
// 12:34:56, 9.5e-05).
var changing = regexp.MustCompile(`(?i)(?:\x1b\[[0-9;?]*[a-z])|(?:[0-9]+(?:\.[0-9]+)?\s?%)|` +
	`[0-9]+(?:[.,][0-9]+)*(?:e[-+]?[0-9]+)?\s?(?:ms|µs|us|ns|s|sec|secondes?|seconds?|milli\pL*|micro\pL*)\b|` +
	`\bpid\b\W{0,3}[0-9]+|\b0x[0-9a-f]+\b|\b[0-9a-f]{6,}\b|[0-9]+(?:[.:][0-9]+)+(?:e[-+]?[0-9]+)?|[0-9]+e[-+]?[0-9]+|[0-9]{2,}`)

// steady returns a screen whose colours are words of their own and whose
// numbers that may change by themselves (times, ports, lengths) are hidden. A
// digit alone is kept, which may count the errors, and so are percentages and
// 1.0, by which programs say how alike two texts are. With counts, whole numbers
// are kept too.
func steady(screen string, counts bool) string {
	return changing.ReplaceAllStringFunc(screen, func(s string) string {
		switch {
		case s[0] == '\x1b':
			return " " + s + " "
		case strings.HasSuffix(s, "%"), s == "1.0", !strings.ContainsAny(s, "0123456789"):
			return s
		case counts && strings.Trim(s, "0123456789") == "":
			return s
		}
		return "#"
	})
}

// tokens are the words of a screen.
func tokens(screen string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(steady(screen, false)) {
		set[w] = true
	}
	return set
}

// lines are the lines of a screen.
func lines(screen string) map[string]bool { return linesOf(screen, false) }

// counts are the lines of a screen, whole numbers included.
func counts(screen string) map[string]bool { return linesOf(screen, true) }

func linesOf(screen string, whole bool) map[string]bool {
	set := map[string]bool{}
	for l := range strings.Lines(screen) {
		if l = oneLine(l, whole); l != "" {
			set[l] = true
		}
	}
	return set
}

// oneLine is a line as it is compared.
func oneLine(line string, whole bool) string {
	return strings.Join(strings.Fields(steady(line, whole)), " ")
}

// evidence is what a client showed, its payloads taken out, when its echo was
// faithful, and when it was altered: one screen for each run, at least one of each.
type evidence struct{ same, altered []string }

// shared are the parts that all of some screens have and none of others.
func shared(all, none []string, parts func(string) map[string]bool) []string {
	var out []string
	var lack, have []map[string]bool
	for _, s := range all[1:] {
		have = append(have, parts(s))
	}
	for _, s := range none {
		lack = append(lack, parts(s))
	}
	for p := range parts(all[0]) {
		if !slices.ContainsFunc(have, func(set map[string]bool) bool { return !set[p] }) &&
			!slices.ContainsFunc(lack, func(set map[string]bool) bool { return set[p] }) {
			out = append(out, p)
		}
	}
	return out
}

// verdicts are the words that only and always come with a faithful echo, and
// those that only and always come with an altered one. Words with hidden
// numbers do not count.
func (e evidence) verdicts() (same, altered []string) {
	hidden := func(w string) bool { return strings.Contains(w, "#") }
	return slices.DeleteFunc(shared(e.same, e.altered, tokens), hidden), slices.DeleteFunc(shared(e.altered, e.same, tokens), hidden)
}

// inWords reports whether words or whole lines tell the two cases apart,
// numbers aside.
func (e evidence) inWords() bool {
	same, altered := e.verdicts()
	return len(same) > 0 || len(altered) > 0 || len(shared(e.same, e.altered, lines)) > 0
}

// inOpinions reports whether all that is said of a faithful echo is better than
// all that is said of an altered one, whatever the words.
func (e evidence) inOpinions() bool {
	return slices.Min(opinions(e.same)) > slices.Max(opinions(e.altered))
}

// telling reports whether the screens of the altered case say something else
// than those of the identical case.
func (e evidence) telling() bool { return e.inWords() || e.inOpinions() || e.particular() }

// particular reports whether all screens of the identical case have a line
// that no screen of the altered case has.
func (e evidence) particular() bool {
	return len(shared(e.same, e.altered, lines)) > 0 || len(shared(e.same, e.altered, counts)) > 0
}

func opinions(screens []string) []int {
	var out []int
	for _, s := range screens {
		out = append(out, opinion(s))
	}
	return out
}

// common is what the lines that all of some screens have say of the messages,
// as opinion tells it.
func common(screens []string) int {
	var others []map[string]bool
	for _, s := range screens[1:] {
		others = append(others, lines(s))
	}
	var all strings.Builder
	for l := range strings.Lines(screens[0]) {
		if !slices.ContainsFunc(others, func(set map[string]bool) bool { return !set[oneLine(l, false)] }) {
			all.WriteString(l)
		}
	}
	return opinion(all.String())
}

// stance is what the screens of one case say of the messages: in common or, if
// that is nothing, each in other words.
func stance(screens []string) int {
	if says := common(screens); says != 0 {
		return says
	}
	says := opinions(screens)
	return max(slices.Min(says), 0) + min(slices.Max(says), 0)
}

// upsideDown reports whether the screens say of an altered echo that it is
// right rather than of a faithful one.
func (e evidence) upsideDown() bool {
	same, altered := common(e.same), common(e.altered)
	if same == 0 && altered == 0 {
		return slices.Max(opinions(e.same)) < slices.Min(opinions(e.altered))
	}
	return same < altered
}

// resembles reports whether a screen has more of what only the altered case
// shows than of what only the identical case shows. Where no word tells the two
// apart, opinions do.
func (e evidence) resembles(got string) bool {
	same, altered := e.verdicts()
	set := tokens(got)
	like, unlike := 0, 0
	for _, w := range altered {
		if set[w] {
			like++
		}
	}
	for _, w := range same {
		if set[w] {
			unlike++
		}
	}
	if like == 0 && unlike == 0 && len(same)+len(altered) == 0 && e.inOpinions() {
		says := opinion(got)
		return cmp.Compare(slices.Min(opinions(e.same))-says, says-slices.Max(opinions(e.altered))) > 0
	}
	return like > unlike
}

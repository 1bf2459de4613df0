package scenario

import (
	"regexp"
	"strconv"
	"strings"
)

// How an echo client's diagnosis is judged: its screens are compared, payloads
// taken out, and only where that does not tell are words looked for.

// masked takes a payload out of a screen in the forms in which programs print
// it: as it is, without its line end, as Python's repr.
func masked(screen, secret string) string {
	forms := []string{secret, strings.TrimRight(secret, "\r\n"), strings.TrimSpace(secret)}
	quoted := strconv.Quote(secret)
	forms = append(forms, quoted[1:len(quoted)-1])
	for _, f := range forms {
		if len(f) >= 2 {
			screen = strings.ReplaceAll(screen, f, " ")
		}
	}
	return screen
}

// unanswered tells whether the client never got its message back.
func (p *program) unanswered() bool { return !p.answered }

// escapes are the sequences by which programs colour their screen.
var escapes = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]`)

// digits are numbers and addresses, as Python prints them: 12, 127.0.0.1, 9.5e-05.
var digits = regexp.MustCompile(`[0-9]+(\.[0-9]+)*(e[-+]?[0-9]+)?`)

// tokens are the words of a screen; numbers inside words, which may be times,
// ports or lengths, are hidden.
func tokens(screen string) map[string]bool {
	set := map[string]bool{}
	screen = escapes.ReplaceAllString(screen, " ")
	for _, w := range strings.Fields(screen) {
		if len(w) > 1 {
			w = digits.ReplaceAllString(w, "#")
		}
		set[w] = true
	}
	return set
}

// particular reports whether both screens of the identical case have a line
// that the screen of the altered case lacks, numbers aside.
func particular(a, b, altered string) bool {
	la, lb, ld := lines(a), lines(b), lines(altered)
	for l := range la {
		if lb[l] && !ld[l] {
			return true
		}
	}
	return false
}

// lines are the lines of a screen, numbers hidden.
func lines(screen string) map[string]bool {
	set := map[string]bool{}
	for l := range strings.Lines(escapes.ReplaceAllString(screen, " ")) {
		words := strings.Fields(l)
		for i, w := range words {
			if len(w) > 1 {
				words[i] = digits.ReplaceAllString(w, "#")
			}
		}
		if len(words) > 0 {
			set[strings.Join(words, " ")] = true
		}
	}
	return set
}

// telling reports whether the screen of the altered case says something else
// than both screens of the identical case: it lacks a word that both have, or
// has one that neither has. Words with hidden numbers do not count.
func telling(a, b, altered string) bool {
	if particular(a, b, altered) {
		return true
	}
	ta, tb, td := tokens(a), tokens(b), tokens(altered)
	for w := range td {
		if !ta[w] && !tb[w] && !strings.Contains(w, "#") {
			return true
		}
	}
	return false
}

// resembles reports whether a screen has more of what only the altered case
// shows than of what only the identical case shows.
func resembles(got, same, altered string) bool {
	tg, ts, td := tokens(got), tokens(same), tokens(altered)
	like, unlike := 0, 0
	for w := range td {
		if tg[w] && !ts[w] {
			like++
		}
	}
	for w := range ts {
		if tg[w] && !td[w] {
			unlike++
		}
	}
	return like > unlike
}

// The words by which French and English speakers say that two things are not
// the same, or that they are.
var (
	negative = regexp.MustCompile(`(?i)diff[eéè]r|\bnot\b|n't\b|\bno\b|\bnon\b|\bpas\b|\bfalse\b|\bfaux\b|\bincorrect|\berr(eur|or)|[eé]chec|\bfail|\bko\b|\bmauvais|\bunequal|mismatch|in[eé]ga(l|ux)|alt[eé]r|corromp|corrupt|invalid|wrong|bad|✗|❌|≠|!=`)
	positive = regexp.MustCompile(`(?i)identi|\bsame\b|pareil|[eé]ga(l|ux)|equal|\bok\b|match|m[eê]mes?\b|succ[eè]s|success|correct|\btrue\b|\bvrai|\boui\b|\byes\b|conform|correspond|concord|intact|fid[eè]le|\bbon\b|bien re[cç]u|\bvalid|r[eé]ussi|parfait|perfect|good|✓|✔|✅|==`)
)

// opinion tells what a screen says of two messages: 1 that they are the same,
// -1 that they are not, 0 nothing that is recognised.
func opinion(screen string) int {
	switch {
	case negative.MatchString(screen):
		return -1
	case positive.MatchString(screen):
		return 1
	}
	return 0
}

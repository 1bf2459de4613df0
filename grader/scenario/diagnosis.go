package scenario

import (
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"
)

// How an echo client's diagnosis is judged: its screens are compared, payloads
// taken out, and only where that does not tell are words looked for.

// masked takes a payload out of a screen in the forms in which programs print
// it: as it is, without its line end, as Python's repr, in capitals, as hex digits.
func masked(screen, secret string) string {
	forms := []string{secret, strings.TrimRight(secret, "\r\n"), strings.TrimSpace(secret)}
	quoted := strconv.Quote(secret)
	forms = append(forms, quoted[1:len(quoted)-1], strings.ToUpper(secret), hex.EncodeToString([]byte(secret)))
	for _, f := range forms {
		if len(f) >= 2 {
			screen = strings.ReplaceAll(screen, f, " ")
		}
	}
	return screen
}

// unanswered tells whether the client never got its message back.
func (p *program) unanswered() bool { return !p.answered }

// changing are the parts of a screen that hide or stand alone before it is
// compared: colours, percentages, durations, process numbers, and numbers of
// several digits as Python prints them (127.0.0.1, 12:34:56, 9.5e-05).
var changing = regexp.MustCompile(`(?i)(?:\x1b\[[0-9;?]*[a-z])|(?:[0-9]+(?:\.[0-9]+)?\s?%)|` +
	`[0-9]+(?:[.,][0-9]+)*(?:e[-+]?[0-9]+)?\s?(?:ms|µs|us|ns|s|sec|secondes?|seconds?|milli\pL*|micro\pL*)\b|` +
	`\bpid\b\W{0,3}[0-9]+|[0-9]+(?:[.:][0-9]+)+(?:e[-+]?[0-9]+)?|[0-9]+e[-+]?[0-9]+|[0-9]{2,}`)

// steady returns a screen whose colours are words of their own and whose
// numbers that may change by themselves (times, ports, lengths) are hidden. A
// digit alone is kept, which may count the errors, and so are percentages and
// 1.0, by which programs say how alike two texts are.
func steady(screen string) string {
	return changing.ReplaceAllStringFunc(screen, func(s string) string {
		switch {
		case s[0] == '\x1b':
			return " " + s + " "
		case strings.HasSuffix(s, "%"), s == "1.0":
			return s
		}
		return "#"
	})
}

// tokens are the words of a screen.
func tokens(screen string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(steady(screen)) {
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

// lines are the lines of a screen.
func lines(screen string) map[string]bool {
	set := map[string]bool{}
	for l := range strings.Lines(steady(screen)) {
		if words := strings.Fields(l); len(words) > 0 {
			set[strings.Join(words, " ")] = true
		}
	}
	return set
}

// telling reports whether the screen of the altered case says something else
// than both screens of the identical case: it lacks a line or a word that both
// have, or has a word that neither has. Words with hidden numbers do not count.
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
	for w := range ta {
		if tb[w] && !td[w] && !strings.Contains(w, "#") {
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

// Package spelling finds the word that somebody probably meant, for messages
// that end in "did you mean …?".
package spelling

import "slices"

// Distance is the number of edits that turn a into b: one letter put in, left
// out or changed, or two neighbours swapped (optimal string alignment).
func Distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	var before []int // the row of s[:i-2]
	last := make([]int, len(t)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(s); i++ {
		row := make([]int, len(t)+1)
		row[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(t)]
}

// near is how many edits still make a slip of the pen in a word of that many
// letters, rather than another word.
func near(letters int) int { return max(1, letters/3) }

// maxWord is the longest word, in bytes, that is compared: what is longer was
// not meant as any of the choices, and comparing it costs time.
const maxWord = 128

// Nearest returns the choices that word is a slip of, the closest first and at
// most three of them, choices at the same distance in alphabetical order. A
// word that is itself a choice has no slips.
func Nearest(word string, choices []string) []string {
	type candidate struct {
		choice   string
		distance int
	}
	if len(word) > maxWord {
		return nil
	}
	var found []candidate
	for _, c := range choices {
		if len(c) > maxWord {
			continue
		}
		d := Distance(word, c)
		if d > 0 && d <= near(max(len([]rune(word)), len([]rune(c)))) {
			found = append(found, candidate{c, d})
		}
	}
	slices.SortFunc(found, func(a, b candidate) int {
		if a.distance != b.distance {
			return a.distance - b.distance
		}
		if a.choice < b.choice {
			return -1
		}
		if a.choice > b.choice {
			return 1
		}
		return 0
	})
	var out []string
	for _, c := range found {
		if len(out) < 3 && !slices.Contains(out, c.choice) {
			out = append(out, c.choice)
		}
	}
	return out
}

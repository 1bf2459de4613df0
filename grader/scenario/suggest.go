package scenario

import (
	"fmt"
	"slices"
)

// didYouMean returns ` (did you mean "x"?)` for the choice nearest to word, or
// nothing when none is near.
func didYouMean(word string, choices []string) string {
	best, at := len(word)/2+1, ""
	sorted := slices.Sorted(slices.Values(choices))
	for _, c := range sorted {
		if d := distance(word, c); d < best {
			best, at = d, c
		}
	}
	if at == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", at)
}

// distance is the Levenshtein distance in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		prev := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			prev, row[j] = row[j], min(row[j]+1, row[j-1]+1, prev+cost)
		}
	}
	return row[len(b)]
}

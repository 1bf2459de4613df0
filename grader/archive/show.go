package archive

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"netlab/grader/lang"
)

// maxShown is how many characters of a name are shown: enough to recognize it,
// few enough for one line of a terminal.
const maxShown = 80

// Show quotes a name that a student made, so that a person can read it on one
// line: letters with their accents and signs are kept, everything that is not
// simply drawn (control, bidirectional and invisible characters, stacked marks,
// bytes that are not UTF-8) is written as an escape, and a long name is cut. What
// means something where it is shown, such as < in a page or | in a table, is
// escaped by who shows it there.
func Show(name string) string {
	cut := ""
	if len(name) > 4*maxShown { // do not compose megabytes to show a line
		name, cut = name[:4*maxShown], "…"
	}
	var b strings.Builder
	rest := norm.NFC.String(name)
	for n := 0; rest != ""; n++ {
		if n == maxShown {
			cut = "…"
			break
		}
		r, size := utf8.DecodeRuneInString(rest)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, rest[0])
		case r == '"' || r == '\\':
			b.WriteRune('\\')
			b.WriteRune(r)
		case !strconv.IsPrint(r) || rightToLeft(r) || combining(r):
			b.WriteString(escape(r))
		default:
			b.WriteRune(r)
		}
		rest = rest[size:]
	}
	return `"` + b.String() + cut + `"`
}

func escape(r rune) string {
	switch {
	case r < 0x80:
		return fmt.Sprintf(`\x%02x`, r)
	case r > 0xffff:
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// rightToLeft reports whether r is of a script that reverses the order of what
// stands beside it, or could be one day (the blocks that Unicode keeps for them).
func rightToLeft(r rune) bool {
	return 0x0590 <= r && r <= 0x08ff || 0xfb1d <= r && r <= 0xfdff || 0xfe70 <= r && r <= 0xfeff ||
		0x10800 <= r && r <= 0x10fff || 0x1e800 <= r && r <= 0x1efff
}

// showAll quotes names, the first few of them: `"a", "b" and 3 more`.
func showAll(names []string) lang.Text {
	const most = 4
	shown := make([]string, 0, most)
	for _, n := range names[:min(most, len(names))] {
		shown = append(shown, Show(n))
	}
	list := strings.Join(shown, ", ")
	if more := len(names) - most; more > 0 {
		return lang.F("%s et %d de plus", "%s and %d more", list, more)
	}
	return lang.T(list, list)
}

// showSize writes a number of bytes as people say it, rounded up.
func showSize(n int64) lang.Text {
	shift, fr, en := 0, "octets", "bytes"
	switch {
	case n >= 1<<30:
		shift, fr, en = 30, "Gio", "GiB"
	case n >= 1<<20:
		shift, fr, en = 20, "Mio", "MiB"
	case n >= 1<<10:
		shift, fr, en = 10, "Kio", "KiB"
	}
	tenths := (10*(n>>shift) + (10*(n&(1<<shift-1))+(1<<shift-1))>>shift)
	if tenths%10 == 0 {
		return lang.T(fmt.Sprintf("%d %s", tenths/10, fr), fmt.Sprintf("%d %s", tenths/10, en))
	}
	return lang.T(fmt.Sprintf("%d,%d %s", tenths/10, tenths%10, fr), fmt.Sprintf("%d.%d %s", tenths/10, tenths%10, en))
}

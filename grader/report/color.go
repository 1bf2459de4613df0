package report

// style is one of the few ways a word can look. The zero style is plain.
type style string

// Every escape sequence that a report may hold is made of these, and of reset.
const (
	plainStyle style = ""
	bold       style = "\x1b[1m"
	dim        style = "\x1b[2m"
	red        style = "\x1b[31m"
	green      style = "\x1b[32m"
	yellow     style = "\x1b[33m"
	cyan       style = "\x1b[36m"

	reset = "\x1b[0m"
)

// ColorWanted reports whether a report that goes to a place which is a terminal
// or not (isTTY) should have colours. NO_COLOR, when it is not empty, says no;
// else CLICOLOR_FORCE and FORCE_COLOR say yes (no when FORCE_COLOR is 0 or
// false); else TERM=dumb and CLICOLOR=0 say no; else isTTY decides. getenv is
// os.Getenv or a stand-in.
func ColorWanted(isTTY bool, getenv func(string) string) bool {
	if getenv("NO_COLOR") != "" {
		return false
	}
	if force := getenv("CLICOLOR_FORCE"); force != "" && force != "0" {
		return true
	}
	switch force := getenv("FORCE_COLOR"); force {
	case "":
	case "0", "false":
		return false
	default:
		return true
	}
	if getenv("TERM") == "dumb" || getenv("CLICOLOR") == "0" {
		return false
	}
	return isTTY
}

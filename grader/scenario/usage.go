package scenario

import (
	"regexp"
	"strconv"
	"strings"
)

// mostWanted bounds the arguments that a program may ask for.
const mostWanted = 6

var (
	// required is how argparse says which arguments are missing.
	required = regexp.MustCompile(`arguments are required: (.*)`)
	// usage is how programs say what arguments they want.
	usage = regexp.MustCompile(`(?i)(?:usage|utilisation|syntaxe)\b.*?\.py"?((?:[ \t]+\S+)+)`)
)

// wanted returns the arguments that a program which has ended asked for.
func (r *runner) wanted(p *program) []string {
	var said string
	r.read(func() { said = string(p.p.Errors.Data) + "\n" + string(p.p.Screen.Data) })
	return argumentsFor(said)
}

// argumentsFor makes arguments from a usage line or argparse's complaint.
func argumentsFor(said string) []string {
	var out []string
	if m := required.FindStringSubmatch(said); m != nil {
		for item := range strings.SplitSeq(m[1], ",") {
			names := strings.Split(strings.TrimSpace(item), "/") // -p/--port
			name := names[len(names)-1]
			if strings.HasPrefix(name, "-") {
				out = append(out, name)
			}
			out = append(out, reply(name, "."))
		}
	} else if m := usage.FindStringSubmatch(said); m != nil {
		for _, word := range strings.Fields(m[1]) {
			name := strings.Trim(word, "<>[](){},;'\"")
			_, err := strconv.Atoi(name)
			switch {
			case name == "" || strings.HasPrefix(word, "[-") || strings.HasSuffix(name, "...") || strings.HasSuffix(name, "…"):
			case err == nil || strings.HasPrefix(name, "-"):
				out = append(out, name)
			default:
				out = append(out, reply(name, "."))
			}
		}
	}
	return out[:min(len(out), mostWanted)]
}

// Words by which programs name what they ask for.
var (
	asksYes    = regexp.MustCompile(`(?i)\b(o|oui|y|yes)\s*/\s*(n|non|no)\b`)
	asksPort   = regexp.MustCompile(`(?i)port`)
	asksHost   = regexp.MustCompile(`(?i)h[oô]te?\b|\bhost|adresse|address|\bip\b|interface`)
	asksMenu   = regexp.MustCompile(`(?m)^\W*1\s*[-.):=]`)
	asksFolder = regexp.MustCompile(`(?i)dossier|r[eé]pertoire|racine|root|folder|\bdir|chemin|path`)
)

// reply is what a server that asks this, or for an argument of this name, is
// told; otherwise when the question says nothing. The last line counts, or the
// first item of a menu above it.
func reply(shown, otherwise string) string {
	question := lastLine(shown)
	switch {
	case asksYes.MatchString(question):
		return strings.ToLower(asksYes.FindStringSubmatch(question)[1])
	case asksPort.MatchString(question):
		return firstPort
	case asksHost.MatchString(question):
		return "localhost"
	case asksFolder.MatchString(question):
		return "."
	case asksMenu.MatchString(shown):
		return "1"
	}
	return otherwise
}

// lastLine is the last line of a text that says something.
func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}

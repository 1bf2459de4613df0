package scenario

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// mostWanted bounds the arguments that a program may ask for.
const mostWanted = 6

var (
	// required is how argparse says which arguments are missing.
	required = regexp.MustCompile(`arguments are required: (.*)`)
	// oneOf is how it says that one of several options is.
	oneOf = regexp.MustCompile(`one of the arguments (.*) is required`)
	// usage is how programs say what arguments they want, on the same line or
	// below the title.
	usage = regexp.MustCompile(`(?i)(?:usage|utilisation|syntaxe)\b[^\n]*?(?:\n\s*[^\n]*?)?\.py"?((?:[ \t]+\S+)+)`)
	// choices are what argparse lets choose from, after the option if there is one.
	choices = regexp.MustCompile(`(?:(-[\w-]+)[ \t]+)?\{([^{},\s]+)[^{}]*\}`)
)

// wanted returns the arguments that a program which has ended asked for, and
// other ways to read what it said.
func (r *runner) wanted(p *program) [][]string {
	var said string
	r.read(func() { said = string(p.p.Errors.Data) + "\n" + string(p.p.Screen.Data) })
	return argumentsFor(said)
}

// argumentsFor makes arguments from argparse's complaint or a usage line. What a
// word of a usage line stands for is tried before the word itself.
func argumentsFor(said string) [][]string {
	var out [][]string
	add := func(args []string) {
		if args = args[:min(len(args), mostWanted)]; len(args) > 0 && !slices.ContainsFunc(out, func(o []string) bool { return slices.Equal(o, args) }) {
			out = append(out, args)
		}
	}
	if m := required.FindStringSubmatch(said); m != nil {
		add(requiredArguments(m[1], said))
	} else if m := oneOf.FindStringSubmatch(said); m != nil {
		for item := range strings.FieldsSeq(m[1]) {
			add(optionArguments(item, said))
		}
	} else if m := usage.FindStringSubmatch(said); m != nil {
		add(usageArguments(m[1], false))
		add(usageArguments(m[1], true))
	}
	return out
}

// optionArguments makes the arguments of an option, -p/--port, with its value if
// argparse's usage line shows that it has one.
func optionArguments(item, said string) []string {
	names := strings.Split(item, "/")
	out := []string{names[len(names)-1]}
	if !strings.HasPrefix(item, "-") {
		return []string{reply(item, ".")}
	}
	for _, name := range names {
		m := regexp.MustCompile(regexp.QuoteMeta(name) + `[ \n]+(?:\{([^{},\s]+)[^{}]*\}|([A-Z][A-Z_0-9]*))`).FindStringSubmatch(said)
		switch {
		case m == nil:
		case m[1] != "":
			return append(out, m[1])
		default:
			return append(out, reply(strings.ToLower(m[2]), "."))
		}
	}
	return out
}

// requiredArguments makes arguments from argparse's list of those that are missing.
func requiredArguments(list, said string) []string {
	var out []string
	for item := range strings.SplitSeq(list, ",") {
		names := strings.Split(strings.TrimSpace(item), "/") // -p/--port
		name := names[len(names)-1]
		option := strings.HasPrefix(name, "-")
		if option {
			out = append(out, name)
		}
		value := reply(name, ".")
		for _, m := range choices.FindAllStringSubmatch(said, -1) {
			if option && slices.Contains(names, m[1]) || !option && m[1] == "" && value == "." {
				value = m[2]
				break
			}
		}
		out = append(out, value)
	}
	return out
}

// usageArguments makes arguments from the words of a usage line; if literal, a
// bare one that says nothing else is taken as it is written, as "start".
func usageArguments(line string, literal bool) []string {
	var out []string
	option := false // the word before was one, with this word as its value
	for _, word := range strings.Fields(line) {
		if word == "|" || strings.HasPrefix(word, "(") && !strings.HasSuffix(word, ")") {
			break // another way to call it, or a remark
		}
		name := strings.Trim(word, "<>[](){},;'\"")
		_, err := strconv.Atoi(name)
		switch {
		case name == "" || strings.HasPrefix(word, "[-") || strings.HasSuffix(name, "...") || strings.HasSuffix(name, "…"):
		case err == nil || strings.HasPrefix(name, "-"):
			out = append(out, name)
		case word[0] == '{':
			first, _, _ := strings.Cut(name, ",")
			out = append(out, first)
		default:
			value := meaning(name)
			if literal && !option && name == word && name == strings.ToLower(name) && value == "." {
				value, _, _ = strings.Cut(name, "|")
			}
			out = append(out, value)
		}
		option = strings.HasPrefix(word, "-")
	}
	return out
}

// meaning is what an argument of this name is given; host:port is one of two.
func meaning(name string) string {
	host, port, pair := strings.Cut(name, ":")
	if pair && asksHost.MatchString(host) && asksPort.MatchString(port) {
		return reply(strings.Trim(host, "<>"), ".") + ":" + reply(strings.Trim(port, "<>"), ".")
	}
	return reply(name, ".")
}

// Words by which programs name what they ask for.
var (
	asksYes    = regexp.MustCompile(`(?i)\b(o|oui|y|yes)\s*/\s*(n|non|no)\b`)
	asksPort   = regexp.MustCompile(`(?i)port`)
	asksHost   = regexp.MustCompile(`(?i)h[oô]te?\b|\bhost|adresse|address|\bip\b|interface`)
	asksChoice = regexp.MustCompile(`[(\[]\s*([\pL\d_-]+)\s*(?:[/|,]|\bou\b|\bor\b)[^()\[\]]*[)\]]`)
	asksMenu   = regexp.MustCompile(`(?m)^\W*1\s*[-.):=\]]`)
	asksNumber = regexp.MustCompile(`(?i)\bcombien\b|\bnombre\b|\bhow many\b|\bnumber of\b|\bmax(imum|imal)?\b|max_|\btaille\b|\bsize\b|\bbacklog\b|\btime-?out\b|\bd[eé]lai\b`)
	asksFolder = regexp.MustCompile(`(?i)dossier|r[eé]pertoire|racine|root|folder|\bdir|chemin|path`)
)

// reply is what a server that asks this, or for an argument of this name, is
// told; otherwise when the question says nothing. The last line counts, or the
// first item of a menu above it. Of words in brackets the first is taken.
func reply(shown, otherwise string) string {
	question := lastLine(shown)
	switch {
	case asksYes.MatchString(question):
		return strings.ToLower(asksYes.FindStringSubmatch(question)[1])
	case asksPort.MatchString(question):
		return firstPort
	case asksNumber.MatchString(question):
		return "5"
	case asksHost.MatchString(question):
		return "localhost"
	case asksFolder.MatchString(question):
		return "."
	case asksChoice.MatchString(question):
		return asksChoice.FindStringSubmatch(question)[1]
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

// answerTo is what to type at a client that has shown this: text unless it asks
// for something else, or for the item of a menu.
func answerTo(shown, text string) string {
	question := lastLine(shown)
	asked := asksServer.FindStringSubmatch(question)
	switch {
	case asksItem.MatchString(question) && asksMenu.MatchString(shown):
		return item(shown) + "\n"
	case asked == nil || asksMessage.MatchString(question):
		return text
	case strings.EqualFold(asked[1], "port"):
		return strconv.Itoa(sheetPort) + "\n"
	}
	return "localhost\n"
}

var (
	asksItem = regexp.MustCompile(`(?i)\bchoi[xs]|\bchoo?se|\bchoice|\boption|\bmenu\b|\baction\b|s[eé]lection|\bselect`)
	menuItem = regexp.MustCompile(`(?m)^\W*([0-9])\s*[-.):=\]]\s*(.*)$`)
)

// item is the number of what sends a message, in a menu, or 1.
func item(menu string) string {
	for _, m := range menuItem.FindAllStringSubmatch(menu, -1) {
		if asksMessage.MatchString(m[2]) {
			return m[1]
		}
	}
	return "1"
}

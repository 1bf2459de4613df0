package cli

import (
	"io"
	"regexp"
	"strings"
	"sync"

	"netlab/grader/lang"
)

// parserWords are what the parser of the command line writes in its help, and
// the same in French.
var parserWords = strings.NewReplacer(
	"Usage: ", "Usage : ",
	"[flags]", "[options]",
	"<command>", "<commande>",
	"Arguments:", "Arguments :",
	"Flags:", "Options :",
	"Commands:", "Commandes :",
	"Show context-sensitive help.", "Montrer cette aide.",
	"Run \"", "\"",
	"\" for more information on a command.", "\" en dit plus sur une commande.",
)

// helpWriter writes the parser's help in a language: it comes line by line.
type helpWriter struct {
	w    io.Writer
	lang lang.Lang
}

func (h helpWriter) Write(b []byte) (int, error) {
	if h.lang != lang.FR {
		return h.w.Write(b)
	}
	if _, err := io.WriteString(h.w, parserWords.Replace(string(b))); err != nil {
		return 0, err
	}
	return len(b), nil
}

// phrase is a part of an English text, and the same in French.
type phrase struct {
	en *regexp.Regexp
	fr string
}

// parserErrors are the errors of the parser, and the same in French. The first
// that matches a part of an error is put in its place, one after the other.
var parserErrors = sync.OnceValue(func() []phrase {
	return []phrase{
		{regexp.MustCompile(`^missing flags: (.*)$`), `il manque $1`},
		{regexp.MustCompile(`^unknown flag `), `option inconnue : `},
		{regexp.MustCompile(`^unexpected argument (.*?)(, did you mean .*)$`), `commande inconnue : $1$2`},
		{regexp.MustCompile(`^unexpected argument (.*)$`), `argument en trop : $1 (ce qui a des espaces se met entre guillemets)`},
		{regexp.MustCompile(`^expected one of (.*)$`), `une commande est attendue : $1`},
		{regexp.MustCompile(`^expected (".*")$`), `il manque $1`},
		{regexp.MustCompile(`^(\S+) must be one of (?:"",)?(.*) but got (".*")$`), `$1 doit être l'un de $2, et non $3`},
		{regexp.MustCompile(`: expected (?:a valid \d+ bit int|an int|int value) but got ("[^"]*").*$`), ` : un nombre entier est attendu, et non $1`},
		{regexp.MustCompile(`: expected a value$`), ` : il manque la valeur`},
		{regexp.MustCompile(`: expected string value but got ("[^"]*").*$`), ` : une valeur est attendue, et non $1`},
		{regexp.MustCompile(`, did you mean one of (.*)\?$`), `, vouliez-vous l'un de $1 ?`},
		{regexp.MustCompile(`, did you mean "(.*)"\?$`), `, vouliez-vous dire « $1 » ?`},
		{regexp.MustCompile(`^(--\S+): stat (.*): no such file or directory$`), `$1 : $2 n'existe pas`},
		{regexp.MustCompile(`^(--\S+): (".*") exists but is not a directory$`), `$1 : $2 n'est pas un dossier`},
		{regexp.MustCompile(`^(--\S+): (".*") exists but is a directory.*$`), `$1 : $2 est un dossier`},
	}
})

// interpreterErrors are the errors of the search for Python, by what begins or
// ends a line of them, and the same in French.
var interpreterErrors = sync.OnceValue(func() []phrase {
	return []phrase{
		{regexp.MustCompile(`(?m): not found$`), ` : introuvable`},
		{regexp.MustCompile(`(?m): is no Python: .*$`), ` : ce n'est pas Python`},
		{regexp.MustCompile(`(?m): is Python (\S+), not 3$`), ` : c'est Python $1, il faut Python 3`},
		{regexp.MustCompile(`(?m): exit status (\d+)$`), ` : n'a pas pu démarrer (code de sortie $1)`},
		{regexp.MustCompile(`(?m): fork/exec \S+: permission denied$`), ` : le système ne permet pas de le lancer`},
		{regexp.MustCompile(`(?m): fork/exec \S+: exec format error$`), ` : ce n'est pas un programme de cette machine`},
		{regexp.MustCompile(`(?m): (?:signal: killed|context deadline exceeded)$`), ` : n'a pas répondu à temps`},
	}
})

// interpreterText is an error of the search for Python in both languages.
func interpreterText(err error) lang.Text {
	en := strings.TrimPrefix(err.Error(), "no Python 3 found: ")
	return inFrench(en, interpreterErrors())
}

// noValue is what the parser says of a flag that ends the command line.
var noValue = regexp.MustCompile(`: expected \w+ value but got "EOL" \(<EOL>\)$`)

// parserText is an error of the parser in both languages.
func parserText(err error) lang.Text {
	en := noValue.ReplaceAllString(err.Error(), ": expected a value")
	return inFrench(en, parserErrors())
}

// inFrench is an English text in both languages: what matches a phrase of the
// list is put in French, one phrase after the other.
func inFrench(en string, phrases []phrase) lang.Text {
	fr := en
	for _, p := range phrases {
		fr = p.en.ReplaceAllString(fr, p.fr)
	}
	return lang.T(fr, en)
}

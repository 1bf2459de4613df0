package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"

	"netlab/grader/archive"
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

// parserErrors are the errors of the parser, and the same in French. The first
// that matches a part of an error is put in its place, one after the other.
var parserErrors = []struct {
	en *regexp.Regexp
	fr string
}{
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
	{regexp.MustCompile(`, did you mean (.*)\?$`), `, vouliez-vous $1 ?`},
	{regexp.MustCompile(`^(--\S+): stat (.*): no such file or directory$`), `$1 : $2 n'existe pas`},
	{regexp.MustCompile(`^(--\S+): (".*") exists but is not a directory$`), `$1 : $2 n'est pas un dossier`},
	{regexp.MustCompile(`^(--\S+): (".*") exists but is a directory.*$`), `$1 : $2 est un dossier`},
}

// noValue is what the parser says of a flag that ends the command line.
var noValue = regexp.MustCompile(`: expected \w+ value but got "EOL" \(<EOL>\)$`)

// parserText is an error of the parser in both languages.
func parserText(err error) lang.Text {
	en := noValue.ReplaceAllString(err.Error(), ": expected a value")
	fr := en
	for _, e := range parserErrors {
		fr = e.en.ReplaceAllString(fr, e.fr)
	}
	return lang.T(fr, en)
}

// errorText is an error in both languages where it is one that everybody comes
// across, such as a file that is not there; in English otherwise.
func errorText(err error) lang.Text {
	en := err.Error()
	if several, ok := err.(interface{ Unwrap() []error }); ok { //nolint:errorlint // the join itself, not one below
		var all []lang.Text
		for _, e := range several.Unwrap() {
			all = append(all, errorText(e))
		}
		return lang.Join("\n", all...)
	}
	if errors.Is(err, archive.ErrNoName) {
		return lang.T("aucune lettre de a à z dans ce nom : écrivez-le en lettres latines, sans chiffre", en)
	}
	var p *fs.PathError
	if !errors.As(err, &p) {
		return lang.T(en, en)
	}
	switch {
	case errors.Is(p.Err, fs.ErrNotExist):
		return lang.T(fmt.Sprintf("%s n'existe pas : vérifiez le nom et le dossier", p.Path), en)
	case errors.Is(p.Err, fs.ErrPermission):
		return lang.T(fmt.Sprintf("%s : le système n'en donne pas le droit", p.Path), en)
	}
	return lang.T(en, en)
}

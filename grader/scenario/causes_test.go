package scenario

import (
	"strings"
	"testing"
)

// TestCausesDependOnTheCircumstances: the same last words mean different things.
func TestCausesDependOnTheCircumstances(t *testing.T) {
	const unpack = "ValueError: not enough values to unpack (expected 3, got 1)"
	const index = "IndexError: list index out of range"
	const fstring = "SyntaxError: f-string: unmatched '['"
	used := map[string]bool{}
	for _, tt := range []struct {
		name   string
		f      failure
		fr, en string
	}{
		{
			"an f-string of Python 3.12",
			failure{words: fstring, python: "3.11.2"},
			`Python 3.11, qui lance ce programme, ne lit pas cette f-string (Python 3.12 en lit davantage) : entre les accolades, ni les guillemets qui entourent le texte, ni \`,
			`Python 3.11, which runs this program, cannot read this f-string (Python 3.12 reads more of them): inside the braces, neither the quotes that surround the text nor \`,
		},
		{"an f-string of no Python", failure{words: fstring, python: "3.13.0"}, "Python 3.13 ne peut pas lire ce code", "Python 3.13 cannot read this code"},
		{
			"a file named as a module",
			failure{words: "ImportError: cannot import name 'create_server' from partially initialized module 'socket' (most likely due to a circular import) (/home/etudiant/socket.py)", files: []string{"server.py", "socket.py"}},
			"socket.py porte le nom d'un module de Python, et l'un cache l'autre : renommez ce fichier", "socket.py has the name of one of Python's own modules, and one hides the other: rename this file",
		},
		{
			"an attribute of such a file",
			failure{words: "AttributeError: module 'select' has no attribute 'select'", files: []string{"lib/select.py"}},
			"select.py porte le nom d'un module de Python, et l'un cache l'autre : renommez ce fichier", "select.py has the name of one of Python's own modules, and one hides the other: rename this file",
		},
		{
			"a module below such a file",
			failure{words: "ModuleNotFoundError: No module named 'http.server'; 'http' is not a package", files: []string{"http.py"}},
			"http.py porte le nom d'un module de Python, et l'un cache l'autre : renommez ce fichier", "http.py has the name of one of Python's own modules, and one hides the other: rename this file",
		},
		{
			"a misspelt name of a module of Python",
			failure{words: "ImportError: cannot import name 'SOCK_STEAM' from 'socket' (/usr/lib/python3.11/socket.py)", files: []string{"server.py"}},
			"le module est là, mais il n'a rien de ce nom : vérifiez son orthographe", "the module is there, but has nothing of that name: check its spelling",
		},
		{
			"a misspelt name of a file",
			failure{words: "ImportError: cannot import name 'envoie' from 'outils' (/home/etudiant/outils.py)", files: []string{"server.py", "outils.py"}},
			"le module est là, mais il n'a rien de ce nom : vérifiez son orthographe", "the module is there, but has nothing of that name: check its spelling",
		},
		{
			"two files that need one another",
			failure{words: "ImportError: cannot import name 'a' from partially initialized module 'outils' (most likely due to a circular import) (/home/etudiant/outils.py)", files: []string{"server.py", "outils.py"}},
			"ce module n'est pas encore lu en entier : deux fichiers s'importent l'un l'autre", "this module is not wholly read yet: two files import one another",
		},
		{"no argument", failure{words: index, quoted: "port = int(sys.argv[1])", bare: true}, "le programme lit un argument (sys.argv), et il est lancé sans", "the program reads an argument (sys.argv), and it is run without"},
		{"one argument of two", failure{words: index, quoted: "port = int(sys.argv[2])"}, "le programme lit plus d'arguments qu'il n'en reçoit (sys.argv)", "the program reads more arguments than it gets (sys.argv)"},
		{
			"a message that is too short",
			failure{words: index, quoted: "verbe = ligne.split()[0]", bare: true},
			"un indice est au-delà de la fin (un message vide ? une ligne de moins de mots que prévu ?)", "an index is beyond the end (an empty message? a line of fewer words than expected?)",
		},
		{
			"as many names as arguments",
			failure{words: unpack, quoted: "_, message = sys.argv"},
			"sys.argv n'a pas autant d'éléments que de noms pour les recevoir : le nom du programme, puis ses arguments", "sys.argv does not have as many items as names to receive them: the program's name, then its arguments",
		},
		{
			"as many names as words",
			failure{words: unpack, quoted: "verbe, chemin, version = ligne.split()"},
			"la ligne n'a pas autant de mots que prévu (une ligne vide ?) : comptez-les avant de les ranger dans des noms", "the line does not have as many words as expected (an empty line?): count them before giving them names",
		},
		{"as many names as values", failure{words: unpack, quoted: "a, b = f()"}, "il n'y a pas autant de valeurs que de noms pour les recevoir", "there are not as many values as names to receive them"},
		{
			"an end of its own",
			failure{words: "BrokenPipeError: [Errno 32] Broken pipe", shutdown: true},
			"cette connexion ne laisse plus rien partir : le programme l'a fermée lui-même par shutdown() avant d'envoyer, ou l'autre bout est parti",
			"nothing can leave on this connection any more: the program closed it itself with shutdown() before sending, or the other end has left",
		},
		{"an end of the other", failure{words: "BrokenPipeError: [Errno 32] Broken pipe"}, "le programme se sert d'une connexion que l'autre bout a fermée", "the program uses a connection that the other end has closed"},
		{
			"usage of its own",
			failure{words: "Usage: server.py port", printed: "Usage: server.py port\n", bare: true},
			"le programme demande un argument ; l'énoncé le lance sans", "the program asks for an argument; the sheet runs it without",
		},
		{
			"usage by argparse",
			failure{words: "server.py: error: the following arguments are required: -p", printed: "usage: server.py [-h] -p P\nserver.py: error: the following arguments are required: -p\n", bare: true},
			"le programme demande un argument ; l'énoncé le lance sans", "the program asks for an argument; the sheet runs it without",
		},
		{"usage though it has an argument", failure{words: "usage: client.py -m MESSAGE", printed: "usage: client.py -m MESSAGE\n"}, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.f.cause()
			if got.FR != tt.fr || got.EN != tt.en {
				t.Errorf("got  %q\n     %q\nwant %q\n     %q", got.FR, got.EN, tt.fr, tt.en)
			}
			for _, c := range causes {
				used[c.text.EN] = used[c.text.EN] || !got.Empty() && strings.HasSuffix(got.EN, unfilled(c))
			}
		})
	}
	for _, c := range causes {
		if c.when != nil && !used[c.text.EN] {
			t.Errorf("never said: %s", c.text.EN)
		}
	}
}

// unfilled is the text of a cause from where nothing is filled in.
func unfilled(c cause) string {
	return c.text.EN[strings.LastIndex(c.text.EN, "}")+1:]
}

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
		{
			"a name whose line an exception cut short",
			failure{words: "NameError: name 'f' is not defined", quoted: "data = f.read()", source: "while True:\n    try:\n        f = open(name)\n    except OSError:\n        pass\n    data = f.read()\n"},
			"ce nom reçoit sa valeur sur une ligne qui n'a pas été exécutée jusqu'au bout : une exception l'a interrompue, ou le programme n'est pas passé par là ; après un except qui a tout traité, passez au client suivant (continue)", "this name gets its value on a line that was not run to its end: an exception cut it short, or the program did not come by; after an except that has seen to everything, go on to the next client (continue)",
		},
		{
			"in a function",
			failure{words: "UnboundLocalError: cannot access local variable 'f' where it is not associated with a value", quoted: "data = f.read()", source: "def serve():\n    with open(name) as f:\n        pass\n    data = f.read()\n"},
			"ce nom reçoit sa valeur sur une ligne qui n'a pas été exécutée jusqu'au bout : une exception l'a interrompue, ou le programme n'est pas passé par là ; après un except qui a tout traité, passez au client suivant (continue)", "this name gets its value on a line that was not run to its end: an exception cut it short, or the program did not come by; after an except that has seen to everything, go on to the next client (continue)",
		},
		{
			"a name of another function",
			failure{words: "NameError: name 'f' is not defined", quoted: "data = f.read()", source: "def first():\n    f = open(name)\n\ndata = f.read()\n"},
			"ce nom n'est défini nulle part (faute de frappe, import oublié ?)", "this name is defined nowhere (a typing error, a missing import?)",
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
		{"a server that calls", failure{words: "ConnectionRefusedError: [Errno 111] Connection refused", quoted: `s.connect(("localhost", 6666))`}, `un serveur n'appelle pas connect(), mais bind(), listen() puis accept()`, `a server does not call connect(), but bind(), listen() and then accept()`},
		{"a server that calls itself", failure{words: `ConnectionRefusedError: [Errno 111] Connection refused`, quoted: `s.connect(("localhost", 6666))`, listened: true}, `personne n'écoute à l'adresse et au port que le programme appelle`, `nobody listens at the address and port that the program calls`},
		{"a client that calls", failure{words: "ConnectionRefusedError: [Errno 111] Connection refused", quoted: `s.connect(("localhost", 6666))`, client: true}, `personne n'écoute à l'adresse et au port que le programme appelle`, `nobody listens at the address and port that the program calls`},
		{"a client that binds", failure{words: "OSError: [Errno 98] Address already in use", quoted: `s.bind(("", 6666))`, client: true}, `un client appelle connect(), et non bind() : ce port est celui du serveur`, `a client calls connect(), not bind(): this port is the server's`},
		{"a client in the place of the server", failure{words: "OSError: [Errno 98] Address already in use", quoted: `s.bind(("", 6666))`, client: true, swapped: true}, `client_echo.py et server_echo.py semblent échangés : c'est le client qui appelle connect(), et le serveur bind(), listen() et accept()`, `client_echo.py and server_echo.py seem to be swapped: it is the client that calls connect(), and the server bind(), listen() and accept()`},
		{"a server in the place of the client", failure{words: "ConnectionRefusedError: [Errno 111] Connection refused", quoted: `s.connect(("", 6666))`, swapped: true}, `client_echo.py et server_echo.py semblent échangés : c'est le client qui appelle connect(), et le serveur bind(), listen() et accept()`, `client_echo.py and server_echo.py seem to be swapped: it is the client that calls connect(), and the server bind(), listen() and accept()`},
		{"a port taken twice", failure{words: "OSError: [Errno 98] Address already in use", quoted: `s.bind(("", 6666))`, listened: true}, `ce programme a déjà pris ce port : bind() et listen() une seule fois, avant la boucle`, `this program has taken this port already: bind() and listen() once, before the loop`},
		{"a port of another", failure{words: "OSError: [Errno 98] Address already in use", quoted: `s.bind(("", 6666))`}, `le port est déjà pris`, `the port is already taken`},
		{"listen forgotten", failure{words: "OSError: [Errno 22] Invalid argument", quoted: "fd, addr = self._accept()"}, `cette socket n'écoute pas : listen() doit venir avant accept()`, `this socket does not listen: listen() must come before accept()`},
		{"bound twice", failure{words: "OSError: [Errno 22] Invalid argument", quoted: `s.bind(("", 6666))`}, `cette socket a déjà une adresse : bind() une seule fois, avant la boucle`, `this socket has an address already: bind() once, before the loop`},
		{"another bad argument", failure{words: "OSError: [Errno 22] Invalid argument", quoted: "s.setsockopt(1, 2, 3)"}, ``, ``},
		{"UDP", failure{words: "OSError: [Errno 95] Operation not supported", file: "server.py", source: "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)"}, `server.py ouvre une socket UDP (SOCK_DGRAM) ; l'énoncé veut TCP : socket.SOCK_STREAM, puis listen() et accept()`, `server.py opens a UDP socket (SOCK_DGRAM); the sheet wants TCP: socket.SOCK_STREAM, then listen() and accept()`},
		{"UDP and TCP", failure{words: "OSError: [Errno 95] Operation not supported", source: "SOCK_DGRAM, SOCK_STREAM"}, ``, ``},
		{"the module for the function", failure{words: "TypeError: 'module' object is not callable", quoted: "s = socket(socket.AF_INET, socket.SOCK_STREAM)"}, `après import socket, socket est le module : la fonction s'écrit socket.socket(…)`, `after import socket, socket is the module: the function is written socket.socket(…)`},
		{"another module", failure{words: "TypeError: 'module' object is not callable", quoted: "d = datetime(2024, 1, 1)"}, `un module ne s'appelle pas : module.fonction(…)`, `a module cannot be called: module.function(…)`},
		{"the class for the module", failure{words: "AttributeError: type object 'socket' has no attribute 'AF_INET'", source: "from socket import *"}, `« from socket import … » a fait de socket la classe elle-même : écrivez import socket`, `“from socket import …” has made socket the class itself: write import socket`},
		{"a misspelt module of Python", failure{words: "ModuleNotFoundError: No module named 'sockets'"}, `ce module n'est pas là (une faute de frappe ? socket existe)`, `this module is not there (a typing error? socket exists)`},
		{"a module of Python 2", failure{words: "ModuleNotFoundError: No module named 'Queue'"}, `c'est du Python 2, et les programmes sont lancés avec Python 3`, `this is Python 2, and programs are run with Python 3`},
		{"usage though it has an argument", failure{words: "usage: client.py -m MESSAGE", printed: "usage: client.py -m MESSAGE\n"}, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.f.cause()
			if got.FR != tt.fr || got.EN != tt.en {
				t.Errorf("got  %q\n     %q\nwant %q\n     %q", got.FR, got.EN, tt.fr, tt.en)
			}
			for _, c := range causes() {
				used[c.text.EN] = used[c.text.EN] || !got.Empty() && strings.HasSuffix(got.EN, unfilled(c))
			}
		})
	}
	for _, c := range causes() {
		if c.when != nil && !used[c.text.EN] {
			t.Errorf("never said: %s", c.text.EN)
		}
	}
}

// unfilled is the text of a cause from where nothing is filled in.
func unfilled(c cause) string {
	return c.text.EN[strings.LastIndex(c.text.EN, "}")+1:]
}

package scenario

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"netlab/grader/lang"
)

// failure is how a program failed, as far as the cause depends on it.
type failure struct {
	words    string   // its last words: the last line of its traceback
	quoted   string   // the line of source that the traceback quotes last
	printed  string   // all that it printed
	bare     bool     // it was started without an argument
	file     string   // that was started: "server.py"
	source   string   // what is in it, without comments
	client   bool     // it is a client: the grader plays the server, or the sheet names it so
	swapped  bool     // the submission's client waits for clients, and its server calls
	listened bool     // it was seen to listen before
	python   string   // the version that ran it, "3.11.2"
	files    []string // the submission's, by their path
	shutdown bool     // the submission has a call of shutdown
}

// cause is what the last words of a program mean, in plain words.
type cause struct {
	match *regexp.Regexp
	when  func(f *failure) bool // it must hold too, if not nil
	text  lang.Text             // {python} stands for the version that ran the program, {program} for its file, {file} for the file that has the name of a module, {near} for the module that was meant
}

// causes are the commonest last words of students' programs. The first that
// fits counts. They are made when the first program fails: each reference program
// is this program too, and starts often.
var causes = sync.OnceValue(func() []cause {
	return []cause{
		// What the words alone do not tell.
		{regexp.MustCompile(`^SyntaxError: f-string`), (*failure).before312, lang.T(`{python}, qui lance ce programme, ne lit pas cette f-string (Python 3.12 en lit davantage) : entre les accolades, ni les guillemets qui entourent le texte, ni \`, `{python}, which runs this program, cannot read this f-string (Python 3.12 reads more of them): inside the braces, neither the quotes that surround the text nor \`)},
		{regexp.MustCompile(`^(ImportError|ModuleNotFoundError|AttributeError): `), (*failure).shares, lang.T("{file} porte le nom d'un module de Python, et l'un cache l'autre : renommez ce fichier", "{file} has the name of one of Python's own modules, and one hides the other: rename this file")},
		{regexp.MustCompile(`IndexError`), (*failure).bareArgv, lang.T("le programme lit un argument (sys.argv), et il est lancé sans", "the program reads an argument (sys.argv), and it is run without")},
		{regexp.MustCompile(`IndexError`), (*failure).argv, lang.T("le programme lit plus d'arguments qu'il n'en reçoit (sys.argv)", "the program reads more arguments than it gets (sys.argv)")},
		{regexp.MustCompile(`(not enough|too many) values to unpack`), (*failure).argv, lang.T("sys.argv n'a pas autant d'éléments que de noms pour les recevoir : le nom du programme, puis ses arguments", "sys.argv does not have as many items as names to receive them: the program's name, then its arguments")},
		{regexp.MustCompile(`(not enough|too many) values to unpack`), (*failure).splits, lang.T("la ligne n'a pas autant de mots que prévu (une ligne vide ?) : comptez-les avant de les ranger dans des noms", "the line does not have as many words as expected (an empty line?): count them before giving them names")},
		{regexp.MustCompile(`BrokenPipeError`), func(f *failure) bool { return f.shutdown }, lang.T("cette connexion ne laisse plus rien partir : le programme l'a fermée lui-même par shutdown() avant d'envoyer, ou l'autre bout est parti", "nothing can leave on this connection any more: the program closed it itself with shutdown() before sending, or the other end has left")},
		{regexp.MustCompile(`Connection refused|Address already in use|Operation not supported`), (*failure).mixedUp, lang.T("client_echo.py et server_echo.py semblent échangés : c'est le client qui appelle connect(), et le serveur bind(), listen() et accept()", "client_echo.py and server_echo.py seem to be swapped: it is the client that calls connect(), and the server bind(), listen() and accept()")},
		{regexp.MustCompile(`Connection refused`), (*failure).serverCalls, lang.T("un serveur n'appelle pas connect(), mais bind(), listen() puis accept()", "a server does not call connect(), but bind(), listen() and then accept()")},
		{regexp.MustCompile(`Address already in use`), (*failure).clientBinds, lang.T("un client appelle connect(), et non bind() : ce port est celui du serveur", "a client calls connect(), not bind(): this port is the server's")},
		{regexp.MustCompile(`Address already in use`), func(f *failure) bool { return f.listened }, lang.T("ce programme a déjà pris ce port : bind() et listen() une seule fois, avant la boucle", "this program has taken this port already: bind() and listen() once, before the loop")},
		{regexp.MustCompile(`Errno 22\] Invalid argument`), (*failure).accepts, lang.T("cette socket n'écoute pas : listen() doit venir avant accept()", "this socket does not listen: listen() must come before accept()")},
		{regexp.MustCompile(`Errno 22\] Invalid argument`), (*failure).binds, lang.T("cette socket a déjà une adresse : bind() une seule fois, avant la boucle", "this socket has an address already: bind() once, before the loop")},
		{regexp.MustCompile(`Operation not supported`), (*failure).udp, overUDP("{program}", false)},
		{regexp.MustCompile(`'module' object is not callable`), (*failure).callsSocket, lang.T("après import socket, socket est le module : la fonction s'écrit socket.socket(…)", "after import socket, socket is the module: the function is written socket.socket(…)")},
		{regexp.MustCompile(`type object 'socket' has no attribute`), (*failure).fromSocket, lang.T("« from socket import … » a fait de socket la classe elle-même : écrivez import socket", "“from socket import …” has made socket the class itself: write import socket")},
		{regexp.MustCompile(`NameError|UnboundLocalError`), (*failure).assignsLater, lang.T("ce nom reçoit sa valeur sur une ligne qui n'a pas été exécutée jusqu'au bout : une exception l'a interrompue, ou le programme n'est pas passé par là ; après un except qui a tout traité, passez au client suivant (continue)", "this name gets its value on a line that was not run to its end: an exception cut it short, or the program did not come by; after an except that has seen to everything, go on to the next client (continue)")},
		{regexp.MustCompile(`^`), (*failure).wantsArgument, lang.T("le programme demande un argument ; l'énoncé le lance sans", "the program asks for an argument; the sheet runs it without")},

		// What they do.
		{regexp.MustCompile(`SyntaxError: Missing parentheses in call to 'print'|SyntaxError: Missing parentheses in call to 'exec'`), nil, lang.T("c'est du Python 2 : en Python 3, print est une fonction, print(…)", "this is Python 2: in Python 3 print is a function, print(…)")},
		{regexp.MustCompile(`NameError: name 'raw_input'|NameError: name 'unicode'|NameError: name 'xrange'|No module named '(SocketServer|BaseHTTPServer|SimpleHTTPServer|urllib2|Queue|thread)'`), nil, lang.T("c'est du Python 2, et les programmes sont lancés avec Python 3", "this is Python 2, and programs are run with Python 3")},
		{regexp.MustCompile(`a bytes-like object is required, not 'str'`), nil, lang.T("une socket envoie et reçoit des octets : il faut encoder le texte (.encode()) avant de l'envoyer", "a socket sends and receives bytes: encode the text (.encode()) before sending it")},
		{regexp.MustCompile(`can('t|not) (concat|convert).*bytes|can only concatenate str \(not "bytes"\)|must be str, not bytes|startswith first arg must be (bytes|str)|expected (str|a bytes-like object)`), nil, lang.T("un texte (str) et des octets (bytes) ne se mélangent pas : il faut .encode() ou .decode()", "text (str) and bytes do not mix: use .encode() or .decode()")},
		{regexp.MustCompile(`can only concatenate str \(not "\w+"\) to str`), nil, lang.T("on n'ajoute à un texte qu'un texte : str(…), ou une f-string, f\"… {…}\"", "only a text is added to a text: str(…), or an f-string, f\"… {…}\"")},
		{regexp.MustCompile(`recv\(\) takes at least 1 argument`), nil, lang.T("recv() veut le nombre d'octets à lire au plus : recv(1024)", "recv() wants the most bytes to read: recv(1024)")},
		{regexp.MustCompile(`'str' object has no attribute 'decode'`), nil, lang.T("c'est déjà un texte : decode() est pour des octets", "it is a text already: decode() is for bytes")},
		{regexp.MustCompile(`'bytes' object has no attribute 'encode'`), nil, lang.T("ce sont déjà des octets : encode() est pour un texte", "it is bytes already: encode() is for a text")},
		{regexp.MustCompile(`'module' object is not callable`), nil, lang.T("un module ne s'appelle pas : module.fonction(…)", "a module cannot be called: module.function(…)")},
		{regexp.MustCompile(`(bind|connect|connect_ex)\(\) takes exactly one argument|AF_INET6? address must be tuple`), nil, lang.T("l'adresse est un seul argument, un couple : bind(('', 6666)), connect(('localhost', 6666))", "the address is one argument, a pair: bind(('', 6666)), connect(('localhost', 6666))")},
		{regexp.MustCompile(`string argument without an encoding`), nil, lang.T("bytes(texte) veut un codage : bytes(texte, \"utf-8\") ou texte.encode()", "bytes(text) wants an encoding: bytes(text, \"utf-8\") or text.encode()")},
		{regexp.MustCompile(`invalid literal for int`), nil, lang.T("ce texte n'est pas un nombre entier", "this text is not a whole number")},
		{regexp.MustCompile(`was never awaited`), nil, lang.T("appeler une fonction async ne l'exécute pas : asyncio.run(main()) ou await", "calling an async function does not run it: asyncio.run(main()) or await")},
		{regexp.MustCompile(`'str' object cannot be interpreted as an integer`), nil, lang.T("un nombre est attendu et non un texte : 6666 et non \"6666\", int(…) pour convertir", "a number is wanted and not a text: 6666 and not \"6666\", int(…) to convert")},
		{regexp.MustCompile(`'tuple' object has no attribute '(recv|send|sendall|close|makefile)'`), nil, lang.T("accept() rend un couple, la socket et l'adresse : conn, adresse = s.accept()", "accept() returns a pair, the socket and the address: conn, address = s.accept()")},
		{regexp.MustCompile(`Transport endpoint is not connected`), nil, lang.T("cette socket n'est pas connectée : on reçoit et on envoie sur celle que rend accept(), ou après connect()", "this socket is not connected: receive and send on the one that accept() returns, or after connect()")},
		{regexp.MustCompile(`Non-UTF-8 code`), nil, lang.T("le fichier n'est pas enregistré en UTF-8 : enregistrez-le ainsi, ou déclarez son codage en première ligne (# -*- coding: latin-1 -*-)", "the file is not saved in UTF-8: save it so, or declare its encoding in the first line (# -*- coding: latin-1 -*-)")},
		{regexp.MustCompile(`Address already in use`), nil, lang.T("le port est déjà pris", "the port is already taken")},
		{regexp.MustCompile(`ModuleNotFoundError`), (*failure).misspells, lang.T("ce module n'est pas là (une faute de frappe ? {near} existe)", "this module is not there (a typing error? {near} exists)")},
		{regexp.MustCompile(`ModuleNotFoundError`), nil, lang.T("ce module n'est pas là : seule la bibliothèque standard de Python est fournie, et les fichiers de l'archive", "this module is not there: only Python's standard library is provided, and the files of the archive")},
		{regexp.MustCompile(`ImportError: cannot import name .* partially initialized module`), nil, lang.T("ce module n'est pas encore lu en entier : deux fichiers s'importent l'un l'autre", "this module is not wholly read yet: two files import one another")},
		{regexp.MustCompile(`ImportError: cannot import name`), nil, lang.T("le module est là, mais il n'a rien de ce nom : vérifiez son orthographe", "the module is there, but has nothing of that name: check its spelling")},
		{regexp.MustCompile(`ImportError: attempted relative import`), nil, lang.T("le fichier est lancé comme un programme, où « from . » ne mène nulle part : import module, sans point", "the file is run as a program, where “from .” leads nowhere: import module, without a dot")},
		{regexp.MustCompile(`EOFError`), nil, lang.T("le programme lit le clavier alors que rien n'y est tapé", "the program reads the keyboard and nothing is typed")},
		{regexp.MustCompile(`UnicodeDecodeError`), nil, lang.T("des octets qui ne sont pas de l'UTF-8 ont été décodés comme du texte", "bytes that are not UTF-8 were decoded as text")},
		{regexp.MustCompile(`UnicodeEncodeError`), nil, lang.T("ce texte ne peut pas être encodé ainsi : UTF-8 encode tout", "this text cannot be encoded that way: UTF-8 encodes everything")},
		{regexp.MustCompile(`ConnectionRefusedError`), nil, lang.T("personne n'écoute à l'adresse et au port que le programme appelle", "nobody listens at the address and port that the program calls")},
		{regexp.MustCompile(`BrokenPipeError|ConnectionResetError|ConnectionAbortedError`), nil, lang.T("le programme se sert d'une connexion que l'autre bout a fermée", "the program uses a connection that the other end has closed")},
		{regexp.MustCompile(`(?:TimeoutError|timeout): timed out`), nil, lang.T("rien n'est venu dans le délai que le programme se donne (settimeout, timeout=) : qu'il attende plus longtemps, ou sans délai", "nothing came within the time that the program gives itself (settimeout, timeout=): let it wait longer, or without a limit")},
		{regexp.MustCompile(`Bad file descriptor|WinError 10038`), nil, lang.T("le programme se sert d'une socket qu'il a déjà fermée", "the program uses a socket that it has already closed")},
		{regexp.MustCompile(`FileNotFoundError`), nil, lang.T("le fichier demandé n'existe pas, et l'exception n'est pas traitée", "the file asked for does not exist, and the exception is not handled")},
		{regexp.MustCompile(`IndexError`), nil, lang.T("un indice est au-delà de la fin (un message vide ? une ligne de moins de mots que prévu ?)", "an index is beyond the end (an empty message? a line of fewer words than expected?)")},
		{regexp.MustCompile(`gaierror`), nil, lang.T("ce nom de machine n'existe pas", "this host name does not exist")},
		{regexp.MustCompile(`expected an indented block`), nil, lang.T("les lignes qui dépendent de while, if, def… (ce qui finit par « : ») doivent être indentées", "the lines that belong to while, if, def… (what ends with “:”) must be indented")},
		{regexp.MustCompile(`TabError`), nil, lang.T("des tabulations et des espaces sont mêlées dans l'indentation", "tabs and spaces are mixed in the indentation")},
		{regexp.MustCompile(`IndentationError`), nil, lang.T("l'indentation n'est pas régulière", "the indentation is not consistent")},
		{regexp.MustCompile(`SyntaxError: multiple exception types must be parenthesized`), nil, lang.T("« except X, e: » est du Python 2 : en Python 3, except X as e:, ou except (X, Y): pour plusieurs", "“except X, e:” is Python 2: in Python 3 except X as e:, or except (X, Y): for several")},
		{regexp.MustCompile(`SyntaxError: invalid character '[“”‘’«»„‟‚‛]'`), nil, lang.T("ce guillemet vient d'un traitement de texte ou d'une page web : Python veut \" ou '", "this quote comes from a word processor or a web page: Python wants \" or '")},
		{regexp.MustCompile(`SyntaxError: invalid non-printable character U\+00A0`), nil, lang.T("une espace insécable est dans cette ligne, qui ne se voit pas : retapez ses espaces", "there is a no-break space in this line, which cannot be seen: type its spaces again")},
		{regexp.MustCompile(`SyntaxError`), nil, lang.T("{python} ne peut pas lire ce code", "{python} cannot read this code")},
		{regexp.MustCompile(`Cannot assign requested address`), nil, lang.T("cette adresse n'est pas celle de la machine : '' ou 'localhost' convient partout", "this address is not the machine's own: '' or 'localhost' is right everywhere")},
		{regexp.MustCompile(`Network is unreachable|No route to host`), nil, lang.T("cette adresse est celle d'une autre machine, qu'on n'atteint pas d'ici : le serveur est sur 'localhost'", "this is the address of another machine, which cannot be reached from here: the server is on 'localhost'")},
		{regexp.MustCompile(`port must be 0-65535`), nil, lang.T("un port est compris entre 0 et 65535", "a port is between 0 and 65535")},
		{regexp.MustCompile(`not enough values to unpack|too many values to unpack`), nil, lang.T("il n'y a pas autant de valeurs que de noms pour les recevoir", "there are not as many values as names to receive them")},
		{regexp.MustCompile(`UnboundLocalError`), nil, lang.T("cette variable est modifiée dans la fonction sans y être définie (global ?)", "this variable is changed in the function without being defined there (global?)")},
		{regexp.MustCompile(`AttributeError`), nil, lang.T("cet objet n'a ni méthode ni attribut de ce nom (faute de frappe ? un objet d'une autre sorte ?)", "this object has neither a method nor an attribute of that name (a typing error? another kind of object?)")},
		{regexp.MustCompile(`NameError`), nil, lang.T("ce nom n'est défini nulle part (faute de frappe, import oublié ?)", "this name is defined nowhere (a typing error, a missing import?)")},
	}
})

// cause explains how a program failed, if that is a common way.
func (f *failure) cause() lang.Text {
	for _, c := range causes() {
		if c.match.MatchString(f.words) && (c.when == nil || c.when(f)) {
			fill := strings.NewReplacer("{python}", "Python "+minor(f.python), "{file}", f.namesake(), "{near}", f.near(), "{program}", f.file)
			return lang.T(fill.Replace(c.text.FR), fill.Replace(c.text.EN))
		}
	}
	return lang.Text{}
}

// minor shortens a version, "3.11.2", to what changes the language: "3.11".
func minor(version string) string {
	if parts := strings.SplitN(version, ".", 3); len(parts) == 3 {
		return parts[0] + "." + parts[1]
	}
	return version
}

// before312 tells whether Python is older than 3.12, the first to take any
// expression between the braces of an f-string (PEP 701).
func (f *failure) before312() bool {
	var major, minor int
	_, err := fmt.Sscanf(f.python, "%d.%d", &major, &minor)
	return err == nil && major == 3 && minor < 12
}

// assignsLater tells whether the name that the program lacks gets a value where
// it would have been seen: in the same function, or outside of all functions.
func (f *failure) assignsLater() bool {
	name := lacked.FindStringSubmatch(f.words)
	if name == nil {
		return false
	}
	gives := regexp.MustCompile(`^[ \t]*(?:with\b.* as )?` + name[1] + `(?:[ \t]*=[^=]|[ \t]*:)`)
	if gives.MatchString(f.quoted) {
		return false // from itself: what is missing is a beginning, or global
	}
	inside := -1 // how far the function is indented that the line is in
	for line := range strings.Lines(f.source) {
		text := strings.TrimLeft(line, " \t")
		indent := len(line) - len(text)
		if strings.TrimSpace(text) != "" && indent <= inside {
			inside = -1
		}
		if inside < 0 && (strings.HasPrefix(text, "def ") || strings.HasPrefix(text, "async def ") || strings.HasPrefix(text, "class ")) {
			inside = indent
		}
		if gives.MatchString(line) && (inside >= 0) == strings.Contains(f.words, "UnboundLocalError") {
			return true
		}
	}
	return false
}

// lacked is the name that a program has no value for.
var lacked = regexp.MustCompile(`(?:name|variable) '(\w+)'`)

func (f *failure) argv() bool     { return strings.Contains(f.quoted, "argv") }
func (f *failure) bareArgv() bool { return f.argv() && f.bare }
func (f *failure) splits() bool   { return strings.Contains(f.quoted, "split(") }

func (f *failure) accepts() bool  { return strings.Contains(f.quoted, "accept(") }
func (f *failure) binds() bool    { return strings.Contains(f.quoted, "bind(") }
func (f *failure) connects() bool { return strings.Contains(f.quoted, "connect") }

func (f *failure) serverCalls() bool { return !f.client && !f.listened && f.connects() }
func (f *failure) clientBinds() bool { return f.client && f.binds() }
func (f *failure) mixedUp() bool     { return f.swapped && (f.serverCalls() || f.clientBinds()) }

func (f *failure) udp() bool        { return !f.client && opensUDP(f.source) }
func (f *failure) fromSocket() bool { return strings.Contains(f.source, "from socket import") }

// socketCall is a call of what the name socket alone means.
var socketCall = regexp.MustCompile(`(?:^|[^.\w])socket\(`)

func (f *failure) callsSocket() bool {
	return socketCall.MatchString(f.quoted) && !f.fromSocket()
}

// near returns the module of Python whose name is nearly that of one that was
// not found, or "".
func (f *failure) near() string {
	m := module.FindStringSubmatch(f.words)
	if m == nil || len(m[1]) < 4 || slices.Contains(taken, m[1]) {
		return ""
	}
	for _, name := range taken {
		if distance(m[1], name) == 1 {
			return name
		}
	}
	return ""
}

func (f *failure) misspells() bool { return f.near() != "" }

// usageLine is how programs say that they want arguments.
var usageLine = regexp.MustCompile(`(?im)^\W*(usage|utilisation|syntaxe)\b|arguments are required:`)

// wantsArgument tells whether a program that was given no argument has ended over it.
func (f *failure) wantsArgument() bool {
	return f.bare && usageLine.MatchString(f.printed) && !strings.Contains(f.printed, traceback)
}

// module is how Python names the module in which it did not find something.
var module = regexp.MustCompile(`(?:from|module|named|;)(?: partially initialized module)? '(\w+)(?:\.[\w.]*)?'`)

// taken are the modules of Python that the programs of a network lab import,
// themselves or through others, and whose names students give to their files.
// The file hides the module, or, where the interpreter has loaded it already,
// the module the file.
var taken = []string{
	"abc", "argparse", "ast", "asyncio", "base64", "calendar", "cmd", "code", "codecs", "collections", "copy", "csv", "datetime", "dis", "email", "enum", "errno",
	"functools", "glob", "hashlib", "heapq", "html", "http", "inspect", "io", "json", "keyword", "locale", "logging", "math", "mimetypes", "numbers", "operator",
	"os", "pathlib", "pickle", "platform", "queue", "random", "re", "select", "selectors", "shutil", "signal", "socket", "socketserver", "site", "ssl", "stat", "string",
	"struct", "subprocess", "sys", "tempfile", "test", "threading", "time", "token", "tokenize", "traceback", "types", "typing", "urllib", "uuid", "warnings", "weakref",
}

// namesake returns the file of the submission that has the name of the module
// of Python in which something was not found, or "".
func (f *failure) namesake() string {
	for _, m := range module.FindAllStringSubmatch(f.words, -1) {
		for _, file := range f.files {
			if path.Base(file) == m[1]+".py" && slices.Contains(taken, m[1]) {
				return path.Base(file)
			}
		}
	}
	return ""
}

func (f *failure) shares() bool { return f.namesake() != "" }

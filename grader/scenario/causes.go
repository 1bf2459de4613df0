package scenario

import (
	"regexp"

	"netlab/grader/lang"
)

// causes are the commonest last words of students' programs, in plain words.
var causes = []struct {
	match *regexp.Regexp
	text  lang.Text
}{
	{regexp.MustCompile(`SyntaxError: Missing parentheses in call to 'print'|SyntaxError: Missing parentheses in call to 'exec'`), lang.T("c'est du Python 2 : en Python 3, print est une fonction, print(…)", "this is Python 2: in Python 3 print is a function, print(…)")},
	{regexp.MustCompile(`NameError: name 'raw_input'|NameError: name 'unicode'|NameError: name 'xrange'|No module named '(SocketServer|BaseHTTPServer|SimpleHTTPServer|urllib2|Queue|thread)'`), lang.T("c'est du Python 2, et les programmes sont lancés avec Python 3", "this is Python 2, and programs are run with Python 3")},
	{regexp.MustCompile(`a bytes-like object is required, not 'str'`), lang.T("une socket envoie et reçoit des octets : il faut encoder le texte (.encode()) avant de l'envoyer", "a socket sends and receives bytes: encode the text (.encode()) before sending it")},
	{regexp.MustCompile(`can('t|not) (concat|convert).*bytes|can only concatenate str \(not "bytes"\)|must be str, not bytes|startswith first arg must be (bytes|str)|expected (str|a bytes-like object)`), lang.T("un texte (str) et des octets (bytes) ne se mélangent pas : il faut .encode() ou .decode()", "text (str) and bytes do not mix: use .encode() or .decode()")},
	{regexp.MustCompile(`(bind|connect|connect_ex)\(\) takes exactly one argument`), lang.T("l'adresse est un seul argument, un couple : bind(('', 6666)), connect(('localhost', 6666))", "the address is one argument, a pair: bind(('', 6666)), connect(('localhost', 6666))")},
	{regexp.MustCompile(`string argument without an encoding`), lang.T("bytes(texte) veut un codage : bytes(texte, \"utf-8\") ou texte.encode()", "bytes(text) wants an encoding: bytes(text, \"utf-8\") or text.encode()")},
	{regexp.MustCompile(`invalid literal for int`), lang.T("ce texte n'est pas un nombre entier", "this text is not a whole number")},
	{regexp.MustCompile(`was never awaited`), lang.T("appeler une fonction async ne l'exécute pas : asyncio.run(main()) ou await", "calling an async function does not run it: asyncio.run(main()) or await")},
	{regexp.MustCompile(`'str' object cannot be interpreted as an integer`), lang.T("un nombre est attendu et non un texte : 6666 et non \"6666\", int(…) pour convertir", "a number is wanted and not a text: 6666 and not \"6666\", int(…) to convert")},
	{regexp.MustCompile(`'tuple' object has no attribute '(recv|send|sendall|close|makefile)'`), lang.T("accept() rend un couple, la socket et l'adresse : conn, adresse = s.accept()", "accept() returns a pair, the socket and the address: conn, address = s.accept()")},
	{regexp.MustCompile(`Transport endpoint is not connected`), lang.T("cette socket n'est pas connectée : on reçoit et on envoie sur celle que rend accept(), ou après connect()", "this socket is not connected: receive and send on the one that accept() returns, or after connect()")},
	{regexp.MustCompile(`Non-UTF-8 code`), lang.T("le fichier n'est pas enregistré en UTF-8 : enregistrez-le ainsi, ou déclarez son codage en première ligne (# -*- coding: latin-1 -*-)", "the file is not saved in UTF-8: save it so, or declare its encoding in the first line (# -*- coding: latin-1 -*-)")},
	{regexp.MustCompile(`Address already in use`), lang.T("le port est déjà pris", "the port is already taken")},
	{regexp.MustCompile(`ModuleNotFoundError|ImportError`), lang.T("ce module n'est pas là : seule la bibliothèque standard de Python est fournie", "this module is not there: only Python's standard library is provided")},
	{regexp.MustCompile(`EOFError`), lang.T("le programme lit le clavier alors que rien n'y est tapé", "the program reads the keyboard and nothing is typed")},
	{regexp.MustCompile(`UnicodeDecodeError`), lang.T("des octets qui ne sont pas de l'UTF-8 ont été décodés comme du texte", "bytes that are not UTF-8 were decoded as text")},
	{regexp.MustCompile(`UnicodeEncodeError`), lang.T("ce texte ne peut pas être encodé ainsi : UTF-8 encode tout", "this text cannot be encoded that way: UTF-8 encodes everything")},
	{regexp.MustCompile(`ConnectionRefusedError`), lang.T("personne n'écoute à l'adresse et au port que le programme appelle", "nobody listens at the address and port that the program calls")},
	{regexp.MustCompile(`BrokenPipeError|ConnectionResetError|ConnectionAbortedError`), lang.T("le programme se sert d'une connexion que l'autre bout a fermée", "the program uses a connection that the other end has closed")},
	{regexp.MustCompile(`Bad file descriptor|WinError 10038`), lang.T("le programme se sert d'une socket qu'il a déjà fermée", "the program uses a socket that it has already closed")},
	{regexp.MustCompile(`FileNotFoundError`), lang.T("le fichier demandé n'existe pas, et l'exception n'est pas traitée", "the file asked for does not exist, and the exception is not handled")},
	{regexp.MustCompile(`IndexError`), lang.T("un indice est hors de la liste (sys.argv ? un message vide ?)", "an index is outside of the list (sys.argv? an empty message?)")},
	{regexp.MustCompile(`gaierror`), lang.T("ce nom de machine n'existe pas", "this host name does not exist")},
	{regexp.MustCompile(`IndentationError|TabError`), lang.T("l'indentation n'est pas régulière", "the indentation is not consistent")},
	{regexp.MustCompile(`SyntaxError`), lang.T("Python 3 ne peut pas lire ce code", "Python 3 cannot read this code")},
	{regexp.MustCompile(`Cannot assign requested address`), lang.T("cette adresse n'est pas celle de la machine : '' ou 'localhost' convient partout", "this address is not the machine's own: '' or 'localhost' is right everywhere")},
	{regexp.MustCompile(`Network is unreachable|No route to host`), lang.T("cette adresse est celle d'une autre machine, qu'on n'atteint pas d'ici : le serveur est sur 'localhost'", "this is the address of another machine, which cannot be reached from here: the server is on 'localhost'")},
	{regexp.MustCompile(`port must be 0-65535`), lang.T("un port est compris entre 0 et 65535", "a port is between 0 and 65535")},
	{regexp.MustCompile(`not enough values to unpack|too many values to unpack`), lang.T("il n'y a pas autant de valeurs que de noms pour les recevoir (sys.argv ? un message vide ?)", "there are not as many values as names to receive them (sys.argv? an empty message?)")},
	{regexp.MustCompile(`UnboundLocalError`), lang.T("cette variable est modifiée dans la fonction sans y être définie (global ?)", "this variable is changed in the function without being defined there (global?)")},
	{regexp.MustCompile(`AttributeError`), lang.T("cet objet n'a rien de ce nom (faute de frappe ? un objet d'une autre sorte ?)", "this object has nothing of that name (a typing error? another kind of object?)")},
	{regexp.MustCompile(`NameError`), lang.T("ce nom n'est défini nulle part (faute de frappe, import oublié ?)", "this name is defined nowhere (a typing error, a missing import?)")},
}

// causeOf explains the last line of a traceback, if it is a common one.
func causeOf(words string) lang.Text {
	for _, c := range causes {
		if c.match.MatchString(words) {
			return c.text
		}
	}
	return lang.Text{}
}

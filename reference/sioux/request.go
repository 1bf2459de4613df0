package sioux

import (
	"bufio"
	"net/url"
	"regexp"
	"strings"
)

// What is read of a request before giving up.
const (
	maxLine   = 16 * 1024 // octets of the request line: 9112 3 asks for 8000 at least
	maxHeader = 32 * 1024 // octets of all the fields together
	maxFields = 100
	maxEmpty  = 4 // empty lines before the request line
)

// request is what the client asks. The zero request is one that nothing is
// known of: no other can follow it.
type request struct {
	line      string // the request line as it came
	method    string
	rawPath   string // of the target, from its first slash to its query
	path      string // rawPath once percent-decoded
	http10    bool   // HTTP/1.0 rather than 1.1
	header    header
	keepAlive bool // another request may follow
}

// header holds the fields by lower-case name; the values of a field that comes
// several times are joined with a comma, as 9110 5.3 allows.
type header map[string]string

// has reports whether the list of field name holds token, whatever their case.
func (h header) has(name, token string) bool {
	for item := range strings.SplitSeq(h[name], ",") {
		if strings.EqualFold(strings.TrimSpace(item), token) {
			return true
		}
	}
	return false
}

// readRequest reads a request, body included, to the first octet of the next
// one. The error is a refused, or comes from in; the request, never nil, then
// holds what was understood of it, and keepAlive is false.
func readRequest(in *bufio.Reader) (req *request, err error) {
	req = &request{}
	tooLong := refuse(414, "L'adresse demandée est trop longue.")
	for empty := 0; req.line == ""; empty++ { // some clients send one too many: 9112 2.2
		if empty > maxEmpty {
			return req, refuse(400, "La requête commence par trop de lignes vides.")
		}
		if req.line, err = readLine(in, maxLine, tooLong, false); err != nil {
			return req, err
		}
	}
	if err := req.parseLine(); err != nil {
		return req, err
	}
	if req.header, err = readFields(in, false); err != nil {
		return req, err
	}
	// 9112 3.2: HTTP/1.1 wants one Host, which is a name. (Two of them, once
	// joined, hold a space.)
	if name, found := req.header["host"]; !host.MatchString(name) || !found && !req.http10 {
		return req, refuse(400, "HTTP/1.1 demande une ligne Host, et une seule, bien écrite.")
	}
	if err := req.skipBody(in); err != nil {
		return req, err
	}
	req.keepAlive = !req.header.has("connection", "close") && !req.header.has("expect", "100-continue") &&
		(!req.http10 || req.header.has("connection", "keep-alive"))
	return req, nil
}

// readLine reads a line of at most most octets, without its end; a longer one
// gives tooLong. A control character is refused as soon as it comes. Lines end
// with CR LF; LF alone is accepted too (9112 2.2) unless strict.
func readLine(in *bufio.Reader, most int, tooLong error, strict bool) (string, error) {
	var line []byte
	for cr := false; ; {
		b, err := in.ReadByte()
		switch {
		case err != nil:
			return string(line), err
		case b == '\n' && (cr || !strict):
			return string(line), nil
		case cr || b < ' ' && b != '\t' && b != '\r' || b == 0x7f:
			return string(line), refuse(400, "Un caractère de contrôle n'a rien à faire dans une requête ; une ligne finit par \\r\\n.")
		case b == '\r':
			cr = true
		case len(line) == most:
			return string(line), tooLong
		default:
			line = append(line, b)
		}
	}
}

var (
	token   = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$") // 9110 5.6.2
	target  = regexp.MustCompile(`^(?i:http://([^/?]+))?(/[!-"$->@-~]*)?(\?[!-"$-~]*)?$`)
	version = regexp.MustCompile(`^HTTP/[0-9]\.[0-9]$`) // 9112 2.3
	host    = regexp.MustCompile(`^(\[[0-9A-Fa-f:.]+\]|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(:[0-9]*)?$`)
)

// parseLine understands "GET /index.html HTTP/1.1".
func (req *request) parseLine() error {
	words := strings.Split(req.line, " ")
	if len(words) != 3 || !token.MatchString(words[0]) || !version.MatchString(words[2]) {
		return refuse(400, "La première ligne doit être : METHODE /chemin HTTP/1.1")
	}
	if !strings.HasPrefix(words[2], "HTTP/1.") {
		return refuse(505, "Seules les versions HTTP/1.1 et HTTP/1.0 sont comprises.")
	}
	req.method, req.http10 = words[0], words[2] == "HTTP/1.0"
	if req.method == "OPTIONS" && words[1] == "*" || req.method == "CONNECT" {
		return nil // they ask for no file
	}
	// "/a%20b.html?x=1" or, which must be accepted too (9112 3.2.2),
	// "http://host/a%20b.html?x=1"
	parts := target.FindStringSubmatch(words[1])
	if parts == nil || parts[1] == "" && parts[2] == "" || !host.MatchString(parts[1]) {
		return refuse(400, "Le chemin doit commencer par / et n'avoir ni espace, ni accent, ni #.")
	}
	path, err := url.PathUnescape(parts[2])
	if err != nil {
		return refuse(400, "Un % du chemin n'est pas suivi de deux chiffres hexadécimaux.")
	}
	req.rawPath, req.path = parts[2], path
	return nil
}

// readFields reads fields, "Name: value", up to the empty line after them.
func readFields(in *bufio.Reader, strict bool) (header, error) {
	tooLong := refuse(431, "L'en-tête est trop long.")
	fields, left := header{}, maxHeader
	for count := 0; ; count++ {
		line, err := readLine(in, left, tooLong, strict)
		if err != nil || line == "" {
			return fields, err
		}
		if left -= len(line); count == maxFields {
			return nil, tooLong
		}
		// No space is allowed around the name: a line that begins with one
		// was once the rest of the line before it, and servers that disagree
		// about it can be made to disagree about the whole request (9112 5).
		name, value, found := strings.Cut(line, ":")
		if !found || !token.MatchString(name) {
			return nil, refuse(400, "Chaque ligne de l'en-tête doit être : Nom: valeur")
		}
		name, value = strings.ToLower(name), strings.Trim(value, " \t")
		if before, repeated := fields[name]; repeated {
			value = before + ", " + value
		}
		fields[name] = value
	}
}

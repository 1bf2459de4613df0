package sioux

import (
	"errors"
	"os"
	"path"
	"strings"
	"time"
)

// methods is what Allow says.
const methods = "GET, HEAD, OPTIONS"

// answer gives the response to a well-formed request, or why it is refused.
func (s site) answer(req *request) (*response, error) {
	switch req.method {
	case "GET", "HEAD":
		return s.file(req)
	case "OPTIONS":
		return &response{status: 204, fields: []string{"Allow: " + methods}}, nil
	case "POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT":
		return nil, refuse(405, "Ce serveur ne fait que donner des fichiers : GET ou HEAD.", "Allow: "+methods)
	}
	return nil, refuse(501, "Cette méthode est inconnue ; les majuscules comptent.")
}

// file gives the file that a request asks for. A name that leads out of the
// root is as absent as any other, and so are hidden files (.git, .ssh).
func (s site) file(req *request) (*response, error) {
	absent := refuse(404, "Il n'y a pas de tel fichier.")
	name := strings.TrimLeft(req.path, "/") // //etc/passwd is in the root like any other
	if name == "" || strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	if strings.Contains("/"+name, "/.") {
		return nil, absent
	}
	info, err := s.root.Stat(name)
	if err == nil && info.IsDir() { // with its slash, or the links of its page would start from elsewhere
		return nil, refuse(301, "C'est un dossier : son adresse finit par /.", "Location: /"+strings.TrimLeft(req.rawPath, "/")+"/")
	}
	if err != nil || !info.Mode().IsRegular() { // opening a named pipe would wait for ever
		return nil, absent
	}
	file, err := s.root.Open(name)
	if errors.Is(err, os.ErrPermission) {
		return nil, refuse(403, "Le serveur n'a pas le droit de lire ce fichier.")
	}
	if err != nil {
		return nil, absent
	}
	resp, err := part(req, file, contentType(name), time.Now())
	if err != nil {
		file.Close()
		return nil, err
	}
	return resp, nil
}

// contentType tells the browser what a file is: without it a style sheet is
// not applied.
func contentType(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".html", ".htm":
		return "text/html; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".jpg", ".jpeg":
		return "image/jpeg"
	case ".png":
		return "image/png"
	case ".gif":
		return "image/gif"
	case ".svg":
		return "image/svg+xml"
	}
	return "application/octet-stream"
}

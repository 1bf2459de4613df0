package scenario

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBlamed(t *testing.T) {
	layout := []string{"", "www", "journal", "journal/x", "/home/log"}
	for _, tt := range []struct {
		words string
		want  []string
	}{
		{"IsADirectoryError: [Errno 21] Is a directory: 'journal'", []string{"journal", "journal/x"}},
		{"IsADirectoryError: [Errno 21] Is a directory: '/home/etudiant/www'", []string{"www"}},
		{"PermissionError: [Errno 1] Operation not permitted: './www' -> '/home/log'", []string{"www", "/home/log"}},
		{"KeyError: 'other'", nil},
		{"IsADirectoryError: [Errno 21] Is a directory: ''", nil},
	} {
		if diff := cmp.Diff(tt.want, blamed(tt.words, layout)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.words, diff)
		}
	}
}

func TestSmallerLayouts(t *testing.T) {
	all := append(append([]string{}, usualRoots...), "pages", "log")
	without := func(name string) []string { return append(append([]string{}, usualRoots...), name) }
	for _, tt := range []struct {
		words  string
		layout []string
		want   [][]string
	}{
		{"sqlite3.OperationalError: unable to open database file", all, [][]string{without("log"), without("pages"), usualRoots, {""}, {"", "pages"}, {"", "log"}}},
		{"OSError: [Errno 98] Address already in use", all, [][]string{without("log"), without("pages"), usualRoots, {""}, {"", "pages"}, {"", "log"}}},
		{"FileNotFoundError: [Errno 2] No such file or directory: 'x'", all, [][]string{usualRoots, {""}}},
		{"IsADirectoryError: [Errno 21] Is a directory: 'www'", usualRoots, [][]string{{""}}},
	} {
		if diff := cmp.Diff(tt.want, smaller(tt.layout, tt.words)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.words, diff)
		}
	}
}

// TestFolderInTheWay: what a folder that was laid does to a program, at its start
// or later, is not the program's fault; what it does by itself is.
func TestFolderInTheWay(t *testing.T) {
	const serve = `
import os, socket, sqlite3
FILE = 'journal'
ROOT = 'pages/'
%s
s = socket.create_server(('', 8080))
while True:
    c, a = s.accept()
    n = ROOT + c.recv(500).decode().split()[1][1:]
    %s
    if os.path.isfile(n):
        c.sendall(b'HTTP/1.1 200 OK\r\n\r\n' + open(n, 'rb').read())
    else:
        c.sendall(b'HTTP/1.1 404 Not Found\r\n\r\n')
    c.close()
`
	for _, tt := range []struct {
		name, start, each string
		want              Outcome
	}{
		{"nothing", "", "", OK},
		{"at the start", "open(FILE, 'a')", "", OK},
		{"at the start, without a name", "sqlite3.connect(FILE).execute('create table t (x)')", "", OK},
		{"at a request", "", "open(FILE, 'a')", OK},
		{"of its own", "os.mkdir('own'); open('own')", "", Mismatch},
	} {
		tr := newBench(t).run(t, `
criterion one
site index.html 'home'
site p.html 'page'
serve s sioux.py
get r s /p.html
status r 200
body r 'page'
-- sioux.py --
`+fmt.Sprintf(serve, tt.start, tt.each))
		got := OK
		for _, s := range tr.Steps {
			if s.Outcome != OK && got == OK {
				got = s.Outcome
			}
		}
		if got != tt.want {
			for _, s := range tr.Steps {
				t.Errorf("%s: line %d, %s: %s, %s", tt.name, s.Line, s.Source, s.Outcome, s.Saw.EN)
			}
		}
	}
}

// TestLaterFailureStays: what a program does at a later request is its own fault,
// and it is not started again.
func TestLaterFailureStays(t *testing.T) {
	tr := newBench(t).run(t, `
criterion one
site index.html 'home'
site p.html 'page'
serve s sioux.py
get r s /p.html
status r 200
criterion two
get q s /p.html
-- sioux.py --
import socket
FILE = 'journal'
s = socket.create_server(('', 8080))
c, a = s.accept()
c.recv(500)
c.sendall(b'HTTP/1.1 200 OK\r\n\r\npage')
c.close()
raise FileExistsError(FILE)
`)
	if got := tr.Steps[7]; got.Outcome != Mismatch {
		t.Errorf("%s: %s, %s", got.Source, got.Outcome, got.Saw.EN)
	}
}

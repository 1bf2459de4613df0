package scenario

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/sandbox"
)

func TestRoots(t *testing.T) {
	for _, tt := range []struct {
		name, file, text string
		want             []string // beside the usual ones
	}{
		{"a word", "sioux.py", `RACINE = 'pages'`, []string{"pages"}},
		{"a name with a blank, and messages", "sioux.py", `print('En attente...'); R = 'mon site'; b'HTTP/1.1 200 OK'`, []string{"mon site"}},
		{"two names that are joined somehow", "sioux.py", `A = 'pages'; B = 'tp4'`, []string{"pages", "tp4", "pages/tp4"}},
		{"with its slashes", "sioux.py", `r = "./pages/"; q = 'été/un-deux'`, []string{"pages", "été/un-deux"}},
		{"to be filled in", "sioux.py", `open("pages/%s" % n); open(f"./docs{path}"); open("a/b/{}".format(n))`, []string{"pages", "docs", "a/b", "pages/docs"}},
		{"the folder of a file", "sioux.py", `open('pages/index.html', 'rb')`, []string{"pages"}},
		{"parts that are joined", "sioux.py", `os.path.join(os.path.dirname(__file__), 'data', "site"), x`, []string{"data", "site", "data/site"}},
		{"parts of a pathlib path", "sioux.py", `Path(__file__).parent / "data" / "site"`, []string{"data", "site", "data/site"}},
		{
			"absolute", "sioux.py", `A = '/var/www'; B = "/srv/http"; C = '/home/moi/tp'; D = '/etc'`,
			[]string{"var/www", "/var/www", "srv/http", "/srv/http", "home/moi/tp", "/home/moi/tp", "etc"},
		},
		{"of a Mac and of Linux on Windows", "sioux.py", `A = '/Users/paul/Desktop/tp3'; B = '/mnt/c/site'`, []string{"Users/paul/Desktop/tp3", "/Users/paul/Desktop/tp3", "mnt/c/site", "/mnt/c/site"}},
		{"named after the program", "sioux.py", `R = os.path.splitext(__file__)[0] + '_site'`, []string{"_site", "sioux", "sioux_site"}},
		{"the extension of another file", "sioux.py", `os.path.splitext(n)[0] + '_site'`, []string{"_site"}},
		{"absolute and joined", "sioux.py", `os.path.join('/var/www', 'html')`, []string{"var/www", "/var/www", "/var/www/html"}},
		{"of the home folder", "sioux.py", `os.path.expanduser('~/public_html')`, []string{"public_html"}},
		{"beside the working directory", "sioux.py", `'../site'`, []string{"home/site", "/home/site"}},
		{"files that the program writes", "sioux.py", `open('journal', 'a'); logging.basicConfig(filename = 'log'); open('pages' + n)`, []string{"pages"}},
		{"types and other words", "sioux.py", `{'a.b': 'text/html', 'x': f'text/{e}'}; 'utf-8'; 'GET'; 'Content-Type'; 'HTTP/1.1 200 OK'`, []string{"a.b", "x", "a.b/x"}},
		{"names with dots", "sioux.py", `"./www.sioux.org"; ".site"; "sites/site_v1.0/index.html"`, []string{"www.sioux.org", ".site", "sites/site_v1.0", "www.sioux.org/.site"}},
		{"names of files, addresses and versions", "sioux.py", `"a.log"; ".html"; "stats.db"; "127.0.0.1"; "HTTP/1.1"; "Sioux/1.0"; "..."; "fini."`, nil},
		{"behind what is filled in", "sioux.py", `f"{BASE}/sitoweb"; "%s/monsite" % x; "{}/pagesweb/{}".format(a, b); f"{a}{b}"; f"{a}_x"; f"{x}/index.html"`, []string{"sitoweb", "monsite", "pagesweb", "sitoweb/monsite", "monsite/pagesweb", "sitoweb/pagesweb"}},
		{"below the folder above", "sioux.py", `os.path.dirname(__file__) + "/../pages"`, []string{"home/pages", "/home/pages"}},
		{
			"beside the program's folder", "sioux.py", `os.path.join(ici, "..", "pages")`,
			[]string{"pages", "/home", "/home/www", "/home/htdocs", "/home/html", "/home/public", "/home/static", "/home/pages"},
		},
		{"beside it, by pathlib", "sioux.py", `Path(__file__).resolve().parents[1]`, []string{"/home", "/home/www", "/home/htdocs", "/home/html", "/home/public", "/home/static"}},
		{"who guards against climbing", "sioux.py", `if ".." in p: p = p.replace("..", "")`, nil},
		{"of Apache on a Mac and of XAMPP", "sioux.py", `'/Library/WebServer/Documents'; '/opt/lampp/htdocs'`, []string{"Library/WebServer/Documents", "/Library/WebServer/Documents", "opt/lampp/htdocs", "/opt/lampp/htdocs"}},
		{"a file is no folder", "sioux.py", `'sioux.py'; 'sioux.py/x'`, nil},
		{"settings in JSON", "config.json", `{"root": "pages", "port": 80}`, []string{"root", "pages", "port", "root/pages", "pages/port", "root/port"}},
		{"settings", "sioux.ini", "[http]\nroot = ./pages/\nport: 80\n", []string{"pages", "80", "pages/80"}},
		{"settings in the program", "sioux.py", "c.read_string(\"\"\"[http]\nport: 80\nroot = ./pages\"\"\")", []string{"80", "pages", "80/pages"}},
		{"words that are parted", "sioux.py", "hote, racine = 'localhost depot'.split()", []string{"depot", "localhost depot"}},
		{"a page names no root", "index.html", `<a href="pages/x.html">`, nil},
		{"arguments", "sioux.py", "sys.argv[1]", []string{"8080"}},
	} {
		r := &runner{env: Env{Files: []sandbox.File{{Path: tt.file, Data: []byte(tt.text)}}}}
		got := r.roots()
		if !slices.Equal(got[:len(usualRoots)], usualRoots) {
			t.Errorf("%s: the usual folders are missing: %v", tt.name, got)
		}
		if diff := cmp.Diff(tt.want, slices.Clone(got[len(usualRoots):])); diff != "" && len(tt.want)+len(got) > len(usualRoots) {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestRootsAreBounded(t *testing.T) {
	var text []byte
	for i := range 100 {
		text = fmt.Appendf(text, "'pages%d'\n", i)
	}
	r := &runner{env: Env{Files: []sandbox.File{{Path: "sioux.py", Data: text}}}}
	if got := len(r.roots()); got != maxRoots {
		t.Errorf("%d folders", got)
	}
}

// TestSiteWithoutIsolation lays files in places that only a box of its own has.
func TestSiteWithoutIsolation(t *testing.T) {
	b := newBench(t)
	in := b.sb.Interpreter()
	sb, err := sandbox.Open(t.Context(), sandbox.Options{Interpreter: in, Plain: true})
	if err != nil {
		t.Fatal(err)
	}
	defer sb.Close()
	b.sb = sb
	tr := b.run(t, `
criterion one
lay /home/x.html 'bait'
site p.html 'page'
serve s sioux.py
get r s /p.html
status r 200
body r 'page'
-- sioux.py --
from http.server import *
ROOT = '/var/www/html'
HTTPServer(('', 0), SimpleHTTPRequestHandler).serve_forever()
`)
	for _, s := range tr.Steps {
		if s.Outcome != OK {
			t.Errorf("line %d, %s: %s, %s", s.Line, s.Source, s.Outcome, s.Saw.EN)
		}
	}
}

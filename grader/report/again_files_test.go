package report

import (
	"strings"
	"testing"

	"netlab/grader/lang"
	"netlab/grader/scenario"
)

// done makes a step of a scenario that went well.
func done(line int, source, did string) scenario.Step {
	return scenario.Step{Line: line, Source: source, Outcome: scenario.OK, Did: lang.T(did, did)}
}

// TestAgainLaysTheFile: the student's folder does not have the file that the
// grader laid in the box, so that curl would get a 404 from a right server.
func TestAgainLaysTheFile(t *testing.T) {
	ask := func(path string) []scenario.Event {
		return []scenario.Event{
			note(scenario.KindStart, "s", "", "sioux.py", "sioux.py"),
			note(scenario.KindListen, "s", "", "0.0.0.0:8080", "0.0.0.0:8080"),
			note(scenario.KindConnect, "s", "r", "127.1.2.3:40000 → 127.0.0.1:8080", "127.1.2.3:40000 → 127.0.0.1:8080"),
			data(scenario.KindSend, "s", "r", "GET "+path+" HTTP/1.1\r\n\r\n"),
		}
	}
	trace := &scenario.Trace{Steps: []scenario.Step{
		done(1, "site {p}s.css @site/style.css", "lay the file lones.css in the working directory"),
		done(2, "site {p}t.html @site/page.html", "lay the file lonet.html in the working directory"),
		done(3, "site {q}e.html @site/plain.html", "lay the file lonee.html in the working directory"),
		done(4, "site {p}g.jpg @site/photo.jpg", "lay the file loneg.jpg in the working directory"),
		done(5, "site {q}e.jpg @site/plain.jpg", "lay the file lonee.jpg in the working directory"),
		done(6, "site 'ma page.html' @site/page.html", "lay the file ma page.html in the working directory"),
		done(7, "site index.html @site/other.html", "lay the file index.html in the working directory"),
		done(8, "lay {bait}.html x", "lay the file bait.html"),
	}}
	const before = "put into the folder that sioux.py serves "
	const server = ", then `python3 sioux.py`, then, in another terminal opened on that folder, `curl -v -o received"
	for path, want := range map[string]string{
		"/lones.css":      before + "a style sheet named `lones.css`" + server + ".css http://localhost:8080/lones.css`, then compare: `cmp received.css lones.css`",
		"/lonet.html":     before + "an HTML page with accents named `lonet.html`" + server + ".html http://localhost:8080/lonet.html`, then compare: `cmp received.html lonet.html`",
		"/lonee.html":     before + "an HTML page named `lonee.html`" + server + ".html http://localhost:8080/lonee.html`, then compare: `cmp received.html lonee.html`",
		"/loneg.jpg":      before + "a JPEG picture of over 60 KB named `loneg.jpg`" + server + ".jpg http://localhost:8080/loneg.jpg`, then compare: `cmp received.jpg loneg.jpg`",
		"/lonee.jpg":      before + "a small text file named `lonee.jpg`" + server + ".jpg http://localhost:8080/lonee.jpg`, then compare: `cmp received.jpg lonee.jpg`",
		"/ma%20page.html": before + "an HTML page with accents named `ma page.html`" + server + ".html http://localhost:8080/ma%20page.html`, then compare: `cmp received.html 'ma page.html'`",
		"/":               before + "an HTML page with accents named `index.html`" + server + ".html http://localhost:8080/`, then compare: `cmp received.html index.html`",
		// What is not there must stay away, and what must not come out is not asked for so.
		"/absente.html": "`python3 sioux.py`, then, in another terminal, `curl -v http://localhost:8080/absente.html`",
		"/bait.html":    "`python3 sioux.py`, then, in another terminal, `curl -v http://localhost:8080/bait.html`",
	} {
		if got := strings.Join(again(ask(path), trace, nil, wordsIn(lang.EN)), ", "); got != want {
			t.Errorf("%s\n got %s\nwant %s", path, got, want)
		}
	}
	fr := strings.Join(again(ask("/lones.css"), trace, nil, wordsIn(lang.FR)), ", ")
	if want := "mettre dans le dossier que sert sioux.py une feuille de style nommée `lones.css`, puis `python3 sioux.py`, puis, dans un autre terminal ouvert sur ce dossier, " +
		"`curl -v -o recu.css http://localhost:8080/lones.css`, puis comparer : `cmp recu.css lones.css`"; fr != want {
		t.Errorf("\n got %s\nwant %s", fr, want)
	}
	twice := strings.Join(again(append(ask("/lones.css"), ask("/lones.css")[2:]...), trace, nil, wordsIn(lang.EN)), ", ")
	if strings.Count(twice, "put into") != 1 || strings.Count(twice, "curl") != 2 || strings.Count(twice, "cmp") != 1 {
		t.Errorf("twice the same file: %s", twice)
	}
}

package report

import (
	"bytes"
	"net/url"
	"path"
	"strings"

	"netlab/grader/scenario"
)

// laidFile is a file that the grader put where an HTTP server looks for it.
type laidFile struct {
	name  string
	plain bool // it is a few lines of plain ASCII, whatever its name says
}

// received is where curl puts what came of a file.
func (w words) receivedFile(f *laidFile) string { return w.received + path.Ext(f.name) }

// filesFor finds the files that visits ask for and that the grader laid, each
// once, and the number of the last visit that is to be compared with its file;
// 0 when there is none.
func filesFor(visits []visit, t *scenario.Trace) (last int, files []*laidFile) {
	known := map[string]*laidFile{}
	for i := range visits {
		v := &visits[i]
		if i >= maxVisits {
			break
		}
		f := v.asksFor(t)
		if f == nil {
			continue
		}
		if known[f.name] == nil {
			known[f.name] = f
			files = append(files, f)
		}
		v.file, last = known[f.name], i+1
	}
	return last, files
}

// asksFor returns the file that a GET asks for if the grader laid it.
func (v *visit) asksFor(t *scenario.Trace) *laidFile {
	m := request.FindSubmatch(bytes.Join(v.sends, nil))
	if t == nil || m == nil || string(m[1]) != "GET" {
		return nil
	}
	name, err := url.PathUnescape(strings.TrimPrefix(string(m[2]), "/"))
	if err != nil || len(name) > maxTyped || strings.Contains(name, "/") || strings.Contains(name, "`") || EscapeText(name) != name {
		return nil
	}
	if name == "" {
		name = "index.html"
	}
	for i := range t.Steps {
		s := &t.Steps[i]
		rest, isLaid := strings.CutPrefix(s.Did.EN, "lay the file "+name)
		if Verb(s) == "site" && isLaid && (rest == "" || rest[0] == ' ') {
			fixture := path.Base(s.Source[strings.LastIndexByte(s.Source, ' ')+1:])
			return &laidFile{name: name, plain: strings.HasPrefix(fixture, "plain.")}
		}
	}
	return nil
}

// aFile says what a file must be for the try to be the same again.
func (w words) aFile(f *laidFile) string {
	switch ext := path.Ext(f.name); {
	case ext == ".css":
		return w.aSheet
	case ext == ".html" && f.plain:
		return w.aPage
	case ext == ".html":
		return w.anAccentedPage
	case ext == ".jpg" && !f.plain:
		return w.aPicture
	}
	return w.aText
}

// serverFile is what the only server of a timeline is called.
func serverFile(timeline []scenario.Event, c cast) string {
	for _, e := range timeline {
		if e.Kind == scenario.KindStart {
			return c.program(e.Program)
		}
	}
	return c.words.aProgram
}

package scenario

import (
	"errors"
	"path"
	"regexp"
	"slices"
	"strings"

	"netlab/grader/lang"
	"netlab/grader/sandbox"
)

// The site is laid in every folder that may be the document root, and some of
// these are no folders for their author: a name in the source may be that of a
// log, a data base, a socket. A program that fails there is tried where fewer
// were laid, as its author had it: what it loses must be its own fault.

// maxAlone bounds how many folders are tried one at a time.
const maxAlone = 8

// folders are those that the site goes to in the next box.
func (r *runner) folders() []string {
	if r.layout == nil {
		r.layout = r.roots()
	}
	return r.layout
}

// siteFiles is the site in all its folders.
func (r *runner) siteFiles() []sandbox.File {
	var out []sandbox.File
	for _, name := range r.siteOrder {
		data := []byte(r.site[name])
		for _, dir := range r.folders() {
			out = append(out, sandbox.File{Path: path.Join(dir, name), Data: data})
		}
	}
	return out
}

var (
	// foldersFault are last words of programs for which a folder may be at fault.
	foldersFault = regexp.MustCompile(`^(IsADirectory|FileExists|NotADirectory|Permission|OS|shutil\.\w*|sqlite3\.\w*|dbm\.\w*)Error\b|(?i)\bis a directory|not a directory|file exists|unable to open|est un (dossier|r[eé]pertoire)`)
	// ownFault are those for which none is.
	ownFault = regexp.MustCompile(`^(Syntax|Indentation|Tab|ModuleNotFound|Import|Name)Error\b`)
	inQuotes = regexp.MustCompile(`'([^']+)'`)
)

// blamed returns the folders of a layout that the last words of a program name.
func blamed(words string, layout []string) []string {
	var out []string
	for _, m := range inQuotes.FindAllStringSubmatch(words, -1) {
		name := strings.TrimPrefix(path.Clean(m[1]), sandbox.Home+"/")
		for _, dir := range layout {
			if dir != "" && (dir == name || strings.HasPrefix(dir, name+"/")) {
				out = append(out, dir)
			}
		}
	}
	return out
}

// lacking returns a layout that lacks some folders.
func lacking(layout, some []string) []string {
	return slices.DeleteFunc(slices.Clone(layout), func(dir string) bool { return slices.Contains(some, dir) })
}

// smaller are layouts to try after one with which a program has failed, with these
// last words: the usual folders, and none but the working directory. Where a folder
// may be at fault, each of the others is left out before that, and alone after it.
func smaller(layout []string, words string) [][]string {
	named := lacking(layout, usualRoots)
	var out [][]string
	few := named[:min(len(named), maxAlone)]
	if !foldersFault.MatchString(words) {
		few = nil
	}
	for _, dir := range few {
		out = append(out, lacking(layout, []string{dir}))
	}
	if len(named) > 0 {
		out = append(out, usualRoots)
	}
	out = append(out, []string{""})
	for _, dir := range few {
		out = append(out, []string{"", dir})
	}
	return out
}

// wordsOf returns the last words of a program: of its latest traceback, else the last
// that it printed.
func (r *runner) wordsOf(p *program) (words string) {
	if p == nil {
		return ""
	}
	r.read(func() {
		if words = lastWords(p.output()); words == "" {
			words = lastPrinted(p)
		}
	})
	return words
}

// relay looks for a layout with which a server that has failed serves its home
// page, in boxes of their own, and starts it again with that. It reports whether
// there is one: else the layout stays, and no other is looked for again.
func (r *runner) relay(failed *program, listened bool, start func() (*program, error)) (found bool, err error) {
	words := r.wordsOf(failed)
	if r.relaid = true; len(r.site) == 0 || ownFault.MatchString(words) {
		return false, nil
	}
	first, port := r.folders(), r.port
	try := func(layout []string) (bool, error) {
		r.layout, r.port = layout, 0
		if err := r.leaveBox(); err != nil {
			return false, err
		}
		p, err := start()
		if p != nil {
			words = r.wordsOf(p)
		}
		if errors.As(err, &mismatch{}) {
			return false, nil
		} else if err != nil {
			return false, err
		}
		came, err := r.homePage(p)
		words = r.wordsOf(p)
		return came == rightPage, err
	}
	defer func() {
		if !found {
			r.layout, r.port = first, port
		}
	}()
	if listened {
		if came, err := try(first); came || err != nil {
			return false, err // another file is at fault
		}
	}
	layout := first
	for some := blamed(words, layout); len(some) > 0; some = blamed(words, layout) {
		layout = lacking(layout, some)
		if found, err = try(layout); found || err != nil {
			return found, err
		}
	}
	for _, layout := range smaller(layout, words) {
		if found, err = try(layout); found || err != nil {
			return found, err
		}
	}
	return false, nil
}

// forget takes what was tried in vain off the timeline.
func (r *runner) forget(events, stood int) {
	r.trace.Timeline = r.trace.Timeline[:min(events, len(r.trace.Timeline))]
	r.stood = r.stood[:min(stood, len(r.stood))]
}

// suspect tells whether a request for a file of the site failed in a way that a
// folder may be at fault for.
func (r *runner) suspect(p *program, target string, a *answer, err error) bool {
	if _, laid := r.site[strings.TrimPrefix(target, "/")]; !laid || r.relaid {
		return false
	}
	if errors.As(err, &mismatch{}) {
		return r.gone(p) || foldersFault.MatchString(r.wordsOf(p))
	}
	return err == nil && a.code >= 400
}

// askAgain asks for a file of the site again, by itself in a new box, if the
// program then serves its home page where fewer folders are laid.
func (r *runner) askAgain(name string, p *program, target string) error {
	start := func() (*program, error) { return r.launchService(p.name, p.file) }
	events, stood := r.served, len(r.stood)
	found, err := r.relay(p, true, start)
	if err != nil {
		return err
	}
	if err := r.leaveBox(); err != nil {
		return err
	}
	r.forget(events, stood)
	if found {
		r.happened(Event{Kind: KindRemark, Note: lang.T("le site est posé dans moins de dossiers : l'un d'eux gênait le programme", "the site is laid in fewer folders: one of them was in the program's way")})
	}
	again, err := start()
	if err != nil {
		return err
	}
	_, err = r.follow(name, again, target)
	return err
}

package archive

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"netlab/grader/lang"
	"netlab/grader/spelling"
)

// CheckContent judges what is in the archive by the content.* rules, for an
// exercise that asks for deliverables (file names at the top). In a site, HTML
// pages, style sheets, pictures and what else browsers load belong to the
// answer: content.extra never more than warns about them, and about other files
// it rejects only where policy says so itself.
//
// An archive whose directory could not be read breaks no content rule: Open has
// told what it is.
func (s *Submission) CheckContent(deliverables []string, site bool, policy Policy) []Violation {
	if !s.listed {
		return nil
	}
	var rejected, warned findings
	var systems []string
	missing := policy.Apply(s.missing(deliverables))
	venvs := s.virtualEnvironments()
	for _, e := range s.entries {
		if e.path == "" || e.dir {
			continue
		}
		if system(e.path) {
			systems = append(systems, e.path)
			continue
		}
		p := s.below(e)
		if folder, what := forbidden(e.path, venvs); folder != "" {
			rejected.named(ContentBinary, what, folder)
		} else if what := e.binary(p); !what.Empty() {
			rejected.named(ContentBinary, what, p)
		} else if slices.Contains(deliverables, p) || e.refused || source(p, e.data) {
			continue
		} else if Rejected(missing) && textOf(p, deliverables, s.Names()) != "" {
			continue // to be renamed, as content.missing says, and not to be taken out
		} else if _, said := policy.chosen(ContentExtra); site && (ofSite(p) || !said) {
			warned.named(ContentExtra, lang.T("fichiers qui accompagnent le code", "files that go with the code"), p)
		} else {
			rejected.named(ContentExtra, lang.T("autre chose que du code source, à retirer de l'archive", "something else than source code, to be taken out of the archive"), p)
		}
	}
	for _, p := range systems {
		what := lang.T("fichiers ajoutés par le système, laissés de côté", "files that the system put in, left aside")
		if len(systems) == 1 {
			what = lang.T("fichier ajouté par le système, laissé de côté", "a file that the system put in, left aside")
		}
		rejected.named(ContentSystem, what, p)
	}
	if s.top != "" {
		rejected.named(ContentNested, lang.T("tout est dans un dossier, mettez les fichiers à la racine de l'archive", "everything is in a folder, put the files at the top of the archive"), s.top)
	}
	out := append(missing, rejected.violations(policy)...)
	for _, v := range warned.violations(policy) {
		v.Severity = Warn
		out = append(out, v)
	}
	slices.SortStableFunc(out, func(a, b Violation) int { return rank(a.Rule) - rank(b.Rule) })
	return out
}

// rank is a rule's place in Rules.
func rank(rule string) int {
	return slices.IndexFunc(Rules(), func(r Rule) bool { return r.ID == rule })
}

// missing returns the deliverables that are not there. One whose entry breaks
// an archive.* rule is there: that rule says what to do.
func (s *Submission) missing(deliverables []string) []Violation {
	var absent []string
	for _, d := range deliverables {
		refused := func(e *entry) bool {
			return e.refused && path.Base(strings.ReplaceAll(e.name, `\`, "/")) == d
		}
		if !slices.ContainsFunc(s.entries, refused) {
			absent = append(absent, d)
		}
	}
	out := Missing(absent, s.Names())
	for i := range out {
		for _, e := range s.entries {
			if e.refused && visible(path.Base(e.name)) == out[i].Expected {
				out[i].Message = lang.F("il manque %s : %s lui ressemble, mais son nom contient un caractère qui ne se voit pas",
					"%s is missing: %s looks like it, but its name has an invisible character", Show(out[i].Expected), Show(e.name))
			}
		}
	}
	return out
}

// visible returns a file name without the characters that nobody sees.
func visible(name string) string {
	return strings.Map(func(r rune) rune {
		if unseen(r) {
			return -1
		}
		return r
	}, name)
}

// textOf returns the deliverable, missing from names, that p probably is under
// the name of a text (server.py.txt, server.txt), or "".
func textOf(p string, deliverables, names []string) string {
	if strings.ToLower(path.Ext(p)) != ".txt" {
		return ""
	}
	for _, d := range deliverables {
		if !slices.Contains(names, d) && Nearest(d, []string{p}) != "" {
			return d
		}
	}
	return ""
}

// Missing returns a content.missing violation, with its default severity, for
// each deliverable that is not among the file names of a submission
// (Submission.Names), saying which file was probably meant.
func Missing(deliverables, names []string) []Violation {
	var out []Violation
	for _, d := range deliverables {
		if slices.Contains(names, d) {
			continue
		}
		message := lang.F("il manque %s", "%s is missing", Show(d))
		others := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return slices.Contains(deliverables, n) })
		near := Meant(d, others)
		switch {
		case len(names) == 0:
			message = lang.F("il manque %s : l'archive ne contient aucun fichier", "%s is missing: the archive has no file in it", Show(d))
		case near == "" && len(others) > 0:
			message = lang.F("il manque %s : l'archive contient %s", "%s is missing: the archive has %s", Show(d), showAll(others))
		case near == "":
		case path.Base(near) == d:
			message = lang.F("il manque %s : il est dans le dossier %s, mettez-le à la racine de l'archive", "%s is missing: it is in the folder %s, put it at the top of the archive",
				Show(d), Show(path.Dir(near)))
		case textOf(near, []string{d}, names) != "":
			message = lang.F("il manque %s : renommez %s en %s (Windows cache peut-être le .txt)", "%s is missing: rename %s to %s (Windows may be hiding the .txt)", Show(d), Show(near), Show(d))
		default:
			message = lang.F("il manque %s : %s doit sans doute s'appeler ainsi", "%s is missing: %s should probably be called so", Show(d), Show(near))
		}
		out = append(out, Violation{Rule: ContentMissing, Severity: Policy(nil).Of(ContentMissing), Message: message, Expected: d})
	}
	return out
}

// Nearest returns the one of names that was probably meant as the file want: it
// is in a subfolder, or its name differs in capitals, extensions, the order of
// its words or a slip of the pen. It returns "" when none is near.
func Nearest(want string, names []string) string {
	for _, same := range []func(name string) bool{
		func(n string) bool { return path.Base(n) == want },
		func(n string) bool { return foldPath(path.Base(n)) == foldPath(want) },
		func(n string) bool { return plainStem(path.Base(n)) == plainStem(want) },
	} {
		if i := slices.IndexFunc(names, same); i >= 0 {
			return names[i]
		}
	}
	var bases []string
	for _, n := range names {
		bases = append(bases, path.Base(n))
	}
	if near := spelling.Nearest(want, bases); len(near) > 0 {
		return names[slices.Index(bases, near[0])]
	}
	return ""
}

// Meant returns the one of names, deliverables left out, that is to be renamed to
// the file want or moved to its place, or "".
func Meant(want string, names []string) string {
	if near := Nearest(want, names); near != "" {
		return near
	}
	return onlyProgram(want, names)
}

// onlyProgram returns the one of names that has the extension of want, when
// there is just one.
func onlyProgram(want string, names []string) string {
	found := ""
	for _, n := range names {
		if path.Ext(n) != path.Ext(want) {
			continue
		}
		if found != "" {
			return ""
		}
		found = n
	}
	return found
}

// plainStem returns the letters of a file name alone, in the order of its words,
// without extensions and copy marks: "Echo-Server (1).py.txt" gives "echoserver".
func plainStem(name string) string {
	name = fold(name)
	for {
		cut := strings.TrimSpace(strings.TrimSuffix(name, path.Ext(name)))
		if i := len(cut) - len(copyAfter.FindString(cut)); i > 0 {
			cut = cut[:i]
		}
		if cut == name || cut == "" {
			break
		}
		name = cut
	}
	words := strings.FieldsFunc(name, func(r rune) bool { return r < 'a' || r > 'z' })
	slices.Sort(words) // echo_server is server_echo
	return strings.Join(words, "")
}

// system reports whether a file was put there by an operating system, or by
// Python: nobody meant to send it.
func system(p string) bool {
	for part := range strings.SplitSeq(p, "/") {
		switch part {
		case "__MACOSX", "__pycache__", ".DS_Store", ".AppleDouble", ".Spotlight-V100", ".Trashes", ".fseventsd", ".directory":
			return true
		}
		switch strings.ToLower(part) {
		case "thumbs.db", "ehthumbs.db", "desktop.ini":
			return true
		}
		if strings.HasPrefix(part, "._") { // AppleDouble
			return true
		}
	}
	return false
}

// virtualEnvironments returns the folders that hold one, with their slash.
func (s *Submission) virtualEnvironments() []string {
	var out []string
	for _, e := range s.entries {
		if path.Base(e.path) == "pyvenv.cfg" && path.Dir(e.path) != "." {
			out = append(out, path.Dir(e.path)+"/")
		}
	}
	return out
}

// forbidden returns the folder of p that has no place in an archive, with what it is.
func forbidden(p string, venvs []string) (string, lang.Text) {
	for _, v := range venvs {
		if strings.HasPrefix(p, v) {
			return v, virtualEnvironment()
		}
	}
	for i := range len(p) {
		if p[i] != '/' {
			continue
		}
		if what, ok := forbiddenFolder(p[:i+1]); ok {
			return p[:i+1], what
		}
	}
	return "", lang.Text{}
}

func virtualEnvironment() lang.Text {
	return lang.T("un environnement virtuel, à retirer de l'archive", "a virtual environment, to be taken out of the archive")
}

// forbiddenFolder says what a folder is that has no place in an archive, by its name.
func forbiddenFolder(folder string) (lang.Text, bool) {
	switch path.Base(folder) {
	case ".git", ".hg", ".svn":
		return lang.T("un dépôt de gestion de versions, à retirer de l'archive", "a version control repository, to be taken out of the archive"), true
	case "venv", ".venv", "virtualenv", "site-packages":
		return virtualEnvironment(), true
	case "node_modules":
		return lang.T("des bibliothèques installées, à retirer de l'archive", "installed libraries, to be taken out of the archive"), true
	}
	return lang.Text{}, false
}

// binary says what a file is that is not text though it is called a program, or
// that is compiled code or another archive. The empty text is none of these.
func (e *entry) binary(p string) lang.Text {
	compiled := lang.T("du code compilé, à retirer de l'archive", "compiled code, to be taken out of the archive")
	nested := lang.T("une archive dans l'archive, à remplacer par son contenu", "an archive inside the archive, to be replaced by what is in it")
	switch strings.ToLower(path.Ext(p)) {
	case ".pyc", ".pyo", ".pyd", ".so", ".dll", ".dylib", ".exe", ".o", ".a", ".obj", ".class", ".msi", ".com", ".elf":
		return compiled
	case ".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".tbz2", ".xz", ".zst", ".jar", ".whl", ".egg", ".iso", ".dmg":
		return nested
	}
	k, what := sniff(e.data[:min(len(e.data), 512)])
	switch k {
	case kindCompiled:
		return compiled
	case kindArchive, kindZip:
		if !office(p) {
			return nested
		}
	}
	if !program(p) {
		return lang.Text{}
	}
	switch {
	case k == kindUTF16:
		return lang.T("un programme enregistré en UTF-16, que Python ne lit pas : enregistrez-le en UTF-8", "a program saved in UTF-16, which Python does not read: save it in UTF-8")
	case k == kindZip || k == kindArchive || k == kindMedia:
		return lang.F("ce n'est pas un programme mais %s", "this is not a program but %s", what)
	case bytes.IndexByte(e.data, 0) >= 0:
		return lang.T("ce n'est pas un programme mais un fichier binaire", "this is not a program but a binary file")
	}
	return lang.Text{}
}

// office reports whether p is named as the documents that are ZIP archives inside.
func office(p string) bool {
	switch strings.ToLower(path.Ext(p)) {
	case ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".pages", ".epub":
		return true
	}
	return false
}

// program reports whether p is named as a Python program.
func program(p string) bool {
	ext := path.Ext(p)
	return ext == ".py" || ext == ".pyw"
}

// source reports whether a file is source code, by its name or its first line;
// without a name to tell by, a file that was not read (nil) counts as source.
func source(p string, data []byte) bool {
	switch strings.ToLower(path.Ext(p)) {
	case ".py", ".pyw", ".pyi", ".sh", ".bat", ".ps1", ".c", ".h", ".cc", ".cpp", ".java", ".go", ".rs", ".js", ".ts", ".rb", ".pl":
		return true
	case "":
		return data == nil || path.Base(p) == "Makefile" || bytes.HasPrefix(data, []byte("#!"))
	}
	return false
}

// ofSite reports whether p is named as what browsers load.
func ofSite(p string) bool {
	switch strings.ToLower(path.Ext(p)) {
	case ".html", ".htm", ".xhtml", ".css", ".js", ".mjs", ".json", ".webmanifest", ".xml", ".txt", ".map",
		".jpg", ".jpeg", ".png", ".gif", ".svg", ".ico", ".webp", ".avif", ".bmp",
		".woff", ".woff2", ".ttf", ".otf", ".mp3", ".ogg", ".mp4", ".webm":
		return true
	}
	return false
}

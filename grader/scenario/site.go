package scenario

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"netlab/grader/lang"
	"netlab/grader/sandbox"
)

// usualRoots are the folders that students' servers call their document root,
// beside the working directory.
var usualRoots = []string{"", "www", "htdocs", "html", "public", "static"}

// maxRoots bounds how many folders the site is laid in.
const maxRoots = 48

var (
	literal = regexp.MustCompile(`"([^"\n]{1,80})"|'([^'\n]{1,80})'`)
	// setting is a value in a file of settings: root = pages.
	setting = regexp.MustCompile(`(?m)[=:][ \t]*([^\s"'=:]{1,80})[ \t]*$`)
	// folderWord is a text that may name a folder.
	folderWord = regexp.MustCompile(`^[\p{L}\p{N}_][\p{L}\p{N}_-]*(/[\p{L}\p{N}_][\p{L}\p{N}_-]*)*$`)
	blankWord  = regexp.MustCompile(`^[\p{L}\p{N}_-]+( [\p{L}\p{N}_-]+){1,3}$`)
	// mediaType is one that names no folder, though it looks like it.
	mediaType = regexp.MustCompile(`^(text|image|audio|video|application|font|multipart)/`)
	// fileArgument is what stands before the name of a file that the program
	// itself writes, which must not be a folder.
	fileArgument = regexp.MustCompile(`(open\(|filename\s*=|FileHandler\()\s*[bfru]*$`)
	// joins is what stands between the parts of a path: os.path.join("a", "b"), Path("a") / "b".
	joins = regexp.MustCompile(`^\)?\s*[/+]\s*[bfru]*$`)
	lists = regexp.MustCompile(`^\s*,\s*[bfru]*$`)
)

// outside are the folders that absolute roots may be in: those of a server, and
// those of their authors' machines, whose disk is below /mnt for Linux on Windows.
var outside = []string{"/var/www", "/srv", "/tmp", "/home", "/Users", "/mnt"}

// words are literals of HTTP servers that name no folder.
var words = map[string]bool{
	"get": true, "head": true, "post": true, "put": true, "utf-8": true, "utf8": true, "ascii": true, "rb": true, "r": true, "a": true, "w": true, "wb": true, "localhost": true,
	"__main__": true, "close": true, "keep-alive": true, "http": true, "http/1": true, "ignore": true, "replace": true, "host": true, "content-type": true, "content-length": true,
}

// roots lists the folders that the site goes to: the usual ones, those of the
// submission, and those that its source or its settings name.
func (r *runner) roots() []string {
	out := slices.Clone(usualRoots)
	files := map[string]bool{}
	for _, f := range r.env.Files {
		files[f.Path] = true
	}
	add := func(dir string) {
		for up := dir; up != "." && up != "/"; up = path.Dir(up) {
			if files[up] {
				return // it is a file
			}
		}
		if dir != "" && !slices.Contains(out, dir) && len(out) < maxRoots {
			out = append(out, dir)
		}
	}
	for _, f := range r.env.Files {
		if dir := path.Dir(f.Path); dir != "." {
			add(dir)
		}
	}
	var named []string
	for _, f := range r.env.Files {
		for _, name := range foldersNamed(f) {
			add(name)
			named = append(named, name)
		}
	}
	for _, f := range r.env.Files {
		for _, name := range namedAfter(f, named) {
			add(name)
		}
	}
	if r.takesArguments() || r.asksKeyboard() {
		// The first answer or argument that a server is tried with is a port:
		// it may take it for its root.
		add(firstPort)
	}
	// Less likely: two names that the program joins in its own way, and names
	// with blanks, most of which are messages.
	for i := range named {
		for j := i - 1; j >= 0; j-- {
			if !strings.Contains(named[i]+named[j], "/") {
				add(path.Join(named[j], named[i]))
			}
		}
	}
	for _, f := range r.env.Files {
		if strings.HasSuffix(f.Path, ".py") {
			for _, m := range literal.FindAllStringSubmatch(string(f.Data), -1) {
				if word := m[1] + m[2]; blankWord.MatchString(word) {
					add(word)
				}
			}
		}
	}
	return out
}

// namedAfter lists the folders that a program may name after itself, with one
// of its other names behind: os.path.splitext(__file__)[0] + '_site'.
func namedAfter(f sandbox.File, named []string) []string {
	stem, program := strings.CutSuffix(f.Path, ".py")
	text := string(f.Data)
	if !program || !strings.Contains(text, "__file__") || !strings.Contains(text, "splitext") && !strings.Contains(text, ".stem") {
		return nil
	}
	out := []string{stem}
	for _, name := range named {
		if strings.HasPrefix(name, "_") {
			out = append(out, stem+name)
		}
	}
	return out
}

// foldersNamed lists what may be folders in a file of the submission: the
// literals of a program and the values of a file of settings. Parts of a path
// that are joined are also listed as one.
func foldersNamed(f sandbox.File) []string {
	var out []string
	text := string(f.Data)
	program := strings.HasSuffix(f.Path, ".py")
	switch strings.ToLower(path.Ext(f.Path)) {
	case ".py":
	case ".json", ".ini", ".cfg", ".conf", ".toml", ".yaml", ".yml", ".txt", ".env":
		for _, m := range setting.FindAllStringSubmatch(text, -1) {
			out = append(out, folder(m[1])...)
		}
	default:
		return nil
	}
	chain, end := "", -1
	for _, m := range literal.FindAllStringSubmatchIndex(text, -1) {
		word := text[m[0]+1 : m[1]-1]
		line := text[strings.LastIndexByte(text[:m[0]], '\n')+1 : m[0]]
		after := strings.TrimLeft(text[m[1]:min(m[1]+20, len(text))], " \t")
		whole := !strings.ContainsAny(word, "{%/")
		if program && whole && fileArgument.MatchString(line) && !strings.HasPrefix(after, "+") && !strings.HasPrefix(after, "%") {
			end = -1
			continue
		}
		found := folder(word)
		out = append(out, found...)
		if len(found) == 0 {
			end = -1
			continue
		}
		between := ""
		if end >= 0 {
			between = text[end:m[0]]
		}
		if end >= 0 && (joins.MatchString(between) || lists.MatchString(between) && (strings.Contains(line, "join") || strings.Contains(line, "Path("))) {
			chain = path.Join(chain, found[0])
			out = append(out, chain)
		} else {
			chain = found[len(found)-1]
		}
		end = m[1]
	}
	return out
}

// folder returns the folders that a text may name: itself, or what stands
// before the file's name or the first thing to be filled in ("pages/%s",
// f"./pages{path}"). An absolute name is also tried below the working
// directory: programs add it to that.
func folder(word string) []string {
	word, _, _ = strings.Cut(word, "{")
	word, _, _ = strings.Cut(word, "%")
	if strings.ContainsRune(path.Base(word), '.') && strings.Contains(word, "/") && !strings.HasSuffix(word, ".") {
		word = path.Dir(word)
	}
	word = strings.TrimPrefix(strings.TrimPrefix(word, "~/"), "./")
	if up := path.Join(sandbox.Home, word); strings.HasPrefix(word, "../") && path.Dir(sandbox.Home) != up {
		word = up
	}
	clean := strings.Trim(word, "/")
	if !folderWord.MatchString(clean) || mediaType.MatchString(clean) || words[strings.ToLower(clean)] {
		return nil
	}
	out := []string{clean}
	if word[0] == '/' {
		for _, top := range outside {
			if abs := "/" + clean; abs == top || strings.HasPrefix(abs, top+"/") {
				out = append(out, abs)
			}
		}
	}
	return out
}

// doSite lays a file in every folder that may be the document root.
func doSite(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.F("poser le fichier %s dans le dossier de travail et les dossiers usuels (www, htdocs, …)", "lay the file %s in the working directory and in the usual folders (www, htdocs, …)", args[0])
	if r.box != nil {
		return did, fmt.Errorf("site %s: programs are running already", args[0])
	}
	for _, dir := range r.roots() {
		r.lay(path.Join(dir, args[0]), args[1])
	}
	return did, nil
}

func doLay(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.F("poser le fichier %s", "lay the file %s", args[0])
	if r.box != nil {
		return did, fmt.Errorf("lay %s: programs are running already", args[0])
	}
	r.lay(args[0], args[1])
	return did, nil
}

// lay adds a file to the next box; files of the submission come first and are
// replaced when they have the same name.
func (r *runner) lay(name, data string) {
	r.laid = append(r.laid, sandbox.File{Path: name, Data: []byte(data)})
}

// withinReach leaves out the files that only a box with a file system of its
// own can hold.
func withinReach(files []sandbox.File) []sandbox.File {
	return slices.DeleteFunc(files, func(f sandbox.File) bool { return !filepath.IsLocal(filepath.FromSlash(f.Path)) })
}

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

// folderPart is one name in a path.
const folderPart = `\.?[\p{L}\p{N}_][\p{L}\p{N}_-]*(?:\.[\p{L}\p{N}_-]+)*`

var (
	literal = regexp.MustCompile(`"([^"\n]{1,80})"|'([^'\n]{1,80})'`)
	// setting is a value in a file of settings: root = pages.
	setting = regexp.MustCompile(`(?m)[=:][ \t]*([^\s"'=:]{1,80})[ \t]*$`)
	// block is a text of several lines, in which settings may stand as in a file.
	block = regexp.MustCompile(`(?s)"""(.*?)"""|'''(.*?)'''`)
	// listed are words that the program parts.
	listed = regexp.MustCompile(`["']([^"'\n]{1,80})["']\.split\(\)`)
	// folderWord is a text that may name a folder: site, .site, www.site.org, tp4/site_v1.0.
	folderWord = regexp.MustCompile(`^` + folderPart + `(/` + folderPart + `)*$`)
	blankWord  = regexp.MustCompile(`^[\p{L}\p{N}_-]+( [\p{L}\p{N}_-]+){1,3}$`)
	// mediaType is one that names no folder, though it looks like it.
	mediaType = regexp.MustCompile(`(?i)^(text|image|audio|video|application|font|multipart|http|sioux|mozilla|[a-z]*server)/`)
	// fileName is the name of a file of a known kind, or of nothing but a kind, or
	// a number: an address, a version.
	fileName = regexp.MustCompile(`(?i)(^|[^/])\.(html?|xhtml|css|js|mjs|map|jpe?g|png|gif|ico|bmp|svg|webp|avif|woff2?|ttf|otf|eot|txt|md|csv|tsv|log|json|xml|ya?ml|toml|ini|cfg|conf|env|` +
		`db|sqlite3?|pyc?|php|pdf|zip|gz|tar|mp[34]|ogg|wav|webm|avi|tmp|bak|old|lock|pid|sock|pem|crt|key|dat|bin|out|err)$|^\d+(\.\d+)+$|^\.+$`)
	// blanks are what is filled in: {path}, %s, %(name)s.
	blanks = regexp.MustCompile(`\{[^{}]*\}|%(?:\(\w+\))?[-\d.]*[sdr]`)
	// climbs is what leads to the folder above the program's own.
	climbs = regexp.MustCompile(`\bpardir\b|\.parent\.parent\b|\.parents\[1\]|dirname\((?:os\.path\.)?dirname\(|dirname\(\w+\.dirname\(|(?:join\([^\n]*|Path\(|/\s*)["']\.\.["']|["']/?\.\./?["']\s*\+`)
	// fileArgument is what stands before the name of a file that the program
	// itself writes, which must not be a folder.
	fileArgument = regexp.MustCompile(`(open\(|filename\s*=|FileHandler\()\s*[bfru]*$`)
	// joins is what stands between the parts of a path: os.path.join("a", "b"), Path("a") / "b".
	joins = regexp.MustCompile(`^\)?\s*[/+]\s*[bfru]*$`)
	lists = regexp.MustCompile(`^\s*,\s*[bfru]*$`)
)

// outside are the folders that absolute roots may be in: those of a server, and
// those of their authors' machines, whose disk is below /mnt for Linux on Windows.
var outside = []string{"/var/www", "/srv", "/opt", "/Library", "/tmp", "/home", "/Users", "/mnt", "/workspaces"}

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
	// A program that climbs means a folder beside its own.
	if slices.ContainsFunc(r.env.Files, func(f sandbox.File) bool { return strings.HasSuffix(f.Path, ".py") && climbs.Match(f.Data) }) {
		beside := path.Dir(sandbox.Home)
		for _, name := range append(slices.Clone(usualRoots), named...) {
			if !path.IsAbs(name) && (name == "" || path.Join(beside, name) != sandbox.Home) {
				add(path.Join(beside, name))
			}
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
		for _, b := range block.FindAllStringSubmatch(text, -1) {
			for _, m := range setting.FindAllStringSubmatch(b[1]+b[2], -1) {
				out = append(out, folder(m[1])...)
			}
		}
		for _, l := range listed.FindAllStringSubmatch(text, -1) {
			for _, word := range strings.Fields(l[1]) {
				out = append(out, folder(word)...)
			}
		}
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
// before the file's name or between the things to be filled in ("pages/%s",
// f"./pages{path}", "{}/pages").
func folder(word string) []string {
	parts := blanks.Split(word, -1)
	first, _, _ := strings.Cut(parts[0], "{")
	first, _, _ = strings.Cut(first, "%")
	out := folderOf(first)
	for _, part := range parts[1:] {
		// What is filled in before it is the folder that it lies in.
		if rest, ok := strings.CutPrefix(part, "/"); ok {
			out = append(out, folderOf(rest)...)
		}
	}
	return out
}

// folderOf returns the folders that a text with nothing to be filled in may name.
// An absolute name is also tried below the working directory: programs add it to
// that.
func folderOf(word string) []string {
	if mediaType.MatchString(word) {
		return nil
	}
	if base := path.Base(word); fileName.MatchString(base) {
		if !strings.Contains(word, "/") {
			return nil
		}
		word = path.Dir(word)
	}
	if up, ok := strings.CutPrefix(word, "/../"); ok {
		word = "../" + up // behind the name of a folder
	}
	word = strings.TrimPrefix(strings.TrimPrefix(word, "~/"), "./")
	if up := path.Join(sandbox.Home, word); strings.HasPrefix(word, "../") && path.Dir(sandbox.Home) != up {
		word = up
	}
	clean := strings.Trim(word, "/")
	if !folderWord.MatchString(clean) || words[strings.ToLower(clean)] {
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
	if _, laid := r.site[args[0]]; !laid {
		r.siteOrder = append(r.siteOrder, args[0])
	}
	r.site[args[0]] = args[1]
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

package html

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"netlab/grader/batch"
	"netlab/grader/lang"
)

const (
	// pagesFolder holds the pages of the submissions.
	pagesFolder = "pages"
	// markerName is the file that makes a folder known as a report: it lists the
	// report's files, which the next report may replace or remove.
	markerName = ".grader-report"
	markerHead = "grader html report 1"
	// maxMarker bounds what is read of a marker, in bytes: a million pages.
	maxMarker = 64 << 20
)

// ourName is every name that a file of a report can have.
var ourName = regexp.MustCompile(`^(?:index\.html|pages/[a-z0-9-]{1,60}\.html)$`)

// pageNames gives each submission's page a name: who and what, from letters and
// digits alone, and its number in the class.
func pageNames(rows []batch.Row) []string {
	digits := max(3, len(fmt.Sprint(len(rows))))
	out := make([]string, len(rows))
	for i := range rows {
		r := &rows[i].Result
		name := slug(r.Student)
		if r.TP > 0 && r.TP < 1000 && r.Ex > 0 && r.Ex < 1000 {
			name += fmt.Sprintf("-tp%d-ex%d", r.TP, r.Ex)
		}
		out[i] = path.Join(pagesFolder, fmt.Sprintf("%s-%0*d.html", name, digits, i+1))
	}
	return out
}

// slug keeps of a name what can stand in a file's name on every system.
func slug(s string) string {
	const most = 24
	var b strings.Builder
	for _, r := range s {
		if b.Len() == most {
			break
		}
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
			b.WriteRune(r)
		}
	}
	if b.Len() == 0 {
		return "archive"
	}
	return b.String()
}

// claim makes root ready for a report that is made of files: it removes those of
// an earlier report that are no longer wanted. It changes nothing and returns an
// error when root is not empty and no report, or when a file that is not of a
// report is in the way.
func claim(root *os.Root, files []string) error {
	old, err := earlier(root)
	if err != nil {
		return err
	}
	was, is := set(old), set(files)
	for _, name := range files {
		if was[name] {
			continue
		}
		if _, err := root.Lstat(name); err == nil {
			return lang.Errorf("%w : %s est déjà là", "%w: %s is in the way", ErrNotReport, name)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	// From here on a run that is cut leaves a folder that the next one can take.
	all := slices.Concat(old, files)
	slices.Sort(all)
	all = slices.Compact(all)
	if err := writeMarker(root, all); err != nil {
		return err
	}
	for _, name := range old {
		// index.html goes first and comes back last: it never links to what is gone.
		if name != indexName && is[name] {
			continue
		}
		if err := root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return writeMarker(root, files)
}

// Check returns an error that wraps ErrNotReport when dir holds something that
// is no earlier report: Write would refuse it.
func Check(dir string) error {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = earlier(root)
	return errors.Join(err, root.Close())
}

// earlier returns the files of the report that root holds, none when it is empty.
func earlier(root *os.Root) ([]string, error) {
	old, err := readMarker(root)
	if !errors.Is(err, fs.ErrNotExist) {
		return old, err
	}
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, err
	}
	if len(entries) > 0 {
		return nil, lang.Errorf("%w : il contient %q", "%w: it holds %q", ErrNotReport, entries[0].Name())
	}
	return nil, nil
}

func set(names []string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}

// ErrNotReport says that a folder is no earlier report, so that nothing in it
// may be replaced.
var ErrNotReport = lang.Errorf("le dossier n'est ni vide ni un rapport précédent", "the folder is neither empty nor an earlier report")

func readMarker(root *os.Root) ([]string, error) {
	info, err := root.Lstat(markerName)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxMarker {
		return nil, lang.Errorf("%w : %s n'est pas de ce programme", "%w: %s is not one of ours", ErrNotReport, markerName)
	}
	data, err := root.ReadFile(markerName)
	if err != nil {
		return nil, err
	}
	head, rest, _ := strings.Cut(string(data), "\n")
	if head != markerHead {
		return nil, lang.Errorf("%w : %s n'est pas de ce programme", "%w: %s is not one of ours", ErrNotReport, markerName)
	}
	var names []string
	for name := range strings.Lines(rest) {
		if name = strings.TrimSuffix(name, "\n"); ourName.MatchString(name) {
			names = append(names, name)
		}
	}
	return names, nil
}

func writeMarker(root *os.Root, names []string) error {
	return root.WriteFile(markerName, []byte(markerHead+"\n"+strings.Join(names, "\n")+"\n"), 0o644)
}

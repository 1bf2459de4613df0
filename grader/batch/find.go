package batch

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"netlab/grader/archive"
	"netlab/grader/lang"
)

// maxFound bounds how many files are looked at: 3,000 students with thirty
// files each.
const maxFound = 100_000

// found is an archive that was found.
type found struct {
	path     string // relative to the folder; what is in a container follows a "!"
	base     string // its file name, as it is judged
	archive  string // SHA-256, in hexadecimal
	modified time.Time
	newest   time.Time // of the files in it, see archive.Submission.Newest
	by       handedIn  // as its own path says
	owner    handedIn  // as the path of another version may say too
	name     archive.Name
	right    bool // the name breaks no rule
	inside   bool // of a container
	read     func() (content, error)
}

// content is an open archive.
type content struct {
	io.ReaderAt
	size  int64
	close func() error
}

// finder looks for archives in a folder. What it found can be read until it is
// closed.
type finder struct {
	root       *os.Root
	only       string      // the one file to look at, "" for all
	journal    os.FileInfo // is no submission
	zone       *time.Location
	found      []found
	others     []other
	seen       int
	containers []*os.File
}

// other is an Other and who handed it in.
type other struct {
	Other
	by handedIn
}

// newFinder opens a folder, or the folder of a single archive. Nothing outside
// of it is ever read.
func newFinder(folder string, journal os.FileInfo) (*finder, error) {
	f := &finder{journal: journal, zone: time.Local}
	info, err := os.Stat(folder)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		folder, f.only = filepath.Dir(folder), filepath.Base(folder)
	}
	f.root, err = os.OpenRoot(folder)
	return f, err
}

func (f *finder) close() error {
	var errs []error
	for _, c := range f.containers {
		errs = append(errs, c.Close())
	}
	return errors.Join(append(errs, f.root.Close())...)
}

// find walks through the folder. Its error is about the folder as a whole: what
// is wrong with a file is among the others.
func (f *finder) find() error {
	start := "."
	if f.only != "" {
		start = filepath.ToSlash(f.only)
	}
	return fs.WalkDir(f.root.FS(), start, func(p string, d fs.DirEntry, err error) error {
		if f.seen++; f.seen > maxFound {
			return lang.Errorf("plus de %d fichiers : est-ce le bon dossier ?", "more than %d files: is this the right folder?", maxFound)
		}
		if err != nil {
			if p == start {
				return err
			}
			f.note(p, "unreadable", reason(err))
			return nil
		}
		if p == "." {
			return nil
		}
		if hidden(p) && f.only == "" {
			if d.IsDir() {
				f.note(p+"/", "hidden", lang.T("un dossier caché, ou mis par un système", "a hidden folder, or one that a system made"))
				return fs.SkipDir
			}
			f.note(p, "hidden", hiddenFile())
			return nil
		}
		switch {
		case d.IsDir():
		case d.Type()&fs.ModeSymlink != 0:
			f.note(p, "kind", lang.T("un lien symbolique : il n'est pas suivi", "a symbolic link: it is not followed"))
		case !d.Type().IsRegular():
			f.note(p, "kind", lang.T("pas un fichier ordinaire", "not an ordinary file"))
		default:
			if err := f.file(p); err != nil {
				f.note(p, "unreadable", reason(err))
			}
		}
		return nil
	})
}

// hidden reports whether the last part of a path says that no student means it.
func hidden(p string) bool {
	base := path.Base(p)
	return strings.HasPrefix(base, ".") || archive.System(base)
}

func hiddenFile() lang.Text {
	return lang.T("un fichier caché, ou mis par un système", "a hidden file, or one that a system made")
}

// reason is an error without the path, which is told beside it. What the system
// says is in English in both languages, but for what happens to teachers.
func reason(err error) lang.Text {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return lang.T("permission refusée", "permission denied")
	case errors.Is(err, fs.ErrNotExist):
		return lang.T("n'est plus là", "is not there any more")
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return lang.T(err.Error(), err.Error())
}

func (f *finder) note(p, why string, note lang.Text) { f.noteBy(p, whoHandedIn(p), why, note) }

func (f *finder) noteBy(p string, by handedIn, why string, note lang.Text) {
	f.others = append(f.others, other{Other{Path: p, Why: why, Note: note}, by})
}

// file takes in a file of the disk.
func (f *finder) file(p string) error {
	file, err := f.root.Open(filepath.FromSlash(p))
	if err != nil {
		return err
	}
	keep := false
	defer func() {
		if !keep {
			file.Close()
		}
	}()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if f.journal != nil && os.SameFile(info, f.journal) {
		return nil
	}
	head, err := headOf(file, info.Size())
	if err != nil {
		return err
	}
	if ok, note := candidate(p, head); !ok {
		f.note(p, "kind", note)
		return nil
	}
	c := content{ReaderAt: file, size: info.Size()}
	if archive.ZIP(head) && mayContain(p) {
		if box := container(c, f.only != ""); box != nil {
			keep = true
			f.containers = append(f.containers, file)
			f.unfold(p, box)
			return nil
		}
	}
	return f.add(found{path: p, base: path.Base(p), by: whoHandedIn(p), modified: info.ModTime()}, c, func() (content, error) {
		file, err := f.root.Open(filepath.FromSlash(p))
		if err != nil {
			return content{}, err
		}
		info, err := file.Stat()
		if err != nil {
			file.Close()
			return content{}, err
		}
		return content{ReaderAt: file, size: info.Size(), close: file.Close}, nil
	})
}

// headOf returns the first bytes of a file: as many as tell what it is.
func headOf(r io.ReaderAt, size int64) ([]byte, error) {
	head := make([]byte, min(size, 512))
	n, err := r.ReadAt(head, 0)
	if n < len(head) {
		return nil, err
	}
	return head, nil
}

// add takes in the archive a, of which c is the content and read opens it again.
func (f *finder) add(a found, c content, read func() (content, error)) error {
	// Its rules are judged when it is graded; here it is only looked at.
	sub, _, err := archive.Read(c, c.size, nil, archive.DefaultLimits())
	if err != nil {
		return err
	}
	name, violations := archive.ParseName(a.base)
	a.archive, a.newest, a.name, a.right, a.read = sub.SHA256, sub.Newest(f.zone), name, len(violations) == 0, read
	a.owner = a.by
	f.found = append(f.found, a)
	return nil
}

// candidate reports whether a file may be what a student handed in as an
// archive; else note says what it is. A file that only says that it is one, or
// is one of another format, is a candidate: it will be rejected, with the reason.
func candidate(p string, head []byte) (ok bool, note lang.Text) {
	is, what := archive.Sniff(head)
	switch ext := strings.ToLower(path.Ext(p)); ext {
	case ".zip", ".zipx", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".tbz2", ".xz", ".zst":
		return true, lang.Text{}
	case ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".jar", ".epub", ".whl", ".apk":
		if is {
			return false, lang.F("un fichier %s", "a %s file", ext)
		}
	}
	if is {
		return true, lang.Text{}
	}
	if strings.HasPrefix(string(head), magic) {
		return false, lang.T("un journal de grader", "a journal of grader")
	}
	return false, what
}

package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"netlab/grader/lang"
)

// Submission is an archive that was read, whole, into memory.
type Submission struct {
	SHA256 string // of the archive's bytes, in hexadecimal
	Size   int64  // of the archive, in bytes

	listed  bool // its directory could be read
	top     string
	entries []*entry
	files   map[string]*entry // by path below top, what may be unpacked
}

// Open reads the archive at path and judges it by the archive.* rules. The
// severities of the violations are those of policy, and what policy ignores is
// left out. The Submission is never nil when the error is; of an archive that
// breaks rules it has what could be read and is safe.
//
// The error is about the file itself (absent, unreadable, a folder), never
// about what is in it.
func Open(path string, policy Policy, limits Limits) (*Submission, []Violation, error) {
	// Before opening: to open a pipe would wait for its other end.
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, fileError(path, err)
	}
	if info.IsDir() {
		return nil, nil, lang.Errorf("%s est un dossier : donnez le fichier .zip lui-même", "open archive %s: it is a folder: give the .zip file itself", Show(path))
	}
	if !info.Mode().IsRegular() {
		return nil, nil, lang.Errorf("%s n'est pas un fichier ordinaire (%s) : donnez un fichier .zip", "open archive %s: it is not an ordinary file (%s): give a .zip file", Show(path), info.Mode().Type())
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fileError(path, err)
	}
	defer f.Close()
	sub, violations, err := Read(f, info.Size(), policy, limits)
	if err != nil {
		return nil, nil, lang.Errorf("ouverture de l'archive %s : %w", "open archive %s: %w", Show(path), err)
	}
	return sub, violations, nil
}

func fileError(path string, err error) error {
	var reason *fs.PathError
	if errors.As(err, &reason) {
		err = reason.Err // the path is shown already, quoted
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return lang.Errorf("l'archive %s %w", "open archive %s: %w: check the name and the folder", Show(path), err)
	case errors.Is(err, fs.ErrPermission):
		return lang.Errorf("ouverture de l'archive %s : %w : rendez-la lisible (chmod +r)", "open archive %s: %w: make it readable (chmod +r)", Show(path), err)
	}
	return lang.Errorf("ouverture de l'archive %s : %w", "open archive %s: %w", Show(path), err)
}

// Read is Open for an archive of size bytes that r gives.
func Read(r io.ReaderAt, size int64, policy Policy, limits Limits) (*Submission, []Violation, error) {
	limits = limits.orDefaults()
	sub := &Submission{Size: size, files: map[string]*entry{}}
	var found findings
	if err := sub.hash(r); err != nil {
		return nil, nil, err
	}
	if size <= limits.Archive { // once in memory it cannot change between two looks
		all := make([]byte, size)
		if err := readFull(r, all, 0); err != nil {
			return nil, nil, err
		}
		r = bytes.NewReader(all)
	}
	if err := sub.read(r, limits, &found); err != nil {
		return nil, nil, err
	}
	return sub, found.violations(policy), nil
}

func (s *Submission) hash(r io.ReaderAt) error {
	h := sha256.New()
	n, err := io.Copy(h, io.NewSectionReader(r, 0, s.Size))
	if err == nil && n < s.Size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return fmt.Errorf("read it: %w", err)
	}
	s.SHA256 = hex.EncodeToString(h.Sum(nil))
	return nil
}

// read judges the archive. Its error is r's.
func (s *Submission) read(r io.ReaderAt, limits Limits, found *findings) error {
	tooBig := s.Size > limits.Archive
	if tooBig {
		found.whole(ArchiveBomb, lang.F("l'archive fait %s, et la limite est de %s : n'y mettez que le code source",
			"the archive has %s, and the limit is %s: put in the source code alone", showSize(s.Size), showSize(limits.Archive)))
	}
	head := make([]byte, min(s.Size, 512))
	if err := readFull(r, head, 0); err != nil {
		return err
	}
	l, err := readLayout(r, s.Size, limits.Archive)
	var broken damage
	switch {
	case errors.Is(err, errNoEnd):
		notZip(head, found)
		return nil
	case errors.As(err, &broken):
		found.whole(ArchiveCorrupt, lang.F("l'archive est abîmée : %s ; refaites-la ou déposez-la de nouveau",
			"the archive is damaged: %s; make it or upload it again", broken.what))
		return nil
	case err != nil:
		return err
	}
	s.listed = true
	s.judgeLayout(l, head, limits, found)
	for _, rec := range l.records {
		s.entries = append(s.entries, newEntry(rec, limits, found))
	}
	s.judgeCollisions(found)
	if !tooBig {
		if err := s.judgeData(r, l, limits, found); err != nil {
			return err
		}
	}
	s.choose()
	return nil
}

// notZip says what a file is that is no ZIP archive.
func notZip(head []byte, found *findings) {
	switch k, what := sniff(head); k {
	case kindZip:
		found.whole(ArchiveCorrupt, lang.T("l'archive est abîmée : il en manque la fin (envoi interrompu ?) ; refaites-la ou déposez-la de nouveau",
			"the archive is damaged: its end is missing (was the upload cut?); make it or upload it again"))
	case kindEmpty:
		found.whole(ArchiveFormat, lang.T("le fichier est vide (0 octet) : déposez-le de nouveau", "the file is empty (0 bytes): upload it again"))
	case kindArchive:
		found.whole(ArchiveFormat, lang.F("ce n'est pas une archive ZIP mais %s : la renommer ne suffit pas, refaites-la au format ZIP",
			"this is not a ZIP archive but %s: to rename it is not enough, make it again in the ZIP format", what))
	default:
		found.whole(ArchiveFormat, lang.F("ce n'est pas une archive ZIP mais %s : mettez le code source dans une archive ZIP",
			"this is not a ZIP archive but %s: put the source code into a ZIP archive", what))
	}
}

// judgeLayout judges what stands around the entries, and how many there are.
func (s *Submission) judgeLayout(l *layout, head []byte, limits Limits, found *findings) {
	first := l.dirStart
	for _, rec := range l.records {
		first = min(first, rec.offset)
	}
	if len(l.records) > 0 && first == l.dirStart {
		first = l.before // their data is lost, which is told elsewhere
	}
	if first > 0 {
		message := lang.F("%s se trouvent avant l'archive : refaites-la", "%s stand before the archive: make it again", showSize(first))
		if k, what := sniff(head); k != kindZip {
			message = lang.F("%s se trouvent avant l'archive, et le fichier commence comme %s : refaites l'archive",
				"%s stand before the archive, and the file begins as %s: make the archive again", showSize(first), what)
		}
		found.whole(ArchiveHeaders, message)
	}
	if l.after > 0 {
		found.whole(ArchiveHeaders, lang.F("%s se trouvent après la fin de l'archive : refaites-la", "%s stand after the end of the archive: make it again", showSize(l.after)))
	}
	if l.tailless {
		found.whole(ArchiveHeaders, lang.F("son répertoire annonce %d entrées et en a %d : refaites l'archive", "its directory announces %d entries and has %d: make the archive again",
			l.declared, len(l.records)))
	}
	if n := max(int64(len(l.records)), l.declared); n > int64(limits.Entries) || l.partial {
		found.whole(ArchiveBomb, lang.F("l'archive a %d entrées, et la limite est de %d : n'y mettez que le code source",
			"the archive has %d entries, and the limit is %d: put in the source code alone", n, limits.Entries))
	}
}

// judgeCollisions refuses entries that a file system would write over one
// another. Of several files of the very same name the first one stays.
func (s *Submission) judgeCollisions(found *findings) {
	type node struct {
		path string
		dir  bool
	}
	taken := map[string]node{}
	for _, e := range s.entries {
		if e.path == "" {
			continue
		}
		for p := e.path; p != "."; p = path.Dir(p) {
			dir := e.dir || p != e.path
			was, ok := taken[foldPath(p)]
			switch {
			case !ok:
				taken[foldPath(p)] = node{p, dir}
			case was.dir != dir:
				found.of(e, ArchiveDuplicate, lang.T("le même nom sert à un fichier et à un dossier", "the same name is used for a file and for a folder"))
			case was.path != p:
				alike := lang.T("noms qui ne diffèrent que par les majuscules", "names that differ in capitals only")
				found.named(ArchiveDuplicate, alike, was.path)
				found.of(e, ArchiveDuplicate, alike)
			case !dir:
				found.of(e, ArchiveDuplicate, lang.T("le même fichier y est plusieurs fois", "the same file is there more than once"))
			}
		}
	}
}

// choose decides what may be unpacked, and below which top folder.
func (s *Submission) choose() {
	s.top = s.commonTop()
	for _, e := range s.entries {
		if p := s.below(e); p != "" && !e.dir && e.data != nil && !system(e.path) {
			s.files[p] = e
		}
	}
}

// below returns the path of e without the top folder.
func (s *Submission) below(e *entry) string {
	if e.path == "" || s.top == "" {
		return e.path
	}
	if len(e.path) > len(s.top) && e.path[:len(s.top)] == s.top {
		return e.path[len(s.top):]
	}
	return e.path // a system file beside the top folder
}

// commonTop returns the folder that everything is in, with its slash: "a/" or
// "a/b/". Files of the system do not count.
func (s *Submission) commonTop() string {
	top, found := "", false
	for _, e := range s.entries {
		if e.path == "" || e.dir || system(e.path) {
			continue
		}
		dir := path.Dir(e.path) + "/"
		if dir == "./" {
			return ""
		}
		if !found {
			top, found = dir, true
			continue
		}
		for len(top) > 0 && (len(dir) < len(top) || dir[:len(top)] != top) {
			top = path.Dir(path.Clean(top)) + "/"
			if top == "./" {
				return ""
			}
		}
	}
	// A repository or a virtual environment alone is not the student's folder.
	if folder, _ := forbidden(top, nil); folder != "" {
		top = strings.TrimPrefix(path.Dir(path.Clean(folder))+"/", "./")
	}
	return top
}

// Listed reports whether the archive's directory could be read: when it could
// not, there is nothing to say of its content.
func (s *Submission) Listed() bool { return s.listed }

// File is one file that may be unpacked.
type File struct {
	Path       string // relative, with slashes, composed (NFC), below the top folder
	Size       int64  // in bytes
	Executable bool
}

// Files returns what Unpack writes, sorted by path.
func (s *Submission) Files() []File {
	out := make([]File, 0, len(s.files))
	for p, e := range s.files {
		out = append(out, File{Path: p, Size: int64(len(e.data)), Executable: e.mode&0o100 != 0})
	}
	slices.SortFunc(out, func(a, b File) int {
		if a.Path < b.Path {
			return -1
		}
		return 1
	})
	return out
}

// Names returns the paths of all files whose names can be used, sorted: those
// of Files and those refused for another reason (a password, damage, an archive
// over its limits). It is what says which exercise an archive is for.
func (s *Submission) Names() []string {
	var out []string
	for _, e := range s.entries {
		if p := s.below(e); p != "" && !e.dir && !system(e.path) {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// ReadFile returns the content of a file of Files. The caller must not change it.
func (s *Submission) ReadFile(path string) ([]byte, error) {
	e, ok := s.files[path]
	if !ok {
		return nil, &fs.PathError{Op: "read", Path: path, Err: fs.ErrNotExist}
	}
	return e.data, nil
}

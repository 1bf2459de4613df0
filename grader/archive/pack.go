package archive

import (
	"archive/zip"
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"netlab/grader/lang"
)

// Source is one file to pack.
type Source struct {
	Path       string // in the archive, relative, with slashes
	Data       []byte
	Executable bool
}

// Gather reads the files and folders that a student names on the command line.
// A file goes to the top of the archive, a folder goes there with what is in it;
// files of the system are left out. Its errors say which path they are about:
// something that is neither file nor folder, or more than limits allow.
func Gather(paths []string, limits Limits) ([]Source, error) {
	limits = limits.orDefaults()
	var out []Source
	total := int64(0)
	add := func(from, to string, info fs.FileInfo) error {
		to = norm.NFC.String(filepath.ToSlash(to))
		if system(to) {
			return nil
		}
		if !info.Mode().IsRegular() {
			return lang.Errorf("%s n'est pas un fichier ordinaire (%s) : donnez des fichiers ou des dossiers", "pack %s: it is not an ordinary file (%s): give files or folders", Show(from), info.Mode().Type())
		}
		if total += info.Size(); total > limits.Total || len(out) == limits.Entries {
			return lang.Errorf("%s : c'est trop : une archive a au plus %d fichiers et %d octets", "pack %s: too much: an archive has at most %d files and %d bytes", Show(from), limits.Entries, limits.Total)
		}
		data, err := os.ReadFile(from)
		if err != nil {
			return fmt.Errorf("pack: %w", err)
		}
		out = append(out, Source{Path: to, Data: data, Executable: info.Mode()&0o100 != 0})
		return nil
	}
	for _, p := range paths {
		info, err := os.Stat(p) // a link given by its name means its target
		if err != nil {
			return nil, fmt.Errorf("pack: %w", err)
		}
		if !info.IsDir() {
			if err := add(p, filepath.Base(p), info); err != nil {
				return nil, err
			}
			continue
		}
		full, err := filepath.Abs(p) // "." has a name too
		if err != nil {
			return nil, fmt.Errorf("pack: %w", err)
		}
		err = filepath.WalkDir(p, func(from string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			inside, err := filepath.Rel(p, from)
			if err != nil {
				return err
			}
			return add(from, filepath.Join(filepath.Base(full), inside), info)
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Packed is an archive that no rule rejects.
type Packed struct {
	Name string // the right file name
	Data []byte
	Sub  *Submission
}

// Pack makes the archive of a student's files for an exercise that asks for
// deliverables, and judges it as Open, ParseName and CheckContent would. When a
// rule rejects it there is no Packed, and the violations say why; else they are
// what would be said about it all the same. The same files give the same bytes.
//
// Its error is that the name has no letters (ErrNoName) or a number is wrong.
func Pack(family string, tp, ex int, files []Source, deliverables []string, site bool, policy Policy) (*Packed, []Violation, error) {
	name, err := FileName(family, tp, ex)
	if err != nil {
		return nil, nil, err
	}
	data, sub, violations, err := pack(files, policy)
	if err != nil {
		return nil, nil, fmt.Errorf("pack %s: %w", name, err)
	}
	violations = append(violations, sub.CheckContent(deliverables, site, policy)...)
	if Rejected(violations) {
		return nil, violations, nil
	}
	return &Packed{Name: name, Data: data, Sub: sub}, violations, nil
}

// NamesOf returns what Submission.Names says of the archive of files: what tells
// the exercise is the same before and after packing.
func NamesOf(files []Source) ([]string, error) {
	_, sub, _, err := pack(files, nil)
	if err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	return sub.Names(), nil
}

// pack makes the archive of files and reads it again.
func pack(files []Source, policy Policy) ([]byte, *Submission, []Violation, error) {
	var buf bytes.Buffer
	if err := write(&buf, files); err != nil {
		return nil, nil, nil, err
	}
	sub, violations, err := Read(bytes.NewReader(buf.Bytes()), int64(buf.Len()), policy, DefaultLimits())
	return buf.Bytes(), sub, violations, err
}

// write makes a ZIP archive of files, sorted by path. Files are stored as they
// are, without a time and without a data descriptor, so that the bytes depend on
// nothing else than the files, and every reader reads them alike.
func write(w io.Writer, files []Source) error {
	files = slices.Clone(files)
	slices.SortStableFunc(files, func(a, b Source) int { return strings.Compare(a.Path, b.Path) })
	zw := zip.NewWriter(w)
	for _, f := range files {
		mode := fs.FileMode(0o644)
		if f.Executable {
			mode = 0o755
		}
		h := &zip.FileHeader{
			Name:               f.Path,
			Method:             zip.Store,
			CRC32:              crc32.ChecksumIEEE(f.Data),
			CompressedSize64:   uint64(len(f.Data)),
			UncompressedSize64: uint64(len(f.Data)),
		}
		if !ascii(f.Path) {
			h.Flags |= flagUTF8
		}
		h.SetMode(mode)
		out, err := zw.CreateRaw(h)
		if err != nil {
			return err
		}
		if _, err := out.Write(f.Data); err != nil {
			return err
		}
	}
	return zw.Close()
}

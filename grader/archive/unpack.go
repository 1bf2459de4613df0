package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// Unpack writes the files of Files below root, which should be empty: nothing
// that is there already is written over. Files have mode 0o755 if their owner,
// group or anybody may execute them, 0o644 otherwise; folders have 0o755.
func (s *Submission) Unpack(root *os.Root) error {
	for _, f := range s.Files() {
		if err := s.unpackFile(root, f.Path); err != nil {
			var reason *fs.PathError
			if errors.As(err, &reason) {
				err = reason.Err // the path is shown already, quoted
			}
			return fmt.Errorf("unpack entry %s: %w", Show(f.Path), err)
		}
	}
	return nil
}

func (s *Submission) unpackFile(root *os.Root, p string) (err error) {
	e := s.files[p]
	name := filepath.FromSlash(p)
	if dir := path.Dir(p); dir != "." {
		if err := root.MkdirAll(filepath.FromSlash(dir), 0o755); err != nil {
			return err
		}
		for ; dir != "."; dir = path.Dir(dir) { // whatever the umask
			if err := root.Chmod(filepath.FromSlash(dir), 0o755); err != nil {
				return err
			}
		}
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, e.mode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(e.data); err != nil {
		return err
	}
	return f.Chmod(e.mode)
}

package batch

import (
	"bytes"
	"path"
	"strings"

	"netlab/grader/archive"
	"netlab/grader/lang"
)

// memberLimits bound one member of a container. Beyond what a submission may
// have, so that one that is too large is rejected as it is elsewhere.
func memberLimits() archive.Limits {
	l := archive.DefaultLimits()
	l.File = 2 * l.Archive
	return l
}

// mayContain reports whether the archive at p may be an archive of archives,
// by its name: what a student handed in under a submission's name, or on the
// platform, is a submission, whatever is in it.
func mayContain(p string) bool {
	name, _ := archive.ParseName(path.Base(p))
	return name.Right == "" && whoHandedIn(p) == handedIn{}
}

// container returns the archive of archives that c is, or nil when it is none:
// its members are the submissions of several students, or have a platform's
// names. A student who packs an archive twice makes no container. Of an archive
// that the user named, one archive in it is enough.
func container(c content, named bool) *archive.Container {
	box, err := archive.OpenContainer(c, c.size, memberLimits())
	if err != nil {
		return nil
	}
	students := map[string]bool{}
	for _, m := range box.Members() {
		if archive.System(m.Name) {
			continue
		}
		if (whoHandedIn(m.Name) != handedIn{}) {
			return box
		}
		name, _ := archive.ParseName(path.Base(m.Name))
		if ok, _ := candidate(m.Name, nil); ok && name.Right != "" {
			students[name.Student] = true
		}
	}
	if len(students) > 1 || named && len(students) == 1 {
		return box
	}
	return nil
}

// unfold takes in the members of a container.
func (f *finder) unfold(p string, box *archive.Container) {
	if !box.Damage.Empty() {
		f.note(p, "unreadable", box.Damage)
	}
	for i, m := range box.Members() {
		at, by := p+"!"+m.Name, whoHandedIn(m.Name)
		switch {
		case !m.Wrong.Empty() && !archive.System(m.Name):
			f.noteBy(at, by, "unreadable", m.Wrong)
		case archive.System(m.Name) || strings.Contains("/"+m.Path, "/."):
			f.noteBy(at, by, "hidden", hiddenFile())
		case f.seen >= maxFound:
			f.noteBy(at, by, "unreadable", lang.T("trop de fichiers", "too many files"))
			return
		default:
			f.seen++
			if err := f.member(p, box, i); err != nil {
				f.noteBy(at, by, "unreadable", reason(err))
			}
		}
	}
}

// member takes in member i of the container at p.
func (f *finder) member(p string, box *archive.Container, i int) error {
	m := box.Members()[i]
	read := func() (content, error) {
		data, err := box.Read(i)
		return content{ReaderAt: bytes.NewReader(data), size: int64(len(data)), close: func() error { return nil }}, err
	}
	c, err := read()
	if err != nil {
		return err
	}
	head, err := headOf(c, c.size)
	if err != nil {
		return err
	}
	a := found{path: p + "!" + m.Path, base: path.Base(m.Path), by: whoHandedIn(m.Path), modified: m.Modified, inside: true}
	if ok, note := candidate(m.Path, head); !ok {
		f.noteBy(a.path, a.by, "kind", note)
		return nil
	}
	if archive.ZIP(head) && mayContain(m.Path) && container(c, false) != nil {
		f.noteBy(a.path, a.by, "nested", lang.T("une archive d'archives dans une autre : décompressez celle du dehors", "an archive of archives in another one: unpack the outer one"))
		return nil
	}
	return f.add(a, c, read)
}

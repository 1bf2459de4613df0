package archive

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"netlab/grader/lang"
)

// Container is an archive of archives, such as a course platform's export of
// all that was handed in. It is read member by member, so that a large one
// takes no more memory than its largest member may, and is trusted no more than
// a student's archive.
type Container struct {
	// Damage says what is wrong with the container as a whole, nothing for most.
	// Its members can be read all the same, those that were found.
	Damage  lang.Text
	r       io.ReaderAt
	limits  Limits
	members []Member
	places  []placed
}

// Member is one file of a container.
type Member struct {
	Path     string    // clean and local, with slashes; "" when its name cannot be used
	Name     string    // its name as written, hostile
	Modified time.Time // in UTC where the container has no zone; zero when it does not say
	Wrong    lang.Text // why it cannot be read; nothing when it can
}

// placed is an entry and where its data lies.
type placed struct {
	*entry
	local
}

// containerDepth and containerPath bound the paths in a container: a platform
// puts folders of its own around what students named.
const (
	containerDepth = 16
	containerPath  = 1000
)

// OpenContainer reads the directory of a container of size bytes. limits are
// those of one member. The error says that it is no ZIP archive, or is what r
// returned.
func OpenContainer(r io.ReaderAt, size int64, limits Limits) (*Container, error) {
	c := &Container{r: r, limits: limits.orDefaults()}
	const window = 1 << 20 // the end record and its comment are far smaller
	l, err := readLayout(r, size, window)
	if err != nil {
		return nil, err
	}
	if l.partial {
		c.Damage = lang.F("plus de %d fichiers : décompressez-la", "more than %d files: unpack it", len(l.records))
	}
	names := c.limits
	names.Depth, names.Path = containerDepth, containerPath
	taken := map[string]bool{}
	all := make([]findings, 0, len(l.records))
	for _, rec := range l.records {
		var found findings
		e := newEntry(rec, names, &found)
		if e.dir {
			continue
		}
		p := placed{entry: e}
		var broken damage
		if p.local, err = l.readLocal(r, rec); errors.As(err, &broken) {
			found.of(e, ArchiveCorrupt, broken.what)
		} else if err != nil {
			return nil, err
		}
		for _, d := range p.differs {
			found.of(e, ArchiveHeaders, d)
		}
		if taken[foldPath(e.path)] && e.path != "" {
			found.of(e, ArchiveDuplicate, lang.T("le même fichier y est plusieurs fois", "the same file is there more than once"))
		}
		taken[foldPath(e.path)] = true
		c.places, all = append(c.places, p), append(all, found)
	}
	order := make([]int, len(c.places))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(c.places[i].offset, c.places[j].offset) })
	var end int64
	for _, i := range order {
		if p := c.places[i]; p.offset < end {
			all[i].of(p.entry, ArchiveBomb, lang.T("les données servent à plusieurs fichiers", "the data is used for several files"))
		}
		end = max(end, c.places[i].dataEnd)
	}
	for i, p := range c.places {
		c.members = append(c.members, Member{Path: p.path, Name: p.name, Modified: p.modifiedIn(time.UTC), Wrong: all[i].text()})
	}
	return c, nil
}

// text is what was found, as one text.
func (f *findings) text() lang.Text {
	var all []lang.Text
	for _, x := range f.all {
		all = append(all, x.reason)
	}
	return lang.Join(", ", all...)
}

// Members returns the files of the container in its order, those that cannot be
// read among them.
func (c *Container) Members() []Member { return c.members }

// Read takes member i out. It gives at most Limits.File bytes: of a longer
// member, or one that grows like a bomb, or whose data is not what the
// directory says, it gives an error.
func (c *Container) Read(i int) ([]byte, error) {
	p := c.places[i]
	if wrong := c.members[i].Wrong; !wrong.Empty() {
		return nil, errors.New(wrong.EN)
	}
	if p.packed > c.limits.File+c.limits.File/8 {
		return nil, fmt.Errorf("file of more than %d bytes", c.limits.File)
	}
	packed := make([]byte, p.packed)
	if err := readFull(c.r, packed, p.dataStart); err != nil {
		return nil, err
	}
	e := *p.entry // what comes out is not kept
	var found findings
	e.unpack(packed, c.limits.File+1, c.limits, &found)
	if e.refused || e.data == nil {
		return nil, errors.New(found.text().EN)
	}
	return e.data, nil
}

// System reports whether a path with slashes is that of something a system or
// an editor put there, or of something in it: nothing that a student handed in.
func System(p string) bool { return system(p) }

// Sniff tells what a file is by its first bytes, at least 512 of them where it
// has as many, and whether that is an archive or compressed file of any format.
func Sniff(head []byte) (archive bool, what lang.Text) {
	k, what := sniff(head)
	return k == kindZip || k == kindArchive, what
}

// ZIP reports whether a file begins as ZIP archives do.
func ZIP(head []byte) bool { return strings.HasPrefix(string(head), localSignature) }

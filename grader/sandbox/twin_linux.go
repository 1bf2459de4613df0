package sandbox

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// twin is a folder beside /home that programs may write in: one of the work file
// system, shown there. It is a mount and no link, because programs take links out
// of a path and then compare its beginning with the name that they know.
type twin struct {
	seen, kept string
	always     bool // else once a file is laid there
}

// twins are the folders of a server and, as on a Mac, for Linux on Windows and in
// the machines of a cloud, those of the programs' authors.
var twins = []twin{
	{seen: "/var/www", kept: "/home/www", always: true},
	{seen: "/srv", kept: "/home/srv", always: true},
	{seen: "/Users", kept: "/home"},
	{seen: "/mnt", kept: "/home/mnt"},
	{seen: "/opt", kept: "/home/opt"},
	{seen: "/Library", kept: "/home/Library"},
	{seen: "/workspaces", kept: "/home/workspaces"},
}

// show mounts a twin. The interpreter may lie in its place: that stays as it is.
func (b *boxThread) show(t twin) error {
	if b.shown[t.seen] {
		return nil
	}
	there, err := os.ReadDir(t.seen)
	if err != nil || len(there) > 0 {
		return err
	}
	switch err := unix.Mkdir(t.kept, 0o755); err {
	case nil:
		if err := unix.Chown(t.kept, boxUID, boxUID); err != nil {
			return err
		}
	case unix.EEXIST:
	default:
		return fmt.Errorf("make %s: %w", t.kept, err)
	}
	if err := unix.Mount(t.kept, t.seen, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("show %s as %s: %w", t.kept, t.seen, err)
	}
	if b.shown == nil {
		b.shown = map[string]bool{}
	}
	b.shown[t.seen] = true
	if b.rules < 0 {
		return nil
	}
	return b.cfg.landlock.allowPath(b.rules, t.seen, landlockRead|landlockWrite)
}

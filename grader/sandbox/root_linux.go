package sandbox

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// bind is a host file or folder shown read-only at the same path in the boxes.
type bind struct {
	Path   string
	Folder bool
	Device bool
}

// link is a symbolic link of the boxes' root.
type link struct{ Path, Target string }

// rootOf lists what the root of the boxes holds: the system's programs and
// libraries, the interpreter wherever it is, and five devices.
func rootOf(in Interpreter) ([]bind, []link, error) {
	var binds []bind
	var links []link
	for _, p := range []string{"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store", "/etc/ld.so.cache", "/etc/alternatives"} {
		fi, err := os.Lstat(p)
		switch {
		case err != nil:
			continue
		case fi.Mode()&os.ModeSymlink != 0:
			target, err := os.Readlink(p)
			if err != nil {
				return nil, nil, fmt.Errorf("read link %s: %w", p, err)
			}
			links = append(links, link{Path: p, Target: target})
		default:
			binds = append(binds, bind{Path: p, Folder: fi.IsDir()})
		}
	}
	for _, p := range in.folders() {
		inside := false
		for _, b := range binds {
			if b.Folder && (p == b.Path || strings.HasPrefix(p, b.Path+"/")) {
				inside = true
			}
		}
		if !inside {
			binds = append(binds, bind{Path: p, Folder: true})
		}
	}
	for _, d := range devices {
		binds = append(binds, bind{Path: "/dev/" + d, Device: true})
	}
	return binds, links, nil
}

// devices are those of the boxes' /dev, beside their terminals.
var devices = []string{"null", "zero", "full", "random", "urandom", "tty"}

// buildRoot makes the root file system that all boxes share and enters it. It
// returns a descriptor of the program of process 1.
func buildRoot(cfg keeperConfig) (first int, err error) {
	const root = "/tmp"
	// What is bound may lie below /tmp, which is about to be covered.
	sources := make([]int, len(cfg.Binds))
	for i, b := range cfg.Binds {
		fd, err := unix.Open(b.Path, unix.O_PATH|unix.O_CLOEXEC, 0)
		if err != nil {
			return -1, fmt.Errorf("open %s: %w", b.Path, err)
		}
		sources[i] = fd
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return -1, fmt.Errorf("make mounts private: %w", err)
	}
	if err := unix.Mount("tmpfs", root, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "size=4m,nr_inodes=4096,mode=755"); err != nil {
		return -1, fmt.Errorf("mount the root: %w", err)
	}
	for i, b := range cfg.Binds {
		if err := bindInto(root, b, sources[i]); err != nil {
			return -1, err
		}
		unix.Close(sources[i])
	}
	if first, err = openFirst(root); err != nil {
		return -1, err
	}
	for _, l := range cfg.Links {
		if err := os.Symlink(l.Target, root+l.Path); err != nil {
			return -1, err
		}
	}
	folders := []string{"/proc", "/home", "/etc", "/dev/pts", "/var", "/root"}
	for _, t := range twins {
		folders = append(folders, t.seen)
	}
	for _, dir := range folders {
		if err := os.MkdirAll(root+dir, 0o755); err != nil {
			return -1, err
		}
	}
	// Everything that a program may write lies on one file system of limited
	// size, mounted on /home in each box.
	for _, l := range []link{
		{"/tmp", "/home/tmp"},
		{"/dev/shm", "/home/shm"},
		{"/var/tmp", "/home/tmp"},
		{"/dev/ptmx", "pts/ptmx"},
		{"/dev/stdin", "/proc/self/fd/0"},
		{"/dev/stdout", "/proc/self/fd/1"},
		{"/dev/stderr", "/proc/self/fd/2"},
		{"/dev/fd", "/proc/self/fd"},
	} {
		if err := os.Symlink(l.Target, root+l.Path); err != nil {
			return -1, err
		}
	}
	for name, text := range etcFiles {
		if err := os.WriteFile(root+"/etc/"+name, []byte(text), 0o644); err != nil {
			return -1, err
		}
	}
	if err := unix.Mount("proc", root+"/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return -1, fmt.Errorf("mount proc: %w", err)
	}
	if err := unix.Chdir(root); err != nil {
		return -1, err
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return -1, fmt.Errorf("pivot_root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return -1, fmt.Errorf("leave the old root: %w", err)
	}
	if err := unix.Chdir("/"); err != nil {
		return -1, err
	}
	if err := unix.MountSetattr(unix.AT_FDCWD, "/", 0, &unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NODEV}); err != nil {
		return -1, fmt.Errorf("make the root read-only: %w", err)
	}
	return first, nil
}

// bindInto shows what fd is open on at its own path below root, read-only.
func bindInto(root string, b bind, fd int) error {
	target := root + b.Path
	if b.Folder {
		if err := os.MkdirAll(target, 0o755); err != nil {
			return err
		}
	} else {
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, nil, 0o644); err != nil {
			return err
		}
	}
	if err := unix.Mount("/proc/self/fd/"+strconv.Itoa(fd), target, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("bind %s: %w", b.Path, err)
	}
	set := uint64(unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NODEV)
	if b.Device {
		set = unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NOEXEC
	}
	if err := unix.MountSetattr(unix.AT_FDCWD, target, unix.AT_RECURSIVE, &unix.MountAttr{Attr_set: set}); err != nil {
		return fmt.Errorf("make %s read-only: %w", b.Path, err)
	}
	return nil
}

// etcFiles are the boxes' /etc. localhost and the host's name all lead to the
// loopback, over IPv4 and IPv6, as on a student's machine.
var etcFiles = map[string]string{
	"hosts":         "127.0.0.1\tlocalhost " + Hostname + "\n::1\tlocalhost ip6-localhost ip6-loopback\n" + neighbourHosts(),
	"hostname":      Hostname + "\n",
	"host.conf":     "multi on\n",
	"nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\n",
	"passwd":        "root:x:0:0:root:/root:/bin/sh\n" + UserName + ":x:1000:1000::" + Home + ":/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
	"group":         "root:x:0:\n" + UserName + ":x:1000:\nnogroup:x:65534:\n",
	"services":      "http\t80/tcp\nhttps\t443/tcp\ntelnet\t23/tcp\necho\t7/tcp\n",
	"protocols":     "ip\t0\tIP\nicmp\t1\tICMP\ntcp\t6\tTCP\nudp\t17\tUDP\n",
}

package sandbox

import (
	"errors"
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Landlock is a second wall around what mounts protect already: programs read
// and execute what is in the box, and write below /home and on the devices
// alone. It also keeps each program with what it started: no signal and no
// connection by an abstract name leads out.

// landlock is what this kernel has of it: the version of its interface, 0 for
// none, and then why.
type landlock struct {
	abi int
	why error
}

func findLandlock() landlock {
	abi, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return landlock{why: errno}
	}
	return landlock{abi: int(abi)}
}

// The first versions that have what is asked for (landlock(7)).
const (
	landlockRefer    = 2
	landlockTruncate = 3
	landlockIoctl    = 5
	landlockScopes   = 6
	landlockAudit    = 7
)

// Rights of Landlock.
const (
	landlockRead  = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR | unix.LANDLOCK_ACCESS_FS_EXECUTE
	landlockWrite = unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_REMOVE_DIR | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE |
		unix.LANDLOCK_ACCESS_FS_MAKE_DIR | unix.LANDLOCK_ACCESS_FS_MAKE_REG | unix.LANDLOCK_ACCESS_FS_MAKE_SOCK |
		unix.LANDLOCK_ACCESS_FS_MAKE_FIFO | unix.LANDLOCK_ACCESS_FS_MAKE_SYM | unix.LANDLOCK_ACCESS_FS_REFER | unix.LANDLOCK_ACCESS_FS_TRUNCATE
	landlockNever  = unix.LANDLOCK_ACCESS_FS_MAKE_CHAR | unix.LANDLOCK_ACCESS_FS_MAKE_BLOCK
	landlockDevice = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_TRUNCATE | unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
)

// known are the rights that this kernel can take away.
func (l landlock) known() uint64 {
	rights := uint64(landlockRead | landlockWrite | landlockNever | landlockDevice)
	for _, since := range []struct {
		abi   int
		right uint64
	}{
		{landlockRefer, unix.LANDLOCK_ACCESS_FS_REFER},
		{landlockTruncate, unix.LANDLOCK_ACCESS_FS_TRUNCATE},
		{landlockIoctl, unix.LANDLOCK_ACCESS_FS_IOCTL_DEV},
	} {
		if l.abi < since.abi {
			rights &^= since.right
		}
	}
	return rights
}

// flags are those with which programs restrict themselves: what they are
// refused is no news for this machine's log.
func (l landlock) flags() uintptr {
	if l.abi < landlockAudit {
		return 0
	}
	return unix.LANDLOCK_RESTRICT_SELF_LOG_SAME_EXEC_OFF | unix.LANDLOCK_RESTRICT_SELF_LOG_SUBDOMAINS_OFF
}

// ruleset makes the rules of the programs of the box whose file systems the
// calling thread sees, and returns their descriptor. self is a descriptor of
// this executable, which is nowhere in the box.
func (l landlock) ruleset(self int) (int, error) {
	attr := unix.LandlockRulesetAttr{Handled_access_fs: l.known()}
	if l.abi >= landlockScopes {
		attr.Scoped = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | unix.LANDLOCK_SCOPE_SIGNAL
	}
	r, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr), 0)
	if errno != 0 {
		return -1, fmt.Errorf("make landlock's rules: %w", errno)
	}
	rules := int(r)
	err := l.allow(rules, self, unix.LANDLOCK_ACCESS_FS_READ_FILE|unix.LANDLOCK_ACCESS_FS_EXECUTE)
	for _, rule := range []struct {
		path  string
		right uint64
	}{
		{"/", landlockRead},
		{"/home", landlockRead | landlockWrite},
		{"/dev/pts", landlockDevice | unix.LANDLOCK_ACCESS_FS_READ_DIR},
	} {
		err = errors.Join(err, l.allowPath(rules, rule.path, rule.right))
	}
	for _, d := range devices {
		err = errors.Join(err, l.allowPath(rules, "/dev/"+d, landlockDevice))
	}
	if err != nil {
		unix.Close(rules)
		return -1, err
	}
	return rules, nil
}

func (l landlock) allowPath(rules int, path string, right uint64) error {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	defer unix.Close(fd)
	if err := l.allow(rules, fd, right); err != nil {
		return fmt.Errorf("allow %s: %w", path, err)
	}
	return nil
}

func (l landlock) allow(rules, fd int, right uint64) error {
	rule := unix.LandlockPathBeneathAttr{Allowed_access: right & l.known(), Parent_fd: int32(fd)}
	if _, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(rules), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&rule)), 0, 0, 0); errno != 0 {
		return fmt.Errorf("add a rule of landlock: %w", errno)
	}
	return nil
}

// refusal is what a process behind Landlock is answered: when it opens a file
// for writing that is neither below /home nor a device, and when it connects to
// an abstract socket of a process that is not.
type refusal struct {
	entering, opening, connecting syscall.Errno
}

// try asks for both, as the programs of the box would, without their other
// walls.
func (l landlock) try(rules int) (refusal, error) {
	server, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return refusal{}, err
	}
	defer unix.Close(server)
	if err := errors.Join(unix.Bind(server, &unix.SockaddrUnix{Name: "@probe"}), unix.Listen(server, 1)); err != nil {
		return refusal{}, err
	}
	client, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return refusal{}, err
	}
	defer unix.Close(client)
	name := unix.RawSockaddrUnix{Family: unix.AF_UNIX}
	for i, c := range []byte("\x00probe") {
		name.Path[i] = int8(c)
	}
	var got refusal
	syscall.ForkLock.Lock()
	errno := tryBehind(rules, l.flags(), bytePtr("/proc/thread-self/comm"), client, &name, 2+uintptr(len("\x00probe")), &got)
	syscall.ForkLock.Unlock()
	if errno != 0 {
		return got, fmt.Errorf("fork: %w", errno)
	}
	return got, nil
}

// tryBehind forks a process that restricts itself, opens path for writing and
// connects the socket client to addr, and leaves in got how that went. The
// caller must be locked to its thread.
//
//go:norace
//go:noinline
func tryBehind(rules int, flags uintptr, path *byte, client int, addr *unix.RawSockaddrUnix, size uintptr, got *refusal) (errno syscall.Errno) {
	var r, failed uintptr

	runtimeBeforeFork()
	r, failed = vfork(syscall.SYS_CLONE, vforkFlags, 0)
	if failed != 0 || r != 0 {
		runtimeAfterFork()
		if failed != 0 {
			return syscall.Errno(failed)
		}
		reap(int(r))
		return 0
	}

	// The child from here on.
	runtimeAfterForkInChild()
	syscall.RawSyscall6(syscall.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0)
	_, _, got.entering = syscall.RawSyscall(unix.SYS_LANDLOCK_RESTRICT_SELF, uintptr(rules), flags, 0)
	_, _, got.opening = syscall.RawSyscall6(syscall.SYS_OPENAT, ^uintptr(99), uintptr(unsafe.Pointer(path)), unix.O_WRONLY|unix.O_CLOEXEC, 0, 0, 0)
	_, _, got.connecting = syscall.RawSyscall(syscall.SYS_CONNECT, uintptr(client), uintptr(unsafe.Pointer(addr)), size)
	for {
		syscall.RawSyscall(syscall.SYS_EXIT, 0, 0, 0)
	}
}

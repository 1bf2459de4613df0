package sandbox

import (
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Forking by hand: syscall.ForkExec cannot enter a user namespace, set limits,
// drop the bounding set, install a seccomp filter, or close what the parent
// left open. What follows is what it does, with those added. The child shares
// the keeper's memory and stack until its exec, while the calling thread is
// suspended: a copy would cost more than all the rest, for the child and, by
// the page faults that follow, for the keeper. It may only make raw system
// calls: no allocation, no lock, no growth of the stack.

// vfork makes a child in the caller's memory: trap is the number of clone or
// clone3, a1 and a2 are its arguments.
//
//go:noescape
func vfork(trap, a1, a2 uintptr) (pid, errno uintptr)

// cloneArgs is struct clone_args (clone3(2)).
type cloneArgs struct {
	flags, pidfd, childTID, parentTID, exitSignal, stack, stackSize, tls, setTID, setTIDSize, group uint64
}

// vforkFlags are those of every child.
const vforkFlags = unix.CLONE_VM | unix.CLONE_VFORK | uintptr(unix.SIGCHLD)

//go:linkname runtimeBeforeFork syscall.runtime_BeforeFork
func runtimeBeforeFork()

//go:linkname runtimeAfterFork syscall.runtime_AfterFork
func runtimeAfterFork()

//go:linkname runtimeAfterForkInChild syscall.runtime_AfterForkInChild
func runtimeAfterForkInChild()

// stage says which part of a program's start failed.
type stage uint32

const (
	stageGroups stage = iota + 1
	stageNamespace
	stageSession
	stageTerminal
	stageLimits
	stageFolder
	stageIdentity
	stageCapabilities
	stagePrivileges
	stageLandlock
	stageDescriptors
	stageSeccomp
	stageExec
)

var stageNames = map[stage]string{
	stageGroups: "enter the control groups", stageNamespace: "enter the user namespace", stageSession: "make a session", stageTerminal: "attach the terminal",
	stageLimits: "set limits", stageFolder: "enter the work folder", stageIdentity: "change identity",
	stageCapabilities: "drop capabilities", stagePrivileges: "set no_new_privs", stageLandlock: "enter landlock",
	stageDescriptors: "close descriptors", stageSeccomp: "install the seccomp filter", stageExec: "execute the program",
}

// startError is what a child reports when it could not become its program.
type startError struct {
	stage stage
	errno syscall.Errno
}

func (e startError) Error() string { return fmt.Sprintf("%s: %v", stageNames[e.stage], e.errno) }
func (e startError) Unwrap() error { return e.errno }

// limit is one resource limit of a program; soft and hard are the same.
type limit struct {
	resource int
	value    uint64
}

// image is everything a child needs to become its program, laid out so that it
// can be used by raw system calls alone.
type image struct {
	path        *byte // absolute, or empty with execFd
	execFd      int   // executable to run when path is empty
	argv, envv  []*byte
	dir         *byte
	tty, errTTY int // slaves: standard input and output; standard error
	namespace   int // the user namespace to enter
	status      int // packet socket for reports
	uid, gid    int
	groups      bool // whether setgroups is allowed
	limits      []limit
	files       uint64 // limit of the number of descriptors
	lastCap     int
	group       int   // control group of the second version to be born in, or -1
	joins       []int // descriptors by which to enter those of the first
	rules       int   // of landlock, or -1
	ruleFlags   uintptr
	filter      *unix.SockFprog
}

// report is what the child sends: 0 and its process number as it sees it, with
// the seccomp listener's descriptor; then, if it fails, the stage and the error.
type report [2]uint32

// listenerRights passes one descriptor on: struct cmsghdr and its payload.
type listenerRights struct {
	header unix.Cmsghdr
	fd     int32
	_      int32
}

// forkProgram forks a child that becomes im. It returns the child's process
// number in the caller's namespace once it has, or has reported on im.status
// why it could not. The caller must be locked to its thread.
//
//go:norace
//go:noinline
func forkProgram(im *image) (pid int, errno syscall.Errno) {
	var rep report
	var rights listenerRights
	var iov unix.Iovec
	var msg unix.Msghdr
	var capHeader unix.CapUserHeader
	var capData [2]unix.CapUserData
	capHeader.Version = unix.LINUX_CAPABILITY_VERSION_3
	iov.Base = (*byte)(unsafe.Pointer(&rep))
	iov.SetLen(int(unsafe.Sizeof(rep)))
	rights.header.Level, rights.header.Type = unix.SOL_SOCKET, unix.SCM_RIGHTS
	rights.header.SetLen(unix.CmsgLen(4))
	msg.Iov = &iov
	msg.SetIovlen(1)
	msg.Control = (*byte)(unsafe.Pointer(&rights))
	msg.SetControllen(int(unsafe.Sizeof(rights)))
	ignore := sigaction{handler: 1} // SIG_IGN
	var usual sigaction             // SIG_DFL
	var none uint64
	empty := [1]byte{}
	self := [1]byte{'0'}
	files := [2]uint64{im.files, im.files}
	var at stage
	var e syscall.Errno
	var r, failed uintptr
	into := cloneArgs{flags: unix.CLONE_VM | unix.CLONE_VFORK | unix.CLONE_INTO_CGROUP, exitSignal: uint64(unix.SIGCHLD), group: uint64(im.group)}
	argv, envv := &im.argv[0], &im.envv[0]

	runtimeBeforeFork()
	if im.group >= 0 {
		r, failed = vfork(unix.SYS_CLONE3, uintptr(unsafe.Pointer(&into)), unsafe.Sizeof(into))
	} else {
		r, failed = vfork(syscall.SYS_CLONE, vforkFlags, 0)
	}
	if failed != 0 || r != 0 {
		runtimeAfterFork()
		return int(r), syscall.Errno(failed)
	}

	// The child from here on.
	runtimeAfterForkInChild()
	at = stageGroups
	for i := range im.joins {
		if _, _, e = syscall.RawSyscall(syscall.SYS_WRITE, uintptr(im.joins[i]), uintptr(unsafe.Pointer(&self)), 1); e != 0 {
			goto fail
		}
	}
	if len(im.joins) > 0 || im.group >= 0 {
		// The programs' groups are the roots of what they see.
		if _, _, e = syscall.RawSyscall(syscall.SYS_UNSHARE, unix.CLONE_NEWCGROUP, 0, 0); e != 0 {
			goto fail
		}
	}
	at = stageNamespace
	if _, _, e = syscall.RawSyscall(unix.SYS_SETNS, uintptr(im.namespace), unix.CLONE_NEWUSER, 0); e != 0 {
		goto fail
	}
	at = stageSession
	if _, _, e = syscall.RawSyscall(syscall.SYS_SETSID, 0, 0, 0); e != 0 {
		goto fail
	}
	// What a shell's background command ignores, or its caller blocked, is not
	// ignored by the program.
	for i := uintptr(1); i < 32; i++ {
		if i != uintptr(unix.SIGKILL) && i != uintptr(unix.SIGSTOP) {
			if _, _, e = syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, i, uintptr(unsafe.Pointer(&usual)), 0, 8, 0, 0); e != 0 {
				goto fail
			}
		}
	}
	if _, _, e = syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, unix.SIG_SETMASK, uintptr(unsafe.Pointer(&none)), 0, 8, 0, 0); e != 0 {
		goto fail
	}
	// The program leads the session, which a shell does on a student's machine:
	// its end must not hang up on the children it leaves.
	if _, _, e = syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(unix.SIGHUP), uintptr(unsafe.Pointer(&ignore)), 0, 8, 0, 0); e != 0 {
		goto fail
	}
	at = stageTerminal
	if _, _, e = syscall.RawSyscall(syscall.SYS_DUP3, uintptr(im.tty), 0, 0); e != 0 {
		goto fail
	}
	if _, _, e = syscall.RawSyscall(syscall.SYS_DUP3, uintptr(im.tty), 1, 0); e != 0 {
		goto fail
	}
	if _, _, e = syscall.RawSyscall(syscall.SYS_DUP3, uintptr(im.errTTY), 2, 0); e != 0 {
		goto fail
	}
	if _, _, e = syscall.RawSyscall(syscall.SYS_IOCTL, 0, unix.TIOCSCTTY, 0); e != 0 {
		goto fail
	}
	at = stageLimits
	for i := range im.limits {
		lim := [2]uint64{im.limits[i].value, im.limits[i].value}
		if _, _, e = syscall.RawSyscall6(syscall.SYS_PRLIMIT64, 0, uintptr(im.limits[i].resource), uintptr(unsafe.Pointer(&lim)), 0, 0, 0); e != 0 {
			goto fail
		}
	}
	at = stageCapabilities
	for c := 0; c <= im.lastCap; c++ {
		if _, _, e = syscall.RawSyscall6(syscall.SYS_PRCTL, unix.PR_CAPBSET_DROP, uintptr(c), 0, 0, 0, 0); e != 0 {
			goto fail
		}
	}
	at = stageIdentity
	if im.groups {
		if _, _, e = syscall.RawSyscall(syscall.SYS_SETGROUPS, 0, 0, 0); e != 0 {
			goto fail
		}
	}
	if _, _, e = syscall.RawSyscall(syscall.SYS_SETRESGID, uintptr(im.gid), uintptr(im.gid), uintptr(im.gid)); e != 0 {
		goto fail
	}
	if _, _, e = syscall.RawSyscall(syscall.SYS_SETRESUID, uintptr(im.uid), uintptr(im.uid), uintptr(im.uid)); e != 0 {
		goto fail
	}
	at = stageFolder
	if _, _, e = syscall.RawSyscall(syscall.SYS_CHDIR, uintptr(unsafe.Pointer(im.dir)), 0, 0); e != 0 {
		goto fail
	}
	at = stageCapabilities
	if _, _, e = syscall.RawSyscall6(syscall.SYS_PRCTL, unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0, 0); e != 0 {
		goto fail
	}
	if _, _, e = syscall.RawSyscall(syscall.SYS_CAPSET, uintptr(unsafe.Pointer(&capHeader)), uintptr(unsafe.Pointer(&capData[0])), 0); e != 0 {
		goto fail
	}
	at = stagePrivileges
	if _, _, e = syscall.RawSyscall6(syscall.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0); e != 0 {
		goto fail
	}
	if im.rules >= 0 {
		at = stageLandlock
		if _, _, e = syscall.RawSyscall(unix.SYS_LANDLOCK_RESTRICT_SELF, uintptr(im.rules), im.ruleFlags, 0); e != 0 {
			goto fail
		}
	}
	at = stageDescriptors
	if _, _, e = syscall.RawSyscall(unix.SYS_CLOSE_RANGE, 3, ^uintptr(0)>>32, unix.CLOSE_RANGE_CLOEXEC); e != 0 {
		goto fail
	}
	at = stageSeccomp
	// The listener is close-on-exec from the start.
	if r, _, e = syscall.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_NEW_LISTENER, uintptr(unsafe.Pointer(im.filter))); e != 0 {
		goto fail
	}
	rights.fd = int32(r)
	r, _, _ = syscall.RawSyscall(syscall.SYS_GETPID, 0, 0, 0)
	rep[1] = uint32(r)
	// Not before: the listener's number may be above it, where there are many boxes.
	at = stageLimits
	if _, _, e = syscall.RawSyscall6(syscall.SYS_PRLIMIT64, 0, unix.RLIMIT_NOFILE, uintptr(unsafe.Pointer(&files)), 0, 0, 0); e != 0 {
		goto fail
	}
	at = stageSeccomp
	if _, _, e = syscall.RawSyscall(syscall.SYS_SENDMSG, uintptr(im.status), uintptr(unsafe.Pointer(&msg)), 0); e != 0 {
		goto fail
	}
	at = stageExec
	if im.path != nil {
		_, _, e = syscall.RawSyscall(syscall.SYS_EXECVE, uintptr(unsafe.Pointer(im.path)), uintptr(unsafe.Pointer(argv)), uintptr(unsafe.Pointer(envv)))
	} else {
		_, _, e = syscall.RawSyscall6(unix.SYS_EXECVEAT, uintptr(im.execFd), uintptr(unsafe.Pointer(&empty)), uintptr(unsafe.Pointer(argv)), uintptr(unsafe.Pointer(envv)), unix.AT_EMPTY_PATH, 0)
	}
fail:
	rep[0], rep[1] = uint32(at), uint32(e)
	syscall.RawSyscall(syscall.SYS_WRITE, uintptr(im.status), uintptr(unsafe.Pointer(&rep)), unsafe.Sizeof(rep))
	for {
		syscall.RawSyscall(syscall.SYS_EXIT, 127, 0, 0)
	}
}

// sigaction is the kernel's struct sigaction of amd64 and arm64.
type sigaction struct {
	handler  uintptr
	flags    uint64
	restorer uintptr
	mask     uint64
}

// forkFirst forks process 1 of the PID namespace that the calling thread has
// unshared, in a user namespace of its own that has no ids yet: program is a
// descriptor of its executable, argv its arguments. It returns once process 1
// runs its program; the child, in the same memory, leaves in why what kept it
// from that. The caller must be locked to its thread.
//
//go:norace
//go:noinline
func forkFirst(program int, argv **byte, why *syscall.Errno) (pid int, errno syscall.Errno) {
	ignore := sigaction{handler: 1} // SIG_IGN
	empty := [1]byte{}
	var e syscall.Errno
	var none *byte
	var r, failed uintptr

	runtimeBeforeFork()
	r, failed = vfork(syscall.SYS_CLONE, vforkFlags|unix.CLONE_NEWUSER, 0)
	if failed != 0 || r != 0 {
		runtimeAfterFork()
		if failed == 0 && *why != 0 {
			reap(int(r))
			return 0, *why
		}
		return int(r), syscall.Errno(failed)
	}

	// The child from here on.
	runtimeAfterForkInChild()
	syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(unix.SIGCHLD), uintptr(unsafe.Pointer(&ignore)), 0, 8, 0, 0)
	syscall.RawSyscall(unix.SYS_CLOSE_RANGE, 0, ^uintptr(0)>>32, unix.CLOSE_RANGE_CLOEXEC)
	_, _, e = syscall.RawSyscall6(unix.SYS_EXECVEAT, uintptr(program), uintptr(unsafe.Pointer(&empty)), uintptr(unsafe.Pointer(argv)), uintptr(unsafe.Pointer(&none)), unix.AT_EMPTY_PATH, 0)
	*why = e
	for {
		syscall.RawSyscall(syscall.SYS_EXIT, 127, 0, 0)
	}
}

// mountInside mounts a file system of the kernel's, as a process of the PID
// namespace that the calling thread has unshared: /proc shows the processes of
// the namespace of who mounts it. The child leaves in why what went wrong. The
// caller must be locked to its thread.
//
//go:norace
//go:noinline
func mountInside(what, where, options *byte, why *syscall.Errno) (errno syscall.Errno) {
	var e syscall.Errno
	var r, failed uintptr

	runtimeBeforeFork()
	r, failed = vfork(syscall.SYS_CLONE, vforkFlags, 0)
	if failed != 0 || r != 0 {
		runtimeAfterFork()
		if failed != 0 {
			return syscall.Errno(failed)
		}
		reap(int(r))
		return *why
	}

	// The child from here on.
	runtimeAfterForkInChild()
	_, _, e = syscall.RawSyscall6(syscall.SYS_MOUNT, uintptr(unsafe.Pointer(what)), uintptr(unsafe.Pointer(where)),
		uintptr(unsafe.Pointer(what)), unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, uintptr(unsafe.Pointer(options)), 0)
	*why = e
	for {
		syscall.RawSyscall(syscall.SYS_EXIT, 0, 0, 0)
	}
}

// killInside kills every process of the PID namespace that the calling thread
// has unshared, but for its process 1, at one instant. The child leaves in why
// what went wrong. The caller must be locked to its thread.
//
//go:norace
//go:noinline
func killInside(why *syscall.Errno) (errno syscall.Errno) {
	var e syscall.Errno
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
	_, _, e = syscall.RawSyscall(syscall.SYS_KILL, ^uintptr(0), uintptr(unix.SIGKILL), 0)
	*why = e
	for {
		syscall.RawSyscall(syscall.SYS_EXIT, 0, 0, 0)
	}
}

package sandbox

import (
	"fmt"
	"slices"

	"github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// denied are the system calls that no answer to the sheet needs and that lead
// out of the box, around its other walls, or into the kernel's less travelled
// parts. They fail with EPERM.
var denied = []string{
	// other processes
	"ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp", "process_madvise",
	// mounts and namespaces
	"mount", "umount2", "pivot_root", "chroot", "setns", "unshare", "open_tree", "move_mount", "fsopen", "fsconfig",
	"fsmount", "fspick", "mount_setattr", "name_to_handle_at", "open_by_handle_at", "quotactl",
	// keys, programs and events in the kernel
	"keyctl", "add_key", "request_key", "bpf", "perf_event_open", "userfaultfd",
	"io_uring_setup", "io_uring_enter", "io_uring_register", "fanotify_init", "lookup_dcookie",
	// memory that no process's size tells of
	"memfd_create", "memfd_secret", "shmget", "semget", "msgget",
	// the machine
	"init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot", "swapon", "swapoff",
	"settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "acct", "syslog", "sethostname", "setdomainname",
	"vhangup", "nfsservctl", "mbind", "migrate_pages", "move_pages", "set_mempolicy",
	"personality",
	// amd64 alone
	"iopl", "ioperm", "modify_ldt", "uselib", "_sysctl", "create_module", "get_kernel_syms", "query_module",
}

// The socket families that programs get; every other one fails.
var families = []uint64{unix.AF_UNIX, unix.AF_INET, unix.AF_INET6}

// known keeps the names that this architecture has.
func known(table map[string]int, names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		_, ok := table[name]
		return !ok
	})
}

// namespaceFlags are the flags of clone that make namespaces.
const namespaceFlags = unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNS | unix.CLONE_NEWNET |
	unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWCGROUP

// seccompProgram compiles the filter of the programs, for this architecture.
func seccompProgram() (*unix.SockFprog, error) {
	info, err := arch.GetInfo("")
	if err != nil {
		return nil, fmt.Errorf("seccomp filter: %w", err)
	}
	refuse := seccomp.Action(unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM))
	absent := seccomp.Action(unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS))
	noFamily := seccomp.Action(unix.SECCOMP_RET_ERRNO | uint32(unix.EAFNOSUPPORT))

	var outside seccomp.ArgumentConditions
	for _, f := range families {
		outside = append(outside, seccomp.Condition{Argument: 0, Operation: seccomp.NotEqual, Value: f})
	}
	group := func(a seccomp.Action, name string, conds ...seccomp.ArgumentConditions) seccomp.SyscallGroup {
		g := seccomp.SyscallGroup{Action: a}
		for _, c := range conds {
			g.NamesWithCondtions = append(g.NamesWithCondtions, seccomp.NameWithConditions{Name: name, Conditions: c})
		}
		return g
	}
	is := func(arg uint32, op seccomp.Operation, value uint64) seccomp.Condition {
		return seccomp.Condition{Argument: arg, Operation: op, Value: value}
	}
	var namespaces []seccomp.ArgumentConditions
	for bit := uint64(1); bit <= namespaceFlags; bit <<= 1 {
		if namespaceFlags&bit != 0 {
			namespaces = append(namespaces, seccomp.ArgumentConditions{is(0, seccomp.BitsSet, bit)})
		}
	}
	var raw []seccomp.ArgumentConditions
	for _, flags := range []uint64{0, unix.SOCK_NONBLOCK, unix.SOCK_CLOEXEC, unix.SOCK_NONBLOCK | unix.SOCK_CLOEXEC} {
		raw = append(raw, seccomp.ArgumentConditions{is(1, seccomp.Equal, unix.SOCK_RAW|flags)})
	}
	policy := seccomp.Policy{
		DefaultAction: seccomp.ActionAllow,
		Syscalls: []seccomp.SyscallGroup{
			{Action: refuse, Names: known(info.SyscallNames, denied)},
			// clone3 hides its flags in memory: glibc falls back on clone.
			{Action: absent, Names: []string{"clone3"}},
			group(refuse, "clone", namespaces...),
			group(noFamily, "socket", outside),
			group(noFamily, "socketpair", outside),
			// raw sockets need a capability that is not there; this is a second wall
			group(refuse, "socket", raw...),
			// what may end a wait later is told to the box (see clocks)
			{Action: seccomp.Action(unix.SECCOMP_RET_USER_NOTIF), Names: known(info.SyscallNames, arming)},
			// so is that a server is about to be ready
			{Action: seccomp.Action(unix.SECCOMP_RET_USER_NOTIF), Names: []string{"listen"}},
			group(seccomp.Action(unix.SECCOMP_RET_USER_NOTIF), "setitimer", seccomp.ArgumentConditions{is(0, seccomp.Equal, unix.ITIMER_REAL)}),
			group(seccomp.Action(unix.SECCOMP_RET_USER_NOTIF), "setsockopt",
				seccomp.ArgumentConditions{is(1, seccomp.Equal, unix.SOL_SOCKET), is(2, seccomp.Equal, unix.SO_RCVTIMEO)},
				seccomp.ArgumentConditions{is(1, seccomp.Equal, unix.SOL_SOCKET), is(2, seccomp.Equal, unix.SO_RCVTIMEO_NEW)}),
		},
	}
	body, err := policy.Assemble()
	if err != nil {
		return nil, fmt.Errorf("seccomp filter: %w", err)
	}
	// The library lets calls of another architecture pass: they kill here.
	insts := append([]bpf.Instruction{
		bpf.LoadAbsolute{Off: 4, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(info.ID), SkipTrue: 1},
		bpf.RetConstant{Val: unix.SECCOMP_RET_KILL_PROCESS},
		// TIOCSTI and TIOCLINUX put words into a terminal's mouth. The kernel looks
		// at the lower half of the argument alone, and so does this; the library
		// compares all of it.
		bpf.LoadAbsolute{Off: 0, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.SYS_IOCTL, SkipTrue: 4},
		bpf.LoadAbsolute{Off: 16 + 8, Size: 4}, // args[1] of struct seccomp_data, little-endian
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: unix.TIOCSTI, SkipTrue: 1},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.TIOCLINUX, SkipTrue: 1},
		bpf.RetConstant{Val: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)},
	}, body...)
	code, err := bpf.Assemble(insts)
	if err != nil {
		return nil, fmt.Errorf("seccomp filter: %w", err)
	}
	prog := make([]unix.SockFilter, len(code))
	for i, r := range code {
		prog[i] = unix.SockFilter{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
	}
	return &unix.SockFprog{Len: uint16(len(prog)), Filter: &prog[0]}, nil
}

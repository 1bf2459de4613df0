// Package sandbox runs untrusted programs and lets a grader act on them from
// outside: dial and listen in their network, type on their keyboard, read
// their screen, and know what they do.
//
// # Goals
//
//   - Nothing a program does reaches anything outside its [Box]: not the host's
//     files, not its network, not another box, not the grader.
//   - A box costs a few milliseconds, so that every scenario has one of its own
//     and every program has port 6666 to itself.
//   - The grader never disturbs what it looks at: who listens is read from the
//     kernel, never found out by connecting.
//   - A wait ends by an event or by proof that no event can come ([Box.Wait]),
//     and only for want of both by a limit in time the program could use.
//
// # How it is built
//
// Open starts one keeper: this executable again, in new user, PID, mount, UTS,
// IPC and network namespaces, with a read-only root that holds the system
// libraries and the interpreter alone. Every box is an OS thread of the keeper that
// has unshared its own PID, mount, network, IPC, UTS and cgroup namespaces.
// It opens sockets and terminals in them, passes their descriptors to the
// grader, and forks the programs, each into a user namespace of its own with
// no capability, limits, Landlock rules and a seccomp filter. When the grader
// ends, however it ends, the keeper reads end of file and the kernel kills all
// there is below it. One box is made ahead of need, so that a scenario starts
// as soon as its program.
//
// Two things cost more to make than all the rest of a box and may serve again: its
// network namespace, once the box is gone and the namespace has no socket, no
// connection and no packet left, for a box of another submission
// ([Sandbox.ForSubmission]); and its control groups, once nothing lives in them
// and hardly any memory is held. No two boxes ever have one at the same time.
//
// Where the grader may make control groups, of either version, each box has its
// own: the kernel then limits its memory, with no swap, and its processes, and
// gives it as much of the processors as one program would get. Everywhere the
// box's thread watches the memory ([MaxMemory]) and ends the programs that use
// too much together, which [Exit] tells. The end of a box is confirmed: an
// error of [Box.Close] says that something outlived it.
//
// [Sandbox.Layers] tells which of these walls stand on this machine, as tried
// in a box, and what would add the others.
//
// A machine without namespaces gets plain boxes (see [Options.Plain]): the
// programs are ordinary processes on the real loopback, and
// [Sandbox.Isolation] says so.
//
// # Non-goals
//
// The package knows nothing of criteria, scripts or marks.
package sandbox

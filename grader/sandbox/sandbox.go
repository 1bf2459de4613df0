package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"sync/atomic"
	"syscall"
	"time"
)

// ErrNoNamespaces is wrapped by Open when this machine does not let the
// current user make the namespaces that isolation needs.
var ErrNoNamespaces = errors.New("this machine does not give the namespaces that isolation needs")

// IsStartError reports whether err says that a program could not be executed,
// for want of a right first line or permission, rather than that the box failed.
func IsStartError(err error) bool {
	return errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.ENOEXEC) || errors.Is(err, syscall.EACCES)
}

// ErrUnknown is wrapped by Box.Traffic when the box cannot tell: a plain one
// shares the machine's network.
var ErrUnknown = errors.New("this cannot be told without isolation")

// Options say what a Sandbox is made of.
type Options struct {
	// Interpreter is what runs the programs; see FindInterpreter.
	Interpreter Interpreter
	// Plain asks for boxes without isolation: ordinary processes on the real
	// loopback, one box at a time.
	Plain bool
}

// File is one file laid in a box's work folder before any program starts.
type File struct {
	Path       string // slash-separated, local, relative to the work folder
	Data       []byte
	Executable bool
}

// Command is a program to start in a box.
type Command struct {
	// Args are the program and its arguments. When Self is false, Args[0] is
	// looked up as an absolute path in the box.
	Args []string
	// Self runs this very executable instead of Args[0] (reference programs);
	// its path is not visible in the box.
	Self bool
}

// Limits of one box. They are wide for any answer to the sheet and narrow for
// the machine.
const (
	// WorkBytes and WorkInodes bound the writable file system of a box.
	WorkBytes  = 64 << 20
	WorkInodes = 4096
	// MaxProcesses bounds the processes and threads of one program:
	// a thread for each client of a busy scenario is under 40.
	MaxProcesses = 128
	// MaxFiles bounds the descriptors of one process.
	MaxFiles = 512
	// MaxFileSize bounds one file, in bytes.
	MaxFileSize = 32 << 20
	// MaxAddressSpace bounds the address space of one process, in bytes: 128
	// threads with 8 MiB stacks, and the interpreter.
	MaxAddressSpace = 4 << 30
	// MaxMemory bounds what the programs of a box use together, in bytes: their
	// own memory, their files, and what waits in their sockets. It is ten
	// times what an answer to the sheet takes.
	MaxMemory = 256 << 20
	// MaxCPU bounds the processor time of one process.
	MaxCPU = 120 * time.Second
	// MaxOutput is how much of one stream of a terminal, or of one
	// connection, is kept; the rest is counted and dropped.
	MaxOutput = 4 << 20
	// MaxKept is how much is kept of all connections that the programs of a box
	// made to the grader, together.
	MaxKept = 32 << 20
	// MaxConnections is how many connections a box takes from its programs, in
	// all: ten times what any answer to the sheet makes.
	MaxConnections = 256
)

// backlog is how many connections wait in the queue of the grader's listeners.
const backlog = 128

// connectPatience is how long a connection may wait in a full queue: two
// retries of Linux's SYN (1 s, 2 s).
const connectPatience = 3500 * time.Millisecond

// Listener is one listening TCP socket seen in a box.
type Listener struct {
	Addr    netip.AddrPort // local address; the unspecified address for "any"
	V6Only  bool           // for an IPv6 socket: does not take IPv4 clients
	Pending int            // connections that the program has not accepted yet
	Inode   uint64
}

// Exit is how a process ended.
type Exit struct {
	Code   int  // exit status, when Signal is 0
	Signal int  // number of the signal that killed it, or 0
	Core   bool // never set: core files are off
	Memory bool // it was killed because the box's programs used more than MaxMemory
}

func (e Exit) String() string {
	if e.Memory {
		return fmt.Sprintf("more than %d MiB of memory", MaxMemory>>20)
	}
	if e.Signal != 0 {
		return fmt.Sprintf("signal %d", e.Signal)
	}
	return fmt.Sprintf("exit status %d", e.Code)
}

// backend is what a Box is made on: isolated (the keeper) or plain.
type backend interface {
	// start runs a program and gives its two terminals.
	start(ctx context.Context, cmd Command, env []string) (*spawned, error)
	// dial opens a connection in the box from the local address src (any, if
	// not valid) to dst and returns its descriptor.
	dial(ctx context.Context, src netip.Addr, dst netip.AddrPort) (*os.File, error)
	// listen opens a listening socket in the box.
	listen(ctx context.Context, addr netip.AddrPort) (*os.File, error)
	// look sees what every process and socket of the box does now.
	look(ctx context.Context) (*Look, error)
	// signal sends sig to the process that start numbered id.
	signal(ctx context.Context, id int, sig int) error
	// accepted tells how many connections were accepted in the box's network
	// since it exists.
	accepted(ctx context.Context) (int64, error)
	// traffic tells how many bytes of data were sent on it since it exists.
	traffic(ctx context.Context) (int64, error)
	// close ends every process of the box and returns when they are gone. It
	// tells how much processor time the programs that were not Self have used.
	close() (time.Duration, error)
	// leave is called after close, when everything that the box gave is closed.
	leave()
}

// spawned is what a backend gives for a started program.
type spawned struct {
	id     int      // number for signal
	pid    int      // process number as the box sees it
	screen *os.File // master of the terminal of its input and output
	errs   *os.File // master of the terminal of its error output
	// wait waits for the program's end; it is called once. Meanwhile it calls soon
	// whenever the program is about to listen, if it tells.
	wait  func(soon func()) Exit
	tells bool
}

// Sandbox makes boxes. It is safe for concurrent use.
type Sandbox struct {
	opts   Options
	maker  func(ctx context.Context, owner int64, files []File) (backend, error)
	closer func() error
	layers func() []Layer
	owner  int64 // the submission whose boxes it makes, or 0
}

var submissions atomic.Int64

// ForSubmission returns the same sandbox for the boxes of one submission. What is
// costly to make may serve boxes of several submissions, one after the other,
// where programs cannot tell; none of it serves two boxes of the same one. The
// result need not be closed.
func (s *Sandbox) ForSubmission() *Sandbox {
	own := *s
	own.owner = submissions.Add(1)
	return &own
}

// Open prepares a Sandbox. It returns an error that wraps ErrNoNamespaces when
// isolation is not to be had; opts.Plain then still works. The caller closes
// the Sandbox.
func Open(ctx context.Context, opts Options) (*Sandbox, error) {
	if opts.Plain {
		return openPlain(opts)
	}
	return openKeeper(ctx, opts)
}

// Interpreter returns the interpreter of the options.
func (s *Sandbox) Interpreter() Interpreter { return s.opts.Interpreter }

// Close ends every box that is left.
func (s *Sandbox) Close() error { return s.closer() }

package sandbox

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A box as the keeper makes it, on an OS thread of its own: boxRequest and
// boxReply are what the grader's keptBox and the thread say to one another.

type boxRequest struct {
	Owner int64  // the submission that the box is for
	Op    string // "lay", "start", "dial", "listen", "look", "signal", "accepted", "traffic", "probe", "close"
	Files []File
	Args  []string
	Env   []string
	Self  bool
	Src   netip.Addr
	Addr  netip.AddrPort
	ID    int
	Sig   int

	pause bool // run the program of process 1 instead
}

type boxReply struct {
	Err      string
	Errno    int // of the system call that failed, if one did
	ID       int
	PID      int
	Look     *Look
	Layers   []Layer
	Accepted int64
	Bytes    int64
	Used     time.Duration
}

// keptBox is the grader's side.
type keptBox struct {
	mu      sync.Mutex
	conn    *net.UnixConn
	group   *boxGroup
	left    func(*boxGroup) // takes back the group
	started func()          // called when a program was started; nil for nothing
	counted bool            // its traffic is exact
	buf     []byte          // what replies are read into
	gone    bool
}

// call sends one request and waits for its reply. An error of the box's thread
// that stems from a system call wraps its errno.
func (b *keptBox) call(ctx context.Context, req boxRequest) (boxReply, []*os.File, error) {
	var reply boxReply
	if err := ctx.Err(); err != nil {
		return reply, nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.gone {
		return reply, nil, net.ErrClosed
	}
	if err := send(b.conn, &req); err != nil {
		return reply, nil, fmt.Errorf("box %s: %w", req.Op, err)
	}
	if b.buf == nil {
		b.buf = make([]byte, together)
	}
	files, err := receiveIn(b.conn, b.buf, &reply)
	if err != nil {
		return reply, nil, fmt.Errorf("box %s: %w", req.Op, err)
	}
	if reply.Err != "" {
		for _, f := range files {
			f.Close()
		}
		if reply.Errno != 0 {
			return reply, nil, fmt.Errorf("box %s: %w", req.Op, &callError{reply.Err, syscall.Errno(reply.Errno)})
		}
		return reply, nil, fmt.Errorf("box %s: %s", req.Op, reply.Err)
	}
	return reply, files, nil
}

// callError is an error of a system call made in the box.
type callError struct {
	text  string
	errno syscall.Errno
}

func (e *callError) Error() string { return e.text }
func (e *callError) Unwrap() error { return e.errno }

func (b *keptBox) start(ctx context.Context, cmd Command, env []string) (*spawned, error) {
	reply, files, err := b.call(ctx, boxRequest{Op: "start", Args: cmd.Args, Env: env, Self: cmd.Self})
	if err != nil {
		return nil, err
	}
	if len(files) != 3 {
		return nil, fmt.Errorf("box start: %d descriptors instead of 3", len(files))
	}
	if b.started != nil {
		b.started()
	}
	p := &spawned{id: reply.ID, pid: reply.PID, screen: files[0], errs: files[1], tells: true}
	p.wait = func(soon func()) Exit { return hear(files[2], soon) }
	return p, nil
}

// hear reads what the keeper tells of a program until it has ended, and closes f.
func hear(f *os.File, soon func()) Exit {
	defer f.Close()
	var word [wordSize]byte
	for {
		if _, err := io.ReadFull(f, word[:]); err != nil {
			// The keeper is gone, and with it every program.
			return Exit{Signal: int(unix.SIGKILL)}
		}
		if word[wordListens] == 0 {
			break
		}
		soon()
	}
	ws := unix.WaitStatus(binary.LittleEndian.Uint32(word[:]))
	if ws.Signaled() {
		return Exit{Signal: int(ws.Signal()), Memory: word[wordMemory] != 0}
	}
	return Exit{Code: ws.ExitStatus()}
}

func (b *keptBox) dial(ctx context.Context, src netip.Addr, dst netip.AddrPort) (*os.File, error) {
	return b.one(ctx, boxRequest{Op: "dial", Src: src, Addr: dst})
}

func (b *keptBox) listen(ctx context.Context, addr netip.AddrPort) (*os.File, error) {
	return b.one(ctx, boxRequest{Op: "listen", Addr: addr})
}

func (b *keptBox) one(ctx context.Context, req boxRequest) (*os.File, error) {
	_, files, err := b.call(ctx, req)
	if err != nil {
		return nil, err
	}
	if len(files) != 1 {
		return nil, fmt.Errorf("box %s: %d descriptors instead of 1", req.Op, len(files))
	}
	return files[0], nil
}

func (b *keptBox) look(ctx context.Context) (*Look, error) {
	reply, _, err := b.call(ctx, boxRequest{Op: "look"})
	if err != nil {
		return nil, err
	}
	return reply.Look, nil
}

func (b *keptBox) signal(ctx context.Context, id, sig int) error {
	_, _, err := b.call(ctx, boxRequest{Op: "signal", ID: id, Sig: sig})
	return err
}

func (b *keptBox) accepted(ctx context.Context) (int64, error) {
	reply, _, err := b.call(ctx, boxRequest{Op: "accepted"})
	return reply.Accepted, err
}

func (b *keptBox) traffic(ctx context.Context) (int64, error) {
	if !b.counted {
		return 0, ErrUnknown
	}
	reply, _, err := b.call(ctx, boxRequest{Op: "traffic"})
	return reply.Bytes, err
}

// lay makes the box one for a submission and puts files into its work folder.
// Nothing else is asked of it before.
func (b *keptBox) lay(ctx context.Context, owner int64, files []File) error {
	_, _, err := b.call(ctx, boxRequest{Op: "lay", Owner: owner, Files: files})
	return err
}

// probe tells which layers stand around a program of the box.
func (b *keptBox) probe(ctx context.Context) ([]Layer, error) {
	reply, _, err := b.call(ctx, boxRequest{Op: "probe"})
	return reply.Layers, err
}

func (b *keptBox) close() (time.Duration, error) {
	reply, _, err := b.call(context.Background(), boxRequest{Op: "close"})
	if errors.Is(err, net.ErrClosed) {
		return 0, nil
	}
	return reply.Used, err
}

// leave gives up what is left of a box that was closed.
func (b *keptBox) leave() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.gone {
		return
	}
	b.gone = true
	b.conn.Close()
	b.left(b.group)
}

// shut is close and leave in one, for a box in which nothing is open.
func (b *keptBox) shut() error {
	_, err := b.close()
	b.leave()
	return err
}

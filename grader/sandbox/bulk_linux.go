package sandbox

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"time"
	"unsafe"
)

// What the grader and a box's thread say to one another goes as numbers and
// bytes: as JSON it took a third of the processor time that a look takes.

// coded is a message that is written as bytes.
type coded interface {
	appendTo(b []byte) []byte
	readFrom(b []byte) error
}

func (r *boxRequest) appendTo(b []byte) []byte {
	b = appendText(b, r.Op)
	b = appendInts(b, r.Owner, int64(len(r.Files)))
	// The site of a scenario is laid in many folders: each file goes once.
	type bytes struct {
		at  *byte
		len int
	}
	first := map[bytes]int{}
	for i, f := range r.Files {
		b = appendText(b, f.Path)
		b = appendBool(b, f.Executable)
		id := bytes{unsafe.SliceData(f.Data), len(f.Data)}
		before, same := first[id]
		if !same {
			before, first[id] = i, i
		}
		if b = appendInts(b, int64(i-before)); !same {
			b = appendText(b, f.Data)
		}
	}
	b = appendTexts(appendTexts(b, r.Args), r.Env)
	b = appendBool(b, r.Self)
	b = appendText(b, r.Src.AsSlice())
	b = appendAddress(b, r.Addr)
	return appendInts(b, int64(r.ID), int64(r.Sig))
}

func (r *boxRequest) readFrom(b []byte) error {
	u := bulkReader{rest: b}
	*r = boxRequest{Op: string(u.text()), Owner: u.int()}
	n := u.int()
	for i := range n {
		f := File{Path: string(u.text()), Executable: u.bool()}
		switch back := u.int(); {
		case back == 0:
			f.Data = u.text()
		case back > 0 && back <= i:
			f.Data = r.Files[i-back].Data
		default:
			u.short = true
		}
		if u.short {
			break
		}
		r.Files = append(r.Files, f)
	}
	r.Args, r.Env = u.texts(), u.texts()
	r.Self = u.bool()
	r.Src, _ = netip.AddrFromSlice(u.text()) // no bytes: no address
	r.Addr = u.address()
	r.ID, r.Sig = int(u.int()), int(u.int())
	return u.end()
}

func (r *boxReply) appendTo(b []byte) []byte {
	b = appendText(b, r.Err)
	b = appendInts(b, int64(r.Errno), int64(r.ID), int64(r.PID), r.Accepted, r.Bytes, int64(r.Used), int64(len(r.Layers)))
	for _, l := range r.Layers {
		b = appendText(appendBool(appendText(b, l.Name), l.On), l.Why)
		b = appendBool(appendText(b, l.Fix), l.Needed)
	}
	l := r.Look
	if b = appendBool(b, l != nil); l == nil {
		return b
	}
	b = appendBool(b, l.Complete)
	b = binary.AppendUvarint(b, uint64(len(l.Tasks)))
	for i := range l.Tasks {
		b = l.Tasks[i].appendTo(b)
	}
	b = binary.AppendUvarint(b, uint64(len(l.Sockets)))
	for i := range l.Sockets {
		b = l.Sockets[i].appendTo(b)
	}
	return b
}

func (r *boxReply) readFrom(b []byte) error {
	u := bulkReader{rest: b}
	*r = boxReply{
		Err: string(u.text()), Errno: int(u.int()), ID: int(u.int()), PID: int(u.int()),
		Accepted: u.int(), Bytes: u.int(), Used: time.Duration(u.int()),
	}
	for n := u.int(); n > 0 && !u.short; n-- {
		r.Layers = append(r.Layers, Layer{Name: string(u.text()), On: u.bool(), Why: string(u.text()), Fix: string(u.text()), Needed: u.bool()})
	}
	if !u.bool() {
		return u.end()
	}
	l := &Look{Complete: u.bool()}
	for n := u.count(); n > 0 && !u.short; n-- {
		l.Tasks = append(l.Tasks, u.task())
	}
	for n := u.count(); n > 0 && !u.short; n-- {
		l.Sockets = append(l.Sockets, u.socket())
	}
	r.Look = l
	return u.end()
}

func (t *Task) appendTo(b []byte) []byte {
	b = appendInts(b, int64(t.PID), int64(t.Parent), int64(t.Session))
	b = appendText(b, t.Name)
	b = appendBool(b, t.Zombie)
	b = appendBool(b, t.Timers)
	b = binary.AppendUvarint(b, uint64(len(t.Threads)))
	for i := range t.Threads {
		th := &t.Threads[i]
		b = appendText(b, th.Call)
		b = appendBool(b, th.Forever)
		b = appendInts(b, int64(th.ID), th.Syscall, int64(th.FD), int64(th.Where), th.Run, th.Wait, th.Slices)
	}
	return b
}

func (u *bulkReader) task() Task {
	t := Task{PID: int(u.int()), Parent: int(u.int()), Session: int(u.int()), Name: string(u.text()), Zombie: u.bool(), Timers: u.bool()}
	for n := u.count(); n > 0 && !u.short; n-- {
		t.Threads = append(t.Threads, Thread{
			Call: Call(u.text()), Forever: u.bool(), ID: int(u.int()), Syscall: u.int(), FD: int(u.int()),
			Where: uint64(u.int()), Run: u.int(), Wait: u.int(), Slices: u.int(),
		})
	}
	return t
}

func (s *Socket) appendTo(b []byte) []byte {
	b = appendBool(append(b, s.State), s.V6Only)
	b = appendAddress(appendAddress(b, s.Local), s.Remote)
	return appendInts(b, int64(s.RQueue), int64(s.WQueue), int64(s.Inode))
}

func (u *bulkReader) socket() Socket {
	return Socket{
		State: u.byte(), V6Only: u.bool(), Local: u.address(), Remote: u.address(),
		RQueue: uint32(u.int()), WQueue: uint32(u.int()), Inode: uint64(u.int()),
	}
}

func (u *bulkReader) address() netip.AddrPort {
	a, _ := netip.AddrFromSlice(u.text()) // no bytes: no address
	return netip.AddrPortFrom(a, uint16(u.int()))
}

func appendAddress(b []byte, a netip.AddrPort) []byte {
	return appendInts(appendText(b, a.Addr().AsSlice()), int64(a.Port()))
}

func appendTexts(b []byte, list []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, s := range list {
		b = appendText(b, s)
	}
	return b
}

func (u *bulkReader) texts() (out []string) {
	for n := u.count(); n > 0 && !u.short; n-- {
		out = append(out, string(u.text()))
	}
	return out
}

func appendInts(b []byte, list ...int64) []byte {
	for _, n := range list {
		b = binary.AppendVarint(b, n)
	}
	return b
}

func appendText[T ~string | ~[]byte](b []byte, text T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

// bulkReader reads what was appended. Once something is missing, short is set
// and all that follows is zero.
type bulkReader struct {
	rest  []byte
	short bool
}

// end returns an error unless everything was there, and nothing else.
func (u *bulkReader) end() error {
	if u.short || len(u.rest) > 0 {
		return errors.New("a message that is cut or too long")
	}
	return nil
}

func (u *bulkReader) take(n int) []byte {
	if n < 0 || n > len(u.rest) {
		u.short, u.rest = true, nil
		return nil
	}
	out := u.rest[:n:n]
	u.rest = u.rest[n:]
	return out
}

func (u *bulkReader) byte() byte {
	if b := u.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (u *bulkReader) bool() bool { return u.byte() != 0 }

func (u *bulkReader) int() int64 {
	v, n := binary.Varint(u.rest)
	if n <= 0 {
		n, v = -1, 0
	}
	u.take(n)
	return v
}

// count reads how many of something follow: each takes a byte or more.
func (u *bulkReader) count() int {
	v, n := binary.Uvarint(u.rest)
	if n <= 0 || v > uint64(len(u.rest)-n) {
		n, v = -1, 0
	}
	u.take(n)
	return int(v)
}

// text reads bytes; they are the message's own.
func (u *bulkReader) text() []byte { return u.take(u.count()) }

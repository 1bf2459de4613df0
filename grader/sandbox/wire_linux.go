package sandbox

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// maxMessage bounds one message between the grader and the keeper: the files
// of a submission and the site of a scenario.
const maxMessage = 128 << 20

// wire is one end of a pair of connected sockets.
type wire interface {
	ReadMsgUnix(data, oob []byte) (n, oobn, flags int, from *net.UnixAddr, err error)
	WriteMsgUnix(data, oob []byte, to *net.UnixAddr) (n, oobn int, err error)
	io.ReadWriter
}

// blocking is the end that a box's thread serves. The thread sleeps in the
// kernel: going through the runtime's poller, another one would have to be woken
// up first, each time.
type blocking struct{ *os.File }

// blockingWire makes a blocking wire of a connection, which it closes.
func blockingWire(c *net.UnixConn) (blocking, error) {
	f, err := connFile(c)
	if err != nil {
		return blocking{}, err
	}
	return blocking{f}, unix.SetNonblock(int(f.Fd()), false)
}

func (b blocking) ReadMsgUnix(data, oob []byte) (n, oobn, flags int, from *net.UnixAddr, err error) {
	for {
		n, oobn, flags, _, err = unix.Recvmsg(int(b.Fd()), data, oob, unix.MSG_CMSG_CLOEXEC)
		if err != unix.EINTR {
			return n, oobn, flags, nil, err
		}
	}
}

func (b blocking) WriteMsgUnix(data, oob []byte, _ *net.UnixAddr) (n, oobn int, err error) {
	for {
		n, err = unix.SendmsgN(int(b.Fd()), data, oob, nil, unix.MSG_NOSIGNAL)
		if err != unix.EINTR {
			return n, len(oob), err
		}
	}
}

// together is how much of a message is read at once: all of most messages.
const together = 16 << 10

// headSize is that of a message's head: its length after that.
const headSize = 4

// send writes one message: its head, to which the descriptors are attached, and
// v, as JSON unless it is coded. It is written at once, so that the other side
// wakes up once.
func send(c wire, v any, files ...*os.File) error {
	message := make([]byte, headSize, 512)
	if m, ok := v.(coded); ok {
		message = m.appendTo(message)
	} else {
		body, err := json.Marshal(v)
		if err != nil {
			return err
		}
		message = append(message, body...)
	}
	size := len(message) - headSize
	if size > maxMessage {
		return fmt.Errorf("message of %d bytes: more than %d", size, maxMessage)
	}
	binary.LittleEndian.PutUint32(message, uint32(size))
	var oob []byte
	if len(files) > 0 {
		fds := make([]int, len(files))
		for i, f := range files {
			fds[i] = int(f.Fd())
		}
		oob = unix.UnixRights(fds...)
	}
	n, _, err := c.WriteMsgUnix(message, oob, nil)
	if err != nil || n == len(message) {
		return err
	}
	_, err = c.Write(message[n:])
	return err
}

// receive reads one message into v and returns the descriptors that came with
// it, close-on-exec and non-blocking. io.EOF means that the other side is gone.
// Either nobody sends another message before this one is answered, or each has
// descriptors, where the kernel ends a read: none takes a part of the next.
func receive(c wire, v any) ([]*os.File, error) {
	return receiveIn(c, make([]byte, together), v)
}

// receiveIn is receive with the memory to read into. What it reads may stay
// there: it is of no use after the next call.
func receiveIn(c wire, buf []byte, v any) ([]*os.File, error) {
	oob := make([]byte, unix.CmsgSpace(8*4))
	n, oobn, _, _, err := c.ReadMsgUnix(buf, oob)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, io.EOF
	}
	files, err := rights(oob[:oobn])
	if err != nil {
		return nil, err
	}
	if n < headSize {
		m, err := io.ReadFull(c, buf[n:headSize])
		if n += m; err != nil {
			return files, err
		}
	}
	size := int64(binary.LittleEndian.Uint32(buf))
	if size > maxMessage || size < int64(n-headSize) {
		return files, fmt.Errorf("message of %d bytes, of which %d came at once", size, n-headSize)
	}
	body := buf[headSize:n]
	if int64(len(body)) < size {
		body = append(make([]byte, 0, size), body...)[:size]
		if _, err := io.ReadFull(c, body[n-headSize:]); err != nil {
			return files, err
		}
	}
	if m, ok := v.(coded); ok {
		return files, m.readFrom(body)
	}
	return files, json.Unmarshal(body, v)
}

func rights(oob []byte) ([]*os.File, error) {
	if len(oob) == 0 {
		return nil, nil
	}
	msgs, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return nil, err
	}
	var files []*os.File
	for _, m := range msgs {
		fds, err := unix.ParseUnixRights(&m)
		if err != nil {
			return files, err
		}
		for _, fd := range fds {
			unix.CloseOnExec(fd)
			if err := unix.SetNonblock(fd, true); err != nil {
				return files, err
			}
			files = append(files, os.NewFile(uintptr(fd), "keeper"))
		}
	}
	return files, nil
}

// pair makes two connected sockets.
func pair() (a, b *net.UnixConn, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("socketpair: %w", err)
	}
	a, errA := unixConn(os.NewFile(uintptr(fds[0]), "pair"))
	b, errB := unixConn(os.NewFile(uintptr(fds[1]), "pair"))
	return a, b, errors.Join(errA, errB)
}

// unixConn makes a connection of a socket's file, which it closes.
func unixConn(f *os.File) (*net.UnixConn, error) {
	defer f.Close()
	c, err := net.FileConn(f)
	if err != nil {
		return nil, err
	}
	u, ok := c.(*net.UnixConn)
	if !ok {
		c.Close()
		return nil, fmt.Errorf("%T is not a unix socket", c)
	}
	return u, nil
}

// connFile takes the descriptor out of a connection, for sending it on.
func connFile(c *net.UnixConn) (*os.File, error) {
	defer c.Close()
	return c.File()
}

package sandbox

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// A program may wait for its keyboard and for a connection at once, and input()
// does so too where the readline module is there. What such a call waits for is
// in the program's memory, or in the kernel's for epoll.

// pollForm is how a call is told what to wait for.
type pollForm int

const (
	formUnknown pollForm = iota
	formPoll             // an array of struct pollfd
	formSelect           // sets of bits
	formEpoll            // a descriptor
)

// mostPolled bounds the descriptors that are looked at.
const mostPolled = 64

// pollCall tells a thread that waits for the keyboard, alone or among other
// things, from one that waits for anything else. When in doubt it is the latter.
func (l *looker) pollCall(dir string, nr int64, args [6]uint64) Call {
	keyboard, others := false, false
	for _, fd := range polled(dir, nr, args) {
		if isTerminal(target(dir, uint64(fd))) {
			keyboard = true
		} else {
			others = true
		}
	}
	if keyboard {
		// What it has moved on from is in its memory no longer.
		raw, err := l.read(dir + "/syscall")
		now, same, _, waiting := parseSyscall(raw)
		keyboard = err == nil && waiting && now == nr && same == args
	}
	switch {
	case keyboard && others:
		return CallEither
	case keyboard:
		return CallKeyboard
	}
	return CallPoll
}

// polled are the descriptors that a thread waits to read from.
func polled(dir string, nr int64, args [6]uint64) []int {
	form := oldForm(nr)
	switch nr {
	case unix.SYS_PPOLL:
		form = formPoll
	case unix.SYS_PSELECT6:
		form = formSelect
	case unix.SYS_EPOLL_PWAIT, unix.SYS_EPOLL_PWAIT2:
		form = formEpoll
	}
	switch form {
	case formPoll:
		const size = 8 // struct pollfd
		return pollSet(memory(dir, args[0], size*int(min(args[1], mostPolled))))
	case formSelect:
		const word = 8 // of a fd_set, which is of longs
		return bitSet(memory(dir, args[1], int(min(args[0], unix.FD_SETSIZE)+8*word-1)/(8*word)*word), int(min(args[0], unix.FD_SETSIZE)))
	case formEpoll:
		text, err := os.ReadFile(dir + "/fdinfo/" + strconv.FormatUint(args[0]&0xffffffff, 10))
		if err != nil {
			return nil
		}
		return epollSet(text)
	}
	return nil
}

// memory reads what a thread has at an address, or nothing.
func memory(dir string, at uint64, size int) []byte {
	if at == 0 || size == 0 {
		return nil
	}
	fd, err := unix.Open(dir+"/mem", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	defer unix.Close(fd)
	data := make([]byte, size)
	n, err := unix.Pread(fd, data, int64(at))
	if err != nil || n < size {
		return nil
	}
	return data
}

// pollSet reads an array of struct pollfd.
func pollSet(data []byte) (fds []int) {
	for ; len(data) >= 8; data = data[8:] {
		fd, events := int32(binary.NativeEndian.Uint32(data)), binary.NativeEndian.Uint16(data[4:])
		if fd >= 0 && events&unix.POLLIN != 0 {
			fds = append(fds, int(fd))
		}
	}
	return fds
}

// bitSet reads the first n bits of a fd_set.
func bitSet(data []byte, n int) (fds []int) {
	for i := 0; len(data) >= 8; i, data = i+64, data[8:] {
		for word := binary.NativeEndian.Uint64(data); word != 0 && len(fds) < mostPolled; word &= word - 1 {
			if fd := i + bits.TrailingZeros64(word); fd < n {
				fds = append(fds, fd)
			}
		}
	}
	return fds
}

// epollSet reads /proc/pid/fdinfo of an epoll descriptor (proc_pid_fdinfo(5)).
func epollSet(text []byte) (fds []int) {
	for line := range bytes.Lines(text) {
		f := bytes.Fields(line)
		if len(f) < 4 || string(f[0]) != "tfd:" || string(f[2]) != "events:" {
			continue
		}
		fd, err := strconv.Atoi(string(f[1]))
		events, bad := strconv.ParseUint(string(f[3]), 16, 64)
		if err == nil && bad == nil && events&unix.EPOLLIN != 0 && len(fds) < mostPolled {
			fds = append(fds, fd)
		}
	}
	return fds
}

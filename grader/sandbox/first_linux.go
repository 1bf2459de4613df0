package sandbox

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// Process 1 of a box only has to be there: with it the kernel ends the box, and
// it owns the user namespace of the box's programs. It is the smallest program
// there is, so that it costs next to nothing and nothing of the grader is in
// its memory: it sleeps, over and over. The kernel buries the orphans it
// inherits, because it was started with SIGCHLD ignored.

// firstCode is "for { sleep until a signal comes }".
var firstCode = map[string][]byte{
	"amd64": {
		0xb8, 34, 0, 0, 0, // mov $34, %eax (pause)
		0x0f, 0x05, // syscall
		0xeb, 0xf7, // jmp to the beginning
	},
	"arm64": words(
		0xd2800000, // mov x0, #0
		0xd2800001, // mov x1, #0
		0xd2800002, // mov x2, #0
		0xd2800003, // mov x3, #0
		0xd2800004, // mov x4, #0
		0xd2800928, // mov x8, #73 (ppoll)
		0xd4000001, // svc #0
		0x17fffff9, // b to the beginning
	),
}

func words(list ...uint32) []byte {
	var out []byte
	for _, w := range list {
		out = binary.LittleEndian.AppendUint32(out, w)
	}
	return out
}

// firstProgram makes the executable of process 1 (elf(5)): a header, one
// segment, the code.
func firstProgram() ([]byte, error) {
	code, ok := firstCode[runtime.GOARCH]
	if !ok {
		return nil, fmt.Errorf("no process 1 for %s", runtime.GOARCH)
	}
	const (
		base    = 0x400000
		headers = 64 + 56
	)
	machine := map[string]uint16{"amd64": 62, "arm64": 183}[runtime.GOARCH]
	size := uint64(headers + len(code))
	var b bytes.Buffer
	for _, v := range []any{
		[16]byte{0x7f, 'E', 'L', 'F', 2, 1, 1}, // 64 bits, little endian, version 1
		uint16(2), machine, uint32(1),          // an executable
		uint64(base + headers), uint64(64), uint64(0), uint32(0), // entry, program headers, no sections
		uint16(64), uint16(56), uint16(1), uint16(64), uint16(0), uint16(0),
		uint32(1), uint32(5), uint64(0), uint64(base), uint64(base), size, size, uint64(0x1000), // load, read and execute
	} {
		if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
			return nil, err
		}
	}
	b.Write(code)
	return b.Bytes(), nil
}

// openFirst puts the program of process 1 into the folder and returns a
// descriptor to run it by; its name is gone again.
func openFirst(dir string) (int, error) {
	image, err := firstProgram()
	if err != nil {
		return -1, err
	}
	name := dir + "/init"
	if err := os.WriteFile(name, image, 0o500); err != nil {
		return -1, err
	}
	if err := os.Chmod(name, 0o555); err != nil {
		return -1, err
	}
	fd, err := unix.Open(name, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	return fd, os.Remove(name)
}

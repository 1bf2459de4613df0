package sandbox

import (
	"encoding/binary"
	"errors"

	"golang.org/x/sys/unix"
)

// What waits in sockets belongs to no process's memory: sock_diag tells it
// (linux/inet_diag.h, linux/unix_diag.h).

const (
	inetMemory      = 7 // INET_DIAG_SKMEMINFO
	unixMemory      = 5 // UNIX_DIAG_MEMINFO
	unixShowMemory  = 0x20
	unixMessageSize = 16 // sizeof(struct unix_diag_msg)
)

// memory sums up what the sockets of the namespace hold, in bytes. A kind of
// socket that this kernel does not tell of counts for nothing.
func (d *diag) memory() (int64, error) {
	var sum int64
	for _, family := range []byte{unix.AF_INET, unix.AF_INET6} {
		for _, protocol := range []byte{unix.IPPROTO_TCP, unix.IPPROTO_UDP} {
			err := d.ask(sockDiagByFamily, d.inet(family, protocol, 1<<(inetMemory-1)), func(m []byte) {
				if len(m) >= diagMessageSize {
					sum += held(attribute(m[diagMessageSize:], inetMemory))
				}
			})
			if err != nil && !errors.Is(err, unix.ENOENT) {
				return 0, err
			}
		}
	}
	// struct unix_diag_req
	var req [24]byte
	req[0] = unix.AF_UNIX
	binary.NativeEndian.PutUint32(req[4:], ^uint32(0))
	binary.NativeEndian.PutUint32(req[12:], unixShowMemory)
	err := d.ask(sockDiagByFamily, req[:], func(m []byte) {
		if len(m) >= unixMessageSize {
			sum += held(attribute(m[unixMessageSize:], unixMemory))
		}
	})
	if err != nil && !errors.Is(err, unix.ENOENT) {
		return 0, err
	}
	return sum, nil
}

// held sums up what one socket holds, from its table of SK_MEMINFO_ numbers
// (linux/sock_diag.h): received and not read, sent and not taken or queued
// (which may be the same bytes), kept ahead of need, for options, and in the
// backlog. What is kept ahead is negative while more has come than was foreseen.
func held(table []byte) int64 {
	at := func(i int) int64 {
		if len(table) < 4*(i+1) {
			return 0
		}
		return int64(int32(binary.NativeEndian.Uint32(table[4*i:])))
	}
	return at(0) + max(at(2), at(5)) + at(4) + at(6) + at(7)
}

// attribute returns the value of one of a message's attributes, or nil.
func attribute(attrs []byte, kind uint16) []byte {
	ne := binary.NativeEndian
	for len(attrs) >= 4 {
		size := int(ne.Uint16(attrs))
		if size < 4 || size > len(attrs) {
			return nil
		}
		if ne.Uint16(attrs[2:]) == kind {
			return attrs[4:size]
		}
		attrs = attrs[min((size+3)&^3, len(attrs)):]
	}
	return nil
}

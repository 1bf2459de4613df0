// Package archivetest builds archives for tests, byte by byte: those that honest
// tools make, and those that nobody makes by accident. It is the hostile side of
// package archive and uses none of it.
package archivetest

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
)

// The methods and flags that the builder knows what to do with.
const (
	Store          = 0
	Deflate        = 8
	FlagEncrypted  = 1 << 0
	FlagDescriptor = 1 << 3
	FlagUTF8       = 1 << 11
)

// The systems that an archive can say it was made on.
const (
	DOS  = 0
	Unix = 3
)

// Header is what a local header or a directory entry says of an entry.
type Header struct {
	Name     string
	Creator  uint16
	Flags    uint16
	Method   uint16
	CRC      uint32
	Packed   uint32
	Unpacked uint32
	Attrs    uint32 // in the directory alone
	Offset   uint32 // in the directory alone
	Extra    []byte
}

// Entry is one entry of a Zip. The zero values are an honest empty file made on
// Unix, stored.
type Entry struct {
	Name   string
	Data   []byte
	Method uint16
	Flags  uint16
	Mode   uint32 // Unix mode with its type; 0 is 0o100644 (0o040755 for a name that ends in /)
	DOS    bool   // made on MS-DOS or Windows: no Unix mode
	Raw    []byte // what is written as packed data, instead of the packed Data
	// Lie changes what the two headers say just before they are written.
	Lie func(local, central *Header)
}

// Zip is an archive to build.
type Zip struct {
	Before  []byte // bytes before the first entry
	Entries []Entry
	Comment string
	After   []byte // bytes after the end
	Zip64   bool   // writes 64-bit sizes and a 64-bit end record
	Skew    int    // added to the number of entries that the end record says
	Fixed   bool   // offsets count the bytes Before, as zip -A makes them
}

// File returns an honest text file.
func File(name, content string) Entry {
	return Entry{Name: name, Data: []byte(content), Method: Deflate}
}

// Bytes returns the archive.
func (z Zip) Bytes() []byte {
	var out, dir bytes.Buffer
	out.Write(z.Before)
	base := 0
	if !z.Fixed {
		base = len(z.Before)
	}
	for _, e := range z.Entries {
		local, central, packed := z.headers(e, uint32(out.Len()-base))
		writeLocal(&out, local)
		out.Write(packed)
		if e.Flags&FlagDescriptor != 0 {
			out.WriteString("PK\x07\x08")
			put(&out, central.CRC, central.Packed, central.Unpacked)
		}
		writeCentral(&dir, central)
	}
	start, size, count := out.Len()-base, dir.Len(), len(z.Entries)+z.Skew
	out.Write(dir.Bytes())
	if z.Zip64 {
		at := out.Len() - base
		out.WriteString("PK\x06\x06")
		put(&out, uint64(44), uint16(45), uint16(45), uint32(0), uint32(0), uint64(count), uint64(count), uint64(size), uint64(start))
		out.WriteString("PK\x06\x07")
		put(&out, uint32(0), uint64(at), uint32(1))
		out.WriteString("PK\x05\x06")
		put(&out, uint16(0), uint16(0), uint16(0xffff), uint16(0xffff), uint32(0xffffffff), uint32(0xffffffff))
	} else {
		out.WriteString("PK\x05\x06")
		put(&out, uint16(0), uint16(0), uint16(count), uint16(count), uint32(size), uint32(start))
	}
	put(&out, uint16(len(z.Comment)))
	out.WriteString(z.Comment)
	out.Write(z.After)
	return out.Bytes()
}

// headers returns the two headers of e at offset, and its packed data.
func (z Zip) headers(e Entry, offset uint32) (local, central Header, packed []byte) {
	packed = e.Raw
	if packed == nil {
		packed = e.Data
		if e.Method == Deflate {
			packed = Squeeze(e.Data)
		}
	}
	mode := e.Mode
	if mode == 0 {
		mode = 0o100644
		if len(e.Name) > 0 && e.Name[len(e.Name)-1] == '/' {
			mode = 0o040755
		}
	}
	central = Header{
		Name: e.Name, Creator: Unix<<8 | 20, Flags: e.Flags, Method: e.Method, CRC: crc32.ChecksumIEEE(e.Data),
		Packed: uint32(len(packed)), Unpacked: uint32(len(e.Data)), Attrs: mode << 16, Offset: offset,
	}
	if e.DOS {
		central.Creator, central.Attrs = DOS<<8|20, 0x20
	}
	local = central
	if e.Flags&FlagDescriptor != 0 {
		local.CRC, local.Packed, local.Unpacked = 0, 0, 0
	}
	if z.Zip64 {
		var wide bytes.Buffer
		put(&wide, uint16(1), uint16(16), uint64(central.Unpacked), uint64(central.Packed))
		local.Extra = wide.Bytes()
		local.Packed, local.Unpacked = 0xffffffff, 0xffffffff
		wide = bytes.Buffer{}
		put(&wide, uint16(1), uint16(24), uint64(central.Unpacked), uint64(central.Packed), uint64(central.Offset))
		central.Extra = wide.Bytes()
		central.Packed, central.Unpacked, central.Offset = 0xffffffff, 0xffffffff, 0xffffffff
	}
	if e.Lie != nil {
		e.Lie(&local, &central)
	}
	return local, central, packed
}

func writeLocal(out *bytes.Buffer, h Header) {
	out.WriteString("PK\x03\x04")
	put(out, uint16(20), h.Flags, h.Method, uint16(0), uint16(0x21), h.CRC, h.Packed, h.Unpacked, uint16(len(h.Name)), uint16(len(h.Extra)))
	out.WriteString(h.Name)
	out.Write(h.Extra)
}

func writeCentral(out *bytes.Buffer, h Header) {
	out.WriteString("PK\x01\x02")
	put(out, h.Creator, uint16(20), h.Flags, h.Method, uint16(0), uint16(0x21), h.CRC, h.Packed, h.Unpacked,
		uint16(len(h.Name)), uint16(len(h.Extra)), uint16(0), uint16(0), uint16(0), h.Attrs, h.Offset)
	out.WriteString(h.Name)
	out.Write(h.Extra)
}

// put writes numbers in little-endian order. A Buffer takes every write.
func put(out *bytes.Buffer, numbers ...any) {
	for _, n := range numbers {
		_ = binary.Write(out, binary.LittleEndian, n)
	}
}

// Squeeze returns data as deflate packs it.
func Squeeze(data []byte) []byte {
	var out bytes.Buffer
	level := flate.DefaultCompression
	if len(data) < 4096 {
		level = flate.BestSpeed // its writer is made faster
	}
	w, _ := flate.NewWriter(&out, level) // the level is a right one
	_, _ = w.Write(data)
	_ = w.Close()
	return out.Bytes()
}

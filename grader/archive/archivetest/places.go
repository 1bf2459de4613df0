package archivetest

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// places are archives that act, or mean something, in a place where what they
// say ends up: a shell, a page, a table, another system's folders.
func places() []Case {
	named := func(name string) func() []byte { return with(File(name, program)) }
	extra := func(fields []byte) func() []byte {
		return alone(func(_, central *Header) { central.Extra = fields })
	}
	wide := func(sizes ...uint64) []byte {
		out := binary.LittleEndian.AppendUint16(nil, 1)
		out = binary.LittleEndian.AppendUint16(out, uint16(8*len(sizes)))
		for _, n := range sizes {
			out = binary.LittleEndian.AppendUint64(out, n)
		}
		return out
	}
	huge := honest()
	huge.Lie = func(_, central *Header) {
		central.Unpacked, central.Packed = 0xffffffff, 0xffffffff
		central.Extra = wide(1<<63, 1<<63)
	}
	bottomless := Entry{Name: "x.py", Data: bytes.Repeat([]byte("../"), 100_000), Mode: 0o120777}
	return []Case{
		{"shell", named("$(reboot);`id`&|x.py"), nil, nil},
		{"markup", named("<script>alert(1)</script>.py"), nil, nil},
		{"formula", named("=HYPERLINK(1).py"), nil, nil},
		{"option", named("-rf.py"), nil, nil},
		{"percent-encoded", named("..%2f..%2fx.py"), nil, nil},
		{"full-width-dots", named("\uff0e\uff0e\uff0fx.py"), nil, nil},
		{"overlong-utf8", named("\xc0\xae\xc0\xae/x.py"), nil, nil},
		{"tabulator", named("x\t.py"), rules("archive.path"), nil},
		{"backspace", named("PASS\b\b\b\b.py"), rules("archive.path"), nil},
		{"delete", named("x\x7f.py"), rules("archive.path"), nil},
		{"marks", named("x" + strings.Repeat("\u0335", 60) + ".py"), nil, nil},
		{"right-to-left-letters", named("\u05d0\u05d1.py"), nil, nil},
		{"tags", named("x\U000e0041.py"), rules("archive.path"), nil},
		{"reserved", named("con.py"), nil, nil},
		{"stream", named("x.py:hidden"), nil, rules("content.extra")},
		{"trailing-dot", named("x.py."), nil, rules("content.extra")},
		{"trailing-space", named("x.py "), nil, rules("content.extra")},
		{"home", named("~/x.py"), nil, nil},
		{"nothing-but-dots", named("..."), nil, rules("content.extra")},
		{"deliverable-is-a-folder", Zip{Entries: []Entry{{Name: "server.py/"}, File("server.py/__main__.py", program)}}.Bytes, nil, rules("content.missing", "content.nested")},
		{"link-of-great-length", with(bottomless), rules("archive.link"), nil},
		{"comment-that-acts", Zip{Entries: []Entry{honest()}, Comment: "\x1b]0;own\x07" + strings.Repeat("A", 60_000)}.Bytes, nil, nil},
		{"sizes-beyond-counting", Zip{Entries: []Entry{huge}}.Bytes, rules("archive.corrupt"), nil},
		{"extra-cut-short", extra([]byte{1, 0, 0xff, 0xff, 1}), nil, nil},
		{"extra-unknown", extra(append([]byte{0x99, 0x99, 4, 0}, "\x1b[2J"...)), nil, nil},
		{"entries-announced", Zip{Entries: []Entry{honest()}, Skew: 65_000}.Bytes, rules("archive.bomb", "archive.headers"), nil},
		{"executable-before", Zip{Entries: []Entry{honest()}, Before: []byte("MZ" + noise(512)), Fixed: true}.Bytes, rules("archive.headers"), nil},
		{"picture-before", Zip{Entries: []Entry{honest()}, Before: []byte("\xff\xd8\xff\xe0" + noise(512))}.Bytes, rules("archive.headers"), nil},
		{"nested-many-times", func() []byte {
			inner := Zip{Entries: []Entry{{Name: "0.txt", Data: make([]byte, 1<<20), Method: Deflate}}}.Bytes()
			for range 5 {
				inner = Zip{Entries: []Entry{{Name: "a.zip", Data: inner, Method: Deflate}, {Name: "b.zip", Data: inner, Method: Deflate}}}.Bytes()
			}
			return with(Entry{Name: "x.zip", Data: inner})()
		}, nil, rules("content.binary")},
	}
}

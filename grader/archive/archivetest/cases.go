package archivetest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
)

// Case is an archive, handed in for an exercise that asks for server.py, and the
// rules it breaks.
type Case struct {
	Name  string // what it does, in a few words with hyphens
	Bytes func() []byte
	// Archive are the archive.* rules it breaks, sorted, each once.
	Archive []string
	// Content are the content.* rules it breaks, sorted, each once.
	Content []string
}

// program is what the honest ones among the archives hold.
const program = "import socket\n\nprint('Waiting...')\n"

func honest() Entry { return File("server.py", program) }

// with returns an archive of the honest program and other entries.
func with(entries ...Entry) func() []byte {
	return Zip{Entries: append([]Entry{honest()}, entries...)}.Bytes
}

// alone returns an archive of one program that lies in some way.
func alone(lie func(local, central *Header)) func() []byte {
	e := honest()
	e.Lie = lie
	return Zip{Entries: []Entry{e}}.Bytes
}

// just returns bytes as they are.
func just(s string) func() []byte { return func() []byte { return []byte(s) } }

// Cases returns all archives: honest ones first.
func Cases() []Case {
	var all []Case
	for _, group := range [][]Case{honestCases(), notZips(), names(), kinds(), collisions(), bombs(), lies(), places(), contents()} {
		all = append(all, group...)
	}
	return all
}

func rules(ids ...string) []string { return ids }

func honestCases() []Case {
	dos := honest()
	dos.DOS = true
	cp437 := File("caf\x82.py", program)
	cp437.DOS = true
	descriptor := honest()
	descriptor.Flags = FlagDescriptor
	inner := File("tp3/server.py", program)
	inner.Flags = FlagDescriptor
	double := File("__MACOSX/tp3/._server.py", "\x00\x05\x16\x07")
	double.Flags = FlagDescriptor
	executable := honest()
	executable.Mode = 0o100755
	utf8Name := File("entête.py", program)
	utf8Name.Flags = FlagUTF8
	return []Case{
		{"plain", with(), nil, nil},
		{"stored", Zip{Entries: []Entry{{Name: "server.py", Data: []byte(program)}}}.Bytes, nil, nil},
		{"empty-program", Zip{Entries: []Entry{{Name: "server.py"}}}.Bytes, nil, nil},
		{"executable", Zip{Entries: []Entry{executable}}.Bytes, nil, nil},
		{"with-helper-module", with(Entry{Name: "outils/"}, File("outils/lib.py", "")), nil, nil},
		{"with-comment", Zip{Entries: []Entry{honest()}, Comment: "TP 3 de Yunès"}.Bytes, nil, nil},
		{"data-descriptor", Zip{Entries: []Entry{descriptor}}.Bytes, nil, nil},
		{"zip64", Zip{Entries: []Entry{honest()}, Zip64: true}.Bytes, nil, nil},
		{"windows-explorer", Zip{Entries: []Entry{dos}}.Bytes, nil, nil},
		{"cp437-name", Zip{Entries: []Entry{dos, cp437}}.Bytes, nil, nil},
		{"utf8-name", with(utf8Name), nil, nil},
		{"utf8-name-without-flag", with(File("ente\u0302te.py", program)), nil, nil}, // as macOS does, decomposed
		{"dot-slash", Zip{Entries: []Entry{{Name: "./", Mode: 0o040755}, File("./server.py", program)}}.Bytes, nil, nil},
		{"macos-finder", Zip{Entries: []Entry{{Name: "tp3/"}, inner, {Name: "__MACOSX/"}, {Name: "__MACOSX/tp3/"}, double}}.Bytes, nil, rules("content.nested", "content.system")},
	}
}

func notZips() []Case {
	tar := make([]byte, 1024)
	copy(tar, "server.py")
	copy(tar[257:], "ustar\x0000")
	whole := Zip{Entries: []Entry{honest()}}.Bytes()
	cut := whole[:len(whole)/2]
	return []Case{
		{"empty-file", just(""), rules("archive.format"), nil},
		{"rar", just("Rar!\x1a\x07\x01\x00" + strings.Repeat("x", 100)), rules("archive.format"), nil},
		{"7z", just("7z\xbc\xaf\x27\x1c\x00\x04" + strings.Repeat("x", 100)), rules("archive.format"), nil},
		{"tar-gz", just("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + strings.Repeat("x", 100)), rules("archive.format"), nil},
		{"tar", func() []byte { return tar }, rules("archive.format"), nil},
		{"pdf", just("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), rules("archive.format"), nil},
		{"python", just("#!/usr/bin/env python3\nimport socket\n"), rules("archive.format"), nil},
		{"html", just("<!DOCTYPE html>\n<html><body>Session expirée</body></html>\n"), rules("archive.format"), nil},
		{"noise", just(noise(300)), rules("archive.format"), nil},
		{"truncated", func() []byte { return cut }, rules("archive.corrupt"), nil},
		{"truncated-in-comment", func() []byte {
			z := Zip{Entries: []Entry{honest()}, Comment: "a long comment"}.Bytes()
			return z[:len(z)-4]
		}, rules("archive.corrupt"), nil},
		{"directory-elsewhere", func() []byte {
			z := bytes.Clone(whole)
			binary.LittleEndian.PutUint32(z[len(z)-6:], 0x00ffffff)
			return z
		}, rules("archive.corrupt"), nil},
		{"directory-garbled", func() []byte {
			z := bytes.Clone(whole)
			i := bytes.Index(z, []byte("PK\x01\x02"))
			copy(z[i:], "XXXX")
			return z
		}, rules("archive.corrupt"), nil},
		{"split", func() []byte {
			z := bytes.Clone(whole)
			binary.LittleEndian.PutUint16(z[len(z)-18:], 2)
			return z
		}, rules("archive.corrupt"), nil},
	}
}

// names are entries whose names lead somewhere else, or cannot be shown.
func names() []Case {
	evil := func(name string) func() []byte { return with(File(name, program)) }
	invalid := File("caf\xe9.py", program)
	invalid.Flags = FlagUTF8
	two := File("server2.py", program)
	two.Lie = func(_, central *Header) {
		central.Extra = binary.LittleEndian.AppendUint16(nil, 0x7075)
		central.Extra = binary.LittleEndian.AppendUint16(central.Extra, 5+uint16(len("evil.py")))
		central.Extra = append(central.Extra, 1)
		central.Extra = binary.LittleEndian.AppendUint32(central.Extra, crc32.ChecksumIEEE([]byte("server2.py")))
		central.Extra = append(central.Extra, "evil.py"...)
	}
	path := rules("archive.path")
	return []Case{
		{"traversal", evil("../../etc/cron.d/x.py"), path, nil},
		{"traversal-inside", evil("a/../../x.py"), path, nil},
		{"traversal-that-stays", evil("a/../x.py"), path, nil},
		{"absolute", evil("/etc/x.py"), path, nil},
		{"drive", evil("C:x.py"), path, nil},
		{"drive-absolute", evil(`C:\Windows\x.py`), path, nil},
		{"backslash", evil(`tp3\x.py`), path, nil},
		{"backslash-traversal", evil(`..\..\x.py`), path, nil},
		{"backslash-deliverable", Zip{Entries: []Entry{File(`tp3\server.py`, program)}}.Bytes, path, nil},
		{"share", evil(`\\host\share\x.py`), path, nil},
		{"nul", evil("x.py\x00.txt"), path, nil},
		{"newline", evil("x\nPASS.py"), path, nil},
		{"escape", evil("\x1b]0;own\x07.py"), path, nil},
		{"c1", evil("x\u009b31m.py"), path, nil},
		{"bidi", evil("x\u202eyp.exe"), path, nil},
		{"zero-width", evil("server\u200b.py"), path, nil},
		{"line-separator", evil("x\u2028.py"), path, nil},
		{"overlong", evil(strings.Repeat("x", 5000) + ".py"), path, nil},
		{"deep", evil(strings.Repeat("a/", 50) + "x.py"), path, nil},
		{"no-name", evil(""), path, nil},
		{"only-slashes", evil("///"), rules("archive.headers", "archive.path"), nil},
		{"dot", evil("."), path, nil},
		{"invalid-utf8", with(invalid), path, nil},
		{"unicode-path-differs", with(two), rules("archive.headers"), nil},
	}
}

// kinds are entries that are no ordinary files.
func kinds() []Case {
	special := func(mode uint32) func() []byte {
		return with(Entry{Name: "x.py", Data: []byte("/etc/passwd"), Mode: mode})
	}
	windows := Entry{Name: "x.py", Data: []byte("/etc/passwd"), Lie: func(_, central *Header) { central.Creator, central.Attrs = DOS<<8|20, 0o120777<<16 }}
	encrypted := File("x.py", program)
	encrypted.Flags = FlagEncrypted
	deliverable := honest()
	deliverable.Flags = FlagEncrypted
	aes := File("x.py", program)
	aes.Lie = func(local, central *Header) { local.Method, central.Method = 99, 99 }
	lzma := File("x.py", program)
	lzma.Lie = func(local, central *Header) { local.Method, central.Method = 14, 14 }
	return []Case{
		{"link", special(0o120777), rules("archive.link"), nil},
		{"link-from-windows", with(windows), rules("archive.link"), nil},
		{"link-then-through-it", with(Entry{Name: "d", Data: []byte("/etc"), Mode: 0o120777}, File("d/x.py", program)), rules("archive.duplicate", "archive.link"), nil},
		{"link-as-deliverable", Zip{Entries: []Entry{{Name: "server.py", Data: []byte("/etc/passwd"), Mode: 0o120777}}}.Bytes, rules("archive.link"), nil},
		{"fifo", special(0o010644), rules("archive.device"), nil},
		{"character-device", special(0o020644), rules("archive.device"), nil},
		{"block-device", special(0o060644), rules("archive.device"), nil},
		{"socket", special(0o140644), rules("archive.device"), nil},
		{"unknown-type", special(0o170644), rules("archive.device"), nil},
		{"set-user-id", special(0o104755), rules("archive.device"), nil},
		{"folder-with-content", with(Entry{Name: "d/", Data: []byte("x")}), rules("archive.headers"), nil},
		{"encrypted", with(encrypted), rules("archive.encrypted"), nil},
		{"encrypted-deliverable", Zip{Entries: []Entry{deliverable}}.Bytes, rules("archive.encrypted"), nil},
		{"encrypted-aes", with(aes), rules("archive.encrypted"), nil},
		{"lzma", with(lzma), rules("archive.format"), nil},
	}
}

// collisions are entries that a file system would write over one another.
func collisions() []Case {
	duplicate := rules("archive.duplicate")
	return []Case{
		{"twice", with(File("server.py", "print('other')\n")), duplicate, nil},
		{"twice-by-dot-slash", with(File("./server.py", "print('other')\n")), duplicate, nil},
		{"case", with(File("Server.py", program)), duplicate, nil},
		{"case-of-folders", with(File("lib/a.py", ""), File("Lib/b.py", "")), duplicate, nil},
		{"composition", with(File("\u00e9.py", ""), File("e\u0301.py", "")), duplicate, nil},
		{"case-and-composition", with(File("\u00e9.py", ""), File("E\u0301.py", "")), duplicate, nil},
		{"file-and-folder", with(File("lib", "#!/bin/sh\n"), File("lib/a.py", "")), duplicate, nil},
		{"folder-and-file", with(File("lib/a.py", ""), File("lib", "#!/bin/sh\n")), duplicate, nil},
	}
}

// bombs are small archives of much.
func bombs() []Case {
	bomb := rules("archive.bomb")
	zeros := func(mib int) []byte { return make([]byte, mib<<20) }
	// Repeats at a distance: shrinks about 150 times, below the limit on ratios.
	dull := func(mib int) []byte { return bytes.Repeat([]byte(noise(4096)), mib<<20/4096) }
	overlap := func() []byte {
		entries := []Entry{File("server.py", strings.Repeat("0", 1000))}
		for i := range 100 {
			e := File(fmt.Sprintf("x%d.py", i), strings.Repeat("0", 1000))
			e.Lie = func(_, central *Header) { central.Offset = 0 }
			entries = append(entries, e)
		}
		return Zip{Entries: entries}.Bytes()
	}
	quoted := func() []byte { // each file's data begins with the next one's local header
		kernel := honest()
		quoting := Zip{Entries: []Entry{kernel}}.Bytes()
		quoting = quoting[:bytes.Index(quoting, []byte("PK\x01\x02"))]
		outer := Entry{Name: "quote.py", Data: quoting}
		inner := Entry{Name: "server.py", Data: []byte(program), Method: Deflate, Raw: []byte{}, Lie: func(_, central *Header) {
			central.Offset, central.Packed = 30+uint32(len("quote.py")), uint32(len(Squeeze([]byte(program))))
		}}
		return Zip{Entries: []Entry{outer, inner}}.Bytes()
	}
	many := func(n int) func() []byte {
		return func() []byte {
			entries := []Entry{honest()}
			for i := range n {
				entries = append(entries, Entry{Name: fmt.Sprintf("m%d.py", i)})
			}
			return Zip{Entries: entries}.Bytes()
		}
	}
	return []Case{
		{"ratio", func() []byte { return with(Entry{Name: "x.py", Data: zeros(2), Method: Deflate})() }, bomb, nil},
		{"ratio-lying", func() []byte {
			return with(Entry{Name: "x.py", Data: zeros(12), Method: Deflate, Lie: func(local, central *Header) { local.Unpacked, central.Unpacked = 10, 10 }})()
		}, bomb, nil},
		{"file", func() []byte { return with(Entry{Name: "x.py", Data: dull(9), Method: Deflate})() }, bomb, nil},
		{"total", func() []byte {
			return with(Entry{Name: "x.py", Data: dull(7), Method: Deflate}, Entry{Name: "y.py", Data: dull(7), Method: Deflate}, Entry{Name: "z.py", Data: dull(7), Method: Deflate})()
		}, bomb, nil},
		{"archive-size", func() []byte { return with(Entry{Name: "x.py", Data: []byte(strings.Repeat("#", 9<<20))})() }, bomb, nil},
		{"many", many(200), bomb, nil},
		{"very-many", many(12_000), bomb, nil},
		{"overlap", overlap, rules("archive.bomb", "archive.headers"), nil},
		{"overlap-quoted", quoted, bomb, nil},
		{"nested", func() []byte {
			inner := Zip{Entries: []Entry{{Name: "x.txt", Data: zeros(2), Method: Deflate}}}.Bytes()
			return with(Entry{Name: "x.zip", Data: inner})()
		}, nil, rules("content.binary")},
	}
}

// lies are archives that say one thing here and another there.
func lies() []Case {
	headers := rules("archive.headers")
	broken := honest()
	broken.Raw = append([]byte{0xff}, Squeeze([]byte(program))...)
	short := honest()
	short.Raw = Squeeze([]byte(program))[:10]
	other := Zip{Entries: []Entry{File("client.py", program)}}.Bytes()
	return []Case{
		{"crc", alone(func(local, central *Header) { local.CRC, central.CRC = 1, 1 }), rules("archive.corrupt"), nil},
		{"crc-zero", alone(func(local, central *Header) { local.CRC, central.CRC = 0, 0 }), rules("archive.corrupt"), nil},
		{"bad-deflate", Zip{Entries: []Entry{broken}}.Bytes, rules("archive.corrupt"), nil},
		{"short-deflate", Zip{Entries: []Entry{short}}.Bytes, rules("archive.corrupt"), nil},
		{"beyond-end", alone(func(local, central *Header) { local.Packed, central.Packed = 1<<30, 1<<30 }), rules("archive.corrupt"), nil},
		{"offset-beyond-end", alone(func(_, central *Header) { central.Offset = 1 << 30 }), rules("archive.corrupt"), nil},
		{"offset-into-data", alone(func(_, central *Header) { central.Offset = 7 }), rules("archive.corrupt", "archive.headers"), nil},
		{"size-smaller", alone(func(local, central *Header) { local.Unpacked, central.Unpacked = 10, 10 }), headers, nil},
		{"size-larger", alone(func(local, central *Header) { local.Unpacked, central.Unpacked = 1000, 1000 }), headers, nil},
		{"two-names", alone(func(local, _ *Header) { local.Name = "client.py" }), headers, nil},
		{"two-sizes", alone(func(local, _ *Header) { local.Unpacked = 10 }), headers, nil},
		{"two-packed-sizes", alone(func(local, _ *Header) { local.Packed++ }), headers, nil},
		{"two-checksums", alone(func(local, _ *Header) { local.CRC++ }), headers, nil},
		{"two-methods", alone(func(local, _ *Header) { local.Method = Store }), headers, nil},
		{"two-encryptions", alone(func(local, _ *Header) { local.Flags |= FlagEncrypted }), headers, nil},
		{"zip64-missing", alone(func(_, central *Header) { central.Unpacked = 0xffffffff }), rules("archive.corrupt"), nil},
		{"count-more", Zip{Entries: []Entry{honest()}, Skew: 1}.Bytes, headers, nil},
		{"count-fewer", Zip{Entries: []Entry{honest()}, Skew: -1}.Bytes, headers, nil},
		{"bytes-before", Zip{Entries: []Entry{honest()}, Before: []byte("%PDF-1.7\n")}.Bytes, headers, nil},
		{"bytes-before-counted", Zip{Entries: []Entry{honest()}, Before: []byte("#!/bin/sh\n"), Fixed: true}.Bytes, headers, nil},
		{"bytes-after", Zip{Entries: []Entry{honest()}, After: []byte("\x00\x00\x00")}.Bytes, headers, nil},
		{"bytes-after-many", Zip{Entries: []Entry{honest()}, After: bytes.Repeat([]byte("x"), 100_000)}.Bytes, headers, nil},
		{"two-archives", Zip{Entries: []Entry{honest()}, Before: other}.Bytes, headers, nil},
		{"two-archives-counted", Zip{Entries: []Entry{honest()}, Before: other, Fixed: true}.Bytes, headers, nil},
		{"archive-in-comment", Zip{Entries: []Entry{honest()}, Comment: string(other)}.Bytes, headers, rules("content.missing")},
		{"all-at-once", Zip{
			Entries: []Entry{
				File("../x.py", program),
				{Name: "x.py", Data: []byte("/etc/passwd"), Mode: 0o120777},
				File("y.py", program), File("Y.py", program),
			},
			After: []byte("junk"),
		}.Bytes, rules("archive.duplicate", "archive.headers", "archive.link", "archive.path"), rules("content.missing")},
	}
}

// contents are archives that are right as archives.
func contents() []Case {
	elf := "\x7fELF\x02\x01\x01\x00" + noise(64)
	return []Case{
		{"no-entry", Zip{}.Bytes, nil, rules("content.missing")},
		{"misspelt", Zip{Entries: []Entry{File("serveur.py", program)}}.Bytes, nil, rules("content.missing")},
		{"nested-folder", Zip{Entries: []Entry{File("tp3/ex1/server.py", program)}}.Bytes, nil, rules("content.nested")},
		{"in-a-subfolder", Zip{Entries: []Entry{File("README.md", "#"), File("src/server.py", program)}}.Bytes, nil, rules("content.extra", "content.missing")},
		{"system", with(File(".DS_Store", "\x00"), File("Thumbs.db", "\x00"), File("desktop.ini", ""), File("._server.py", "\x00\x05\x16\x07"), File("__pycache__/server.cpython-311.pyc", "\x00")), nil, rules("content.system")},
		{"bytecode", with(File("server.pyc", "\xa7\x0d\x0d\x0a")), nil, rules("content.binary")},
		{"virtual-environment", with(File("monenv/pyvenv.cfg", "home = /usr\n"), File("monenv/lib/x.py", "")), nil, rules("content.binary")},
		{"repository", with(File(".git/HEAD", "ref: refs/heads/main\n"), File(".git/config", "")), nil, rules("content.binary")},
		{"elf-called-py", Zip{Entries: []Entry{File("server.py", elf)}}.Bytes, nil, rules("content.binary")},
		{"utf16", Zip{Entries: []Entry{File("server.py", "\xff\xfei\x00m\x00p\x00")}}.Bytes, nil, rules("content.binary")},
		{"pdf-inside", with(File("rapport.pdf", "%PDF-1.7")), nil, rules("content.extra")},
		{"site-inside", with(File("index.html", "<html>"), File("photo.jpg", "\xff\xd8\xff")), nil, rules("content.extra")},
	}
}

// noise returns n bytes that look random and are always the same.
func noise(n int) string {
	out := make([]byte, n)
	x := uint32(2463534242)
	for i := range out {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		out[i] = byte(x>>8) | 0x80
	}
	return string(out)
}

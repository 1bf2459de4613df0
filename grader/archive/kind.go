package archive

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"netlab/grader/lang"
)

// kind is what a file is by its first bytes, whatever its name says.
type kind int

const (
	kindUnknown kind = iota
	kindEmpty
	kindZip
	kindArchive  // another archive or compressed file
	kindCompiled // machine code, bytecode
	kindMedia    // a picture, a document, anything that is not text
	kindPython
	kindHTML
	kindText
	kindUTF16 // text that Python cannot read
)

// magics are first bytes that tell what a file is.
func magics() []struct {
	bytes string
	kind  kind
	what  lang.Text
} {
	same := func(s string) lang.Text { return lang.T(s, s) }
	return []struct {
		bytes string
		kind  kind
		what  lang.Text
	}{
		{"PK\x03\x04", kindZip, lang.T("une archive ZIP", "a ZIP archive")},
		{"PK\x05\x06", kindZip, lang.T("une archive ZIP vide", "an empty ZIP archive")},
		{"PK\x07\x08", kindArchive, lang.T("un morceau d'une archive ZIP découpée", "one part of a split ZIP archive")},
		{"Rar!\x1a\x07", kindArchive, lang.T("une archive RAR", "a RAR archive")},
		{"7z\xbc\xaf\x27\x1c", kindArchive, lang.T("une archive 7z", "a 7z archive")},
		{"\x1f\x8b", kindArchive, lang.T("un fichier gzip (.gz, .tar.gz)", "a gzip file (.gz, .tar.gz)")},
		{"\x1f\x9d", kindArchive, lang.T("un fichier compressé par compress (.Z)", "a file made by compress (.Z)")},
		{"\xfd7zXZ\x00", kindArchive, lang.T("un fichier xz (.xz, .tar.xz)", "an xz file (.xz, .tar.xz)")},
		{"\x28\xb5\x2f\xfd", kindArchive, lang.T("un fichier zstd (.zst)", "a zstd file (.zst)")},
		{"\x04\x22\x4d\x18", kindArchive, lang.T("un fichier lz4", "an lz4 file")},
		{"LZIP\x01", kindArchive, lang.T("un fichier lzip", "an lzip file")},
		{"MSCF\x00", kindArchive, lang.T("une archive CAB de Windows", "a Windows CAB archive")},
		{"!<arch>\n", kindArchive, lang.T("une archive de code compilé (.a, .deb)", "an archive of compiled code (.a, .deb)")},
		{"\x7fELF", kindCompiled, lang.T("un programme compilé pour Linux (ELF)", "a program compiled for Linux (ELF)")},
		{"\xcf\xfa\xed\xfe", kindCompiled, lang.T("un programme compilé pour macOS", "a program compiled for macOS")},
		{"\xce\xfa\xed\xfe", kindCompiled, lang.T("un programme compilé pour macOS", "a program compiled for macOS")},
		{"\xca\xfe\xba\xbe", kindCompiled, lang.T("du code compilé (Java ou macOS)", "compiled code (Java or macOS)")},
		{"\x00asm", kindCompiled, lang.T("du code compilé (WebAssembly)", "compiled code (WebAssembly)")},
		{"%PDF", kindMedia, lang.T("un document PDF", "a PDF document")},
		{"\x89PNG\r\n\x1a\n", kindMedia, lang.T("une image PNG", "a PNG picture")},
		{"\xff\xd8\xff", kindMedia, lang.T("une image JPEG", "a JPEG picture")},
		{"GIF8", kindMedia, lang.T("une image GIF", "a GIF picture")},
		{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", kindMedia, lang.T("un ancien document Microsoft Office", "an old Microsoft Office document")},
		{"{\\rtf", kindMedia, lang.T("un document RTF", "an RTF document")},
		{"bplist00", kindMedia, lang.T("un fichier de macOS (bplist)", "a macOS file (bplist)")},
		{"SQLite format 3\x00", kindMedia, same("SQLite")},
	}
}

// sniff tells what a file is by its first bytes, at least 512 of them where the
// file has as many.
func sniff(head []byte) (kind, lang.Text) {
	if len(head) == 0 {
		return kindEmpty, lang.T("un fichier vide", "an empty file")
	}
	for _, m := range magics() {
		if bytes.HasPrefix(head, []byte(m.bytes)) {
			return m.kind, m.what
		}
	}
	// Text may begin with these letters too.
	if bytes.HasPrefix(head, []byte("MZ")) && bytes.IndexByte(head, 0) >= 0 {
		return kindCompiled, lang.T("un programme compilé pour Windows (.exe, .dll)", "a program compiled for Windows (.exe, .dll)")
	}
	if bytes.HasPrefix(head, []byte("BZh")) && len(head) >= 10 && string(head[4:10]) == "1AY&SY" {
		return kindArchive, lang.T("un fichier bzip2 (.bz2, .tar.bz2)", "a bzip2 file (.bz2, .tar.bz2)")
	}
	if len(head) >= 262 && string(head[257:262]) == "ustar" {
		return kindArchive, lang.T("une archive tar", "a tar archive")
	}
	// A byte order mark, or ASCII in every second byte.
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) ||
		len(head) >= 4 && (head[0] == 0 && head[1] != 0 && head[2] == 0 && head[3] != 0 || head[0] != 0 && head[1] == 0 && head[2] != 0 && head[3] == 0) {
		return kindUTF16, lang.T("du texte en UTF-16", "text in UTF-16")
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return kindUnknown, lang.T("un fichier binaire", "a binary file")
	}
	return sniffText(head)
}

// sniffText tells the kinds of text apart.
func sniffText(head []byte) (kind, lang.Text) {
	text := strings.ToLower(strings.TrimSpace(strings.TrimPrefix(string(head), "\ufeff")))
	for _, tag := range []string{"<!doctype html", "<html", "<head", "<body", "<script"} {
		if strings.HasPrefix(text, tag) {
			return kindHTML, lang.T("une page HTML", "an HTML page")
		}
	}
	firstLine, _, _ := strings.Cut(text, "\n")
	if strings.HasPrefix(firstLine, "#!") && strings.Contains(firstLine, "python") || pythonLine(text) {
		return kindPython, lang.T("du code source Python", "Python source code")
	}
	control := 0
	for _, b := range head {
		if b < 0x20 && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != 0x1b {
			control++
		}
	}
	if control == 0 && (utf8.Valid(head) || mostlyASCII(head)) {
		return kindText, lang.T("du texte", "text")
	}
	return kindUnknown, lang.T("un fichier d'un format inconnu", "a file of an unknown format")
}

// pythonLine reports whether a line of text begins as lines of Python do.
func pythonLine(text string) bool {
	for line := range strings.Lines(text) {
		for _, word := range []string{"import ", "from socket ", "def ", "class ", "# -*- coding", "if __name__"} {
			if strings.HasPrefix(line, word) {
				return true
			}
		}
	}
	return false
}

func mostlyASCII(b []byte) bool {
	other := 0
	for _, c := range b {
		if c >= 0x80 {
			other++
		}
	}
	return other*4 < len(b)
}

package archive

import (
	"encoding/binary"
	"hash/crc32"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"netlab/grader/lang"
)

// entry is one file or folder of an archive, as far as it can be believed.
type entry struct {
	record
	name    string // decoded, composed (NFC); hostile until path is set
	path    string // clean, relative, with slashes; "" when the name cannot be used
	mode    fs.FileMode
	dir     bool
	refused bool   // it breaks an archive.* rule: never among the files
	data    []byte // what really came out; nil when it was refused, or not read
}

// The file types of Unix modes, in the high half of record.attrs.
const (
	unixType    = 0o170000
	unixFIFO    = 0o010000
	unixChar    = 0o020000
	unixDir     = 0o040000
	unixBlock   = 0o060000
	unixRegular = 0o100000
	unixLink    = 0o120000
	unixSocket  = 0o140000
	unixSetID   = 0o006000 // set-user-ID and set-group-ID
	dosDir      = 0x10     // in the low half
)

// newEntry judges what a record alone tells: name, type, encryption, method.
func newEntry(rec record, limits Limits, found *findings) *entry {
	e := &entry{record: rec, mode: 0o644}
	var sure bool
	if e.name, sure = decodeName(rec); !sure {
		found.of(e, ArchiveHeaders, lang.T("l'entrée a deux noms différents", "the entry has two different names"))
	}
	e.dir = strings.HasSuffix(e.name, "/")
	e.judgeMode(found)
	if e.dir && rec.unpacked > 0 {
		found.of(e, ArchiveHeaders, lang.T("un dossier a un contenu, comme un fichier", "a folder has a content, as a file does"))
	}
	e.judgePath(limits, found)
	switch {
	case rec.flags&(flagEncrypted|flagStrongEncryption|flagMasked) != 0 || rec.method == 99:
		found.of(e, ArchiveEncrypted, lang.T("fichier protégé par un mot de passe, refaites l'archive sans mot de passe",
			"file protected by a password, make the archive again without one"))
	case rec.method != 0 && rec.method != 8 || rec.flags&flagPatch != 0:
		found.of(e, ArchiveFormat, lang.F("fichier compressé par une méthode inhabituelle (%s), refaites l'archive avec la méthode ordinaire (Deflate)",
			"file compressed by an unusual method (%s), make the archive again with the ordinary one (Deflate)", methodName(rec.method)))
	}
	return e
}

func (e *entry) judgeMode(found *findings) {
	unix := e.attrs >> 16
	switch unix & unixType {
	case unixLink:
		found.of(e, ArchiveLink, lang.T("lien symbolique, mettez le fichier lui-même", "symbolic link, put in the file itself"))
	case unixFIFO, unixChar, unixBlock, unixSocket:
		found.of(e, ArchiveDevice, lang.T("ce n'est pas un fichier ordinaire (tube, socket ou périphérique)", "not an ordinary file (pipe, socket or device)"))
	case unixDir:
		e.dir = e.dir || e.unpacked == 0
	case unixRegular:
		if unix&unixSetID != 0 {
			found.of(e, ArchiveDevice, lang.T("fichier avec un droit set-user-ID ou set-group-ID", "file with a set-user-ID or set-group-ID bit"))
		}
	case 0:
		e.dir = e.dir || e.attrs&dosDir != 0 && e.unpacked == 0
	default:
		found.of(e, ArchiveDevice, lang.T("ce n'est pas un fichier ordinaire (type inconnu)", "not an ordinary file (unknown type)"))
	}
	if unix&0o111 != 0 && !e.dir {
		e.mode = 0o755
	}
}

// judgePath sets e.path when the name can be one of a file inside the archive.
func (e *entry) judgePath(limits Limits, found *findings) {
	faults := pathFaults(e.name, limits)
	for _, f := range faults {
		found.of(e, ArchivePath, f)
	}
	if faults != nil {
		return
	}
	clean := path.Clean(e.name)
	switch {
	case clean == "." && e.dir:
	case clean == "." || !filepath.IsLocal(filepath.FromSlash(clean)):
		found.of(e, ArchivePath, lang.T("nom de fichier qui ne peut être utilisé", "file name that cannot be used"))
	default:
		e.path = clean
	}
}

// pathFaults returns everything that is wrong with the name of an entry.
func pathFaults(name string, limits Limits) []lang.Text {
	var faults []lang.Text
	fault := func(broken bool, fr, en string, args ...any) {
		if broken {
			faults = append(faults, lang.F(fr, en, args...))
		}
	}
	parts := strings.FieldsFunc(name, func(r rune) bool { return r == '/' || r == '\\' })
	up := false
	for _, p := range parts {
		up = up || p == ".."
	}
	fault(strings.Trim(name, "/") == "" && !strings.HasPrefix(name, "/"), "entrée sans nom", "entry without a name")
	fault(strings.HasPrefix(name, "/") || strings.HasPrefix(name, `\`), "chemin absolu", "absolute path")
	fault(len(name) >= 2 && name[1] == ':' && (name[0]|0x20 >= 'a' && name[0]|0x20 <= 'z'), "nom de lecteur Windows", "Windows drive name")
	fault(up, "chemin qui sort de l'archive par « .. »", "path that leaves the archive by \"..\"")
	fault(strings.Contains(name, `\`), "barre oblique inverse dans le nom (refaites l'archive avec un outil plus récent)", "backslash in the name (make the archive again with a newer tool)")
	fault(strings.ContainsRune(name, 0), "caractère NUL dans le nom", "NUL character in the name")
	fault(strings.ContainsFunc(name, func(r rune) bool { return r != 0 && unicode.IsControl(r) }), "caractère de contrôle dans le nom", "control character in the name")
	fault(strings.ContainsFunc(name, func(r rune) bool { return invisible(r) || r == '\u2028' || r == '\u2029' }),
		"caractère invisible ou qui retourne le texte dans le nom", "character in the name that is invisible or turns the text round")
	fault(!utf8.ValidString(name), "nom qui n'est pas du texte", "name that is not text")
	fault(len(name) > limits.Path, "nom de plus de %d octets", "name of more than %d bytes", limits.Path)
	fault(len(parts) > limits.Depth, "chemin de plus de %d niveaux", "path of more than %d levels", limits.Depth)
	return faults
}

func methodName(method uint16) lang.Text {
	same := func(s string) lang.Text { return lang.T(s, s) }
	switch method {
	case 9:
		return same("Deflate64")
	case 12:
		return same("bzip2")
	case 14:
		return same("LZMA")
	case 93:
		return same("Zstandard")
	case 95:
		return same("xz")
	case 98:
		return same("PPMd")
	}
	return lang.F("n° %d", "no. %d", method)
}

// decodeName returns the name of an entry, composed. It reports false when the
// record gives two names that differ.
func decodeName(rec record) (string, bool) {
	raw := string(rec.rawName)
	if other, ok := unicodePath(rec); ok {
		if ascii(raw) && other != raw {
			return norm.NFC.String(raw), false
		}
		return norm.NFC.String(other), true
	}
	// macOS writes UTF-8 without saying so; text in CP437 is hardly ever valid UTF-8.
	if rec.flags&flagUTF8 != 0 || utf8.ValidString(raw) {
		return norm.NFC.String(raw), true
	}
	var b strings.Builder
	for _, c := range rec.rawName {
		if c < 0x80 {
			b.WriteByte(c)
		} else {
			b.WriteRune([]rune(cp437)[c-0x80])
		}
	}
	return norm.NFC.String(b.String()), true
}

// cp437 is the upper half of the character set of MS-DOS, which names are in
// unless an archive says otherwise (APPNOTE.TXT, appendix D).
const cp437 = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»" +
	"░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀" +
	"αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0"

// unicodePath returns the name of the Info-ZIP Unicode Path extra field, which
// counts only while its checksum is that of the name it stands for.
func unicodePath(rec record) (string, bool) {
	field, ok := extraField(rec.extra, extraUnicodePath)
	if !ok || len(field) < 5 || field[0] != 1 || binary.LittleEndian.Uint32(field[1:]) != crc32.ChecksumIEEE(rec.rawName) {
		return "", false
	}
	return string(field[5:]), true
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

// foldPath returns what two composed paths have in common when a file system
// that does not tell case apart takes them for one.
func foldPath(p string) string { return strings.Map(foldRune, p) }

// foldRune returns the smallest of the characters that differ from r in case alone.
func foldRune(r rune) rune {
	smallest := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		smallest = min(smallest, f)
	}
	return smallest
}

package archive

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"netlab/grader/lang"
)

// The parts of a ZIP file, from PKWARE's APPNOTE.TXT 6.3.10. archive/zip reads
// archives generously and hides where their parts lie; here the question is
// whether two readers could see two different archives, so the parts are looked
// at one by one. The tests hold what is accepted against archive/zip.
const (
	localSignature       = "PK\x03\x04"
	centralSignature     = "PK\x01\x02"
	endSignature         = "PK\x05\x06"
	end64Signature       = "PK\x06\x06"
	locator64Signature   = "PK\x06\x07"
	localSize            = 30
	centralSize          = 46
	endSize              = 22
	end64Size            = 56
	locator64Size        = 20
	flagEncrypted        = 1 << 0
	flagDescriptor       = 1 << 3 // sizes and CRC come after the data
	flagPatch            = 1 << 5
	flagStrongEncryption = 1 << 6
	flagUTF8             = 1 << 11
	flagMasked           = 1 << 13 // encrypted directory
	extraZip64           = 0x0001
	extraUnicodePath     = 0x7075
)

const (
	// maxDirectory bounds what is read of the directory, in bytes: 30 times what
	// the default limit on entries needs, so that a virtual environment that was
	// packed by mistake can be named.
	maxDirectory = 4 << 20
	// maxListed bounds how many entries are looked at, for the same reason.
	maxListed = 10_000
)

// record is an entry as the directory at the end of the archive describes it.
// Nothing in it can be trusted.
type record struct {
	rawName  []byte
	creator  uint16 // the high byte is the system that the archive was made on
	flags    uint16
	method   uint16
	modified uint32 // MS-DOS date in the high half, time in the low one
	crc      uint32
	packed   int64  // bytes in the archive
	unpacked int64  // bytes that come out
	offset   int64  // of its local header, from the beginning of the file
	attrs    uint32 // file mode in the high half, MS-DOS attributes in the low one
	extra    []byte
}

// layout is where the parts of an archive lie, as offsets from the beginning of
// the file.
type layout struct {
	records  []record
	declared int64 // number of entries by the end record
	before   int64 // bytes that stand before what the archive counts as its own
	dirStart int64
	after    int64 // bytes after the end record and its comment
	tailless bool  // the directory ends otherwise than it says
	partial  bool  // the directory was too long to be read to its end
}

// errNoEnd says that the file has no end record: it is no ZIP archive, or not all of it.
var errNoEnd = errors.New("no end-of-directory record")

// damage is an archive whose parts do not fit together.
type damage struct{ what lang.Text }

func (d damage) Error() string { return d.what.In(lang.EN) }

// readLayout finds the directory of an archive of size bytes and reads it. Its
// error is errNoEnd, a damage, or what r returned. window is how many bytes at
// the end are searched.
func readLayout(r io.ReaderAt, size, window int64) (*layout, error) {
	window = min(window, size)
	tail := make([]byte, window)
	if err := readFull(r, tail, size-window); err != nil {
		return nil, err
	}
	at, err := findEnd(tail)
	if err != nil {
		return nil, err
	}
	end := tail[at:]
	le := binary.LittleEndian
	endAt := size - window + int64(at)
	l := &layout{
		declared: int64(le.Uint16(end[10:])),
		after:    size - endAt - endSize - int64(le.Uint16(end[20:])),
	}
	dirSize, dirOffset := int64(le.Uint32(end[12:])), int64(le.Uint32(end[16:]))
	disk, dirDisk, onDisk := le.Uint16(end[4:]), le.Uint16(end[6:]), int64(le.Uint16(end[8:]))
	wide := l.declared == 0xffff || dirSize == 0xffffffff || dirOffset == 0xffffffff
	dirEnd := endAt
	if record, recordAt, ok := findEnd64(r, endAt); ok {
		dirEnd = recordAt
		if wide {
			l.declared = int64(le.Uint64(record[32:]))
			onDisk = int64(le.Uint64(record[24:]))
			dirSize, dirOffset = int64(le.Uint64(record[40:])), int64(le.Uint64(record[48:]))
			disk, dirDisk = 0, 0
		}
	} else if wide {
		return nil, damage{lang.T("l'enregistrement ZIP64 manque", "the ZIP64 record is missing")}
	}
	if disk != 0 || dirDisk != 0 || onDisk != l.declared {
		return nil, damage{lang.T("c'est un morceau d'une archive découpée en plusieurs fichiers", "it is one part of an archive that was split into several files")}
	}
	if dirSize < 0 || dirOffset < 0 || dirSize > dirEnd || dirOffset > dirEnd-dirSize {
		return nil, damage{lang.T("son répertoire n'est pas là où elle le dit", "its directory is not where it says")}
	}
	l.dirStart = dirEnd - dirSize
	l.before = l.dirStart - dirOffset
	if err := l.readDirectory(r, dirSize); err != nil {
		return nil, err
	}
	return l, nil
}

// findEnd returns the index of the end record: the last one whose comment fits.
func findEnd(tail []byte) (int, error) {
	cut := false
	for search := tail; ; {
		i := bytes.LastIndex(search, []byte(endSignature))
		if i < 0 {
			if cut {
				return 0, damage{lang.T("il en manque la fin", "its end is missing")}
			}
			return 0, errNoEnd
		}
		if i+endSize <= len(tail) && i+endSize+int(binary.LittleEndian.Uint16(tail[i+20:])) <= len(tail) {
			return i, nil
		}
		cut = true
		search = tail[:i]
	}
}

// findEnd64 returns the ZIP64 end record that stands before the end record at
// endAt, and its offset, if there is one.
func findEnd64(r io.ReaderAt, endAt int64) (record []byte, at int64, ok bool) {
	locator := make([]byte, locator64Size)
	if endAt < locator64Size+end64Size || readFull(r, locator, endAt-locator64Size) != nil ||
		!bytes.HasPrefix(locator, []byte(locator64Signature)) {
		return nil, 0, false
	}
	// Where the locator says, or right before it when bytes stand before the archive.
	said := binary.LittleEndian.Uint64(locator[8:])
	for _, at := range []uint64{said, uint64(endAt - locator64Size - end64Size)} {
		if at > uint64(endAt-locator64Size-end64Size) {
			continue
		}
		record = make([]byte, end64Size)
		if readFull(r, record, int64(at)) == nil && bytes.HasPrefix(record, []byte(end64Signature)) {
			return record, int64(at), true
		}
	}
	return nil, 0, false
}

func (l *layout) readDirectory(r io.ReaderAt, dirSize int64) error {
	dir := make([]byte, min(dirSize, maxDirectory))
	if err := readFull(r, dir, l.dirStart); err != nil {
		return err
	}
	l.partial = int64(len(dir)) < dirSize
	for len(dir) > 0 {
		if len(l.records) == maxListed {
			l.partial = true
			break
		}
		rec, n, ok := parseRecord(dir, l.before)
		if !ok {
			if l.partial { // cut by us, not by its author
				break
			}
			if !bytes.HasPrefix(dir, []byte(centralSignature)) && int64(len(l.records)) == l.declared {
				l.tailless = true // something else stands after the entries
				break
			}
			return damage{lang.F("l'entrée %d de son répertoire est illisible", "entry %d of its directory cannot be read", len(l.records)+1)}
		}
		l.records = append(l.records, rec)
		dir = dir[n:]
	}
	if !l.partial && int64(len(l.records)) != l.declared {
		l.tailless = true
	}
	return nil
}

// parseRecord reads the first entry of a directory and returns its length. Its
// offset is counted from the beginning of the file.
func parseRecord(dir []byte, before int64) (record, int, bool) {
	le := binary.LittleEndian
	if len(dir) < centralSize || !bytes.HasPrefix(dir, []byte(centralSignature)) {
		return record{}, 0, false
	}
	name, extra, comment := int(le.Uint16(dir[28:])), int(le.Uint16(dir[30:])), int(le.Uint16(dir[32:]))
	n := centralSize + name + extra + comment
	if len(dir) < n {
		return record{}, 0, false
	}
	rec := record{
		rawName:  dir[centralSize : centralSize+name],
		creator:  le.Uint16(dir[4:]),
		flags:    le.Uint16(dir[8:]),
		method:   le.Uint16(dir[10:]),
		modified: le.Uint32(dir[12:]),
		crc:      le.Uint32(dir[16:]),
		packed:   int64(le.Uint32(dir[20:])),
		unpacked: int64(le.Uint32(dir[24:])),
		offset:   int64(le.Uint32(dir[42:])),
		attrs:    le.Uint32(dir[38:]),
		extra:    dir[centralSize+name : centralSize+name+extra],
	}
	if !widen(rec.extra, &rec.unpacked, &rec.packed, &rec.offset) {
		return record{}, 0, false
	}
	rec.offset += before
	return rec, n, true
}

// widen replaces the values that are at their 32-bit maximum by those of the
// ZIP64 extra field, which has them in that order. It reports false when the
// field should be there and is not, or its values are out of all bounds.
func widen(extra []byte, values ...*int64) bool {
	field, _ := extraField(extra, extraZip64)
	for _, v := range values {
		if *v != 0xffffffff {
			continue
		}
		if len(field) < 8 {
			return false
		}
		wide := binary.LittleEndian.Uint64(field)
		field = field[8:]
		if wide > 1<<60 { // so that sums stay positive
			return false
		}
		*v = int64(wide)
	}
	return true
}

// extraField returns the content of the extra field id.
func extraField(extra []byte, id uint16) ([]byte, bool) {
	le := binary.LittleEndian
	for len(extra) >= 4 {
		size := int(le.Uint16(extra[2:]))
		if len(extra) < 4+size {
			break
		}
		if le.Uint16(extra) == id {
			return extra[4 : 4+size], true
		}
		extra = extra[4+size:]
	}
	return nil, false
}

// local is what stands before an entry's data.
type local struct {
	dataStart int64 // offset of the data
	dataEnd   int64 // offset after the data, by the directory's size
	differs   []lang.Text
}

// readLocal reads the local header of rec and says in what it differs from the
// directory. Its error is a damage, or what r returned.
func (l *layout) readLocal(r io.ReaderAt, rec record) (local, error) {
	lost := damage{lang.T("les données ne sont pas là où le répertoire le dit", "the data is not where the directory says")}
	if rec.offset > l.dirStart-localSize {
		return local{}, lost
	}
	fixed := make([]byte, localSize)
	if err := readFull(r, fixed, rec.offset); err != nil {
		return local{}, err
	}
	if !bytes.HasPrefix(fixed, []byte(localSignature)) {
		return local{}, lost
	}
	le := binary.LittleEndian
	nameSize, extraSize := int64(le.Uint16(fixed[26:])), int64(le.Uint16(fixed[28:]))
	loc := local{dataStart: rec.offset + localSize + nameSize + extraSize}
	loc.dataEnd = loc.dataStart + rec.packed
	if loc.dataEnd > l.dirStart {
		return local{}, lost
	}
	rest := make([]byte, nameSize+extraSize)
	if err := readFull(r, rest, rec.offset+localSize); err != nil {
		return local{}, err
	}
	differs := func(fr, en string) { loc.differs = append(loc.differs, lang.T(fr, en)) }
	if !bytes.Equal(rest[:nameSize], rec.rawName) {
		differs("l'entrée a deux noms différents", "the entry has two different names")
	}
	if le.Uint16(fixed[8:]) != rec.method {
		differs("l'entrée a deux méthodes de compression différentes", "the entry has two different compression methods")
	}
	flags := le.Uint16(fixed[6:])
	if (flags^rec.flags)&(flagEncrypted|flagDescriptor) != 0 {
		differs("l'entrée a deux descriptions différentes", "the entry has two different descriptions")
	}
	if flags&flagDescriptor == 0 {
		packed, unpacked := int64(le.Uint32(fixed[18:])), int64(le.Uint32(fixed[22:]))
		if !widen(rest[nameSize:], &unpacked, &packed) || packed != rec.packed || unpacked != rec.unpacked {
			differs("l'entrée a deux tailles différentes", "the entry has two different sizes")
		}
		if le.Uint32(fixed[14:]) != rec.crc {
			differs("l'entrée a deux sommes de contrôle différentes", "the entry has two different checksums")
		}
	}
	return loc, nil
}

// readFull fills b from r at offset. The callers know that the file is long
// enough, so that a short read is an error of the file system, or a file that
// changes as it is read.
func readFull(r io.ReaderAt, b []byte, offset int64) error {
	n, err := r.ReadAt(b, offset)
	if n == len(b) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("read %d bytes at %d: %w", len(b), offset, err)
}

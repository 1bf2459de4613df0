package archive

import (
	"bytes"
	"cmp"
	"compress/flate"
	"errors"
	"hash/crc32"
	"io"
	"slices"

	"netlab/grader/lang"
)

// judgeData looks at what stands before and in the data of the entries, and
// takes the content out. Nothing comes out of an archive that is a bomb by its
// directory alone. Its error is r's.
func (s *Submission) judgeData(r io.ReaderAt, l *layout, limits Limits, found *findings) error {
	var places []placed
	for _, e := range s.entries {
		loc, err := l.readLocal(r, e.record)
		var broken damage
		if errors.As(err, &broken) {
			found.of(e, ArchiveCorrupt, broken.what)
			continue
		}
		if err != nil {
			return err
		}
		for _, d := range loc.differs {
			found.of(e, ArchiveHeaders, d)
		}
		places = append(places, placed{e, loc})
	}
	slices.SortStableFunc(places, func(a, b placed) int { return cmp.Compare(a.offset, b.offset) })
	var end int64
	for _, p := range places {
		if p.offset < end {
			found.of(p.entry, ArchiveBomb, lang.T("les données servent à plusieurs fichiers", "the data is used for several files"))
		}
		end = max(end, p.dataEnd)
	}
	if found.broken(ArchiveBomb) {
		return nil
	}
	budget := limits.Total
	for _, p := range places {
		if p.dir || p.entry.method != 0 && p.entry.method != 8 || p.flags&(flagEncrypted|flagStrongEncryption|flagMasked|flagPatch) != 0 {
			continue
		}
		packed := make([]byte, p.packed)
		if err := readFull(r, packed, p.dataStart); err != nil {
			return err
		}
		budget -= p.entry.unpack(packed, budget, limits, found)
		if budget < 0 {
			found.whole(ArchiveBomb, lang.F("l'archive donne plus de %s une fois décompressée", "the archive gives more than %s once it is decompressed", showSize(limits.Total)))
			for _, e := range s.entries {
				e.data = nil
			}
			return nil
		}
	}
	return nil
}

// unpack takes the content of e out of its packed bytes and keeps it if nothing
// is wrong with e. It returns how many bytes came out: at most one more than
// budget and limits allow, whatever the headers say.
func (e *entry) unpack(packed []byte, budget int64, limits Limits, found *findings) int64 {
	var content io.Reader = bytes.NewReader(packed)
	most := min(limits.File, budget)
	over := lang.F("fichier de plus de %s une fois sorti de l'archive", "file of more than %s once out of the archive", showSize(limits.File))
	if e.method == 8 {
		content = flate.NewReader(content)
		if byRatio := max(limits.RatioFrom, limits.Ratio*e.packed); byRatio < most {
			most = byRatio
			over = lang.F("fichier qui grossit de plus de %d fois en sortant de l'archive", "file that grows more than %d times as it leaves the archive", limits.Ratio)
		}
	}
	data, err := io.ReadAll(io.LimitReader(content, most+1))
	size := int64(len(data))
	switch {
	case size > budget:
		// The caller tells that the archive is over its total.
	case size > most:
		found.of(e, ArchiveBomb, over)
	case err != nil:
		found.of(e, ArchiveCorrupt, lang.T("fichier abîmé (données illisibles), refaites l'archive ou déposez-la de nouveau", "damaged file (unreadable data), make or upload the archive again"))
	case size != e.unpacked || e.method == 0 && e.packed != e.unpacked:
		found.of(e, ArchiveHeaders, lang.T("la taille annoncée n'est pas la vraie", "the announced size is not the true one"))
	case crc32.ChecksumIEEE(data) != e.crc:
		found.of(e, ArchiveCorrupt, lang.T("fichier abîmé (somme de contrôle fausse), refaites l'archive ou déposez-la de nouveau", "damaged file (wrong checksum), make or upload the archive again"))
	}
	if !e.refused {
		e.data = data
	}
	return size
}

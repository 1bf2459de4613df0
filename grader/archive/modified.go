package archive

import (
	"encoding/binary"
	"time"
)

// extraTimestamp is Info-ZIP's extended timestamp: seconds since 1970, in UTC.
const extraTimestamp = 0x5455

// modifiedIn returns when the entry's file was last changed, by the clock of
// the machine that made the archive; zero when the archive does not say. The
// time of MS-DOS, where nothing better is there, has no zone and is taken for
// one of zone.
func (rec record) modifiedIn(zone *time.Location) time.Time {
	if field, ok := extraField(rec.extra, extraTimestamp); ok && len(field) >= 5 && field[0]&1 != 0 {
		return time.Unix(int64(int32(binary.LittleEndian.Uint32(field[1:]))), 0).In(zone)
	}
	date, clock := rec.modified>>16, rec.modified&0xffff
	year, month, day := int(date>>9)+1980, time.Month(date>>5&15), int(date&31)
	if month == 0 || day == 0 {
		return time.Time{}
	}
	return time.Date(year, month, day, int(clock>>11), int(clock>>5&63), int(clock&31)*2, 0, zone)
}

// Newest returns when the file that was changed last was changed, by the clock
// of the machine that made the archive; zero when the archive does not say: the
// archive was made no earlier. A time without a zone is taken for one of zone.
func (s *Submission) Newest(zone *time.Location) time.Time {
	var newest time.Time
	for _, e := range s.entries {
		if t := e.modifiedIn(zone); !e.dir && t.After(newest) {
			newest = t
		}
	}
	return newest
}

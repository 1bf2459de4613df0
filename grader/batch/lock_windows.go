package batch

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lock takes the journal for this run; false when another one has it. The
// system lets go of it when the file is closed, however the process ends.
// Locks of Windows keep others from reading what is locked: this one is far
// beyond the end of any journal.
func lock(f *os.File) (bool, error) {
	at := &windows.Overlapped{OffsetHigh: 1 << 30}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	return err == nil, err
}

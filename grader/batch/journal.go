package batch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"netlab/grader/lang"
)

// BusyError says that another run writes the journal.
type BusyError struct {
	Journal string
	PID     int // of the other run, 0 when it cannot be told
}

func (e *BusyError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("journal %s: another run is writing it", e.Journal)
	}
	return fmt.Sprintf("journal %s: another run is writing it (process %d)", e.Journal, e.PID)
}

// ErrNoJournal says that a file is no journal of this grader.
var ErrNoJournal = lang.Errorf("n'est pas un journal de grader", "is no journal of grader")

// journal is a journal that this run writes.
type journal struct {
	file *os.File
	size int64
}

// openJournal opens the journal at path for writing, or makes it, and reads
// what is in it. A last line that a crash has torn is cut off. The error is a
// *BusyError when another run has it. The caller closes the journal.
func openJournal(path string) (*journal, *index, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, nil, lang.Errorf("ouverture du journal : %w", "open the journal: %w", err)
	}
	j := &journal{file: f}
	x, err := j.take(path)
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return j, x, nil
}

func (j *journal) take(path string) (*index, error) {
	mine, err := lock(j.file)
	if err != nil {
		return nil, lang.Errorf("le journal %s ne peut être réservé : %w", "lock the journal %s: %w", path, err)
	}
	if !mine {
		busy := &BusyError{Journal: path}
		if x, err := readIndex(path); err == nil {
			busy.PID = x.run.PID
		}
		return nil, busy
	}
	x, err := readIndex(path)
	if err != nil {
		return nil, err
	}
	j.size = x.size
	if err := j.file.Truncate(j.size); err != nil {
		return nil, lang.Errorf("journal %s : la fin laissée par un arrêt brutal ne peut être retirée : %w", "journal %s: cut off what a crash has left: %w", path, err)
	}
	if j.size == 0 {
		line := fmt.Sprintf("%s%d}\n", magic, journalVersion)
		if err := j.write([]byte(line)); err != nil {
			return nil, err
		}
	}
	return x, nil
}

// append writes an event and waits until it is on the disk.
func (j *journal) append(event any) error {
	line, err := json.Marshal(event)
	if err != nil {
		return lang.Errorf("écriture du journal : %w", "write the journal: %w", err)
	}
	return j.write(append(line, '\n'))
}

// appendResult writes the event of a whole result.
func (j *journal) appendResult(e resultEvent) error {
	var rest whole
	e.Result, rest = split(e.Result)
	front, err := json.Marshal(e)
	if err != nil {
		return lang.Errorf("écriture du journal : %w", "write the journal: %w", err)
	}
	back, err := json.Marshal(rest)
	if err != nil {
		return lang.Errorf("écriture du journal : %w", "write the journal: %w", err)
	}
	line := bytes.Join([][]byte{front[:len(front)-1], []byte(wholeMark), back, []byte("}\n")}, nil)
	return j.write(line)
}

// write puts a line at the end of the journal. After an error nothing more can
// be written: the line may be torn.
func (j *journal) write(line []byte) error {
	if j.file == nil {
		return lang.Errorf("écriture du journal : une écriture précédente a échoué", "write the journal: an earlier write has failed")
	}
	n, err := j.file.WriteAt(line, j.size)
	j.size += int64(n)
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		err = lang.Errorf("écriture du journal : %w", "write the journal: %w", errors.Join(err, j.close()))
		return err
	}
	return nil
}

// close ends the writing and lets others take the journal.
func (j *journal) close() error {
	if j.file == nil {
		return nil
	}
	f := j.file
	j.file = nil
	return f.Close()
}

// now is the time of an event: in UTC, in whole milliseconds.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

package batch

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"netlab/grader/grade"
	"netlab/grader/lang"
)

// index is what a journal says, without the large parts of the results.
type index struct {
	path     string
	size     int64 // of the whole lines; what follows was torn
	started  time.Time
	ended    time.Time
	run      runEvent
	runAt    int64 // where the latest run begins
	complete bool  // the latest run came to its end
	found    foundEvent
	foundRaw []byte               // the line of found, without its time
	results  map[string]*recorded // by key: the latest grading
	archives map[string]*recorded // by archive and name: the latest grading, whatever with
	refs     map[string]*recorded // of the reference programs, by exercise
	words    map[string]string    // each text of the results once
}

// recorded is a result and where its line is.
type recorded struct {
	resultEvent
	at, size int64
}

// maxLine bounds the part of a line that is kept in memory, in bytes.
const maxLine = 1 << 28

// readIndex reads the journal at path. What a crash has torn is left out; a
// line that is damaged otherwise is an error. An empty journal gives an empty index.
func readIndex(path string) (*index, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, lang.Errorf("lecture du journal : %w", "read the journal: %w", err)
	}
	defer f.Close()
	x := &index{
		path: path, results: map[string]*recorded{}, archives: map[string]*recorded{}, refs: map[string]*recorded{},
		words: map[string]string{},
	}
	r := bufio.NewReaderSize(f, 1<<16)
	for n := 1; ; n++ {
		front, size, err := readLine(r)
		if errors.Is(err, io.EOF) {
			if n == 1 && !strings.HasPrefix(magic, string(front)) && !strings.HasPrefix(string(front), magic) {
				return nil, lang.Errorf("%s %w", "%s %w", path, ErrNoJournal)
			}
			break // nothing, or a torn line
		}
		if err == nil && n == 1 && !strings.HasPrefix(string(front), magic) {
			return nil, lang.Errorf("%s %w", "%s %w", path, ErrNoJournal)
		}
		if err == nil {
			err = x.take(front, size)
		}
		if err != nil {
			return nil, lang.Errorf("journal %s, ligne %d : %w", "journal %s: line %d: %w", path, n, err)
		}
		x.size += size
	}
	return x, nil
}

// readLine reads a line up to its wholeMark, if it has one, and skips the rest.
// What it returns is a whole JSON text, and size is that of the line. io.EOF
// means that no whole line is left; front is then what there is of it.
func readLine(r *bufio.Reader) (front []byte, size int64, err error) {
	cut := false
	for {
		part, err := r.ReadSlice('\n')
		size += int64(len(part))
		if !cut {
			from := max(0, len(front)-len(wholeMark))
			front = append(front, part...)
			if i := bytes.Index(front[from:], []byte(wholeMark)); i >= 0 {
				front, cut = append(front[:from+i], '}'), true
			}
			if len(front) > maxLine {
				return nil, size, lang.Errorf("plus de %d octets", "more than %d bytes", maxLine)
			}
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return front, size, err
		}
	}
}

// take takes in one line.
func (x *index) take(line []byte, size int64) error {
	var h head
	if err := json.Unmarshal(line, &h); err != nil {
		return damaged(err)
	}
	if !h.At.IsZero() {
		if x.started.IsZero() {
			x.started = h.At
		}
		x.ended = h.At
	}
	switch h.Event {
	case "journal":
		if h.Version != journalVersion {
			return lang.Errorf("version %d du journal, et ce programme lit la version %d : prenez le programme qui l'a écrit, ou un autre --journal",
				"version %d of the journal, and this grader reads version %d: use the program that wrote it, or another --journal", h.Version, journalVersion)
		}
	case eventRun:
		x.run, x.runAt, x.complete = runEvent{}, x.size, false
		if err := json.Unmarshal(line, &x.run); err != nil {
			return damaged(err)
		}
	case eventFound:
		x.found = foundEvent{}
		if err := json.Unmarshal(line, &x.found); err != nil {
			return damaged(err)
		}
		x.foundRaw = x.found.content()
	case eventResult, eventReference:
		rec := &recorded{at: x.size, size: size}
		if err := json.Unmarshal(line, &rec.resultEvent); err != nil {
			return damaged(err)
		}
		x.shrink(&rec.Result)
		if h.Event == eventReference {
			x.refs[rec.Result.Exercise] = rec
			return nil
		}
		x.results[rec.Key] = rec
		x.archives[rec.Archive+" "+rec.Base] = rec
	case eventEnd:
		var e endEvent
		if err := json.Unmarshal(line, &e); err != nil {
			return damaged(err)
		}
		x.complete = e.Complete
	default:
		return lang.Errorf("événement inconnu : %q (une version plus récente l'a-t-elle écrit ?)", "unknown event %q (has a later version written it?)", h.Event)
	}
	return nil
}

// damaged is the error of a line that is no event as a run writes it.
func damaged(err error) error {
	return lang.Errorf("la ligne est abîmée (%w) : reprenez une copie du journal, ou corrigez de nouveau avec un autre --journal",
		"the line is damaged (%w): take a copy of the journal, or grade anew with another --journal", err)
}

// content is the event without its time: what tells two of them apart.
func (e foundEvent) content() []byte {
	e.head = head{}
	data, err := json.Marshal(e)
	if err != nil {
		return nil // plain values always can be
	}
	return data
}

// shrink makes a result share its texts with the others of the index: what the
// sheet asks is the same for all of a class.
func (x *index) shrink(r *grade.Result) {
	one := func(s string) string {
		if known, ok := x.words[s]; ok {
			return known
		}
		if len(x.words) < 1<<16 {
			x.words[s] = s
		}
		return s
	}
	text := func(t *lang.Text) { t.FR, t.EN = one(t.FR), one(t.EN) }
	text(&r.Title)
	r.Exercise = one(r.Exercise)
	e := &r.Environment
	e.Grader, e.Scripts, e.Interpreter = one(e.Grader), one(e.Scripts), one(e.Interpreter)
	for i := range e.Isolation {
		e.Isolation[i] = one(e.Isolation[i])
	}
	for i := range r.Criteria {
		c := &r.Criteria[i]
		c.ID = one(c.ID)
		text(&c.Asks)
		text(&c.Hint)
		text(&c.Message)
	}
	for i := range r.Violations {
		text(&r.Violations[i].Message)
	}
}

// wholeOf reads the rest of a result.
func (x *index) wholeOf(rec *recorded) (grade.Result, error) {
	f, err := os.Open(x.path)
	if err != nil {
		return grade.Result{}, lang.Errorf("lecture du journal : %w", "read the journal: %w", err)
	}
	defer f.Close()
	line := make([]byte, rec.size)
	if _, err := f.ReadAt(line, rec.at); err != nil {
		return grade.Result{}, lang.Errorf("lecture du journal %s, octet %d : %w", "read the journal %s at %d: %w", x.path, rec.at, err)
	}
	i := bytes.Index(line, []byte(wholeMark))
	if i < 0 {
		return rec.Result, nil
	}
	var rest whole
	if err := json.Unmarshal(bytes.TrimSuffix(line[i+len(wholeMark):], []byte("}\n")), &rest); err != nil {
		return grade.Result{}, lang.Errorf("lecture du journal %s, octet %d : %w", "read the journal %s at %d: %w", x.path, rec.at, err)
	}
	return join(rec.Result, rest), nil
}

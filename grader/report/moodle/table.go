package moodle

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"netlab/grader/lang"
)

// maxWorksheet bounds a worksheet, in bytes.
const maxWorksheet = 64 << 20

// table is a CSV file that keeps each of its bytes: the fields are where they
// stand in the file, as they were written, quotes and all.
type table struct {
	data      []byte
	separator byte
	records   [][]field
}

// field is data[from:to] of a table.
type field struct{ from, to int }

// readTable cuts a CSV file into its fields: RFC 4180, with a comma, a semicolon
// or a tab between them, and any end of line. A byte order mark is no part of the
// first field. An error tells what Moodle would not read either.
func readTable(data []byte) (*table, error) {
	switch {
	case len(data) > maxWorksheet:
		return nil, lang.Errorf("plus de %d Mo : est-ce le bon fichier ?", "larger than %d MB: is this the right file?", maxWorksheet>>20)
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return nil, lang.Errorf("c'est le format d'un tableur : enregistrez-la en CSV", "a spreadsheet's own format: save it as CSV")
	case !utf8.Valid(data):
		return nil, lang.Errorf("elle n'est pas en UTF-8 : enregistrez-la en CSV UTF-8", "not in UTF-8: save it as CSV UTF-8")
	}
	t := &table{data: data, separator: ','}
	at := 0
	if bytes.HasPrefix(data, []byte("\ufeff")) {
		at = len("\ufeff")
	}
	header, _, _ := bytes.Cut(data[at:], []byte("\n"))
	for _, c := range []byte(",;\t") {
		if bytes.Count(header, []byte{c}) > bytes.Count(header, []byte{t.separator}) {
			t.separator = c
		}
	}
	var record []field
	line := 1
	for at < len(data) {
		from := at
		if data[at] == '"' {
			end, err := t.closing(at)
			if err != nil {
				return nil, lang.Errorf("ligne %d : %w", "line %d: %w", line, err)
			}
			at = end
		}
		for at < len(data) && data[at] != t.separator && data[at] != '\n' && data[at] != '\r' {
			at++
		}
		record = append(record, field{from, at})
		line += bytes.Count(data[from:at], []byte("\n"))
		switch {
		case at < len(data) && data[at] == t.separator:
			if at++; at == len(data) { // an empty last field
				record = append(record, field{at, at})
			}
		case at < len(data):
			if data[at] == '\r' && at+1 < len(data) && data[at+1] == '\n' {
				at++
			}
			at++
			line++
			t.records, record = append(t.records, record), nil
			continue
		}
		if at == len(data) {
			t.records = append(t.records, record)
		}
	}
	return t, nil
}

// closing returns where a quoted field ends that begins at from.
func (t *table) closing(from int) (int, error) {
	for at := from + 1; at < len(t.data); at++ {
		if t.data[at] != '"' {
			continue
		}
		if at+1 < len(t.data) && t.data[at+1] == '"' {
			at++
			continue
		}
		return at + 1, nil
	}
	return 0, lang.Errorf("un guillemet n'est pas fermé", "a quotation mark is not closed")
}

// text is what a field says.
func (t *table) text(f field) string {
	s := string(t.data[f.from:f.to])
	if strings.HasPrefix(s, `"`) {
		s = strings.ReplaceAll(strings.TrimSuffix(s[1:], `"`), `""`, `"`)
	}
	return s
}

// edit is what a field says from now on.
type edit struct {
	field
	text string
}

// rewrite returns the file with some of its fields written anew, in their order;
// every other byte is as it was.
func (t *table) rewrite(edits []edit) []byte {
	var b bytes.Buffer
	at := 0
	for _, e := range edits {
		b.Write(t.data[at:e.from])
		b.WriteString(quote(e.text, t.separator))
		at = e.to
	}
	b.Write(t.data[at:])
	return b.Bytes()
}

// quote writes a field, in quotation marks where it must be.
func quote(s string, separator byte) string {
	if strings.ContainsAny(s, "\"\r\n "+string(separator)) {
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}

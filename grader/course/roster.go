package course

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"netlab/grader/archive"
	"netlab/grader/lang"
)

// Person is a student on the roster.
type Person struct {
	Family string // as on the roster: "de Gaulle"
	Given  string // may be empty
	Email  string // may be empty
	Number string // the student number, as text; may be empty
}

// Roster is who the students of the course are.
type Roster struct {
	people []Person
	names  []string // archive.Normalize of each Family
	owns   []string // the name part that stands for each person alone
}

// People returns the students in the roster's order. The caller owns the slice.
func (r *Roster) People() []Person { return slices.Clone(r.people) }

const (
	// maxRoster bounds a roster, in bytes: 100,000 students.
	maxRoster = 16 << 20
	// maxPreamble is how many rows may stand before the header: registrars' tools
	// write the course's title there.
	maxPreamble = 30
)

// OpenRoster reads the roster at path.
func OpenRoster(path string) (*Roster, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, lang.Errorf("liste des étudiants : %w", "read roster: %w", err)
	}
	defer f.Close()
	r, err := ReadRoster(f)
	if err != nil {
		return nil, lang.Errorf("%s : %w", "%s: %w", path, err)
	}
	return r, nil
}

// ReadRoster reads a roster as course platforms and registrars export it: values
// separated by commas, semicolons or tabs, in UTF-8 with or without a byte order
// mark or in the encoding of Windows, with a row of column names in French or
// English, wherever it is among the first rows. There must be a column for the
// family name, or one for the full name, in which the family name is what is in
// capitals, or else the last word with its particles. Rows for one person twice
// count once.
func ReadRoster(r io.Reader) (*Roster, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxRoster+1))
	if err != nil {
		return nil, lang.Errorf("liste des étudiants : %w", "read roster: %w", err)
	}
	if len(data) > maxRoster {
		return nil, lang.Errorf("liste des étudiants : plus de %d octets : est-ce le bon fichier ?", "read roster: more than %d bytes: is this the right file?", maxRoster)
	}
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) || bytes.IndexByte(data, 0) >= 0 {
		return nil, lang.Errorf("liste des étudiants : ce n'est pas du texte en UTF-8 ou en Latin-1 : enregistrez-la au format CSV (UTF-8)",
			"read roster: not a text in UTF-8 or Latin-1: save it as CSV (UTF-8)")
	}
	text := strings.TrimPrefix(decodeText(data), "\ufeff")
	rows := csv.NewReader(strings.NewReader(text))
	rows.Comma = separator(text)
	rows.FieldsPerRecord = -1
	rows.LazyQuotes = true
	rows.TrimLeadingSpace = true

	var columns map[column]int
	roster := &Roster{}
	var faults []error
	for n := 0; ; n++ {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, lang.Errorf("liste des étudiants : CSV mal écrit (%v)", "read roster: %w", err)
		}
		line, _ := rows.FieldPos(0)
		if columns == nil {
			if columns = header(row); columns == nil && n > maxPreamble {
				break
			}
			continue
		}
		if err := roster.add(columns, row); err != nil {
			faults = append(faults, lang.Errorf("liste des étudiants, ligne %d : %w", "read roster: line %d: %w", line, err))
		}
	}
	if columns == nil {
		return nil, lang.Errorf("liste des étudiants : aucune ligne de titres de colonnes ; la première ligne doit nommer les colonnes, dont une \"Nom\"",
			"read roster: no row of column names with a \"nom\" or \"last name\": the first row must name the columns")
	}
	if len(roster.people) == 0 && faults == nil {
		return nil, lang.Errorf("liste des étudiants : personne n'y est, il n'y a que les titres des colonnes ; est-ce le bon fichier ?",
			"read roster: nobody on it, there are only names of columns: is this the right file?")
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	for i := range roster.people {
		roster.owns = append(roster.owns, roster.own(i))
	}
	return roster, nil
}

// decodeText returns data as UTF-8: it is that already, or Windows-1252, which
// Latin-1 is a part of.
func decodeText(data []byte) string {
	if utf8.Valid(data) {
		return string(data)
	}
	var b strings.Builder
	for _, c := range data {
		r := rune(c)
		switch c { // the letters among what Latin-1 lacks
		case 0x8a:
			r = 'Š'
		case 0x8c:
			r = 'Œ'
		case 0x8e:
			r = 'Ž'
		case 0x92:
			r = '’'
		case 0x96:
			r = '–'
		case 0x9a:
			r = 'š'
		case 0x9c:
			r = 'œ'
		case 0x9e:
			r = 'ž'
		case 0x9f:
			r = 'Ÿ'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// separator returns what separates the values: the one of the usual characters
// that is most frequent in the first rows.
func separator(text string) rune {
	lines := bufio.NewScanner(strings.NewReader(text))
	lines.Buffer(nil, maxRoster+1)
	counts := map[rune]int{}
	for n := 0; n <= maxPreamble && lines.Scan(); n++ {
		for _, c := range ",;\t" {
			counts[c] += strings.Count(lines.Text(), string(c))
		}
	}
	best := ','
	for _, c := range ";\t" {
		if counts[c] > counts[best] {
			best = c
		}
	}
	return best
}

// column is what a column of a roster holds.
type column string

const (
	familyColumn column = "family"
	givenColumn  column = "given"
	fullColumn   column = "full"
	emailColumn  column = "email"
	numberColumn column = "number"
)

// header returns which column holds what, or nil when row has no column of
// names: it is not the header.
func header(row []string) map[column]int {
	columns := map[column]int{}
	for i, cell := range row {
		c := columnOf(cell)
		if _, taken := columns[c]; c != "" && !taken {
			columns[c] = i
		}
	}
	_, family := columns[familyColumn]
	_, full := columns[fullColumn]
	// A row of data, or a title, may happen to hold one of the words.
	if !family && !full || len(row) > 1 && len(columns) == 1 {
		return nil
	}
	return columns
}

// columnOf tells what a column holds by its name.
func columnOf(name string) column {
	switch letters(name) {
	case "nom", "nomdefamille", "nomdenaissance", "nomusuel", "nomdusage", "nompatronymique", "nometudiant", "nomdeletudiant",
		"lastname", "surname", "familyname", "last", "family":
		return familyColumn
	case "prenom", "prenoms", "prenometudiant", "prenomusuel", "firstname", "givenname", "givennames", "forename", "first", "given":
		return givenColumn
	case "nomcomplet", "nometprenom", "nomprenom", "prenometnom", "prenomnom", "etudiant", "fullname", "name", "student", "studentname":
		return fullColumn
	case "email", "mail", "courriel", "adressedecourriel", "adresseemail", "adressemail", "adresseelectronique", "emailaddress":
		return emailColumn
	case "numero", "numeroetudiant", "numerodetudiant", "numerodetudiante", "noetudiant", "netudiant", "codeetudiant", "numerodidentification",
		"matricule", "idnumber", "studentnumber", "studentid", "number", "id":
		return numberColumn
	}
	return ""
}

// letters returns the letters a to z of s, in lower case, without accents.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if r = unicode.ToLower(r); r < 'a' || r > 'z' {
			return -1
		}
		return r
	}, norm.NFD.String(s))
}

// add puts the person of a row on the roster, unless the row is empty or the
// person is there.
func (r *Roster) add(columns map[column]int, row []string) error {
	cell := func(c column) string {
		if i, ok := columns[c]; ok && i < len(row) {
			return norm.NFC.String(strings.Join(strings.Fields(row[i]), " "))
		}
		return ""
	}
	p := Person{Family: cell(familyColumn), Given: cell(givenColumn), Email: cell(emailColumn), Number: cell(numberColumn)}
	if p.Family == "" {
		family, given := splitName(cell(fullColumn))
		p.Family = family
		if p.Given == "" {
			p.Given = given
		}
	}
	if p == (Person{}) {
		return nil
	}
	if p.Family == "" {
		return lang.Errorf("pas de nom de famille (%s) : complétez la ligne", "no family name (%s): complete the line", archive.Show(strings.Join(row, " ")))
	}
	name := archive.Normalize(p.Family)
	if name == "" {
		return lang.Errorf("nom de famille %s : %w : écrivez-le en lettres latines", "family name %s: %w: write it in Latin letters", archive.Show(p.Family), archive.ErrNoName)
	}
	if slices.ContainsFunc(r.people, p.same) {
		return nil
	}
	r.people = append(r.people, p)
	r.names = append(r.names, name)
	return nil
}

// same reports whether two rows are about one person: people with the same names
// are two when their numbers or addresses say so.
func (p Person) same(q Person) bool {
	return p.Family == q.Family && p.Given == q.Given &&
		(p.Number == q.Number || p.Number == "" || q.Number == "") &&
		(strings.EqualFold(p.Email, q.Email) || p.Email == "" || q.Email == "")
}

// splitName splits a full name: "Jean-Baptiste YUNÈS", "YUNÈS Jean-Baptiste",
// "Charles de Gaulle".
func splitName(full string) (family, given string) {
	words := strings.Fields(strings.ReplaceAll(full, ",", " "))
	var capitals, others []string
	for _, w := range words {
		if n := utf8.RuneCountInString(w); n > 1 && strings.ToUpper(w) == w && strings.ToLower(w) != w && !strings.HasSuffix(w, ".") {
			capitals = append(capitals, w)
		} else {
			others = append(others, w)
		}
	}
	if capitals != nil && others != nil {
		return strings.Join(capitals, " "), strings.Join(others, " ")
	}
	if before, after, ok := strings.Cut(full, ","); ok { // "de Gaulle, Charles"
		return strings.TrimSpace(before), strings.TrimSpace(after)
	}
	cut := max(0, len(words)-1)
	for cut > 1 && particle(words[cut-1]) {
		cut--
	}
	return strings.Join(words[cut:], " "), strings.Join(words[:cut], " ")
}

// particle reports whether a word belongs to the family name that follows it.
func particle(word string) bool {
	switch strings.ToLower(word) {
	case "de", "du", "des", "la", "le", "d", "von", "van", "der", "den", "da", "dos", "di", "del", "el", "al", "ben", "bin", "ait", "aït", "abou", "ould":
		return true
	}
	return false
}

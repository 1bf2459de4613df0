package archive

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"netlab/grader/lang"
)

// Name is what the base name of an archive says.
type Name struct {
	Student string // the name part, a to z; "" when it cannot be told
	TP      int    // 1 to 999; 0 when it cannot be told
	Ex      int    // 1 to 999; 0 when it cannot be told
	Right   string // the right name of the file; "" when it cannot be told
}

var (
	rightName = regexp.MustCompile(`^([a-z]{1,100})-tp([1-9][0-9]{0,2})-ex([1-9][0-9]{0,2})\.zip$`)

	// The form of a name whose only faults are case, accents and spaces, once the
	// first two are mended.
	spacedForm = regexp.MustCompile(`^ *[a-z]+[a-z ]*?(?: *- *| +)tp *[1-9][0-9]{0,2}(?: *- *| +)ex *[1-9][0-9]{0,2} *$`)

	// The numbers, however they are written: "TP n°03", "exercice_12".
	tpToken = regexp.MustCompile(`t\.?p[ _.-]*(?:n[°o.]?[ _.-]*)?([0-9]+)`)
	exToken = regexp.MustCompile(`ex(?:os?|e|er|erc|ercices?|ercises?)?[ _.-]*(?:n[°o.]?[ _.-]*)?([0-9]+)`)

	// What systems and browsers add when a file of that name is there already:
	// "(1)", " - Copie (2)", " copy 2", "(autre copie)", "Copie de …".
	copyAfter  = regexp.MustCompile(`(?i) *(?:[([][0-9]{1,3}[)\]]|[-_ ]+cop(?:ie|y)(?: *\(?[0-9]{1,3}\)?)?|\([^()]*cop(?:ie|y)[^()]*\))$`)
	copyBefore = regexp.MustCompile(`(?i)^cop(?:ie|y)(?: *\([0-9]{1,3}\))? +(?:de|of) +`)
	// "ex12 2" is the second file of that name on macOS.
	numberAfter = regexp.MustCompile(`(?i)(ex[ _.-]*[0-9]+)( +[0-9]{1,2})$`)

	// What a course platform puts before the name when it hands out all
	// submissions in one folder; no fault of the student's.
	platformPrefix = "_assignsubmission_file_"
)

// ParseName reads the base name of an archive and returns every rule it breaks,
// with default severities (see Policy.Apply). A name without violations is its
// own Right, except that what Moodle puts before it ("…_assignsubmission_file_")
// is left out. Of a wrong name, the fields tell what can be told.
func ParseName(base string) (Name, []Violation) {
	if i := strings.LastIndex(base, platformPrefix); i >= 0 {
		base = base[i+len(platformPrefix):]
	}
	if m := rightName.FindStringSubmatch(base); m != nil {
		tp, _ := strconv.Atoi(m[2])
		ex, _ := strconv.Atoi(m[3])
		return Name{Student: m[1], TP: tp, Ex: ex, Right: base}, nil
	}
	w := wrongName{base: base}
	w.read()
	violations := w.violations()
	for i := range violations {
		violations[i].Expected = w.name.Right
	}
	return w.name, violations
}

// wrongName takes a wrong name apart.
type wrongName struct {
	base    string
	hidden  bool     // it had control or invisible characters
	exts    []string // the extensions as written, the last one first
	copies  []string // the copy marks as written
	spaced  bool     // it had spaces, other than those of copy marks
	core    string   // what is left: name, TP and exercise as written
	folded  string   // core in lower case, without accents, with plain spaces and hyphens
	name    Name
	reasons []lang.Text // why it is not of the right form
}

// maxParsed is how much of a name is looked at: file systems take 255 bytes.
const maxParsed = 1024

func (w *wrongName) read() {
	s := w.base
	if len(s) > maxParsed {
		w.hidden, w.core = true, "" // nothing that anybody typed
		w.because(lang.F("il a %d octets", "it has %d bytes", len(s)))
		return
	}
	w.strip(w.visible(s))
	w.folded = strings.Map(plainDash, strings.Map(plainSpace, fold(w.core)))
	w.find()
}

// visible returns s in UTF-8 and composed (NFC), without the characters that
// nobody sees. Bytes that are not UTF-8 are read as Latin-1, which old systems
// wrote.
func (w *wrongName) visible(s string) string {
	if !utf8.ValidString(s) {
		latin := make([]rune, 0, len(s))
		for _, b := range []byte(s) {
			latin = append(latin, rune(b))
		}
		s = string(latin)
	}
	return strings.Map(func(r rune) rune {
		if unseen(r) {
			w.hidden = true
			return -1
		}
		return r
	}, norm.NFC.String(s))
}

// strip takes extensions and copy marks off both ends, in whatever order they
// were put on.
func (w *wrongName) strip(s string) {
	afterCopy := false // the space that a mark leaves behind is the mark's
	for {
		trimmed := strings.TrimSpace(s)
		w.spaced = w.spaced || trimmed != s && !afterCopy
		afterCopy = true
		if ext := extension(trimmed); ext != "" {
			w.exts = append(w.exts, ext)
			s = strings.TrimSuffix(trimmed, ext)
			afterCopy = false
			continue
		}
		plain := strings.Map(plainSpace, trimmed)
		if m := copyAfter.FindString(plain); m != "" && len(m) < len(plain) {
			w.copies = append(w.copies, strings.TrimSpace(m))
			s = plain[:len(plain)-len(m)]
			continue
		}
		if m := copyBefore.FindString(plain); m != "" {
			w.copies = append(w.copies, strings.TrimSpace(m))
			s = plain[len(m):]
			continue
		}
		if m := numberAfter.FindStringSubmatch(plain); m != nil {
			w.copies = append(w.copies, strings.TrimSpace(m[2]))
			s = plain[:len(plain)-len(m[2])]
			continue
		}
		w.core = trimmed
		w.spaced = w.spaced || strings.ContainsFunc(trimmed, unicode.IsSpace)
		return
	}
}

func plainSpace(r rune) rune {
	if unicode.IsSpace(r) {
		return ' '
	}
	return r
}

func plainDash(r rune) rune {
	if unicode.Is(unicode.Pd, r) {
		return '-'
	}
	return r
}

// extension returns the extension of s as written, if it ends in one: a known
// one, or whatever looks like one and is no part of the name.
func extension(s string) string {
	i := strings.LastIndexByte(s, '.')
	if i <= 0 {
		return ""
	}
	ext := s[i:]
	switch strings.ToLower(ext) {
	case ".zip", ".zipx", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".tbz2", ".xz", ".zst", ".lz", ".jar",
		".py", ".txt", ".pdf", ".doc", ".docx", ".odt", ".html", ".part", ".crdownload", ".download", ".tmp", ".bak":
		return ext
	}
	if len(ext) < 2 || len(ext) > 6 || tpToken.MatchString(fold(ext)) || exToken.MatchString(fold(ext)) {
		return ""
	}
	letter := false
	for _, r := range ext[1:] {
		if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return ""
		}
		letter = letter || unicode.IsLetter(r)
	}
	// "yunes.jb" is a name with a dot in it: an extension comes after the numbers.
	if !letter || !exToken.MatchString(fold(s[:i])) || !tpToken.MatchString(fold(s[:i])) {
		return ""
	}
	return ext
}

// find looks for the three parts in whatever order and writing.
func (w *wrongName) find() {
	tps := tpToken.FindAllStringSubmatchIndex(w.folded, -1)
	exs := exToken.FindAllStringSubmatchIndex(w.folded, -1)
	w.name.TP = w.number("tp", tps)
	w.name.Ex = w.number("ex", exs)
	if len(tps)+len(exs) == 0 || len(tps) > 1 || len(exs) > 1 {
		return // what is left may be a name, or anything else
	}
	cuts := append(tps, exs...)
	slices.SortFunc(cuts, func(a, b []int) int { return cmp.Compare(b[0], a[0]) })
	rest := w.folded
	for _, c := range cuts {
		rest = rest[:c[0]] + " " + rest[c[1]:]
	}
	student, ok := letters(rest)
	switch {
	case !ok:
		w.because(w.foreign(rest))
	case student == "":
		w.because(lang.T("il manque le nom de famille", "the family name is missing"))
	case len(student) > maxName:
		w.because(lang.F("le nom a %d lettres", "the name has %d letters", len(student)))
	default:
		w.name.Student = student
		if w.name.TP > 0 && w.name.Ex > 0 {
			w.name.Right = fmt.Sprintf("%s-tp%d-ex%d.zip", student, w.name.TP, w.name.Ex)
		}
	}
}

// number reads the number of the only match of a token ("tp" or "ex"), or says
// why there is none and returns 0.
func (w *wrongName) number(token string, matches [][]int) int {
	switch len(matches) {
	case 0:
		w.because(lang.F("il manque %s avec son numéro", "%s with its number is missing", token))
		return 0
	case 1:
	default:
		w.because(lang.F("%s y est plusieurs fois", "%s is there more than once", token))
		return 0
	}
	digits := w.folded[matches[0][2]:matches[0][3]]
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || n > maxNumber {
		w.because(lang.F("le numéro après %s va de 1 à %d", "the number after %s goes from 1 to %d", token, maxNumber))
		return 0
	}
	if digits[0] == '0' {
		w.because(lang.F("le numéro s'écrit %s%d, sans zéro devant", "the number is written %s%d, with no zero before it", token, n))
	}
	return n
}

// foreign says what in the name part cannot be written in letters.
func (w *wrongName) foreign(rest string) lang.Text {
	var found []string
	digits := false
	for _, r := range rest {
		if _, ok := letters(string(r)); ok {
			continue
		}
		if unicode.IsDigit(r) {
			digits = true
		}
		if !slices.Contains(found, string(r)) {
			found = append(found, string(r))
		}
	}
	if digits && !slices.ContainsFunc(found, func(s string) bool { return s < "0" || s > "9" }) {
		return lang.T("le nom n'a pas de chiffre (un homonyme ajoute ses initiales), et rien ne suit le numéro de l'exercice",
			"the name has no digit (people who share a name add initials), and nothing follows the number of the exercise")
	}
	return lang.F("caractères interdits : %s", "characters that cannot be there: %s", showAll(found))
}

func (w *wrongName) because(reason lang.Text) { w.reasons = append(w.reasons, reason) }

// violations returns the broken rules, in the order of Rules.
func (w *wrongName) violations() []Violation {
	var out []Violation
	add := func(rule string, message lang.Text) {
		out = append(out, Violation{Rule: rule, Severity: Policy(nil).Of(rule), Message: message})
	}
	shown := Show(w.base)
	if w.hidden {
		w.because(lang.T("il contient des caractères qui ne se voient pas", "it has characters that nobody can see"))
	}
	for _, c := range w.copies {
		w.because(lang.F("%s a été ajouté par le système ou le navigateur, qui avait déjà un fichier de ce nom",
			"%s was added by the system or the browser, which had a file of that name already", Show(c)))
	}
	if w.name.Student != "" && !spacedForm.MatchString(strings.Map(plainSpace, fold(w.core))) {
		w.becauseOfForm()
	}
	if len(w.reasons) > 0 {
		add(NameFormat, lang.F("le nom %s n'est pas de la forme nom-tpN-exM.zip : %s", "the name %s is not of the form name-tpN-exM.zip: %s",
			shown, lang.Semicolon(w.reasons...)))
	}
	if upper := distinct(w.core, func(r rune) bool { return unicode.IsUpper(r) || unicode.IsTitle(r) }); upper != nil {
		add(NameCase, lang.F("le nom %s a des majuscules (%s) : il s'écrit en minuscules", "the name %s has capitals (%s): it is written in lower case",
			shown, showAll(upper)))
	}
	if accents := distinct(w.core, func(r rune) bool { return r > unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsMark(r)) }); accents != nil {
		add(NameAccent, lang.F("le nom %s a des lettres autres que a à z (%s) : il s'écrit sans accent", "the name %s has letters other than a to z (%s): it is written without accents",
			shown, showAll(accents)))
	}
	if w.spaced {
		add(NameSpace, w.spaceFault())
	}
	if message := w.extensionFault(); !message.Empty() {
		add(NameExtension, message)
	}
	if len(out) == 0 { // nothing we know how to name: still not the right name
		add(NameFormat, lang.F("le nom %s n'est pas de la forme nom-tpN-exM.zip", "the name %s is not of the form name-tpN-exM.zip", shown))
	}
	return out
}

// spaceFault says what to do with the spaces of a name. Those inside the family
// name are to be taken out: a hyphen in their place would be wrong too.
func (w *wrongName) spaceFault() lang.Text {
	count := func(s string) int {
		return len([]rune(s)) - len([]rune(strings.Join(strings.Fields(s), "")))
	}
	shown := Show(w.base)
	if at := tpToken.FindStringIndex(w.folded); at != nil && w.name.Student != "" {
		family := strings.Trim(w.folded[:at[0]], nameMarks+" ")
		switch inside := count(family); {
		case inside == 0 || inside != count(w.base):
		case inside == 1:
			return lang.F("le nom %s contient une espace : enlevez-la (%s)", "the name %s has a space: remove it (%s)", shown, w.name.Student)
		default:
			return lang.F("le nom %s contient des espaces : enlevez-les (%s)", "the name %s has spaces: remove them (%s)", shown, w.name.Student)
		}
	}
	return lang.F("le nom %s a des espaces : il s'écrit sans, et seul un tiret sépare le nom, tp et son numéro, ex et son numéro",
		"the name %s has spaces: it is written without any, and only a hyphen separates the name, tp and its number, ex and its number", shown)
}

// becauseOfForm says what stands between or inside the three parts that must
// not, once the parts themselves are known.
func (w *wrongName) becauseOfForm() {
	signs := distinct(w.core, func(r rune) bool {
		return r != '-' && (strings.ContainsRune(nameMarks, r) || unicode.Is(unicode.Pd, r))
	})
	switch {
	case signs != nil:
		w.because(lang.F("%s n'y a pas sa place : un tiret, et rien d'autre, sépare ses trois parties",
			"%s has no place there: a hyphen, and nothing else, separates its three parts", showAll(signs)))
	case len(w.reasons) == 0:
		w.because(lang.T("ses trois parties (le nom en un seul mot, tp et son numéro, ex et son numéro) sont séparées par un seul tiret",
			"its three parts (the name as one word, tp and its number, ex and its number) are separated by one hyphen"))
	}
}

// extensionFault says what is wrong with the extension, or nothing.
func (w *wrongName) extensionFault() lang.Text {
	if len(w.exts) == 0 {
		return lang.F("le nom %s n'a pas l'extension .zip", "the name %s does not have the extension .zip", Show(w.base))
	}
	if slices.Equal(w.exts, []string{".zip"}) {
		return lang.Text{}
	}
	written := slices.Clone(w.exts)
	slices.Reverse(written)
	shown := Show(strings.Join(written, ""))
	for _, e := range written {
		if !strings.EqualFold(e, ".zip") {
			return lang.F("l'extension est %s et non .zip : il faut une archive au format ZIP (la renommer ne suffit pas)",
				"the extension is %s and not .zip: the archive must be in the ZIP format (to rename it is not enough)", shown)
		}
	}
	if len(written) > 1 {
		return lang.F("l'extension %s est doublée : .zip une seule fois (le système la cache peut-être)",
			"the extension %s is doubled: .zip just once (the system may be hiding it)", shown)
	}
	return lang.F("l'extension %s s'écrit en minuscules : .zip", "the extension %s is written in lower case: .zip", shown)
}

// distinct returns the characters of s that ok picks, each once, in order.
func distinct(s string, ok func(rune) bool) []string {
	var out []string
	for _, r := range s {
		if ok(r) && !slices.Contains(out, string(r)) {
			out = append(out, string(r))
		}
	}
	return out
}

package archive_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/archive"
)

func TestNormalize(t *testing.T) {
	for _, tt := range []struct{ name, family, want string }{
		{"the sheet's example", "de Gaulle", "degaulle"},
		{"composed accent", "Yunès", "yunes"},
		{"decomposed accent", "Yune\u0300s", "yunes"},
		{"capital accent", "ÉLOÏSE", "eloise"},
		{"apostrophe", "O'Brien", "obrien"},
		{"curly apostrophe", "D’Almeida", "dalmeida"},
		{"hyphen", "Le-Goff", "legoff"},
		{"long hyphen", "Le–Goff", "legoff"},
		{"no-break space", "Le\u00a0Goff", "legoff"},
		{"dot", "St. John", "stjohn"},
		{"ligature oe", "Lebœuf", "leboeuf"},
		{"ligature ae", "Æther", "aether"},
		{"sharp s", "Weiß", "weiss"},
		{"stroke", "Łukasz Ørsted", "lukaszorsted"},
		{"dotless and dotted i", "Yıldız İnan", "yildizinan"},
		{"thorn and eth", "Þórðarson", "thordarson"},
		{"several marks on one letter", "Nguyễn", "nguyen"},
		{"full width", "Ｙｕｎ", "yun"},
		{"invisible character", "yu\u200bnes", "yunes"},
		{"nothing", "", ""},
		{"nothing left", "- '", ""},
		{"no Latin letters", "张伟", ""},
		{"some that are not", "Yu张", ""},
		{"digit", "yunes2", ""},
		{"markup", "<b>", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := archive.Normalize(tt.family); got != tt.want {
				t.Errorf("Normalize(%q) = %q, want %q", tt.family, got, tt.want)
			}
		})
	}
}

func TestFileName(t *testing.T) {
	got, err := archive.FileName("de Gaulle", 3, 12)
	if err != nil || got != "degaulle-tp3-ex12.zip" {
		t.Errorf("got %q, %v", got, err)
	}
	for _, family := range []string{"", "张", strings.Repeat("a", 101)} {
		if got, err := archive.FileName(family, 1, 1); !errors.Is(err, archive.ErrNoName) {
			t.Errorf("FileName(%q) = %q, %v; want ErrNoName", family, got, err)
		}
	}
	for _, n := range [][2]int{{0, 1}, {1, 0}, {-1, 1}, {1000, 1}, {1, 1000}} {
		if got, err := archive.FileName("yunes", n[0], n[1]); err == nil || errors.Is(err, archive.ErrNoName) {
			t.Errorf("FileName(yunes, %d, %d) = %q, %v; want an error about the number", n[0], n[1], got, err)
		}
	}
}

func TestParseName(t *testing.T) {
	const (
		format, upper, accent, space, ext = archive.NameFormat, archive.NameCase, archive.NameAccent, archive.NameSpace, archive.NameExtension
	)
	right := archive.Name{Student: "yunes", TP: 3, Ex: 12, Right: "yunes-tp3-ex12.zip"}
	called := func(student string) archive.Name {
		return archive.Name{Student: student, TP: 3, Ex: 12, Right: student + "-tp3-ex12.zip"}
	}
	untold := archive.Name{TP: 3, Ex: 12}
	for _, tt := range []struct {
		base  string
		want  archive.Name
		rules []string
	}{
		{"yunes-tp3-ex12.zip", right, nil},
		{"yunesjb-tp3-ex12.zip", called("yunesjb"), nil},
		{"degaulle-tp3-ex12.zip", called("degaulle"), nil},
		{"YUNÈS Jean_421337_assignsubmission_file_yunes-tp3-ex12.zip", right, nil}, // Moodle's prefix, not the student's

		// Case, accents, spaces.
		{"Yunès TP3 ex12.zip", right, []string{upper, accent, space}},
		{"Yunes-tp3-ex12.zip", right, []string{upper}},
		{"yunes-TP3-EX12.zip", right, []string{upper}},
		{"yunès-tp3-ex12.zip", right, []string{accent}},
		{"yune\u0300s-tp3-ex12.zip", right, []string{accent}}, // as macOS composes names
		{"yun\xe8s-tp3-ex12.zip", right, []string{accent}},    // Latin-1
		{"lebœuf-tp3-ex12.zip", called("leboeuf"), []string{accent}},
		{"de gaulle-tp3-ex12.zip", called("degaulle"), []string{space}},
		{"yunes tp3 ex12.zip", right, []string{space}},
		{"yunes - tp3 - ex12.zip", right, []string{space}},
		{"yunes-tp 3-ex 12.zip", right, []string{space}},
		{"yunes\u00a0tp3\u00a0ex12.zip", right, []string{space}},
		{" yunes-tp3-ex12.zip", right, []string{space}},
		{"yunes-tp3-ex12 .zip", right, []string{space}},
		{"yunes-tp3-ex12.zip ", right, []string{space}},

		// Format.
		{"yunes_tp3_ex12.zip", right, []string{format}},
		{"yunes.tp3.ex12.zip", right, []string{format}},
		{"yunes--tp3-ex12.zip", right, []string{format}},
		{"yunes–tp3–ex12.zip", right, []string{format}},
		{"yunestp3ex12.zip", right, []string{format}},
		{"yunes-tp03-ex12.zip", right, []string{format}},
		{"yunes-tp3-ex012.zip", right, []string{format}},
		{"yunes-tp3-exercice12.zip", right, []string{format}},
		{"yunes-tp n°3-exo 12.zip", right, []string{format, space}},
		{"tp3-ex12-yunes.zip", right, []string{format}},
		{"yunes-ex12-tp3.zip", right, []string{format}},
		{"Le-Goff-tp3-ex12.zip", called("legoff"), []string{format, upper}},
		{"o'brien-tp3-ex12.zip", called("obrien"), []string{format}},
		{"yu\u200bnes-tp3-ex12.zip", right, []string{format}},
		{"Yunès_TP03_Ex12 (1).ZIP", right, []string{format, upper, accent, ext}},

		// What systems and browsers do.
		{"yunes-tp3-ex12 (1).zip", right, []string{format}},
		{"yunes-tp3-ex12(1).zip", right, []string{format}},
		{"yunes-tp3-ex12 [2].zip", right, []string{format}},
		{"yunes-tp3-ex12 - Copie.zip", right, []string{format}},
		{"yunes-tp3-ex12 - Copie (2).zip", right, []string{format}},
		{"yunes-tp3-ex12 - Copy.zip", right, []string{format}},
		{"yunes-tp3-ex12 copie 2.zip", right, []string{format}},
		{"yunes-tp3-ex12 (autre copie).zip", right, []string{format}},
		{"yunes-tp3-ex12 (3rd copy).zip", right, []string{format}},
		{"yunes-tp3-ex12 2.zip", right, []string{format}},
		{"Copie de yunes-tp3-ex12.zip", right, []string{format}},
		{"copie (2) de yunes-tp3-ex12.zip", right, []string{format}},
		{"Copy of yunes-tp3-ex12.zip", right, []string{format}},

		// Extensions.
		{"yunes-tp3-ex12.ZIP", right, []string{ext}},
		{"yunes-tp3-ex12.Zip", right, []string{ext}},
		{"yunes-tp3-ex12.zip.zip", right, []string{ext}},
		{"yunes-tp3-ex12.rar", right, []string{ext}},
		{"yunes-tp3-ex12.7z", right, []string{ext}},
		{"yunes-tp3-ex12.tar.gz", right, []string{ext}},
		{"yunes-tp3-ex12.tgz", right, []string{ext}},
		{"yunes-tp3-ex12.py", right, []string{ext}},
		{"yunes-tp3-ex12.zip.part", right, []string{ext}},
		{"yunes-tp3-ex12.lha", right, []string{ext}},
		{"yunes-tp3-ex12", right, []string{ext}},
		{"yunes-tp3-ex12.zip (1)", right, []string{format}},
		{"yunesjb-tp3-ex12.", called("yunesjb"), []string{format, ext}},

		// What cannot be told.
		{"yunes2-tp3-ex12.zip", untold, []string{format}},
		{"yunes-tp3-ex12-2.zip", untold, []string{format}},
		{"-tp3-ex12.zip", untold, []string{format}},
		{"张-tp3-ex12.zip", untold, []string{format, accent}},
		{strings.Repeat("a", 101) + "-tp3-ex12.zip", untold, []string{format}},
		{"yunes-tp3.zip", archive.Name{Student: "yunes", TP: 3}, []string{format}},
		{"yunes-ex12.zip", archive.Name{Student: "yunes", Ex: 12}, []string{format}},
		{"yunes-tp3-ex0.zip", archive.Name{Student: "yunes", TP: 3}, []string{format}},
		{"yunes-tp3-ex1000.zip", archive.Name{Student: "yunes", TP: 3}, []string{format}},
		{"yunes-tp3-ex99999999999999999999.zip", archive.Name{Student: "yunes", TP: 3}, []string{format}},
		{"yunes-tp3-ex1-ex2.zip", archive.Name{TP: 3}, []string{format}},
		{"yunes.zip", archive.Name{}, []string{format}},
		{"", archive.Name{}, []string{format, ext}},
		{".zip", archive.Name{}, []string{format, ext}},

		// Hostile names.
		{";reboot;.zip", archive.Name{}, []string{format}},
		{"$(id)-tp3-ex12.zip", untold, []string{format}},
		{"`id`-tp3-ex12.zip", called("id"), []string{format}}, // back quotes are dropped as apostrophes are
		{"<script>-tp3-ex12.zip", untold, []string{format}},
		{"=cmd-tp3-ex12.zip", untold, []string{format}},
		{"+1-tp3-ex12.zip", untold, []string{format}},
		{"@sum-tp3-ex12.zip", untold, []string{format}},
		{"../x-tp3-ex12.zip", untold, []string{format}},
		{`..\x-tp3-ex12.zip`, untold, []string{format}},
		{"x\x00-tp3-ex12.zip", called("x"), []string{format}},
		{"x\nPASS-tp3-ex12.zip", called("xpass"), []string{format, upper}},
		{"\x1b]0;own\x07-tp3-ex12.zip", untold, []string{format}},
		{"x\u202e-tp3-ex12.zip", called("x"), []string{format}},
		{strings.Repeat("x", 5000), archive.Name{}, []string{format, ext}},
	} {
		t.Run(tt.base[:min(40, len(tt.base))], func(t *testing.T) {
			got, violations := archive.ParseName(tt.base)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("name (-want +got):\n%s", diff)
			}
			var rules []string
			for _, v := range violations {
				rules = append(rules, v.Rule)
				checkMessage(t, v)
				if v.Severity != archive.Reject || v.Expected != got.Right {
					t.Errorf("%s: severity %s, expected %q", v.Rule, v.Severity, v.Expected)
				}
			}
			if diff := cmp.Diff(tt.rules, rules); diff != "" {
				t.Errorf("rules (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseNameSaysWhy(t *testing.T) {
	for _, tt := range []struct{ base, fr, en string }{
		{
			"Yunès-tp3-ex12.zip",
			`le nom "Yunès-tp3-ex12.zip" a des majuscules ("Y") : il s'écrit en minuscules`,
			`the name "Yunès-tp3-ex12.zip" has capitals ("Y"): it is written in lower case`,
		},
		{
			"yunes-tp03-ex12 (1).zip",
			`le nom "yunes-tp03-ex12 (1).zip" n'est pas de la forme nom-tpN-exM.zip : le numéro s'écrit tp3, sans zéro devant ; "(1)" a été ajouté par le système ou le navigateur, qui avait déjà un fichier de ce nom`,
			`the name "yunes-tp03-ex12 (1).zip" is not of the form name-tpN-exM.zip: the number is written tp3, with no zero before it; "(1)" was added by the system or the browser, which had a file of that name already`,
		},
		{
			"yunes-tp3-ex12.rar",
			`l'extension est ".rar" et non .zip : il faut une archive au format ZIP (la renommer ne suffit pas)`,
			`the extension is ".rar" and not .zip: the archive must be in the ZIP format (to rename it is not enough)`,
		},
	} {
		_, violations := archive.ParseName(tt.base)
		if len(violations) == 0 || violations[0].Message.FR != tt.fr || violations[0].Message.EN != tt.en {
			t.Errorf("%s:\n got %v\nwant %s\n     %s", tt.base, violations, tt.fr, tt.en)
		}
	}
}

func TestShow(t *testing.T) {
	for _, tt := range []struct{ name, want string }{
		{"serveur été.py", `"serveur été.py"`},
		{"e\u0301.py", `"é.py"`},
		{"a\"b\\c", `"a\"b\\c"`},
		{"it's", `"it's"`},
		{"\x1b[31m\x07\r\n\t\x7f\u009b", `"\x1b[31m\x07\x0d\x0a\x09\x7f\u009b"`},
		{"\u202e\u2066\u200b\ufeff\u2028", `"\u202e\u2066\u200b\ufeff\u2028"`},
		{"x\u0336\u0337", `"x\u0336\u0337"`},
		{"שלום", `"\u05e9\u05dc\u05d5\u05dd"`},
		{"<img>&`|#*_[]{}()$~^=+-@!?;:,.'/%", "\"<img>&`|#*_[]{}()$~^=+-@!?;:,.'/%\""},
		{"\xff\xfe", `"\xff\xfe"`},
		{"\U0001F600 \U000E0001", `"😀 \U000e0001"`},
		{strings.Repeat("x", 81), `"` + strings.Repeat("x", 80) + `…"`},
		{strings.Repeat("x", 1_000_000), `"` + strings.Repeat("x", 80) + `…"`},
		{"", `""`},
	} {
		if got := archive.Show(tt.name); got != tt.want {
			t.Errorf("Show(%.40q) = %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestNamesAreSaidAsTheyAre: of a name a message changes only what cannot be
// seen.
func TestNamesAreSaidAsTheyAre(t *testing.T) {
	_, violations := archive.ParseName("<b>&`|\x1b\u202e\xff-tp3-ex1.zip")
	said := ""
	for _, v := range violations {
		said += v.Message.FR + v.Message.EN
	}
	for _, want := range []string{"<b>&`|\\x1b\\u202e\\xff-tp3-ex1.zip", "\"<\"", "\"&\"", "\"|\""} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not said in %s", want, said)
		}
	}
}

// FuzzParseName holds that a right name is right, and that no message can do
// harm where it is shown.
func FuzzParseName(f *testing.F) {
	for _, seed := range []string{
		"yunes-tp3-ex12.zip", "Yunès TP3 ex12.zip", "yune\u0300s_tp03_ex1 (1).ZIP", "Copie de de Gaulle-tp1-ex2.tar.gz",
		"\x1b]0;own\x07-tp1-ex1.zip", "\u202e\xff<script>-tp1-ex1.zip", "x_assignsubmission_file_y-tp1-ex1.zip", "ﬀ-tp1-ex٣.zip", "", ".", "(1)",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, base string) {
		name, violations := archive.ParseName(base)
		for _, v := range violations {
			checkMessage(t, v)
		}
		if len(violations) == 0 && !strings.HasSuffix(base, name.Right) {
			t.Errorf("%q breaks no rule, but %q is right", base, name.Right)
		}
		if name.Right == "" {
			return
		}
		again, wrong := archive.ParseName(name.Right)
		if again != name || len(wrong) > 0 {
			t.Errorf("%q: right name %q reads as %+v, %v", base, name.Right, again, wrong)
		}
		made, err := archive.FileName(name.Student, name.TP, name.Ex)
		if err != nil || made != name.Right {
			t.Errorf("%q: FileName gives %q, %v; want %q", base, made, err, name.Right)
		}
		if slices.ContainsFunc(violations, func(v archive.Violation) bool { return v.Expected != name.Right }) {
			t.Errorf("%q: not every violation expects %q: %v", base, name.Right, violations)
		}
	})
}

// TestSpaces: who has a space in the name is not told to put a hyphen there.
func TestSpaces(t *testing.T) {
	for name, want := range map[string]string{
		"de Gaulle-tp3-ex1.zip":  `le nom "de Gaulle-tp3-ex1.zip" contient une espace : enlevez-la (degaulle)`,
		"de la tour-tp3-ex1.zip": `le nom "de la tour-tp3-ex1.zip" contient des espaces : enlevez-les (delatour)`,
		"degaulle tp3 ex1.zip":   `le nom "degaulle tp3 ex1.zip" a des espaces : il s'écrit sans, et seul un tiret sépare le nom, tp et son numéro, ex et son numéro`,
		"de gaulle tp3-ex1.zip":  `le nom "de gaulle tp3-ex1.zip" a des espaces : il s'écrit sans, et seul un tiret sépare le nom, tp et son numéro, ex et son numéro`,
		" degaulle-tp3-ex1.zip":  `le nom " degaulle-tp3-ex1.zip" a des espaces : il s'écrit sans, et seul un tiret sépare le nom, tp et son numéro, ex et son numéro`,
	} {
		_, violations := archive.ParseName(name)
		i := slices.IndexFunc(violations, func(v archive.Violation) bool { return v.Rule == archive.NameSpace })
		if i < 0 || violations[i].Message.FR != want {
			t.Errorf("%q: got %v, want %s", name, violations, want)
		}
	}
}

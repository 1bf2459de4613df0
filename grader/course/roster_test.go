package course

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/archive"
	"netlab/grader/lang"
)

func TestReadRoster(t *testing.T) {
	yunes := Person{Family: "Yunès", Given: "Jean-Baptiste", Email: "jby@u.fr", Number: "0042"}
	gaulle := Person{Family: "de Gaulle", Given: "Charles"}
	for _, tt := range []struct {
		name, csv string
		want      []Person
	}{
		{"French, commas", "nom,prénom,email,numéro\nYunès,Jean-Baptiste,jby@u.fr,0042\nde Gaulle,Charles,,\n", []Person{yunes, gaulle}},
		{"semicolons and a byte order mark, as Excel writes", "\ufeffNom;Prénom;Email;Numéro\r\nYunès;Jean-Baptiste;jby@u.fr;0042\r\n", []Person{yunes}},
		{"Latin-1", "Nom;Pr\xe9nom;Courriel;Num\xe9ro\nYun\xe8s;Jean-Baptiste;jby@u.fr;0042\n", []Person{yunes}},
		{"Windows-1252", "Nom;Pr\xe9nom\n\x8cdipe;L\xe9a\n", []Person{{Family: "Œdipe", Given: "Léa"}}},
		{"tabs", "Last name\tFirst name\tEmail address\tID number\nYunès\tJean-Baptiste\tjby@u.fr\t0042\n", []Person{yunes}},
		{"Moodle, English", "First name,Last name,ID number,Email address,Last downloaded from this course\n\"Jean-Baptiste\",\"Yunès\",0042,jby@u.fr,1764000000\n", []Person{yunes}},
		{"Moodle, French", "Prénom,\"Nom de famille\",\"Numéro d'identification\",\"Adresse de courriel\"\nJean-Baptiste,Yunès,0042,jby@u.fr\n", []Person{yunes}},
		{"registrar, with a title above", "Liste des étudiants;;;\nL3 Informatique;;;\n;;;\nN° étudiant;Nom;Prénom;Mail\n0042;Yunès;Jean-Baptiste;jby@u.fr\n", []Person{yunes}},
		{"full name, capitals", "Nom complet,Adresse de courriel\nJean-Baptiste YUNÈS,jby@u.fr\nDE GAULLE Charles,\n", []Person{{Family: "YUNÈS", Given: "Jean-Baptiste", Email: "jby@u.fr"}, {Family: "DE GAULLE", Given: "Charles"}}},
		{"full name, particles", "Full name,Email address\nCharles de Gaulle,\nAda Lovelace,\n", []Person{gaulle, {Family: "Lovelace", Given: "Ada"}}},
		{"full name, comma", "Name\n\"de Gaulle, Charles\"\n", []Person{gaulle}},
		{"only family names", "nom\nYunès\n\nde Gaulle\n", []Person{{Family: "Yunès"}, {Family: "de Gaulle"}}},
		{"decomposed accents and stray spaces", "nom,prenom\n Yune\u0300s ,Jean-Baptiste\n", []Person{{Family: "Yunès", Given: "Jean-Baptiste"}}},
		{"listed once for each group", "nom,prénom,numéro,groupe\nYunès,Jean-Baptiste,1,A\nYunès,Jean-Baptiste,1,B\n", []Person{{Family: "Yunès", Given: "Jean-Baptiste", Number: "1"}}},
		{"two people of one name", "nom,prénom,numéro\nMartin,Luc,1\nMartin,Luc,2\n", []Person{{Family: "Martin", Given: "Luc", Number: "1"}, {Family: "Martin", Given: "Luc", Number: "2"}}},
		{"short rows", "nom,prénom,email\nYunès\n", []Person{{Family: "Yunès"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := ReadRoster(strings.NewReader(tt.csv))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, r.People()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadRosterSaysWhatIsWrong(t *testing.T) {
	for _, tt := range []struct{ name, csv, want, french string }{
		{"empty", "", "no row of column names", "la première ligne doit nommer les colonnes"},
		{"no header", "Yunès,Jean-Baptiste\nMartin,Luc\n", "no row of column names", "la première ligne doit nommer les colonnes"},
		{"nobody", "nom,prénom\n", "nobody on it", "personne n'y est"},
		{"no family name", "nom,prénom\n,Luc\n", "line 2: no family name", "liste des étudiants, ligne 2 : pas de nom de famille"},
		{"no Latin letters", "nom,prénom\nMartin,Luc\n张,伟\n", "line 3: family name \"张\"", "ligne 3 : nom de famille \"张\" : ce nom ne s'écrit pas avec les seules lettres de a à z : écrivez-le"},
		{"UTF-16", "\xff\xfen\x00o\x00m\x00", "save it as CSV (UTF-8)", "enregistrez-la au format CSV (UTF-8)"},
		{"a spreadsheet", "PK\x03\x04\x14\x00", "save it as CSV (UTF-8)", "enregistrez-la au format CSV (UTF-8)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ReadRoster(strings.NewReader(tt.csv))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want %s", err, tt.want)
			}
			if fr := lang.OfError(err).FR; !strings.HasPrefix(fr, "liste des étudiants") || !strings.Contains(fr, tt.french) {
				t.Errorf("in French %q, want %s", fr, tt.french)
			}
		})
	}
}

const l3 = `nom,prénom,numéro
Yunès,Jean-Baptiste,1
Yunès,Paul,2
de Gaulle,Charles,3
Martin,Jean,4
Martin,Jacques,5
Martin-Dupont,Anne,6
Nguyen,Thi Mai,7
Nguyen,Thi Mai,8
Lovelace,Ada,9
Love,Lace,10
`

func l3Roster(t *testing.T) *Roster {
	t.Helper()
	r, err := ReadRoster(strings.NewReader(l3))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRosterCheck(t *testing.T) {
	r := l3Roster(t)
	for _, tt := range []struct {
		name, student string
		earlier       []string
		rule          string   // "" for none
		says          []string // in the English message
		expected      string
	}{
		{"the only one of that name", "degaulle", nil, "", nil, ""},
		{"initials", "yunesjb", nil, "", nil, ""},
		{"one initial is enough", "yunesj", nil, "", nil, ""},
		{"initials where none are needed", "degaullec", nil, "", nil, ""},
		{"a given name", "martinjacques", nil, "", nil, ""},
		{"a family name comes before initials", "lovelace", nil, "", nil, ""},
		{"a name that cannot be told", "", nil, "", nil, ""},
		{"people that nothing tells apart", "nguyentm", nil, "", nil, ""},
		{"no initials", "yunes", nil, archive.NameHomonym, []string{"2 people", "yunesjb, yunesp"}, ""},
		{"initials that both have", "martinj", nil, archive.NameHomonym, []string{"martinje, martinja"}, ""},
		{"no initials, nothing to tell apart", "nguyen", nil, archive.NameHomonym, []string{"nguyenthimai"}, ""},
		{"a slip", "degaule", nil, archive.NameUnknown, []string{`"degaule"`, "degaulle"}, "degaulle-tp3-ex1.zip"},
		{"initials before", "jbyunes", nil, archive.NameUnknown, []string{"yunesjb, yunesp"}, ""},
		{"half of a name", "dupont", nil, archive.NameUnknown, []string{"martindupont"}, "martindupont-tp3-ex1.zip"},
		{"nobody", "xyz", nil, archive.NameUnknown, []string{`"xyz"`}, ""},
		{"the same name as before", "yunesjb", []string{"yunesp", "yunesjb"}, "", nil, ""},
		{"another name than before", "yunesj", []string{"degaulle", "yunesjb"}, archive.NameChanged, []string{`"yunesjb"`, `"yunesj"`}, "yunesjb-tp3-ex1.zip"},
		{"initials that came later", "degaullec", []string{"degaulle"}, archive.NameChanged, nil, "degaulle-tp3-ex1.zip"},
		{"somebody else's name before", "yunesjb", []string{"yunesp"}, "", nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := r.Check(archive.Name{Student: tt.student, TP: 3, Ex: 1}, tt.earlier)
			if tt.rule == "" {
				if got != nil {
					t.Errorf("got %v, want nothing", got)
				}
				return
			}
			if len(got) != 1 || got[0].Rule != tt.rule || got[0].Severity != archive.Reject {
				t.Fatalf("got %v, want %s", got, tt.rule)
			}
			if got[0].Expected != tt.expected {
				t.Errorf("expected %q, want %q", got[0].Expected, tt.expected)
			}
			for _, s := range tt.says {
				if !strings.Contains(got[0].Message.EN, s) {
					t.Errorf("message %q does not say %q", got[0].Message.EN, s)
				}
			}
			if got[0].Message.FR == "" {
				t.Error("no French message")
			}
		})
	}
}

func TestRosterPerson(t *testing.T) {
	r := l3Roster(t)
	for student, number := range map[string]string{"yunesjb": "1", "yunesp": "2", "degaulle": "3", "lovelace": "9", "lovel": "10", "yunes": "", "xyz": "", "": ""} {
		p, ok := r.Person(student)
		if p.Number != number || ok != (number != "") {
			t.Errorf("Person(%q) = %v, %v; want number %q", student, p, ok, number)
		}
	}
}

func TestOpenRosterNamesTheFile(t *testing.T) {
	if _, err := OpenRoster("absent.csv"); err == nil || !strings.Contains(err.Error(), "absent.csv") {
		t.Errorf("got %v", err)
	}
}

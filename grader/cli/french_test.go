package cli

import (
	"bytes"
	"strings"
	"testing"
)

// TestFrenchUsage types commands wrongly in French: nothing of the parser's
// English is left in what is said.
func TestFrenchUsage(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"", "une commande est attendue : "},
		{"chek", `commande inconnue : chek, vouliez-vous dire « check » ?`},
		{"check", `il manque "<archive> ..."`},
		{"pack --tp 3 --ex 1 server.py", `il manque le nom de famille ou les fichiers, par exemple : grader pack "de Gaulle" --tp 3 --ex 1 server.py`},
		{"check --fromat x", `option inconnue : --fromat, vouliez-vous dire « --format » ?`},
		{"check --format xml x", `--format doit être l'un de "text","json", et non "xml"`},
		{"check x --seed", "--seed : il manque la valeur"},
		{"check --scripts nowhere x", "nowhere n'existe pas"},
		{"name Yunes --tp trois --ex 1", `--tp : un nombre entier est attendu, et non "trois"`},
		{"name de Gaulle --tp 3 --ex 1", "argument en trop : Gaulle (ce qui a des espaces se met entre guillemets)"},
		{"name 42 --tp 3 --ex 1", "ne s'écrit pas avec les seules lettres de a à z"},
		{"name Yunes --tp 3 --ex 0", "--ex 0 : un exercice a un numéro de 1 à 999"},
		{"pack Yunes --tp 3 --ex 1 nowhere.py", "nowhere.py n'existe pas"},
		{"reference foo", `programme de référence inconnu : "foo"`},
		{"check x --jobs 0", "--jobs 0 : un nombre à partir de 1 est attendu"},
		{"check x --jobs=-1", "--jobs -1 : un nombre à partir de 1"},
		{"check x --repeat 0", "--repeat 0 : un nombre à partir de 1"},
		{"batch . --jobs 0", "--jobs 0 : un nombre à partir de 1"},
		{"prove --repeat=-2", "--repeat -2 : un nombre à partir de 1"},
		{"prove --every 0", "--every 0 : un nombre à partir de 1"},
		{"report --format htm x", `forme de rapport inconnue : htm (vouliez-vous « html » ?) (choix : text, html`},
	} {
		var stdout, stderr bytes.Buffer
		status := Run(t.Context(), append([]string{"--lang=fr"}, strings.Fields(tt.args)...), strings.NewReader(""), &stdout, &stderr)
		if status != exitUsage || stdout.Len() > 0 || !strings.Contains(stderr.String(), tt.want) {
			t.Errorf("grader %s: status %d, %q%q, want 2 and %q", tt.args, status, stdout.String(), stderr.String(), tt.want)
		}
	}
}

package scenario

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestArgumentsFor(t *testing.T) {
	for _, tt := range []struct {
		said string
		want []string
	}{
		{"usage: sioux.py [-h] port racine\nsioux.py: error: the following arguments are required: port, racine\n", []string{"8080", "."}},
		{"sioux.py: error: the following arguments are required: -p/--port, -d/--dossier\n", []string{"--port", "8080", "--dossier", "."}},
		{"Usage: python3 sioux.py <adresse> <port> <racine>\n", []string{"localhost", "8080", "."}},
		{"Utilisation : ./sioux.py [dossier racine] [port]\n", []string{".", ".", "8080"}},
		{"usage: sioux.py -p PORT\n", []string{"-p", "8080"}},
		{"Usage : python sioux.py 8000\n", []string{"8000"}},
		{"usage: sioux.py [-h] port...\n", nil},
		{"IndexError: list index out of range\n", nil},
		{"usage: sioux.py a b c d e f g h\n", []string{".", ".", ".", ".", ".", "."}},
	} {
		if diff := cmp.Diff(tt.want, argumentsFor(tt.said)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.said, diff)
		}
	}
}

func TestReply(t *testing.T) {
	for _, tt := range []struct{ shown, want string }{
		{"Bienvenue\nPort d'écoute : ", "8080"},
		{"Adresse IP du serveur ? ", "localhost"},
		{"Nom d'hôte : ", "localhost"},
		{"Répertoire racine du site (. par défaut) : ", "."},
		{"Chemin des documents\n> ", "?"},
		{"Utiliser le port 8080 (o/n) ? ", "o"},
		{"Use the default port [Y/n]? ", "y"},
		{"1. Démarrer le serveur\n2. Quitter\nVotre choix : ", "1"},
		{"", "?"},
	} {
		if got := reply(tt.shown, "?"); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.shown, got, tt.want)
		}
	}
}

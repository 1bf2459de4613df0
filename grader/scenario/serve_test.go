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

func TestAnswerTo(t *testing.T) {
	for want, questions := range map[string][]string{
		"localhost\n": {"Serveur [localhost] : ", "Adresse du serveur :", "Entrez l'adresse IP du serveur : ", "hôte ? ", "Host: ", "Nom de la machine : ", "Donnez le nom de l’hôte", "IP (ex. 127.0.0.1) >", "Quelle est l'adresse du serveur ?"},
		"6666\n":      {"Port : ", "Numéro de port : ", "Sur quel port ? ", "port [6666]: ", "Enter the port number: ", "Entrez le numéro du port TCP : "},
		"bonjour\n": {
			"", "> ", "Message : ", "Votre message : ", "Message pour le serveur : ", "Entrez un message à envoyer au port 6666 : ", "Serveur prêt. Votre message ? ",
			"Connecté à localhost, que dire ?", "Texte : ", "Tapez quelque chose : ", "Echo> ", "127.0.0.1:6666> ", "Important : ", "adressez-vous à lui", "Import ?",
		},
	} {
		for _, q := range questions {
			if got := answerTo(q, "bonjour\n"); got != want {
				t.Errorf("answerTo(%q) = %q, want %q", q, got, want)
			}
		}
	}
}

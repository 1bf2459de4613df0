package scenario

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestArgumentsFor(t *testing.T) {
	for _, tt := range []struct {
		said string
		want [][]string
	}{
		{"usage: sioux.py [-h] port racine\nsioux.py: error: the following arguments are required: port, racine\n", [][]string{{"8080", "."}}},
		{"sioux.py: error: the following arguments are required: -p/--port, -d/--dossier\n", [][]string{{"--port", "8080", "--dossier", "."}}},
		{"usage: sioux.py [-h] -m {simple,thread} [--port PORT]\nsioux.py: error: the following arguments are required: -m/--mode\n", [][]string{{"--mode", "simple"}}},
		{"usage: sioux.py [-h] [--log {no,yes}] {start,version} ...\nsioux.py: error: the following arguments are required: command\n", [][]string{{"start"}}},
		{"Usage: python3 sioux.py <adresse> <port> <racine>\n", [][]string{{"localhost", "8080", "."}}},
		{"Utilisation : ./sioux.py [dossier racine] [port]\n", [][]string{{".", ".", "8080"}}},
		{"usage: sioux.py -p PORT\n", [][]string{{"-p", "8080"}}},
		{"Utilisation :\r\n    sioux.py -p <port>\r\n", [][]string{{"-p", "8080"}}},
		{"Sioux.\n\nUsage :\n\n  python3 sioux.py --port PORT --racine DOSSIER\n", [][]string{{"--port", "8080", "--racine", "."}}},
		{"Usage : python sioux.py 8000\n", [][]string{{"8000"}}},
		{"Usage : sioux.py start [port] | sioux.py help\n", [][]string{{".", "8080"}, {"start", "8080"}}},
		{"Usage : sioux.py {start,stop} port\n", [][]string{{"start", "8080"}}},
		{"Usage : sioux.py adresse:port   (par exemple localhost:8080)\n", [][]string{{"localhost:8080"}}},
		{"Usage : sioux.py start|stop\n", [][]string{{"."}, {"start"}}},
		{"usage: sioux.py [-h] (--local | --public)\nsioux.py: error: one of the arguments --local --public is required\n", [][]string{{"--local"}, {"--public"}}},
		{"usage: s.py [-h] (-p PORT | --root ROOT | -m {a,b})\ns.py: error: one of the arguments -p/--port --root -m/--mode is required\n", [][]string{{"--port", "8080"}, {"--root", "."}, {"--mode", "a"}}},
		{"usage: sioux.py [-h] port...\n", nil},
		{"IndexError: list index out of range\n", nil},
		{"usage: sioux.py a b c d e f g h\n", [][]string{{".", ".", ".", ".", ".", "."}, {"a", "b", "c", "d", "e", "f"}}},
	} {
		if diff := cmp.Diff(tt.want, argumentsFor(tt.said)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.said, diff)
		}
	}
}

func TestReply(t *testing.T) {
	for _, tt := range []struct{ shown, want string }{
		{"Bienvenue\nPort d'écoute : ", "8080"},
		{"Combien de connexions simultanées au maximum ? ", "5"},
		{"Nombre de threads : ", "5"},
		{"How many clients? ", "5"},
		{"Port number: ", "8080"},
		{"Adresse IP du serveur ? ", "localhost"},
		{"Nom d'hôte : ", "localhost"},
		{"Répertoire racine du site (. par défaut) : ", "."},
		{"Chemin des documents\n> ", "?"},
		{"Utiliser le port 8080 (o/n) ? ", "o"},
		{"Use the default port [Y/n]? ", "y"},
		{"1. Démarrer le serveur\n2. Quitter\nVotre choix : ", "1"},
		{"Mode du serveur (simple ou thread) : ", "simple"},
		{"Mode [thread/fork] ? ", "thread"},
		{"Port (80 ou 8080) : ", "8080"},
		{"Nom du serveur (facultatif) : ", "?"},
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

// TestServeChoosesThePort: of several ports, the one that speaks HTTP is talked
// to, and what the others make of a request does not show.
func TestServeChoosesThePort(t *testing.T) {
	tr := newBench(t).run(t, `
site index.html '<p>'
serve s sioux.py
criterion one
get a s /index.html
status a 200
fresh
serve u sioux.py
connect c u
send c 'GET /index.html HTTP/1.1\r\n\r\n'
ask b c GET
status b 200
-- sioux.py --
import os, select, socket
switch, moved, other, http = [socket.create_server(('', p)) for p in (6666, 7000, 7001, 8080)]
while True:
    for s in select.select([switch, moved, other, http], [], [])[0]:
        c, a = s.accept()
        c.recv(500)
        if s == switch:
            os._exit(0)
        elif s == moved:
            c.sendall(b'HTTP/1.1 301 Moved\r\nLocation: http://localhost:8080/\r\n\r\n')
        elif s == other:
            c.sendall(b'> ')
        else:
            c.sendall(b'HTTP/1.1 200 OK\r\n\r\n<p>')
        c.close()
`)
	for _, s := range tr.Steps {
		if s.Outcome != OK {
			t.Errorf("line %d, %s: %s, %s", s.Line, s.Source, s.Outcome, s.Saw.EN)
		}
	}
}

// TestServeSeesTheEnd: a listener that is seen while the program ends serves
// nobody, unless another process has it.
func TestServeSeesTheEnd(t *testing.T) {
	for name, tt := range map[string]struct {
		then string
		want Outcome
	}{
		"a thread that ends with the main one": {"threading.Thread(target=serve, daemon=True).start()", Mismatch},
		"a thread that goes on":                {"threading.Thread(target=serve).start()", OK},
		"another process that goes on":         {"if os.fork() == 0:\n    serve()", OK},
	} {
		t.Run(name, func(t *testing.T) {
			tr := newBench(t).run(t, `
criterion one
serve s sioux.py
-- sioux.py --
import os, socket, threading
s = socket.create_server(('', 8080))
def serve():
    while True:
        s.accept()[0].close()
`+tt.then+"\n")
			if got := tr.Steps[1]; got.Outcome != tt.want {
				t.Errorf("%s, %s", got.Outcome, got.Saw.EN)
			}
		})
	}
}

func TestMenusAreAnswered(t *testing.T) {
	for shown, want := range map[string]string{
		"1. Envoyer un message\n2. Quitter\nVotre choix : ":   "1\n",
		"[1] Quitter\n[2] Envoyer un message\nChoisissez : ":  "2\n",
		"1) Quit\n2) Help\nYour choice? ":                     "1\n",
		"1) entrez un message\n2) validez\n> ":                "bonjour\n",
		"1. Envoyer un message\n2. Quitter\nVotre message : ": "bonjour\n",
		"Choisissez un message : ":                            "bonjour\n",
	} {
		if got := answerTo(shown, "bonjour\n"); got != want {
			t.Errorf("answerTo(%q) = %q, want %q", shown, got, want)
		}
	}
}

func TestClientsAreGivenWhatTheyAskFor(t *testing.T) {
	for said, want := range map[string][][]string{
		"client.py: error: the following arguments are required: -m/--message":   {{"--message", "salut"}},
		"client.py: error: the following arguments are required: --host, --port": {{"--host", "localhost", "--port", "6666"}, {"--host", "localhost", "--port", "6666", "salut"}},
		"Usage : client.py <port> <message>":                                     {{"6666", "salut"}},
		"bonjour":                                                                nil,
	} {
		if diff := cmp.Diff(want, clientArguments(argumentsFor(said), "salut")); diff != "" {
			t.Errorf("%q (-want +got):\n%s", said, diff)
		}
	}
}

package scenario

import "testing"

func TestOpinion(t *testing.T) {
	for want, screens := range map[int][]string{
		+1: {
			"identique", "Les messages sont identiques", "MESSAGES IDENTIQUES", "same message", "OK", "match!", "messages égaux", "egal", "succès", "Test réussi", "reussi",
			"True", "vrai", "oui", "yes", "correct", "conforme", "le message reçu correspond", "c'est le même", "la meme chose", "✓", "✅", "bien reçu", "bien recu", "perfect",
			"a==b", "Aucune différence", "pas de différence", "sans erreur", "no error", "0 erreur", "Le message n'a pas été modifié", "isn't different", "son iguales",
			"\x1b[32mOK\x1b[0m", "not altered", "inchangé", "Pas d'erreur", "Pas d’erreur", "les messages sont bien identiques",
			"identiques ? oui", "{'identique': True}", "Erreur : False", "Différents ? Non", "Y a-t-il une différence ? non", "Message modifié = False", "envoye != recu -> False",
			"Erreurs de transmission : aucune", "Erreurs : 0\r\n", "Erreur : false, 12 octets", "m == r = True", "Pas de problème : vrai",
			"L'écho fonctionne", "Ça marche !", "Le message reçu est celui envoyé", "It works", "👍", "Erreurs : 00 / 18",
		},
		-1: {
			"différent", "different", "diffèrent", "DIFFERENTS", "not identical", "n'est pas identique", "isn't the same", "no match", "non", "False", "faux", "incorrect",
			"erreur", "error", "échec", "echec", "failed", "KO", "mauvais", "mismatch", "inégaux", "altéré", "corrompu", "corrupted", "invalid", "wrong", "✗", "❌", "≠", "a!=b",
			"ne correspond pas", "no son iguales", "pas ok", "mal reçu", "identiques ? non", "sent == received: False", "Différents ? Oui.", "Erreur : True", "m != r -> True", "identical = False",
			"Aucune différence : faux", "Problème ? oui, hélas", "les messages sont bien différents", "0 identique", "Test échoué", "changed", "Non conforme",
			"L'écho ne fonctionne pas", "Ça ne marche pas", "ça marche pas", "Le message reçu n'est pas celui envoyé", "It does not work", "it doesn't work", "👎", "Erreurs : 12",
			"Traceback (most recent call last):\n  File \"c.py\", line 3\n    assert a == b, 'identique'\nAssertionError",
		},
		+2: {"Aucune différence, c'est le même", "Erreur ? non\nMessages identiques", "OK: 1 / ERREUR: 0", "OK : 1, KO : 0"},
		-2: {"les messages ne sont pas identiques : il y a une erreur", "différents, dommage", "OK: 0 / ERREUR: 1", "OK = 0 | KO = 1"},
		0: {
			"", "Message envoyé", "received 12 bytes", "token", "nothing", "Connecting...", "pas de souci", "0 octets", "octet 0", "port : 6666",
		},
	} {
		for _, s := range screens {
			if got := opinion(s); got != want {
				t.Errorf("opinion(%q) = %d, want %d", s, got, want)
			}
		}
	}
}

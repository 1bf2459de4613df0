package report

import (
	"fmt"

	"netlab/grader/lang"
)

// words is every word of the text reports in one language. A field with a %
// is a format; which arguments it takes, the two columns of wordsIn show.
type words struct {
	lang lang.Lang

	// The head of a submission.
	tp, graded, rejected, faulty, noMark string

	// The list of the criteria.
	fullMarks, noCriteria string

	// A lost criterion.
	pointsLost, pointLost, asked, tested, seen, hint                  string
	notTried, noReason, nothingSeen, alsoSeen, alsoSame, stepsOmitted string
	sameAsAbove, sameStop, alsoError, alsoSight                       string
	sameEnd, sameError, sameSight                                     string
	conversation, conversationAbove, nothingSaid                      string

	// How a wait ended, when the step itself says nothing.
	waitSilence, waitEnded, waitLimit string

	// The timeline: who.
	client, server, aProgram, grader, keyboard, screen, errors string
	// The timeline: what.
	started, listens, connects, connectsTo, ends, closes, exits string
	linesOmitted, lineOmitted, noData                           string

	// How to do it again.
	again, then, elsewhere, restart, opens, typesOn, types, typesHere string
	sendsBytes, answers, leaves, andSoOn                              string
	elsewhereThere, layFile, compare, ncCloses, otherArguments        string
	aSheet, aPage, anAccentedPage, aPicture, aText, received          string

	// Advice.
	advice, adviceFollowed, adviceUntried, adviceVacuous string

	// The archive.
	remarks, refused, brokenRule, brokenRules, expected, alsoToo string
	rightArchive, rightName, rightContent, anyName, sourcesOnly  string

	// A fault of the grader.
	notAMark, notRead, runAgain, detail string

	// The last line of a submission.
	unknown, isolation, noIsolation, fullIsolation, scripts, seed string

	// The table of several submissions.
	summary, archive, student, exercise, mark, lost string
	countGraded, countRejected, countFaulty         string
}

// wordsIn returns the words of l.
func wordsIn(l lang.Lang) words {
	t := func(fr, en string) string { return lang.T(fr, en).In(l) }
	return words{
		lang: l,

		tp:       t("TP %d, exercice %d", "TP %d, exercise %d"),
		graded:   t("noté", "graded"),
		rejected: t("refusé", "rejected"),
		faulty:   t("correction à refaire", "to be graded again"),
		noMark:   t("pas de note", "no mark"),

		fullMarks:  t("Tout ce que demande l'énoncé est fait.", "Everything the sheet asks for is done."),
		noCriteria: t("Aucun critère n'a été essayé.", "No criterion was tried."),

		pointsLost:        t("%d points perdus", "%d points lost"),
		pointLost:         t("1 point perdu", "1 point lost"),
		asked:             t("L'énoncé :", "The sheet:"),
		tested:            t("L'essai :", "The test:"),
		seen:              t("Constaté :", "Observed:"),
		hint:              t("Conseil :", "Hint:"),
		notTried:          t("L'essai n'a pas pu aller jusque-là : il fallait d'abord que l'étape suivante réussisse.", "The test could not get that far: the following step had to succeed first."),
		noReason:          t("L'essai n'a pas pu aller jusque-là : une étape nécessaire n'a pas réussi.", "The test could not get that far: a step that it needs did not succeed."),
		nothingSeen:       t("Ce qui était attendu ne s'est pas produit.", "What was expected did not happen."),
		alsoSeen:          t("Dans l'essai « %s » aussi : %s", "In the test “%s” too: %s"),
		alsoSame:          t("De même dans : %s.", "Likewise in: %s."),
		stepsOmitted:      t("… %d étapes …", "… %d steps …"),
		sameAsAbove:       t(" : l'essai n'a pas pu aller jusque-là (voir « %s »).", ": the test could not get that far (see “%s”)."),
		sameStop:          t(" : le programme n'est pas allé jusque-là (voir « %s »).", ": the program did not get that far (see “%s”)."),
		alsoError:         t(" : même erreur que « %s » (%s).", ": same error as “%s” (%s)."),
		alsoSight:         t(" : même constat que « %s ».", ": the same was seen as for “%s”."),
		sameEnd:           t("Même cause que « %s » : le programme n'est pas allé jusque-là.", "Same cause as “%s”: the program did not get that far."),
		sameError:         t("Même erreur que « %s » (%s).", "Same error as “%s” (%s)."),
		sameSight:         t("Même constat que « %s ».", "The same was seen as for “%s”."),
		conversation:      t("Conversation (essai « %s ») :", "Conversation (test “%s”):"),
		conversationAbove: t("Conversation : voir « %s » ci-dessus", "Conversation: see “%s” above"),
		nothingSaid:       t("(rien ne s'est passé)", "(nothing happened)"),

		waitSilence: t("Le programme attendait encore, et rien d'autre ne pouvait arriver.", "The program was still waiting, and nothing more could happen."),
		waitEnded:   t("Le programme était déjà terminé.", "The program had already ended."),
		waitLimit:   t("Le programme n'a pas réagi dans le temps qui lui était laissé.", "The program did not react in the time it was given."),

		client:   t("client", "client"),
		server:   t("serveur", "server"),
		aProgram: t("programme", "program"),
		grader:   t("correcteur", "grader"),
		keyboard: t("clavier", "keyboard"),
		screen:   t("écran", "screen"),
		errors:   t("erreurs", "errors"),

		started:      t("est lancé", "is started"),
		listens:      t("attend des connexions", "waits for connections"),
		connects:     t("se connecte", "connects"),
		connectsTo:   t("se connecte au %s", "connects to %s"),
		ends:         t("n'enverra plus rien", "will send nothing more"),
		closes:       t("ferme la connexion %s", "closes connection %s"),
		exits:        t("se termine", "ends"),
		linesOmitted: t("… %d événements …", "… %d events …"),
		lineOmitted:  t("… 1 événement …", "… 1 event …"),
		noData:       t("(aucun octet)", "(no byte)"),

		again:      t("Pour refaire l'essai :", "To try it again:"),
		then:       t("puis %s", "then %s"),
		elsewhere:  t("puis, dans un autre terminal, %s", "then, in another terminal, %s"),
		restart:    t("relancer %s", "start %s again"),
		opens:      t("`telnet localhost %s`", "`telnet localhost %s`"),
		typesOn:    t("taper `%s` au clavier de %s", "type `%s` at the keyboard of %s"),
		types:      t("taper `%s`", "type `%s`"),
		typesHere:  t("taper seulement Entrée", "only press Enter"),
		sendsBytes: t("envoyer un message de %s", "send a message of %s"),
		answers:    t("répondre `%s`", "answer `%s`"),
		leaves:     t("quitter telnet sans rien taper", "leave telnet without typing anything"),
		andSoOn:    t("et ainsi de suite", "and so on"),

		elsewhereThere: t("puis, dans un autre terminal ouvert sur ce dossier, %s", "then, in another terminal opened on that folder, %s"),
		layFile:        t("mettre dans le dossier que sert %s %s `%s`", "put into the folder that %s serves %s `%s`"),
		compare:        t("puis comparer : `cmp %s`", "then compare: `cmp %s`"),
		ncCloses:       t("fermer la connexion (Ctrl-C dans le terminal de nc)", "close the connection (Ctrl-C in nc's terminal)"),
		otherArguments: t("(d'autres arguments ont aussi été essayés)", "(other arguments were tried too)"),
		aSheet:         t("une feuille de style nommée", "a style sheet named"),
		aPage:          t("une page HTML nommée", "an HTML page named"),
		anAccentedPage: t("une page HTML avec des accents nommée", "an HTML page with accents named"),
		aPicture:       t("une image JPEG de plus de 60 Ko nommée", "a JPEG picture of over 60 KB named"),
		received:       t("recu", "received"), // without an accent: it is typed
		aText:          t("un petit fichier de texte nommé", "a small text file named"),

		advice:         t("Conseils (sans effet sur la note)", "Advice (no effect on the mark)"),
		adviceFollowed: t("Déjà en place :", "Already in place:"),
		adviceUntried:  t("Pas essayé : %s (même cause que « %s »).", "Not tried: %s (same cause as “%s”)."),
		adviceVacuous:  t("Pas essayé : %s (le programme n'est pas allé jusque-là).", "Not tried: %s (the program did not get that far)."),

		remarks:      t("Remarques sur l'archive (sans effet sur la note)", "Remarks on the archive (no effect on the mark)"),
		refused:      t("L'archive ne suit pas les consignes : la note est %s. Les programmes n'ont pas été lancés.", "The archive does not follow the rules: the mark is %s. The programs were not run."),
		brokenRule:   t("Une règle n'est pas respectée :", "One rule is broken:"),
		brokenRules:  t("%d règles ne sont pas respectées :", "%d rules are broken:"),
		expected:     t("Attendu : %s", "Expected: %s"),
		alsoToo:      t("Sans effet sur la note :", "With no effect on the mark:"),
		rightArchive: t("L'archive attendue", "The archive that is expected"),
		rightName:    t("Nom :", "Name:"),
		rightContent: t("Contenu :", "Content:"),
		anyName:      t("nom-tpN-exM.zip, avec le nom de famille en minuscules, sans accent et sans espace", "name-tpN-exM.zip, with the family name in lower case, no accent and no space"),
		sourcesOnly:  t("le code source de l'exercice, et uniquement le code source", "the source code of the exercise, and only the source code"),

		notAMark: t("Ceci n'est pas une note. Le correcteur n'a pas pu faire son travail ; le programme rendu n'y est pour rien.", "This is not a mark. The grader could not do its work; the submitted program is not to blame."),
		notRead:  t("Ceci n'est pas une note : l'archive n'a pas été corrigée.", "This is not a mark: the archive was not graded."),
		runAgain: t("Il faut relancer la correction. Si cela se reproduit, transmettre à l'enseignant ce détail :", "The grading must be run again. If this happens again, pass this detail on to the teacher:"),
		detail:   t("(pas de détail)", "(no detail)"),

		unknown:       t("sans objet (programmes non lancés)", "none needed (programs not run)"),
		isolation:     t("isolation : %s", "isolation: %s"),
		noIsolation:   t("aucune", "none"),
		fullIsolation: t("complète", "full"),
		scripts:       t("essais %s", "tests %s"),
		seed:          t("graine %s", "seed %s"),

		summary:       t("Récapitulatif de %d archives", "Summary of %d archives"),
		archive:       t("archive", "archive"),
		student:       t("étudiant", "student"),
		exercise:      t("exercice", "exercise"),
		mark:          t("note", "mark"),
		lost:          t("perdu", "lost"),
		countGraded:   t("notées : %d", "graded: %d"),
		countRejected: t("refusées : %d", "rejected: %d"),
		countFaulty:   t("à refaire : %d", "to be graded again: %d"),
	}
}

// labelColumn is how wide the labels of a lost criterion are, with the space
// behind them.
func (w words) labelColumn() int {
	n := 0
	for _, label := range []string{w.asked, w.tested, w.seen, w.hint} {
		n = max(n, columns(label))
	}
	return n + 1
}

// lostPoints says how many points are lost.
func (w words) lostPoints(n int) string {
	if n == 1 {
		return w.pointLost
	}
	return fmt.Sprintf(w.pointsLost, n)
}

// bytes says a number of bytes.
func (w words) bytes(n int64) string {
	switch {
	case w.lang == lang.FR && n < 2: // zéro is singular in French
		return fmt.Sprintf("%d octet", n)
	case w.lang == lang.FR:
		return fmt.Sprintf("%d octets", n)
	case n == 1:
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}

// omitted stands for n bytes that are not shown.
func (w words) omitted(n int64) string { return "… " + w.bytes(n) + " …" }

// quote puts the language's quotation marks around s.
func (w words) quote(s string) string {
	if w.lang == lang.FR {
		return "« " + s + " »"
	}
	return "“" + s + "”"
}

// toldAbove is kin for the end of a line.
func (w words) toldAbove(k kin) string {
	if k.like == "" {
		return fmt.Sprintf(w.sameAsAbove, k.first)
	}
	return k.told(w.sameStop, w.alsoError, w.alsoSight)
}

// kin says in what the loss of a criterion is like that of one told before.
func (w words) kin(k kin) string { return k.told(w.sameEnd, w.sameError, w.sameSight) }

// told fills in the form for the likeness.
func (k kin) told(end, exception, sight string) string {
	switch k.like {
	case SameError:
		return fmt.Sprintf(exception, k.first, k.where)
	case SameSight:
		return fmt.Sprintf(sight, k.first)
	case SameEnd:
	}
	return fmt.Sprintf(end, k.first)
}

package report

import "netlab/grader/lang"

// classWords is every word of a class's report in one language. A field with a %
// is a format.
type classWords struct {
	comma bool // numbers have a decimal comma
	colon string

	class, handedIn, full, below, absentCount, incomplete string
	spread, lostMost, of, more                            string
	rejected, faults, retried, again                      string
	pending, late, lateBy, lateSign, older, replaces      string
	others, absent                                        string
	kind, hidden, unreadable, nested                      string

	// The gradebook of several classes.
	semester, total, mean, noMark, pendingMark, unknownExercise string
}

func classWordsIn(l lang.Lang) classWords {
	t := func(fr, en string) string { return lang.T(fr, en).In(l) }
	return classWords{
		comma: l == lang.FR,
		colon: t(" : ", ": "),

		class:       t("Correction de %s", "Grading of %s"),
		handedIn:    t("archives : %d", "archives: %d"),
		full:        t("tout juste : %d", "full marks: %d"),
		below:       t("points perdus : %d", "points lost: %d"),
		absentCount: t("rien rendu : %d", "handed in nothing: %d"),
		incomplete:  t("La correction n'est pas allée jusqu'au bout : %d archives n'ont pas encore de note. Relancer la même commande la reprend.", "The grading did not come to its end: %d archives have no mark yet. The same command goes on from there."),

		spread:   t("moyenne %s · médiane %s · de %d à %d, sur %d", "mean %s · median %s · from %d to %d, of %d"),
		lostMost: t("Critères perdus :", "Criteria that were lost:"),
		of:       t("%d sur %d", "%d of %d"),
		more:     t("… et %d autres", "… and %d more"),

		rejected: t("Archives refusées (%d), note 0", "Rejected archives (%d), mark 0"),
		faults:   t("À refaire (%d) : le correcteur n'a pas pu faire son travail, il n'y a pas de note", "To be graded again (%d): the grader could not do its work, there is no mark"),
		retried:  t("(essayé deux fois)", "(tried twice)"),
		again:    t("relancer :", "run again:"),
		pending:  t("Pas encore notées (%d)", "Not graded yet (%d)"),
		late:     t("En retard (%d)", "Late (%d)"),
		lateBy:   t("%d h %02d", "%d h %02d"),
		lateSign: t("(retard)", "(late)"),
		older:    t("Versions remplacées par une plus récente (%d)", "Versions that a later one replaces (%d)"),
		replaces: t("remplace %s", "replaces %s"),
		others:   t("Fichiers qui ne sont pas des archives à noter (%d)", "Files that are no archives to grade (%d)"),
		absent:   t("N'ont rien rendu (%d)", "Handed in nothing (%d)"),

		kind:       t("autre sorte de fichier", "another kind of file"),
		hidden:     t("fichier caché", "hidden file"),
		unreadable: t("illisible", "cannot be read"),
		nested:     t("archives imbriquées trop profond", "archives nested too deep"),

		semester:        t("Notes de %d étudiants, TP par TP", "Marks of %d students, TP by TP"),
		total:           t("total", "total"),
		mean:            t("moyenne/20", "mean/20"),
		noMark:          t("refaire", "again"),
		pendingMark:     t("attend", "waits"),
		unknownExercise: t("inconnu", "unknown"),
	}
}

// why says why a file is no archive of a submission: a word of the closed list of
// batch.Other, or that word itself.
func (w classWords) why(word string) string {
	switch word {
	case "kind":
		return w.kind
	case "hidden":
		return w.hidden
	case "unreadable":
		return w.unreadable
	case "nested":
		return w.nested
	}
	return word
}

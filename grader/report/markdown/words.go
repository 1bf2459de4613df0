package markdown

import "netlab/grader/lang"

// words is every word of the summary in one language. A field with a % is a
// format.
type words struct {
	title, counts, faults, pending       string
	student, exercise, mark, lost        string
	fault, rejected, more, noRoom, again string
	absent, others, older, valid         string
}

func wordsIn(l lang.Lang) words {
	t := func(fr, en string) string { return lang.T(fr, en).In(l) }
	return words{
		title:    t("Correction de %s", "Grading of %s"),
		counts:   t("Archives : %d · tout juste : %d · points perdus : %d · refusées : %d · à refaire : %d", "Archives: %d · full marks: %d · points lost: %d · rejected: %d · to be graded again: %d"),
		faults:   t("Le correcteur n'a pas pu faire son travail pour certaines archives : elles n'ont pas de note, et il faut relancer.", "The grader could not do its work for some archives: they have no mark, and must be graded again."),
		pending:  t("Correction interrompue : %d archives ne sont pas encore notées.", "The grading was cut: %d archives are not graded yet."),
		student:  t("étudiant", "student"),
		exercise: t("exercice", "exercise"),
		mark:     t("note", "mark"),
		lost:     t("perdu", "lost"),
		fault:    t("à refaire", "to be graded again"),
		rejected: t("refusé :", "rejected:"),
		more:     t("et %d autres", "and %d more"),
		noRoom:   t("Les explications qui suivent n'ont plus de place ici : voir le rapport joint.", "There is no room here for the explanations that follow: see the attached report."),
		again:    t("Relancer : ", "Run again: "),
		absent:   t("Rien rendu : %d", "Handed in nothing: %d"),
		others:   t("Fichiers qui ne sont pas des archives à noter : %d", "Files that are no archives to grade: %d"),
		valid:    t("une version plus ancienne valide existe : %s", "a valid older version exists: %s"),
		older:    t("Versions remplacées par une plus récente : %d", "Versions that a later one replaces: %d"),
	}
}

package junit

import "netlab/grader/lang"

// words is every word of the document in one language. A field with a % is a
// format.
type words struct {
	rejected, expected, fault, runAgain, retried, untested, advice string
	pending, other, absent                                         string
}

func wordsIn(l lang.Lang) words {
	t := func(fr, en string) string { return lang.T(fr, en).In(l) }
	return words{
		rejected: t("l'archive est refusée", "the archive is rejected"),
		expected: t(" ; attendu : ", "; expected: "),
		fault:    t("le correcteur n'a pas pu faire son travail, ceci n'est pas une note : ", "the grader could not do its work, this is not a mark: "),
		runAgain: t("Relancer : ", "Run again: "),
		retried:  t("Corrigé une seconde fois, seul ; la première : %s", "Graded a second time, alone; the first one: %s"),
		untested: t("n'a pas été essayé", "was not tried"),
		advice:   t("conseil, sans effet sur la note : ", "advice, no effect on the mark: "),
		pending:  t("pas encore noté", "not graded yet"),
		other:    t("n'est pas une archive à noter", "is no archive to grade"),
		absent:   t("n'a rien rendu", "handed in nothing"),
	}
}

package spreadsheet

import (
	"fmt"

	"netlab/grader/lang"
	"netlab/grader/report/gradebook"
)

// words is every word of the gradebook in one language. A field with a % is a
// format.
type words struct {
	family, given, number, email, archive         string
	total, mean, remarks, unknown, colon          string
	fault, pending, rejected, late, also, nothing string
	others                                        string
}

func wordsIn(l lang.Lang) words {
	t := func(fr, en string) string { return lang.T(fr, en).In(l) }
	return words{
		family:   t("nom", "family name"),
		given:    t("prénom", "given name"),
		number:   t("numéro", "number"),
		email:    t("courriel", "email"),
		archive:  t("nom des archives", "name on archives"),
		total:    t("total", "total"),
		mean:     t("moyenne", "mean"),
		remarks:  t("remarques", "remarks"),
		unknown:  t("exercice inconnu", "unknown exercise"),
		colon:    t(" : ", ": "),
		fault:    t("à refaire", "to be graded again"),
		pending:  t("pas encore noté", "not graded yet"),
		rejected: t("refusé", "rejected"),
		late:     t("retard de %d h %02d", "%d h %02d late"),
		also:     t("autres rendus : %d", "other submissions: %d"),
		nothing:  t("rien rendu", "nothing handed in"),
		others:   t("rendu, mais pas une archive", "handed in, but no archive"),
	}
}

// column is what an exercise is called.
func (w words) column(c gradebook.Column) string {
	if c.TP == 0 {
		return w.unknown
	}
	return fmt.Sprintf("tp%d-ex%d", c.TP, c.Ex)
}

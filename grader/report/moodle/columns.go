package moodle

import (
	"strings"

	"netlab/grader/lang"
)

// columns says where a worksheet has what; -1 where it has not.
type columns struct{ id, name, email, status, grade, max, locked, modified, comment int }

// headings are the names that Moodle gives to a column, in English and in French.
type headings struct {
	to    func(*columns) *int
	names []string
}

// known are the columns by the language strings of Moodle ("recordid", "fullname",
// "email", "status", "grade", "maxgrade", "gradecanbechanged",
// "lastmodifiedgrade" and the name of the plugin assignfeedback_comments).
func known() []headings {
	return []headings{
		{func(c *columns) *int { return &c.id }, []string{"Identifier", "Identifiant"}},
		{func(c *columns) *int { return &c.name }, []string{"Full name", "Nom complet"}},
		{func(c *columns) *int { return &c.email }, []string{"Email address", "Adresse de courriel"}},
		{func(c *columns) *int { return &c.status }, []string{"Status", "Statut"}},
		{func(c *columns) *int { return &c.grade }, []string{"Grade", "Note"}},
		{func(c *columns) *int { return &c.max }, []string{"Maximum grade", "Note maximale"}},
		{func(c *columns) *int { return &c.locked }, []string{"Grade can be changed", "La note peut être modifiée"}},
		{func(c *columns) *int { return &c.modified }, []string{"Last modified (grade)", "Dernière modification (note)"}},
		{func(c *columns) *int { return &c.comment }, []string{"Feedback comments", "Feedback par commentaires"}},
	}
}

// findColumns reads a header. Without an identifier and a grade it is not the
// header of a grading worksheet.
func findColumns(t *table) (columns, error) {
	c := columns{-1, -1, -1, -1, -1, -1, -1, -1, -1}
	if len(t.records) == 0 {
		return c, lang.Errorf("elle est vide : exportez-la de nouveau de Moodle", "empty: export it from Moodle again")
	}
	for i, f := range t.records[0] {
		for _, h := range known() {
			for _, name := range h.names {
				if at := h.to(&c); *at < 0 && strings.EqualFold(strings.TrimSpace(t.text(f)), name) {
					*at = i
				}
			}
		}
	}
	switch {
	case c.id < 0:
		return c, notMoodles("Identifiant", "Identifier")
	case c.grade < 0:
		return c, notMoodles("Note", "Grade")
	}
	return c, nil
}

// notMoodles is the error of a table without a column that every grading
// worksheet has.
func notMoodles(fr, en string) error {
	return lang.Errorf("pas de colonne \"%s\" (\"%s\") : ce n'est pas une feuille d'évaluation de Moodle, que le devoir donne par « Télécharger la feuille d'évaluation »",
		"no column \"%[2]s\" (\"%[1]s\"): not a grading worksheet of Moodle, which the assignment gives by “Download grading worksheet”", fr, en)
}

// header is the header of a worksheet that is made without Moodle's, with the
// columns that its importer asks for and those that people read. The comma is what
// the importer takes unless it is told otherwise.
func header(l lang.Lang) []string {
	i := 0
	if l == lang.FR {
		i = 1
	}
	var out []string
	for _, h := range known() {
		out = append(out, h.names[i])
	}
	return out
}

// participant is how Moodle writes the identifier of a participant: its importer
// takes off as many characters as the language's word has, which ends with a space
// in English and not in French.
func participant(number string, l lang.Lang) string {
	if l == lang.FR {
		return "Participant" + number
	}
	return "Participant " + number
}

// numberOf returns the participant's number in an identifier, "" without one.
func numberOf(id string) string {
	end := strings.TrimRight(id, "0123456789")
	return id[len(end):]
}

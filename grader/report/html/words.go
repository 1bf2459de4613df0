package html

import (
	"fmt"
	"strings"
	"time"

	"netlab/grader/batch"
	"netlab/grader/lang"
	"netlab/grader/report"
)

// words is every word of the site in one language. A field with a % is a
// format. Templates use the exported ones.
type words struct {
	lang lang.Lang

	// Both kinds of pages.
	Skip, OnThisPage, Archive, Exercise, Mark, NoMark, Verdict, Details, Sent string

	// The class's page.
	classTitle                                                                     string
	GradedOn, By, Incomplete                                                       string
	Overview, Marks, Submissions, Criteria, RejectedTitle, FaultsTitle             string
	LateTitle, RetriedTitle, OlderTitle, AbsentTitle, OthersTitle, PendingTitle    string
	RejectedWhy, FaultsWhy, RetriedWhy, OlderWhy, OthersWhy, PendingWhy, Everybody string
	AbsentWhy, LateWhy, HeatWhy, TableWhy                                          string
	Student, Lost, Notes, Filter, AnyExercise, AnyVerdict, Search, Shown, SortedBy string
	Ascending, Descending, SearchHint                                              string
	Criterion, Asked, LostBy, Strip, StripFailed, StripSkipped, Advice, Nobody     string
	LegendGraded, LegendRejected, RunAgain, ToTop                                  string
	submissionOne, submissionMany, fullOne, fullMany, lostOne, lostMany            string
	rejectedOne, rejectedMany, faultOne, faultMany, pendingOne, pendingMany        string
	absentOne, absentMany, otherOne, otherMany                                     string
	meanMedian, barDesc, barRejectedOne, barRejectedMany                           string
	semicolon, andOthers, graded, date                                             string
	months                                                                         []string

	// How a submission stands.
	OutcomeFull, OutcomeLost, OutcomeRejected, OutcomeFault string

	// The page of a submission.
	Back, Prev, Next, tp, Points, FullMarks, Explained, AdviceTitle, AdviceWhy                                          string
	Conversations, ConversationsWhy, Environment, Remarks, Refused, Broken                                              string
	RightArchive, RightName, RightContent, Expected, NotAMark, RunAgainWhy                                              string
	Sheet, Test, Seen, Hint, Also, NotTried, SameAs, SameCause, SameError, SameSight, Like, Again, Here, There, AtPlace string
	NoDiagram, List, Tests, ScenarioTitle, StatusPassed, StatusFailed                                                   string
	StatusSkipped, StatusUntested, Untested, Act, NothingSaid, StepOK, StepFailed                                       string
	AdviceList, Compared                                                                                                string
	late, lateBy, attention, olderVersions, retried, cachedOne, cachedMany, unknownExercise                             string
	interpreter, isolation, tests, seed, took, archive                                                                  string
	pointLost, pointsLost, stepsOmitted, scenariosOmitted                                                               string
	eventOmitted, eventsOmitted, actsOmitted                                                                            string
	diagramTitle, diagramDesc, graderClient, graderServer, terminal, keyboard, screen                                   string
	connects, closes, otherKind, otherHidden, otherUnreadable, otherNested, otherwise                                   string
}

// nb is the no-break space that French puts before high punctuation.
const nb = "\u00a0"

// wordsIn returns the words of l.
func wordsIn(l lang.Lang) words {
	t := func(fr, en string) string {
		for _, high := range []string{":", ";", "!", "?", "»"} {
			fr = strings.ReplaceAll(fr, " "+high, nb+high)
		}
		return lang.T(strings.ReplaceAll(fr, "« ", "«"+nb), en).In(l)
	}
	return words{
		lang: l,

		Skip:       t("Aller au contenu", "Skip to content"),
		OnThisPage: t("Sur cette page", "On this page"),
		Archive:    t("Archive", "Archive"),
		Exercise:   t("Exercice", "Exercise"),
		Mark:       t("Note", "Mark"),
		NoMark:     t("pas de note", "no mark"),
		Verdict:    t("Résultat", "Result"),
		Details:    t("Détails", "Details"),

		classTitle:    t("Correction de %s", "Grading of %s"),
		GradedOn:      t("Corrigé le", "Graded on"),
		By:            t("par grader", "by grader"),
		Incomplete:    t("La correction n'est pas terminée : tout ce qui a été trouvé n'a pas encore été corrigé.", "The grading is not finished: not everything that was found has been graded yet."),
		Overview:      t("Vue d'ensemble", "Overview"),
		Marks:         t("Notes", "Marks"),
		Submissions:   t("Rendus", "Submissions"),
		Criteria:      t("Critères", "Criteria"),
		RejectedTitle: t("Archives refusées", "Rejected archives"),
		FaultsTitle:   t("Corrections à refaire", "To be graded again"),
		LateTitle:     t("En retard", "Late"),
		RetriedTitle:  t("Corrigés une seconde fois", "Graded a second time"),
		OlderTitle:    t("Plusieurs versions", "Several versions"),
		AbsentTitle:   t("N'ont rien rendu", "Handed in nothing"),
		OthersTitle:   t("Autres fichiers", "Other files"),
		PendingTitle:  t("Pas encore corrigés", "Not graded yet"),
		RejectedWhy:   t("Une consigne n'est pas suivie : la note est 0, et les programmes n'ont pas été lancés.", "A rule is broken: the mark is 0, and the programs were not run."),
		FaultsWhy:     t("Le correcteur n'a pas pu faire son travail : ce n'est pas une note, et le programme rendu n'y est pour rien.", "The grader could not do its work: this is no mark, and the submitted program is not to blame."),
		RetriedWhy:    t("Une première correction a échoué ; celle-ci a été faite à part. Ce que la première a dit :", "A first grading failed; this one was run alone. What the first one said:"),
		OlderWhy:      t("La version la plus récente est corrigée. Celles qui ne le sont pas :", "The latest version is graded. Those that are not:"),
		OthersWhy:     t("Ces fichiers ne sont pas des archives de rendu : rien n'en a été corrigé.", "These files are no archives of a submission: nothing of them was graded."),
		PendingWhy:    t("Ces archives ont été trouvées et n'ont pas encore de résultat.", "These archives were found and have no result yet."),
		AbsentWhy:     t("Ils sont sur la liste de la promotion, et aucune archive n'est à leur nom.", "They are on the roster, and no archive is theirs."),
		LateWhy:       t("Ces archives sont arrivées après la date limite.", "These archives came after the deadline."),
		Everybody:     t("Toute la promotion a rendu quelque chose.", "Everybody on the roster handed in something."),
		HeatWhy:       t("Chaque colonne d'une bande est un rendu, de la meilleure note à la moins bonne.", "Each column of a strip is a submission, from the best mark to the lowest."),
		TableWhy:      t("Les titres des colonnes trient le tableau.", "The column titles sort the table."),
		Student:       t("Étudiant", "Student"),
		Lost:          t("Perdu", "Lost"),
		Notes:         t("Remarques", "Remarks"),
		Filter:        t("Filtrer les rendus", "Filter the submissions"),
		AnyExercise:   t("tous", "all"),
		AnyVerdict:    t("tous", "all"),
		Search:        t("Chercher", "Search"),
		SearchHint:    t("nom, critère…", "name, criterion…"),
		Shown:         t("rendus affichés :", "submissions shown:"),
		SortedBy:      t("trié par", "sorted by"),
		Ascending:     t("croissant", "ascending"),
		Descending:    t("décroissant", "descending"),
		Criterion:     t("Critère", "Criterion"),
		Asked:         t("Ce que demande l'énoncé", "What the sheet asks"),
		LostBy:        t("Perdu par", "Lost by"),
		Strip:         t("Répartition", "Spread"),
		StripFailed:   t("échoué", "failed"),
		StripSkipped:  t("pas atteint", "not reached"),
		Advice:        t("conseil", "advice"),
		Nobody:        t("personne", "nobody"),
		LegendGraded:  t("noté", "graded"), LegendRejected: t("refusé", "rejected"),
		RunAgain: t("Pour refaire :", "To run it again:"),
		ToTop:    t("Haut de page", "Top of page"),

		submissionOne: t("rendu", "submission"), submissionMany: t("rendus", "submissions"),
		fullOne: t("sans faute", "with full marks"), fullMany: t("sans faute", "with full marks"),
		lostOne: t("avec des points perdus", "with points lost"), lostMany: t("avec des points perdus", "with points lost"),
		rejectedOne: t("refusé", "rejected"), rejectedMany: t("refusés", "rejected"),
		faultOne: t("à refaire", "to grade again"), faultMany: t("à refaire", "to grade again"),
		pendingOne: t("pas encore corrigé", "not graded yet"), pendingMany: t("pas encore corrigés", "not graded yet"),
		absentOne: t("étudiant sans rendu", "student without submission"), absentMany: t("étudiants sans rendu", "students without submission"),
		otherOne: t("autre fichier", "other file"), otherMany: t("autres fichiers", "other files"),
		meanMedian: t("moyenne %s, médiane %s (sur %d)", "mean %s, median %s (out of %d)"),
		barDesc:    t("%d à %d/%d", "%d at %d/%d"), barRejectedOne: t("%d refusé", "%d rejected"), barRejectedMany: t("%d refusés", "%d rejected"),
		semicolon: t(" ; ", "; "), andOthers: t("et %d autres", "and %d others"), graded: t("corrigé : %s", "graded: %s"),
		date:   t("%d %s %d à %s", "%d %s %d, %s"),
		months: strings.Fields(t("janvier février mars avril mai juin juillet août septembre octobre novembre décembre", "January February March April May June July August September October November December")),

		OutcomeFull: t("sans faute", "full marks"), OutcomeLost: t("points perdus", "points lost"),
		OutcomeRejected: t("refusé", "rejected"), OutcomeFault: t("à refaire", "to grade again"),

		Back:             t("Toute la classe", "Whole class"),
		Prev:             t("Précédent", "Previous"),
		Next:             t("Suivant", "Next"),
		tp:               t("TP %d, exercice %d", "TP %d, exercise %d"),
		Points:           t("Points", "Points"),
		FullMarks:        t("Tout ce que demande l'énoncé est fait.", "Everything the sheet asks for is done."),
		Explained:        t("Points perdus", "Points lost"),
		AdviceTitle:      t("Conseils", "Advice"),
		AdviceWhy:        t("Sans effet sur la note.", "No effect on the mark."),
		AdviceList:       t("Tous les conseils", "All advice"),
		Conversations:    t("Conversations", "Conversations"),
		ConversationsWhy: t("Tout ce que le correcteur et le programme se sont dit, essai par essai. Les fins de ligne sont montrées : \\r\\n.", "All that the grader and the program said to each other, test by test. Line ends are shown: \\r\\n."),
		Environment:      t("Conditions de la correction", "What the grading ran on"),
		Remarks:          t("Remarques sur l'archive (sans effet sur la note)", "Remarks on the archive (no effect on the mark)"),
		Refused:          t("L'archive ne suit pas les consignes : la note est 0. Les programmes n'ont pas été lancés.", "The archive does not follow the rules: the mark is 0. The programs were not run."),
		Broken:           t("Consignes non respectées", "Broken rules"),
		RightArchive:     t("L'archive attendue", "The archive that is expected"),
		RightName:        t("Nom", "Name"),
		RightContent:     t("Contenu", "Content"),
		Expected:         t("attendu :", "expected:"),
		NotAMark:         t("Ceci n'est pas une note. Le correcteur n'a pas pu faire son travail ; le programme rendu n'y est pour rien.", "This is not a mark. The grader could not do its work; the submitted program is not to blame."),
		RunAgainWhy:      t("Il faut relancer la correction :", "The grading must be run again:"),
		Sheet:            t("L'énoncé", "The sheet"),
		Test:             t("L'essai", "The test"),
		Seen:             t("Constaté", "Observed"),
		Hint:             t("Conseil", "Hint"),
		Also:             t("Aussi", "Also"),
		NotTried:         t("L'essai n'a pas pu aller jusque-là : il fallait d'abord que l'étape marquée ✗ réussisse.", "The test could not get that far: the step marked ✗ had to succeed first."),
		SameAs:           t("L'essai n'a pas pu aller jusque-là, pour la même raison que", "The test could not get that far, for the same reason as"),
		SameCause:        t("Le programme n'est pas allé jusque-là : même cause que", "The program did not get that far: same cause as"),
		SameError:        t("Même erreur que", "Same error as"),
		SameSight:        t("Même constat que", "The same was seen as for"),
		Like:             t("La conversation est la même que pour", "The conversation is the same as for"),
		Again:            t("Pour refaire l'essai", "To try it again"),
		Here:             t("Ce programme", "This program"),
		There:            t("Le programme de référence", "The reference program"),
		AtPlace:          t("À cet endroit :", "In this place:"),
		Compared:         t("Les deux conversations", "Both conversations"),
		NoDiagram:        t("Rien ne s'est passé.", "Nothing happened."),
		NothingSaid:      t("Rien ne s'est passé.", "Nothing happened."),
		List:             t("La même conversation en liste", "The same conversation as a list"),
		Tests:            t("critères :", "criteria:"),
		ScenarioTitle:    t("Essai", "Test"),
		Act:              t("Machine neuve", "New machine"),
		StatusPassed:     t("réussi", "passed"), StatusFailed: t("échoué", "failed"),
		StatusSkipped: t("pas atteint", "not reached"), StatusUntested: t("pas essayé", "not tried"),
		StepOK: t("fait", "done"), StepFailed: t("échec", "failed"),

		late: t("en retard", "late"), lateBy: t("%s après la date limite", "%s after the deadline"),
		attention: t("à regarder", "to look at"), olderVersions: t("autres versions", "other versions"), retried: t("corrigé deux fois", "graded twice"),
		cachedOne:       t("%d résultat vient d'une correction précédente : rien n'a changé depuis.", "%d result is of an earlier run: nothing has changed since."),
		cachedMany:      t("%d résultats viennent d'une correction précédente : rien n'a changé depuis.", "%d results are of an earlier run: nothing has changed since."),
		unknownExercise: t("exercice inconnu", "unknown exercise"),
		interpreter:     t("Interpréteur", "Interpreter"), isolation: t("Isolation", "Isolation"),
		tests: t("Essais", "Tests"), seed: t("Graine", "Seed"), took: t("Durée", "Duration"), archive: t("Archive", "Archive"),
		pointLost: t("%d point perdu", "%d point lost"), pointsLost: t("%d points perdus", "%d points lost"),
		stepsOmitted: t("… %d étapes …", "… %d steps …"), scenariosOmitted: t("… et %d autres essais", "… and %d more tests"),
		eventOmitted: t("… %d événement …", "… %d event …"), eventsOmitted: t("… %d événements …", "… %d events …"),
		actsOmitted:  t("… et %d autres machines", "… and %d more machines"),
		diagramTitle: t("Diagramme de séquence", "Sequence diagram"),
		diagramDesc:  t("%d événements entre : %s. La liste dit la même chose en texte.", "%d events between: %s. The list says the same as text."),
		graderClient: t("client (correcteur)", "client (grader)"), graderServer: t("serveur (correcteur)", "server (grader)"),
		terminal: t("écran et clavier", "screen and keyboard"), keyboard: t("clavier", "keyboard"), screen: t("écran", "screen"),
		connects: t("se connecte", "connects"), closes: t("ferme la connexion", "closes the connection"),
		otherKind: t("pas une archive", "no archive"), otherHidden: t("fichier caché", "hidden file"),
		otherUnreadable: t("illisible", "cannot be read"), otherNested: t("archive dans une archive", "archive in an archive"), otherwise: t("ignoré", "left out"),
	}
}

// plural chooses between two words. Zero is singular in French alone.
func (w *words) plural(n int, one, many string) string {
	if n == 1 || n == 0 && w.lang == lang.FR {
		return one
	}
	return many
}

// count puts a number into one of two formats.
func (w *words) count(n int, one, many string) string { return fmt.Sprintf(w.plural(n, one, many), n) }

// number writes a number with one decimal, none when it is whole.
func (w *words) number(x float64) string {
	s := strings.TrimSuffix(fmt.Sprintf("%.1f", x), ".0")
	if w.lang == lang.FR {
		s = strings.ReplaceAll(s, ".", ",")
	}
	return s
}

func (w *words) outcome(o outcome) string {
	switch o {
	case outcomeFull:
		return w.OutcomeFull
	case outcomeRejected:
		return w.OutcomeRejected
	case outcomeFault:
		return w.OutcomeFault
	}
	return w.OutcomeLost
}

// Status says how a criterion ended, for who does not see its sign.
func (w words) Status(sign string) string {
	switch sign {
	case "✓":
		return w.StatusPassed
	case "✗":
		return w.StatusFailed
	case "–":
		return w.StatusSkipped
	}
	return w.StatusUntested
}

// Outcome is the word of an outcome.
func (w words) Outcome(o outcome) string { return w.outcome(o) }

// other says why a file is no submission.
func (w *words) other(o batch.Other) string {
	why := w.otherwise
	switch o.Why {
	case "kind":
		why = w.otherKind
	case "hidden":
		why = w.otherHidden
	case "unreadable":
		why = w.otherUnreadable
	case "nested":
		why = w.otherNested
	}
	note := o.Note.In(w.lang)
	if note == "" {
		return why
	}
	return why + " (" + report.Short(note, maxLine) + ")"
}

// duration says how long something took, in its two largest units.
func (s *site) duration(d time.Duration) string {
	day := map[lang.Lang]string{lang.FR: "j", lang.EN: "d"}[s.lang]
	switch {
	case d < 10*time.Second:
		return s.words.number(d.Seconds()) + nb + "s"
	case d < time.Minute:
		return fmt.Sprintf("%d%ss", int(d.Seconds()), nb)
	case d < time.Hour:
		return fmt.Sprintf("%d%smin", int(d.Minutes()), nb)
	case d < 24*time.Hour:
		return fmt.Sprintf("%d%sh%s%02d%smin", int(d.Hours()), nb, nb, int(d.Minutes())%60, nb)
	}
	return fmt.Sprintf("%d%s%s%s%d%sh", int(d.Hours())/24, nb, day, nb, int(d.Hours())%24, nb)
}

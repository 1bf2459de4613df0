package gradescope

import (
	"errors"

	"netlab/grader/lang"
)

// ErrFault says that a grading has no results because the grader could not do
// its work.
var ErrFault = errors.New("the grader could not do its work: there is no mark")

type words struct{ colon, advice, runAgain string }

func wordsIn(l lang.Lang) words {
	t := func(fr, en string) string { return lang.T(fr, en).In(l) }
	return words{
		colon:    t(" : ", ": "),
		advice:   t("Conseil, sans effet sur la note : ", "Advice, no effect on the mark: "),
		runAgain: t("Relancer : ", "Run again: "),
	}
}

package cli

import (
	"netlab/grader/batch"
	"netlab/grader/grade"
	"netlab/grader/lang"
)

// Exit statuses. They are a contract: scripts and CI jobs build on them.
const (
	exitFull  = 0 // every submission has full marks
	exitLost  = 1 // something lost points or was rejected
	exitUsage = 2 // wrong usage
	exitFault = 3 // the harness could not do its work for at least one submission
)

// statusOf returns the exit status for results.
func statusOf(results []grade.Result) int {
	status := exitFull
	for _, r := range results {
		switch {
		case r.Verdict == grade.Fault:
			return exitFault
		case r.Verdict == grade.Rejected || r.Score < r.Max:
			status = exitLost
		}
	}
	return status
}

// classStatus returns the exit status for a class: what has no result counts as
// what could not be graded.
func classStatus(c *batch.Class) int {
	status := exitFull
	for _, row := range c.Rows {
		status = max(status, statusOf([]grade.Result{row.Result}))
	}
	if len(c.Pending) > 0 {
		return exitFault
	}
	return status
}

// faultError is a failure of the harness in both languages.
type faultError struct{ text lang.Text }

func (e faultError) Error() string { return e.text.EN }

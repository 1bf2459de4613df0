package cli

import "netlab/grader/grade"

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

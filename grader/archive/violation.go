package archive

import "netlab/grader/lang"

// Severity is what breaking a rule leads to.
type Severity string

// The severities, which course.toml can set rule by rule.
const (
	Reject Severity = "reject" // mark 0
	Warn   Severity = "warn"   // said, graded all the same
	Ignore Severity = "ignore" // not even said
)

// Violation is one broken rule.
type Violation struct {
	Rule     string    `json:"rule"` // "name.accent", "archive.bomb", "content.missing", …: a contract
	Severity Severity  `json:"severity"`
	Message  lang.Text `json:"message"`            // what is wrong, with the object named, safe for a terminal
	Expected string    `json:"expected,omitempty"` // the right name or content, when it can be told
}

// Package scenario is the script language in which exercises are tested, on
// top of testscript, and its runner.
package scenario

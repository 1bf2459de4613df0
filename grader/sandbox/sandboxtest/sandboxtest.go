// Package sandboxtest opens sandboxes for tests of what uses them.
package sandboxtest

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"netlab/grader/sandbox"
)

// Open opens an isolated sandbox, which the end of the test closes. It skips the
// test where the machine has no interpreter or cannot isolate; whatever else keeps
// a sandbox from opening fails it.
func Open(tb testing.TB) *sandbox.Sandbox {
	tb.Helper()
	if runtime.GOOS == "windows" {
		tb.Skip("the programs of the tests need Unix")
	}
	in, err := sandbox.FindInterpreter(tb.Context(), "")
	if err != nil {
		tb.Skip(err)
	}
	// The test's context ends before its clean-up, which may still grade.
	sb, err := sandbox.Open(context.WithoutCancel(tb.Context()), sandbox.Options{Interpreter: in})
	if errors.Is(err, sandbox.ErrNoNamespaces) {
		tb.Skip(err)
	}
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := sb.Close(); err != nil {
			tb.Errorf("close the sandbox: %v", err)
		}
	})
	return sb
}

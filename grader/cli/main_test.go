package cli

import (
	"context"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"netlab/grader/sandbox"
)

func TestMain(m *testing.M) {
	sandbox.Main() // this process may be the sandbox's keeper
	run := func() {
		os.Exit(Run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	// Reference programs are this executable again, under the command's name.
	if os.Args[0] == "grader" {
		run()
	}
	testscript.Main(m, map[string]func(){"grader": run})
}

package batch_test

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"netlab/grader/cli"
	"netlab/grader/sandbox"
)

// asCommand is the variable of the environment that makes this executable the
// command itself.
const asCommand = "GRADER_TEST_COMMAND"

func TestMain(m *testing.M) {
	sandbox.Main() // this process may be the sandbox's keeper
	// Reference programs are this executable again, under the command's name.
	if os.Args[0] == "grader" || os.Getenv(asCommand) != "" {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		status := cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
		stop()
		os.Exit(status)
	}
	os.Exit(m.Run())
}

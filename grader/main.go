// Grader grades students' network programs; see `grader --help`.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"netlab/grader/cli"
	"netlab/grader/sandbox"
)

func main() {
	sandbox.Main() // this process may be the sandbox's keeper
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

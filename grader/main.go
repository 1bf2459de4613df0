// Grader grades students' network programs; see `grader --help`.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"netlab/grader/cli"
	"netlab/grader/sandbox"
)

// softMemory is what garbage is collected sooner for than it would be, in
// bytes: what hostile programs print comes in megabytes, and most of it is
// garbage at once.
const softMemory = 256 << 20

// seldom is by how many percent what is kept may grow before garbage is
// collected, below softMemory: little is kept, and programs want the processors.
const seldom = 400

func main() {
	sandbox.Main() // this process may be the sandbox's keeper
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(softMemory)
		if os.Getenv("GOGC") == "" {
			debug.SetGCPercent(seldom)
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

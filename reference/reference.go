// Package reference gathers the right answers to the sheet's exercises, in Go,
// so that they can be run by name. Each program is a package of its own, short
// enough to be read beside the sheet, and uses the standard library alone.
package reference

import (
	"context"
	"fmt"
	"io"
	"strings"

	"netlab/reference/client"
	"netlab/reference/echo"
	"netlab/reference/server"
	"netlab/reference/sioux"
)

// Names returns the names of the programs, in the order of the sheet.
func Names() []string {
	return []string{"server", "client", "echo", "sioux"}
}

// Run runs the program called name with its arguments until it ends or ctx is
// done, and returns its exit status. The error, for an unknown name, lists the
// choices; nothing was run then and the status is 2.
func Run(ctx context.Context, name string, args []string, stdin io.Reader, stdout, stderr io.Writer) (int, error) {
	switch name {
	case "server":
		return server.Run(ctx, args, stdin, stdout, stderr), nil
	case "client":
		return client.Run(ctx, args, stdin, stdout, stderr), nil
	case "echo":
		return echo.Run(ctx, args, stdin, stdout, stderr), nil
	case "sioux":
		return sioux.Run(ctx, args, stdin, stdout, stderr), nil
	}
	return 2, fmt.Errorf("unknown reference program %q (choose %s)", name, strings.Join(Names(), ", "))
}

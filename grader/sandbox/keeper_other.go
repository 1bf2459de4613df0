//go:build !linux

package sandbox

import (
	"context"
	"fmt"
	"runtime"
)

// Main does nothing on this system, which has no keeper.
func Main() {}

func openKeeper(context.Context, Options) (*Sandbox, error) {
	return nil, fmt.Errorf("%w: %s has none", ErrNoNamespaces, runtime.GOOS)
}

// namespaceFix returns nothing: no command gives this system namespaces.
func namespaceFix() string { return "" }

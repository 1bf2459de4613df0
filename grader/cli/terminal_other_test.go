//go:build !unix

package cli

import "github.com/rogpeppe/go-internal/testscript"

func terminalOf(ts *testscript.TestScript, _ bool, _ []string) { ts.Fatalf("no terminals here") }

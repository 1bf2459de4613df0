package cli

import (
	"fmt"

	"netlab/grader/archive"
	"netlab/grader/lang"
	"netlab/reference"
)

type referenceCommand struct {
	Args []string `arg:"" name:"program" help:"${help_args}"`
}

// Run runs a reference program in place of this one.
func (c *referenceCommand) Run(p *program) error {
	status, err := reference.Run(p.ctx, c.Args[0], c.Args[1:], p.stdin, p.stdout, p.stderr)
	if err != nil {
		return usageError{text: lang.T(err.Error(), err.Error())}
	}
	p.status = status
	return nil
}

type nameCommand struct {
	Family string `arg:"" help:"${help_family}"`
	TP     int    `required:"" help:"${help_tp}"`
	Ex     int    `required:"" help:"${help_ex}"`
}

// Run prints the right name of an archive.
func (c *nameCommand) Run(p *program) error {
	name, err := archive.FileName(c.Family, c.TP, c.Ex)
	if err != nil {
		return usageError{text: lang.T(err.Error(), err.Error())}
	}
	fmt.Fprintln(p.stdout, name)
	return nil
}

package cli

import (
	"errors"
	"fmt"
	"strings"

	"netlab/grader/archive"
	"netlab/grader/lang"
	"netlab/reference"
)

type referenceCommand struct {
	Args []string `arg:"" name:"program" help:"${help_args}"`
}

// Run runs a reference program in place of this one.
func (c *referenceCommand) Run(p *program) error {
	switch c.Args[0] { // its other arguments are the program's
	case "-h", "--help", "help":
		fmt.Fprintln(p.stdout, lang.F("Usage : grader reference <programme> [arguments]\n\n%s", "Usage: grader reference <program> [arguments]\n\n%s", texts["help_reference"]).In(p.lang))
		return nil
	}
	status, err := reference.Run(p.ctx, c.Args[0], c.Args[1:], p.stdin, p.stdout, p.stderr)
	if err != nil {
		fr := lang.F("programme de référence inconnu : %q (choix : %s)", "", c.Args[0], strings.Join(reference.Names(), ", ")).FR
		return usageError{text: lang.T(fr, err.Error())}
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
	name, err := fileName(c.Family, c.TP, c.Ex)
	if err != nil {
		return err
	}
	fmt.Fprintln(p.stdout, name)
	return nil
}

// fileName is archive.FileName with its error in both languages.
func fileName(family string, tp, ex int) (string, error) {
	name, err := archive.FileName(family, tp, ex)
	switch {
	case err == nil || errors.Is(err, archive.ErrNoName):
	case tp < 1 || tp > 999:
		return "", usageError{text: lang.T(fmt.Sprintf("--tp %d : un TP a un numéro de 1 à 999", tp), err.Error())}
	default:
		return "", usageError{text: lang.T(fmt.Sprintf("--ex %d : un exercice a un numéro de 1 à 999", ex), err.Error())}
	}
	if err != nil {
		return "", usageError{text: lang.OfError(err)}
	}
	return name, nil
}

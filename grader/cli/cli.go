// Package cli is the command line: commands, flags, exit statuses and
// messages. Results go to standard output; everything else goes to standard
// error, each message beginning with "grader: ".
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"netlab/grader/lang"
	"netlab/grader/report"
)

// program is one run of the command line.
type program struct {
	ctx            context.Context
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	lang           lang.Lang
	status         int
}

// usageError is an error of whoever typed the command. hint says what to do.
type usageError struct {
	text lang.Text
	hint lang.Text
}

func (e usageError) Error() string { return e.text.EN }

// options is the command line as kong reads it. The help texts are in texts.go.
type options struct {
	Lang    string           `help:"${help_lang}" placeholder:"fr|en"`
	Version kong.VersionFlag `help:"${help_version}"`

	Check     checkCommand     `cmd:"" help:"${help_check}"`
	Batch     batchCommand     `cmd:"" help:"${help_batch}"`
	Report    reportCommand    `cmd:"" help:"${help_report}"`
	Reference referenceCommand `cmd:"" passthrough:"" help:"${help_reference}"`
	Name      nameCommand      `cmd:"" help:"${help_name}"`
	Pack      packCommand      `cmd:"" help:"${help_pack}"`
	Prove     proveCommand     `cmd:"" help:"${help_prove}"`
	Doctor    doctorCommand    `cmd:"" help:"${help_doctor}"`
}

// Run runs one command line and returns its exit status.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	p := &program{ctx: ctx, stdin: stdin, stdout: stdout, stderr: stderr, getenv: os.Getenv}
	p.lang = lang.FromEnv(p.getenv)
	if l, ok, err := langFlag(args); err != nil {
		return p.usage(usageError{text: lang.T("langue inconnue : choisissez fr ou en", err.Error())})
	} else if ok {
		p.lang = l
	}
	if len(args) > 1 && args[0] == "reference" && !strings.HasPrefix(args[1], "-") {
		// What follows is for the reference program alone. Scenarios start them by
		// the hundred, and to make the parser takes longer than most of them run.
		return p.finish((&referenceCommand{Args: args[1:]}).Run(p))
	}
	var o options
	exited := -1
	parser, err := kong.New(&o, kong.Name("grader"), kong.Description(texts["about"].In(p.lang)),
		kong.Writers(helpWriter{stdout, p.lang}, stderr), kong.Exit(func(code int) { exited = code; panic(exitNow{}) }),
		kong.Vars(vars(p.lang)), kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Bind(p))
	if err != nil {
		fmt.Fprintf(stderr, "grader: %v\n", err)
		return exitFault
	}
	kctx, status, err := parse(parser, args, &exited)
	if status >= 0 {
		return status
	}
	if err != nil {
		if len(args) > 0 && strings.HasPrefix(err.Error(), `expected "<`) && slices.Contains(args, "pack") {
			return p.usage(usageError{text: texts["pack_lacks"], hint: texts["hint_help"]})
		}
		return p.usage(usageError{text: parserText(err), hint: texts["hint_help"]})
	}
	return p.finish(kctx.Run())
}

// finish says what went wrong and returns the exit status.
func (p *program) finish(err error) int {
	if err != nil {
		if errors.Is(err, errSaid) {
			return exitFault
		}
		var u usageError
		if errors.As(err, &u) {
			return p.usage(u)
		}
		var f faultError
		if errors.As(err, &f) {
			p.errorf("%s", f.text.In(p.lang))
			return exitFault
		}
		p.errorf("%s", lang.OfError(err).In(p.lang))
		return exitFault
	}
	return p.status
}

// exitNow carries kong's wish to exit (--help, --version) out of Parse.
type exitNow struct{}

func parse(parser *kong.Kong, args []string, exited *int) (kctx *kong.Context, status int, err error) {
	status = -1
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(exitNow); !ok {
				panic(r)
			}
			status = *exited
		}
	}()
	kctx, err = parser.Parse(args)
	return kctx, status, err
}

// langFlag finds --lang before the rest is parsed: the help is in a language too.
func langFlag(args []string) (lang.Lang, bool, error) {
	for i, a := range args {
		if a == "--" {
			break
		}
		value, ok := strings.CutPrefix(a, "--lang=")
		if a == "--lang" && i+1 < len(args) {
			value, ok = args[i+1], true
		}
		if ok {
			l, err := lang.Parse(value)
			return l, err == nil, err
		}
	}
	return "", false, nil
}

// usage reports wrong usage.
func (p *program) usage(e usageError) int {
	p.errorf("%s", e.text.In(p.lang))
	if !e.hint.Empty() {
		p.hintf("%s", e.hint.In(p.lang))
	}
	return exitUsage
}

// errorf, hintf and warnf are the only writers to standard error.
func (p *program) errorf(format string, args ...any) {
	for line := range strings.Lines(fmt.Sprintf(format, args...)) { // several errors are a line each
		fmt.Fprintf(p.stderr, "grader: %s\n", report.EscapeText(strings.TrimSuffix(line, "\n")))
	}
}

func (p *program) hintf(format string, args ...any) {
	p.errorf("%s%s", texts["hint"].In(p.lang), fmt.Sprintf(format, args...))
}

// terminal reports whether w is a terminal, and how wide it is.
func terminal(w io.Writer) (width int, ok bool) {
	f, isFile := w.(*os.File)
	if !isFile || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		width = 80
	}
	return width, true
}

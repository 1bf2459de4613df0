package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"

	"netlab/grader/lang"
	"netlab/grader/report"
	"netlab/grader/sandbox"
)

type doctorCommand struct {
	Format string `help:"${help_format}" enum:"text,json" default:"text" placeholder:"text|json"`
	Python string `help:"${help_python}" placeholder:"PATH"`
}

// diagnosis is what the doctor finds. Its JSON form has its own version.
type diagnosis struct {
	Version     int             `json:"version"`
	Grader      string          `json:"grader"`
	System      string          `json:"system"`    // "linux/amd64"
	Isolation   string          `json:"isolation"` // "full", "partial", "none", or "untried" for want of an interpreter
	Interpreter foundPython     `json:"interpreter"`
	Locale      locale          `json:"locale"`
	Layers      []sandbox.Layer `json:"layers"`
}

// foundPython is the interpreter, or why there is none and the command that adds it.
type foundPython struct {
	Path    string `json:"path"` // the real executable
	Version string `json:"version"`
	Found   string `json:"found"` // the shim or link that led to it
	Error   string `json:"error,omitempty"`
	Fix     string `json:"fix,omitempty"`
}

// locale is the language of the reports, the variable that chose it and whether
// it says that the terminal takes UTF-8.
type locale struct {
	Language lang.Lang `json:"language"`
	Variable string    `json:"variable"` // "LANG=fr_FR.UTF-8", "" when none is set
	UTF8     bool      `json:"utf8"`
}

// Run looks at this machine and tells what it gives. The exit status is 0 for
// full isolation alone.
func (c *doctorCommand) Run(p *program) error {
	d, err := c.diagnose(p)
	if err != nil {
		return err
	}
	switch d.Isolation {
	case "full":
		p.status = exitFull
	case "untried":
		p.status = exitFault
	default:
		p.status = exitLost
	}
	if c.Format == "json" {
		enc := json.NewEncoder(p.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(d)
	}
	return d.write(p.stdout, p.lang)
}

func (c *doctorCommand) diagnose(p *program) (diagnosis, error) {
	d := diagnosis{
		Version: 1, Grader: version(), System: runtime.GOOS + "/" + runtime.GOARCH, Isolation: "untried",
		Locale: localeOf(p.getenv, p.lang), Layers: []sandbox.Layer{},
	}
	in, err := sandbox.FindInterpreter(p.ctx, c.Python)
	if err != nil {
		d.Interpreter = foundPython{Error: err.Error(), Fix: doctorTexts["python_fix"].EN}
		return d, nil
	}
	d.Interpreter = foundPython{Path: in.Path, Version: in.Version, Found: in.Found}
	d.Layers, err = layers(p.ctx, in)
	switch {
	case err != nil:
		return d, err
	case !slices.ContainsFunc(d.Layers, func(l sandbox.Layer) bool { return l.On }):
		d.Isolation = "none"
	case slices.ContainsFunc(d.Layers, func(l sandbox.Layer) bool { return l.Needed && !l.On }):
		d.Isolation = "partial"
	default:
		d.Isolation = "full"
	}
	return d, nil
}

// layers tries isolation and tells what stands.
func layers(ctx context.Context, in sandbox.Interpreter) ([]sandbox.Layer, error) {
	sb, err := sandbox.Open(ctx, sandbox.Options{Interpreter: in})
	if errors.Is(err, sandbox.ErrNoNamespaces) {
		sb, err = sandbox.Open(ctx, sandbox.Options{Interpreter: in, Plain: true})
	}
	if err != nil {
		return nil, err
	}
	found := sb.Layers()
	return found, sb.Close()
}

// localeOf tells which variable chooses the language, as setlocale(3) looks at them.
func localeOf(getenv func(string) string, l lang.Lang) locale {
	found := locale{Language: l}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := getenv(name); value != "" {
			found.Variable = name + "=" + value
			break
		}
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value := getenv(name); value != "" {
			_, charset, _ := strings.Cut(strings.ToLower(value), ".")
			found.UTF8 = strings.HasPrefix(strings.ReplaceAll(charset, "-", ""), "utf8")
			break
		}
	}
	return found
}

// write writes the diagnosis as text.
func (d *diagnosis) write(w io.Writer, l lang.Lang) error {
	say := func(key string, args ...any) string { return fmt.Sprintf(doctorTexts[key].In(l), args...) }
	is := func(key, value string) string { return say("is", say(key), value) }
	var b strings.Builder
	line := func(indent, format string, args ...any) {
		b.WriteString(indent + report.EscapeText(fmt.Sprintf(format, args...)) + "\n")
	}
	line("", "grader %s, %s", strings.TrimPrefix(d.Grader, "grader "), d.System)
	b.WriteString("\n")
	switch in := d.Interpreter; {
	case in.Error != "":
		line("", "%s", is("interpreter", texts["no_interpreter"].In(l)))
		for why := range strings.Lines(in.Error) {
			line("    ", "%s", strings.TrimRight(why, "\n"))
		}
		line("    ", "%s", say("fix", in.Fix))
	case in.Found != in.Path:
		line("", "%s", is("interpreter", fmt.Sprintf("Python %s, %s (%s)", in.Version, in.Path, say("found", in.Found))))
	default:
		line("", "%s", is("interpreter", fmt.Sprintf("Python %s, %s", in.Version, in.Path)))
	}
	variable := d.Locale.Variable
	if variable == "" {
		variable = say("unset")
	}
	line("", "%s", is("language", fmt.Sprintf("%s (%s)", say(string(d.Locale.Language)), variable)))
	if !d.Locale.UTF8 {
		line("    ", "%s", say("not_utf8"))
	}
	line("", "%s", is("isolation", say(d.Isolation)))
	for _, layer := range d.Layers {
		state, note := "on", ""
		switch {
		case layer.On:
		case layer.Needed:
			state = "off"
		default:
			state, note = "extra", " "+say("extra_is")
		}
		line("  ", "%-4s %-18s %s%s", say(state), layer.Name, layerTexts[layer.Name].In(l), note)
		if layer.Why != "" {
			line("       ", "%s", layer.Why)
		}
		if layer.Fix != "" && !layer.On {
			line("       ", "%s", say("fix", layer.Fix))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

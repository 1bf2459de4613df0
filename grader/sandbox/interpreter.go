package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Interpreter is the Python that runs the programs.
type Interpreter struct {
	Path    string // the real executable: no shim, no symbolic link
	Version string // "3.11.2"
	Prefix  string // where its library lives
	Found   string `json:"-"` // the path that led to it: a shim or a link, or Path itself
}

// String shows the interpreter as reports do.
func (i Interpreter) String() string { return fmt.Sprintf("Python %s (%s)", i.Version, i.Path) }

// folders returns the folders that the interpreter needs to run.
func (i Interpreter) folders() []string {
	out := []string{i.Prefix}
	if dir := filepath.Dir(i.Path); dir != i.Prefix && !strings.HasPrefix(dir, i.Prefix+string(filepath.Separator)) {
		out = append(out, dir)
	}
	return out
}

// probeLimit bounds the start of one candidate: a slow shim takes 0.5 s.
const probeLimit = 20 * time.Second

// probe prints where the interpreter really is.
const probe = `import sys, os, json
print(json.dumps({"Path": os.path.realpath(sys.executable), "Version": sys.version.split()[0],
"Major": sys.version_info[0], "Prefix": os.path.realpath(getattr(sys, "base_prefix", sys.prefix))}))`

// FindInterpreter finds a Python 3 and resolves it to its real executable.
// name is a path or a command to try alone; when it is empty the system's own
// interpreter is preferred to what the PATH leads to, which may be a shim. The error says what was tried.
func FindInterpreter(ctx context.Context, name string) (Interpreter, error) {
	candidates := []string{"/usr/bin/python3", "python3", "/usr/local/bin/python3", "python", "py"}
	if name != "" {
		candidates = []string{name}
	}
	var tried []error
	for _, c := range candidates {
		path, err := exec.LookPath(c)
		if err != nil {
			tried = append(tried, fmt.Errorf("%s: not found", c))
			continue
		}
		in, err := probeInterpreter(ctx, path)
		if err == nil {
			in.Found = path
			return in, nil
		}
		tried = append(tried, fmt.Errorf("%s: %w", path, err))
	}
	return Interpreter{}, fmt.Errorf("no Python 3 found: %w", errors.Join(tried...))
}

func probeInterpreter(ctx context.Context, path string) (Interpreter, error) {
	ctx, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "-c", probe)
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		return Interpreter{}, err
	}
	var found struct {
		Interpreter
		Major int
	}
	if err := json.Unmarshal(out, &found); err != nil {
		return Interpreter{}, fmt.Errorf("is no Python: %w", err)
	}
	if found.Major != 3 {
		return Interpreter{}, fmt.Errorf("is Python %s, not 3", found.Version)
	}
	return found.Interpreter, nil
}

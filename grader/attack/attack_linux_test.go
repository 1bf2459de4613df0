package attack

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/report"
	"netlab/grader/sandbox"
	"netlab/scripts"
)

// verbose shows what every program printed.
var verbose = flag.Bool("show", false, "show what the attacks print and lose")

// atOnce is how many attacks run at once: most of them wait.
const atOnce = 6

// longest is how long one attack may take, with its grading. It is a bound for
// a machine under load, far above what any takes.
const longest = 5 * time.Minute

// What the harness may use at most while all of it runs, whatever the attacks do.
const (
	mostMemory      = 512 << 20 // bytes, of the harness or of its keeper
	mostDescriptors = 3000
)

// TestAttacks runs every attack, while a right server is graded beside them
// over and over.
func TestAttacks(t *testing.T) {
	if testing.Short() {
		t.Skip("all attacks take a minute")
	}
	// As the grader's main does.
	unlimited := debug.SetMemoryLimit(256 << 20)
	t.Cleanup(func() { debug.SetMemoryLimit(unlimited) })
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	h := newHost(t)
	suites := suites(t)
	in, err := sandbox.FindInterpreter(t.Context(), "")
	if err != nil {
		t.Skip(err)
	}
	before := h.state(t, tmp)
	sb, err := sandbox.Open(t.Context(), sandbox.Options{Interpreter: in})
	if errors.Is(err, sandbox.ErrNoNamespaces) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("as user %d, isolation: %s", os.Geteuid(), strings.Join(sb.Isolation(), " "))
	work, err := os.MkdirTemp("", "work-")
	if err != nil {
		t.Fatal(err)
	}
	h.secrets = append(h.secrets, work)
	g := &grade.Grader{Sandbox: sb, Workdir: work, Parallel: 3, Version: "test"}
	r := &arena{h: h, g: g, suites: suites, began: make(chan struct{}, 1)}

	stop := make(chan struct{})
	var neighbour sync.WaitGroup
	neighbour.Go(func() { r.neighbour(t, stop) })
	var group errgroup.Group
	group.SetLimit(atOnce)
	for _, a := range attacks(t) {
		group.Go(func() error {
			t.Run(a.name, func(t *testing.T) { r.run(t, a) })
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	close(stop)
	neighbour.Wait()

	if err := sb.Close(); err != nil {
		t.Errorf("close the sandbox: %v", err)
	}
	h.rest()
	h.stopped.Wait()
	h.checkGone(t)
	h.checkUntouched(t)
	if err := os.RemoveAll(work); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(before, h.state(t, tmp), cmp.AllowUnexported(left{})); diff != "" {
		t.Errorf("left behind (-before +after):\n%s", diff)
	}
	t.Logf("at most: memory %v MiB, %d descriptors", inMiB(h.rss), h.files)
	for role, n := range h.rss {
		if n > mostMemory {
			t.Errorf("%s had %d MiB", role, n>>20)
		}
	}
	if h.files > mostDescriptors {
		t.Errorf("the harness had %d descriptors", h.files)
	}
}

func inMiB(sizes map[string]int64) map[string]int64 {
	out := map[string]int64{}
	for k, v := range sizes {
		out[k] = v >> 20
	}
	return out
}

// arena is where the attacks are run.
type arena struct {
	h      *host
	g      *grade.Grader
	suites map[string]*grade.Suite
	began  chan struct{} // holds an element when an attack has begun since the neighbour's grading did
}

// run runs one attack and checks what came of it.
func (r *arena) run(t *testing.T, a attack) {
	ctx, cancel := context.WithTimeout(t.Context(), longest)
	defer cancel()
	select {
	case r.began <- struct{}{}:
	default:
	}
	if a.exercise == "" {
		r.alone(ctx, t, a)
		return
	}
	r.graded(ctx, t, a)
}

// patience is how long a program that is run by itself may take to end: each
// ends itself before.
const patience = 18 * time.Second

// alone runs an attack by itself in a box and looks at what it printed.
func (r *arena) alone(ctx context.Context, t *testing.T, a attack) {
	box, err := r.g.Sandbox.NewBox(ctx, a.files)
	if err != nil {
		t.Fatal(err)
	}
	mark := fmt.Sprintf("mark-%d-%s", os.Getpid(), a.name)
	args := []string{r.g.Sandbox.Interpreter().Path, "program.py", mark, strconv.Itoa(r.h.port), r.h.socket, r.h.folder}
	p, err := box.Start(ctx, sandbox.Command{Args: args}, sandbox.Watch{})
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	end, err := box.WaitFor(ctx, p, patience, func() bool { return p.Exited })
	if err != nil {
		t.Errorf("wait: %v", err)
	}
	waited := time.Since(began)
	closing := time.Now()
	if err := box.Close(); err != nil {
		t.Errorf("close the box: %v", err)
	}
	if took := time.Since(closing); took > 20*time.Second {
		t.Errorf("closing the box took %s", took)
	}
	out := append(bytes.Clone(p.Screen.Data), p.Errors.Data...)
	if *verbose {
		t.Logf("%s after %s (%v %v):\n%s", end, waited, p.Exited, p.Exit, out)
	}
	if left := marked(mark); len(left) > 0 {
		t.Errorf("processes are left: %q", left)
	}
	if found := r.h.secretsIn(out); len(found) > 0 {
		t.Errorf("it printed what is the host's: %q", found)
	}
	holes := regexp.MustCompile(`(?m)^HOLE .*`).FindAllString(string(out), -1)
	if len(holes) > 0 {
		t.Errorf("%s: %d holes: %q", a.attempts, len(holes), holes[:min(len(holes), 5)])
	}
	if strings.Contains(string(out), "Traceback (most recent call last)") && !strings.Contains(string(out), "MemoryError") {
		t.Errorf("the attack itself went wrong:\n%s", out)
	}
	for _, m := range regexp.MustCompile(`(?m)^HAS (\d+) MiB`).FindAllStringSubmatch(string(out), -1) {
		// What watches may be late by as much again.
		if n, err := strconv.ParseInt(m[1], 10, 64); err != nil || n<<20 > 2*sandbox.MaxMemory {
			t.Errorf("it held %s MiB", m[1])
		}
	}
	if a.expect == held {
		if !bytes.Contains(out, []byte("HELD ")) {
			t.Errorf("nothing says that it was refused:\n%s", out)
		}
		if !p.Exited || p.Exit != (sandbox.Exit{}) {
			t.Errorf("it did not end by itself (%s, %v):\n%s", end, p.Exit, out)
		}
	}
}

// graded grades an attack and looks at its marks and its reports.
func (r *arena) graded(ctx context.Context, t *testing.T, a attack) {
	seed := fnv.New64a()
	seed.Write([]byte(a.name))
	files := a.files
	if a.exercise == "sioux" && strings.HasPrefix(a.name, "cheat-web-own") {
		files = append(slices.Clone(files), ownCopies(t)...)
	}
	res := r.g.Grade(ctx, grade.Work{Suite: r.suites[a.exercise], Files: files, ScoredOnly: true, Seed: seed.Sum64()})
	res.Archive = a.name + "-tp3-ex1.zip"
	if res.Verdict != grade.Graded {
		t.Fatalf("%s: %s", res.Verdict, res.Fault)
	}
	var lost []string
	for _, c := range res.Criteria {
		if !c.Advice && c.Status != grade.Passed {
			lost = append(lost, c.ID)
		}
	}
	if *verbose {
		t.Logf("%d points, loses %s", res.Score, strings.Join(lost, " "))
	}
	sorted := func(ids []string) []string { return slices.Sorted(slices.Values(ids)) }
	switch a.expect {
	case atMost:
		if res.Score > a.points {
			t.Errorf("it scores %d, more than %d", res.Score, a.points)
		}
	case loses, fullMarks:
		if diff := cmp.Diff(sorted(a.criteria), sorted(lost)); diff != "" {
			t.Errorf("lost criteria (-want +got):\n%s", diff)
		}
	}
	r.reports(t, res)
}

// ownCopies are the files that the exercise asks for, as a submission that has
// them from the course's repository would bring them along.
func ownCopies(t *testing.T) []sandbox.File {
	t.Helper()
	var out []sandbox.File
	for _, name := range []string{"page.html", "style.css", "photo.jpg"} {
		data, err := fs.ReadFile(scripts.FS, "sioux/site/"+name)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, sandbox.File{Path: "own/" + name, Data: data})
	}
	return out
}

// mostReport bounds the reports of one hostile submission, in bytes.
const mostReport = 1 << 20

// reports checks that reports about a hostile submission are harmless text of
// a bounded size, and hold nothing of the host.
func (r *arena) reports(t *testing.T, res grade.Result) {
	t.Helper()
	for _, l := range []lang.Lang{lang.FR, lang.EN} {
		for _, verbose := range []bool{false, true} {
			var text bytes.Buffer
			if err := report.Text(&text, []grade.Result{res}, report.Options{Lang: l, Verbose: verbose, Width: 100}); err != nil {
				t.Fatal(err)
			}
			r.harmless(t, "text", text.Bytes(), "\n")
		}
		var text bytes.Buffer
		if err := report.JSON(&text, []grade.Result{res}, l); err != nil {
			t.Fatal(err)
		}
		r.harmless(t, "JSON", text.Bytes(), "\n")
		r.classReports(t, res, l)
	}
}

// harmless fails when a report could act on what shows it. Those of allowed
// are the control characters that it may have.
func (r *arena) harmless(t *testing.T, what string, text []byte, allowed string) {
	t.Helper()
	if !utf8.Valid(text) {
		t.Errorf("%s: not UTF-8", what)
	}
	for i, c := range string(text) {
		if strings.ContainsRune(allowed, c) {
			continue
		}
		if unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || c == '\u2028' || c == '\u2029' {
			t.Errorf("%s: %q in %q", what, c, text[max(0, i-40):min(len(text), i+40)])
			break
		}
	}
	if len(text) > mostReport {
		t.Errorf("%s: %d bytes", what, len(text))
	}
	if found := r.h.secretsIn(text); len(found) > 0 {
		t.Errorf("%s: it holds what is the host's: %q", what, found)
	}
}

// right is a right server.
const right = `import socket
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('', 6666))
s.listen()
while True:
    c, address = s.accept()
    message = c.recv(1024).decode()
    print(message, address)
    c.close()
    if message.startswith('quit'):
        break
`

// neighbour grades a right server again and again until stop is closed; it must
// have full marks each time.
func (r *arena) neighbour(t *testing.T, stop chan struct{}) {
	n := 0
	defer func() { t.Logf("the neighbour was graded %d times", n) }()
	for ; ; n++ {
		select {
		case <-stop:
			if n == 0 {
				t.Error("the neighbour was never graded")
			}
			return
		case <-r.began:
		}
		res := r.g.Grade(t.Context(), grade.Work{
			Suite: r.suites["server"], Files: []sandbox.File{{Path: "server.py", Data: []byte(right)}}, ScoredOnly: true, Seed: uint64(n),
		})
		if res.Verdict != grade.Graded || res.Score != 20 {
			var lost []string
			for _, c := range res.Criteria {
				if !c.Advice && c.Status != grade.Passed {
					lost = append(lost, c.ID+": "+c.Message.EN)
				}
			}
			t.Errorf("the neighbour: %s %d/20 %s %q", res.Verdict, res.Score, res.Fault, lost)
		}
	}
}

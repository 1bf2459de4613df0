package grade_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"netlab/grader/archive"
	"netlab/grader/course"
	"netlab/grader/grade"
	"netlab/grader/sandbox"
	"netlab/grader/sandbox/sandboxtest"
	"netlab/grader/scenario"
	"netlab/scripts"
)

// What one grading costs, part by part, beside the start of the bare
// interpreter in the same run: compare ratios, not milliseconds.

const sample = "../../submissions/yunes-tp3-ex12.zip"

func BenchmarkInterpreterBare(b *testing.B) {
	in := interpreter(b)
	for b.Loop() {
		if err := exec.Command(in.Path, "-c", "pass").Run(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkName(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, v := archive.ParseName("yunes-tp3-ex12.zip"); len(v) > 0 {
			b.Fatal(v)
		}
	}
}

func BenchmarkUnpack(b *testing.B) {
	b.ReportAllocs()
	dir := b.TempDir()
	for b.Loop() {
		sub, v, err := archive.Open(sample, nil, archive.DefaultLimits())
		if err != nil || len(v) > 0 {
			b.Fatal(err, v)
		}
		into, err := os.MkdirTemp(dir, "")
		if err != nil {
			b.Fatal(err)
		}
		root, err := os.OpenRoot(into)
		if err != nil {
			b.Fatal(err)
		}
		if err := sub.Unpack(root); err != nil {
			b.Fatal(err)
		}
		root.Close()
	}
}

func BenchmarkSandboxStart(b *testing.B) {
	in := interpreter(b)
	for b.Loop() {
		sb, err := sandbox.Open(b.Context(), sandbox.Options{Interpreter: in})
		if err != nil {
			b.Fatal(err)
		}
		if err := sb.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScenario(b *testing.B) {
	g, suites := bench(b)
	files := submission(b)
	for _, s := range suites[0].Scripts {
		if s.Name != "session" {
			continue
		}
		b.ReportAllocs()
		for b.Loop() {
			if _, err := scenario.Run(b.Context(), s, scenario.Env{Sandbox: g.Sandbox, Files: files, Seed: 1, Workdir: g.Workdir}); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkGrading is `grader check` on a right server, from the archive to
// the result.
func BenchmarkGrading(b *testing.B) {
	g, suites := bench(b)
	desk := grade.Desk{Grader: g, Suites: suites}
	b.ReportAllocs()
	for b.Loop() {
		if res := desk.Archive(b.Context(), sample); res.Score != res.Max {
			b.Fatalf("%s: %d/%d %s", res.Verdict, res.Score, res.Max, res.Fault)
		}
	}
}

// BenchmarkGradingBlocked is the same for a wrong server that blocks: what
// waits would cost if they ended by a stop-watch.
func BenchmarkGradingBlocked(b *testing.B) {
	g, suites := bench(b)
	desk := grade.Desk{Grader: g, Suites: suites}
	for b.Loop() {
		if res := desk.Archive(b.Context(), "../../submissions/degaulle-tp3-ex1.zip"); res.Score == res.Max {
			b.Fatalf("%s: %d/%d %s", res.Verdict, res.Score, res.Max, res.Fault)
		}
	}
}

func interpreter(b *testing.B) sandbox.Interpreter {
	b.Helper()
	in, err := sandbox.FindInterpreter(b.Context(), "")
	if err != nil {
		b.Skip(err)
	}
	return in
}

func bench(b *testing.B) (*grade.Grader, []*grade.Suite) {
	b.Helper()
	sb := sandboxtest.Open(b)
	exercises, err := course.Load(scripts.FS)
	if err != nil {
		b.Fatal(err)
	}
	var suites []*grade.Suite
	for _, ex := range exercises {
		s, err := grade.LoadSuite(scripts.FS, ex)
		if err != nil {
			b.Fatal(err)
		}
		suites = append(suites, s)
	}
	return &grade.Grader{Sandbox: sb, Workdir: b.TempDir(), Parallel: runtime.NumCPU()}, suites
}

func submission(b *testing.B) []sandbox.File {
	b.Helper()
	data, err := os.ReadFile(filepath.FromSlash("../../submissions/src/yunes-tp3-ex12/server.py"))
	if err != nil {
		b.Fatal(err)
	}
	return []sandbox.File{{Path: "server.py", Data: data}}
}

package gradescope_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"netlab/grader/batch"
	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/report/gradescope"
	"netlab/grader/report/reporttest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// files writes a class and returns each file that was made.
func files(t *testing.T, c *batch.Class, l lang.Lang) map[string][]byte {
	t.Helper()
	dir := t.TempDir()
	if err := gradescope.Folder(filepath.Join(dir, "out"), []*batch.Class{c}, l); err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		name, _ := filepath.Rel(filepath.Join(dir, "out"), path)
		out[filepath.ToSlash(name)] = b
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestGolden(t *testing.T) {
	for name, c := range reporttest.Samples() {
		for _, l := range []lang.Lang{lang.FR, lang.EN} {
			for file, b := range files(t, c, l) {
				reporttest.Golden(t, *update, filepath.Join(name+"."+string(l), file), b)
			}
		}
	}
}

// results is what the documentation lists, and no more.
type results struct {
	Score            *float64        `json:"score"`
	ExecutionTime    float64         `json:"execution_time"`
	Output           string          `json:"output"`
	OutputFormat     string          `json:"output_format"`
	TestOutputFormat string          `json:"test_output_format"`
	TestNameFormat   string          `json:"test_name_format"`
	Visibility       string          `json:"visibility"`
	StdoutVisibility string          `json:"stdout_visibility"`
	ExtraData        json.RawMessage `json:"extra_data"`
	Tests            []struct {
		Score      float64  `json:"score"`
		MaxScore   float64  `json:"max_score"`
		Status     string   `json:"status"`
		Name       string   `json:"name"`
		Number     string   `json:"number"`
		Output     string   `json:"output"`
		Tags       []string `json:"tags"`
		Visibility string   `json:"visibility"`
	} `json:"tests"`
}

func read(t *testing.T, b []byte) results {
	t.Helper()
	var r results
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		t.Fatal(err)
	}
	if r.Score == nil || r.OutputFormat != "text" || r.TestOutputFormat != "text" || r.TestNameFormat != "text" || r.Visibility != "visible" || r.StdoutVisibility != "hidden" {
		t.Errorf("%+v", r)
	}
	for _, test := range r.Tests {
		if test.Status != "passed" && test.Status != "failed" || test.Name == "" || test.Score > test.MaxScore || test.Visibility != "visible" {
			t.Errorf("%+v", test)
		}
	}
	return r
}

func TestResults(t *testing.T) {
	all := files(t, reporttest.Small(), lang.EN)
	if len(all) != 5 {
		t.Errorf("%d files", len(all))
	}
	sum := func(r results) (n float64) {
		for _, test := range r.Tests {
			n += test.Score
		}
		return n
	}
	curie := read(t, all["curie-tp3-ex1/results.json"])
	if *curie.Score != 20 || sum(curie) != 20 || len(curie.Tests) != 3 || curie.ExecutionTime != 2.5 {
		t.Errorf("%+v", curie)
	}
	if !strings.Contains(curie.Output, "Advice, no effect on the mark: restart: SO_REUSEADDR") {
		t.Errorf("advice is not in %q", curie.Output)
	}
	gaulle := read(t, all["degaulle-tp3-ex1/results.json"])
	if *gaulle.Score != 8 || sum(gaulle) != 8 || gaulle.Tests[1].Status != "failed" || !strings.Contains(gaulle.Tests[1].Output, `bonjour\r\n`) {
		t.Errorf("%+v", gaulle)
	}
	rejected := read(t, all["archive-Yun_s_TP3_ex1/results.json"])
	if *rejected.Score != 0 || len(rejected.Tests) != 2 || !strings.Contains(rejected.Output, "yunes-tp3-ex1.zip") {
		t.Errorf("%+v", rejected)
	}
	if b := all["turing-tp3-ex1/fault.txt"]; !bytes.Contains(b, []byte("grader batch rendus --only faults")) || all["turing-tp3-ex1/results.json"] != nil {
		t.Errorf("a fault has results: %s", b)
	}
}

func TestHostile(t *testing.T) {
	for name, b := range files(t, reporttest.Hostile(), lang.FR) {
		if strings.ContainsAny(name, "\\:*?\"<>|=@+ \x00") || strings.Contains(name, "..") {
			t.Errorf("file %q", name)
		}
		if len(b) > 1<<20 || !utf8.Valid(b) {
			t.Errorf("%s: %d bytes", name, len(b))
		}
		if strings.HasSuffix(name, "json") {
			read(t, b)
		}
	}
}

func TestFaultHasNoResults(t *testing.T) {
	r := grade.Result{Verdict: grade.Fault}
	var b bytes.Buffer
	if err := gradescope.Results(&b, &r, time.Second, lang.EN); !errors.Is(err, gradescope.ErrFault) || b.Len() > 0 {
		t.Errorf("%v, %d bytes", err, b.Len())
	}
}

// TestFolderReplacesOldResults: a submission that had a mark and has a fault now
// keeps no mark.
func TestFolderReplacesOldResults(t *testing.T) {
	dir := t.TempDir()
	c := reporttest.Small()
	old := filepath.Join(dir, "turing-tp3-ex1", "results.json")
	if err := os.MkdirAll(filepath.Dir(old), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(old, []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := gradescope.Folder(dir, []*batch.Class{c}, lang.EN); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); !os.IsNotExist(err) {
		t.Errorf("the old results are still there: %v", err)
	}
}

func TestErrors(t *testing.T) {
	full := errors.New("disk full")
	r := reporttest.Server("curie", 3, 1)
	if err := gradescope.Results(brokenWriter{full}, &r, 0, lang.EN); !errors.Is(err, full) {
		t.Error(err)
	}
	c := reporttest.Small()
	c.Whole = func(int) (grade.Result, error) { return grade.Result{}, io.ErrUnexpectedEOF }
	if err := gradescope.Folder(t.TempDir(), []*batch.Class{c}, lang.EN); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := gradescope.Folder(file, []*batch.Class{reporttest.Small()}, lang.EN); err == nil {
		t.Error("a folder where a file is")
	}
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

package moodle_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/batch"
	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/report/moodle"
	"netlab/grader/report/reporttest"
)

// imported reads a zip as Moodle does (mod/assign/feedback/file/importziplib.php):
// by participant's number, the file's name and content.
func imported(t *testing.T, data []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		parts := strings.SplitN(f.Name, "_", 5)
		if len(parts) != 5 || parts[2] != "assignfeedback" || parts[3] != "file" {
			t.Errorf("Moodle does not take %q", f.Name)
			continue
		}
		if _, err := strconv.Atoi(parts[1]); err != nil || strings.ContainsAny(f.Name, "/\\:*?\"<>|\x00") || strings.HasPrefix(f.Name, ".") || strings.HasPrefix(f.Name, "~") || !utf8.ValidString(f.Name) || len(f.Name) > 255 {
			t.Errorf("file %q", f.Name)
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		key := parts[1] + " " + parts[4]
		if _, twice := out[key]; twice {
			t.Errorf("%q twice", key)
		}
		out[key] = string(b)
	}
	return out
}

func feedback(t *testing.T, c *batch.Class, l lang.Lang) (map[string]string, moodle.Sent) {
	t.Helper()
	var b bytes.Buffer
	sent, err := moodle.Feedback(&b, c, l)
	if err != nil {
		t.Fatal(err)
	}
	return imported(t, b.Bytes()), sent
}

func TestFeedbackGolden(t *testing.T) {
	for name, c := range map[string]*batch.Class{"small": reporttest.Small(), "hostile": reporttest.Hostile()} {
		for _, l := range []lang.Lang{lang.FR, lang.EN} {
			files, _ := feedback(t, c, l)
			for file, text := range files {
				reporttest.Golden(t, *update, "feedback/"+name+"."+string(l)+"."+strings.ReplaceAll(file, " ", "_"), []byte(text))
			}
		}
	}
}

func TestFeedbackFiles(t *testing.T) {
	files, sent := feedback(t, reporttest.Small(), lang.EN)
	if d := cmp.Diff(moodle.Sent{Files: 3, NoMark: []string{"turing-tp3-ex1.zip"}, NoID: []string{"lovelace-tp3-ex2.zip"}}, sent); d != "" {
		t.Error(d)
	}
	if text := files["1002 degaulle-tp3-ex1.txt"]; !strings.Contains(text, "8/20") || !strings.Contains(text, `bonjour\r\n`) {
		t.Errorf("%q", files)
	}
	hostile, _ := feedback(t, reporttest.Hostile(), lang.EN)
	if len(hostile) != 3 {
		t.Errorf("%d files", len(hostile))
	}
	for name, text := range hostile {
		if len(text) > 256<<10 || strings.ContainsAny(text, "\x1b\x00\u202e") {
			t.Errorf("%s: %d bytes", name, len(text))
		}
	}
}

// TestFeedbackIsTheSame: the same class gives the same bytes.
func TestFeedbackIsTheSame(t *testing.T) {
	var a, b bytes.Buffer
	for _, w := range []io.Writer{&a, &b} {
		if _, err := moodle.Feedback(w, reporttest.Small(), lang.FR); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two zips of one class differ")
	}
}

func TestFeedbackErrors(t *testing.T) {
	full := errors.New("disk full")
	if _, err := moodle.Feedback(brokenWriter{full}, reporttest.Small(), lang.FR); !errors.Is(err, full) {
		t.Error(err)
	}
	c := reporttest.Small()
	c.Whole = func(int) (grade.Result, error) { return grade.Result{}, io.ErrUnexpectedEOF }
	if _, err := moodle.Feedback(io.Discard, c, lang.FR); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
}

package report

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/grade"
	"netlab/grader/lang"
)

// contract is the JSON report as other people's programs read it. It is written
// out here once more, so that changing the report's own types breaks a test.
type contract struct {
	Version     int `json:"version"`
	Submissions []struct {
		Archive    string `json:"archive"`
		Student    string `json:"student"`
		TP         int    `json:"tp"`
		Ex         int    `json:"ex"`
		Exercise   string `json:"exercise"`
		Verdict    string `json:"verdict"`
		Score      int    `json:"score"`
		Max        int    `json:"max"`
		Violations []struct {
			Rule     string `json:"rule"`
			Severity string `json:"severity"`
			Message  string `json:"message"`
			Expected string `json:"expected"`
		} `json:"violations"`
		Criteria []struct {
			ID      string `json:"id"`
			Status  string `json:"status"`
			Points  int    `json:"points"`
			Max     int    `json:"max"`
			Advice  bool   `json:"advice"`
			Message string `json:"message"`
			Steps   []struct {
				Scenario string `json:"scenario"`
				Line     int    `json:"line"`
				Source   string `json:"source"`
				Outcome  string `json:"outcome"`
				Wait     string `json:"wait"`
				Did      string `json:"did"`
				Saw      string `json:"saw"`
				Fault    string `json:"fault"`
			} `json:"steps"`
			Asks string `json:"asks"`
			Hint string `json:"hint"`
		} `json:"criteria"`
		Fault       string `json:"fault"`
		Environment struct {
			Grader      string   `json:"grader"`
			Scripts     string   `json:"scripts"`
			Interpreter string   `json:"interpreter"`
			Isolation   []string `json:"isolation"`
			Seed        string   `json:"seed"`
		} `json:"environment"`
		Title     string `json:"title"`
		Scenarios []struct {
			Scenario string `json:"scenario"`
			Timeline []struct {
				AtMS    int    `json:"at_ms"`
				Kind    string `json:"kind"`
				Program string `json:"program"`
				Conn    string `json:"conn"`
				Data    string `json:"data"`
				Dropped int64  `json:"dropped"`
				Note    string `json:"note"`
			} `json:"timeline"`
		} `json:"scenarios"`
	} `json:"submissions"`
}

func encode(t *testing.T, results []grade.Result, l lang.Lang) string {
	t.Helper()
	var b bytes.Buffer
	if err := JSON(&b, results, l); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// decode reads a report and allows no key that contract does not have.
func decode(t *testing.T, doc string) contract {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(doc))
	dec.DisallowUnknownFields()
	var c contract
	if err := dec.Decode(&c); err != nil {
		t.Fatal(err)
	}
	if _, err := dec.Token(); err != io.EOF {
		t.Fatalf("after the document: %v", err)
	}
	return c
}

func TestJSONGolden(t *testing.T) {
	for _, name := range []string{"lost", "rejected", "fault"} {
		for _, l := range []lang.Lang{lang.FR, lang.EN} {
			golden(t, name+"."+string(l)+".json.golden", encode(t, samples()[name], l))
		}
	}
}

// TestJSONContract: for every sample the document has the keys of the contract,
// no null, no control character, and its own content when it is written again.
func TestJSONContract(t *testing.T) {
	for name, results := range samples() {
		doc := encode(t, results, lang.FR)
		c := decode(t, doc)
		if c.Version != 1 || len(c.Submissions) != len(results) {
			t.Errorf("%s: version %d, %d submissions", name, c.Version, len(c.Submissions))
		}
		if strings.Contains(doc, "null") {
			t.Errorf("%s has a null", name)
		}
		if r, at := unsafeRune(doc); at >= 0 || !utf8.ValidString(doc) {
			t.Errorf("%s: %q at byte %d", name, r, at)
		}
		var back bytes.Buffer
		enc := json.NewEncoder(&back)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(c); err != nil {
			t.Fatal(err)
		}
		// "fault" of a step is there only when there is one.
		again := strings.ReplaceAll(back.String(), ",\n              \"fault\": \"\"", "")
		if d := cmp.Diff(doc, again); d != "" {
			t.Errorf("%s: keys are not those of the contract, or not in their order (-report +contract):\n%s", name, d)
		}
	}
}

func TestJSONEmpty(t *testing.T) {
	if got, want := encode(t, nil, lang.FR), "{\n  \"version\": 1,\n  \"submissions\": []\n}\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	c := decode(t, encode(t, []grade.Result{{Criteria: make([]grade.Criterion, 1)}}, lang.FR)).Submissions[0]
	if c.Violations == nil || c.Criteria[0].Steps == nil || c.Environment.Isolation == nil || c.Scenarios == nil {
		t.Errorf("a null array: %+v", c)
	}
}

func TestJSONValues(t *testing.T) {
	fr := decode(t, encode(t, []grade.Result{lostCriteria()}, lang.FR)).Submissions[0]
	en := decode(t, encode(t, []grade.Result{lostCriteria()}, lang.EN)).Submissions[0]
	if fr.Title != "Serveur TCP" || en.Title != "TCP server" {
		t.Errorf("titles %q and %q", fr.Title, en.Title)
	}
	if len(fr.Violations) != 1 || fr.Violations[0].Rule != "content.nested" {
		t.Errorf("a violation that is ignored is said: %+v", fr.Violations)
	}
	got := fr.Scenarios[0].Timeline[6]
	got.AtMS = 0
	want := got
	want.Kind, want.Program, want.Data = "stdout", "s", `Received bonjour kavoli\r\n\n`
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	step := fr.Criteria[2].Steps[0]
	if step.Outcome != "mismatch" || step.Wait != "silence" || step.Line != 9 || !strings.HasPrefix(step.Did, "chercher à l'écran") || step.Saw == "" {
		t.Errorf("step %+v", step)
	}
}

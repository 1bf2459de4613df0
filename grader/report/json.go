package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/scenario"
)

// JSONVersion is the version of the JSON report. It changes when a key changes
// its meaning or goes away, not when one is added.
const JSONVersion = 1

type jsonReport struct {
	Version     int              `json:"version"`
	Submissions []jsonSubmission `json:"submissions"`
}

type jsonSubmission struct {
	Archive     string          `json:"archive"`
	Student     string          `json:"student"`
	TP          int             `json:"tp"`
	Ex          int             `json:"ex"`
	Exercise    string          `json:"exercise"`
	Verdict     grade.Verdict   `json:"verdict"`
	Score       int             `json:"score"`
	Max         int             `json:"max"`
	Violations  []jsonViolation `json:"violations"`
	Criteria    []jsonCriterion `json:"criteria"`
	Fault       string          `json:"fault"`
	Environment jsonEnvironment `json:"environment"`
	Title       string          `json:"title"`
	Scenarios   []jsonScenario  `json:"scenarios"`
}

type jsonViolation struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Message  string `json:"message"`
	Expected string `json:"expected"`
}

type jsonCriterion struct {
	ID      string       `json:"id"`
	Status  grade.Status `json:"status"`
	Points  int          `json:"points"`
	Max     int          `json:"max"`
	Advice  bool         `json:"advice"`
	Message string       `json:"message"`
	Steps   []jsonStep   `json:"steps"`
	Asks    string       `json:"asks"`
	Hint    string       `json:"hint"`
}

type jsonStep struct {
	Scenario string           `json:"scenario"`
	Line     int              `json:"line"`
	Source   string           `json:"source"`
	Outcome  scenario.Outcome `json:"outcome"`
	Wait     string           `json:"wait"`
	Did      string           `json:"did"`
	Saw      string           `json:"saw"`
	Fault    string           `json:"fault,omitempty"`
}

type jsonEnvironment struct {
	Grader      string   `json:"grader"`
	Scripts     string   `json:"scripts"`
	Interpreter string   `json:"interpreter"`
	Isolation   []string `json:"isolation"`
	Seed        string   `json:"seed"`
}

type jsonScenario struct {
	Scenario string      `json:"scenario"`
	Timeline []jsonEvent `json:"timeline"`
}

type jsonEvent struct {
	AtMS    int64         `json:"at_ms"` // milliseconds since the scenario began
	Kind    scenario.Kind `json:"kind"`
	Program string        `json:"program"`
	Conn    string        `json:"conn"`
	Data    string        `json:"data"` // as [EscapeData] shows it
	Dropped int64         `json:"dropped"`
	Note    string        `json:"note"`
}

// JSON writes a report for other tools: an object with "version" and
// "submissions", whose keys and names are a contract. Messages are in l. A list
// that has nothing in it is an empty array, never null. The document is valid
// UTF-8 and safe to show on a terminal; what cannot be shown is escaped in the
// strings themselves, by [EscapeData] in a timeline's data and by [EscapeText]
// elsewhere (but for the line ends of messages). It returns the error of w.
func JSON(w io.Writer, results []grade.Result, l lang.Lang) error {
	doc := jsonReport{Version: JSONVersion, Submissions: make([]jsonSubmission, 0, len(results))}
	for i := range results {
		doc.Submissions = append(doc.Submissions, jsonOf(&results[i], l))
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	if _, err := w.Write(buf.Bytes()); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

func jsonOf(r *grade.Result, l lang.Lang) jsonSubmission {
	s := jsonSubmission{
		Archive: EscapeText(r.Archive), Student: EscapeText(r.Student), TP: r.TP, Ex: r.Ex, Exercise: EscapeText(r.Exercise),
		Verdict: r.Verdict, Score: r.Score, Max: r.Max, Fault: message(r.FaultIn(l)),
		Title:      message(r.Title.In(l)),
		Violations: make([]jsonViolation, 0, len(r.Violations)),
		Criteria:   make([]jsonCriterion, 0, len(r.Criteria)),
		Scenarios:  make([]jsonScenario, 0, len(r.Traces)),
		Environment: jsonEnvironment{
			Grader: EscapeText(r.Environment.Grader), Scripts: EscapeText(r.Environment.Scripts),
			Interpreter: EscapeText(r.Environment.Interpreter), Seed: EscapeText(r.Environment.Seed),
			Isolation: make([]string, 0, len(r.Environment.Isolation)),
		},
	}
	for _, layer := range r.Environment.Isolation {
		s.Environment.Isolation = append(s.Environment.Isolation, EscapeText(layer))
	}
	for _, v := range said(r.Violations) {
		s.Violations = append(s.Violations, jsonViolation{
			Rule: EscapeText(v.Rule), Severity: string(v.Severity), Message: message(v.Message.In(l)), Expected: EscapeText(v.Expected),
		})
	}
	for i := range r.Criteria {
		s.Criteria = append(s.Criteria, jsonCriterionOf(&r.Criteria[i], l))
	}
	for _, t := range r.Traces {
		s.Scenarios = append(s.Scenarios, jsonScenarioOf(t, l))
	}
	return s
}

func jsonCriterionOf(c *grade.Criterion, l lang.Lang) jsonCriterion {
	out := jsonCriterion{
		ID: EscapeText(c.ID), Status: c.Status, Points: c.Points, Max: c.Max, Advice: c.Advice,
		Message: message(c.Message.In(l)), Asks: message(c.Asks.In(l)), Hint: message(c.Hint.In(l)),
		Steps: make([]jsonStep, 0, len(c.Steps)),
	}
	for _, s := range c.Steps {
		out.Steps = append(out.Steps, jsonStep{
			Scenario: EscapeText(s.Scenario), Line: s.Line, Source: EscapeText(s.Source), Outcome: s.Outcome, Wait: s.Wait,
			Did: message(s.Did.In(l)), Saw: message(s.Saw.In(l)), Fault: message(s.Fault),
		})
	}
	return out
}

func jsonScenarioOf(t scenario.Trace, l lang.Lang) jsonScenario {
	out := jsonScenario{Scenario: EscapeText(t.Scenario), Timeline: make([]jsonEvent, 0, len(t.Timeline))}
	for _, e := range t.Timeline {
		out.Timeline = append(out.Timeline, jsonEvent{
			AtMS: e.At.Milliseconds(), Kind: e.Kind, Program: EscapeText(e.Program), Conn: EscapeText(e.Conn),
			Data: EscapeData(e.Data), Dropped: e.Dropped, Note: message(e.Note.In(l)),
		})
	}
	return out
}

// message escapes each line of a message, which may have several.
func message(s string) string {
	if plain(s) {
		return s
	}
	var b bytes.Buffer
	for line := range bytes.Lines([]byte(s)) {
		text, ended := bytes.CutSuffix(line, []byte("\n"))
		b.WriteString(EscapeText(string(text)))
		if ended {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

package html

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"netlab/grader/archive"
	"netlab/grader/batch"
	"netlab/grader/course"
	"netlab/grader/grade"
	"netlab/grader/lang"
	"netlab/grader/report"
	"netlab/grader/scenario"
)

var update = flag.Bool("update", false, "write the golden files anew")

// readSite returns the files of a site by name.
func readSite(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(filepath.Join(dir, p))
		out[p] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// assets are the style and the script, which golden files leave out.
var assets = regexp.MustCompile(`(?s)<(style|script)>.*?</(?:style|script)>|sha256-[A-Za-z0-9+/=]+`)

func TestGolden(t *testing.T) {
	for _, l := range []lang.Lang{lang.FR, lang.EN} {
		site := readSite(t, writeSite(t, smallClass(), l))
		for name, text := range site {
			if path.Ext(name) != ".html" {
				continue
			}
			golden := filepath.Join("testdata", string(l), path.Base(name)+".golden")
			got := assets.ReplaceAllString(text, "<$1>")
			if *update {
				if err := os.MkdirAll(filepath.Dir(golden), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				continue
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); d != "" {
				t.Errorf("%s differs (-want +got); run the test with -update if that is meant:\n%s", golden, d)
			}
		}
	}
}

func TestSameBytesTwice(t *testing.T) {
	a, b := readSite(t, writeSite(t, smallClass(), lang.FR)), readSite(t, writeSite(t, smallClass(), lang.FR))
	if d := cmp.Diff(a, b); d != "" {
		t.Errorf("a class gives two sites:\n%s", d)
	}
}

// elements are the ones that templates have, and attributes of them; whatever
// else is on a page came from elsewhere.
var (
	elements = strings.Fields(`html head meta link title style body a header h1 h2 h3 h4 p b nav ul ol li main section span figure figcaption
		svg desc path rect text tspan g form label select option input output table caption thead tbody tr th td details summary
		small bdi code pre dl div dt dd article i em br footer script`)
	attributes = strings.Fields(`lang charset http-equiv content name rel href class id aria-label aria-labelledby aria-hidden aria-sort role tabindex
		viewBox width height x y rx d dy transform preserveAspectRatio scope hidden value type placeholder autocomplete spellcheck for
		data-by data-up data-down data-number data-v data-e data-o open`)
)

// outline walks a page and calls visit with each element.
func outline(t *testing.T, text string, visit func(n *html.Node)) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			visit(n)
		}
	}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func TestStructure(t *testing.T) {
	for name, class := range map[string]*batch.Class{"small": smallClass(), "hostile": hostileClass(), "empty": {}} {
		for _, l := range []lang.Lang{lang.FR, lang.EN} {
			site := readSite(t, writeSite(t, class, l))
			for file, text := range site {
				if path.Ext(file) == ".html" {
					t.Run(fmt.Sprintf("%s/%s/%s", name, l, file), func(t *testing.T) { checkStructure(t, site, file, text, l) })
				}
			}
		}
	}
}

// checkStructure checks what makes a page safe and accessible.
func checkStructure(t *testing.T, site map[string]string, file, text string, l lang.Lang) {
	ids, count := map[string]bool{}, map[string]int{}
	var refers []string
	level := 0
	outline(t, text, func(n *html.Node) {
		count[n.Data]++
		if !slices.Contains(elements, n.Data) {
			t.Errorf("an element %s", n.Data)
		}
		for _, a := range n.Attr {
			if !slices.Contains(attributes, a.Key) {
				t.Errorf("an attribute %s of %s", a.Key, n.Data)
			}
			if n.Data != "meta" && n.Data != "option" && strings.ContainsAny(a.Val, `<>\{`) {
				t.Errorf("%s=%q of %s", a.Key, a.Val, n.Data)
			}
		}
		if id := attr(n, "id"); id != "" {
			if ids[id] {
				t.Errorf("two elements have the id %s", id)
			}
			ids[id] = true
		}
		refers = append(refers, strings.Fields(attr(n, "aria-labelledby"))...)
		if len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6' {
			if now := int(n.Data[1] - '0'); now > level+1 {
				t.Errorf("a heading %s after one of level %d", n.Data, level)
			} else {
				level = now
			}
		}
		switch n.Data {
		case "html":
			if attr(n, "lang") != string(l) {
				t.Errorf("the language is %q", attr(n, "lang"))
			}
		case "a":
			checkLink(t, site, file, attr(n, "href"), &refers)
		case "link":
			if attr(n, "href") != "data:," {
				t.Errorf("a link to %s", attr(n, "href"))
			}
		case "svg":
			if attr(n, "aria-hidden") == "" && (attr(n, "role") != "img" || attr(n, "aria-labelledby") == "") {
				t.Error("a picture that says nothing")
			}
		case "th":
			if attr(n, "scope") == "" {
				t.Error("a header of nothing")
			}
		case "select", "input":
			if n.Parent.Data != "label" {
				t.Errorf("%s without label", n.Data)
			}
		}
	})
	for _, id := range refers {
		if !ids[id] {
			t.Errorf("nothing has the id %s", id)
		}
	}
	for _, one := range []string{"main", "h1", "title", "style"} {
		if want := 1; count[one] < want {
			t.Errorf("%d %s", count[one], one)
		}
	}
	if count["caption"] != count["table"] {
		t.Errorf("%d captions of %d tables", count["caption"], count["table"])
	}
	if !utf8.ValidString(text) {
		t.Error("the page is not UTF-8")
	}
	for _, r := range text {
		if r < ' ' && r != '\n' || 0x7f <= r && r <= 0x9f || 0x200b <= r && r <= 0x200f || 0x2028 <= r && r <= 0x202e || 0x2060 <= r && r <= 0x206f || r == 0xfeff {
			t.Fatalf("the page holds %U", r)
		}
	}
	checkPolicy(t, text)
	const most = 800_000 // when every string attacks
	if len(text) > most {
		t.Errorf("the page is %d bytes", len(text))
	}
}

// checkLink makes sure that a link leads to a place of the site.
func checkLink(t *testing.T, site map[string]string, file, href string, refers *[]string) {
	t.Helper()
	if id, here := strings.CutPrefix(href, "#"); here {
		*refers = append(*refers, id)
		return
	}
	if _, ok := site[path.Join(path.Dir(file), href)]; !ok || strings.Contains(href, ":") {
		t.Errorf("a link to %s", href)
	}
}

// checkPolicy makes sure that a page's policy names what is on it and no more.
func checkPolicy(t *testing.T, text string) {
	t.Helper()
	want := "default-src 'none'; "
	for _, asset := range []string{"style", "script"} {
		if _, rest, ok := strings.Cut(text, "<"+asset+">"); ok {
			inside, _, _ := strings.Cut(rest, "</"+asset+">")
			sum := sha256.Sum256([]byte(inside))
			want += fmt.Sprintf("%s-src 'sha256-%s'; ", asset, base64.StdEncoding.EncodeToString(sum[:]))
		}
	}
	want += "img-src data:; base-uri 'none'; form-action 'none'"
	outline(t, text, func(n *html.Node) {
		if got := attr(n, "content"); attr(n, "http-equiv") == "Content-Security-Policy" && got != want {
			t.Errorf("the policy is\n%s, not\n%s", got, want)
		}
	})
}

func TestClassSays(t *testing.T) {
	index := readSite(t, writeSite(t, smallClass(), lang.EN))[indexName]
	for _, want := range []string{
		"mean 8.8, median 7.5 (out of 20)", "The grading is not finished", "lovelace-tp3-ex1.zip", "Emmy Noether",
		"no archive (a PDF document)", "open the sandbox: too many open files", "premier/degaulle-tp3-ex1.zip", "1&nbsp;d&nbsp;2&nbsp;h after the deadline",
		"grader check rendus/tp3/turing-tp3-ex1.zip", "clone: resource temporarily unavailable",
	} {
		if !strings.Contains(strings.ReplaceAll(index, nb, "&nbsp;"), want) {
			t.Errorf("the class page does not say %q", want)
		}
	}
}

// TestBeside: a step that failed stands beside what the reference program does
// in the same place, in the same box.
func TestBeside(t *testing.T) {
	class := smallClass()
	s, err := newSite(class, Options{Lang: lang.EN})
	if err != nil {
		t.Fatal(err)
	}
	whole := keepsOpen()
	p := s.submissionPage(1, &whole)
	var got []string
	for _, l := range p.Losses {
		marked := 0
		for _, r := range l.There.Rows {
			if r.Band != nil {
				marked++
			}
		}
		for _, at := range l.At {
			got = append(got, fmt.Sprintf("%s: %s (%d marked)", l.IDs, at.Words, marked))
		}
	}
	want := []string{"close: server.py closes connection c1: end of file (1 marked)", "quit: server.py ended (1 marked)"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	// Scripts that are not the reference's have other lines.
	whole.Environment.Scripts = "sha256:other"
	for _, l := range s.submissionPage(1, &whole).Losses {
		if l.There != nil {
			t.Errorf("%s is compared with other scripts", l.IDs)
		}
	}
}

func TestPageNames(t *testing.T) {
	var rows []batch.Row
	for _, student := range []string{"yunes", "../../etc/passwd", "con", "", "<b>\x00é", strings.Repeat("z", 500)} {
		rows = append(rows, batch.Row{Result: grade.Result{Student: student, TP: 3, Ex: 1}})
	}
	rows[2].Result.TP = -5
	want := []string{
		"pages/yunes-tp3-ex1-001.html", "pages/etcpasswd-tp3-ex1-002.html", "pages/con-003.html",
		"pages/archive-tp3-ex1-004.html", "pages/b-tp3-ex1-005.html", "pages/zzzzzzzzzzzzzzzzzzzzzzzz-tp3-ex1-006.html",
	}
	got := pageNames(rows)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	for _, name := range got {
		if !ourName.MatchString(name) {
			t.Errorf("%s is not known as ours", name)
		}
	}
}

func TestFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	class := smallClass()
	if err := Write(dir, class, Options{}); err != nil {
		t.Fatal(err)
	}
	// What is not of a report stays, and a smaller report leaves no page behind.
	own := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(own, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	class.Rows = class.Rows[:2]
	if err := Write(dir, class, Options{}); err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range readSite(t, dir) {
		names = append(names, name)
	}
	slices.Sort(names)
	want := []string{".grader-report", "index.html", "notes.txt", "pages/curie-tp3-ex1-001.html", "pages/degaulle-tp3-ex1-002.html"}
	if d := cmp.Diff(want, names); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}

	// A file of somebody else's that is in the way is not overwritten.
	page := filepath.Join(dir, "pages", "hopper-tp3-ex1-003.html")
	if err := os.WriteFile(page, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Write(dir, smallClass(), Options{}); !errors.Is(err, ErrNotReport) {
		t.Errorf("a file in the way: %v", err)
	}
	if b, err := os.ReadFile(page); err != nil || string(b) != "mine" {
		t.Errorf("it holds %q, %v", b, err)
	}
}

func TestFolderRefused(t *testing.T) {
	for _, tt := range []struct{ name, file, data string }{
		{"somebody's files", "index.html", "<p>"},
		{"another marker", markerName, "something else\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, tt.file), []byte(tt.data), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := Write(dir, smallClass(), Options{}); !errors.Is(err, ErrNotReport) {
				t.Errorf("error %v", err)
			}
			if d := cmp.Diff(map[string]string{tt.file: tt.data}, readSite(t, dir)); d != "" {
				t.Errorf("the folder changed:\n%s", d)
			}
		})
	}
}

// TestMarkerNamesOursAlone: a marker cannot make a report remove other files.
func TestMarkerNamesOursAlone(t *testing.T) {
	above := t.TempDir()
	dir := filepath.Join(above, "site")
	for name, data := range map[string]string{"keep.html": "k", "site/keep.txt": "k", "site/" + markerName: markerHead + "\n../keep.html\nkeep.txt\npages/../../keep.html\n"} {
		if err := os.MkdirAll(filepath.Join(above, filepath.Dir(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(above, name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := Write(dir, smallClass(), Options{}); err != nil {
		t.Fatal(err)
	}
	site := readSite(t, above)
	if site["keep.html"] != "k" || site["site/keep.txt"] != "k" {
		t.Error("a file that is no report's is gone")
	}
}

func TestWholeFails(t *testing.T) {
	class := smallClass()
	broken := errors.New("the journal is gone")
	class.Whole = func(int) (grade.Result, error) { return grade.Result{}, broken }
	dir := t.TempDir()
	if err := Write(dir, class, Options{}); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, indexName)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("there is a class page of half a report: %v", err)
	}
	// The next report can take the folder.
	if err := Write(dir, smallClass(), Options{}); err != nil {
		t.Error(err)
	}
}

// TestLargeClass: the class page of a thousand stays small, and pages are made
// one after the other.
func TestLargeClass(t *testing.T) {
	sorts := []grade.Result{server("curie"), keepsOpen(), dies(), rejected()}
	class := classOf("rendus", nil, map[string]grade.Result{"server": server("")})
	for i := range 1000 {
		row := classOf("rendus", sorts[i%4:i%4+1], nil).Rows[0]
		row.Person = course.Person{Family: fmt.Sprintf("Family%d", i)}
		class.Rows = append(class.Rows, row)
	}
	class.Whole = func(i int) (grade.Result, error) { return sorts[i%4], nil }
	s, err := newSite(class, Options{Lang: lang.FR})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := s.index(&b); err != nil {
		t.Fatal(err)
	}
	const most = 1 << 20
	if b.Len() > most {
		t.Errorf("the class page of 1000 is %d bytes", b.Len())
	}
	if n := strings.Count(b.String(), "<tr data-e="); n != 1000 {
		t.Errorf("the table has %d rows", n)
	}
}

// TestSameCause: a program that Python cannot read is explained once, and the
// other criteria lead to that place.
func TestSameCause(t *testing.T) {
	r := server("noether")
	r.Traces = nil
	for i := range r.Criteria {
		c := &r.Criteria[i]
		step := scenario.Step{
			Scenario: c.ID, Line: 4, Source: "listening s", Criterion: c.ID, Outcome: scenario.Mismatch,
			Did: same("attendre que le serveur écoute"), Saw: same("aucun port TCP en écoute"),
		}
		c.Status, c.Points, c.Steps = grade.Failed, 0, []scenario.Step{step}
		r.Traces = append(r.Traces, scenario.Trace{Scenario: c.ID, Steps: c.Steps, Timeline: []scenario.Event{
			event(scenario.KindStart, "s", "", "server.py", "server.py"),
			data(scenario.KindStderr, "s", "", "SyntaxError: invalid syntax\n"),
			event(scenario.KindExit, "s", "", "terminé (code de sortie 1)", "ended (exit status 1)"),
		}})
	}
	r.Score = 0
	c := &batch.Class{Rows: []batch.Row{{Result: r, Path: r.Archive}}, Whole: func(int) (grade.Result, error) { return r, nil }}
	site := readSite(t, writeSite(t, c, lang.EN))
	page := site["pages/noether-tp3-ex1-001.html"]
	for want, times := range map[string]int{
		`The program did not get that far: same cause as <a href="#lost-1">listen</a>.`: 2, // criteria, advice
		"</span> print, close, quit <span":                                              1,
		`<div class="seen">`:                                                            1,
		"startswith":                                                                    0,
		"telnet adds":                                                                   0,
		"SO_REUSEADDR":                                                                  0,
		"bind(), listen()":                                                              0,
	} {
		if n := strings.Count(page, want); n != times {
			t.Errorf("%q is there %d times, not %d", want, n, times)
		}
	}
	if t.Failed() {
		t.Log(page)
	}
}

// TestSameError: the criteria that were lost for one exception, or one answer,
// lead to the first of them.
func TestSameError(t *testing.T) {
	for want, change := range map[string]func(*scenario.Step){
		`Same error as <a href="#lost-1">listen</a> (server.py:9, KeyError).`: func(s *scenario.Step) {
			s.Source, s.Error = "printed s "+s.Criterion, scenario.Exception{Where: "server.py:9", Words: "KeyError: " + s.Criterion}
		},
		`The same was seen as for <a href="#lost-1">listen</a>.`: func(s *scenario.Step) { s.Source, s.Saw = "status r 200", same("404") },
	} {
		r := server("noether")
		r.Traces = nil
		for i := range r.Criteria {
			c := &r.Criteria[i]
			step := scenario.Step{Scenario: c.ID, Line: 4, Criterion: c.ID, Outcome: scenario.Mismatch, Saw: same(c.ID)}
			change(&step)
			c.Status, c.Points, c.Steps = grade.Failed, 0, []scenario.Step{step}
		}
		c := &batch.Class{Rows: []batch.Row{{Result: r, Path: r.Archive}}, Whole: func(int) (grade.Result, error) { return r, nil }}
		page := readSite(t, writeSite(t, c, lang.EN))["pages/noether-tp3-ex1-001.html"]
		if !strings.Contains(page, want) {
			t.Errorf("%q is not there:\n%s", want, page)
		}
	}
}

// TestSameNumbersAsText: the two reports of a class have one mean, one median and
// one word for what they are of.
func TestSameNumbersAsText(t *testing.T) {
	c := smallClass()
	page := readSite(t, writeSite(t, c, lang.EN))["index.html"]
	var text bytes.Buffer
	if err := report.ClassText(&text, c, report.Options{Lang: lang.EN, Width: 120}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct{ page, text string }{
		{"<p>mean 8.8, median 7.5 (out of 20)</p>", "mean 8.8 · median 7.5 · "},
		{"<p class=\"counted\">marks counted: 4, of which rejected (0): 1; not counted: 2 without a mark, 1 not handed in</p>", "  marks counted: 4, of which rejected (0): 1; not counted: 2 without a mark, 1 not handed in\n"},
	} {
		if !strings.Contains(page, want.page) || !strings.Contains(text.String(), want.text) {
			t.Errorf("not on both: %q", want)
		}
	}
}

// TestNameOfARejectedArchive: every report says the name as it is, in the way of
// the place where it stands.
func TestNameOfARejectedArchive(t *testing.T) {
	r := rejected()
	r.Archive = "<b>x|`y`&amp;-tp3-ex1.zip"
	_, r.Violations = archive.ParseName(r.Archive)
	c := &batch.Class{Rows: []batch.Row{{Result: r, Path: r.Archive}}, Whole: func(int) (grade.Result, error) { return r, nil }}
	for name, page := range readSite(t, writeSite(t, c, lang.EN)) {
		if path.Ext(name) != ".html" {
			continue
		}
		if !strings.Contains(page, "the name &#34;&lt;b&gt;x|`y`&amp;amp;-tp3-ex1.zip&#34; is not of the form") || strings.Contains(page, "<b>x") {
			t.Errorf("%s does not say the name:\n%s", name, page)
		}
	}
	if text := report.Whole(&r, report.Options{Lang: lang.EN}); !strings.Contains(strings.Join(strings.Fields(text), " "), "the name \"<b>x|`y`&amp;-tp3-ex1.zip\" is not of the form") {
		t.Errorf("the text does not say the name:\n%s", text)
	}
}

// TestTimesAreLocal: a teacher reads times by the clock on the wall, with its
// zone, and of results that a second run took over one line speaks.
func TestTimesAreLocal(t *testing.T) {
	c := smallClass()
	c.Started = time.Date(2026, time.October, 24, 22, 50, 0, 0, time.UTC)
	for _, tt := range []struct {
		zone *time.Location
		to   time.Duration
		want string
	}{
		{time.UTC, 30 * time.Minute, "Graded on 24 October 2026, 22:50–23:20 UTC"},
		{time.FixedZone("CEST", 2*60*60), 30 * time.Minute, "Graded on 25 October 2026, 00:50–01:20 CEST"},
		{time.FixedZone("", -10*60*60), 0, "Graded on 24 October 2026, 12:50 -1000"},
		{time.FixedZone("CEST", 2*60*60), 24 * time.Hour, "Graded on 25 October 2026, 00:50 – 26 October 2026, 00:50 CEST"},
	} {
		c.Ended = c.Started.Add(tt.to)
		dir := filepath.Join(t.TempDir(), "site")
		if err := Write(dir, c, Options{Lang: lang.EN, Zone: tt.zone}); err != nil {
			t.Fatal(err)
		}
		if page := readSite(t, dir)["index.html"]; !strings.Contains(page, tt.want) {
			t.Errorf("%q is not said", tt.want)
		}
	}
}

func TestEarlierResultsAreSaidOnce(t *testing.T) {
	c := smallClass()
	for n, want := range []string{"", "1 result is of an earlier run: nothing has changed since.", "", "", "", "5 results are of an earlier run: nothing has changed since."} {
		for i := range c.Rows {
			c.Rows[i].Cached = i < n
		}
		said := 0
		for name, page := range readSite(t, writeSite(t, c, lang.EN)) {
			if path.Ext(name) == ".html" {
				said += strings.Count(page, "earlier run")
			}
		}
		page := readSite(t, writeSite(t, c, lang.EN))["index.html"]
		if n > 0 && said != 1 || n == 0 && said != 0 || !strings.Contains(page, want) || strings.Contains(page, "graded before") {
			t.Errorf("%d results of an earlier run: said %d times", n, said)
		}
	}
}

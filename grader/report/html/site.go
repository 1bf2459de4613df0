package html

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"time"

	"netlab/grader/batch"
	"netlab/grader/grade"
	"netlab/grader/lang"
)

//go:embed templates
var files embed.FS

// site is one report that is being made.
type site struct {
	class     *batch.Class
	lang      lang.Lang
	zone      *time.Location // of the times of day
	words     words
	pages     []string // by row: the name of its page
	templates *template.Template
	style     asset
	script    asset
}

// asset is a style or a script of ours that stands in the page itself, and its
// hash, for the page's content security policy.
type asset struct {
	element template.HTML
	source  string // "'sha256-…'"
}

func newAsset(element, file string) (asset, error) {
	text, err := files.ReadFile("templates/" + file)
	if err != nil {
		return asset{}, err
	}
	sum := sha256.Sum256(text)
	return asset{
		// What is embedded in the program is no input.
		element: template.HTML("<" + element + ">" + string(text) + "</" + element + ">"),
		source:  "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'",
	}, nil
}

func newSite(class *batch.Class, o Options) (*site, error) {
	s := &site{class: class, lang: o.Lang, zone: o.Zone, words: wordsIn(o.Lang), pages: pageNames(class.Rows)}
	if s.zone == nil {
		s.zone = time.Local
	}
	var err error
	if s.style, err = newAsset("style", "style.css"); err != nil {
		return nil, err
	}
	if s.script, err = newAsset("script", "script.js"); err != nil {
		return nil, err
	}
	s.templates, err = template.New("").Funcs(template.FuncMap{"with_words": withWords}).ParseFS(files, "templates/*.html")
	return s, err
}

// withWords lets a template within another have the words too.
func withWords(a any, w words) struct {
	A any
	W words
} {
	return struct {
		A any
		W words
	}{a, w}
}

// files returns the names of all files of the report.
func (s *site) files() []string { return append([]string{indexName}, s.pages...) }

// Head is what every page begins with.
type Head struct {
	Lang  lang.Lang
	W     words
	Title string
	CSP   string
	Style template.HTML
}

func (s *site) head(title string, scripts bool) Head {
	policy := fmt.Sprintf("default-src 'none'; style-src %s; ", s.style.source)
	if scripts {
		policy += fmt.Sprintf("script-src %s; ", s.script.source)
	}
	return Head{
		Lang: s.lang, W: s.words, Title: title, Style: s.style.element,
		CSP: policy + "img-src data:; base-uri 'none'; form-action 'none'",
	}
}

// index writes the class's page.
func (s *site) index(w io.Writer) error {
	return s.templates.ExecuteTemplate(w, "class.html", s.classPage())
}

// submission writes the page of Rows[i], of which whole is the whole result.
func (s *site) submission(w io.Writer, i int, whole *grade.Result) error {
	return s.templates.ExecuteTemplate(w, "submission.html", s.submissionPage(i, whole))
}

package report

import (
	"bytes"
	"strings"

	"netlab/grader/lang"
)

// The limits of a page's width, in columns. Prose is tiresome to read on longer
// lines, and nothing can be laid out on shorter ones.
const (
	defaultWidth = 80
	minWidth     = 60
	maxWidth     = 120
)

// span is a piece of a line.
type span struct {
	style style
	text  string
}

// page is where a text report is laid out, line by line. Whatever is put on it
// goes through [EscapeText]: no text can bring a control character along.
type page struct {
	buf   bytes.Buffer
	words words
	lang  lang.Lang
	width int
	color bool
	all   bool // Options.Verbose
}

func newPage(o Options) *page {
	w := o.Width
	if w == 0 {
		w = defaultWidth
	}
	return &page{
		words: wordsIn(o.Lang),
		lang:  o.Lang,
		width: min(max(w, minWidth), maxWidth),
		color: o.Color,
		all:   o.Verbose,
	}
}

// line puts one line. Spaces at its end are left out.
func (p *page) line(spans ...span) {
	for len(spans) > 0 {
		last := &spans[len(spans)-1]
		if last.text = strings.TrimRight(last.text, " "); last.text != "" {
			break
		}
		spans = spans[:len(spans)-1]
	}
	for _, s := range spans {
		styled := p.color && s.style != plainStyle && strings.Trim(s.text, " ") != ""
		if styled {
			p.buf.WriteString(string(s.style))
		}
		p.buf.WriteString(EscapeText(s.text))
		if styled {
			p.buf.WriteString(reset)
		}
	}
	p.buf.WriteByte('\n')
}

// blank puts an empty line, unless there is one already or nothing at all.
func (p *page) blank() {
	if b := p.buf.Bytes(); len(b) > 0 && !bytes.HasSuffix(b, []byte("\n\n")) {
		p.buf.WriteByte('\n')
	}
}

// rule puts a horizontal line across the page.
func (p *page) rule() {
	p.line(span{dim, strings.Repeat("─", p.width)})
}

// maxProse is how many columns of one message are shown: about ten lines. A
// longer one is cut in its middle.
const maxProse = 800

// hang puts text behind a head, on as many lines as it takes, all of them
// starting in the column where the first one does. Lines of the text itself,
// but for the first, get a bar in front: they are quoted, and cannot be taken for
// lines of the report.
func (p *page) hang(head []span, text string, st style) {
	indent := 0
	for _, s := range head {
		indent += columns(EscapeText(s.text))
	}
	room := max(p.width-indent, minWidth/3)
	margin := span{text: strings.Repeat(" ", indent)}
	text = strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i, paragraph := range strings.Split(cutText(text, maxProse, p.words), "\n") {
		bar := span{}
		if i > 0 {
			bar = span{dim, "│ "}
		}
		for _, l := range wrap(EscapeText(paragraph), room-columns(bar.text)) {
			p.line(append(append([]span{}, head...), bar, span{st, l})...)
			head = []span{margin}
		}
	}
}

// labelled puts text behind a label, in a column that all labels share.
func (p *page) labelled(label, text string) {
	p.hang([]span{{bold, "  " + pad(label, p.words.labelColumn())}}, text, plainStyle)
}

// pad adds spaces to s up to n columns.
func pad(s string, n int) string {
	return s + strings.Repeat(" ", max(n-columns(EscapeText(s)), 0))
}

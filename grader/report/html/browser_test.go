package html

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"netlab/grader/batch"
	"netlab/grader/lang"
)

var shots = flag.String("shots", "", "a folder to put pictures of the pages into, to be looked at")

// browser is a headless Chromium that keeps what a page must not do.
type browser struct {
	t    *testing.T
	ctx  context.Context
	root string // "file:///…/", which all requests must begin with

	mu     sync.Mutex
	faults []string
}

// maxBrowsing bounds what one test does with the browser.
const maxBrowsing = 5 * time.Minute

func openBrowser(t *testing.T, dir string) *browser {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			program = p
			break
		}
	}
	if program == "" {
		t.Skip("no Chromium on this machine: install it to see the pages tested (make deps-browser)")
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(program), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-background-networking", true), chromedp.NoFirstRun,
	)
	ctx, stop := context.WithTimeout(t.Context(), maxBrowsing)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(stop)
	ctx, _ = chromedp.NewContext(ctx)
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	b := &browser{t: t, ctx: ctx, root: fileURL(dir) + "/"}
	if err := chromedp.Listen(ctx, b.heard); err != nil {
		t.Fatal(err)
	}
	call(b, network.Enable, network.EnableParams{})
	call(b, log.Enable, cdp.Empty{})
	call(b, runtime.Enable, cdp.Empty{})
	call(b, page.Enable, page.EnableParams{})
	t.Cleanup(b.clean)
	return b
}

func fileURL(path string) string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String()
}

// heard keeps script errors, console messages, dialogs and requests to
// anywhere but the site.
func (b *browser) heard(event any) {
	fault := ""
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		fault = "script error: " + e.ExceptionDetails.Text
	case *runtime.EventConsoleAPICalled:
		fault = "console: " + string(e.Type)
	case *log.EventEntryAdded:
		fault = "log: " + e.Entry.Text
	case *page.EventJavascriptDialogOpening:
		fault = "dialog: " + e.Message
	case *network.EventRequestWillBeSent:
		if u := e.Request.URL; !strings.HasPrefix(u, b.root) && u != "data:," && u != "about:blank" {
			fault = "request: " + u
		}
	}
	if fault != "" {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.faults = append(b.faults, fault)
	}
}

func (b *browser) clean() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range b.faults {
		b.t.Error(f)
	}
}

func (b *browser) run(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// open shows a page of the site.
func (b *browser) open(name string) {
	b.t.Helper()
	b.run(chromedp.Navigate(b.root+name), chromedp.WaitReady(chromedp.CSS("main")))
}

// eval evaluates an expression in the page.
func eval[T any](b *browser, expression string) T {
	b.t.Helper()
	return get(b, chromedp.Evaluate[T](expression))
}

// get runs an action that gives something.
func get[T any](b *browser, action chromedp.Action[T]) T {
	b.t.Helper()
	out, err := chromedp.Run(b.ctx, action)
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

// call sends a command of the browser's protocol.
func call[P, R any](b *browser, command cdp.Command[P, R], params P) R {
	b.t.Helper()
	return get(b, func(ctx context.Context, t *chromedp.Target) (R, error) { return cdp.Call(ctx, t, command, params) })
}

// drawn waits until the page was laid out and drawn anew: what a closed element
// hides follows the style a frame later.
func (b *browser) drawn() {
	b.t.Helper()
	result := call(b, runtime.Evaluate, runtime.EvaluateParams{
		Expression:   `new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))`,
		AwaitPromise: new(true),
	})
	if result.ExceptionDetails != nil {
		b.t.Fatal(result.ExceptionDetails)
	}
}

// look sets the size of the window and its colours.
func (b *browser) look(width, height int, dark bool) {
	b.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: int64(width), Height: int64(height), DeviceScaleFactor: 1, Mobile: width < 500,
	})
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
}

// shoot takes a picture of the whole page when pictures are wanted.
func (b *browser) shoot(name string) {
	b.t.Helper()
	if *shots == "" {
		return
	}
	const tallest = 8000 // a picture of more is no use
	height := min(tallest, eval[int](b, `document.documentElement.scrollHeight`))
	picture := call(b, page.CaptureScreenshot, page.CaptureScreenshotParams{
		CaptureBeyondViewport: new(true),
		Clip:                  &page.Viewport{Width: eval[float64](b, `innerWidth`), Height: float64(height), Scale: 1},
	}).Data
	if err := os.WriteFile(filepath.Join(*shots, name+".png"), picture, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

func writeSite(t *testing.T, class *batch.Class, l lang.Lang) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "site")
	if err := Write(dir, class, Options{Lang: l, Zone: time.UTC}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// names returns the students in the order of the table, hidden rows left out.
const names = `Array.from(document.querySelectorAll("#rows tbody tr")).filter(r => r.offsetParent !== null).map(r => r.querySelector("a").textContent)`

func TestBrowserTable(t *testing.T) {
	class := smallClass()
	b := openBrowser(t, "")
	b.root = fileURL(writeSite(t, class, lang.FR)) + "/"
	b.look(1280, 900, false)
	b.open(indexName)
	b.shoot("class-light")
	sorted := func() string {
		return eval[string](b, `Array.from(document.querySelectorAll("#rows th[aria-sort]")).map(h => h.textContent + " " + h.getAttribute("aria-sort")).join()`)
	}
	check := func(what string, want ...string) {
		t.Helper()
		if got := eval[[]string](b, names); !slices.Equal(got, want) {
			t.Errorf("%s: %q, not %q", what, got, want)
		}
	}
	byName := []string{"Marie Curie", "Charles de Gaulle", "hopper", "Yunès TP3 ex1.zip", "turing"}
	check("as written", byName...)
	if got := sorted(); got != "Étudiant ascending" {
		t.Errorf("as written, sorted: %q", got)
	}

	const mark = chromedp.CSS(`#rows thead th:nth-child(3) button`)
	b.run(chromedp.Click(mark))
	check("by mark", "Marie Curie", "Charles de Gaulle", "hopper", "Yunès TP3 ex1.zip", "turing")
	if got := sorted(); got != "Note descending" {
		t.Errorf("a click sorts: %q", got)
	}
	b.run(chromedp.Focus(mark), chromedp.KeyEvent(kb.Enter))
	check("by mark again", "turing", "Yunès TP3 ex1.zip", "hopper", "Charles de Gaulle", "Marie Curie")
	if got := eval[string](b, `document.getElementById("sorted").textContent`); got != "trié par Note croissant" {
		t.Errorf("said: %q", got)
	}
	// From the mark's button, two tabs lead to the one of what was lost.
	b.run(chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(" "))
	if got := sorted(); got != "Perdu ascending" {
		t.Errorf("the keyboard sorts: %q", got)
	}
	if got := eval[string](b, `getComputedStyle(document.activeElement).outlineStyle`); got != "solid" {
		t.Errorf("the focus cannot be seen: outline %q", got)
	}

	b.run(chromedp.SetValue(chromedp.CSS("#by-verdict"), "lost"))
	eval[bool](b, `document.querySelector(".filter").dispatchEvent(new Event("input"))`)
	check("points lost", "Charles de Gaulle", "hopper")
	if got := eval[string](b, `document.getElementById("shown").textContent`); got != "2" {
		t.Errorf("%s shown", got)
	}
	b.run(chromedp.SendKeys(chromedp.CSS("#by-text"), "PRÍNT"))
	check("points lost and print", "hopper")
}

func TestBrowserWithoutScript(t *testing.T) {
	b := openBrowser(t, "")
	b.root = fileURL(writeSite(t, smallClass(), lang.EN)) + "/"
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.open(indexName)
	shown := get(b, chromedp.Text(chromedp.CSS("#rows")))
	if !strings.Contains(shown, "Charles de Gaulle") || !strings.Contains(shown, "points lost") {
		t.Errorf("the table reads %q", shown)
	}
	// Nothing that needs the script is there.
	if !get(b, chromedp.JavascriptAttribute[bool](chromedp.CSS(".filter"), "hidden")) || get(b, chromedp.JavascriptAttribute[int](chromedp.CSS("#rows thead"), "childElementCount")) != 1 {
		t.Error("the filter is there")
	}
}

// overflow finds what reaches out of the page at its right.
const overflow = `(() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return "";
  const wide = Array.from(document.querySelectorAll("body *")).filter(e => e.getBoundingClientRect().right > width + 1 && (!e.closest(".scroll, .seq, .hear") || getComputedStyle(e).position === "absolute"));
  return "page of " + document.documentElement.scrollWidth + " in " + width + ": " + wide.slice(0, 3).map(e => e.tagName + "." + e.getAttribute("class")).join(" ");
})()`

// lowContrast finds text that is hard to read upon what lies behind it.
const lowContrast = `(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const rgba = (c) => { if (!known.has(c)) known.set(c, measure(c)); return known.get(c); };
  const measure = (c) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = c; canvas.fillRect(0, 0, 1, 1); return Array.from(canvas.getImageData(0, 0, 1, 1).data); };
  const behind = (e) => {
    const layers = [];
    for (; e; e = e.parentElement) { const c = rgba(getComputedStyle(e).backgroundColor); if (c[3]) layers.push(c); if (c[3] === 255) break; }
    return layers.reverse().reduce((a, c) => a.map((v, i) => v + (c[i] - v) * c[3] / 255), [255, 255, 255]);
  };
  const light = (c) => { const [r, g, b] = c.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const bad = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n; (n = walker.nextNode());) {
    const e = n.parentElement;
    if (!n.data.trim() || ["SCRIPT", "STYLE", "title", "desc"].includes(e.tagName) || !e.getClientRects().length || e.closest(".hear, .skip")) continue;
    const svg = e.closest("svg");
    const ink = rgba(getComputedStyle(e)[svg ? "fill" : "color"]).slice(0, 3);
    const [a, b] = [light(ink), light(behind(svg ? svg.parentElement : e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) bad.add(e.tagName + "." + e.getAttribute("class") + " " + ratio.toFixed(2) + " " + n.data.slice(0, 20));
  }
  return Array.from(bad).slice(0, 5).join("; ");
})()`

// TestBrowserLooks opens pages as people do: on a screen, at night, on a phone.
func TestBrowserLooks(t *testing.T) {
	b := openBrowser(t, "")
	for _, site := range []struct {
		name  string
		class *batch.Class
	}{{"small", smallClass()}, {"hostile", hostileClass()}} {
		name, class := site.name, site.class
		b.root = fileURL(writeSite(t, class, lang.FR)) + "/"
		pages := append([]string{indexName}, pageNames(class.Rows)...)
		for _, as := range []struct {
			name          string
			width, height int
			dark          bool
		}{{"light", 1280, 900, false}, {"dark", 1280, 900, true}, {"phone", 375, 700, false}} {
			if name == "hostile" && as.dark {
				continue // colours are of the pages, not of what is on them
			}
			b.look(as.width, as.height, as.dark)
			background := map[string]bool{}
			for i, page := range pages {
				if name == "hostile" && as.name == "phone" && i > 0 {
					break // its largest page takes a browser a while
				}
				b.open(page)
				eval[bool](b, `document.querySelectorAll("details").forEach(d => { d.open = true }) === undefined`)
				if wide := eval[string](b, overflow); wide != "" {
					t.Errorf("%s, %s, %s: %s", name, page, as.name, wide)
				}
				background[eval[string](b, `getComputedStyle(document.body).backgroundColor`)] = true
				if got := eval[string](b, `typeof window.hacked`); got != "undefined" {
					t.Errorf("%s, %s: a submission's script ran", name, page)
				}
				b.shoot(fmt.Sprintf("%s-%d-%s", name, i, as.name))
				if name != "small" {
					continue // its texts have no other colours
				}
				if bad := eval[string](b, lowContrast); bad != "" {
					t.Errorf("%s, %s, %s: contrast of %s", name, page, as.name, bad)
				}
			}
			if want := map[bool]string{false: "rgb(251, 250, 248)", true: "rgb(22, 24, 27)"}[as.dark]; len(background) != 1 || !background[want] {
				t.Errorf("%s, %s: backgrounds %v, not %s", name, as.name, background, want)
			}
		}
	}
}

// TestBrowserPolicy makes sure that the pages' policy is in force: what it
// forbids does not happen.
func TestBrowserPolicy(t *testing.T) {
	b := openBrowser(t, "")
	b.root = fileURL(writeSite(t, smallClass(), lang.EN)) + "/"
	for _, page := range append([]string{indexName}, pageNames(smallClass().Rows)[1]) {
		b.open(page)
		got := eval[string](b, `(() => {
			const s = document.createElement("script"); s.textContent = "window.hacked = 1"; document.body.append(s);
			const d = document.createElement("div"); d.innerHTML = "<p onclick='window.hacked = 1'>"; document.body.append(d); d.firstChild.click();
			return typeof window.hacked;
		})()`)
		if got != "undefined" {
			t.Errorf("%s: a script that is not the page's own ran", page)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	refused := 0
	for _, f := range b.faults {
		if strings.Contains(f, "Content Security Policy") {
			refused++
		}
	}
	if refused != len(b.faults) || refused < 4 {
		t.Errorf("the policy refused %d things: %q", refused, b.faults)
	}
	b.faults = nil
}

// TestBrowserPrint prints a page.
func TestBrowserPrint(t *testing.T) {
	b := openBrowser(t, "")
	class := smallClass()
	b.root = fileURL(writeSite(t, class, lang.FR)) + "/"
	b.open(pageNames(class.Rows)[1])
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	b.drawn()
	for selector, want := range map[string]bool{"nav.trail": false, ".scene.lost .talk": true, ".scene:not(.lost)": false, ".loss": true} {
		q, err := json.Marshal(selector)
		if err != nil {
			t.Fatal(err)
		}
		got := eval[bool](b, fmt.Sprintf(`(e => e !== null && e.checkVisibility({ contentVisibilityAuto: true }))(document.querySelector(%s))`, q))
		if got != want {
			t.Errorf("%s is printed: %v", selector, got)
		}
	}
	if *shots == "" {
		return
	}
	pdf := call(b, page.PrintToPDF, page.PrintToPDFParams{PrintBackground: new(true), PaperWidth: 8.27, PaperHeight: 11.69}).Data
	if err := os.WriteFile(filepath.Join(*shots, "print.pdf"), pdf, 0o644); err != nil {
		t.Fatal(err)
	}
}

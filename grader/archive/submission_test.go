package archive_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/archive"
	"netlab/grader/archive/archivetest"
)

func TestOpen(t *testing.T) {
	data := archivetest.Zip{Entries: []archivetest.Entry{archivetest.File("server.py", "print(1)\n"), {Name: "run.py", Mode: 0o100755}}}.Bytes()
	path := filepath.Join(t.TempDir(), "yunes-tp3-ex1.zip")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	sub, violations, err := archive.Open(path, nil, archive.Limits{})
	if err != nil || violations != nil {
		t.Fatal(violations, err)
	}
	sum := sha256.Sum256(data)
	if sub.SHA256 != hex.EncodeToString(sum[:]) || sub.Size != int64(len(data)) || !sub.Listed() {
		t.Errorf("got %s, %d bytes, listed %v", sub.SHA256, sub.Size, sub.Listed())
	}
	want := []archive.File{{Path: "run.py", Executable: true}, {Path: "server.py", Size: 9}}
	if diff := cmp.Diff(want, sub.Files()); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	content, err := sub.ReadFile("server.py")
	if err != nil || string(content) != "print(1)\n" {
		t.Errorf("got %q, %v", content, err)
	}
	if _, err := sub.ReadFile("absent.py"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent file: %v", err)
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct{ name, path, want string }{
		{"absent", filepath.Join(dir, "absent.zip"), "check the name and the folder"},
		{"folder", dir, "it is a folder: give the .zip file itself"},
		{"device", os.DevNull, "it is not an ordinary file"},
		{"hostile name", filepath.Join(dir, "\x1b[31m.zip"), `\x1b[31m.zip`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sub, violations, err := archive.Open(tt.path, nil, archive.Limits{})
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\x1b") {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			if sub != nil || violations != nil {
				t.Errorf("got %v, %v besides the error", sub, violations)
			}
		})
	}
	if _, _, err := archive.Open(filepath.Join(dir, "absent.zip"), nil, archive.Limits{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent: %v is not fs.ErrNotExist", err)
	}
}

// failing is a disk that gives out after so many bytes.
type failing struct {
	r     io.ReaderAt
	after int64
}

var errDisk = errors.New("disk on fire")

func (f failing) ReadAt(b []byte, at int64) (int, error) {
	if at+int64(len(b)) > f.after {
		return 0, errDisk
	}
	return f.r.ReadAt(b, at)
}

func TestReadFaultIsNoViolation(t *testing.T) {
	data := archivetest.Zip{Entries: []archivetest.Entry{archivetest.File("server.py", "print(1)\n")}}.Bytes()
	sub, violations, err := archive.Read(failing{bytes.NewReader(data), 10}, int64(len(data)), nil, archive.Limits{})
	if !errors.Is(err, errDisk) || sub != nil || violations != nil {
		t.Errorf("got %v, %v, %v; want the disk's error alone", sub, violations, err)
	}
	// A file that became shorter since its size was asked for.
	_, _, err = archive.Read(bytes.NewReader(data), int64(len(data))+1, nil, archive.Limits{})
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("shorter file: got %v", err)
	}
}

func TestPolicyNeverMakesAnArchiveSafe(t *testing.T) {
	policy := archive.Policy{"archive.*": archive.Ignore}
	for _, c := range archivetest.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			data := c.Bytes()
			strict, _ := read(t, data)
			lax, violations, err := archive.Read(bytes.NewReader(data), int64(len(data)), policy, archive.Limits{})
			if err != nil || violations != nil {
				t.Fatal(violations, err)
			}
			if diff := cmp.Diff(strict.Files(), lax.Files()); diff != "" {
				t.Errorf("files (-by default +when all is ignored):\n%s", diff)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	text := func(n int) archivetest.Entry {
		return archivetest.Entry{Name: "x.py", Data: []byte(strings.Repeat("x", n))}
	}
	packed := func(n int) archivetest.Entry { e := text(n); e.Method = archivetest.Deflate; return e }
	second := text(100)
	second.Name = "y.py"
	for _, tt := range []struct {
		name    string
		limits  archive.Limits
		entries []archivetest.Entry
		rule    string
	}{
		{"at the size of a file", archive.Limits{File: 100}, []archivetest.Entry{text(100)}, ""},
		{"over it", archive.Limits{File: 100}, []archivetest.Entry{text(101)}, archive.ArchiveBomb},
		{"at the total", archive.Limits{Total: 200}, []archivetest.Entry{text(100), second}, ""},
		{"over it", archive.Limits{Total: 199}, []archivetest.Entry{text(100), second}, archive.ArchiveBomb},
		{"at the entries", archive.Limits{Entries: 2}, []archivetest.Entry{text(1), second}, ""},
		{"over them", archive.Limits{Entries: 1}, []archivetest.Entry{text(1), second}, archive.ArchiveBomb},
		{"ratio below where it is looked at", archive.Limits{Ratio: 2, RatioFrom: 5000}, []archivetest.Entry{packed(5000)}, ""},
		{"ratio", archive.Limits{Ratio: 2, RatioFrom: 4999}, []archivetest.Entry{packed(5000)}, archive.ArchiveBomb},
		{"at the size of the archive", archive.Limits{Archive: 206}, []archivetest.Entry{text(100)}, ""},
		{"over it", archive.Limits{Archive: 205}, []archivetest.Entry{text(100)}, archive.ArchiveBomb},
		{"at the depth", archive.Limits{Depth: 3}, []archivetest.Entry{archivetest.File("a/b/x.py", "")}, ""},
		{"over it", archive.Limits{Depth: 2}, []archivetest.Entry{archivetest.File("a/b/x.py", "")}, archive.ArchivePath},
		{"at the length of a path", archive.Limits{Path: 8}, []archivetest.Entry{archivetest.File("a/b/x.py", "")}, ""},
		{"over it", archive.Limits{Path: 7}, []archivetest.Entry{archivetest.File("a/b/x.py", "")}, archive.ArchivePath},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data := archivetest.Zip{Entries: tt.entries}.Bytes()
			sub, violations, err := archive.Read(bytes.NewReader(data), int64(len(data)), nil, tt.limits)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			if tt.rule != "" {
				want = []string{tt.rule}
			}
			if diff := cmp.Diff(want, ruleIDs(violations)); diff != "" {
				t.Errorf("archive of %d bytes (-want +got):\n%s%v", len(data), diff, violations)
			}
			if tt.rule == "" && len(sub.Files()) != len(tt.entries) {
				t.Errorf("%d files of %d entries", len(sub.Files()), len(tt.entries))
			}
		})
	}
}

// A virtual environment that was packed by mistake is named, whatever its size.
func TestTooManyEntriesAreStillNamed(t *testing.T) {
	entries := []archivetest.Entry{archivetest.File("server.py", "x"), archivetest.File("env/pyvenv.cfg", "")}
	for range 300 {
		entries = append(entries, archivetest.File("env/"+strings.Repeat("x", len(entries)%100+1)+string(rune('a'+len(entries)/100))+".py", ""))
	}
	sub, violations := read(t, archivetest.Zip{Entries: entries}.Bytes())
	violations = append(violations, sub.CheckContent([]string{"server.py"}, false, nil)...)
	if diff := cmp.Diff([]string{archive.ArchiveBomb, archive.ContentBinary}, ruleIDs(violations)); diff != "" {
		t.Errorf("(-want +got):\n%s\n%v", diff, violations)
	}
}

func TestUnpackWritesOverNothing(t *testing.T) {
	sub := submission(t, archivetest.File("server.py", "new"))
	dir := t.TempDir()
	target := filepath.Join(dir, "target")
	if err := os.WriteFile(target, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for _, there := range []struct {
		name string
		make func(path string) error
	}{
		{"a file", func(p string) error { return os.WriteFile(p, []byte("old"), 0o644) }},
		{"a link", func(p string) error { return os.Symlink("target", p) }},
	} {
		t.Run(there.name, func(t *testing.T) {
			path := filepath.Join(dir, "server.py")
			if err := there.make(path); err != nil {
				t.Fatal(err)
			}
			defer os.Remove(path)
			if err := sub.Unpack(root); !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), `unpack entry "server.py"`) {
				t.Errorf("got %v", err)
			}
			if content, err := os.ReadFile(target); err != nil || string(content) != "old" {
				t.Errorf("written through the link: %q, %v", content, err)
			}
		})
	}
}

// FuzzOpen holds that whatever comes, nothing is written outside, nothing goes
// over the limits, no message can do harm, and archive/zip reads what is accepted
// in the same way.
func FuzzOpen(f *testing.F) {
	for _, c := range archivetest.Cases() {
		if data := c.Bytes(); len(data) < 64<<10 {
			f.Add(data)
		}
	}
	limits := archive.Limits{Archive: 1 << 20, Total: 1 << 20, File: 512 << 10, RatioFrom: 256 << 10}
	f.Fuzz(func(t *testing.T, data []byte) { checkAnything(t, data, limits) })
}

// FuzzEntries is FuzzOpen for archives that are right as archives and hold
// whatever comes, which random bytes hardly ever are.
func FuzzEntries(f *testing.F) {
	f.Add("server.py", "Server.py", []byte("print(1)\n"), uint32(0o100644), uint16(0), uint16(archivetest.Deflate), 0)
	f.Add("tp/server.py", "../x", []byte{}, uint32(0o120777), uint16(archivetest.FlagUTF8), uint16(archivetest.Store), 3)
	f.Add("tp/e\u0301.py", "tp/\u00e9.py/x", []byte("\x7fELF"), uint32(0o104755), uint16(archivetest.FlagDescriptor), uint16(archivetest.Deflate), -5)
	f.Add("c\x82.py", "a/", []byte("PK\x03\x04"), uint32(0o040755), uint16(archivetest.FlagEncrypted), uint16(14), 1)
	f.Fuzz(func(t *testing.T, first, second string, content []byte, mode uint32, flags, method uint16, skew int) {
		if len(first) > 1000 || len(second) > 1000 {
			return
		}
		data := archivetest.Zip{Entries: []archivetest.Entry{
			{Name: first, Data: content, Mode: mode, Flags: flags, Method: method},
			{Name: second, Data: content, Method: archivetest.Deflate, Lie: func(local, central *archivetest.Header) {
				local.Offset += uint32(skew)
				central.Unpacked += uint32(skew)
			}},
		}}.Bytes()
		checkAnything(t, data, archive.Limits{})
	})
}

// checkAnything holds what FuzzOpen says of any bytes.
func checkAnything(t *testing.T, data []byte, limits archive.Limits) {
	t.Helper()
	sub, violations, err := archive.Read(bytes.NewReader(data), int64(len(data)), nil, limits)
	if err != nil {
		t.Fatalf("an error of ours: %v", err)
	}
	if limits == (archive.Limits{}) {
		limits = archive.DefaultLimits()
	}
	total := int64(0)
	for _, file := range sub.Files() {
		total += file.Size
		if file.Size > limits.File || !filepath.IsLocal(file.Path) {
			t.Errorf("file %+v", file)
		}
	}
	if total > limits.Total {
		t.Errorf("%d bytes in all", total)
	}
	content := sub.CheckContent([]string{"server.py"}, false, nil)
	for _, v := range append(violations, content...) {
		checkMessage(t, v)
	}
	if len(sub.Files()) > 0 {
		checkUnpacked(t, sub)
	}
	if len(violations) == 0 {
		checkAgainstStandardLibrary(t, sub, data)
	}
}

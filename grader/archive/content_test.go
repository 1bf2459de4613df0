package archive_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/archive"
	"netlab/grader/archive/archivetest"
)

func submission(t *testing.T, entries ...archivetest.Entry) *archive.Submission {
	t.Helper()
	sub, violations := read(t, archivetest.Zip{Entries: entries}.Bytes())
	if violations != nil {
		t.Fatal(violations)
	}
	return sub
}

// said returns violations as "rule severity", in their order.
func said(violations []archive.Violation) []string {
	var out []string
	for _, v := range violations {
		out = append(out, v.Rule+" "+string(v.Severity))
	}
	return out
}

func TestCheckContentOfSite(t *testing.T) {
	sub := submission(t,
		archivetest.File("sioux.py", "x"), archivetest.File("www/index.html", "<html>"), archivetest.File("www/style.css", "p{}"),
		archivetest.File("www/photo.jpg", "\xff\xd8\xff\x00"), archivetest.File("www/app.js", "1"), archivetest.File("rapport.pdf", "%PDF"),
		archivetest.File("www/old.zip", "PK\x03\x04"))
	deliverables := []string{"sioux.py"}
	for _, tt := range []struct {
		name   string
		site   bool
		policy archive.Policy
		want   []string
	}{
		{"a site", true, nil, []string{"content.binary reject", "content.extra warn"}},
		{"a site, extra ignored", true, archive.Policy{archive.ContentExtra: archive.Ignore}, []string{"content.binary reject"}},
		{"a site, extra rejected by the policy", true, archive.Policy{"content.*": archive.Reject}, []string{"content.binary reject", "content.extra reject", "content.extra warn"}},
		{"no site", false, nil, []string{"content.binary reject", "content.extra reject"}},
		{"no site, extra and binary only warn", false, archive.Policy{"content.*": archive.Warn}, []string{"content.binary warn", "content.extra warn"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := sub.CheckContent(deliverables, tt.site, tt.policy)
			if diff := cmp.Diff(tt.want, said(got)); diff != "" {
				t.Errorf("(-want +got):\n%s\n%v", diff, got)
			}
		})
	}
	got := sub.CheckContent(deliverables, true, archive.Policy{archive.ContentExtra: archive.Reject})
	if m := got[1].Message.EN; !strings.Contains(m, "rapport.pdf") || strings.Contains(m, "index.html") {
		t.Errorf("a policy that rejects extra files rejects those of the site, or not the report: %s", m)
	}
}

func TestCheckContentSource(t *testing.T) {
	sub := submission(t,
		archivetest.File("server.py", "#!/usr/bin/env python3\n"), archivetest.File("protocole.py", "MZ = 3\n"), archivetest.File("Makefile", "run:\n"),
		archivetest.File("lance", "#!/bin/sh\n"), archivetest.File("lib/__init__.py", ""), archivetest.File("vieux.py", "# \xe9t\xe9 en Latin-1\n"))
	if got := sub.CheckContent([]string{"server.py"}, false, nil); got != nil {
		t.Errorf("source code breaks rules: %v", got)
	}
	sub = submission(t, archivetest.File("server.py", "x"), archivetest.File("LISEZMOI", "Bonjour"), archivetest.File("tp.ipynb", "{}"), archivetest.File("rapport.docx", "PK\x03\x04"))
	got := sub.CheckContent([]string{"server.py"}, false, nil)
	if len(got) != 1 || got[0].Rule != archive.ContentExtra || !strings.Contains(got[0].Message.EN, `"LISEZMOI", "tp.ipynb", "rapport.docx"`) {
		t.Errorf("got %v", got)
	}
}

func TestCheckContentBinary(t *testing.T) {
	for _, tt := range []struct{ name, path, content, says string }{
		{"bytecode", "server.pyc", "x", "compiled code"},
		{"library", "lib/_socket.so", "x", "compiled code"},
		{"program for Linux", "server", "\x7fELF\x02", "compiled code"},
		{"program for Windows", "server", "MZ\x90\x00", "compiled code"},
		{"program for macOS", "server", "\xcf\xfa\xed\xfe", "compiled code"},
		{"archive by its name", "sources.rar", "x", "an archive inside"},
		{"archive by its content", "sources", "7z\xbc\xaf\x27\x1c", "an archive inside"},
		{"archive called a program", "x.py", "PK\x03\x04", "an archive inside"},
		{"bzip2", "x", "BZh91AY&SYxxxx", "an archive inside"},
		{"picture called a program", "x.py", "\x89PNG\r\n\x1a\n", "not a program but a PNG picture"},
		{"document called a program", "x.py", "{\\rtf1 import socket}", "not a program but an RTF document"},
		{"UTF-16 with a mark", "x.py", "\xff\xfei\x00m\x00", "UTF-16"},
		{"UTF-16 without a mark", "x.py", "i\x00m\x00p\x00o\x00r\x00t\x00", "UTF-16"},
		{"NUL far down", "x.py", strings.Repeat("#\n", 1000) + "\x00", "a binary file"},
		{"virtual environment by name", "venv/bin/activate", "x", `"venv/": a virtual environment`},
		{"hidden virtual environment", "lib/.venv/x.py", "x", `"lib/.venv/": a virtual environment`},
		{"Subversion", ".svn/entries", "12", "version control"},
		{"node", "node_modules/x/index.js", "1", "installed libraries"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sub := submission(t, archivetest.File("server.py", "x"), archivetest.File(tt.path, tt.content))
			got := sub.CheckContent([]string{"server.py"}, true, nil)
			if len(got) != 1 || got[0].Rule != archive.ContentBinary || got[0].Severity != archive.Reject || !strings.Contains(got[0].Message.EN, tt.says) {
				t.Errorf("got %v, want a content.binary that says %q", got, tt.says)
			}
		})
	}
}

func TestCheckContentTellsAFolderOnce(t *testing.T) {
	entries := []archivetest.Entry{archivetest.File("server.py", "x"), archivetest.File("env/pyvenv.cfg", "")}
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		entries = append(entries, archivetest.File("env/lib/"+name+".py", ""), archivetest.File("env/lib/"+name+".pyc", ""))
	}
	got := submission(t, entries...).CheckContent([]string{"server.py"}, false, nil)
	if len(got) != 1 || got[0].Message.EN != `"env/": a virtual environment, to be taken out of the archive` {
		t.Errorf("got %v", got)
	}
}

// TestRenamedIsNotTakenOut: one message says what to do with a file, not two.
func TestRenamedIsNotTakenOut(t *testing.T) {
	rules := func(policy archive.Policy, entries ...archivetest.Entry) string {
		var out []string
		for _, v := range submission(t, entries...).CheckContent([]string{"server.py"}, false, policy) {
			out = append(out, v.Rule+" "+string(v.Severity))
		}
		return strings.Join(out, ", ")
	}
	text, program := archivetest.File("server.py.txt", "x"), archivetest.File("server.py", "x")
	if got := rules(nil, text); got != "content.missing reject" {
		t.Errorf("the program as a text: %s", got)
	}
	if got := rules(nil, text, program); got != "content.extra reject" {
		t.Errorf("the program, and as a text too: %s", got)
	}
	if got := rules(nil, text, archivetest.File("notes.txt", "x")); got != "content.missing reject, content.extra reject" {
		t.Errorf("the program as a text, and a text: %s", got)
	}
	// Where the first one does not reject, the second must.
	if got := rules(archive.Policy{archive.ContentMissing: archive.Warn}, text); got != "content.missing warn, content.extra reject" {
		t.Errorf("a course that grades what there is: %s", got)
	}
}

// TestInvisibleCharacterInAName: an archive with the file in it is not said to be empty.
func TestInvisibleCharacterInAName(t *testing.T) {
	for name, shown := range map[string]string{"\ufeffserver.py": `"\ufeffserver.py"`, "server.py\r": `"server.py\x0d"`, "src/ser\u200bver.py": `"src/ser\u200bver.py"`} {
		data := archivetest.Zip{Entries: []archivetest.Entry{archivetest.File(name, "x")}}.Bytes()
		sub, _, err := archive.Read(bytes.NewReader(data), int64(len(data)), nil, archive.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		got := sub.CheckContent([]string{"server.py"}, false, nil)
		if want := `"server.py" is missing: ` + shown + ` looks like it, but its name has an invisible character`; len(got) != 1 || got[0].Message.EN != want || got[0].Severity != archive.Reject {
			t.Errorf("got %v, want %s", got, want)
		}
	}
}

func TestOneFileOfTheSystem(t *testing.T) {
	got := submission(t, archivetest.File("server.py", "x"), archivetest.File(".DS_Store", "x")).CheckContent([]string{"server.py"}, false, nil)
	if len(got) != 1 || got[0].Message.FR != `".DS_Store" : fichier ajouté par le système, laissé de côté` {
		t.Errorf("got %v", got)
	}
}

func TestMissing(t *testing.T) {
	for _, tt := range []struct {
		name  string
		want  string
		names []string
		says  string
	}{
		{"nothing at all", "server.py", nil, "the archive has no file in it"},
		{"misspelt", "server.py", []string{"serveur.py", "lib.py"}, `"serveur.py" should probably`},
		{"capital", "server.py", []string{"Server.py"}, `"Server.py" should probably`},
		{"in a subfolder", "server.py", []string{"README", "src/server.py"}, `it is in the folder "src"`},
		{"misspelt in a subfolder", "server.py", []string{"README", "src/Serveur.py"}, `"src/Serveur.py" should probably`},
		{"doubled extension", "server.py", []string{"lib.py", "server.py.txt"}, `rename "server.py.txt" to "server.py" (Windows may be hiding the .txt)`},
		{"a text", "server.py", []string{"server.txt"}, `rename "server.txt" to "server.py"`},
		{"copy mark", "server.py", []string{"lib.py", "server (1).py"}, `"server (1).py" should probably`},
		{"no extension", "server.py", []string{"lib.py", "server"}, `"server" should probably`},
		{"words in another order", "server_echo.py", []string{"client_echo.py", "echo-server.py"}, `"echo-server.py" should probably`},
		{"the only program", "server.py", []string{"tp.py", "README"}, `"tp.py" should probably`},
		{"some other files", "server.py", []string{"a.py", "b.py"}, `the archive has "a.py", "b.py"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := archive.Missing([]string{tt.want}, tt.names)
			if len(got) != 1 || got[0].Rule != archive.ContentMissing || got[0].Expected != tt.want || !strings.Contains(got[0].Message.EN, tt.says) {
				t.Errorf("got %v, want one that says %q", got, tt.says)
			}
		})
	}
	if got := archive.Missing([]string{"a.py", "b.py"}, []string{"b.py", "a.py", "c.py"}); got != nil {
		t.Errorf("nothing is missing, but got %v", got)
	}
	// One deliverable is never said to be another one misspelt.
	got := archive.Missing([]string{"client_echo.py", "server_echo.py"}, []string{"client_echo.py"})
	if len(got) != 1 || got[0].Message.EN != `"server_echo.py" is missing` {
		t.Errorf("got %v", got)
	}
}

func TestTopFolder(t *testing.T) {
	program := func(p string) archivetest.Entry { return archivetest.File(p, "x") }
	for _, tt := range []struct {
		name    string
		entries []archivetest.Entry
		files   []string
		nested  string
	}{
		{"none", []archivetest.Entry{program("server.py"), program("lib/a.py")}, []string{"lib/a.py", "server.py"}, ""},
		{"one", []archivetest.Entry{program("tp/server.py"), program("tp/lib/a.py")}, []string{"lib/a.py", "server.py"}, `"tp/"`},
		{"two in one another", []archivetest.Entry{program("tp/ex/server.py"), program("tp/ex/a.py")}, []string{"a.py", "server.py"}, `"tp/ex/"`},
		{"alike but two", []archivetest.Entry{program("tp/server.py"), program("tp2/a.py")}, []string{"tp/server.py", "tp2/a.py"}, ""},
		{"with files of the system beside", []archivetest.Entry{program("tp/server.py"), program("__MACOSX/tp/._server.py"), program(".DS_Store")}, []string{"server.py"}, `"tp/"`},
		{"with an empty folder beside", []archivetest.Entry{program("tp/server.py"), {Name: "vide/"}}, []string{"server.py"}, `"tp/"`},
		{"a repository in a top folder", []archivetest.Entry{program("tp/.git/hooks/x.py")}, []string{".git/hooks/x.py"}, `"tp/"`},
		{"a repository is no top folder", []archivetest.Entry{program(".git/hooks/x.py")}, []string{".git/hooks/x.py"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sub := submission(t, tt.entries...)
			var got []string
			for _, f := range sub.Files() {
				got = append(got, f.Path)
			}
			if diff := cmp.Diff(tt.files, got); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.files, sub.Names()); diff != "" {
				t.Errorf("names (-want +got):\n%s", diff)
			}
			nested := ""
			for _, v := range sub.CheckContent(nil, false, nil) {
				if v.Rule == archive.ContentNested {
					nested = v.Message.EN
				}
			}
			if (nested == "") != (tt.nested == "") || !strings.HasPrefix(nested, tt.nested) {
				t.Errorf("content.nested says %q, want %q", nested, tt.nested)
			}
		})
	}
}

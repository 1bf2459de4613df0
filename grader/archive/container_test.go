package archive

import (
	"archive/zip"
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/archive/archivetest"
)

// TestContainerReadsWhatIsThere holds what comes out of hostile containers
// against what archive/zip reads: a member is the same, or is refused, and no
// bytes serve two members.
func TestContainerReadsWhatIsThere(t *testing.T) {
	limits := DefaultLimits()
	for _, test := range archivetest.Cases() {
		t.Run(test.Name, func(t *testing.T) {
			data := test.Bytes()
			c, err := OpenContainer(bytes.NewReader(data), int64(len(data)), limits)
			if err != nil {
				return
			}
			std, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
			var total int64
			for i, m := range c.Members() {
				got, rerr := c.Read(i)
				if rerr != nil {
					continue
				}
				if m.Path == "" || int64(len(got)) > limits.File {
					t.Errorf("member %q has %d bytes", m.Name, len(got))
				}
				total += int64(len(got))
				if err != nil {
					continue // archive/zip reads nothing
				}
				same := false
				for _, f := range std.File {
					if same || len(got) == 0 {
						same = true
						break
					}
					if r, err := f.Open(); err == nil {
						want, err := io.ReadAll(io.LimitReader(r, limits.File+1))
						same = same || err == nil && bytes.Equal(want, got)
					}
				}
				if !same {
					t.Errorf("member %q is not what archive/zip reads", m.Name)
				}
			}
			if most := limits.Ratio * int64(len(data)); total > most+4*limits.RatioFrom {
				t.Errorf("%d bytes came out of %d", total, len(data))
			}
		})
	}
}

func TestContainerTellsWhatIsWrong(t *testing.T) {
	lying := archivetest.File("b.zip", "data")
	lying.Lie = func(_, central *archivetest.Header) { central.CRC++ }
	data := archivetest.Zip{Entries: []archivetest.Entry{
		archivetest.File("a.zip", "data"), lying, archivetest.File("../c.zip", "data"), archivetest.File("A.zip", "other"),
	}}.Bytes()
	c, err := OpenContainer(bytes.NewReader(data), int64(len(data)), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range c.Members() {
		got = append(got, m.Name+": "+m.Wrong.EN)
	}
	want := []string{
		"a.zip: ", "b.zip: the entry has two different checksums", `../c.zip: path that leaves the archive by ".."`, "A.zip: the same file is there more than once",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if b, err := c.Read(0); err != nil || string(b) != "data" {
		t.Errorf("%q, %v", b, err)
	}
	if _, err := c.Read(1); err == nil {
		t.Error("a member that is wrong was read")
	}
}

func TestNewest(t *testing.T) {
	paris := time.FixedZone("CET", 3600)
	at := time.Date(2026, 3, 1, 12, 0, 30, 0, time.UTC)
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, h := range []*zip.FileHeader{{Name: "old.py", Modified: at.AddDate(-1, 0, 0)}, {Name: "new.py", Modified: at}, {Name: "never.py"}} {
		if _, err := w.CreateHeader(h); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	sub, _, err := Read(bytes.NewReader(buf.Bytes()), int64(buf.Len()), nil, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if got := sub.Newest(paris); !got.Equal(at) {
		t.Errorf("%v, want %v", got, at)
	}
	// A time of MS-DOS has no zone.
	rec := record{modified: (46<<9|3<<5|1)<<16 | 12<<11 | 15}
	if got, want := rec.modifiedIn(paris), time.Date(2026, 3, 1, 12, 0, 30, 0, paris); !got.Equal(want) {
		t.Errorf("%v, want %v", got, want)
	}
}

package scenario

import (
	"bytes"
	"image/jpeg"
	"os"
	"testing"
)

// TestMarkedFixtures: a marked file is still what it was to whoever looks at it.
func TestMarkedFixtures(t *testing.T) {
	for _, name := range []string{"page.html", "style.css", "photo.jpg", "plain.jpg"} {
		data, err := os.ReadFile("../../scripts/sioux/site/" + name)
		if err != nil {
			t.Fatal(err)
		}
		one, two := marked(name, data, "balo timsel"), marked(name, data, "vozu kamar")
		if bytes.Equal(one, two) || bytes.Equal(one, data) || len(one) <= len(data) || len(one) > len(data)+40 {
			t.Errorf("%s: %d bytes became %d", name, len(data), len(one))
		}
		if name != "photo.jpg" {
			continue
		}
		was, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		is, err := jpeg.Decode(bytes.NewReader(one))
		if err != nil {
			t.Fatalf("it is no JPEG any more: %v", err)
		}
		if was.Bounds() != is.Bounds() || was.At(100, 100) != is.At(100, 100) {
			t.Error("it is another picture")
		}
	}
	for _, data := range []string{"", "\xff\xd8", "\xff\xd8\xff\xe0\xff\xff"} { // no longer than what they say
		marked("x.jpg", []byte(data), "balo")
	}
}

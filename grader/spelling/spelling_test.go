package spelling

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "", 3},
		{"server", "server", 0},
		{"server", "serveur", 1},
		{"server", "sevrer", 1}, // neighbours swapped
		{"yunes", "yunès", 1},   // letters, not bytes
		{"kitten", "sitting", 3},
	} {
		if got := Distance(tt.a, tt.b); got != tt.want {
			t.Errorf("Distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
		if got := Distance(tt.b, tt.a); got != tt.want {
			t.Errorf("Distance(%q, %q) = %d, want %d", tt.b, tt.a, got, tt.want)
		}
	}
}

func TestNearest(t *testing.T) {
	choices := []string{"server", "client", "echo", "sioux", "serveuse"}
	for _, tt := range []struct {
		name, word string
		want       []string
	}{
		{"one letter too many, closest first", "serveur", []string{"server", "serveuse"}},
		{"swapped", "siuox", []string{"sioux"}},
		{"another word", "banana", nil},
		{"itself", "echo", nil},
		{"nothing", "", nil},
		{"far too long", strings.Repeat("server", 1000), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Nearest(tt.word, choices)); diff != "" {
				t.Errorf("Nearest(%q) (-want +got):\n%s", tt.word, diff)
			}
		})
	}
}

func TestNearestIsShortAndOrdered(t *testing.T) {
	got := Nearest("martim", []string{"martix", "martin", "marti", "martie", "martin"})
	if diff := cmp.Diff([]string{"marti", "martie", "martin"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

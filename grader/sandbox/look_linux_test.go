package sandbox

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseStat(t *testing.T) {
	for _, tt := range []struct {
		stat   string
		state  byte
		name   string
		fields []string
	}{
		{"2 (python3) S 1 2 3\n", 'S', "python3", []string{"1", "2", "3"}},
		{"2 () R) S 1\n", 'S', ") R", []string{"1"}}, // the program chooses its name
		{"2 (a\n(b)) Z 0 2", 'Z', "a\n(b)", []string{"0", "2"}},
		{"", 0, "", nil},
		{"2 python3 S 1", 0, "", nil},
		{"2 (python3)", 0, "", nil},
		{")(", 0, "", nil},
	} {
		state, name, fields := parseStat([]byte(tt.stat))
		if state != tt.state || name != tt.name || !cmp.Equal(fields, tt.fields) {
			t.Errorf("%q: %q %q %q, want %q %q %q", tt.stat, state, name, fields, tt.state, tt.name, tt.fields)
		}
	}
}

func FuzzParseStat(f *testing.F) {
	f.Add([]byte("2 (python3) S 1 2 3\n"))
	f.Add([]byte("2 (a) b)    "))
	f.Fuzz(func(t *testing.T, stat []byte) {
		if state, _, fields := parseStat(stat); state == 0 && fields != nil {
			t.Errorf("%q: fields without a state", stat)
		}
	})
}

func TestParseSyscall(t *testing.T) {
	type result struct {
		NR      int64
		Args    [6]uint64
		PC      uint64
		Waiting bool
	}
	for _, tt := range []struct {
		text string
		want result
	}{
		{"288 0x3 0x0 0xffffffffffffffff 0x80000 0x0 0x1 0x7ffe0 0x7f12\n", result{288, [6]uint64{3, 0, 1<<64 - 1, 0x80000, 0, 1}, 0x7f12, true}},
		{"running\n", result{NR: -1}},
		{"-1 0x7ffe0 0x7f12\n", result{NR: -1}}, // blocked outside any call
		{"", result{NR: -1}},
	} {
		var got result
		got.NR, got.Args, got.PC, got.Waiting = parseSyscall([]byte(tt.text))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.text, diff)
		}
	}
}

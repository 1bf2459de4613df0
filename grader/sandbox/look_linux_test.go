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

func TestWhatIsPolled(t *testing.T) {
	for _, tt := range []struct {
		name      string
		got, want []int
	}{
		{"select", bitSet([]byte{0b1001, 0, 0, 0, 0, 0, 0, 0x80, 1, 0, 0, 0, 0, 0, 0, 0}, 65), []int{0, 3, 63, 64}},
		{"select, bits beyond what it looks at", bitSet([]byte{0b1001, 0, 0, 0, 0, 0, 0, 0}, 3), []int{0}},
		{"select, half a word", bitSet([]byte{1, 0}, 1), nil},
		{"poll", pollSet([]byte{5, 0, 0, 0, 1, 0, 0, 0, 6, 0, 0, 0, 4, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0}), []int{5}},
		{"epoll", epollSet([]byte("pos:\t0\nflags:\t02\ntfd:        4 events:       19 data:  4  pos:0 ino:1 sdev:8\ntfd:  5 events:  18 data: 5\ntfd: x events: 1 y\ntfd:\n")), []int{4}},
		{"nothing", append(bitSet(nil, 9), append(pollSet(nil), epollSet(nil)...)...), nil},
	} {
		if diff := cmp.Diff(tt.want, tt.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

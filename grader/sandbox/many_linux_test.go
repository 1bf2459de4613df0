package sandbox

import "testing"

// TestManyBoxes: a keeper has more descriptors than a program may, for as many
// boxes as a large machine makes at once, and each program has its own limit.
func TestManyBoxes(t *testing.T) {
	const boxes = 64
	sb := openSandbox(t, false)
	for range boxes {
		b := newBench(t, sb)
		if !b.isolated() {
			t.Skip("no isolation on this machine: programs share nothing but the machine")
		}
		p := b.start("import resource; print(*resource.getrlimit(resource.RLIMIT_NOFILE), flush=True); input()")
		b.printed(p, "512 512\n")
		if _, err := b.box.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

package sandbox

import "testing"

// TestSeenHoldsUntilSomethingIsDone: a look is not repeated while the grader does
// nothing and nothing comes, and is after each of these.
func TestSeenHoldsUntilSomethingIsDone(t *testing.T) {
	b := isolated(t)
	p := b.start(`l = listen(); c, _ = l.accept(); print(c.recv(9), end='', flush=True); input(); print('!', end='', flush=True); input()`)
	b.listening(p)
	if e := b.end(p); e != Silence {
		t.Fatal(e)
	}
	look := func() *Look {
		t.Helper()
		l, err := b.box.Seen(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	before := look()
	if look() != before {
		t.Error("a look that holds is repeated")
	}
	changed := func(what string) {
		t.Helper()
		now := look()
		if now == before {
			t.Errorf("%s: the look of before is taken to hold", what)
		}
		before = now
	}
	c := b.dial()
	changed("a connection")
	b.send(c, "hello")
	changed("what the grader sent")
	b.printed(p, "b'hello'")
	changed("what the program printed")
	b.typed(p, "\n")
	changed("what the grader typed")
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	changed("half a connection")
	if err := c.Close(false); err != nil {
		t.Fatal(err)
	}
	changed("the end of a connection")
}

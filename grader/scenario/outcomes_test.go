package scenario

import "testing"

func TestOutcomes(t *testing.T) {
	b := newBench(t)
	for _, tt := range []struct {
		name, file, want string
	}{
		{
			"a right program", `
word m
start s server.py
criterion one
listening s 6666
connect c s
accepted c
send c '{m}\r\n'
closed c
printed s {m} {c_ip} {c_port}
! printed s Traceback
running s` + aServerFile, `
2 word: ok
3 start: ok
4 criterion: ok
5 listening of one: ok by event
6 connect of one: ok
7 accepted of one: ok by event
8 send of one: ok
9 closed of one: ok by event
10 printed of one: ok by event
11 printed of one: ok by silence
12 running of one: ok by silence
`,
		},
		{
			"a mismatch skips the rest of its criterion alone, wherever it goes on", `
start s server.py
criterion one
listening s 7777
connect c s
criterion two
listening s 6666
criterion one
running s
criterion three
exited s
running s
criterion two
connect d s
send d 'x\n'
closed d` + aServerFile, `
2 start: ok
3 criterion: ok
4 listening of one: mismatch by event
5 connect of one: skipped
6 criterion: ok
7 listening of two: ok by event
8 criterion: skipped
9 running of one: skipped
10 criterion: ok
11 exited of three: mismatch by silence
12 running of three: skipped
13 criterion: ok
14 connect of two: ok
15 send of two: ok
16 closed of two: ok by event
`,
		},
		{
			"a mismatch in the preamble skips everything", `
start s server.py
exited s
criterion one
listening s
criterion two
listening s` + aServerFile, `
2 start: ok
3 exited: mismatch by silence
4 criterion: skipped
5 listening of one: skipped
6 criterion: skipped
7 listening of two: skipped
`,
		},
		{
			"what a lost step should have made is no mismatch", `
criterion one
start s server.py
exited s
connect c s
start d server.py
criterion two
send c x
running d
criterion three
printed d x
criterion four
printed s {c_port}` + aServerFile, `
2 criterion: ok
3 start of one: ok
4 exited of one: mismatch by silence
5 connect of one: skipped
6 start of one: skipped
7 criterion: ok
8 send of two: skipped
9 running of two: skipped
10 criterion: ok
11 printed of three: skipped
12 criterion: ok
13 printed of four: skipped
`,
		},
		{
			"what was not printed after something harmless leaves the rest untried", `
start s p.py
criterion one
assume s there
printed s there
criterion two
assume s there nowhere
printed s nowhere
criterion three
fresh
assume s there
criterion four
assume s nowhere
running s
-- p.py --
print('there')
input()
`, `
2 start: ok
3 criterion: ok
4 assume of one: ok by event
5 printed of one: ok by event
6 criterion: ok
7 assume of two: skipped by silence
8 printed of two: skipped
9 criterion: ok
10 fresh of three: ok
11 assume of three: ok
12 criterion: ok
13 assume of four: skipped
14 running of four: skipped
`,
		},
		{
			"one that went on in the background is waited for", `
start s server.py
criterion one
listening s
connect c s
send c hello
closed c
assume s hello
connect d s
send d there
settle s
printed s there
-- server.py --
import os, socket, time
if os.fork():
    os._exit(0)
os.setsid()
s = socket.create_server(('', 6666))
while True:
    c, a = s.accept()
    m = c.recv(500).decode()
    c.close()
    time.sleep(.2)
    print(m, flush=True)
`, `
2 start: ok
3 criterion: ok
4 listening of one: ok by event
5 connect of one: ok
6 send of one: ok
7 closed of one: ok by event
8 assume of one: ok by event
9 connect of one: ok
10 send of one: ok
11 settle of one: ok by silence
12 printed of one: ok by event
`,
		},
		{
			"excused from what was lost elsewhere, until the criterion goes on", `
start s server.py
criterion one
exited s
criterion two
given three
listening s
given one
exited s
criterion three
running s
criterion two
running s` + aServerFile, `
2 start: ok
3 criterion: ok
4 exited of one: mismatch by silence
5 criterion: ok
6 given of two: ok
7 listening of two: ok by event
8 given of two: excused
9 exited of two: excused
10 criterion: ok
11 running of three: ok by silence
12 criterion: ok
13 running of two: ok by silence
`,
		},
		{
			"a criterion that is lost is not excused", `
start s server.py
criterion one
exited s
criterion two
exited s
given one
running s` + aServerFile, `
2 start: ok
3 criterion: ok
4 exited of one: mismatch by silence
5 criterion: ok
6 exited of two: mismatch by silence
7 given of two: skipped
8 running of two: skipped
`,
		},
		{
			"! turns a mismatch round", `
start s server.py
criterion one
! printed s x
criterion two
listening s
connect c s
send c 'x\n'
closed c
! printed s y
! printed s y x
criterion three
! listening s
criterion four
! listening s 7777` + aServerFile, `
2 start: ok
3 criterion: ok
4 printed of one: ok by silence
5 criterion: ok
6 listening of two: ok by event
7 connect of two: ok
8 send of two: ok
9 closed of two: ok by event
10 printed of two: ok by silence
11 printed of two: mismatch by event
12 criterion: ok
13 listening of three: mismatch by event
14 criterion: ok
15 listening of four: ok by event
`,
		},
		{
			"! turns nothing else round", `
criterion one
start s server.py
exited s
start p server.py
criterion two
! printed p x
criterion three
! listening p
criterion four
connect c s
! within c x` + aServerFile, `
2 criterion: ok
3 start of one: ok
4 exited of one: mismatch by silence
5 start of one: skipped
6 criterion: ok
7 printed of two: skipped
8 criterion: ok
9 listening of three: skipped
10 criterion: ok
11 connect of four: ok
12 within of four: ok by silence
`,
		},
		{
			"a program that ends", `
start p p.py
criterion one
exited p 3
criterion two
exited p 4
criterion three
running p
criterion four
listening p
-- p.py --
print('here')
raise SystemExit(3)
`, `
2 start: ok
3 criterion: ok
4 exited of one: ok by event
5 criterion: ok
6 exited of two: mismatch by event
7 criterion: ok
8 running of three: mismatch by event
9 criterion: ok
10 listening of four: mismatch by ended
`,
		},
		{
			"a program that sleeps is waited for, and one that has not ended in a moment goes on", `
start p p.py
settle p
criterion one
printed p done
exited p
-- p.py --
import time
time.sleep(2.5)
print('done')
`, `
2 start: ok
3 settle: ok by limit
4 criterion: ok
5 printed of one: ok by event
6 exited of one: ok by event
`,
		},
		{
			// It would die of a client that leaves before it is greeted.
			"survives, after a slow greeting", `
criterion one
start s server.py
listening s
survives s
connect c s
received c
running s
-- server.py --
import socket, time
s = socket.create_server(('', 6666))
while True:
    c, _ = s.accept()
    time.sleep(0.1)
    c.sendall(b'hello')
    c.recv(100)
    c.sendall(b'bye')
    c.close()
`, `
2 criterion: ok
3 start of one: ok
4 listening of one: ok by event
5 survives of one: ok by silence
6 connect of one: ok
7 received of one: ok by event
8 running of one: ok by silence
`,
		},
		{
			"a client", `
listen h 6666
start p p.py 'un Deux'
criterion one
accept k h p
message k 'un Deux'
criterion two
within k 'UN DEUX'
within k UNIQUE
! within k trois
criterion three
! within k deux
criterion four
close k
exited p
! accept l h p
criterion two
message k 'un deux'
-- p.py --
import socket, sys
s = socket.create_connection(('localhost', 6666))
s.sendall(sys.argv[1].encode() + b'\r\n')
s.recv(1)
`, `
2 listen: ok
3 start: ok
4 criterion: ok
5 accept of one: ok by event
6 message of one: ok by silence
7 criterion: ok
8 within of two: ok by silence
9 within of two: mismatch by silence
10 within of two: skipped
11 criterion: ok
12 within of three: mismatch by silence
13 criterion: ok
14 close of four: ok
15 exited of four: ok by event
16 accept of four: ok by ended
17 criterion: skipped
18 message of two: skipped
`,
		},
		{
			"a message on another connection, and another connection without one", `
listen h 6666
start c c.py a
accept k h c
criterion one
message k a
alone k
criterion two
fresh
listen h2 6666
start c2 c.py a ''
accept k2 h2 c2
message k2 a
alone k2
-- c.py --
import socket, sys
for m in sys.argv[1:]:
    with socket.create_connection(('localhost', 6666)) as s:
        s.sendall(m.encode())
if len(sys.argv) == 2:
    with socket.create_connection(('localhost', 6666)) as s:
        s.sendall(b'quit')
`, `
2 listen: ok
3 start: ok
4 accept: ok by event
5 criterion: ok
6 message of one: ok by event
7 alone of one: mismatch by event
8 criterion: ok
9 fresh of two: ok
10 listen of two: ok
11 start of two: ok
12 accept of two: ok by event
13 message of two: ok by event
14 alone of two: ok by event
`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			check(t, b.run(t, tt.file), tt.want)
		})
	}
}

package scenario

import "testing"

// TestRest: steps that wait until a program has done what it does at once, as a
// person at another keyboard would.
func TestRest(t *testing.T) {
	b := newBench(t)
	for _, tt := range []struct {
		name, file, want string
	}{
		{
			"a server that listens afresh for each client", `
word m
start s s.py
criterion one
listening s
connect c s
listening s 6666
criterion two
send c '{m}'
closed c
connect d s
send d '{m}'
closed d
-- s.py --
import socket, time
while True:
    s = socket.create_server(('', 6666))
    c, a = s.accept()
    s.close()
    c.recv(500)
    c.close()
    time.sleep(.2)
`, `
2 word: ok
3 start: ok
4 criterion: ok
5 listening of one: ok by event
6 connect of one: ok
7 listening of one: ok by event
8 criterion: ok
9 send of two: ok
10 closed of two: ok by event
11 connect of two: ok
12 send of two: ok
13 closed of two: ok by event
`,
		},
		{
			"one that listens no more", `
start s s.py
criterion one
listening s
connect c s
close c
connect d s
-- s.py --
import socket
s = socket.create_server(('', 6666))
c, a = s.accept()
s.close()
c.recv(500)
input()
`, `
2 start: ok
3 criterion: ok
4 listening of one: ok by event
5 connect of one: ok
6 close of one: ok
7 connect of one: mismatch
`,
		},
		{
			"the rest of a message comes before the program gives up", `
start s s.py
criterion one
listening s
connect c s
send c abc
complete c '\n'
exited s 0
-- s.py --
import socket
s = socket.create_server(('', 6666))
c, a = s.accept()
c.settimeout(2)
got = c.recv(500)
got += c.recv(500)
raise SystemExit(got != b'abc\n')
`, `
2 start: ok
3 criterion: ok
4 listening of one: ok by event
5 connect of one: ok
6 send of one: ok
7 complete of one: ok by event
8 exited of one: ok by event
`,
		},
		{
			"what has been read is the whole message, not a part of it", `
start s s.py
criterion one
listening s
connect c s
send c abc
complete c '\n'
exited s 0
-- s.py --
import socket, time
s = socket.create_server(('', 6666))
c, a = s.accept()
time.sleep(.5)
raise SystemExit(c.recv(500) != b'abc')
`, `
2 start: ok
3 criterion: ok
4 listening of one: ok by event
5 connect of one: ok
6 send of one: ok
7 complete of one: ok by event
8 exited of one: ok by event
`,
		},
		{
			"a client with a time-out of its own", `
listen h 6666
start c c.py abc
criterion one
accept k h c
message k abc now
rest c
close k
exited c 0
-- c.py --
import socket, sys
s = socket.create_connection(('localhost', 6666))
s.settimeout(.9)
for letter in sys.argv[1]:
    s.send(letter.encode())
s.recv(1)
`, `
2 listen: ok
3 start: ok
4 criterion: ok
5 accept of one: ok by event
6 message of one: ok by event
7 rest of one: ok
8 close of one: ok
9 exited of one: ok by event
`,
		},
		{
			"who has not served a client need not tell of it", `
start s s.py
listening s
criterion one
connect c s
send c here
finish c
tells s c
connect d s elsewhere
send d there
finish d
tells s d there
criterion two
tells s d
-- s.py --
import socket
s = socket.create_server(('', 6666))
while True:
    c, a = s.accept()
    if a[0] == '127.0.0.1':
        print(c.recv(500), a)
    c.close()
`, `
2 start: ok
3 listening: ok by event
4 criterion: ok
5 connect of one: ok
6 send of one: ok
7 finish of one: ok by event
8 tells of one: ok by event
9 connect of one: ok
10 send of one: ok
11 finish of one: ok by event
12 tells of one: ok by silence
13 criterion: ok
14 tells of two: mismatch by silence
`,
		},
		{
			"who waits for ever, who polls and who leaves", `
start a wait.py
start b poll.py
start c leave.py
criterion one
listening c
stays a
stays b
criterion two
stays c
-- wait.py --
import socket
socket.create_server(('', 6001)).accept()
-- poll.py --
import socket
s = socket.create_server(('', 6002))
s.settimeout(.3)
while True:
    try:
        s.accept()
    except TimeoutError:
        pass
-- leave.py --
import socket
s = socket.create_server(('', 6666))
s.settimeout(1)
s.accept()
`, `
2 start: ok
3 start: ok
4 start: ok
5 criterion: ok
6 listening of one: ok by event
7 stays of one: ok by event
8 stays of one: ok by event
9 criterion: ok
10 stays of two: mismatch by event
`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			check(t, b.run(t, tt.file), tt.want)
		})
	}
}

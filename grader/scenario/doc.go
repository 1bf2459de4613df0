/*
Package scenario is the script language in which exercises are tested, and its
runner, on top of testscript.

# Goals

  - A script reads like the sheet: one line is one thing done or expected.
  - A mismatch (the program is wrong) is scored; anything else is a fault of the
    harness and is not.
  - A wait ends by an event or by proof that none can come. No script sleeps.

# Non-goals

  - Scripts are no programming language: there are no loops, conditions or
    commands of the host.

# Files

A script is a txtar file: lines, then members. A line is a verb and its
arguments, parted by blanks; single quotes hold blanks, two of them within
quotes stand for one, and # begins a comment. Members, and files of the
exercise's folder, are fixtures: @name is their content.

Compile refuses a line that does not begin with a literal verb (so nothing of
testscript itself can be reached), unknown names, undeclared criteria, and
members whose name is no local path. It reports every fault with its line.

DATA and TEXT have the escapes \r \n \t \0 \\ \{ and \xHH, and {name} for a
variable: one that word, text or received set, or {CONN_ip} and {CONN_port},
the address that connection CONN comes from.

# Criteria and outcomes

The lines after "criterion ID" score that criterion, until the next such line.
A criterion may be taken up again later, and in other scripts. In a criterion,
the first step that does not pass skips the rest of it; the next criterion goes
on with the same programs and connections. The outcomes of a step:

	ok        it passed
	mismatch  the program is wrong: the criterion is failed
	skipped   something it needs was not made, or an earlier step of the
	          criterion did not pass: the criterion is not earned
	excused   it does not count (given, lives, suffices)
	fault     the harness could not do its work: nothing is scored

A ! before a verb turns a mismatch into success and the reverse, and nothing
else; it is written [!] below where it means something.

# Boxes

The programs and servers of a script share one box, a machine of their own,
until fresh makes a new one. What programs of earlier boxes printed can still
be looked at.

# The clock

A wait ends with the event it waits for; by silence, which is proof that every
thread of the box waits for the grader; because the program has ended; or by a
limit, in time that the program could use (see package sandbox). A program that
has used up a whole limit is given less for each further question.

# Verbs

	abort CONN

Resets the connection.

	[!] accept CONN SERVER NAME

Waits until program NAME connects to SERVER and names the connection.

	accepted CONN

Waits until the program has taken the connection out of its listener's queue.

	affirms SAME SAME ALTERED

Checks that a client says that the messages are identical: SAME are two runs
with a faithful echo, ALTERED one with an altered echo. Its screens must have a
line that the altered case lacks, or words that mean identity.

	agrees NAME SAME SAME ALTERED

Checks that the screen of NAME is rather like those of SAME than of ALTERED.

	alike ANSWER ANSWER DATA DATA

Checks that the second answer has the status of the first, the same media type
where both files are of one kind, and, if the first had the content of its file,
the first DATA, the content of its own, the second DATA.

	alone CONN

Checks that the client has sent nothing on another connection, once it has done
what it does.

	alter VAR TEXT

Sets a variable to TEXT altered as reflect does it.

	answer NAME TEXT

Types TEXT each time that the program waits for its keyboard before it has sent
anything, or a host or a port where it asks for that, and in the end Ctrl-D. It is
never a mismatch.

	ask ANSWER CONN METHOD

Reads the HTTP answer to a request that was sent by hand, and closes.

	assume NAME TEXT…

Looks for every TEXT as printed does, in what the program printed after something
harmless. If one is not there, the rest of the criterion cannot be judged by what
is printed: it is skipped. It is never a mismatch.

	blame NAME CONTROL

A mismatch if lives saw CONTROL take another client, and NAME not.

	bodiless ANSWER

Checks that nothing follows the headers.

	[!] body ANSWER DATA

Compares the content, byte for byte, once Content-Encoding is undone. Bytes
after it are allowed where neither Content-Length nor chunks tell its end, but
for a page that comes twice. Negated: DATA is nowhere in it.

	close CONN

Closes the connection in order.

	closed CONN

Waits until the program ends the connection, in order or by a reset, while the
grader keeps its own side open.

	complete CONN DATA

Sends DATA if the program has read what was sent and waits, with the connection
open: what may have been missing of a message. It is never a mismatch.

	connect CONN NAME [elsewhere]

Connects to what program NAME listens on (its port, if serve has found it, else
port 6666 if it is among several), and waits until the program has done what it
does at once. A program that listens afresh for each client is waited for.
elsewhere: from another address than 127.0.0.1, 127.x.y.z where that is possible.

	criterion ID

Begins the steps of a criterion.

	differ SAME SAME ALTERED

Checks that a client's screen of an altered echo says something else than both
screens of a faithful one, payloads aside, and numbers that both do not have.
Where that may be by chance (both differ, or the program is one that may show
something random), the first and the last are run again, in turn, each against the
echo that it had: what tells them apart must do so each time. affirms and agrees
then know of these runs too.

	execute NAME FILE [ARG…]

Runs a deliverable as a command of its own (./FILE), which its first line must
make possible.

	exited NAME [CODE]

Waits until the program has ended by itself, with status CODE if given.

	finish CONN

Sees the connection to its end: waits until the program closes it, else ends
the grader's side, waits again, and closes. It is never a mismatch.

	first ANSWER CONN METHOD

Reads one HTTP answer and keeps the connection for more.

	framed ANSWER [ANSWER]

Checks the form of an answer, or of another where that one did not come: status
line, header lines, empty line, and a content whose end can be told.

	fresh

Ends the box: the next program starts in a new one.

	get ANSWER NAME PATH

Asks a server for PATH as a browser of the same machine does, over a connection
of its own, and follows redirections with the cookies that they set. No answer at all is a mismatch; what the
answer is, other verbs judge.

	given ID

If criterion ID has lost a step in this script, the rest of the current
criterion is excused: it would blame the program twice.

	header ANSWER NAME VALUE…

Checks that the header has one of the values, in lower case, parameters aside.
Of several Content-Type the last counts, as for browsers.

	headers VAR CONN PATH

Sets a variable to the header lines, each with its end, that a browser sends on
this connection when it asks for PATH.

	last ANSWER CONN

Where the answer says that no other follows on its connection (Connection: close,
or HTTP/1.0 without keep-alive), waits until the program closes that: the
criterion is then earned, and the steps that follow are excused.

	lay PATH @FILE

Lays a file in the next box: in the working directory, or below /tmp, /srv,
/home, /Users, /mnt, /opt, /Library, /workspaces or /var/www.

	listen SERVER PORT

Plays a server: listens on PORT, on every IPv4 and IPv6 address of the box.

	[!] listening NAME [PORT]

Waits until the program has a listening TCP socket (on PORT), or finds that it
had one before it ended, or on PORT before; then until it waits for something, or has computed for
some time since. It is read from the kernel: no connection is made. So no client
comes between listen() and the wait for clients, as none that a person starts
would: asyncio serves one while the function that made the server has not gone on.

	lives NAME [suffices]

Finds out whether the program takes another client, for blame. It is never a
mismatch. With suffices, a program that does has earned the criterion.

	mark NAME

What NAME printed so far no longer counts for printed and screen.

	message CONN DATA [now]

Reads all that the client sends; it must be DATA, with or without a line end. A
connection on which nothing came gives way to the client's next one. With now,
it is judged as soon as DATA has come and the client waits for something: the
sheet's server closes the connection then.

	[!] printed NAME TEXT…

Waits until the program has printed every TEXT, on either output. A number must
stand alone. Negated: none of them, when it has had a moment to do so.

	receive CONN DATA

Waits for exactly these bytes and nothing after them. A program that does not
answer while the grader's side is open is asked again with that side ended.

	received CONN [VAR]

Waits for any bytes, and keeps them in a variable.

	reflect CONN [altered|longer|shorter]

Plays the echo server on this connection, and on those that the client makes
after it, until the client has no more to say; altered changes the last letter
of each piece, longer puts a letter before each, shorter takes the last one away.

	replied ANSWER

Checks that there was an answer.

	rest NAME

Waits until the program has ended or has done what it does at once: it waits for
something, be it with a time-out. It is never a mismatch.

	run NAME FILE TEXT ARG… [or ARG…]…

Runs a deliverable as start does, and waits until it connects; its keyboard is answered as
answer does before that. If it ends without having
connected to anything, and reads its command line, it is run again with the next
arguments; asked stands for those that its usage line asks for.

	running NAME

Checks that the program has not ended when it has nothing more to do.

	screen NAME TEXT

Compares what was printed since the mark with TEXT, to the letter.

	send CONN DATA

Sends DATA. What the program does not take at once is sent in the background.

	serve NAME FILE

Starts a server whose port and arguments are its author's choice, and waits
until it listens: without arguments, then with those that its usage line asks for,
then with a port and a folder; questions at its keyboard are answered likewise.
One that listens on several ports is asked for /index.html on each of them, in
boxes of their own, and the port that has it is its port from then on.

	settle NAME

Waits until the program has ended or does nothing more, for a moment at most.
It is never a mismatch.

	shown ANSWER

Checks that a browser shows the content instead of saving it (Content-Disposition).

	shutdown CONN

Ends the grader's sending side (half-close).

	site PATH @FILE

Lays a file in every folder that may be a server's document root: the working
directory, the usual folders, those of the submission and those that its source
or its settings name. A program that ends, or refuses a file of the site, is tried
where fewer of them are: if its home page then comes, the site stays there.

	start NAME FILE [ARG…]

Runs a deliverable with the interpreter, in a terminal of its own.

	[!] status ANSWER CODE…

Checks that the status is one of these.

	stays NAME

Checks that the program does not end by itself: it waits without a time-out, or
goes on waiting once its time-out is over. One that takes longer than a limit to
end is not found out. Another process may wait for clients in its place.

	stop NAME

Ends the program.

	suffices ANSWER CODE NAME VALUE…

If the answer has this status and header, the criterion is earned and the steps
that follow, another way to earn it, are excused.

	survives NAME

Checks that the program takes another client, who says nothing and leaves once the
program does nothing more for it.

	talked [CONN]

Checks that programs of the box talked to one another: a connection was
accepted, and data was sent; more of it than a client sent on CONN, if given,
which was an earlier run of it: then some of it was an answer.

	tells NAME CONN [TEXT]

Waits until the program has printed where the connection comes from: its
address, or the host name of it, and its port. With TEXT, only if it printed
that: who does not has not served this client.

	text VAR LENGTH

Sets a variable to a text of words of exactly LENGTH bytes.

	type NAME TEXT

Types TEXT on the program's keyboard.

	visit NAME PATH

Asks for PATH as get does, for something that a browser does without: any answer
is right, even none. It is never a mismatch.

	where VAR VAR ANSWER

Sets two variables to the halves of the path at which the answer came, after
redirections.

	withheld NAME PATH DATA

Asks for PATH as get does. A mismatch if DATA comes; no answer is none.

	[!] within CONN TEXT

Checks that TEXT, or its beginning, is in all that the client sends, whatever
the case. Negated: it is on no connection of the client.

	word VAR

Sets a variable to a word that begins unlike every other variable's.
*/
package scenario

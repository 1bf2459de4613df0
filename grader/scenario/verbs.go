package scenario

import (
	"netlab/grader/lang"
)

// verb is one word of the script language. doc.go is its manual.
type verb struct {
	usage   string
	args    []kind // of the first arguments
	min     int    // how many must be there
	rest    kind   // of any further ones; "" for none
	negates bool   // whether "!" means something
	run     func(r *runner, neg bool, args []string) (did lang.Text, err error)
}

// verbs is the language.
var verbs = map[string]*verb{
	"criterion": {usage: "criterion ID", args: []kind{aCriterion}, min: 1, run: doNothing},
	"word":      {usage: "word VAR", args: []kind{newVar}, min: 1, run: doWord},
	"text":      {usage: "text VAR LENGTH", args: []kind{newVar, aNumber}, min: 2, run: doText},
	"alter":     {usage: "alter VAR TEXT", args: []kind{newVar, someText}, min: 2, run: doAlter},
	"given":     {usage: "given ID", args: []kind{aCriterion}, min: 1, run: doNothing},
	"fresh":     {usage: "fresh", run: doFresh},

	"start":     {usage: "start NAME FILE [ARG…]", args: []kind{newProgram, someText}, min: 2, rest: someText, run: doStart},
	"execute":   {usage: "execute NAME FILE [ARG…]", args: []kind{newProgram, someText}, min: 2, rest: someText, run: doExecute},
	"run":       {usage: "run NAME FILE TEXT ARG… [or ARG…]…", args: []kind{newProgram, someText, someText}, min: 3, rest: someText, run: doRun},
	"serve":     {usage: "serve NAME FILE", args: []kind{newProgram, someText}, min: 2, run: doServe},
	"type":      {usage: "type NAME TEXT", args: []kind{aProgram, someText}, min: 2, run: doType},
	"answer":    {usage: "answer NAME TEXT", args: []kind{aProgram, someText}, min: 2, run: doAnswer},
	"listening": {usage: "[!] listening NAME [PORT]", args: []kind{aProgram, aNumber}, min: 1, negates: true, run: doListening},
	"exited":    {usage: "exited NAME [CODE]", args: []kind{aProgram, aNumber}, min: 1, run: doExited},
	"running":   {usage: "running NAME", args: []kind{aProgram}, min: 1, run: doRunning},
	"lives":     {usage: "lives NAME [suffices]", args: []kind{aProgram, someText}, min: 1, run: doLives},
	"blame":     {usage: "blame NAME CONTROL", args: []kind{aProgram, aProgram}, min: 2, run: doBlame},
	"survives":  {usage: "survives NAME", args: []kind{aProgram}, min: 1, run: doSurvives},
	"settle":    {usage: "settle NAME", args: []kind{aProgram}, min: 1, run: doSettle},
	"rest":      {usage: "rest NAME", args: []kind{aProgram}, min: 1, run: doRest},
	"stays":     {usage: "stays NAME", args: []kind{aProgram}, min: 1, run: doStays},
	"stop":      {usage: "stop NAME", args: []kind{aProgram}, min: 1, run: doStop},
	"mark":      {usage: "mark NAME", args: []kind{aProgram}, min: 1, run: doMark},
	"printed":   {usage: "[!] printed NAME TEXT…", args: []kind{aProgram, someText}, min: 2, rest: someText, negates: true, run: doPrinted},
	"assume":    {usage: "assume NAME TEXT…", args: []kind{aProgram, someText}, min: 2, rest: someText, run: doAssume},
	"tells":     {usage: "tells NAME CONN [TEXT]", args: []kind{aProgram, aConn, someText}, min: 2, run: doTells},
	"screen":    {usage: "screen NAME TEXT", args: []kind{aProgram, someText}, min: 2, run: doScreen},
	"affirms":   {usage: "affirms SAME SAME ALTERED", args: []kind{aProgram, aProgram, aProgram}, min: 3, run: doAffirms},
	"differ":    {usage: "differ SAME SAME ALTERED", args: []kind{aProgram, aProgram, aProgram}, min: 3, run: doDiffer},
	"agrees":    {usage: "agrees NAME SAME SAME ALTERED", args: []kind{aProgram, aProgram, aProgram, aProgram}, min: 4, run: doAgrees},
	"talked":    {usage: "talked [CONN]", args: []kind{aConn}, run: doTalked},

	"connect":  {usage: "connect CONN NAME [elsewhere]", args: []kind{newConn, aProgram, someText}, min: 2, run: doConnect},
	"accepted": {usage: "accepted CONN", args: []kind{aConn}, min: 1, run: doAccepted},
	"listen":   {usage: "listen SERVER PORT", args: []kind{newServer, aNumber}, min: 2, run: doListen},
	"accept":   {usage: "[!] accept CONN SERVER NAME", args: []kind{newConn, aServer, aProgram}, min: 3, negates: true, run: doAccept},
	"send":     {usage: "send CONN DATA", args: []kind{aConn, aFixture}, min: 2, run: doSend},
	"complete": {usage: "complete CONN DATA", args: []kind{aConn, aFixture}, min: 2, run: doComplete},
	"receive":  {usage: "receive CONN DATA", args: []kind{aConn, aFixture}, min: 2, run: doReceive},
	"received": {usage: "received CONN [VAR]", args: []kind{aConn, newVar}, min: 1, run: doReceived},
	"message":  {usage: "message CONN DATA [now]", args: []kind{aConn, someText, someText}, min: 2, run: doMessage},
	"alone":    {usage: "alone CONN", args: []kind{aConn}, min: 1, run: doAlone},
	"within":   {usage: "[!] within CONN TEXT", args: []kind{aConn, someText}, min: 2, negates: true, run: doWithin},
	"reflect":  {usage: "reflect CONN [altered|longer|shorter]", args: []kind{aConn, someText}, min: 1, run: doReflect},
	"closed":   {usage: "closed CONN", args: []kind{aConn}, min: 1, run: doClosed},
	"finish":   {usage: "finish CONN", args: []kind{aConn}, min: 1, run: doFinish},
	"shutdown": {usage: "shutdown CONN", args: []kind{aConn}, min: 1, run: doShutdown},
	"close":    {usage: "close CONN", args: []kind{aConn}, min: 1, run: doClose},
	"abort":    {usage: "abort CONN", args: []kind{aConn}, min: 1, run: doAbort},

	"site":     {usage: "site PATH @FILE", args: []kind{someText, aFixture}, min: 2, run: doSite},
	"lay":      {usage: "lay PATH @FILE", args: []kind{someText, aFixture}, min: 2, run: doLay},
	"get":      {usage: "get ANSWER NAME PATH", args: []kind{newAnswer, aProgram, someText}, min: 3, run: doGet},
	"visit":    {usage: "visit NAME PATH", args: []kind{aProgram, someText}, min: 2, run: doVisit},
	"headers":  {usage: "headers VAR CONN PATH", args: []kind{newVar, aConn, someText}, min: 3, run: doHeaders},
	"ask":      {usage: "ask ANSWER CONN METHOD", args: []kind{newAnswer, aConn, someText}, min: 3, run: doAsk},
	"first":    {usage: "first ANSWER CONN METHOD", args: []kind{newAnswer, aConn, someText}, min: 3, run: doFirst},
	"bodiless": {usage: "bodiless ANSWER", args: []kind{anAnswer}, min: 1, run: doBodiless},
	"last":     {usage: "last ANSWER CONN", args: []kind{anAnswer, aConn}, min: 2, run: doLast},
	"where":    {usage: "where VAR VAR ANSWER", args: []kind{newVar, newVar, anAnswer}, min: 3, run: doWhere},
	"withheld": {usage: "withheld NAME PATH DATA", args: []kind{aProgram, someText, aFixture}, min: 3, run: doWithheld},
	"suffices": {usage: "suffices ANSWER CODE NAME VALUE…", args: []kind{anAnswer, aNumber, someText, someText}, min: 4, rest: someText, run: doSuffices},
	"status":   {usage: "[!] status ANSWER CODE…", args: []kind{anAnswer, someText}, min: 2, rest: someText, negates: true, run: doStatus},
	"header":   {usage: "header ANSWER NAME VALUE…", args: []kind{anAnswer, someText, someText}, min: 3, rest: someText, run: doHeader},
	"body":     {usage: "[!] body ANSWER DATA", args: []kind{anAnswer, aFixture}, min: 2, negates: true, run: doBody},
	"shown":    {usage: "shown ANSWER", args: []kind{anAnswer}, min: 1, run: doShown},
	"framed":   {usage: "framed ANSWER [ANSWER]", args: []kind{anAnswer, anAnswer}, min: 1, run: doFramed},
	"alike":    {usage: "alike ANSWER ANSWER DATA DATA", args: []kind{anAnswer, anAnswer, aFixture, aFixture}, min: 4, run: doAlike},
	"replied":  {usage: "replied ANSWER", args: []kind{anAnswer}, min: 1, run: doReplied},
}

func verbNames() []string {
	var out []string
	for v := range verbs {
		out = append(out, v)
	}
	return out
}

func doNothing(*runner, bool, []string) (lang.Text, error) { return lang.Text{}, nil }

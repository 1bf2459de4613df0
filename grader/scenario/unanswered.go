package scenario

import (
	"maps"
	"slices"

	"netlab/grader/lang"
	"netlab/grader/sandbox"
)

// What programs do that leave another without what it waits for.

// unanswered says what a server did instead of answering: it closed, or it has
// read the whole request of a browser and goes on reading for what does not come.
func (r *runner) unanswered(a *answer, end sandbox.Ending) (lang.Text, error) {
	p, stood := a.conn.with, len(r.stood)
	how, err := r.instead(p, end)
	if err != nil || r.gone(p) {
		return how, err
	}
	look, err := r.box.Seen(r.ctx)
	if err != nil {
		return how, err
	}
	fell, closed, taken := false, false, false
	r.read(func() {
		story, _ := p.fallen()
		fell, closed, taken = story != nil, a.conn.c.Ended != sandbox.Live, r.box.Taken(a.conn.c)
	})
	switch {
	case fell:
	case closed:
		r.stood = r.stood[:stood] // where it stands since is beside the point
		return lang.T("le serveur a fermé la connexion sans rien envoyer", "the server closed the connection without sending anything"), nil
	case a.path == "" || end != sandbox.Silence && end != sandbox.Limit:
	case taken && slices.Contains(mainCalls(look, p.p.PID), sandbox.CallReceive):
		return lang.F("%s lit encore (recv) alors que la requête est complète : un navigateur garde la connexion ouverte, et recv() ne rend donc pas b'' ; il faut s'arrêter à la ligne vide",
			"%s is still reading (recv) though the request is complete: a browser keeps the connection open, so recv() does not return b''; stop at the empty line", p.file), nil
	}
	return how, nil
}

// kept says why a program that was to end by itself has not: what it does, what
// the other program of its box does, and whether each waits for the other.
func (r *runner) kept(p *program, end sandbox.Ending) (lang.Text, error) {
	how, err := r.instead(p, end)
	if err != nil || r.gone(p) {
		return how, err
	}
	look, err := r.box.Seen(r.ctx)
	if err != nil {
		return how, err
	}
	calls := mainCalls(look, p.p.PID)
	if end == sandbox.Silence && len(calls) > 0 && calls[0] == sandbox.CallKeyboard && r.isClient(p) {
		return lang.Semicolon(how, lang.T("un client doit se terminer de lui-même : un input() à la fin, ou une boucle qui en appelle, l'en empêche", "a client must end by itself: an input() at its end, or a loop that calls it, keeps it from that")), nil
	}
	for _, q := range r.others(p) {
		how = lang.Semicolon(how, r.meanwhile(q, look))
		if end == sandbox.Silence && slices.Equal(calls, receiving) && slices.Equal(mainCalls(look, q.p.PID), receiving) {
			how = lang.Semicolon(how, lang.T("chacun attend l'autre", "each waits for the other"))
		}
	}
	return how, nil
}

var receiving = []sandbox.Call{sandbox.CallReceive}

// meanwhile says what a program does that another may wait for.
func (r *runner) meanwhile(q *program, look *sandbox.Look) lang.Text {
	var how lang.Text
	r.read(func() {
		if how = r.partFell(q); how.Empty() && q.p.Exited {
			how = r.ended(q)
		}
	})
	if !how.Empty() {
		return how
	}
	var what []lang.Text
	for _, c := range mainCalls(look, q.p.PID) {
		what = append(what, callText(c))
	}
	if len(what) == 0 {
		return lang.Text{}
	}
	return lang.F("%s tourne aussi : %s", "%s is running too: %s", q.file, lang.Semicolon(what...))
}

// others returns the programs of the box that are not p, in the order of their names.
func (r *runner) others(p *program) []*program {
	var out []*program
	for _, name := range slices.Sorted(maps.Keys(r.programs)) {
		if q := r.programs[name]; q != p && !q.muted {
			out = append(out, q)
		}
	}
	return out
}

// partner says how a program of the box that is not p failed, if it did.
func (r *runner) partner(p *program) (lang.Text, error) {
	wait := r.wait
	defer func() { r.wait = wait }() // the step does not depend on how this ended
	var how lang.Text
	for _, q := range r.others(p) {
		if err := r.settle(q); err != nil {
			return how, err
		}
		r.read(func() {
			if fell := r.partFell(q); !fell.Empty() {
				how = fell
			} else if q.p.Exited && lastWords(q.output()) != "" {
				how = r.ended(q)
			}
		})
	}
	return how, nil
}

package scenario

import (
	"cmp"
	"slices"
	"strings"

	"netlab/grader/lang"
)

// view is a program's whole screen, its payloads taken out, the longest first:
// one may hold another.
func (r *runner) view(p *program) string {
	var out string
	r.read(func() { out = string(p.p.Screen.Data) + "\n" + string(p.p.Errors.Data) })
	secrets := slices.Clone(r.secrets)
	slices.Sort(secrets)
	secrets = slices.Compact(secrets)
	slices.SortStableFunc(secrets, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for _, secret := range secrets {
		out = masked(out, secret)
	}
	if len(out) > mostScreen {
		return out
	}
	for _, digest := range r.digests {
		out = without(out, digest)
	}
	for _, word := range r.words {
		out = withoutWord(out, word)
	}
	return out
}

// evidence returns what the programs of args, two with a faithful echo and one
// with an altered one, have shown, and their replays.
func (r *runner) evidence(args []string) (evidence, error) {
	var e evidence
	for i, name := range args {
		p := r.programs[name]
		if p == nil || p.p == nil {
			return e, need{name}
		}
		to := &e.same
		if i == len(args)-1 {
			to = &e.altered
		}
		*to = append(*to, r.view(p))
		for _, again := range p.replays {
			*to = append(*to, r.view(again))
		}
	}
	return e, nil
}

func doAffirms(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.T("lire le diagnostic quand le message revient identique", "read the diagnosis when the message comes back identical")
	e, err := r.evidence(args)
	if err != nil {
		return did, err
	}
	p := r.programs[args[0]]
	if p.unanswered() {
		return did, need{args[0]}
	}
	switch says := stance(e.same); {
	case strings.TrimSpace(e.same[0]) == "":
		return did, wrong(lang.F("%s n'affiche rien", "%s prints nothing", p.file))
	case e.upsideDown(), says < 0 && !e.telling():
		return did, wrong(lang.F("%s dit que les messages diffèrent alors qu'ils sont identiques", "%s says that the messages differ although they are identical", p.file))
	case says <= 0 && !e.particular():
		return did, wrong(lang.F("%s ne dit pas que le message reçu est identique au message envoyé", "%s does not say that the message received is identical to the message sent", p.file))
	}
	return did, nil
}

func doDiffer(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.T("comparer ce qu'il affiche quand l'écho est fidèle et quand il est altéré", "compare what it prints when the echo is faithful and when it is altered")
	e, err := r.evidence(args)
	if err != nil {
		return did, err
	}
	p := r.programs[args[2]]
	if p.unanswered() {
		return did, need{args[2]}
	}
	shorter := slices.Equal(p.echo, []string{"shorter"})
	if shorter && r.waitsForMore(p) {
		return did, nil // it reads as much as it has sent, and does not get to its diagnosis
	}
	if e, err = r.confirm(args, e); err != nil {
		return did, err
	}
	longer := slices.Equal(p.echo, []string{"longer"})
	switch {
	case longer && (!e.telling() || e.upsideDown()):
		return did, wrong(lang.F("%s dit la même chose quand l'écho a une lettre de plus, devant le message : le message y est, mais ce n'est pas lui", "%s says the same when the echo has a letter more, before the message: the message is in it, but is not it", p.file))
	case shorter && (!e.telling() || e.upsideDown()):
		return did, wrong(lang.F("%s dit la même chose quand il manque la dernière lettre à l'écho : ce qui est revenu est juste, mais tout n'est pas revenu (zip, min(len(…)) et startswith s'arrêtent au plus court des deux)", "%s says the same when the last letter of the echo is missing: what came back is right, but not all of it came back (zip, min(len(…)) and startswith stop at the shorter of the two)", p.file))
	case !longer && !shorter && r.speechless(args):
		return did, wrong(lang.F("quand l'écho est altéré, %s ne finit pas et ne dit rien : il n'arrive à aucun diagnostic", "when the echo is altered, %s does not end and says nothing: it comes to no diagnosis", p.file))
	case !e.telling():
		return did, wrong(lang.F("%s affiche la même chose dans les deux cas (au message près)", "%s prints the same in both cases (but for the message)", p.file))
	case e.upsideDown():
		return did, wrong(lang.F("%s dit que les messages sont identiques alors que l'écho a été altéré", "%s says that the messages are identical although the echo was altered", p.file))
	}
	return did, nil
}

// speechless tells whether a client that ends after a faithful echo neither ends
// after an altered one nor says more than what it says before either.
func (r *runner) speechless(args []string) bool {
	last := r.programs[args[2]]
	ended := true
	r.read(func() {
		ended = last.p.Exited
		for _, name := range args[:2] {
			ended = ended || !r.programs[name].p.Exited
		}
	})
	return !ended && strings.HasPrefix(r.view(r.programs[args[0]]), strings.TrimSpace(r.view(last)))
}

// waitsForMore tells whether a client did not end by itself, as it should when
// it has said what it found.
func (r *runner) waitsForMore(p *program) bool {
	waits := false
	r.read(func() { waits = !p.p.Exited || p.p.Exit.Signal != 0 || p.p.Exit.Code != 0 })
	return waits
}

// doAgrees checks that a program's diagnosis is the one it gives for a
// faithful echo rather than the one for an altered echo.
func doAgrees(r *runner, _ bool, args []string) (lang.Text, error) {
	did := lang.T("comparer le diagnostic avec celui d'un écho fidèle", "compare the diagnosis with the one for a faithful echo")
	p := r.programs[args[0]]
	if p == nil || p.p == nil {
		return did, need{args[0]}
	}
	e, err := r.evidence(args[1:])
	if err != nil {
		return did, err
	}
	if e.telling() && e.resembles(r.view(p)) {
		how, err := r.partner(p)
		if err != nil {
			return did, err
		}
		return did, wrong(lang.Semicolon(lang.F("%[1]s dit de l'écho de votre %[2]s ce qu'il dit d'un écho altéré : ou bien ce serveur ne renvoie pas le message entier (voir « echo »), ou bien %[1]s n'en lit qu'une partie",
			"%[1]s says of the echo of your %[2]s what it says of an altered one: either that server does not send all of the message back (see “echo”), or %[1]s reads only a part of it", p.file, r.serverFile()), how))
	}
	return did, nil
}

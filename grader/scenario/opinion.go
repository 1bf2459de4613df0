package scenario

import (
	"regexp"
	"strings"
	"unicode"
)

// The words by which programs say that two messages are the same, or that they
// are not, in the languages in which students write: without accents, in lower
// case. Weak ones count where no other does.
var (
	denying = regexp.MustCompile(`^(non|no|not|pas|aucune?s?|sans|without|jamais|never|none|rien|.+n't)$`)
	saying  = regexp.MustCompile(`^(identi.*|same|pareil.*|ega(l|ux).*|equal.*|ok|match.*|memes?|succes.*|correct.*|true|vraie?s?|oui|yes|conform.*|correspond.*|` +
		`concord.*|coincid.*|intact.*|integr.*|fideles?|valid.*|reussi.*|parfait.*|perfect.*|good|igual.*|ugual.*|gleich|unchanged|untouched|inchange.*|exact.*|pass|passed|` +
		`ack|gagne|bravo|==|✓|✔|✅)$`)
	contrary = regexp.MustCompile(`^(diff|differ.*|distinct.*|faux|fausse.*|false|incorrect.*|erreurs?|errors?|echec.*|echou.*|fail.*|ko|nok|nack|mauvais.*|unequal|mismatch.*|` +
		`inega(l|ux).*|alter.*|corromp.*|corrupt.*|invalid.*|wrong|bad|modifie.*|change.*|problem.*|perdue?s?|inexact.*|anomalie.*|dommage|ungleich|diversi|desigual.*|!=|≠|✗|✘|❌)$`)
	weakly = regexp.MustCompile(`^(bien|bonn?e?s?|cel(ui|le)|ceux|marche(nt)?|fonctionne(nt)?|works?|working|👍)$`)
	badly  = regexp.MustCompile(`^(mal|👎)$`)
)

// unaccented takes accents away and parts the symbols that are words.
var unaccented = strings.NewReplacer("é", "e", "è", "e", "ê", "e", "ë", "e", "à", "a", "â", "a", "ç", "c", "î", "i", "ï", "i", "ô", "o", "û", "u", "ù", "u", "’", "'",
	"!=", " ≠ ", "==", " == ", "✓", " ✓ ", "✔", " ✔ ", "✅", " ✅ ", "✗", " ✗ ", "✘", " ✘ ", "❌", " ❌ ", "≠", " ≠ ", "👍", " 👍 ", "👎", " 👎 ")

// clauses part a screen: what is denied in one says nothing of the next.
var clauses = regexp.MustCompile(`[\n,;:.!?()\[\]{}"«»“”|>—–]|\s-\s|\s(?:et|mais|and|but|car|donc|so)\s`)

// opinion adds up what a screen says of two messages, clause by clause: 1 for
// one that says that they are the same ("identiques", "pas de différence"), -1
// for the contrary ("ne correspond pas", "erreur"). It is 0 where nothing is
// recognised. As a program may show such words whatever happens, the opinions
// of two screens are best compared.
func opinion(screen string) int {
	sum := 0
	text := unaccented.Replace(strings.ToLower(screen))
	text = tracebacks.ReplaceAllString(colours.ReplaceAllString(text, " "), "\nerror ")
	text = answered.ReplaceAllStringFunc(text, func(part string) string {
		m := answered.FindStringSubmatch(part)
		says := sayingOf(wordsOf(m[1]))
		if says == 0 {
			return part
		}
		if denial.MatchString(m[2]) {
			says = -says
		}
		sum += says
		return "\n" + m[3]
	})
	for _, clause := range clauses.Split(text, -1) {
		sum += sayingOf(wordsOf(clause))
	}
	return sum
}

// What is asked, or named, and answered in a word or counted: "Différents ? Non",
// "Erreur : False", "m != r -> True", "OK: 0 / ERREUR: 1".
var (
	answered = regexp.MustCompile(`(?m)([^\n,;.!?:]*?)[ \t]*(?:[?:]|[-=]>|→|\s=)[ \t]*(non|no|false|faux|aucune?|none|[0-9]+|oui|yes|true|vrai)[ \t]*([.,;!)}\]\r/|]|$)`)
	denial   = regexp.MustCompile(`^(non|no|false|faux|aucune?|none|0+)$`)
)

func wordsOf(clause string) []string {
	return strings.FieldsFunc(clause, func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune("'=✓✔✅✗✘❌≠👍👎", c)
	})
}

var (
	colours = regexp.MustCompile(`\x1b\[[0-9;?]*[a-z]`)
	// tracebacks quote the source, which says nothing of what happened.
	tracebacks = regexp.MustCompile(`(?m)^traceback \(most recent call last\):\r?\n([ \t]+.*\n)*`)
)

// sayingOf is the opinion of one clause, between -1 and 1.
func sayingOf(words []string) int {
	same, other, weak, denied, denials := 0, 0, 0, false, 0
	for i, w := range words {
		// "n'est", "d'erreur": what follows the apostrophe is the word.
		if _, after, ok := strings.Cut(w, "'"); ok && after != "t" {
			w = after
		}
		switch {
		case denying.MatchString(w):
			denied = true
			denials++
		case w == "0" && i+1 < len(words) && (saying.MatchString(words[i+1]) || contrary.MatchString(words[i+1])):
			denied = true
		case saying.MatchString(w):
			same++
		case contrary.MatchString(w):
			other++
		case weakly.MatchString(w):
			weak++
		case badly.MatchString(w):
			weak--
		}
	}
	says := min(max(same-other, -1), 1)
	if same == 0 && other == 0 {
		says = min(max(weak, -1), 1)
	}
	switch {
	case says == 0 && denials > 0 && denials == len(words):
		return -1
	case denied:
		return -says
	}
	return says
}

// Package archive knows the rules that an archive must obey: its name and its
// content. It reads archives that anybody may have made, tells every broken rule
// at once, and unpacks only what is safe. What the exercises mean and how
// programs run is not its business.
//
// The steps are: [ParseName] on the file's base name, [Open] on the file,
// [Submission.CheckContent] once the exercise is known, [Submission.Unpack] when
// nothing rejects it.
package archive

import (
	"slices"
	"strings"

	"netlab/grader/lang"
	"netlab/grader/spelling"
)

// The rules. Their names are a contract: reports, course.toml and other tools
// use them.
const (
	NameFormat    = "name.format"    // name-tpN-exM, nothing else
	NameCase      = "name.case"      // lower case
	NameAccent    = "name.accent"    // the letters a to z alone
	NameSpace     = "name.space"     // no space
	NameExtension = "name.extension" // .zip
	NameUnknown   = "name.unknown"   // somebody on the roster
	NameHomonym   = "name.homonym"   // initials when two people share a name
	NameChanged   = "name.changed"   // the same name in every TP

	ArchiveFormat    = "archive.format"    // a ZIP archive
	ArchiveEncrypted = "archive.encrypted" // no password
	ArchiveCorrupt   = "archive.corrupt"   // whole
	ArchiveBomb      = "archive.bomb"      // within Limits, no overlap
	ArchivePath      = "archive.path"      // file names that stay inside and can be shown
	ArchiveLink      = "archive.link"      // no symbolic link
	ArchiveDevice    = "archive.device"    // no fifo, socket, device, set-user-ID bit
	ArchiveDuplicate = "archive.duplicate" // no two entries for one file
	ArchiveHeaders   = "archive.headers"   // one reading only

	ContentMissing = "content.missing" // the deliverables
	ContentBinary  = "content.binary"  // no compiled code, archive, virtual environment, .git
	ContentExtra   = "content.extra"   // source code and nothing else
	ContentSystem  = "content.system"  // nothing that the system put in
	ContentNested  = "content.nested"  // files at the top
)

// Rule describes one rule.
type Rule struct {
	ID      string
	Default Severity  // what breaking it leads to when course.toml says nothing
	About   lang.Text // what the rule asks for, one line
}

// Rules returns every rule, in the order of reports. The caller owns the slice.
func Rules() []Rule {
	return []Rule{
		{NameFormat, Reject, lang.T("le nom de l'archive est nom-tpN-exM.zip, et rien d'autre", "the archive's name is name-tpN-exM.zip, and nothing else")},
		{NameCase, Reject, lang.T("le nom est en minuscules", "the name is in lower case")},
		{NameAccent, Reject, lang.T("le nom est sans accent : les lettres de a à z", "the name has no accent: the letters a to z")},
		{NameSpace, Reject, lang.T("le nom est sans espace", "the name has no space")},
		{NameExtension, Reject, lang.T("l'extension est .zip", "the extension is .zip")},
		{NameUnknown, Reject, lang.T("le nom est celui de quelqu'un de la liste du cours", "the name is that of somebody on the course's roster")},
		{NameHomonym, Reject, lang.T("les homonymes ajoutent leurs initiales", "people who share a name add their initials")},
		{NameChanged, Reject, lang.T("le nom reste le même tout le semestre", "the name stays the same all semester")},

		{ArchiveFormat, Reject, lang.T("l'archive est au format ZIP", "the archive is in the ZIP format")},
		{ArchiveEncrypted, Reject, lang.T("l'archive est sans mot de passe", "the archive has no password")},
		{ArchiveCorrupt, Reject, lang.T("l'archive est entière et intacte", "the archive is whole and undamaged")},
		{ArchiveBomb, Reject, lang.T("l'archive a une taille raisonnable, avant et après décompression", "the archive has a sensible size, before and after decompression")},
		{ArchivePath, Reject, lang.T("les noms de fichiers restent dans l'archive et peuvent être affichés", "file names stay inside the archive and can be shown")},
		{ArchiveLink, Reject, lang.T("l'archive ne contient pas de lien", "the archive has no link in it")},
		{ArchiveDevice, Reject, lang.T("l'archive ne contient que des fichiers ordinaires", "the archive has only ordinary files in it")},
		{ArchiveDuplicate, Reject, lang.T("chaque fichier n'est qu'une fois dans l'archive", "each file is in the archive only once")},
		{ArchiveHeaders, Reject, lang.T("l'archive ne se lit que d'une seule façon", "the archive can be read in one way only")},

		{ContentMissing, Reject, lang.T("les fichiers demandés sont là", "the files asked for are there")},
		{ContentBinary, Reject, lang.T("pas de code compilé, d'archive, d'environnement virtuel ni de .git", "no compiled code, archive, virtual environment or .git")},
		{ContentExtra, Reject, lang.T("le code source et uniquement le code source", "the source code and only the source code")},
		{ContentSystem, Warn, lang.T("pas de fichier ajouté par le système", "no file that the system put in")},
		{ContentNested, Warn, lang.T("les fichiers sont à la racine de l'archive", "the files are at the top of the archive")},
	}
}

// Policy says what breaking a rule leads to. A key is a rule ("name.accent") or
// a group of them ("name.*"); a rule's own key counts before its group's. Rules
// that are in neither have their default: the nil Policy is all defaults.
//
// A policy never makes an unsafe archive safe: an entry that breaks an archive.*
// rule is left out of the submission's files even where the rule only warns.
type Policy map[string]Severity

// ParsePolicy checks rule by rule what an author wrote in course.toml. Its error
// names everything that is wrong, with what was probably meant.
func ParsePolicy(severities map[string]string) (Policy, error) {
	known := policyKeys()
	levels := []string{string(Reject), string(Warn), string(Ignore)}
	policy := make(Policy, len(severities))
	var wrong []lang.Text
	for rule, severity := range severities {
		if !slices.Contains(known, rule) {
			wrong = append(wrong, lang.F("règle inconnue : %q%s", "unknown rule %q%s", rule, lang.DidYouMean(spelling.Nearest(rule, known))))
			continue
		}
		if !slices.Contains(levels, severity) {
			wrong = append(wrong, lang.F("règle %s : sévérité inconnue : %q%s : choisissez reject, warn ou ignore", "rule %s: unknown severity %q%s: choose reject, warn or ignore",
				rule, severity, lang.DidYouMean(spelling.Nearest(severity, levels))))
			continue
		}
		policy[rule] = Severity(severity)
	}
	if wrong != nil {
		slices.SortFunc(wrong, func(a, b lang.Text) int { return strings.Compare(a.EN, b.EN) })
		return nil, lang.Errorf("%s", "%s", lang.Semicolon(wrong...))
	}
	return policy, nil
}

// policyKeys returns what a Policy may have as keys.
func policyKeys() []string {
	var keys []string
	for _, r := range Rules() {
		if g := group(r.ID); !slices.Contains(keys, g) {
			keys = append(keys, g)
		}
		keys = append(keys, r.ID)
	}
	return keys
}

func group(rule string) string {
	before, _, _ := strings.Cut(rule, ".")
	return before + ".*"
}

// Of returns what breaking rule leads to. A rule that is not in Rules rejects.
func (p Policy) Of(rule string) Severity {
	if s, ok := p.chosen(rule); ok {
		return s
	}
	for _, r := range Rules() {
		if r.ID == rule {
			return r.Default
		}
	}
	return Reject
}

// chosen returns what the policy itself says of rule, if it says anything.
func (p Policy) chosen(rule string) (Severity, bool) {
	if s, ok := p[rule]; ok {
		return s, true
	}
	s, ok := p[group(rule)]
	return s, ok
}

// Apply returns the violations with the severities of the policy, without those
// that it ignores.
func (p Policy) Apply(violations []Violation) []Violation {
	var out []Violation
	for _, v := range violations {
		v.Severity = p.Of(v.Rule)
		if v.Severity != Ignore {
			out = append(out, v)
		}
	}
	return out
}

// Rejected reports whether one of the violations rejects the submission.
func Rejected(violations []Violation) bool {
	return slices.ContainsFunc(violations, func(v Violation) bool { return v.Severity == Reject })
}

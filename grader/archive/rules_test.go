package archive_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/archive"
	"netlab/grader/lang"
)

// The rules and their default severities are a contract.
const wantRules = `
name.format reject
name.case reject
name.accent reject
name.space reject
name.extension reject
name.unknown reject
name.homonym reject
name.changed reject
archive.format reject
archive.encrypted reject
archive.corrupt reject
archive.bomb reject
archive.path reject
archive.link reject
archive.device reject
archive.duplicate reject
archive.headers reject
content.missing reject
content.binary reject
content.extra reject
content.system warn
content.nested warn
`

func TestRules(t *testing.T) {
	got := "\n"
	for _, r := range archive.Rules() {
		got += r.ID + " " + string(r.Default) + "\n"
		if r.About.FR == "" || r.About.EN == "" || strings.Contains(r.About.FR+r.About.EN, "\n") {
			t.Errorf("%s: %+v is not one line in each language", r.ID, r.About)
		}
	}
	if diff := cmp.Diff(wantRules, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPolicyOf(t *testing.T) {
	p := archive.Policy{"name.*": archive.Warn, archive.NameAccent: archive.Ignore, archive.ContentNested: archive.Reject}
	for _, tt := range []struct {
		policy archive.Policy
		rule   string
		want   archive.Severity
	}{
		{nil, archive.NameCase, archive.Reject},
		{nil, archive.ContentSystem, archive.Warn},
		{p, archive.NameCase, archive.Warn},
		{p, archive.NameAccent, archive.Ignore},
		{p, archive.ContentNested, archive.Reject},
		{p, archive.ContentSystem, archive.Warn},
		{p, archive.ArchiveBomb, archive.Reject},
		{nil, "no.rule", archive.Reject},
	} {
		if got := tt.policy.Of(tt.rule); got != tt.want {
			t.Errorf("%v.Of(%s) = %s, want %s", tt.policy, tt.rule, got, tt.want)
		}
	}
}

func TestPolicyApply(t *testing.T) {
	in := []archive.Violation{
		{Rule: archive.NameCase, Severity: archive.Reject},
		{Rule: archive.NameAccent, Severity: archive.Reject},
		{Rule: archive.ContentNested, Severity: archive.Warn},
	}
	got := archive.Policy{archive.NameCase: archive.Ignore, archive.NameAccent: archive.Warn}.Apply(in)
	want := []archive.Violation{
		{Rule: archive.NameAccent, Severity: archive.Warn},
		{Rule: archive.ContentNested, Severity: archive.Warn},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if archive.Rejected(got) || !archive.Rejected(in) || archive.Rejected(nil) {
		t.Error("Rejected does not go by the severities")
	}
}

func TestParsePolicy(t *testing.T) {
	got, err := archive.ParsePolicy(map[string]string{"name.*": "warn", "content.extra": "ignore"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(archive.Policy{"name.*": archive.Warn, archive.ContentExtra: archive.Ignore}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	_, err = archive.ParsePolicy(map[string]string{"name.acent": "warn", "content.*": "rejct", "zzz": "warn"})
	want := `rule content.*: unknown severity "rejct" (did you mean "reject"?): choose reject, warn or ignore; ` +
		`unknown rule "name.acent" (did you mean "name.accent"?); unknown rule "zzz"`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	french := `règle content.* : sévérité inconnue : "rejct" (vouliez-vous « reject » ?) : choisissez reject, warn ou ignore ; ` +
		`règle inconnue : "name.acent" (vouliez-vous « name.accent » ?) ; règle inconnue : "zzz"`
	if got := lang.OfError(err).FR; got != french {
		t.Errorf("got  %s\nwant %s", got, french)
	}
}

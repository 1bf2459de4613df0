package report

import "testing"

func TestColorWanted(t *testing.T) {
	for _, test := range []struct {
		name  string
		isTTY bool
		env   map[string]string
		want  bool
	}{
		{"terminal", true, nil, true},
		{"file", false, nil, false},
		{"ordinary terminal", true, map[string]string{"TERM": "xterm-256color"}, true},
		{"dumb terminal", true, map[string]string{"TERM": "dumb"}, false},
		{"NO_COLOR", true, map[string]string{"NO_COLOR": "1"}, false},
		{"NO_COLOR=0 says no too", true, map[string]string{"NO_COLOR": "0"}, false},
		{"empty NO_COLOR says nothing", true, map[string]string{"NO_COLOR": ""}, true},
		{"NO_COLOR over force", false, map[string]string{"NO_COLOR": "1", "FORCE_COLOR": "1", "CLICOLOR_FORCE": "1"}, false},
		{"CLICOLOR_FORCE", false, map[string]string{"CLICOLOR_FORCE": "1"}, true},
		{"CLICOLOR_FORCE=0", false, map[string]string{"CLICOLOR_FORCE": "0"}, false},
		{"FORCE_COLOR", false, map[string]string{"FORCE_COLOR": "1"}, true},
		{"FORCE_COLOR=0", true, map[string]string{"FORCE_COLOR": "0"}, false},
		{"FORCE_COLOR=false", true, map[string]string{"FORCE_COLOR": "false"}, false},
		{"force over dumb", false, map[string]string{"FORCE_COLOR": "1", "TERM": "dumb"}, true},
		{"CLICOLOR=0", true, map[string]string{"CLICOLOR": "0"}, false},
	} {
		if got := ColorWanted(test.isTTY, func(name string) string { return test.env[name] }); got != test.want {
			t.Errorf("%s: %t, want %t", test.name, got, test.want)
		}
	}
}

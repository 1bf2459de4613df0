package batch

import (
	"regexp"
	"strings"
)

// handedIn is what the path of a file says of who handed it in, in the layout
// of a Moodle assignment's export:
//
//	NOM Prénom_12345_assignsubmission_file_/yunes-tp3-ex1.zip
//	NOM Prénom_12345_assignsubmission_file/yunes-tp3-ex1.zip
//	NOM Prénom_12345_assignsubmission_file_yunes-tp3-ex1.zip
//
// The number is the assignment's own for the participant. Where marking is
// anonymous the name is "Participant". The zero value says nothing.
type handedIn struct {
	name   string // "NOM Prénom"
	number string // "12345"
}

var moodlePart = regexp.MustCompile(`^(.*)_([0-9]{1,20})_assignsubmission_[a-z]+(?:_.*)?$`)

// whoHandedIn reads a path with slashes.
func whoHandedIn(p string) handedIn {
	for part := range strings.SplitSeq(p, "/") {
		if m := moodlePart.FindStringSubmatch(part); m != nil {
			return handedIn{name: strings.TrimSpace(m[1]), number: m[2]}
		}
	}
	return handedIn{}
}

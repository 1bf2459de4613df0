package sandbox

import "path/filepath"

// What a program sees of its box: an ordinary machine of an ordinary student.
const (
	// Hostname is the name of the box's host; it leads to the loopback.
	Hostname = "poste"
	// UserName is the user that programs run as.
	UserName = "etudiant"
	// Home is the folder that holds the submission's files, and the
	// programs' working directory.
	Home = "/home/" + UserName
)

// environment is all that a program gets of an environment. Python reports
// where each thread stands when it is told to abort.
func environment(in Interpreter) []string {
	path := "/usr/local/bin:/usr/bin:/bin"
	if dir := filepath.Dir(in.Path); dir != "/usr/bin" && dir != "." {
		path = dir + ":" + path
	}
	return []string{
		"PATH=" + path,
		"HOME=" + Home,
		"USER=" + UserName,
		"LANG=C.UTF-8",
		"TERM=xterm",
		"PYTHONFAULTHANDLER=1",
	}
}

package sandbox

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"
)

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

// Neighbour returns the n-th address, from 0, that the grader may connect from
// in a box; there are Neighbours of them, and each has a host name, because
// some programs look their clients' names up.
func Neighbour(n int) netip.Addr {
	n %= Neighbours
	return netip.AddrFrom4([4]byte{127, byte(2 + n*37%250), byte(3 + n*91%250), byte(1 + n*53%250)})
}

// Neighbours is the number of addresses that Neighbour gives.
const Neighbours = 64

// HostOf returns the host name that programs in a box find for an address that
// the grader connects from, or "" if it has none.
func HostOf(a netip.Addr) string {
	if a == netip.IPv6Loopback() || a == netip.AddrFrom4([4]byte{127, 0, 0, 1}) {
		return "localhost"
	}
	for n := range Neighbours {
		if Neighbour(n) == a {
			return hostOf(n)
		}
	}
	return ""
}

func hostOf(n int) string { return fmt.Sprintf("%s%d", Hostname, n+1) }

// neighbourHosts are the lines of /etc/hosts for them.
func neighbourHosts() string {
	var b strings.Builder
	for n := range Neighbours {
		fmt.Fprintf(&b, "%s\t%s\n", Neighbour(n), hostOf(n))
	}
	return b.String()
}

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
		"PWD=" + Home, // as a shell sets it
		"LANG=C.UTF-8",
		"TERM=xterm",
		"PYTHONFAULTHANDLER=1",
	}
}

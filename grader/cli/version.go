package cli

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"time"
)

// version is what this executable says it is.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	v := info.Main.Version
	if v == "" || v == "(devel)" {
		v = "devel"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			v += "-" + s.Value[:12]
		}
	}
	return v
}

// build stands for the code of this executable. A release or a clean build of a
// commit is known by its version; of any other, the version says too little.
func build() string {
	v := version()
	info, ok := debug.ReadBuildInfo()
	modified := "unknown"
	if ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.modified" {
				modified = s.Value
			}
		}
		if modified == "unknown" && strings.HasPrefix(info.Main.Version, "v") && !strings.Contains(info.Main.Version, "+") {
			modified = "false" // a module of a proxy never changes
		}
	}
	if modified == "false" {
		return v
	}
	return v + "+" + executableHash()
}

// executableHash is a hash of this executable. Where it cannot be read, nothing
// stands for its code but the moment.
func executableHash() string {
	h := sha256.New()
	path, err := os.Executable()
	if err == nil {
		var f *os.File
		if f, err = os.Open(path); err == nil {
			_, err = io.Copy(h, f)
			err = errors.Join(err, f.Close())
		}
	}
	if err != nil {
		fmt.Fprint(h, time.Now().UnixNano())
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:8])
}

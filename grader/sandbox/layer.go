package sandbox

import (
	"context"
	"slices"
)

// Layer is one wall between a program and this machine, and whether it stands.
type Layer struct {
	Name string `json:"name"`
	On   bool   `json:"on"`
	// Why says, of a wall that does not stand, what the machine answered.
	Why string `json:"why,omitempty"`
	// Fix is the one command that would make it stand, if there is one.
	Fix string `json:"fix,omitempty"`
	// Needed says that isolation is not full without it.
	Needed bool `json:"needed"`
}

// The names of the layers, in the order in which they are told.
const (
	LayerUser         = "user"              // namespaces of its own
	LayerPID          = "pid"               //
	LayerMount        = "mount"             //
	LayerNet          = "net"               //
	LayerUTS          = "uts"               //
	LayerIPC          = "ipc"               //
	LayerCgroup       = "cgroup"            //
	LayerRoot         = "read-only-root"    // nothing but system files, none of which can be written
	LayerWork         = "work-limits"       // what can be written is limited in bytes and files
	LayerProc         = "private-proc"      // processes of the box alone, nothing of the machine
	LayerCapabilities = "no-capabilities"   //
	LayerPrivileges   = "no-new-privileges" //
	LayerSeccomp      = "seccomp"           // system calls that no answer needs are refused
	LayerKeyring      = "keyring"           // a keyring of its own, empty
	LayerLandlock     = "landlock"          // a second wall around what mounts protect
	LayerScopes       = "landlock-scopes"   // no signal and no abstract socket leads from one program to another
	LayerRlimits      = "rlimits"           // limits of one process
	LayerWatch        = "memory-watch"      // who uses too much memory is killed, and all of the box with it
	LayerMemory       = "memory-cgroup"     // the kernel limits the memory of a box, without swap
	LayerPids         = "pids-cgroup"       // and its processes
	LayerCPU          = "cpu-cgroup"        // and shares the processors between boxes
)

// neededLayers are those without which isolation is not full.
var neededLayers = []string{
	LayerUser, LayerPID, LayerMount, LayerNet, LayerUTS, LayerIPC, LayerCgroup, LayerRoot, LayerWork, LayerProc,
	LayerCapabilities, LayerPrivileges, LayerSeccomp, LayerLandlock, LayerRlimits, LayerWatch,
}

// Full reports whether the layers called names are all that full isolation takes.
func Full(names []string) bool {
	return !slices.ContainsFunc(neededLayers, func(l string) bool { return !slices.Contains(names, l) })
}

// allLayers are all that there could be, in order.
func allLayers() []string {
	return []string{
		LayerUser, LayerPID, LayerMount, LayerNet, LayerUTS, LayerIPC, LayerCgroup, LayerRoot, LayerWork, LayerProc,
		LayerCapabilities, LayerPrivileges, LayerSeccomp, LayerKeyring, LayerLandlock, LayerScopes, LayerRlimits, LayerWatch,
		LayerMemory, LayerPids, LayerCPU,
	}
}

// noLayers are the layers of a sandbox that has none, for the reason given.
func noLayers(why, fix string) []Layer {
	var out []Layer
	for _, name := range allLayers() {
		out = append(out, Layer{Name: name, Why: why, Fix: fix, Needed: slices.Contains(neededLayers, name)})
	}
	return out
}

// Layers tells of every layer that there could be, in a stable order, whether
// it stands here. What is told was tried in a box when the sandbox was opened.
//
// Of a sandbox without isolation no layer stands; Why is what this machine
// answers when it is asked for one with it.
func (s *Sandbox) Layers() []Layer { return slices.Clone(s.layers()) }

// missingLayers asks this machine for isolation, in vain or not, to say why a
// plain sandbox has none.
func missingLayers(in Interpreter) []Layer {
	sb, err := Open(context.Background(), Options{Interpreter: in})
	if err != nil {
		return noLayers(err.Error(), namespaceFix())
	}
	if err := sb.Close(); err != nil {
		return noLayers(err.Error(), "")
	}
	return noLayers("no isolation was asked for", "")
}

// Isolation names the layers between a program and this machine, or "none".
func (s *Sandbox) Isolation() []string {
	if s.opts.Plain {
		return []string{"none"}
	}
	var on []string
	for _, l := range s.layers() {
		if l.On {
			on = append(on, l.Name)
		}
	}
	return on
}

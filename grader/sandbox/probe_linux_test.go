package sandbox

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// What a probe reads of a process that has no wall around it, this one.
func TestProbeSeesMissingWalls(t *testing.T) {
	if got := differs("Seccomp:\t2\nCapEff:\t0000000000000000\n", "Seccomp", "2"); got != "" {
		t.Errorf("a filter is seen as none: %q", got)
	}
	for _, tt := range []struct{ name, got string }{
		{"no filter", differs("Name:\tx\nSeccomp:\t0\n", "Seccomp", "2")},
		{"no line", differs("Name:\tx\n", "Seccomp", "2")},
		{"a writable mount", writableMount("1 0 0:1 / / ro - tmpfs tmpfs ro\n2 1 0:2 / /usr rw,nosuid - ext4 /dev/vda rw\n")},
		{"a writable mount of another device", writableMount("1 0 0:2 / /home rw - tmpfs tmpfs rw\n2 1 0:3 /www /var/www rw - tmpfs tmpfs rw\n")},
		{"no mount", writableMount("")},
		{"an open /proc", privateProc("1 0 0:1 / /proc rw,nosuid - proc proc rw\n")},
	} {
		if tt.got == "" {
			t.Errorf("%s is not noticed", tt.name)
		}
	}
	if got := writableMount("1 0 0:1 / / ro - tmpfs tmpfs rw\n2 1 0:2 / /home rw - tmpfs tmpfs rw\n"); got != "" {
		t.Errorf("the work folder counts: %q", got)
	}
	if got := writableMount("1 0 0:2 / /home rw - tmpfs tmpfs rw\n2 1 0:2 /www /var/www rw - tmpfs tmpfs rw\n"); got != "" {
		t.Errorf("a folder of the work folder counts: %q", got)
	}
	if got, err := wrongLimit(unix.Getpid()); err != nil || got == "" {
		t.Errorf("this process's limits pass for a program's: %q, %v", got, err)
	}
}

func TestEveryLayerOfThisMachineStands(t *testing.T) {
	groups, err := findCgroups("/proc/self")
	if err != nil {
		t.Fatal(err)
	}
	missing := map[string]bool{LayerLandlock: findLandlock().abi == 0, LayerScopes: findLandlock().abi < landlockScopes}
	for controller, layer := range controllers {
		missing[layer] = groups.why[controller] != nil
	}
	for _, l := range openSandbox(t, false).Layers() {
		if !l.On && !missing[l.Name] {
			t.Errorf("%s is off: %s", l.Name, l.Why)
		}
		if l.On && missing[l.Name] {
			t.Errorf("%s is on, and this machine does not have it", l.Name)
		}
	}
}

func TestLayersNameSharedNamespaces(t *testing.T) {
	b := &boxThread{cfg: &boxConfig{}}
	var err error
	if b.cfg.host, err = hostNamespaces(); err != nil {
		t.Fatal(err)
	}
	if b.cfg.proc, err = unix.Open("/proc", unix.O_PATH|unix.O_CLOEXEC, 0); err != nil {
		t.Fatal(err)
	}
	defer unix.Close(b.cfg.proc)
	for layer := range namespaceOf {
		got, err := b.sharedNamespace(unix.Getpid(), layer)
		if err != nil || !strings.Contains(got, "shared") {
			t.Errorf("%s: %q, %v", layer, got, err)
		}
	}
}

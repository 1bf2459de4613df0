package attack

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netlab/grader/grade"
	"netlab/grader/sandbox"
	"netlab/grader/sandbox/sandboxtest"
	"netlab/grader/scenario"
)

// looksAround begins a program with a look at all that it could tell a scenario
// by, printed on its error output.
const looksAround = `
import json, os, socket, sys, time

def looks():
    seen = {'arguments': sys.argv[:1], 'environment': dict(os.environ), 'host': [socket.gethostname(), os.uname().nodename],
            'ids': [os.getpid(), os.getppid(), os.getsid(0), os.getpgrp(), os.getuid(), os.getgid()], 'folder': os.getcwd(),
            'umask': os.umask(0o22), 'terminals': [os.ttyname(fd) for fd in range(3)], 'size': list(os.get_terminal_size()),
            'processes': sorted(n for n in os.listdir('/proc') if n.isdigit()), 'path': sys.path, 'flags': str(sys.flags),
            'descriptors': [os.readlink('/proc/self/fd/%d' % fd) for fd in range(3)]}
    for folder in ('.', '..', '/tmp', '/dev/shm', '/srv', '/var/www', '/', '/etc', '/dev'):
        seen['names in ' + folder] = sorted(os.listdir(folder))
    for f in ('status', 'limits', 'cgroup', 'mountinfo', 'cmdline', 'comm', 'environ', 'net/dev', 'net/tcp', 'net/unix', 'net/sockstat', 'oom_score_adj', 'autogroup', 'loginuid', 'sessionid', 'timens_offsets'):
        try:
            seen['/proc/self/' + f] = open('/proc/self/' + f).read()
        except OSError as e:
            seen['/proc/self/' + f] = e.strerror
    for f in sorted(os.listdir('/etc')):
        if os.path.isfile('/etc/' + f):
            seen['/etc/' + f] = len(open('/etc/' + f, 'rb').read())
    now = time.time()
    st = os.stat('server.py')
    seen['server.py'] = [st.st_mode, st.st_uid, st.st_size, st.st_nlink, 0 <= now - st.st_mtime < 60, st.st_mtime == st.st_ctime or now - st.st_mtime < 60]
    seen['clocks'] = [abs(time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic()) < 1, now > 1.7e9]
    sys.stderr.write('SEEN' + json.dumps(seen) + 'END')
    sys.stderr.flush()

looks()
`

// numbers are what the kernel counts for the whole machine: they tell when, and
// nothing that a program without a memory of other runs could use.
var numbers = regexp.MustCompile(`(?m)^(Vm|Rss|voluntary_ctxt|nonvoluntary_ctxt|SigQ|State|Speculation|Cpus|Mems|THP|untag).*$`)

// counters are those of mounts, of file systems without a device, of scheduling
// groups, and of sockets on the whole machine.
var counters = regexp.MustCompile(`(?m)^\d+ \d+ \d+:\d+ |autogroup-\d+|orphan \d+|alloc \d+ mem \d+|UDP: inuse 0 mem \d+`)

// TestScenariosLookAlike: what a program sees when it starts is the same in every
// scenario of an exercise and in every box of one, so that it cannot tell which
// criterion is being tested.
func TestScenariosLookAlike(t *testing.T) {
	sb := sandboxtest.Open(t)
	g := &grade.Grader{Sandbox: sb, Workdir: t.TempDir(), Parallel: 1}
	res := g.Grade(t.Context(), grade.Work{
		Suite: suites(t)["server"], Files: []sandbox.File{{Path: "server.py", Data: []byte(looksAround + right)}}, ScoredOnly: true, Seed: 7,
	})
	if res.Verdict != grade.Graded || res.Score != 20 {
		t.Fatalf("%s %d %s", res.Verdict, res.Score, res.Fault)
	}
	all := map[string]map[string]any{}
	for _, trace := range res.Traces {
		var text []byte
		for _, e := range trace.Timeline {
			if e.Kind == scenario.KindStderr {
				text = append(text, e.Data...)
			}
		}
		for i, m := range regexp.MustCompile(`SEEN(.*?)END`).FindAllSubmatch(text, -1) {
			var seen map[string]any
			if err := json.Unmarshal(m[1], &seen); err != nil {
				t.Fatalf("%v in %q", err, m[1])
			}
			for k, v := range seen {
				if s, ok := v.(string); ok {
					seen[k] = counters.ReplaceAllString(numbers.ReplaceAllString(s, ""), "")
				}
			}
			all[fmt.Sprintf("%s %d", trace.Scenario, i)] = seen
		}
	}
	names := slices.Sorted(maps.Keys(all))
	if len(names) < 6 {
		t.Fatalf("only %v looked around", names)
	}
	for _, name := range names[1:] {
		if diff := cmp.Diff(all[names[0]], all[name]); diff != "" {
			t.Errorf("a program can tell %s from %s:\n%s", names[0], name, diff)
		}
	}
}

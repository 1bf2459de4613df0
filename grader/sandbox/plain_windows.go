package sandbox

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/shirou/gopsutil/v4/process"
	"golang.org/x/sys/windows"
)

// errNoAddress is what binding to an address that the machine lacks gives.
const errNoAddress = windows.WSAEADDRNOTAVAIL

// plainEnvironment makes the environment of a box that of a folder of the
// machine, and adds what programs cannot do without on this system. Without a
// terminal, Python would keep back what it prints and use the local code page.
func plainEnvironment(env []string, folder string) []string {
	root := os.Getenv("SystemRoot")
	out := []string{
		"HOME=" + folder, "USERPROFILE=" + folder, "TEMP=" + folder, "TMP=" + folder,
		"SystemRoot=" + root, "PYTHONUNBUFFERED=1", "PYTHONUTF8=1",
	}
	for _, v := range env {
		if path, ok := strings.CutPrefix(v, "PATH="); ok {
			// The interpreter's folder comes first, if it is not one of Unix.
			dir, _, _ := strings.Cut(path, ":/usr")
			if filepath.IsAbs(dir) {
				dir += ";"
			} else {
				dir = ""
			}
			out = append(out, "PATH="+dir+filepath.Join(root, "System32")+";"+root)
		} else if !strings.HasPrefix(v, "HOME=") {
			out = append(out, v)
		}
	}
	return out
}

// outputDelay is how long descendants that hold a program's output open may
// keep its end from being told.
const outputDelay = 200 * time.Millisecond

// attach gives a program pipes, and the grader the sockets at their other ends.
func attach(c *exec.Cmd) (screen, errs *os.File, closing func(), err error) {
	var ends []net.Conn
	closing = func() {
		for _, e := range ends {
			e.Close()
		}
	}
	var files [2]*os.File
	for i := range files {
		var end net.Conn
		if files[i], end, err = socketPair(); err != nil {
			closing()
			if files[0] != nil {
				files[0].Close()
			}
			return nil, nil, nil, err
		}
		ends = append(ends, end)
	}
	stdin, err := c.StdinPipe()
	if err != nil {
		closing()
		files[0].Close()
		files[1].Close()
		return nil, nil, nil, err
	}
	// os/exec copies the output, and says that a program has ended after that.
	c.Stdout, c.Stderr, c.WaitDelay = ends[0], ends[1], outputDelay
	c.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP, HideWindow: true}
	go func() {
		// An error means that the program or the box has ended.
		_, _ = io.Copy(stdin, ends[0])
		stdin.Close()
	}()
	return files[0], files[1], closing, nil
}

// socketPair makes two connected sockets, one as a file.
func socketPair() (*os.File, net.Conn, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	defer l.Close()
	mine, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		return nil, nil, err
	}
	for {
		theirs, err := l.Accept()
		if err != nil {
			mine.Close()
			return nil, nil, err
		}
		if theirs.RemoteAddr().String() != mine.LocalAddr().String() {
			theirs.Close() // somebody else's
			continue
		}
		f, err := fileOf(mine)
		if err != nil {
			theirs.Close()
			return nil, nil, err
		}
		return f, theirs, nil
	}
}

func isErrno(err error, want syscall.Errno) bool {
	var e syscall.Errno
	return errors.As(err, &e) && e == want
}

func kill(pid int) {
	if p, err := os.FindProcess(pid); err == nil {
		// It may just have ended.
		_ = p.Kill()
		_ = p.Release()
	}
}

// exitOf tells how a process ended. One that is killed has exit status 1.
func exitOf(s *os.ProcessState) Exit { return Exit{Code: s.ExitCode()} }

// descendants maps every process that stems from roots to that root.
func descendants(ctx context.Context, roots []int) map[int]int {
	out := map[int]int{}
	var add func(pid, root int)
	add = func(pid, root int) {
		if _, ok := out[pid]; ok {
			return
		}
		if exists, err := process.PidExistsWithContext(ctx, int32(pid)); err == nil && exists {
			out[pid] = root
		}
		children, err := (&process.Process{Pid: int32(pid)}).ChildrenWithContext(ctx)
		if err != nil {
			return
		}
		for _, c := range children {
			add(int(c.Pid), root)
		}
	}
	for _, r := range roots {
		add(r, r)
	}
	return out
}

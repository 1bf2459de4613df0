package batch

import (
	"bufio"
	"os"
	"strconv"
	"strings"
)

// measureLoad reads how all processors have spent their time: the first line of
// /proc/stat, where idle is the 4th number and waiting for a disk the 5th.
func measureLoad() (load, bool) {
	f, err := os.Open("/proc/stat")
	if err != nil {
		return load{}, false
	}
	defer f.Close()
	line, err := bufio.NewReader(f).ReadString('\n')
	fields := strings.Fields(line)
	if err != nil || len(fields) < 9 || fields[0] != "cpu" {
		return load{}, false
	}
	var l load
	for i, s := range fields[1:9] { // the rest is part of the first two
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return load{}, false
		}
		l.total += n
		if i == 3 || i == 4 {
			l.idle += n
		}
	}
	return l, true
}

package sandbox

import "golang.org/x/sys/unix"

// classifyOld knows the calls that newer architectures left out.
func classifyOld(nr int64, args [6]uint64) (call Call, fd int, forever bool) {
	switch nr {
	case unix.SYS_POLL:
		return CallPoll, -1, int32(args[2]) < 0
	case unix.SYS_SELECT:
		return CallPoll, -1, args[4] == 0
	case unix.SYS_EPOLL_WAIT:
		return CallPoll, -1, int32(args[3]) < 0
	case unix.SYS_PAUSE:
		return CallSignal, -1, true
	}
	return CallOther, -1, false
}

// oldForm knows where those that wait for several things keep what they wait for.
func oldForm(nr int64) pollForm {
	switch nr {
	case unix.SYS_POLL:
		return formPoll
	case unix.SYS_SELECT:
		return formSelect
	case unix.SYS_EPOLL_WAIT:
		return formEpoll
	}
	return formUnknown
}

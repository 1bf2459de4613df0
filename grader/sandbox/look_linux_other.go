//go:build linux && !amd64

package sandbox

// classifyOld knows the calls that newer architectures left out.
func classifyOld(int64, [6]uint64) (call Call, fd int, forever bool) {
	return CallOther, -1, false
}

// oldForm knows where those that wait for several things keep what they wait for.
func oldForm(int64) pollForm { return formUnknown }

package scenario

import (
	"bytes"
	"encoding/binary"
	"path"
)

// fixture returns a file of the exercise with words of this run's in it, where
// they change nothing for whoever looks at it, so that no program can hold its
// own copy. The same run always gets the same file.
func (r *runner) fixture(name string) []byte {
	if data, ok := r.fixtures[name]; ok {
		return data
	}
	data := marked(name, r.script.fixtures[name], r.word()+" "+r.word())
	r.fixtures[name] = data
	return data
}

// marked puts text into a file in the way of its kind: as a comment, and in
// what is no web page, style sheet or picture as a last line.
func marked(name string, data []byte, text string) []byte {
	out := bytes.Clone(data)
	switch ext := path.Ext(name); {
	case ext == ".html":
		return append(out, "<!-- "+text+" -->\n"...)
	case ext == ".css":
		return append(out, "/* "+text+" */\n"...)
	case bytes.HasPrefix(data, []byte{0xff, 0xd8}):
		// After the first segment, which decoders expect to be the first: FF E0,
		// its length, itself (ITU-T T.81, B.1.1.4). FF FE is a comment.
		if len(data) < 6 {
			return out
		}
		at := min(len(data), 4+int(binary.BigEndian.Uint16(data[4:])))
		comment := binary.BigEndian.AppendUint16([]byte{0xff, 0xfe}, uint16(2+len(text)))
		return append(append(append([]byte{}, data[:at]...), append(comment, text...)...), data[at:]...)
	}
	return append(out, text+"\n"...)
}

package archive

// Limits bounds what an archive may be. A field that is zero means its value in
// DefaultLimits.
type Limits struct {
	Archive   int64 // bytes of the archive itself
	Entries   int   // files and folders in it
	Total     int64 // bytes of all files, as they really come out
	File      int64 // bytes of one file, as they really come out
	Ratio     int64 // bytes that come out for each byte that goes in, …
	RatioFrom int64 // … looked at once a file has given that many bytes
	Depth     int   // names in a path: "a/b/c.py" has 3
	Path      int   // bytes in a path
}

// DefaultLimits returns the limits for a lab's submissions: each is far above
// what an honest archive of source code needs, and small enough that thousands
// of hostile ones do no harm.
func DefaultLimits() Limits {
	return Limits{
		// Source code is a few KiB, a site with photographs a few MiB; it is also
		// what an e-mail or a course platform easily takes.
		Archive: 8 << 20,
		// The largest honest sites have some dozens of files. A virtual environment
		// has over a thousand.
		Entries: 200,
		// Twice the archive: pictures do not shrink and source code is small, so an
		// honest archive at its own limit stays below.
		Total: 16 << 20,
		// One picture from a good camera.
		File: 8 << 20,
		// Source code shrinks 3 to 10 times, very repetitive text 50 to 100 times, and
		// deflate's maximum, which bombs aim at, is 1032. Small files of one repeated
		// letter reach it honestly, so it is looked at from 1 MiB on.
		Ratio:     200,
		RatioFrom: 1 << 20,
		// tp3/ex4/site/img/photos/photo.jpg is 6.
		Depth: 8,
		// What every system can still create below a folder of its own (Windows: 260 in all).
		Path: 200,
	}
}

// orDefaults fills in the fields that are zero.
func (l Limits) orDefaults() Limits {
	d := DefaultLimits()
	for _, f := range []struct{ field, value *int64 }{
		{&l.Archive, &d.Archive},
		{&l.Total, &d.Total},
		{&l.File, &d.File},
		{&l.Ratio, &d.Ratio},
		{&l.RatioFrom, &d.RatioFrom},
	} {
		if *f.field == 0 {
			*f.field = *f.value
		}
	}
	for _, f := range []struct{ field, value *int }{{&l.Entries, &d.Entries}, {&l.Depth, &d.Depth}, {&l.Path, &d.Path}} {
		if *f.field == 0 {
			*f.field = *f.value
		}
	}
	return l
}

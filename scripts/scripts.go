// Package scripts holds the exercises of the sheet: what each asks for
// (exercise.toml) and how it is tested (*.txtar, in the language of package
// scenario). The labelled programs that prove them, in accepted and faulty,
// stay out of the executable: students have it.
package scripts

import "embed"

// FS holds one folder for each exercise.
//
//go:embed */exercise.toml */*.txtar sioux/site
var FS embed.FS

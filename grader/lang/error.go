package lang

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
)

// textError is an error in both languages.
type textError struct {
	error // in English, as fmt.Errorf makes it
	fr    string
}

func (e *textError) Unwrap() error { return e.error }

// Errorf makes an error for students and teachers: fmt.Errorf in both languages.
// Its own text is the English one; OfError gives both. Both forms take the same
// arguments, and an argument that is a Text or an error is shown in the language
// of the form it is put in.
func Errorf(fr, en string, args ...any) error {
	french := in(FR, args)
	for i, a := range french {
		if err, ok := a.(error); ok {
			french[i] = errorIn{err, OfError(err).In(FR)}
		}
	}
	return &textError{error: fmt.Errorf(en, in(EN, args)...), fr: fmt.Errorf(fr, french...).Error()}
}

// DidYouMean suggests the first of the words that somebody may have meant, in
// parentheses after a space; with none it is the zero Text.
func DidYouMean(words []string) Text {
	if len(words) == 0 {
		return Text{}
	}
	return T(" (vouliez-vous « "+words[0]+" » ?)", ` (did you mean "`+words[0]+`"?)`)
}

// errorIn is an error that is shown in another language.
type errorIn struct {
	error
	text string
}

func (e errorIn) Error() string { return e.text }

// OfError returns an error in both languages: where it is one of Errorf, several
// joined ones, or one of the system's that everybody comes across, such as a
// file that is not there. Any other is in English in both.
func OfError(err error) Text {
	en := err.Error()
	switch e := err.(type) { //nolint:errorlint // what this error is, not what it wraps
	case *textError:
		return T(e.fr, en)
	case interface{ Unwrap() []error }:
		var all []Text
		for _, each := range e.Unwrap() {
			all = append(all, OfError(each))
		}
		if joined := Join("\n", all...); joined.EN == en {
			return joined
		}
	}
	var text *textError
	if errors.As(err, &text) { // the object that wraps it is the same in both
		return T(text.fr, en)
	}
	var p *fs.PathError
	switch fr := ofSystem(err); {
	case fr == "":
		return T(en, en)
	case !errors.As(err, &p):
		return T(fr, en)
	case errors.Is(p.Err, fs.ErrNotExist):
		return T(p.Path+" "+fr, en)
	default:
		return T(p.Path+" : "+fr, en)
	}
}

// ofSystem is the French form of an error of the system, "" for a rare one.
func ofSystem(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "n'existe pas : vérifiez le nom et le dossier"
	case errors.Is(err, fs.ErrPermission):
		return "le système n'en donne pas le droit"
	case errors.Is(err, syscall.ENOSPC):
		return "il n'y a plus de place sur le disque"
	case errors.Is(err, syscall.EROFS):
		return "ce disque est en lecture seule"
	case errors.Is(err, syscall.EISDIR):
		return "c'est un dossier, il faut un fichier"
	case errors.Is(err, syscall.ENOTDIR):
		return "ce qui devrait être un dossier est un fichier"
	}
	return ""
}

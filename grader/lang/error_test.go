package lang

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"testing"
)

func TestErrorInBothLanguages(t *testing.T) {
	none := Errorf("rien", "nothing")
	absent := &fs.PathError{Op: "open", Path: "a.csv", Err: syscall.ENOENT}
	for _, tt := range []struct {
		name string
		err  error
		want Text
	}{
		{"its own", Errorf("%d de trop", "%d too many", 3), T("3 de trop", "3 too many")},
		{"a text in it", Errorf("%s : mauvais", "%s: wrong", T("nom", "name")), T("nom : mauvais", "name: wrong")},
		{"an error in it", Errorf("%s : %w", "%s: %w", "x", none), T("x : rien", "x: nothing")},
		{"one of the system in it", Errorf("liste : %w", "roster: %w", absent), T("liste : a.csv n'existe pas : vérifiez le nom et le dossier", "roster: open a.csv: no such file or directory")},
		{"wrapped", fmt.Errorf("x: %w", none), T("rien", "x: nothing")},
		{"joined", errors.Join(none, Errorf("trop", "too much")), T("rien\ntrop", "nothing\ntoo much")},
		{"joined in a sentence", fmt.Errorf("%w and %w", errors.New("a"), errors.New("b")), T("a and b", "a and b")},
		{"of a file", &fs.PathError{Op: "write", Path: "out", Err: syscall.ENOSPC}, T("out : il n'y a plus de place sur le disque", "write out: no space left on device")},
		{"of the system alone", fs.ErrPermission, T("le système n'en donne pas le droit", "permission denied")},
		{"another", errors.New("odd"), T("odd", "odd")},
	} {
		if got := OfError(tt.err); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	if err := Errorf("x : %w", "x: %w", Errorf("y : %w", "y: %w", absent)); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the cause cannot be told from an error in both languages")
	}
}

package sandbox

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// names are the names of layers, in order.
func names(layers []Layer) (all, on []string) {
	for _, l := range layers {
		all = append(all, l.Name)
		if l.On {
			on = append(on, l.Name)
		}
	}
	return all, on
}

func TestLayersAreToldInOrder(t *testing.T) {
	sb := openSandbox(t, false)
	all, on := names(sb.Layers())
	if diff := cmp.Diff(allLayers(), all); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(on, sb.Isolation()); diff != "" {
		t.Errorf("Isolation (-layers +got):\n%s", diff)
	}
	for _, l := range sb.Layers() {
		if l.On != (l.Why == "") || l.On && l.Fix != "" {
			t.Errorf("%+v", l)
		}
		if l.Needed != slices.Contains(neededLayers, l.Name) {
			t.Errorf("%+v", l)
		}
	}
}

func TestPlainHasNoLayer(t *testing.T) {
	sb := openSandbox(t, true)
	all, on := names(sb.Layers())
	if diff := cmp.Diff(allLayers(), all); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if on != nil {
		t.Errorf("%v stand", on)
	}
	for _, l := range sb.Layers() {
		if l.Why == "" {
			t.Errorf("%s is off for no reason", l.Name)
		}
	}
}

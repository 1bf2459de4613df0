// Package attack holds the tests that run every hostile submission of
// testdata/attacks in real boxes and look, from outside, at whether it harmed,
// saw, cheated or outlived anything. What the files mean is told in their
// README.
package attack

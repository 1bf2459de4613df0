package gradebook

// Total is the sum of a student's marks and of what they are out of. What was
// not handed in counts 0. It is not known while a submission has no mark: ok is
// false then. Exercises of which nobody knows the points, and
// strays, are left out.
func (b *Book) Total(l *Line) (score, out int, ok bool) {
	ok = true
	for i, c := range l.Cells {
		if b.Columns[i].Stray {
			continue
		}
		if c.State == Fault || c.State == Pending {
			ok = false
		}
		score += c.Score
		out += b.Columns[i].Max
	}
	return score, out, ok
}

// Mean is the mean of a student's marks, each brought to 20 points first, so
// that every exercise weighs the same; in hundredths of a point. What was not
// handed in counts 0. ok is as for [Book.Total], and false without any exercise.
func (b *Book) Mean(l *Line) (hundredths int, ok bool) {
	n, sum := 0, 0.0
	for i, c := range l.Cells {
		if b.Columns[i].Stray {
			continue
		}
		if c.State == Fault || c.State == Pending {
			return 0, false
		}
		if m := b.Columns[i].Max; m > 0 {
			n++
			sum += float64(c.Score) / float64(m)
		}
	}
	if n == 0 {
		return 0, false
	}
	return int(sum/float64(n)*2000 + 0.5), true
}

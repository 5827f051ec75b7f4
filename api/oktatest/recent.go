package oktatest

// recent remembers the entries that were added last, up to a number, so that no caller can fill the memory.
type recent[K comparable, V any] struct {
	size    int
	entries map[K]V
	order   []K // in which they were added; a ring once it is full
	oldest  int
}

func newRecent[K comparable, V any](size int) *recent[K, V] {
	return &recent[K, V]{size: size, entries: map[K]V{}}
}

// add remembers an entry whose key is new, and forgets the oldest one if there are too many.
func (r *recent[K, V]) add(key K, value V) {
	if len(r.order) < r.size {
		r.order = append(r.order, key)
	} else {
		delete(r.entries, r.order[r.oldest])
		r.order[r.oldest] = key
		r.oldest = (r.oldest + 1) % r.size
	}
	r.entries[key] = value
}

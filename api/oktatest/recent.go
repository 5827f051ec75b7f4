package oktatest

// recent is a map that holds a limited number of entries, those that were added last, so that no client can exhaust the
// memory.
type recent[K comparable, V any] struct {
	size    int
	entries map[K]V
	order   []K // keys in the order in which they were added; a ring once it is full
	oldest  int
}

func newRecent[K comparable, V any](size int) *recent[K, V] {
	return &recent[K, V]{size: size, entries: map[K]V{}}
}

// add adds an entry, whose key must be new. If the map is full, the oldest entry is removed.
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

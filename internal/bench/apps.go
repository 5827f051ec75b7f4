package main

// manyApps measures the listing of many apps, 50 ms to the first byte: with okta one after the other, with std in a
// hand-written group of eight goroutines, and with this project's package bulk.
func (l *lab) manyApps() error {
	for _, c := range []struct {
		what        string
		apps, pages int
		app         string
	}{
		{"100 apps of 1 page", 100, 1, "0oaMany100"}, // under a limit of 100
		{"20 apps of 10 pages", 20, 10, "0oaMany"},
	} {
		jobs := []job{
			{client: "okta", operation: "list"}, {client: "std", operation: "list", workers: 8},
			{client: "apptokens", operation: "list-all"},
		}
		wall, connections, refused := series{}, series{}, series{}
		for range 3 {
			for _, j := range jobs {
				j.n, j.tokens, j.app = c.apps, 200*c.pages, c.app+"-%d"
				if err := l.reset(c.app); err != nil {
					return err
				}
				cost, err := l.run(j)
				if err != nil {
					return err
				}
				requests, err := l.requests(c.app)
				if err != nil {
					return err
				}
				_, limited := tally(requests)
				wall[j.client] = append(wall[j.client], cost.wall/1e9)
				connections[j.client] = append(connections[j.client], connected(requests))
				refused[j.client] = append(refused[j.client], float64(limited))
			}
		}
		t := l.report.table("List "+c.what+", 50 ms to the first byte, three rounds", "client", "wall, s", "connections",
			"answered 429")
		for _, j := range jobs {
			t.row(j.client, wall[j.client].text(2), connections[j.client].text(0), refused[j.client].text(0))
		}
		l.report.compare("list "+c.what+", s", wall, 2)
		l.report.target(c.what+": wall time, of okta", wall.ratio("apptokens", "okta"), 0.20)
		l.report.target(c.what+": wall time, of eight goroutines by hand", wall.ratio("apptokens", "std"), 1.10)
		l.report.target(c.what+": connections", connections["apptokens"].median(), 8)
		l.report.target(c.what+": 429s", refused["apptokens"].median(), 0)
	}
	return nil
}

// connected counts the connections that requests came from.
func connected(requests []request) float64 {
	seen := map[string]bool{}
	for _, r := range requests {
		seen[r.Connection] = true
	}
	return float64(len(seen))
}

package oktatest

// directory is what the apps of an org have in common: the people who hold tokens, and the authorization servers that
// issue them.
type directory struct {
	users   []named
	servers []named
}

type named struct{ id, name string }

// people is how people really are called: in every script, with apostrophes, and at length.
var people = []string{
	"Ada Byron", "Søren Kierkegaard", "李小龍", "Zoë Saldaña", "Nguyễn Thị Minh Khai", "Сергей Королёв", "O'Brien, Miles",
	"山田 花子", "Grace Hopper", "Max Mustermann", "أحمد زويل", "Ana María Matute Ausejo de la Torre y Villanueva", "김연아",
	"Björk", "Chimamanda Adichie", "Świętosława Nowak",
}

func newDirectory(seed uint64) directory {
	random := newRandom(seed, "directory")
	var d directory
	for _, name := range people {
		d.users = append(d.users, named{randomID(random, "00u"), name})
	}
	for _, name := range []string{"default", "Partners", "Mobile"} {
		d.servers = append(d.servers, named{randomID(random, "aus"), name})
	}
	return d
}

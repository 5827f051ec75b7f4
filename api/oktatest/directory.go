package oktatest

// directory holds what the apps of an org share: the users who hold tokens, and the authorization servers that issue
// them.
type directory struct {
	users   []named
	servers []named
}

type named struct{ id, name string }

// people are invented: their names are made of words for "example" or "sample" in their languages. Like real names,
// they come in many scripts, with apostrophes, commas and emoji, and some are long.
var people = []string{
	"Ada Exemplar", "Søren Prøvesen", "李示例", "Zoë Voorbeeld", "Nguyễn Thị Ví Dụ", "Пример Образцов", "O'Sample, Tess",
	"見本 花子", "उदाहरण नमूना", "Max Mustermann", "مثال نموذجي", "Ana María Ejemplo Muestra de la Prueba y Ficción",
	"김예시", "Dæmi", "Robin Sample 👩🏽‍🚀", "Świętosława Przykładowa",
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

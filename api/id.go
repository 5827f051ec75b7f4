package api

import "strings"

// checkID lets through what needs no escaping in a path segment (RFC 3986, unreserved characters) and is no dot
// segment. It is a list of what is allowed, for the forbidden is hard to list: generated code turns an empty token ID
// into the path of revoke-all and ".." into DELETE /api/v1/apps/{appId}, which deletes the app, and a Java server, such
// as Okta's, may take "..;" for "..". Okta's own IDs are letters, digits, "-" and "_".
func checkID(what, id string) error {
	switch {
	case id == "":
		return invalid(what, id, "it is empty")
	case id == "." || id == "..":
		return invalid(what, id, "it would lead to another resource")
	case strings.ContainsFunc(id, func(r rune) bool { return !isUnreserved(r) }):
		return invalid(what, id, `an ID is made of letters, digits, "-", "_", "." and "~"`)
	}
	return nil
}

func isUnreserved(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_.~", r)
}

// Package header reads Link and WWW-Authenticate headers, and writes the default User-Agent.
package header

import (
	"errors"
	"strings"

	"example.com/apptokens/api/internal/text"
)

// Links is what a listing needs from the Link header of a response.
type Links struct {
	Next string // target of the link to the next page, or ""
	Self bool   // whether there is a link to the page itself
}

// ParseLinks reads the Link header lines of a response (RFC 8288), which an intermediary may have folded into one. It
// fails if a line is malformed, because an overlooked link would end a listing too early.
func ParseLinks(lines []string) (found Links, err error) {
	for _, line := range lines {
		s := scanner{line}
		for s.skip(", \t"); s.rest != ""; s.skip(", \t") {
			target, relations, err := s.link()
			if err != nil {
				return Links{}, err
			}
			for relation := range strings.FieldsSeq(relations) {
				switch {
				case strings.EqualFold(relation, "self"):
					found.Self = true
				case !strings.EqualFold(relation, "next"):
				case found.Next != "" && found.Next != target:
					return Links{}, errors.New("there are two different next links")
				default:
					found.Next = target
				}
			}
		}
	}
	return found, nil
}

// link reads <target>; name=value; name="value"; … and returns the target and the value of rel.
func (s *scanner) link() (target, relations string, err error) {
	if !s.eat('<') {
		return "", "", errors.New(`a link does not start with "<"`)
	}
	target, after, closed := strings.Cut(s.rest, ">")
	if !closed {
		return "", "", errors.New(`a link has no ">"`)
	}
	invalid := func(r rune) bool { return text.NotVisible(r) || r == '<' || r == '"' }
	if target == "" || strings.ContainsFunc(target, invalid) {
		return "", "", errors.New("the target of a link is not a URL")
	}
	s.rest = after
	for s.skip(" \t"); s.eat(';'); s.skip(" \t") {
		name, value, ok := s.parameter()
		if !ok {
			return "", "", errors.New("a parameter of a link is malformed")
		}
		// Only the first rel counts, and it may hold several relations (RFC 8288, section 3.3).
		if strings.EqualFold(name, "rel") && relations == "" {
			relations = value
		}
	}
	invalid = func(r rune) bool { return r < ' ' || r > '~' || strings.ContainsRune("'`\"", r) }
	if relations == "" || strings.ContainsFunc(relations, invalid) {
		return "", "", errors.New("a link has no readable relation")
	}
	if s.rest != "" && s.rest[0] != ',' {
		return "", "", errors.New("no comma follows a link")
	}
	return target, relations, nil
}

// Challenge returns error and error_description of the first WWW-Authenticate line that has an error (RFC 6750, section
// 3, and RFC 9449, section 7.1). It skips what it cannot read: schemes such as Negotiate have parameters of another
// form, and the status alone is an error, too.
func Challenge(lines []string) (code, description string) {
	for _, line := range lines {
		s := scanner{line}
		for s.skip(", \t"); s.rest != ""; s.skip(", \t") {
			name, value, ok := s.parameter()
			switch {
			case !ok || name == "": // on to the next one
				_, s.rest, _ = strings.Cut(s.rest, ",")
			case strings.EqualFold(name, "error") && code == "":
				code = value
			case strings.EqualFold(name, "error_description") && description == "":
				description = value
			}
		}
		if code != "" {
			break
		}
	}
	return code, description
}

// scanner reads the tokens, quoted strings and parameters that headers are made of (RFC 9110, section 5.6).
type scanner struct{ rest string }

func (s *scanner) skip(characters string) { s.rest = strings.TrimLeft(s.rest, characters) }

func (s *scanner) eat(c byte) bool {
	if s.rest == "" || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

// parameter reads name=value or name="value", or a name alone. White space before it and around "=" is allowed.
func (s *scanner) parameter() (name, value string, ok bool) {
	s.skip(" \t")
	if name = s.token(); name == "" {
		return "", "", s.rest == "" || s.rest[0] == ';' || s.rest[0] == ','
	}
	s.skip(" \t")
	if !s.eat('=') {
		return name, "", true
	}
	s.skip(" \t")
	if s.eat('"') {
		value, ok = s.quoted()
		return name, value, ok
	}
	value = s.token()
	return name, value, value != ""
}

// token reads up to a delimiter. It accepts more than RFC 9110 allows, because real headers contain unquoted URLs.
func (s *scanner) token() string {
	end := strings.IndexAny(s.rest, " \t,;=\"<>")
	if end < 0 {
		end = len(s.rest)
	}
	token := s.rest[:end]
	s.rest = s.rest[end:]
	return token
}

// quoted reads the rest of a quoted string, after the opening quote.
func (s *scanner) quoted() (string, bool) {
	var value strings.Builder
	for i := 0; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '"':
			s.rest = s.rest[i+1:]
			return value.String(), true
		case c == '\\' && i+1 < len(s.rest):
			i++
			value.WriteByte(s.rest[i])
		default:
			value.WriteByte(c)
		}
	}
	return "", false
}

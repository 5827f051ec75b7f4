package api

import (
	"errors"
	"strings"
)

// nextLink returns the target of the link whose relation is "next" in the Link header lines of an answer (RFC 8288),
// or "" where there is none. Lines may be folded into one by an intermediary. A header that cannot be read is an error,
// for a link that is overlooked ends a listing too early.
func nextLink(lines []string) (next string, err error) {
	for _, line := range lines {
		s := scanner{line}
		for s.skip(", \t"); s.rest != ""; s.skip(", \t") {
			target, isNext, err := s.link()
			if err != nil {
				return "", err
			}
			if !isNext {
				continue
			}
			if next != "" && next != target {
				return "", errors.New("there are two different next links")
			}
			next = target
		}
	}
	return next, nil
}

// link reads <target>; name=value; name="value"; …
func (s *scanner) link() (target string, isNext bool, err error) {
	if !s.eat('<') {
		return "", false, errors.New(`a link does not start with "<"`)
	}
	target, after, closed := strings.Cut(s.rest, ">")
	if !closed {
		return "", false, errors.New(`a link has no ">"`)
	}
	if target == "" || strings.ContainsFunc(target, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`<"`, r) }) {
		return "", false, errors.New("the target of a link is not a URL")
	}
	s.rest = after
	seen := false
	for s.skip(" \t"); s.eat(';'); s.skip(" \t") {
		name, value, ok := s.parameter()
		if !ok {
			return "", false, errors.New("a parameter of a link is malformed")
		}
		// Only the first rel counts, and it may hold several relations (RFC 8288, section 3.3).
		if strings.EqualFold(name, "rel") && !seen {
			seen = true
			for relation := range strings.FieldsSeq(value) {
				isNext = isNext || strings.EqualFold(relation, "next")
			}
		}
	}
	if s.rest != "" && s.rest[0] != ',' {
		return "", false, errors.New("there is something between two links")
	}
	return target, isNext, nil
}

// challenge returns error and error_description of the first WWW-Authenticate line that has an error (RFC 6750, section
// 3, and RFC 9449, section 7.1). What cannot be read is passed over: it would only have made an error more telling.
func challenge(lines []string) (code, description string) {
	for _, line := range lines {
		s := scanner{line}
		for s.skip(", \t"); s.rest != ""; s.skip(", \t") {
			name, value, ok := s.parameter()
			switch {
			case !ok || name == "":
				return code, description
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

// parameter reads name=value or name="value", or a name alone. White space around it and around "=" is allowed.
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

// token reads up to a delimiter. It takes more than RFC 9110 allows: URLs stand unquoted in real headers.
func (s *scanner) token() string {
	end := strings.IndexAny(s.rest, " \t,;=\"<>")
	if end < 0 {
		end = len(s.rest)
	}
	token := s.rest[:end]
	s.rest = s.rest[end:]
	return token
}

// quoted reads the rest of a quoted string.
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

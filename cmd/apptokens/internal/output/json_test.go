package output_test

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"

	"example.com/apptokens/cmd/apptokens/internal/output"
)

// Raw JSON is one line that moves no cursor, and means what the server sent: every other byte stays as it is.
func TestRawJSONStaysAsItIs(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ raw, want string }{
		"spaces, an escape and <":          {`{"a" : "\u00e9<é",	"b":1.0}`, `{"a" : "\u00e9<é",	"b":1.0}`},
		"line ends between tokens":         {"{\"a\" :\r\n [1.0, 2]\n}", `{"a":[1.0,2]}`},
		"controls":                         {"\"\x7f\u009b\"", `"\u007f\u009b"`},
		"reversed text":                    {"\"a\u202eb\ufeff\"", `"a\u202eb\ufeff"`},
		"a format character of two units":  {"\"\U000e0001\"", `"\udb40\udc01"`},
		"noncharacters":                    {"\"\ufffe\uffff\"", `"\ufffe\uffff"`},
		"emoji with a joiner":              {`"👩‍👧"`, `"👩‍👧"`},
		"a replacement character":          {"\"\ufffd\u009b\"", "\"\ufffd\\u009b\""},
		"a byte that is not UTF-8":         {"\"caf\xe9 \xff\"", "\"caf\xe9 \xff\""},
		"such a byte beside a control":     {"\"caf\xff \u009b\"", "\"caf\xff \\u009b\""},
		"such a byte after a line end":     {"{\n\"a\":\"\xff\"}", "{\"a\":\"\xff\"}"},
		"a byte that 8-bit terminals obey": {"\"\x9b2J\x80\x9f\xa0\"", "\"\\ufffd2J\\ufffd\\ufffd\xa0\""},
		"a character that is cut after it": {"\"\xe2\x80\"", "\"\xe2\\ufffd\""},
		"a character that has such a byte": {`"雛"`, `"雛"`},
		"a surrogate in the form of UTF-8": {"\"\xed\xa0\x80\"", "\"\xed\xa0\\ufffd\""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := output.EncodeJSON(json.RawMessage(test.raw))
			if err != nil || string(got) != test.want+"\n" {
				t.Fatalf("%q is written as %q, %v; want %q and a line end", test.raw, got, err, test.want)
			}
			var sent, written any
			if err := json.Unmarshal([]byte(test.raw), &sent); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(got, &written); err != nil || !reflect.DeepEqual(written, sent) {
				t.Errorf("%q is decoded as %q, %v; want %q", got, written, err, sent)
			}
		})
	}
}

// Other values are a line of JSON without escapes for HTML.
func TestValuesAreALineOfJSON(t *testing.T) {
	t.Parallel()
	value := map[string]any{"name": "<a&b>\x1b\u009b\n", "n": 1}
	if got, err := output.EncodeJSON(value); err != nil || string(got) != `{"n":1,"name":"<a&b>\u001b\u009b\n"}`+"\n" {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := output.EncodeJSON(math.Inf(1)); err == nil {
		t.Error("no error for a value that JSON cannot hold")
	}
}

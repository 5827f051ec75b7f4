package measure

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Token has the fields of the contract, as in a hand-written client.
type Token struct {
	ID          string    `json:"id"`
	Status      string    `json:"status"`
	Created     time.Time `json:"created"`
	LastUpdated time.Time `json:"lastUpdated"`
	ExpiresAt   time.Time `json:"expiresAt"`
	Issuer      string    `json:"issuer"`
	ClientID    string    `json:"clientId"`
	UserID      string    `json:"userId"`
	Scopes      []string  `json:"scopes"`
	Embedded    struct {
		Scopes []struct {
			ID          string `json:"id"`
			Name        string `json:"name"`
			Description string `json:"description"`
			DisplayName string `json:"displayName"`
			Links       struct {
				Scope Link `json:"scope"`
			} `json:"_links"`
		} `json:"scopes"`
	} `json:"_embedded"`
	Links struct {
		App                 Link `json:"app"`
		AuthorizationServer Link `json:"authorizationServer"`
		Client              Link `json:"client"`
		Revoke              Link `json:"revoke"`
		Self                Link `json:"self"`
		User                Link `json:"user"`
	} `json:"_links"`
}

// Link has the fields of all kinds of links.
type Link struct {
	Href      string `json:"href"`
	Title     string `json:"title"`
	Name      string `json:"name"`
	Type      string `json:"type"`
	Templated bool   `json:"templated"`
	Hints     struct {
		Allow []string `json:"allow"`
	} `json:"hints"`
}

// Plain is a client that uses only net/http. Its variants differ in Decode.
type Plain struct {
	HTTP   *http.Client
	Decode func(*http.Response, any) error
}

// List follows the next links.
func (c Plain) List(appID string) (tokens int, err error) {
	for link := URL + "/api/v1/apps/" + appID + "/tokens?limit=200"; link != ""; {
		var page []Token
		resp, err := c.do(http.MethodGet, link, &page)
		if err != nil {
			return tokens, err
		}
		tokens += len(page)
		link = next(resp)
	}
	return tokens, nil
}

// Get reads a token.
func (c Plain) Get() error {
	var token Token
	_, err := c.do(http.MethodGet, URL+"/api/v1/apps/"+App+"/tokens/"+ID, &token)
	return err
}

// Revoke revokes a token.
func (c Plain) Revoke() error {
	_, err := c.do(http.MethodDelete, URL+"/api/v1/apps/"+App+"/tokens/"+ID, nil)
	return err
}

func (c Plain) do(method, target string, into any) (*http.Response, error) {
	req, err := http.NewRequest(method, target, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Authorization", "SSWS "+APIToken)
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		return nil, fmt.Errorf("status %d", resp.StatusCode)
	}
	if into == nil {
		return resp, nil
	}
	return resp, c.Decode(resp, into)
}

func next(resp *http.Response) string {
	for _, link := range resp.Header.Values("Link") {
		if target, found := strings.CutSuffix(link, `>; rel="next"`); found {
			return target[1:]
		}
	}
	return ""
}

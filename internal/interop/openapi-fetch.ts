// A client that openapi-typescript and openapi-fetch make of the contract. It is type-checked, and driven by drive.mjs.
import createClient from 'openapi-fetch';
import type { components, paths } from './build/openapi.js';

type Token = components['schemas']['Token'];
type Failure = components['schemas']['Error'];

export function connect({ orgUrl, token }: { orgUrl: string; token: string }) {
  const client = createClient<paths>({ baseUrl: orgUrl, headers: { Authorization: `SSWS ${token}` } });

  return {
    async list(appId: string, limit: number) {
      const tokens: Token[] = [];
      for (let pages = 1, next: string | undefined; ; pages++) {
        const { data, error, response } = await client.GET('/api/v1/apps/{appId}/tokens', {
          params: { path: { appId }, query: { limit, expand: 'scope' } },
          fetch: (request) => fetch(next ? new Request(next, request) : request), // the link as it stands
        });
        if (error) throw failed(response, error);
        tokens.push(...data);
        next = /<([^>]*)>; *rel="next"/.exec(response.headers.get('Link') ?? '')?.[1];
        if (!next) return { tokens, pages };
      }
    },
    async get(appId: string, tokenId: string): Promise<Token> {
      const { data, error, response } = await client.GET('/api/v1/apps/{appId}/tokens/{tokenId}', {
        params: { path: { appId, tokenId } },
      });
      if (error) throw failed(response, error);
      return data;
    },
    async revoke(appId: string, tokenId: string) {
      const { error, response } = await client.DELETE('/api/v1/apps/{appId}/tokens/{tokenId}', {
        params: { path: { appId, tokenId } },
      });
      if (error) throw failed(response, error);
    },
    async revokeAll(appId: string) {
      const { error, response } = await client.DELETE('/api/v1/apps/{appId}/tokens', { params: { path: { appId } } });
      if (error) throw failed(response, error);
    },
  };
}

function failed({ status }: Response, { errorCode, errorSummary }: Failure) {
  return Object.assign(new Error(errorSummary), { status, errorCode });
}

// The type check is a test: tsc fails if it accepts one of these.
export function mistakes(client: ReturnType<typeof createClient<paths>>, { status }: Token) {
  const path = { appId: '0oa1' };
  // @ts-expect-error: a path that the contract does not have
  void client.GET('/api/v1/apps/{appId}', { params: { path } });
  // @ts-expect-error: a method that the contract does not have
  void client.POST('/api/v1/apps/{appId}/tokens', { params: { path } });
  // @ts-expect-error: a parameter that is missing
  void client.GET('/api/v1/apps/{appId}/tokens/{tokenId}', { params: { path } });
  // @ts-expect-error: a limit that is not a number
  void client.GET('/api/v1/apps/{appId}/tokens', { params: { path, query: { limit: 'many' } } });
  // @ts-expect-error: a status that is not in the enum
  return status === 'ASLEEP';
}

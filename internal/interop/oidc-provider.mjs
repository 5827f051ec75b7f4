// An authorization server that is not ours (oidc-provider, which is certified) on loopback, and one protected
// resource, so that service apps are tested against independent code.
//
//   node oidc-provider.mjs clients.json     clients.json: [{client_id, jwks, alg, dpop}]
//
// stdout: one line of JSON once ready. stdin: a line "rotate-nonce" voids every nonce
// given out so far (and is answered by one line); end of stdin ends the server.
import { randomBytes, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import Provider, { errors } from 'oidc-provider';
// Internals: the package has no public DPoP check for resource servers. Reachable as it
// has no "exports" map; safe only because package.json pins the exact version.
import validateDpop, { checkDpopReplay } from 'oidc-provider/lib/helpers/validate_dpop.js';
import reportWwwAuthenticate from 'oidc-provider/lib/shared/set_www_authenticate_header.js';
import reportError from 'oidc-provider/lib/shared/error_handler.js';
import ServerChallenge from 'oidc-provider/lib/helpers/challenge.js';
import internals from 'oidc-provider/lib/helpers/weak_cache.js';

console.info = console.error; // oidc-provider's notices must not mix with our JSON on stdout

const SCOPES = ['okta.apps.read', 'okta.apps.manage'];
const ALGS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'];
const PROOF_MAX_AGE = 60; // seconds
const registered = JSON.parse(readFileSync(process.argv[2], 'utf8'));

// The issuer contains the port, so listen first and attach the provider afterwards.
const server = createServer();
await new Promise((ready, fail) => server.once('error', fail).listen(0, '127.0.0.1', ready));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  routes: { token: '/oauth2/v1/token' },
  scopes: SCOPES,
  clientAuthMethods: ['private_key_jwt'],
  // The defaults lack RS256 proofs and all of ES384/ES512.
  enabledJWA: { clientAuthSigningAlgValues: ALGS, dPoPSigningAlgValues: ALGS },
  features: {
    devInteractions: { enabled: false },
    userinfo: { enabled: false },
    clientCredentials: { enabled: true },
    dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
  },
  // Unused by opaque tokens, but without a key of ours a published demo key is loaded.
  jwks: { keys: [generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })] },
  ttl: { ClientCredentials: 3600 },
  clockTolerance: 0, // one host, one clock; the default of 15 s also prolongs tokens
  // oidc-provider drops scopes it does not know; refuse them. params.scope is
  // already filtered at this point, the request's own body is not.
  extraTokenClaims(ctx) {
    const unknown = ctx.oidc.body.scope?.split(' ').find((scope) => !SCOPES.includes(scope));
    if (unknown) throw new errors.InvalidScope('requested scope is not supported', unknown);
  },
  clients: registered.map(({ client_id, jwks, alg, dpop }) => ({
    client_id,
    jwks,
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    scope: SCOPES.join(' '),
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: alg,
    dpop_bound_access_tokens: Boolean(dpop),
  })),
});

// Answers hide why a client or token was refused; the reason goes to stderr.
const log = (ctx, err) => console.error(ctx.method, ctx.path, err.status, err.error, err.error_detail ?? err.error_description);
provider.on('grant.error', log);
provider.on('resource.error', log);
provider.on('server_error', (ctx, err) => console.error(err));

// What oidc-provider's own userinfo endpoint checks, for tokens of client_credentials.
async function checkToken(ctx) {
  const value = ctx.oidc.getAccessToken({ acceptDPoP: true }); // scheme must suit the proof's presence
  const proof = await validateDpop(provider, ctx, value); // signature, typ, htm, htu, ath, nonce
  const token = await provider.ClientCredentials.find(value);
  if (!token) throw new errors.InvalidToken('access token not found or expired');
  ctx.oidc.entity('AccessToken', token);
  if (token.jkt !== proof?.thumbprint) throw new errors.InvalidToken('proof key is not the token\'s');
  if (proof) {
    // oidc-provider does not look at iat once there is a valid nonce; a stricter server may.
    if (Math.abs(Date.now() / 1000 - proof.iat) > PROOF_MAX_AGE) throw new errors.InvalidDpopProof('DPoP proof iat is not recent');
    await checkDpopReplay(provider, ctx, proof, token.clientId, errors.InvalidToken);
  }
  const wanted = ctx.method === 'GET' ? SCOPES : ['okta.apps.manage'];
  if (!wanted.some((scope) => token.scopes.has(scope))) throw new errors.InsufficientScope('scope missing', wanted[0]);
}

const onError = reportError('resource.error');
const onChallenge = reportWwwAuthenticate();

provider.use(async (ctx, next) => {
  const match = /^\/api\/v1\/apps\/[^/]+\/tokens(?:\/([^/]+))?$/.exec(ctx.path);
  const id = match?.[1];
  if (!match || ctx.method !== (id ? 'DELETE' : 'GET')) return next();

  ctx.set('X-Okta-Request-Id', randomBytes(12).toString('base64url'));
  // What the router would set up for an endpoint of its own; urlFor is the expected htu.
  ctx.oidc = new provider.OIDCContext(ctx);
  ctx.oidc.urlFor = () => issuer + ctx.path;

  return onError(ctx, () => onChallenge(ctx, async () => {
    await checkToken(ctx);
    if (id) {
      ctx.status = 204;
    } else {
      ctx.set('Link', `<${issuer}${ctx.url}>; rel="self"`);
      ctx.body = [];
    }
  }));
});

server.on('request', provider.callback());

console.log(JSON.stringify({ issuer }));

for await (const line of createInterface({ input: process.stdin })) {
  if (line !== 'rotate-nonce') continue;
  // Its own step is a fixed 60 s with some minutes of grace, too slow for a test.
  internals(provider).DPoPNonces = new ServerChallenge(randomBytes(32), 'DPoP');
  console.log(JSON.stringify({ rotated: true }));
}
process.exit(0);

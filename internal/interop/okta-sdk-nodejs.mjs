// Okta's SDK for Node, as drive.mjs wants it.
import okta from '@okta/okta-sdk-nodejs';

export function connect(settings) { // as in an okta.yaml
  const { applicationApi } = new okta.Client(settings);
  return {
    async list(appId, limit) {
      const collection = await applicationApi.listOAuth2TokensForApplication({ appId, limit, expand: 'scope' });
      const tokens = [];
      for (let pages = 1; ; pages++) {
        tokens.push(...await collection.getNextPage());
        if (!collection.nextUri) return { tokens, pages };
      }
    },
    get: (appId, tokenId) => applicationApi.getOAuth2TokenForApplication({ appId, tokenId }),
    revoke: (appId, tokenId) => applicationApi.revokeOAuth2TokenForApplication({ appId, tokenId }),
    revokeAll: (appId) => applicationApi.revokeOAuth2TokensForApplication({ appId }),
  };
}

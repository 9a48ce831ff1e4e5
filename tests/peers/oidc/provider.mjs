// An OpenID provider on loopback: `node provider.mjs CONFIG`, a JSON file with
// { port, console, accessTokenSeconds, renews, skewSeconds }. What it tells of people is read anew
// each time from the file `people` names: { "mina": { "roles": ["moderator"] } }. Prints "ready".
import { readFileSync } from 'node:fs';

const config = JSON.parse(readFileSync(process.argv[2], 'utf8'));
if (config.skewSeconds) {
  const now = Date.now;
  Date.now = () => now() + config.skewSeconds * 1000;
}
const { default: Provider } = await import('oidc-provider');

const people = () => JSON.parse(readFileSync(config.people, 'utf8'));
const provider = new Provider(`http://127.0.0.1:${config.port}`, {
  clients: [
    {
      client_id: 'modconsole',
      client_secret: 'a secret of the tests, long enough',
      redirect_uris: [`${config.console}/oidc/callback`],
      post_logout_redirect_uris: [config.console],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    },
  ],
  claims: { openid: ['sub'], profile: ['preferred_username', 'roles'] },
  // As most providers do: renewals without a scope of their own.
  issueRefreshToken: async () => config.renews,
  rotateRefreshToken: true,
  ttl: {
    AccessToken: config.accessTokenSeconds,
    Grant: 86400,
    IdToken: 3600,
    Interaction: 3600,
    RefreshToken: 86400,
    Session: 86400,
  },
  cookies: { keys: ['of the tests'] },
  async findAccount(_, id) {
    const known = people()[id];
    if (!known) return undefined;
    return {
      accountId: id,
      claims: async () => ({ sub: id, preferred_username: id, ...known }),
    };
  },
});
provider.listen(config.port, '127.0.0.1', () => console.log('ready'));

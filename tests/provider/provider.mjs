// SPDX-License-Identifier: EUPL-1.2
// A certified OpenID provider on loopback, with its own login and consent forms. Run as
// `node provider.mjs PORT CALLBACK SIGNED_OUT`; it says `ready` and ends with its standard input.
//
// Who signs in as `anna~secretariat,other~29189579` is Anna, with these roles and this CVR number.

import process from 'node:process'

import Provider from 'oidc-provider'

const [port, callback, signedOut] = process.argv.slice(2)
const issuer = `http://127.0.0.1:${port}`
const client = {
  grant_types: ['authorization_code'],
  post_logout_redirect_uris: [signedOut],
  redirect_uris: [callback],
  response_types: ['code']
}

const provider = new Provider(issuer, {
  claims: { openid: ['sub', 'groups', 'cvr'], profile: ['name'], asked: ['roles'] },
  clients: [
    { ...client, client_id: 'sagsgang', client_secret: 'only-for-tests-and-nowhere-else' },
    { ...client, client_id: 'open', token_endpoint_auth_method: 'none' }
  ],
  conformIdTokenClaims: false,
  cookies: { keys: ['only-for-tests'] },
  features: { devInteractions: { enabled: true } },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => {
      const [name, roles, cvr] = id.split('~')
      return { cvr, groups: roles.split(','), name, roles: roles.split(','), sub: id }
    }
  }),
  pkce: { required: () => true },
  scopes: ['openid', 'profile', 'asked'],
  ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 }
})

process.stdin.on('end', () => process.exit(0)).resume()
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'))

// docs/options.md, from the types and docstrings of the options: what is written there is what an editor shows.
import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { generate } from './generated.mjs'

const sources = [
  'options',
  'requirements',
  'http-options',
  'breaker-options',
  'introspection-request-options',
  'signed-introspection-options',
  'revocation/revocation-options',
].map((name) => {
  const path = `packages/core/src/${name}.ts`
  return ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
})

/** The members of an interface or type by name, each with its type and docstring; of two of one name the first that is documented. */
function members(typeName) {
  const found = new Map()
  const visit = (node) => {
    if (ts.isPropertySignature(node) && node.name !== undefined && node.type?.kind !== ts.SyntaxKind.NeverKeyword) {
      const name = node.name.getText()
      if (!found.has(name))
        found.set(name, {
          name,
          type: node.type.getText().replaceAll(/\s+|<Native>/g, (found) => (found.trim() === '' ? ' ' : '')),
          doc: docOf(node),
        })
    } else ts.forEachChild(node, visit)
  }
  for (const source of sources) {
    for (const statement of source.statements) {
      if ((ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) && statement.name.text === typeName)
        visit(statement)
    }
  }
  if (found.size === 0) throw new Error(`${typeName} has no members: has it moved?`)
  return [...found.values()]
}

function docOf(node) {
  const text = ts
    .getJSDocCommentsAndTags(node)
    .map((doc) => ts.getTextOfJSDocComment(doc.comment) ?? '')
    .join(' ')
  if (text === '') throw new Error(`${node.getText()} has no docstring`)
  return text.replaceAll(/\s+/g, ' ')
}

const typeParameters = { A: 'boolean', S: 'StandardSchemaV1' }
const shown = new Set()

function table(rows) {
  for (const { name } of rows) shown.add(name)
  const cell = (text) => text.replaceAll('|', '\\|')
  return [
    '| option | type | what it does |',
    '| --- | --- | --- |',
    ...rows.map(({ name, type, doc }) => `| \`${name}\` | \`${cell(typeParameters[type] ?? type)}\` | ${cell(doc)} |`),
  ].join('\n')
}

/** The members of an option that is an object, under its name. */
const below = (option, typeName) => members(typeName).map((row) => ({ ...row, name: `${option}.${row.name}` }))

const requirements = members('Requirements')
const ofServer = [...members('CommonAsking'), ...members('Asking'), ...members('Settings')]
// The server's `audience` has a meaning of its own; an answer's age is a matter of a route.
const shared = requirements.filter(({ name }) => name !== 'audience' && name !== 'maxAnswerAgeSeconds')

const page = `# Options

Made from the docstrings in \`packages/core/src/options.ts\` and the files beside it by \`npm run generate\`: change them there.

Wrong options are one \`TypeError\` when the middleware is made. It names every fault: a value of the wrong kind, an unknown name and the
nearest known one, and a key that is there with the value \`undefined\` (lest a missing environment variable switch a check off).

## Whom to ask, and as whom

${table([...members('Endpoint'), ...members('Credentials')])}

## What a token must have

These hold for every request. A route can ask for more (below), never for less.

${table([...ofServer.filter(({ name }) => name === 'audience'), ...shared, ...ofServer.filter(({ name }) => /^(scope|require|clock|expiry)/.test(name))])}

## How a request is read and answered

${table(ofServer.filter(({ name }) => ['tokenSources', 'tokenSyntax', 'maxTokenLength', 'optional', 'skipPreflight', 'corsExposeHeaders', 'realm', 'claims'].includes(name)))}

## How the authorization server is asked

${table(ofServer.filter(({ name }) => ['timeoutMs', 'maxResponseBytes', 'retries', 'maxConcurrentCalls', 'admission', 'streamRecheckSeconds', 'now', 'onEvent'].includes(name)))}

## What happens when it is down

${table([...ofServer.filter(({ name }) => name === 'breaker'), ...below('breaker', 'BreakerOptions')])}

## How connections to it are made

${table([...ofServer.filter(({ name }) => name === 'http'), ...below('http', 'HttpOptions'), ...ofServer.filter(({ name }) => name === 'transport')])}

## The shape of introspection requests

${table([...ofServer.filter(({ name }) => name === 'introspectionRequest'), ...below('introspectionRequest', 'IntrospectionRequestOptions')])}

## How its replies are taken

${table([...ofServer.filter(({ name }) => name === 'introspectionReply'), ...below('introspectionReply', 'IntrospectionReplyOptions')])}

## How they are signed

${table([...ofServer.filter(({ name }) => name === 'signedIntrospection'), ...below('signedIntrospection', 'SignedReplyOptions'), ...below('signedIntrospection', 'SignedIntrospectionOptions')])}

## Several authorization servers

In place of the options under "Whom to ask" and of those of requests, replies and signatures, which each of them then has of its own.
Requirements of an entry stand on top of the resource server's; \`scopeSeparator\`, \`timeoutMs\` and \`http\` in place of them.

${table([...members('Several'), ...below('authorizationServers[]', 'ListedServerOptions').filter(({ name }) => /\.(name|tokenPrefix|fallback|audience|requireIssuer)$/.test(name))])}

## What is remembered

${table([...ofServer.filter(({ name }) => name === 'cache'), ...below('cache', 'CacheOptions')])}

## How it becomes known that tokens have ended

[revocation.md](revocation.md) says what each of them needs.

${table([...ofServer.filter(({ name }) => name === 'revocation'), ...below('revocation', 'RevocationOptions'), ...below('revocation.transmitters[]', 'TransmitterIdentity'), ...below('revocation.transmitters[]', 'TransmitterOptions')])}

## Requirements of a route

For \`introspect(resourceServer, requirements)\`, \`requireToken(requirements)\`, \`authorize()\` and \`check()\`.

${table(requirements)}
`

const missing = ofServer.filter(({ name }) => !shown.has(name))
if (missing.length > 0) throw new Error(`in no group of this page: ${missing.map(({ name }) => name).join(', ')}`)
generate('docs/options.md', page)

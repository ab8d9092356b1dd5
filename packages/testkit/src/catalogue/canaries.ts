/**
 * Looks for the token and the client secret of a row, which are in nothing else, wherever something comes out.
 *
 * @module
 */
import { inspect } from 'node:util'
import type { Observed } from './observed.ts'

/** Where they are, in words. */
export function findCanaries(observed: Observed): readonly string[] {
  const { token, clientSecret, events, shown, output, happened, calls, strays, elsewhere, errors } = observed
  const secrets = {
    'the token': token,
    'the client secret': clientSecret,
    'the Basic credentials': Buffer.from(`rs-client:${clientSecret}`).toString('base64'),
  }
  const places = {
    'an answer': happened.answers.map(({ text }) => text),
    'the output': output,
    'an event': events.map(printed),
    'an error': errors.map((error) => inspect(error, { depth: 12, showHidden: true }) + printed(error)),
    'what inspect shows': shown,
    'a URL': [...calls, ...strays].map(({ url }) => url),
    'a request to another host': elsewhere.map(({ url, rawHeaders, body }) => [url, ...rawHeaders, body].join('\n')),
  }
  return Object.entries(secrets).flatMap(([secret, value]) =>
    Object.entries(places)
      .filter(([, texts]) => texts.some((text) => text.includes(value)))
      .map(([place]) => `${secret} is in ${place}`),
  )
}

/** What is printed of a value. */
export function printed(value: unknown): string {
  return inspect(value, { depth: 12 }) + JSON.stringify(value)
}

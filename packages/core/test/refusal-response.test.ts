import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import { describe, expect, test } from '@jest/globals'
import { listen } from '@oauth-introspect/testkit'
import { type Refused, refuse } from '../src/challenge.ts'
import { isAppended, refusalResponse, writeHeaders, writeRefusal } from '../src/refusal-response.ts'

const cause = new Error('CANARY of the operator')
const inactive = refuse('token_inactive', { realm: 'api' }, { cause })
const unavailable = refuse('authorization_server_unavailable', { realm: 'api' }, { retryAfterSeconds: 7, cause })
const challenge = 'Bearer realm="api", error="invalid_token", error_description="the access token is not valid for this resource"'
const body = '{"error":"invalid_token","error_description":"the access token is not valid for this resource"}'

interface Answer {
  readonly status: number | undefined
  /** Every line of a field. */
  readonly lines: (name: string) => string[]
  readonly body: string
}

/** What a client receives over a real socket from a server that answers so. */
async function answerOf(act: (response: ServerResponse) => void, method = 'GET'): Promise<Answer> {
  const thrown: unknown[] = []
  const server = createServer((incoming, response) => {
    incoming.resume()
    try {
      act(response)
    } catch (error) {
      thrown.push(error)
      response.end()
    }
  })
  const { origin, close } = await listen(server)
  try {
    const client = send(origin, { method, agent: false }).end()
    const [response] = (await once(client, 'response')) as [IncomingMessage]
    let text = ''
    for await (const chunk of response.setEncoding('utf8')) text += String(chunk)
    expect(thrown).toStrictEqual([])
    return { status: response.statusCode, lines: (name) => response.headersDistinct[name] ?? [], body: text }
  } finally {
    await close()
  }
}

describe('a refusal written to a Node response', () => {
  test('has its status, headers and JSON [CH-01]', async () => {
    const answer = await answerOf((response) => {
      writeRefusal(inactive, response)
    })
    expect(answer.status).toBe(401)
    expect(answer.lines('www-authenticate')).toStrictEqual([challenge])
    expect(answer.lines('cache-control')).toStrictEqual(['no-store'])
    expect(answer.lines('content-type')).toStrictEqual(['application/json'])
    expect(answer.lines('retry-after')).toStrictEqual([])
    expect(answer.body).toBe(body)
  })

  test('for a fault of our side has no challenge and an empty object [ER-12] [ER-14]', async () => {
    const answer = await answerOf((response) => {
      writeRefusal(unavailable, response)
    })
    expect(answer.status).toBe(503)
    expect(answer.lines('retry-after')).toStrictEqual(['7'])
    expect(answer.lines('www-authenticate')).toStrictEqual([])
    expect(answer.body).toBe('{}')
  })

  test('has no content for HEAD', async () => {
    const answer = await answerOf((response) => {
      writeRefusal(inactive, response)
    }, 'HEAD')
    expect([answer.status, answer.body]).toStrictEqual([401, ''])
    expect(answer.lines('www-authenticate')).toStrictEqual([challenge])
  })

  test('stands beside challenges and Vary of others, and replaces the rest [CH-09] [CH-21]', async () => {
    const answer = await answerOf((response) => {
      response.setHeader('WWW-Authenticate', 'Basic realm="other"')
      response.setHeader('Vary', 'Origin')
      response.setHeader('Cache-Control', 'public')
      response.setHeader('Content-Type', 'text/html')
      response.setHeader('X-Request-Id', '1')
      writeRefusal({ ...inactive, headers: [...inactive.headers, ['Vary', 'Authorization']] }, response)
    })
    expect(answer.lines('www-authenticate')).toStrictEqual(['Basic realm="other"', challenge])
    expect(answer.lines('vary')).toStrictEqual(['Origin', 'Authorization'])
    expect(answer.lines('cache-control')).toStrictEqual(['no-store'])
    expect(answer.lines('content-type')).toStrictEqual(['application/json'])
    expect(answer.lines('x-request-id')).toStrictEqual(['1'])
  })

  test('is not written where an answer has been sent already', async () => {
    const answer = await answerOf((response) => {
      response.writeHead(200, { 'Content-Type': 'text/plain' })
      response.write('part, ')
      writeRefusal(inactive, response)
      response.end('rest')
    })
    expect([answer.status, answer.body]).toStrictEqual([200, 'part, rest'])
    expect(answer.lines('www-authenticate')).toStrictEqual([])
  })
})

describe('headers written to a Node response', () => {
  test('leave the answer open', async () => {
    const answer = await answerOf((response) => {
      writeHeaders(
        [
          ['Cache-Control', 'private'],
          ['Vary', 'Authorization'],
        ],
        response,
      )
      response.end('granted')
    })
    expect([answer.status, answer.body]).toStrictEqual([200, 'granted'])
    expect(answer.lines('cache-control')).toStrictEqual(['private'])
    expect(answer.lines('vary')).toStrictEqual(['Authorization'])
  })

  test.each([
    ['WWW-Authenticate', true],
    ['Vary', true],
    ['Cache-Control', false],
    ['Retry-After', false],
    ['DPoP-Nonce', false],
  ])('%s is appended: %p', (name, expected) => {
    expect(isAppended(name)).toBe(expected)
  })
})

describe('a refusal as a web response', () => {
  test('has its status, headers and JSON [CH-01]', async () => {
    const response = refusalResponse(inactive)
    expect(response.status).toBe(401)
    expect([...response.headers]).toStrictEqual([
      ['cache-control', 'no-store'],
      ['content-type', 'application/json'],
      ['www-authenticate', challenge],
    ])
    await expect(response.text()).resolves.toBe(body)
  })

  test('for a fault of our side has no challenge and an empty object [ER-12] [ER-14]', async () => {
    const response = refusalResponse(unavailable)
    expect(response.status).toBe(503)
    expect([...response.headers]).toStrictEqual([
      ['cache-control', 'no-store'],
      ['content-type', 'application/json'],
      ['retry-after', '7'],
    ])
    await expect(response.text()).resolves.toBe('{}')
  })

  test('keeps several challenges [CH-09]', () => {
    const several: Refused = { ...inactive, headers: [...inactive.headers, ['WWW-Authenticate', 'DPoP realm="api", algs="ES256"']] }
    expect(refusalResponse(several).headers.get('www-authenticate')).toBe(`${challenge}, DPoP realm="api", algs="ES256"`)
  })
})

test('neither form shows the cause [CH-26]', async () => {
  const answer = await answerOf((response) => {
    writeRefusal(unavailable, response)
  })
  const web = refusalResponse(unavailable)
  expect(JSON.stringify([answer, [...web.headers], await web.text()])).not.toContain('CANARY')
})

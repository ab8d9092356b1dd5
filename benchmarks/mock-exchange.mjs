// Requests and responses of Node without a socket. Header values are strings as the parser makes them: fresh for each request, so that no
// digest of theirs is known to the engine yet.
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'

/** A function that hands one request with this token to a listener, and gives the status when it has been answered. */
export function exchangeWith(listener) {
  // Nothing more to read: what answers errors waits for the end of the request.
  const socket = Object.defineProperty(new Socket(), 'readable', { value: false })
  return async (authorization) => {
    const request = new IncomingMessage(socket)
    request.httpVersionMajor = 1
    request.httpVersionMinor = 1
    request.httpVersion = '1.1'
    request.method = 'GET'
    request.url = '/'
    const headers = ['Host', 'api.example', 'Accept', '*/*', 'Authorization', authorization.latin1Slice(0, authorization.length)]
    request._addHeaderLines(headers, headers.length) // as the parser does
    request.complete = true
    const response = new ServerResponse(request)
    await listener(request, response)
    if (!response.writableEnded) await end(response)
    return response.statusCode
  }
}

/** Waits for what is answered later: without a socket there is no event for it. */
function end(response) {
  return new Promise((resolve) => {
    const { end } = response
    response.end = (...content) => {
      response.end = end
      resolve()
      return response.end(...content)
    }
  })
}

/** The value of an `Authorization` header, as bytes. */
export const bearer = (token) => Buffer.from(`Bearer ${token}`, 'latin1')

// The page of the console. It writes text only, never markup, and keeps no token.
const byId = (id) => document.getElementById(id)
const shownRequests = 100

function element(name, content = '', className = '') {
  const made = document.createElement(name)
  if (className !== '') made.className = className
  made.append(...[content].flat())
  return made
}

function row(...cells) {
  const made = document.createElement('tr')
  made.append(...cells.map((cell) => (cell instanceof HTMLElement && cell.tagName === 'TD' ? cell : element('td', cell))))
  return made
}

async function call(path, method = 'GET', json = undefined) {
  const headers = json === undefined ? {} : { 'content-type': 'application/json' }
  const response = await fetch(path, { method, headers, body: json === undefined ? undefined : JSON.stringify(json) })
  const text = await response.text()
  const body = text === '' ? undefined : JSON.parse(text)
  if (!response.ok) throw new Error(body?.error_description ?? `The server answered ${response.status}.`)
  return body
}

const clock = (ms) => new Date(ms).toLocaleTimeString(undefined, { hour12: false })

// What changes often is asked for once in a while, not for each event.
function seldom(act) {
  let [running, again] = [false, false]
  return async function run() {
    if (running) {
      again = true
      return
    }
    running = true
    try {
      await act()
    } catch {
      // The next event asks again.
    } finally {
      running = false
    }
    if (again) {
      again = false
      await run()
    }
  }
}

const showUsage = seldom(async () => {
  const { totals } = await call('/usage?minutes=1')
  const kinds = ['issued', 'asked', 'inactive', 'refused', 'revoked']
  const rows = Object.entries(totals).map(([client, counts]) => row(client, ...kinds.map((kind) => String(counts[kind]))))
  byId('usage').replaceChildren(...(rows.length > 0 ? rows : [row('none yet', '', '', '', '', '')]))
})

const showTokens = seldom(async () => {
  const focused = document.activeElement?.dataset?.key
  const rows = (await call('/console/tokens')).map((token) => {
    const name = token.digest.slice(0, 8)
    const buttons =
      token.state !== 'ACTIVE'
        ? []
        : ['Revoke', 'Expire'].map((what) => {
            const button = element('button', what)
            button.type = 'button'
            button.dataset.key = `${what} ${name}`
            button.setAttribute('aria-label', `${what} token ${name}`)
            button.addEventListener(
              'click',
              () => void call(`/console/tokens/${what.toLowerCase()}`, 'POST', { digest: token.digest }).then(showTokens),
            )
            return button
          })
    const state = element('td', token.state, token.state === 'ACTIVE' ? 'good' : 'bad')
    const owner = token.username === undefined ? token.clientId : `${token.clientId} for ${token.username}`
    const use = token.use.replace('_token', '')
    return row(
      element('code', name),
      token.server,
      use,
      owner,
      token.scopes.join(' '),
      state,
      clock(token.expiresAt * 1000),
      element('td', buttons),
    )
  })
  byId('tokens').replaceChildren(...(rows.length > 0 ? rows : [row('none yet', '', '', '', '', '', '', '')]))
  if (focused !== undefined) document.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus()
})

function showRequest({ at, server, method, path, clientId, status, outcome, fault, durationMs }) {
  const told = [outcome, fault === undefined ? undefined : `fault: ${fault}`].filter((part) => part !== undefined).join(', ')
  const state = element('td', status === 0 ? 'cut' : String(status), status >= 200 && status < 400 ? 'good' : 'bad')
  const list = byId('requests')
  list.prepend(row(clock(at), server, element('code', `${method} ${path}`), clientId, state, told, `${durationMs} ms`))
  while (list.childElementCount > shownRequests) list.lastElementChild.remove()
}

async function showFaults() {
  const faults = await call('/faults')
  const tell = ({ endpoint, ...rest }) =>
    `${endpoint}: ${Object.entries(rest)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}`
  byId('faults').replaceChildren(
    ...(faults.length > 0 ? faults.map((fault) => element('li', tell(fault), 'bad')) : [element('li', 'none', 'good')]),
  )
}

byId('issue').addEventListener('submit', async (event) => {
  event.preventDefault()
  const { server, clientId, scope } = Object.fromEntries(new FormData(event.target))
  const message = byId('issued')
  try {
    const { token, digest } = await call('/console/tokens', 'POST', { server, clientId, ...(scope === '' ? {} : { scope }) })
    message.className = ''
    message.replaceChildren('Shown once: ', element('code', token), ` (${digest.slice(0, 8)})`)
  } catch (error) {
    message.className = 'bad'
    message.replaceChildren(error.message)
  }
})

byId('fault').addEventListener('submit', async (event) => {
  event.preventDefault()
  const { endpoint, kind, value } = Object.fromEntries(new FormData(event.target))
  const meant = kind === 'reset' ? true : kind === 'status' || kind === 'delayMs' ? Number(value) : value
  try {
    await call('/faults', 'PUT', [{ endpoint, [kind]: meant }, ...(await call('/faults'))])
    byId('fault-message').replaceChildren()
  } catch (error) {
    byId('fault-message').replaceChildren(error.message)
  }
  await showFaults()
})

byId('faults-off').addEventListener('click', async () => {
  await call('/faults', 'DELETE')
  await showFaults()
})

const { servers, clients } = await call('/console/about')
byId('servers').replaceChildren(
  Object.entries(servers)
    .map(([name, origin]) => `${name}: ${origin}`)
    .join(' · '),
)
document.querySelector('[name=server]').append(...Object.keys(servers).map((name) => element('option', name)))
document
  .querySelector('[name=clientId]')
  .append(...clients.filter(({ scopes }) => scopes.length > 0).map(({ clientId }) => element('option', clientId)))
await Promise.all([showUsage(), showTokens(), showFaults()])

const events = new EventSource('/console/events')
events.addEventListener('open', () => {
  byId('requests').replaceChildren()
  byId('connection').replaceChildren('Connected: what happens is shown as it happens.')
})
events.addEventListener('error', () => byId('connection').replaceChildren('Not connected: the server does not answer.'))
events.addEventListener('message', ({ data }) => {
  const event = JSON.parse(data)
  if (event.type === 'request') showRequest(event)
  if (event.type === 'token') void showTokens()
  if (event.fault !== undefined) void showFaults()
  void showUsage()
})

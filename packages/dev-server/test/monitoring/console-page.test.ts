import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { createDevServer, type DevServer } from '@oauth-introspect/dev-server'
import { type Browser, chromium, type Page } from 'playwright-core'
import { ask } from '../dialects/wire.ts'
import { introspectAt } from '../requests.ts'

jest.setTimeout(120_000)

const names = ['chromium', 'chromium-browser', 'google-chrome']
const folders = (process.env['PATH'] ?? '').split(delimiter)
const executablePath = folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path))

if (executablePath === undefined) {
  const reason = 'there is no Chromium: apt-get install chromium'
  // Past jest, which keeps back what a skipped file prints.
  process.stderr.write(`The console's page is NOT tested: ${reason}\n`)
  test.skip(`the console's page is not tested: ${reason}`, () => undefined)
} else {
  let browser: Browser
  let server: DevServer
  let page: Page
  const wrong: string[] = []

  beforeAll(async () => {
    server = await createDevServer({ console: true, dialects: { axway: true } })
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-background-networking'] })
    page = await browser.newPage()
    page.on('console', (message) => {
      if (message.type() === 'error') wrong.push(message.text())
    })
    page.on('pageerror', (error) => wrong.push(error.message))
    page.on('request', (request) => {
      if (!request.url().startsWith(`${server.issuer}/`) && !request.url().startsWith('data:')) wrong.push(`it asks ${request.url()}`)
    })
    await page.goto(server.consoleUrl ?? '')
    await page.getByText('Connected: what happens').waitFor()
  })
  afterAll(async () => {
    await browser.close()
    await server.close()
  })

  const tokenRows = () => page.locator('#tokens tr')
  const requestRows = () => page.locator('#requests tr')

  test('shows requests as they are answered', async () => {
    const token = await server.dialect('axway').issueToken()
    await introspectAt(server, token)
    await ask(server.dialect('axway').introspectionEndpoint, { form: { token: 'unknown' }, user: 'api:api-secret' })
    await requestRows().nth(1).waitFor()
    expect(await requestRows().allInnerTexts()).toEqual([
      expect.stringMatching(/axway\s+POST \/api\/oauth\/introspect\s+api\s+200\s+inactive/),
      expect.stringMatching(/standard\s+POST \/introspect\s+api\s+200\s+active/),
    ])
    await page.getByRole('row', { name: /^api 0 2 1 0 0$/ }).waitFor()
    expect(await page.content()).not.toContain(token)
  })

  test('issues a token by button, shows it once, and ends it by button', async () => {
    await page.getByLabel('Server').selectOption('axway')
    await page.getByLabel('Scope').fill('read')
    await page.getByRole('button', { name: 'Issue' }).click()
    const token = await page.locator('#issued code').innerText()
    expect(await introspectAt(server, token)).toMatchObject({ active: true, scope: 'read' })
    await tokenRows().nth(1).waitFor()
    await page
      .getByRole('button', { name: /^Revoke token/ })
      .first()
      .click()
    await tokenRows().first().getByText('REVOKED').waitFor()
    expect(await introspectAt(server, token)).toEqual({ active: false })
    await page
      .getByRole('button', { name: /^Expire token/ })
      .first()
      .click()
    await tokenRows().nth(1).getByText('EXPIRED').waitFor()
    await page.reload()
    await page.getByText('Connected: what happens').waitFor()
    expect(await page.content()).not.toContain(token)
    expect(await page.getByRole('button', { name: /^Revoke/ }).count()).toBe(0)
  })

  test('switches faults on and off, and says what is wrong with one', async () => {
    await page.getByRole('button', { name: 'Switch on' }).click()
    await page.getByText('introspection: status 503').waitFor()
    expect(server.faults).toEqual([{ endpoint: 'introspection', status: 503 }])
    await page.getByLabel('Value').fill('9')
    await page.getByRole('button', { name: 'Switch on' }).click()
    await page.getByRole('alert').getByText('must be a whole number from 200 to 599, got 9').waitFor()
    await page.getByRole('button', { name: 'Switch all off' }).click()
    await page.locator('#faults').getByText('none').waitFor()
    expect(server.faults).toEqual([])
    expect(wrong.splice(0)).toEqual([expect.stringContaining('400 (Bad Request)')])
  })

  test('can be used by keyboard, and names all that it shows and asks', async () => {
    await page.keyboard.press('Tab')
    const unnamed = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLInputElement>('input, select, button')]
        .filter((each) => (each.labels?.length ?? 0) === 0 && each.textContent.trim() === '' && !each.hasAttribute('aria-label'))
        .map((each) => each.outerHTML),
    )
    expect(unnamed).toEqual([])
    expect(await page.getByRole('heading', { level: 2 }).allInnerTexts()).toEqual([
      'Usage',
      'Issue a token',
      'Faults',
      'Tokens',
      'Requests',
    ])
    expect(await page.getByRole('region').count()).toBeGreaterThanOrEqual(5)
  })

  test.each(['light', 'dark'] as const)('can be read in %s: contrast is 4.5 to 1 at least', async (colorScheme) => {
    await page.emulateMedia({ colorScheme })
    const lowest = await page.evaluate(() => {
      const luminance = (color: string): number => {
        const [red = 0, green = 0, blue = 0] = (color.match(/\d+/g) ?? []).map((part) => {
          const share = Number(part) / 255
          return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
        })
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue
      }
      const backgroundOf = (from: Element): string => {
        for (let at: Element | null = from; at !== null; at = at.parentElement) {
          const { backgroundColor } = getComputedStyle(at)
          if (backgroundColor !== 'rgba(0, 0, 0, 0)') return backgroundColor
        }
        return 'rgb(255, 255, 255)'
      }
      const ratios = [...document.querySelectorAll('h1, h2, p, td, th, caption, label, button, input, select, li')].map((each) => {
        const [one, other] = [luminance(getComputedStyle(each).color), luminance(backgroundOf(each))]
        return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
      })
      return Math.min(...ratios)
    })
    expect(lowest).toBeGreaterThanOrEqual(4.5)
  })

  test.each([1200, 800, 360])('fits a window of %d pixels: what is wider scrolls in its own place', async (width) => {
    await page.setViewportSize({ width, height: 800 })
    const tooWide = await page.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll('section')]
        .filter((each) => each.scrollWidth > each.clientWidth)
        .map((each) => each.tagName),
    )
    expect(tooWide).toEqual([])
  })

  test('does nothing that its policy forbids, and asks nobody else', () => {
    expect(wrong).toEqual([])
  })
}

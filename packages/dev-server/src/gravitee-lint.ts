/**
 * `oauth-introspect-dev gravitee-lint`: says what a configuration of Gravitee's resource means to `fromGravitee()`. Secrets are not shown.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { explainGravitee } from '@oauth-introspect/core'

/** What the command prints, and its exit code: 0 without faults, 1 with, 2 when it was called wrongly. */
export interface Lint {
  readonly text: string
  readonly exitCode: 0 | 1 | 2
}

const usage = 'oauth-introspect-dev gravitee-lint <resource.json> [--policy <policy.json>] [--check-token]'

/** Reads the files named by the arguments, and explains them. */
export function lintGravitee(args: readonly string[]): Lint {
  const options = { policy: { type: 'string' }, 'check-token': { type: 'boolean' } } as const
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    const [file, ...more] = positionals
    if (file === undefined || more.length > 0) return { text: `usage: ${usage}\n`, exitCode: 2 }
    const policy = values.policy === undefined ? {} : { policy: read(values.policy) }
    return explain(read(file), { ...policy, checkToken: values['check-token'] === true })
  } catch (error) {
    // parseArgs() repeats what it was given, which is no secret: names of files and flags.
    return { text: `${(error as Error).message}\nusage: ${usage}\n`, exitCode: 2 }
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new Error(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'it cannot'}`, { cause: error })
  }
}

function explain(resource: string, settings: Parameters<typeof explainGravitee>[1]): Lint {
  const { understood, differences, faults } = explainGravitee(resource, settings)
  const unused = differences.filter(({ code }) => code === 'OPTIONS_UNUSED')
  const different = differences.filter(({ code }) => code !== 'OPTIONS_UNUSED')
  const text = [
    ...section('Understood', understood, ({ option, becomes }) => `${option}: ${becomes}`),
    ...section('Different here', different, ({ option, code, why }) => `${option} [${code}]: ${why}`),
    ...section('Without effect', unused, ({ option, why }) => `${option}: ${why}`),
    ...section('Faults', faults, (fault) => fault),
  ]
  return { text: `${text.join('\n')}\n`, exitCode: faults.length === 0 ? 0 : 1 }
}

function section<Item>(title: string, items: readonly Item[], show: (item: Item) => string): readonly string[] {
  return items.length === 0 ? [] : [title, ...items.map((item) => `  ${show(item)}`)]
}

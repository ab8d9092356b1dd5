/**
 * The option `dialects`: which other products' servers are to be had, and their settings.
 *
 * @module
 */
import { type OptionFaults, readMembers } from '../option-faults.ts'
import { type AxwaySettings, type ResolvedAxwaySettings, readAxway } from './axway-settings.ts'
import { type CheckTokenSettings, readCheckToken } from './check-token.ts'
import { type FriendlySettings, readFriendly } from './friendly-settings.ts'
import { readWso2, type Wso2Settings } from './wso2-settings.ts'

/** Each dialect listens on a port of its own; `true` stands for its defaults. */
export interface DialectOptions {
  /** WSO2 Identity Server, by TLS. */
  readonly wso2?: true | Wso2Settings
  /** Friendly OAuth2 Server. */
  readonly friendly?: true | FriendlySettings
  /** `check_token` of Spring Security OAuth, as Gravitee's example calls it. */
  readonly checkToken?: true | CheckTokenSettings
  /** Axway API Gateway. */
  readonly axway?: true | AxwaySettings
}

/** The name of a dialect. */
export type DialectName = keyof DialectOptions

/** Settings of the dialects that are wanted. */
export interface ResolvedDialects {
  readonly wso2?: Required<Wso2Settings>
  readonly friendly?: Required<FriendlySettings>
  readonly checkToken?: Required<CheckTokenSettings>
  readonly axway?: ResolvedAxwaySettings
}

/** All of them, in the order in which they are told. */
export const dialectNames: readonly DialectName[] = ['wso2', 'friendly', 'checkToken', 'axway']

/** Reads the option; what is wrong goes to `faults`. */
export function readDialects(value: unknown, option: string, faults: OptionFaults): ResolvedDialects {
  const given = readMembers(value, { known: dialectNames }, faults, option) ?? new Map<string, unknown>()
  const read = <T>(name: DialectName, reader: (value: unknown, path: string, faults: OptionFaults) => T): { readonly [key: string]: T } => {
    if (!given.has(name)) return {}
    const settings = given.get(name)
    return { [name]: reader(settings === true ? {} : settings, `${option}.${name}`, faults) }
  }
  return {
    ...read('wso2', readWso2),
    ...read('friendly', readFriendly),
    ...read('checkToken', readCheckToken),
    ...read('axway', readAxway),
  }
}

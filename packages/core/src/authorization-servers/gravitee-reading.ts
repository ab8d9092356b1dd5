/**
 * What is learnt from a configuration of Gravitee: what was understood, what is different here, what is wrong.
 *
 * @module
 */
import type { WarningCode } from '../events.ts'
import { OptionFaults } from '../option-faults.ts'
import type { ExpressionResolver, Findings } from './gravitee-document.ts'

/** What became of an option. */
export interface GraviteeFinding {
  /** The option's name, as Gravitee has it. */
  readonly option: string
  /** In words, without any secret. */
  readonly becomes: string
}

/** What an operator should know of. */
export interface GraviteeDifference {
  readonly option: string
  /** The `warning` event that a resource server with these options tells. */
  readonly code: WarningCode
  readonly why: string
}

/** Gathers what is found out while the documents are read. */
export class GraviteeReading implements Findings {
  readonly faults: OptionFaults = new OptionFaults()
  readonly understood: GraviteeFinding[] = []
  readonly differences: GraviteeDifference[] = []
  readonly resolve: ExpressionResolver | undefined

  constructor(resolve: ExpressionResolver | undefined) {
    this.resolve = resolve
  }

  understands(option: string, becomes: string): void {
    this.understood.push({ option, becomes })
  }

  differs(option: string, code: WarningCode, why: string): void {
    this.differences.push({ option, code, why })
  }

  unused(option: string, why: string): void {
    this.differs(option, 'OPTIONS_UNUSED', why)
  }
}

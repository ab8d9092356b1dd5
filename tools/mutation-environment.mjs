// A test file stops at its first failure, which is all that is asked of a mutant: neither jest nor Stryker can do so by itself.
import { TestEnvironment } from 'jest-environment-node'

export default class extends TestEnvironment {
  #failed = false

  handleTestEvent({ name, test }) {
    if (name === 'test_done' && test.errors.length > 0) this.#failed = true
    if (name === 'test_start' && this.#failed) test.mode = 'skip'
  }
}

import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { encodeForm, writeForm } from '../src/form.ts'

const any = fc.string({ unit: 'binary' })

describe('a form', () => {
  it('is written as URLSearchParams writes it, whatever is in it [IR-04]', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(any, any)), (entries) => {
        const fields = Object.fromEntries(entries)
        expect(writeForm(fields)).toBe(new URLSearchParams(fields).toString())
      }),
    )
  })

  it('has every ASCII character as URLSearchParams has it', () => {
    for (let code = 0; code < 128; code++) {
      const character = String.fromCharCode(code)
      expect(encodeForm(character)).toBe(new URLSearchParams({ '': character }).toString().slice(1))
    }
  })

  it('keeps a line break at the end of a value apart from the value', () => {
    expect(writeForm({ token: 'tok\n', a: '' })).toBe('token=tok%0A&a=')
  })
})

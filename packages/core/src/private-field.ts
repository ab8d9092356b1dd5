/**
 * Keeps something with an object of somebody else's, in a private field that is set on it: nobody else can see it, plant it, or carry it over
 * to another object. A WeakMap would hide it as well; but its entries, each of which is followed up whenever garbage is collected, cost more
 * than all else that is done about a remembered answer.
 *
 * @module
 */

/** A private field of any objects. */
export interface PrivateField<Value> {
  get(of: object): Value | undefined
  set(of: object, value: Value): void
}

/** Makes a private field. */
export function createPrivateField<Value>(): PrivateField<Value> {
  return class Field extends Given {
    #value: Value

    private constructor(object: object, value: Value) {
      super(object)
      this.#value = value
    }

    static get(of: object): Value | undefined {
      return #value in of ? of.#value : undefined
    }

    static set(of: object, value: Value): void {
      if (#value in of) of.#value = value
      else new Field(of, value)
    }
  }
}

// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- what its constructor returns is what the fields of a derived class are set on
class Given {
  constructor(object: object) {
    return object
  }
}

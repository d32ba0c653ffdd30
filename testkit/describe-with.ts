import { describe } from 'vitest'
import { type Available, isMissing } from './available.ts'

/**
 * A `describe` that needs something which this machine may not have. When it is missing, the suite counts as one skipped test
 * that carries the reason in its name; else `body` gets what was asked for.
 */
export function describeWith<T>(needed: Available<T>, name: string, body: (value: T) => void): void {
  if (!isMissing(needed)) {
    describe(name, () => body(needed))
    return
  }
  const { missing } = needed
  console.warn(`Not run: ${name}: ${missing}`)
  describe(name, (it) => {
    it(`could not run: ${missing}`, ({ skip }) => skip(missing))
  })
}

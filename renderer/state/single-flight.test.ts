import { expect, it } from 'vitest'
import { createSingleFlight } from './single-flight.ts'

it('runs once at a time, and once more for all that asked meanwhile', async () => {
  const gates: (() => void)[] = []
  const fetch = createSingleFlight(() => new Promise<void>((resolve) => gates.push(resolve)))
  const first = fetch()
  const second = fetch()
  const third = fetch()
  expect(gates).toHaveLength(1)
  expect(third).toBe(second)
  gates[0]?.()
  await first
  await Promise.resolve()
  expect(gates).toHaveLength(2)
  gates[1]?.()
  await second
  const fourth = fetch()
  expect(gates).toHaveLength(3)
  gates[2]?.()
  await fourth
})

import { expect, test } from 'vitest'
import { parseArguments, unknownVerb } from './arguments.ts'
import { connections } from './commands/connections.ts'

test('an option that is close to a known one is taken for a typing error', () => {
  const options = [{ name: 'library', value: 'DIR', help: '' }]
  expect(() => parseArguments(['--libary', 'x'], options)).toThrow(
    'There is no option --libary here. Did you mean --library?',
  )
  expect(() => parseArguments(['--verbatim'], options)).toThrow(/There is no option --verbatim here\."/)
})

test('of a verb that there is not the message names a close one, else all', () => {
  expect(unknownVerb(connections, 'ad').details).toEqual({
    problem: 'There is no “ad” in orbital connections. Did you mean orbital connections add?',
  })
  expect(unknownVerb(connections, 'made').details).toEqual({
    problem: `There is no “made” in orbital connections. It takes: ${connections.usage}`,
  })
})

import { expect, test } from 'vitest'
import { closestTo } from './closest.ts'

const commands = ['publish', 'install', 'search', 'list', 'files', 'path', 'cat', 'remove', 'restore', 'info', 'du']

test.each([
  ['publsh', 'publish'],
  ['isntall', 'install'],
  ['serach', 'search'],
  ['fils', 'files'],
  ['Remove', 'remove'],
  ['instaal', 'install'],
])('%s means %s', (typed, meant) => {
  expect(closestTo(typed, commands)).toBe(meant)
})

test.each(['nonsense', 'get', 'rm', 'c', '', 'unpublishing', 'list all'])('%s means none of them', (typed) => {
  expect(closestTo(typed, commands)).toBeUndefined()
})

test('two mistakes are close in a long word only', () => {
  expect(closestTo('digit_recognisre2', ['digit_recogniser'])).toBe('digit_recogniser')
  expect(closestTo('doctor', ['vector'])).toBeUndefined()
})

test('of two letters only what goes on with them is meant', () => {
  expect(closestTo('ad', ['add', 'du'])).toBe('add')
  expect(closestTo('ls', ['is', 'li'])).toBeUndefined()
})

test('what parts words is no difference', () => {
  expect(closestTo('Team models', ['team-models', 'team-model'])).toBe('team-models')
  expect(closestTo('fraud-scorer', ['fraud_scorer'])).toBe('fraud_scorer')
})

test('where two are as close neither is named, where one is closer it is', () => {
  expect(closestTo('1.0.1', ['1.0.0', '1.0.2'])).toBeUndefined()
  expect(closestTo('model_ca', ['model_a', 'model_b', 'model_c'])).toBeUndefined()
  expect(closestTo('model_bert', ['model_berts', 'model_xbertz'])).toBe('model_berts')
})

import { beforeEach, expect, it } from 'vitest'
import {
  choosePath,
  currentPath,
  leavePath,
  onChosenAgain,
  publishPaths,
  replacePath,
  returnPath,
  usePublishQueue,
} from './publish-queue.ts'

const current = () => currentPath(usePublishQueue.getState())
const paths = () => usePublishQueue.getState().paths

beforeEach(() => usePublishQueue.setState({ paths: [], chosen: undefined }, true))

it('shows the next one when the one in view is done with', () => {
  publishPaths(['a', 'b', 'c'])
  choosePath('b')
  leavePath('b')
  expect(current()).toBe('c')
  leavePath('c')
  expect(current()).toBe('a')
})

it('leaves in view what is in view when a path comes again that was chosen once', () => {
  publishPaths(['a', 'b'])
  choosePath('b')
  leavePath('b')
  publishPaths(['b'])
  expect(current()).toBe('a')
})

it('shows one that waits already when it is chosen again, and tells of it', () => {
  const again: string[] = []
  onChosenAgain((path) => again.push(path))
  publishPaths(['a', 'b', 'c'])
  expect(again).toEqual([])
  publishPaths(['b'])
  expect(paths()).toEqual(['a', 'b', 'c'])
  expect(current()).toBe('b')
  expect(again).toEqual(['b'])
})

it('leaves in view what is in view when one that waits is left', () => {
  publishPaths(['a', 'b', 'c'])
  choosePath('c')
  leavePath('a')
  expect(current()).toBe('c')
  leavePath('b')
  expect(paths()).toEqual(['c'])
})

it('puts others in the place of one, and shows the first of them', () => {
  publishPaths(['a', 'c'])
  replacePath('a', ['b', 'd'])
  expect(paths()).toEqual(['b', 'd', 'c'])
  expect(current()).toBe('b')
})

it('goes to one that waits already when that is chosen in the place of another', () => {
  publishPaths(['a', 'b', 'c'])
  replacePath('a', ['c'])
  expect(paths()).toEqual(['c', 'b'])
  expect(current()).toBe('c')
  replacePath('c', ['c'])
  expect(paths()).toEqual(['c', 'b'])
})

it('puts what was left back into its place and shows it, once', () => {
  publishPaths(['a', 'b', 'c'])
  leavePath('b')
  returnPath('b', 1)
  expect(paths()).toEqual(['a', 'b', 'c'])
  expect(current()).toBe('b')
  returnPath('a', 2)
  expect(paths()).toEqual(['a', 'b', 'c'])
  expect(current()).toBe('a')
})

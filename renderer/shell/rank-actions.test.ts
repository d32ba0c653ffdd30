import { expect, it } from 'vitest'
import { rankActions, scoreOfAction } from './rank-actions.ts'

const actions = [
  { title: 'Go to Transfers', words: 'downloads uploads' },
  { title: 'Pause all transfers' },
  { title: 'Transfers at a time' },
  { title: 'Free up space', words: 'disk trash' },
]
const titles = (text: string) => rankActions(actions, text).map(({ title }) => title)

it('puts what begins so first, then what has such a word, then what is called so otherwise', () => {
  expect(titles('tra')).toEqual(['Transfers at a time', 'Go to Transfers', 'Pause all transfers', 'Free up space'])
})

it('finds words in any order, without accents and capitals', () => {
  expect(titles('transfers PAUSE')).toEqual(['Pause all transfers'])
  expect(scoreOfAction({ title: 'Café' }, 'cafe')).toBe(3)
})

it('leaves out what does not fit, and nothing where nothing was typed', () => {
  expect(titles('treasure')).toEqual([])
  expect(titles(' ')).toHaveLength(4)
})

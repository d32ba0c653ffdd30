import { expect, it } from 'vitest'
import { whyFound } from './why-found.ts'

const description = 'Scores payments of cards as they come in, with a threshold for each Größe of shop'
const each = { name: 'fraud_scorer', title: 'Fraud scorer', tags: ['Tabular data', 'risk'], description }

it('names the tag or the part of the description that a package was found for', () => {
  expect(whyFound(each, 'tabular fraud')).toBe('Tabular data')
  expect(whyFound(each, 'payments')).toBe(description)
  expect(whyFound(each, 'grosse')).toMatch(/^….{0,30}Größe of shop$/)
})

it('says nothing where the title or the name has every word', () => {
  expect(whyFound(each, 'scorer fraud_')).toBeUndefined()
  expect(whyFound({ ...each, name: 'cards_risk' }, 'cards')).toBeUndefined()
  expect(whyFound(each, '')).toBeUndefined()
})

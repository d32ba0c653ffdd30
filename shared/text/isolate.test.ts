import { describe, expect, test } from 'vitest'
import { isolate, withVersion } from './isolate.ts'

describe('a person’s text within a sentence', () => {
  test.each([
    ['Churn predictor', 'Churn predictor'],
    ['דגם שפה', '\u2068דגם שפה\u2069'],
    ['نموذج 2', '\u2068نموذج 2\u2069'],
    ['Modèle – 型号', 'Modèle – 型号'],
    ['turned \u202eround', '\u2068turned \u202eround\u2069'],
    ['closes\u2069 early', '\u2068closes early\u2069'],
    ['stays \u2067open', '\u2068stays \u2067open\u2069\u2069'],
    ['', ''],
  ])('%j stands as %j', (text, shown) => expect(isolate(text)).toBe(shown))

  test('what was isolated may stand in another sentence', () => {
    const name = withVersion('דגם', '1.2.0')
    expect(name).toBe('\u2068דגם\u2069 1.2.0')
    expect(isolate(name)).toBe(`\u2068${name}\u2069`)
  })
})

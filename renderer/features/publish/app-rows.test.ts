import { describe, expect, it } from 'vitest'
import { mapOfRows, rowsOfMap } from './app-rows.ts'

describe('rows of Works with', () => {
  it('come from a map and go back to it', () => {
    const map = { 'Support Desk': '>=3.0.0', Shelf: null }
    expect(mapOfRows(rowsOfMap(map))).toEqual(map)
  })
  it('count only with a name, and the first of two with the same', () => {
    const rows = [
      { key: '1', app: ' Desk ', constraint: ' >=1 ' },
      { key: '2', app: '', constraint: '>=2' },
      { key: '3', app: 'Desk', constraint: '>=3' },
    ]
    expect(mapOfRows(rows)).toEqual({ Desk: '>=1' })
  })
})

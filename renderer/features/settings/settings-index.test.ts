import { expect, it } from 'vitest'
import { findSettings } from './settings-index.ts'

const titles = (text: string) => findSettings(text).map(({ title }) => title)

it('finds a setting by its name, its section and other words, its name first', () => {
  expect(titles('down')).toEqual(['Download at most'])
  expect(titles('SPEED limit')).toEqual(['Download at most', 'Upload at most'])
  expect(titles('network').length).toBeGreaterThan(4)
  expect(titles('dark')).toEqual(['Theme'])
  expect(titles('s3')).toEqual(['Add a connection…'])
})

it('finds nothing for nothing, and nothing that is not there', () => {
  expect(titles(' ')).toEqual([])
  expect(titles('telemetry')).toEqual([])
})

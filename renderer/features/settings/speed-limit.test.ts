import { describe, expect, it } from 'vitest'
import { limitOfTyped, typedOfLimit } from './speed-limit.ts'

describe('limitOfTyped', () => {
  it('reads megabytes a second, and nothing as no limit', () => {
    expect([20, '2.5', ''].map(limitOfTyped)).toEqual([20_000_000, 2_500_000, 0])
  })
  it('takes no limit that would stop transfers', () => {
    expect([0, 0.05, 0.1].map(limitOfTyped)).toEqual(['too-low', 'too-low', 100_000])
  })
})

describe('typedOfLimit', () => {
  it('gives back what was typed', () => {
    expect([undefined, 0, 20_000_000, 2_500_000].map(typedOfLimit)).toEqual(['', '', 20, 2.5])
  })
})

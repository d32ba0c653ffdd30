import { describe, expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { withdrawFailure } from './withdraw.ts'

describe('withdrawFailure', () => {
  const denied = new AppError('access-denied', { action: 'remove', what: 'a file' })

  it('says that nothing was changed only where that is so', () => {
    expect(withdrawFailure(denied, 'Team models', false).text).toMatch(/^Nothing was changed\./)
    expect(withdrawFailure(denied, 'Team models', true).text).toMatch(/^It is hidden from everybody who uses Orbital/)
  })
  it('sends who may not delete to the admin, with the name of the right', () => {
    for (const isHidden of [true, false]) {
      const { text } = withdrawFailure(denied, 'Team models', isHidden)
      expect(text).toContain('admin')
      expect(text).toContain('s3:DeleteObject')
    }
  })
  it('does not speak of rights when the network fails', () => {
    const cut = new AppError('network-unreachable', { endpoint: 'store.example' })
    expect(withdrawFailure(cut, 'Team models', false).text).not.toContain('admin')
    expect(withdrawFailure(cut, 'Team models', true).text).toContain('Withdraw it again to finish.')
  })
})

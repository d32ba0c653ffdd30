import { expect, it } from 'vitest'
import { installCommandOf } from './install-command.ts'

const ref = { name: 'digits', version: '1.0.0+a' }

it('names the connection only where it must', () => {
  expect(installCommandOf({ id: 'local', isDefault: true }, ref)).toBe('orbital install digits==1.0.0+a')
  expect(installCommandOf({ id: 'team', isDefault: false }, ref)).toBe('orbital install digits==1.0.0+a --from team')
})

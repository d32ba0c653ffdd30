import { MantineProvider } from '@mantine/core'
import { act } from 'react'
import { createRoot } from 'react-dom/client'
import { expect, test } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import type { Connection } from '../../../shared/model/connection.ts'
import { useConnections } from '../../state/connections.ts'
import { type Catalog, usePackages } from '../../state/packages.ts'
import { PackagePage } from './package-page.tsx'

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

test('a package is said not to be here only when the store was read', async () => {
  const place = document.body.appendChild(document.createElement('div'))
  const root = createRoot(place)
  const store = { id: 'store', name: 'Team models', location: { kind: 'folder', path: '/store' }, origin: 'person' }
  useConnections.setState({ list: [store as Connection], currentId: 'store' })
  const page = (
    <MantineProvider>
      <PackagePage name="scorer" tab="overview" />
    </MantineProvider>
  )
  await act(async () => root.render(page))
  const shownWith = async (changes: Partial<Catalog>) => {
    const catalog = { packages: [], searchTexts: [], unreadable: [], refreshing: false, ...changes } as Catalog
    await act(async () => usePackages.setState({ catalogs: { store: catalog } }))
    return place.textContent ?? ''
  }
  const error = new AppError('network-unreachable', { endpoint: 'https://store.example' })
  const failed = await shownWith({ load: { kind: 'failed', error } })
  expect(failed).toContain('Try again')
  expect(failed).not.toMatch(/not here/i)
  expect(await shownWith({ load: { kind: 'failed', error }, refreshing: true })).not.toMatch(/not here|Try again/i)
  expect(await shownWith({ load: { kind: 'ready' } })).toMatch(/not here/i)
  await act(async () => root.unmount())
  place.remove()
})

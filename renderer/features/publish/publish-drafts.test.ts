import { beforeEach, expect, it, vi } from 'vitest'
import { transport } from '../../ipc/link.ts'
import { currentPath, publishPaths, usePublishQueue } from '../../state/publish-queue.ts'
import { undoLast } from '../../ui/toast.tsx'
import { dropDraft, editDraft, leaveDraft, openDraft, useDrafts } from './publish-drafts.ts'

const path = '/models/churn'
const titled = () => useDrafts.getState().byPath[path]?.fields.title
const open = (title?: string) => {
  publishPaths([path])
  openDraft(path, 'team')
  if (title !== undefined) editDraft(path, (fields) => ({ ...fields, title }))
}

// The engine is still reading the folders.
vi.spyOn(transport, 'call').mockReturnValue(new Promise(() => {}))
beforeEach(() => dropDraft(path))

it('brings back what was typed for a folder that was left, also where it was opened anew', () => {
  open('Churn')
  leaveDraft(path)
  expect(titled()).toBeUndefined()
  undoLast()
  expect(titled()).toBe('Churn')
  leaveDraft(path)
  open()
  undoLast()
  expect(titled()).toBe('Churn')
})

it('keeps what was typed since, and only goes there', () => {
  open('Churn')
  leaveDraft(path)
  open('Churn of customers')
  publishPaths(['/models/other'])
  usePublishQueue.setState({ chosen: '/models/other' })
  undoLast()
  expect(titled()).toBe('Churn of customers')
  expect(currentPath(usePublishQueue.getState())).toBe(path)
})

it('reads a folder anew when it is chosen again, and keeps what was typed for it', () => {
  open('Churn')
  const before = useDrafts.getState().byPath[path]?.planId
  publishPaths([path])
  expect(titled()).toBe('Churn')
  expect(useDrafts.getState().byPath[path]).toMatchObject({ isReading: true })
  expect(useDrafts.getState().byPath[path]?.planId).not.toBe(before)
})

import { notificationsStore } from '@mantine/notifications'
import { act, createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { renderToStaticMarkup } from 'react-dom/server'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { shortErrorOf } from '../text/error-view.ts'
import { type Action, useAction } from './use-action.ts'

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

let action: Action
let unmount: () => void
const Probe = () => {
  action = useAction()
  return null
}
beforeEach(async () => {
  notificationsStore.setState({ ...notificationsStore.getState(), notifications: [] })
  const root = createRoot(document.createElement('div'))
  await act(async () => root.render(createElement(Probe)))
  unmount = () => root.unmount()
})
afterEach(() => act(async () => unmount()))

/** Work that ends when it is told to. */
async function begin() {
  let settle = (_failure?: AppError) => {}
  const work = new Promise<void>((resolve, reject) => {
    settle = (failure) => (failure === undefined ? resolve() : reject(failure))
  })
  await act(async () => void action.run(() => work))
  return (failure?: AppError) => act(async () => settle(failure))
}
const failure = new AppError('store-busy', { endpoint: 'https://one.example', status: 503 })
const other = new AppError('network-unreachable', { endpoint: 'https://two.example' })
const toasts = () => notificationsStore.getState().notifications.map(({ message }) => renderToStaticMarkup(message))
const toastOf = (error: AppError) => [expect.stringContaining(shortErrorOf(error))]

it('keeps the failure of the newest when an earlier one ends', async () => {
  const [endLong, endShort] = [await begin(), await begin()]
  await endShort(failure)
  expect([action.failure, action.busy]).toEqual([failure, true])
  await endLong()
  expect([action.failure, action.busy]).toEqual([failure, false])
})

it('says in a toast what fails after another was begun', async () => {
  const [endLong, endShort] = [await begin(), await begin()]
  await endShort(failure)
  expect(toasts()).toEqual([])
  await endLong(other)
  expect(action.failure).toBe(failure)
  expect(toasts()).toEqual(toastOf(other))
})

it('says in a toast what fails after its place is gone', async () => {
  const end = await begin()
  await act(async () => unmount())
  await end(failure)
  expect(toasts()).toEqual(toastOf(failure))
})

import { expect, test } from 'vitest'
import { createFront } from './front.ts'

function setUp() {
  const done: string[] = []
  const state = { visible: true, minimized: false }
  const window = {
    isVisible: () => state.visible,
    isMinimized: () => state.minimized,
    restore: () => done.push('restore'),
    show: () => done.push('show'),
    focus: () => done.push('focus'),
  }
  const windows: (typeof window)[] = []
  const front = createFront(() => windows)
  const open = () => {
    done.push('open')
    windows.push(window)
  }
  return { front, open, windows, state, done }
}

test('without a window one is opened, once the app can', () => {
  const { front, open, windows, done } = setUp()
  front.show()
  expect(done).toEqual([])
  front.begin(open)
  expect(done).toEqual(['open'])
  // Closed, on macOS.
  windows.pop()
  front.show()
  expect(done).toEqual(['open', 'open'])
})

test('the window there is comes forward', () => {
  const { front, open, state, done } = setUp()
  front.begin(open)
  front.show()
  state.minimized = true
  front.show()
  expect(done).toEqual(['open', 'show', 'focus', 'restore', 'show', 'focus'])
})

test('for a command of the menu a window opens where none is seen', () => {
  const { front, open, windows, state, done } = setUp()
  front.begin(open)
  front.showUnlessSeen()
  expect(done).toEqual(['open'])
  state.visible = false
  front.showUnlessSeen()
  expect(done).toEqual(['open', 'show', 'focus'])
  windows.pop()
  front.showUnlessSeen()
  expect(done).toEqual(['open', 'show', 'focus', 'open'])
})

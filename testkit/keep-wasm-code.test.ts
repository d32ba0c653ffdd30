import { expect, test } from 'vitest'
import { keepWasmCode } from './keep-wasm-code.ts'

test('the processes of tests are started so that they keep WebAssembly code', () => {
  expect(process.execArgv).toContain(keepWasmCode)
})

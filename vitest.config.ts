import { defineConfig } from 'vitest/config'
import { keepWasmCode } from './testkit/keep-wasm-code.ts'

const leftOut = ['**/node_modules/**', 'out/**', 'dist/**', 'e2e/specs/**']

export default defineConfig({
  test: {
    // Whatever a person's machine has set up must not reach a test: no account, no home, no profile of theirs.
    env: {
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/nonexistent/aws-config',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/aws-credentials',
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['**/*.test.{ts,tsx}'],
          exclude: [...leftOut, '**/*.integration.test.ts', 'renderer/**'],
          environment: 'node',
          execArgv: [keepWasmCode],
          testTimeout: 10_000,
          hookTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'renderer',
          include: ['renderer/**/*.test.{ts,tsx}'],
          exclude: leftOut,
          environment: 'happy-dom',
          testTimeout: 10_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['**/*.integration.test.ts'],
          exclude: leftOut,
          environment: 'node',
          execArgv: [keepWasmCode],
          // Each may run servers of its own, and asks for progress in time: more at once would starve them.
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})

import { globSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

const root = import.meta.dirname

/**
 * What the built code must run on: the Electron that the tests drive carries Node 20.18 and Chromium 130, and the
 * command line may be started by any Node from 20.18 on.
 */
const nodeTarget = 'node20.18'
const chromeTarget = 'chrome130'

/**
 * Entry files of the Node side by the name of what is built from them. A worker is found by its file name
 * (`engine/workers/<name>-worker.ts`) and built to `<name>-worker.js` beside the entry that starts it.
 */
const mainInputs = Object.fromEntries([
  ['index', resolve(root, 'electron/main/index.ts')],
  ['cli', resolve(root, 'electron/cli/main.ts')],
  ...globSync('electron/engine/workers/*-worker.ts', { cwd: root }).map((path) => [
    basename(path, '.ts'),
    resolve(root, path),
  ]),
])

/** Entries and chunks in one folder: a worker's URL is then `./<name>.js`, whichever chunk starts it. */
const sideBySide = { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' }

export default defineConfig(() => ({
  main: {
    build: {
      outDir: resolve(root, 'out/main'),
      target: nodeTarget,
      externalizeDeps: false,
      sourcemap: true,
      rolldownOptions: { input: mainInputs, output: { format: 'es' as const, ...sideBySide } },
    },
  },
  preload: {
    build: {
      outDir: resolve(root, 'out/preload'),
      target: nodeTarget,
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: resolve(root, 'electron/preload/preload.ts') },
        output: { format: 'cjs' as const, entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: resolve(root, 'renderer'),
    plugins: [react()],
    // Both hosts replace this word, in every response, by a nonce of that response.
    html: { cspNonce: 'ORBITAL_CSP_NONCE' },
    build: {
      outDir: resolve(root, 'out/renderer'),
      target: chromeTarget,
      minify: true,
      // One window, loaded from this machine: one script is as good as several.
      chunkSizeWarningLimit: 1500,
      // The content security policy allows no data: fonts.
      assetsInlineLimit: 0,
      rolldownOptions: { input: { index: resolve(root, 'renderer/index.html') } },
    },
  },
}))

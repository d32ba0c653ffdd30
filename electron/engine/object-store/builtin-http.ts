/**
 * The runtime's own `http`. An `import` of it reads each of its names, and some of them load `fetch` and all that belongs to it: 20 ms more in
 * every thread.
 */
export const http = process.getBuiltinModule('node:http')

/**
 * For a Node whose threads run from source. Each thread takes the types out of its files by a WebAssembly program whose code all threads of the
 * process share. While some of that code is replaced by faster, V8 frees the old one, and now and then it frees what a thread still uses or what is
 * free already: the process ends by SIGSEGV or SIGTRAP (in WasmEngine::FreeDeadCode). With this flag it keeps the few kilobytes until it ends.
 * What is built has no types.
 */
export const keepWasmCode = '--no-wasm-code-gc'

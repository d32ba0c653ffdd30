import { stripTypeScriptTypes } from 'node:module'

/**
 * Set-up of tests whose threads run from source. Each such thread takes the types out of its files by a WebAssembly program that all threads of the
 * process share. When the last one that has it ends while the next begins, Node 24 may free its code twice, and the process ends by SIGSEGV (in
 * v8::internal::wasm::NativeModule::FreeCode). Held by the main thread, too, it is never freed. Programs run from source hold it by themselves, and
 * what is built has no types.
 */
stripTypeScriptTypes('')

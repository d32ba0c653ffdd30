#!/usr/bin/env -S node --max-semi-space-size=16
import { runCli } from './run.ts'

process.exitCode = await runCli(process.argv.slice(2))
// Handles that a stopped engine may still hold (keep-alive sockets) must not keep the process.
// The code is said again: the packaged app's `exit` doesn't look at exitCode.
process.stdout.write('', () => process.exit(process.exitCode))

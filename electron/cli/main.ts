#!/usr/bin/env node
import { runCli } from './run.ts'

process.exitCode = await runCli(process.argv.slice(2))
// Handles that a stopped engine may still hold (keep-alive sockets) must not keep the process.
process.stdout.write('', () => process.exit())

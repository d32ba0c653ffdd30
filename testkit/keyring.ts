/**
 * A session bus with an unlocked keyring of its own, so that Electron's safeStorage protects what it stores as on a desktop.
 *
 * 1. `dbus-daemon --session` on an address of its own; it prints the address.
 * 2. `gnome-keyring-daemon --unlock` on that bus, with a password (an empty one leaves it locked) and its files in a temporary
 *    folder: the keyring of the person who runs the tests is never touched.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import type { Available } from './available.ts'
import { runCommand } from './run-command.ts'
import { startWatchdog } from './server-process.ts'
import { createTempFolder } from './temp-folder.ts'

export interface Keyring {
  /** To be added to the environment of the Electron that shall find the keyring. */
  readonly env: Readonly<Record<string, string>>
  stop(): Promise<void>
}

/** Missing where dbus-daemon or gnome-keyring-daemon is not installed, or does not come up within 10 s. */
export async function startKeyring(): Promise<Available<Keyring>> {
  if (process.platform !== 'linux') return { missing: 'the keyring rig is for Linux' }
  for (const command of ['dbus-daemon', 'gnome-keyring-daemon']) {
    const answer = await runCommand(command, ['--version'], { timeoutMs: 10_000 })
    if (answer.failure !== undefined) return { missing: answer.failure }
  }
  const home = await createTempFolder('orbital-keyring-')
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address=1'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const stopBus = tieToThisProcess(bus)
  const env = { DBUS_SESSION_BUS_ADDRESS: await firstLine(bus), XDG_CURRENT_DESKTOP: 'GNOME' }
  const files = { XDG_DATA_HOME: home.path, XDG_RUNTIME_DIR: home.path, HOME: home.path }
  const daemon = spawn('gnome-keyring-daemon', ['--unlock', '--foreground', '--components=secrets'], {
    env: { ...process.env, ...env, ...files },
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const stopDaemon = tieToThisProcess(daemon)
  daemon.stdin.end('a password of the tests')
  const stop = async () => {
    await stopDaemon()
    await stopBus()
    await home.remove()
  }
  const giveUpAtMs = performance.now() + 10_000
  while (!(await ownsSecrets(env))) {
    if (performance.now() > giveUpAtMs) {
      await stop()
      return { missing: 'the keyring did not come up within 10 s' }
    }
    await wait(50)
  }
  return { env, stop }
}

/** Ends the child when this process dies, and gives what ends it now. */
function tieToThisProcess(child: ChildProcess): () => Promise<void> {
  const gone = once(child, 'exit')
  const endWatchdog = child.pid === undefined ? () => {} : startWatchdog(child.pid)
  return async () => {
    child.kill('SIGKILL')
    await gone
    endWatchdog()
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = ''
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
  child.stdout?.setEncoding('utf8')
  for await (const part of child.stdout ?? []) {
    text += part
    if (text.includes('\n')) break
  }
  clearTimeout(timer)
  return text.trim()
}

async function ownsSecrets(env: Readonly<Record<string, string>>): Promise<boolean> {
  const question = ['--dest=org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus.NameHasOwner']
  const args = ['--session', '--print-reply', ...question, 'string:org.freedesktop.secrets']
  const answer = await runCommand('dbus-send', args, { env: { ...process.env, ...env }, timeoutMs: 5_000 })
  return answer.stdout.includes('boolean true')
}

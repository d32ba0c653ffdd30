import { homedir } from 'node:os'
import path from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The folder in which Orbital keeps what is its own: `ORBITAL_HOME`, else the platform's place for the data of an application
 * (Linux `$XDG_DATA_HOME/orbital`, macOS `~/Library/Application Support/Orbital`, Windows `%LOCALAPPDATA%\Orbital`). Absolute; it
 * need not exist. `systemHome` is the person's own folder, for where the environment doesn't name it.
 */
export function homeFolder(env: Environment, platform: string, systemHome = homedir()): string {
  const paths = platform === 'win32' ? path.win32 : path.posix
  const named = env.ORBITAL_HOME
  if (named !== undefined && named !== '') return path.resolve(named)
  if (platform === 'win32') return paths.join(env.LOCALAPPDATA || paths.join(systemHome, 'AppData', 'Local'), 'Orbital')
  if (platform === 'darwin') return paths.join(systemHome, 'Library', 'Application Support', 'Orbital')
  const data = env.XDG_DATA_HOME
  // The specification of these folders has relative values ignored.
  return paths.join(data && paths.isAbsolute(data) ? data : paths.join(systemHome, '.local', 'share'), 'orbital')
}

import path from 'node:path'
import type { Disk } from '../ports.ts'
import type { Environment } from './environment.ts'
import { type IniFile, readIniFile } from './ini-file.ts'

export type ProfileValues = ReadonlyMap<string, string>

export interface AwsProfiles {
  /** The credentials file and the config file, whether they are there or not. */
  readonly credentialsFile: IniFile
  readonly configFile: IniFile
  /** Of both files; the credentials file's values come first. Undefined when neither has the profile. */
  profile(name: string): ProfileValues | undefined
  /** `[sso-session NAME]`. */
  ssoSession(name: string): ProfileValues | undefined
}

export const homeOf = (env: Environment): string | undefined => env.HOME || env.USERPROFILE || undefined

/** `~/.aws/credentials` and `~/.aws/config`, or the files that the environment names in their place. Read anew each time. */
export function readAwsProfiles(disk: Disk, env: Environment): AwsProfiles {
  const fileOf = (named: string | undefined, name: string): IniFile => {
    const home = homeOf(env)
    const file = named ? path.resolve(expandHome(named, home)) : home === undefined ? '' : path.join(home, '.aws', name)
    return path.isAbsolute(file) ? readIniFile(disk, file) : { path: file, state: 'absent', sections: new Map() }
  }
  const credentialsFile = fileOf(env.AWS_SHARED_CREDENTIALS_FILE, 'credentials')
  const configFile = fileOf(env.AWS_CONFIG_FILE, 'config')
  const inConfig = (kind: string, name: string) => {
    for (const [section, values] of configFile.sections) {
      const match = /^(\S+)\s+(.+)$/.exec(section)
      if (match?.[1] === kind && unquoted(match[2] ?? '') === name) return values
    }
    return undefined
  }
  return {
    credentialsFile,
    configFile,
    profile(name) {
      const config = inConfig('profile', name) ?? (name === 'default' ? configFile.sections.get('default') : undefined)
      const credentials = credentialsFile.sections.get(name)
      if (config === undefined && credentials === undefined) return undefined
      return new Map([...(config ?? []), ...(credentials ?? [])])
    },
    ssoSession: (name) => inConfig('sso-session', name),
  }
}

/** As AWS's tools do: `~/` at the start only. */
export const expandHome = (file: string, home: string | undefined): string =>
  home !== undefined && /^~[/\\]/.test(file) ? path.join(home, file.slice(2)) : file

const unquoted = (name: string): string => /^(['"])(.*)\1$/.exec(name.trim())?.[2] ?? name.trim()

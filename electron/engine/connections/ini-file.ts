import type { Disk } from '../ports.ts'

/** A file of `[sections]` with `name = value` lines, as AWS's and boto's files are. */
export interface IniFile {
  readonly path: string
  readonly state: 'read' | 'absent' | 'unreadable'
  /** By the section's name as it stands in the file; names of values in small letters. */
  readonly sections: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** The first line (from 1) that is neither section, value nor comment. Its text may be a secret and is not kept. */
  readonly oddLine?: number
}

const maxBytes = 4_000_000

export function readIniFile(disk: Disk, path: string): IniFile {
  try {
    const bytes = disk.read(path, { maxBytes })
    if (bytes === undefined) return { path, state: 'absent', sections: new Map() }
    return { path, state: 'read', ...parseIni(Buffer.from(bytes).toString('utf8')) }
  } catch {
    // Whoever needs a value of it is told that it can't be read.
    return { path, state: 'unreadable', sections: new Map() }
  }
}

/**
 * Lenient as the tools that own these files: the later of two values counts, a section may come twice, ` #` and ` ;` begin a comment (but not in the command of
 * `credential_process`, where they may belong to the shell), a line that is
 * indented more than the value before it belongs to that value (`s3 =` and its own settings) and is passed over.
 */
export function parseIni(text: string): Pick<IniFile, 'sections' | 'oddLine'> {
  const sections = new Map<string, Map<string, string>>()
  let section: Map<string, string> | undefined
  let valueIndent: number | undefined
  let oddLine: number | undefined
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const line = raw.split(/(?:^|\s)[#;]/, 1)[0] ?? ''
    const content = line.trim()
    if (content === '') continue
    const indent = line.length - line.trimStart().length
    if (content.startsWith('[') && content.endsWith(']')) {
      const name = content.slice(1, -1).trim()
      section = sections.get(name) ?? new Map()
      sections.set(name, section)
      valueIndent = undefined
      continue
    }
    if (valueIndent !== undefined && indent > valueIndent) continue
    const signAt = content.search(/[=:]/)
    const name = content.slice(0, Math.max(0, signAt)).trim()
    if (section === undefined || name === '' || /\s/.test(name)) oddLine ??= index + 1
    else {
      const isCommand = name.toLowerCase() === 'credential_process'
      section.set(name.toLowerCase(), (isCommand ? raw.trim() : content).slice(signAt + 1).trim())
      valueIndent = indent
    }
  }
  return { sections, ...(oddLine === undefined ? {} : { oddLine }) }
}

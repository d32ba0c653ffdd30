import type { FieldProblem } from '../../../shared/errors.ts'
import { quoteName } from '../../../shared/model/package-path.ts'
import type { PublishPlan } from '../../../shared/model/plans.ts'
import type { FileMark } from '../format/file-marks.ts'
import { inTurns } from '../in-turns.ts'
import type { Findings } from './inspect-source.ts'

type Warning = PublishPlan['warnings'][number]

/** So many are named one by one. */
const mostNamed = 50
const mostImports = 20

export interface ContentWarnings<F> {
  /** Marked by what is in them, too. */
  readonly files: readonly F[]
  readonly warnings: readonly Warning[]
  readonly problems: readonly FieldProblem[]
}

/** What names and contents of files say: secrets (where, never what), what pickles ask for when they are loaded, what can't be read. */
export async function contentWarnings<F extends { readonly path: string; readonly mark?: FileMark }>(
  files: readonly F[],
  findings: Findings,
): Promise<ContentWarnings<F>> {
  const marked: F[] = []
  const secrets: Warning[] = []
  const pickles: Warning[] = []
  const problems: FieldProblem[] = []
  await inTurns(files, (file) => {
    const { path } = file
    const found = findings.get(path)
    const mark = found?.secret === undefined ? file.mark : 'secret'
    marked.push(mark === undefined || mark === file.mark ? file : { ...file, mark })
    if (mark === 'secret') secrets.push(secretWarning(path, findings))
    if (mark === 'runs-code') pickles.push(pickleWarning(path, findings))
    if (found?.isUnreadable === true && problems.length < mostNamed)
      problems.push({ field: 'files', problem: `You may not read ${quoteName(path)}.`, path })
  })
  return { files: marked, warnings: [...firstOf(secrets, 'secrets'), ...firstOf(pickles, 'pickles')], problems }
}

const moreOf = {
  secrets: (count: number) => `${count} more files look like secrets.`,
  pickles: (count: number) => `${count} more files can run code when they are loaded.`,
}

/** One of the rest stands for all of it. */
function firstOf(warnings: readonly Warning[], what: keyof typeof moreOf): readonly Warning[] {
  const [next] = warnings.slice(mostNamed)
  if (next === undefined) return warnings
  return [...warnings.slice(0, mostNamed), { ...next, text: moreOf[what](warnings.length - mostNamed) }]
}

function secretWarning(path: string, findings: Findings): Warning {
  const secret = findings.get(path)?.secret
  const where = secret === undefined ? '' : ` Line ${secret.line} has the shape of ${secret.shape}.`
  return {
    kind: 'secret',
    path,
    ...(secret === undefined ? {} : { line: secret.line, shape: secret.shape }),
    text: `${quoteName(path)} looks like a secret.${where} Everybody with access could read it.`,
  }
}

function pickleWarning(path: string, findings: Findings): Warning {
  const { imports } = findings.get(path) ?? {}
  const what = `${quoteName(path)} can run code when it is loaded.`
  if (imports === undefined || imports === 'unknown')
    return { kind: 'runs-code', path, text: `${what} What it asks for can’t be told.` }
  const names = imports.names.slice(0, mostImports)
  const more = imports.names.length - names.length
  const shown = `${names.slice(0, 5).join(', ')}${imports.names.length > 5 ? ` and ${imports.names.length - 5} more` : ''}`
  const least = imports.isWhole ? '' : ' at least'
  return {
    kind: 'runs-code',
    path,
    imports: { names, more, isWhole: imports.isWhole },
    text: names.length === 0 ? `${what} It asks for no code by name.` : `${what} It asks for${least} ${shown}.`,
  }
}

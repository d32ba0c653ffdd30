import os from 'node:os'
import type { Run } from './measure.ts'

/** Runs of several clients, noted in turn. */
export interface Rounds {
  note(client: string, run: Run): void
  /** Median over the rounds; undefined for a client that could not run. */
  median(client: string, of: (run: Run) => number): number | undefined
  readonly clients: readonly string[]
}

/** The middle one; undefined of none. */
export const median = (values: readonly number[]): number | undefined =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]

export function createRounds(): Rounds {
  const runs = new Map<string, Run[]>()
  return {
    note: (client, run) => void runs.set(client, [...(runs.get(client) ?? []), run]),
    median(client, of) {
      return median((runs.get(client) ?? []).map(of))
    },
    get clients() {
      return [...runs.keys()]
    },
  }
}

export interface Section {
  readonly title: string
  /** What was run, on what bytes. */
  readonly setUp: string
  readonly table: readonly (readonly string[])[]
  readonly ratios: readonly Ratio[]
  /** Clients that could not run, each with its reason. */
  readonly missing: readonly string[]
}

export interface Ratio {
  readonly what: string
  /** Undefined: a client that it needs could not run. */
  readonly value: number | undefined
  readonly target: { readonly atLeast: number } | { readonly atMost: number }
  /** Of a figure that is no ratio. */
  readonly unit?: string
}

/** Seconds, speed, CPU and memory of each client. */
export function clientTable(rounds: Rounds, bytes: (client: string) => number): string[][] {
  const fixed = (value: number | undefined, digits: number) => (value ?? 0).toFixed(digits)
  return [
    ['client', 'seconds', 'MB/s', 'CPU s/GB', 'peak memory'],
    ...rounds.clients.map((client) => {
      const seconds = rounds.median(client, (run) => run.seconds) ?? 0
      return [
        client,
        fixed(seconds, 2),
        fixed(bytes(client) / seconds / 1e6, 0),
        fixed(((rounds.median(client, (run) => run.cpuSeconds) ?? 0) / bytes(client)) * 1e9, 2),
        `${fixed((rounds.median(client, (run) => run.peakBytes) ?? 0) / 1e6, 0)} MB`,
      ]
    }),
  ]
}

/** Time of `over` by time of `of`: how many times as fast `of` is. */
export const speedOf = (rounds: Rounds, of: string, over: string): number | undefined =>
  quotient(
    rounds.median(over, (run) => run.seconds),
    rounds.median(of, (run) => run.seconds),
  )

export const quotient = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a / b

const isReached = ({ value, target }: Ratio): boolean =>
  value !== undefined && ('atLeast' in target ? value >= target.atLeast : value <= target.atMost)

const markdownTable = ([head = [], ...rows]: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

export function toMarkdown({ title, setUp, table, ratios, missing }: Section): string {
  const told = ratios.map((ratio) => [
    ratio.what,
    ratio.value === undefined ? 'could not be measured' : `${ratio.value.toFixed(2)}${ratio.unit ?? ''}`,
    'atLeast' in ratio.target
      ? `≥ ${ratio.target.atLeast}${ratio.unit ?? ''}`
      : `≤ ${ratio.target.atMost}${ratio.unit ?? ''}`,
    isReached(ratio) ? 'yes' : '**no**',
  ])
  return [
    `## ${title}`,
    setUp,
    ...(table.length > 1 ? [markdownTable(table)] : []),
    ...(told.length > 0 ? [markdownTable([['figure', 'measured', 'target', 'reached'], ...told])] : []),
    ...missing.map((reason) => `Could not run: ${reason}`),
  ].join('\n\n')
}

export const machineFacts = (): string =>
  `${os.cpus()[0]?.model ?? 'unknown CPU'}, ${os.cpus().length} cores, ${Math.round(os.totalmem() / 2 ** 30)} GiB of memory, ${os.type()} ${os.release()}, Node ${process.version}`

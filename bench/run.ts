/**
 * `npm run bench [-- --quick] [-- scenario…]`: Orbital beside its peers on the same bytes and servers, in turn, each client in a process of
 * its own. Each scenario that has run takes its section's place in docs/performance.md; `--quick` takes less data and one round, and writes
 * nothing.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { requireAvailable } from '../testkit/available.ts'
import { fetchS3Server } from '../testkit/s3-server.ts'
import { type Scenario, startBench } from './bench.ts'
import { machineFacts, toMarkdown } from './report.ts'
import { catalog } from './scenarios/catalog.ts'
import { changed } from './scenarios/changed.ts'
import { floor } from './scenarios/floor.ts'
import { growth } from './scenarios/growth.ts'
import { memory } from './scenarios/memory.ts'
import { oldTools } from './scenarios/old-tools.ts'
import { publish } from './scenarios/publish.ts'
import { smallFiles } from './scenarios/small-files.ts'
import { weights } from './scenarios/weights.ts'
import { window } from './scenarios/window.ts'

const scenarios: readonly Scenario[] = [
  weights,
  floor,
  publish,
  oldTools,
  smallFiles,
  changed,
  catalog,
  window,
  memory,
  growth,
]

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const unknown = positionals.find((name) => !scenarios.some((each) => each.name === name))
if (unknown !== undefined)
  throw new Error(`There is no scenario ${unknown}; there are ${scenarios.map(({ name }) => name).join(', ')}.`)
requireAvailable(await fetchS3Server())

const document = resolve(import.meta.dirname, '../docs/performance.md')
const preamble = `# Performance

Written by \`npm run bench\`. Clients and servers shared the machine, so ratios tell more than seconds do. What a target asks for and the
machine doesn't give stands here as it is.`

/** The section of that title is replaced, or comes last. */
function writeSection(title: string, section: string): void {
  const [, ...found] = existsSync(document) ? readFileSync(document, 'utf8').trimEnd().split('\n\n## ') : []
  const sections = new Map(found.map((text) => [text.slice(0, text.indexOf('\n')), text]))
  sections.set(title, section.slice('## '.length))
  writeFileSync(document, `${[preamble, ...sections.values()].join('\n\n## ')}\n`)
}

for (const scenario of scenarios) {
  if (positionals.length > 0 && !positionals.includes(scenario.name)) continue
  const bench = await startBench({ quick: values.quick })
  try {
    const found = await scenario.run(bench)
    const section = `${toMarkdown(found)}\n\nMeasured on ${new Date().toISOString().slice(0, 10)}: ${machineFacts()}.`
    console.log(`${section}\n`)
    if (!values.quick) writeSection(found.title, section)
  } finally {
    await bench.stop()
  }
}

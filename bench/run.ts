/**
 * `npm run bench [-- --quick] [-- scenario…]`: Orbital beside its peers on the same bytes and servers, in turn, each client in a process of
 * its own. Without arguments all scenarios run and the tables are written into docs/performance.md; `--quick` takes less data and one
 * round, and writes nothing.
 */
import { writeFileSync } from 'node:fs'
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
import { oldTools } from './scenarios/old-tools.ts'
import { publish } from './scenarios/publish.ts'
import { smallFiles } from './scenarios/small-files.ts'
import { weights } from './scenarios/weights.ts'

const scenarios: readonly Scenario[] = [weights, floor, publish, oldTools, smallFiles, changed, catalog, growth]

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const unknown = positionals.find((name) => !scenarios.some((each) => each.name === name))
if (unknown !== undefined)
  throw new Error(`There is no scenario ${unknown}; there are ${scenarios.map(({ name }) => name).join(', ')}.`)
requireAvailable(await fetchS3Server())
const sections: string[] = []
for (const scenario of scenarios) {
  if (positionals.length > 0 && !positionals.includes(scenario.name)) continue
  const bench = await startBench({ quick: values.quick })
  try {
    const section = toMarkdown(await scenario.run(bench))
    console.log(`${section}\n`)
    sections.push(section)
  } finally {
    await bench.stop()
  }
}
if (!values.quick && positionals.length === 0)
  writeFileSync(
    resolve(import.meta.dirname, '../docs/performance.md'),
    `# Performance\n\nWritten by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: ${machineFacts()}. Clients and servers shared the machine, so ratios tell more than seconds do.\n\n${sections.join('\n\n')}\n`,
  )

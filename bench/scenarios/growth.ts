import { planFiles } from '../../testkit/package-builder.ts'
import { type Bench, GiB, MiB, type Scenario, writeRandomFiles } from '../bench.ts'
import type { Run } from '../measure.ts'

/** That big things take no more time and memory than their size says: per byte, per file. */
export const growth: Scenario = {
  name: 'growth',
  async run(bench) {
    const sizes = bench.quick ? [128 * MiB, 512 * MiB] : [GiB, 2 * GiB, 8 * GiB]
    const counts = bench.quick ? [1_000, 5_000] : [1_000, 100_000]
    const big: Trip[] = []
    for (const sizeBytes of sizes) {
      const files = [0, 1, 2, 3].map((n) => ({ path: `weights-${n}.bin`, sizeBytes: sizeBytes / 4 }))
      big.push({ size: sizeBytes, ...(await roundTrip(bench, files)) })
    }
    const many: Trip[] = []
    for (const count of counts) many.push({ size: count, ...(await roundTrip(bench, planFiles(count, 1024))) })
    const rateOf = (all: readonly Trip[], at: 'install' | 'publish') => {
      const [first, last] = [all[0], all.at(-1)]
      return first && last ? last[at].seconds / last.size / (first[at].seconds / first.size) : undefined
    }
    const memory = (at: 'install' | 'publish') => big.at(-1)?.[at].peakBytes
    const grown = (at: 'install' | 'publish') => (memory(at) ?? 0) / (big.at(-2)?.[at].peakBytes ?? 1)
    const row = (what: string, { install, publish }: { install: Run; publish: Run }) => [
      what,
      publish.seconds.toFixed(2),
      `${Math.round(publish.peakBytes / 1e6)} MB`,
      install.seconds.toFixed(2),
      `${Math.round(install.peakBytes / 1e6)} MB`,
    ]
    return {
      title: 'Growth',
      setUp: 'One run each, on SeaweedFS on the same machine.',
      table: [
        ['package', 'publish s', 'publish memory', 'install s', 'install memory'],
        ...big.map((each) => row(`${each.size / MiB} MiB in 4 files`, each)),
        ...many.map((each) => row(`${each.size} files of 1 KiB`, each)),
      ],
      ratios: [
        { what: 'install: time a byte, biggest ÷ smallest', value: rateOf(big, 'install'), target: { atMost: 1.1 } },
        { what: 'publish: time a byte, biggest ÷ smallest', value: rateOf(big, 'publish'), target: { atMost: 1.1 } },
        { what: 'install: time a file, most ÷ fewest', value: rateOf(many, 'install'), target: { atMost: 1.3 } },
        { what: 'publish: time a file, most ÷ fewest', value: rateOf(many, 'publish'), target: { atMost: 1.3 } },
        { what: 'install: peak memory, biggest ÷ next', value: grown('install'), target: { atMost: 1.1 } },
        { what: 'install: peak memory', value: (memory('install') ?? 0) / 1e6, unit: ' MB', target: { atMost: 250 } },
        { what: 'publish: peak memory', value: (memory('publish') ?? 0) / 1e6, unit: ' MB', target: { atMost: 250 } },
      ],
      missing: [],
    }
  },
}

interface Trip {
  readonly size: number
  readonly publish: Run
  readonly install: Run
}

async function roundTrip(
  bench: Bench,
  files: readonly { readonly path: string; readonly sizeBytes: number }[],
): Promise<{ publish: Run; install: Run }> {
  const name = `growth_${files.length}_${files[0]?.sizeBytes}`
  // Deleting big files makes room; after deleting many, some file systems take ten times as long to make new ones.
  if (files.length < 100) bench.clear()
  const source = bench.path(name)
  writeRandomFiles(source, files)
  const publish = await bench.orbital('publish', source, '--name', name, '--version', '1.0.0')
  return { publish, install: await bench.orbital('install', `${name}==1.0.0`) }
}

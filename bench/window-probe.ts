import type { CDPSession, Page } from 'playwright'

/** Frames of a window while something went on in it, from a trace of Chromium. */
export interface Frames {
  readonly count: number
  /** ms between two frames that were drawn. */
  readonly longestMs: number
  readonly p99Ms: number
  /** The most CPU time that one task of the page's thread took: what a frame had to wait for, whatever else the machine did. */
  readonly longestTaskMs: number
}

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly ts: number
  readonly pid: number
  readonly tid: number
  /** µs of wall time and of CPU time. */
  readonly dur?: number
  readonly tdur?: number
  readonly args?: { readonly name?: string; readonly data?: { readonly type?: string } }
}

const categories = [
  'devtools.timeline',
  'disabled-by-default-devtools.timeline',
  'disabled-by-default-devtools.timeline.frame',
  'toplevel',
  '__metadata',
]

/** Traces the page's process while `run` goes on. */
export async function traceFrames(session: CDPSession, run: () => Promise<unknown>): Promise<Frames> {
  const events: TraceEvent[] = []
  const collect = ({ value }: { readonly value: readonly unknown[] }) => void events.push(...(value as TraceEvent[]))
  session.on('Tracing.dataCollected', collect)
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: categories } })
  await run()
  const complete = new Promise<void>((done) => session.once('Tracing.tracingComplete', () => done()))
  await session.send('Tracing.end')
  await complete
  session.off('Tracing.dataCollected', collect)
  return framesOf(events)
}

function framesOf(events: readonly TraceEvent[]): Frames {
  const drawn = events
    .filter(({ name }) => name === 'DrawFrame')
    .map(({ ts }) => ts / 1000)
    .sort((a, b) => a - b)
  const gaps = drawn
    .slice(1)
    .map((ms, at) => ms - (drawn[at] ?? ms))
    .sort((a, b) => a - b)
  const main = events.find(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
  const tasks = events.filter(({ name, pid, tid }) => name === 'RunTask' && pid === main?.pid && tid === main?.tid)
  return {
    count: drawn.length,
    longestMs: gaps.at(-1) ?? 0,
    p99Ms: gaps[Math.floor(gaps.length * 0.99)] ?? 0,
    longestTaskMs: Math.max(0, ...tasks.map(({ tdur, dur }) => (tdur ?? dur ?? 0) / 1000)),
  }
}

/** Turns the wheel over the list without a stop: so many pixels, at so many a second. */
export async function scroll(
  page: Page,
  session: CDPSession,
  selector: string,
  { distance, speed }: { readonly distance: number; readonly speed: number },
): Promise<void> {
  const box = await page.locator(selector).first().boundingBox()
  if (box === null) throw new Error(`nothing to scroll: ${selector}`)
  await session.send('Input.synthesizeScrollGesture', {
    x: Math.round(box.x + box.width / 2),
    y: Math.round(box.y + box.height / 2),
    yDistance: -distance,
    speed,
    gestureSourceType: 'mouse',
    preventFling: true,
  })
}

/**
 * Types into the search field, key by key, and gives for each the ms from the key to the frame after which the window stood still for `quietMs`.
 */
export async function typeAndTime(page: Page, text: string, quietMs = 250): Promise<readonly number[]> {
  const times: number[] = []
  for (const key of text) {
    await page.evaluate((quiet) => {
      const settled = new Promise<number>((done) => {
        document.addEventListener(
          'keydown',
          ({ timeStamp }) => {
            let changedMs = timeStamp
            let pending = 0
            const onFrame = () => {
              pending = 0
              // After the frame with the change has been made.
              setTimeout(() => {
                changedMs = performance.now()
              })
            }
            const observer = new MutationObserver(() => {
              if (pending === 0) pending = requestAnimationFrame(onFrame)
              clearTimeout(timer)
              timer = setTimeout(end, quiet)
            })
            const end = () => {
              observer.disconnect()
              done(changedMs - timeStamp)
            }
            let timer = setTimeout(end, quiet)
            observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
          },
          { once: true, capture: true },
        )
      })
      Object.assign(window, { settled })
    }, quietMs)
    await page.keyboard.press(key === ' ' ? 'Space' : key)
    times.push(await page.evaluate(() => Reflect.get(window, 'settled') as Promise<number>))
  }
  return times
}

/** Bytes of the page's heap that are in use, after a collection. */
export async function heapInUse(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  return usedSize
}

const snapshotKinds = [
  'object',
  'array',
  'closure',
  'string',
  'concatenated string',
  'sliced string',
  'regexp',
  'number',
  'symbol',
  'bigint',
]

/** Bytes of what the page's own code made and still holds: without compiled code and what the browser notes of the page, which grow with use. */
export async function objectBytes(session: CDPSession): Promise<number> {
  let text = ''
  const add = ({ chunk }: { readonly chunk: string }) => {
    text += chunk
  }
  session.on('HeapProfiler.addHeapSnapshotChunk', add)
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
  session.off('HeapProfiler.addHeapSnapshotChunk', add)
  const { snapshot, nodes } = JSON.parse(text) as {
    readonly snapshot: {
      readonly meta: { readonly node_fields: readonly string[]; readonly node_types: readonly (readonly string[])[] }
    }
    readonly nodes: readonly number[]
  }
  const { node_fields: fields, node_types: types } = snapshot.meta
  const [kindAt, sizeAt] = [fields.indexOf('type'), fields.indexOf('self_size')]
  let bytes = 0
  for (let at = 0; at < nodes.length; at += fields.length)
    if (snapshotKinds.includes(types[0]?.[nodes[at + kindAt] ?? 0] ?? '')) bytes += nodes[at + sizeAt] ?? 0
  return bytes
}

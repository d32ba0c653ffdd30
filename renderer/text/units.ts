import { isolate } from '../../shared/text/isolate.ts'
/** Numbers and times as people read them, by the conventions of their system; the words are English. `now` is ms since the epoch. */

import { setFigures } from '../../shared/text/errors.ts'

/** How a language writes numbers and dates. */
function formatsOf(locale: string) {
  const figures = (digits: number) =>
    new Intl.NumberFormat(locale, { minimumSignificantDigits: digits, maximumSignificantDigits: digits })
  const date = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options)
  return {
    count: new Intl.NumberFormat(locale),
    figures: { 3: figures(3), 4: figures(4) },
    dayOfYear: date({ day: 'numeric', month: 'short' }),
    fullDay: date({ day: 'numeric', month: 'short', year: 'numeric' }),
    tenths: new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 }),
    exact: date({ dateStyle: 'long', timeStyle: 'medium' }),
    clock: date({ hour: '2-digit', minute: '2-digit' }),
  }
}
let formats = formatsOf('en-GB')

/** To be told before anything is shown; a language that nobody knows changes nothing. */
export function setLocale(locale: string): void {
  try {
    formats = formatsOf(locale)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
}

const sizeUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

/** Three significant figures, powers of ten: 87.7 MB, 1.12 GB, 640 B. Four where two near values are compared. */
export function formatSize(bytes: number, figures: 3 | 4 = 3): string {
  const whole = Math.max(0, Math.round(bytes))
  if (whole < 1000) return `${whole} B`
  let power = Math.min(sizeUnits.length - 1, Math.floor(Math.log10(whole) / 3))
  // 999.6 kB is shown as 1.00 MB, not as 1000 kB.
  if (Number((whole / 1000 ** power).toPrecision(figures)) >= 1000 && power < sizeUnits.length - 1) power += 1
  const value = whole / 1000 ** power
  return `${value >= 1000 ? formatCount(Math.round(value)) : formats.figures[figures].format(value)} ${sizeUnits[power]}`
}

setFigures({ size: (bytes) => formatSize(bytes), time: (iso) => formatExactTime(iso) })

export const formatCount = (count: number): string => formats.count.format(count)

/** `30.3 million`, `7.24 billion`, `81,200`: how many parameters. */
export function formatQuantity(count: number): string {
  if (count < 1e6) return formatCount(count)
  // Rounded first, so that 999.9 million is a billion.
  const rounded = Number(count.toPrecision(3))
  const [unit, word] = rounded >= 1e12 ? [1e12, 'trillion'] : rounded >= 1e9 ? [1e9, 'billion'] : [1e6, 'million']
  return `${formats.figures[3].format(rounded / unit)} ${word}`
}

export const formatExactBytes = (bytes: number): string => plural(Math.round(bytes), 'byte')

/** `1 file`, `1,284 files`. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`

export const formatSpeed = (bytesPerSecond: number): string => `${formatSize(bytesPerSecond)}/s`

/** `33 s`, `4 min`, `1 h 20 min`, `2 days`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds))
  if (whole < 90) return `${whole} s`
  const minutes = Math.round(whole / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  return plural(Math.round(hours / 24), 'day')
}

/** `1.2 s`, for what was measured; never less than a tenth. */
export const formatSeconds = (ms: number): string => `${formats.tenths.format(Math.max(100, ms) / 1000)} s`

/** Whole per cent of what is settled; 100 only when all of it is. */
export function percentOf(settledBytes: number, totalBytes: number): number {
  if (totalBytes <= 0) return 0
  return settledBytes >= totalBytes ? 100 : Math.min(99, Math.floor((settledBytes / totalBytes) * 100))
}

const dayMs = 86_400_000
const startOfDay = (ms: number): number => new Date(ms).setHours(0, 0, 0, 0)

/** `Just now`, `5 minutes ago`, `2 hours ago`, `Yesterday`, `3 days ago`, `Last week`, `12 Nov`, `12 Nov 2024`. */
export function formatWhen(at: string | number, now: number = Date.now()): string {
  const ms = typeof at === 'number' ? at : Date.parse(at)
  if (Number.isNaN(ms)) return ''
  const ago = now - ms
  if (ago < 60_000) return 'Just now'
  if (ago < 3_600_000) return `${plural(Math.floor(ago / 60_000), 'minute')} ago`
  const days = Math.round((startOfDay(now) - startOfDay(ms)) / dayMs)
  if (days === 0) return `${plural(Math.floor(ago / 3_600_000), 'hour')} ago`
  if (days === 1) return 'Yesterday'
  if (days < 7) return `${days} days ago`
  if (days < 14) return 'Last week'
  return new Date(ms).getFullYear() === new Date(now).getFullYear()
    ? formats.dayOfYear.format(ms)
    : formats.fullDay.format(ms)
}

/** `1 min ago`, for the age of a list. */
export function formatAge(at: string, now: number = Date.now()): string {
  const minutes = Math.floor((now - Date.parse(at)) / 60_000)
  if (minutes < 1) return 'just now'
  if (minutes < 60) return `${minutes} min ago`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`
}

/** `25 November 2026 at 14:03:07`, for hover. */
export const formatExactTime = (at: string | number): string => {
  const ms = typeof at === 'number' ? at : Date.parse(at)
  return Number.isNaN(ms) ? '' : formats.exact.format(ms)
}
export const formatClock = (ms: number): string => formats.clock.format(ms)

/** `Ana, Ben and Chidi`. */
export const formatList = (items: readonly string[]): string =>
  items.length < 2
    ? isolate(items[0] ?? '')
    : `${items.slice(0, -1).map(isolate).join(', ')} and ${isolate(items.at(-1) ?? '')}`

/** `Just now` → `just now`; names of months keep their capital. */
export const lowerFirst = (text: string): string =>
  /^(?:Just|Yesterday|Last|With|For|Needs|It|Not)\b/.test(text) ? text.slice(0, 1).toLowerCase() + text.slice(1) : text

import type { Page } from 'playwright/test'
import type { Box } from './compare-pictures.ts'

/** Things that are never the same twice: bars and rings of transfers, the space of the disk. */
const selectors = ['.side-card', '[role="progressbar"]', '.ring', '.spark']

/**
 * Words that are never the same twice: times and dates, speeds, shares, ports, made-up keys; and GB and TB, which in the example are
 * of the disk alone.
 */
const words = [
  'just now|yesterday|last week|today',
  String.raw`\d+ (?:s|min|h|seconds?|minutes?|hours?|days?)\b`,
  String.raw`\d{1,2} (?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)\b`,
  String.raw`\d\d:\d\d`,
  String.raw`[kMG]?B/s|\d [GT]B\b|\d %`,
  'verified of|confirmed of|confirmed by|^Confirmed|^Sent',
  String.raw`127\.0\.0\.1|TEST[0-9A-F]{8}`,
].join('|')

/** How far such words may be longer or shorter on another day: px on both sides. */
const margin = 40

/** Where the page, as it stands, shows what differs from run to run; `more`: selectors of what varies on this page alone. */
export const findVaryingPlaces = (page: Page, more: readonly string[] = []): Promise<readonly Box[]> =>
  page.evaluate(
    ({ selector, pattern, margin }) => {
      const boxOf = ({ x, y, width, height }: DOMRect, by = 0) => ({
        x: x - by,
        y: y - 2,
        width: width + 2 * by,
        height: height + 4,
      })
      const boxes = [...document.querySelectorAll(selector)].map((each) => boxOf(each.getBoundingClientRect()))
      const varies = new RegExp(pattern, 'i')
      for (const input of document.querySelectorAll('input'))
        if (varies.test(input.value)) boxes.push(boxOf(input.getBoundingClientRect()))
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        if (!varies.test(node.nodeValue ?? '')) continue
        const range = document.createRange()
        range.selectNodeContents(node)
        for (const rect of range.getClientRects()) boxes.push(boxOf(rect, margin))
      }
      return boxes.filter(({ width, height }) => width > 0 && height > 0)
    },
    { selector: [...selectors, ...more].join(','), pattern: words, margin },
  )

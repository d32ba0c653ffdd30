import pixelmatch from 'pixelmatch'
import { PNG } from 'pngjs'

/** In CSS pixels, which are those of a picture. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface Comparison {
  /** Pixels outside the masked boxes that a person would see as different; all of them if the sizes differ. */
  readonly differing: number
  /** A PNG of the fresh picture, pale, with what differs in red and what is masked in grey. */
  readonly difference: Buffer
}

/** Differences that no eye sees: a shade of a smoothed letter. Of pixelmatch, 0…1. */
const threshold = 0.1

/** Compares two PNGs pixel by pixel; what lies in the boxes is not looked at. */
export function comparePictures(approved: Buffer, fresh: Buffer, masked: readonly Box[] = []): Comparison {
  const before = PNG.sync.read(approved)
  const now = PNG.sync.read(fresh)
  const { width, height } = now
  if (before.width !== width || before.height !== height) return { differing: width * height, difference: fresh }
  for (const box of masked) for (const picture of [before, now]) fill(picture, box)
  const difference = new PNG({ width, height })
  const differing = pixelmatch(before.data, now.data, difference.data, width, height, { threshold })
  return { differing, difference: PNG.sync.write(difference) }
}

function fill({ width, height, data }: PNG, box: Box): void {
  const [left, right] = [Math.max(0, Math.floor(box.x)), Math.min(width, Math.ceil(box.x + box.width))]
  const [top, bottom] = [Math.max(0, Math.floor(box.y)), Math.min(height, Math.ceil(box.y + box.height))]
  if (left >= right) return
  for (let y = top; y < bottom; y += 1) data.fill(128, (y * width + left) * 4, (y * width + right) * 4)
}

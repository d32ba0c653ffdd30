/**
 * Makes a screenshot small: a PNG of true colours becomes one with a palette of at most 256.
 *
 * 1. Read: the colour of each pixel.
 * 2. Choose: colours by how often they occur; one that is nearer than a threshold to a chosen one is not chosen. The threshold grows
 *    until there are at most 256, so a rare accent stays, and the shades of smoothed letters are what is given up.
 * 3. Write: one byte a pixel, unfiltered, deflated as far as zlib can. The same picture gives the same bytes.
 */
import { crc32, deflateSync } from 'node:zlib'
import { PNG } from 'pngjs'

const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10])
const mostColours = 256

interface Picture {
  readonly width: number
  readonly height: number
  /** 0xRRGGBB a pixel. */
  readonly pixels: Uint32Array
}

/** Takes an opaque PNG, and gives one of the same size in pixels. */
export function shrinkPng(png: Buffer): Buffer {
  const picture = readPng(png)
  const { palette, indexOf } = choosePalette(picture.pixels)
  return writePng(picture, palette, indexOf)
}

function readPng(png: Buffer): Picture {
  const { width, height, data } = PNG.sync.read(png)
  const pixels = new Uint32Array(width * height)
  for (let pixel = 0; pixel < pixels.length; pixel += 1) {
    const at = pixel * 4
    pixels[pixel] = ((data[at] ?? 0) << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0)
  }
  return { width, height, pixels }
}

function choosePalette(pixels: Uint32Array): { readonly palette: readonly number[]; indexOf(colour: number): number } {
  const counts = new Map<number, number>()
  for (const colour of pixels) counts.set(colour, (counts.get(colour) ?? 0) + 1)
  const byCount = [...counts].sort(([a, many], [b, more]) => more - many || a - b).map(([colour]) => colour)
  let palette = byCount
  for (let threshold = 4; palette.length > mostColours; threshold *= 1.4) {
    palette = []
    for (const colour of byCount) {
      if (palette.every((chosen) => distance(chosen, colour) > threshold)) palette.push(colour)
      if (palette.length > mostColours) break
    }
  }
  const known = new Map<number, number>()
  const indexOf = (colour: number): number => {
    const found = known.get(colour)
    if (found !== undefined) return found
    let best = 0
    for (const [index, chosen] of palette.entries())
      if (distance(chosen, colour) < distance(palette[best] ?? 0, colour)) best = index
    known.set(colour, best)
    return best
  }
  return { palette, indexOf }
}

/** Squared, with green counted most, as eyes do. */
function distance(a: number, b: number): number {
  const red = (a >> 16) - (b >> 16)
  const green = ((a >> 8) & 255) - ((b >> 8) & 255)
  const blue = (a & 255) - (b & 255)
  return 2 * red * red + 4 * green * green + 3 * blue * blue
}

function writePng(
  { width, height, pixels }: Picture,
  palette: readonly number[],
  indexOf: (colour: number) => number,
): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3, 0, 0, 0], 8)
  const raw = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) raw[y * (width + 1) + 1 + x] = indexOf(pixels[y * width + x] ?? 0)
  const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]))
  const data = deflateSync(raw, { level: 9, memLevel: 9 })
  return Buffer.concat([signature, chunk('IHDR', header), chunk('PLTE', colours), chunk('IDAT', data), chunk('IEND')])
}

function chunk(type: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const whole = Buffer.alloc(body.length + 8)
  whole.writeUInt32BE(data.length, 0)
  body.copy(whole, 4)
  whole.writeUInt32BE(crc32(body), body.length + 4)
  return whole
}

import { PNG } from 'pngjs'
import { expect, test } from 'vitest'
import { comparePictures } from './compare-pictures.ts'

type Colour = readonly [number, number, number]
const white: Colour = [255, 255, 255]
const blue: Colour = [51, 85, 219]

/** A white picture with a square of 10 × 10 pixels. */
function picture({
  x,
  y,
  colour = blue,
  width = 60,
}: {
  x: number
  y: number
  colour?: Colour
  width?: number
}): Buffer {
  const png = new PNG({ width, height: 40 })
  for (let at = 0; at < png.data.length / 4; at += 1) {
    const [column, row] = [at % width, Math.floor(at / width)]
    const inside = column >= x && column < x + 10 && row >= y && row < y + 10
    png.data.set([...(inside ? colour : white), 255], at * 4)
  }
  return PNG.sync.write(png)
}

test('the same picture does not differ', () => {
  expect(comparePictures(picture({ x: 5, y: 5 }), picture({ x: 5, y: 5 })).differing).toBe(0)
})

test('what has moved differs where it was and where it is, and the difference shows it in red', () => {
  const { differing, difference } = comparePictures(picture({ x: 5, y: 5 }), picture({ x: 30, y: 5 }))
  expect(differing).toBe(200)
  const { data, width } = PNG.sync.read(difference)
  expect([...data.subarray((8 * width + 33) * 4, (8 * width + 33) * 4 + 3)]).toEqual([255, 0, 0])
})

test('another shade that no eye tells apart is no difference, another colour is', () => {
  const approved = picture({ x: 5, y: 5 })
  expect(comparePictures(approved, picture({ x: 5, y: 5, colour: [52, 86, 220] })).differing).toBe(0)
  expect(comparePictures(approved, picture({ x: 5, y: 5, colour: [191, 46, 39] })).differing).toBe(100)
})

test('what is masked is not looked at, beyond the edges neither', () => {
  const masked = [{ x: -5, y: 0, width: 80, height: 12 }]
  expect(comparePictures(picture({ x: 5, y: 0 }), picture({ x: 50, y: 0 }), masked).differing).toBe(0)
  expect(comparePictures(picture({ x: 5, y: 0 }), picture({ x: 50, y: 8 }), masked).differing).toBe(60)
})

test('pictures of two sizes differ as a whole', () => {
  expect(comparePictures(picture({ x: 5, y: 5 }), picture({ x: 5, y: 5, width: 61 })).differing).toBe(61 * 40)
})

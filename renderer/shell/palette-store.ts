import { createSpotlight } from '@mantine/spotlight'

export const [paletteStore, palette] = createSpotlight()

export function openPalette(): true {
  palette.open()
  return true
}

export function togglePalette(): true {
  palette.toggle()
  return true
}

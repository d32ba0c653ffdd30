/** What a meta.json may cost. Publishing refuses what reading would refuse. */
export const metaCaps = {
  maxBytes: 64 * 1024 * 1024,
  maxDepth: 16,
  maxFiles: 200_000,
  maxBlocks: 400_000,
  maxValues: 6_000_000,
} as const

/** Texts of a package. Publishing refuses longer ones; reading cuts them. Lengths in characters, `notesBytes` in bytes of UTF-8. */
export const textCaps = {
  title: 100,
  description: 65_536,
  license: 1000,
  homepage: 2000,
  authors: 100,
  author: 200,
  tags: 20,
  tag: 40,
  notesBytes: 4096,
} as const

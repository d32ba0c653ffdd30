/**
 * Writes an asar archive of a few small files, all in its root.
 *
 * Layout, 32-bit little-endian: 4 · size of the header pickle · { size of its payload · length of the JSON · JSON padded to 4 },
 * then the files one after the other at the offsets that the JSON names (as decimal strings, counted from the end of the header).
 */
export function packAsar(files: Readonly<Record<string, string>>): Buffer {
  const contents = Object.entries(files).map(([name, text]) => ({ name, bytes: Buffer.from(text) }))
  const entries: Record<string, { size: number; offset: string }> = {}
  let offset = 0
  for (const { name, bytes } of contents) {
    entries[name] = { size: bytes.length, offset: String(offset) }
    offset += bytes.length
  }
  const json = Buffer.from(JSON.stringify({ files: entries }))
  const payloadBytes = 4 + Math.ceil(json.length / 4) * 4
  const header = Buffer.alloc(12 + payloadBytes)
  header.writeUInt32LE(4, 0)
  header.writeUInt32LE(4 + payloadBytes, 4)
  header.writeUInt32LE(payloadBytes, 8)
  header.writeUInt32LE(json.length, 12)
  json.copy(header, 16)
  return Buffer.concat([header, ...contents.map(({ bytes }) => bytes)])
}

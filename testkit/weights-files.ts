/** Small weights files, as the programs that made them write them. */
export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
export const u64 = (value: number | bigint): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}
export const ggufText = (value: string): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)])

const bytesOfType: Readonly<Record<string, number>> = { F32: 4, F16: 2, BF16: 2, I64: 8 }

export function writeSafetensors(
  tensors: Readonly<Record<string, { readonly dtype: string; readonly shape: readonly number[] }>>,
  metadata: Readonly<Record<string, string>> = {},
): Buffer {
  let at = 0
  const described = Object.entries(tensors).map(([name, { dtype, shape }]) => {
    const from = at
    at += shape.reduce((product, length) => product * length, bytesOfType[dtype] ?? 1)
    return [name, { dtype, shape, data_offsets: [from, at] }] as const
  })
  const json = Buffer.from(JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(described) }))
  return Buffer.concat([u64(json.length), json, Buffer.alloc(at)])
}

/** Pairs are key, value type, and the value's bytes. */
export function writeGguf({
  version = 3,
  pairs,
  tensors,
}: {
  readonly version?: number
  readonly pairs: readonly (readonly [key: string, type: number, value: Uint8Array])[]
  readonly tensors: readonly { readonly name: string; readonly type: number; readonly shape: readonly number[] }[]
}): Buffer {
  const header = Buffer.concat([
    Buffer.from('GGUF'),
    u32(version),
    u64(tensors.length),
    u64(pairs.length),
    ...pairs.flatMap(([key, type, value]) => [ggufText(key), u32(type), value]),
    ...tensors.flatMap(({ name, type, shape }, index) => [
      ggufText(name),
      u32(shape.length),
      ...shape.map(u64),
      u32(type),
      u64(index * 128),
    ]),
  ])
  return Buffer.concat([header, Buffer.alloc((32 - (header.length % 32)) % 32), Buffer.alloc(4096)])
}

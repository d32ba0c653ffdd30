/**
 * Which names of Python a pickle asks for when it is loaded: `collections.OrderedDict`, `os.system`. Loading runs whatever they do, so a list
 * of them is for people to judge; it is no proof of anything.
 *
 *  1. A file of PyTorch is a zip: the pickle is its entry `…/data.pkl`, stored as it is. Anything else is taken for pickles, one after another.
 *  2. The opcodes (Python's pickletools, protocols 0 to 5) are read one by one; data between them is passed over.
 *  3. GLOBAL and INST name what they ask for; STACK_GLOBAL takes the last two texts, which may come from the memo.
 *
 * The bytes may be anybody's: where they are no pickle, or end too early, what was found so far is told, as not whole.
 */
export interface PickleImports {
  /** By name; `?` for a part that is made while loading. */
  readonly names: readonly string[]
  readonly isWhole: boolean
}

export function findPickleImports(bytes: Uint8Array): PickleImports | undefined {
  const pickle = isZip(bytes) ? entryOfZip(bytes, /(?:^|\/)data\.pkl$/) : { from: 0, to: bytes.length }
  if (pickle === undefined) return undefined
  const names = new Set<string>()
  let { from: at } = pickle
  let pickles = 0
  while (at < pickle.to && !(pickles === 1 && isZip(bytes))) {
    const end = readPickle(bytes.subarray(0, pickle.to), at, names)
    if (end === undefined)
      return pickles === 0 && names.size === 0 ? undefined : { names: [...names].sort(), isWhole: false }
    at = end
    pickles += 1
  }
  return pickles === 0 ? undefined : { names: [...names].sort(), isWhole: true }
}

const mostOpcodes = 2_000_000
const mostNames = 1000
const stop = 0x2e

/** Bytes behind an opcode: a number; a text up to a line's end, once or twice; a length of so many bytes, and as much data. */
type Rest = number | 'line' | 'two lines' | { readonly lengthBytes: 1 | 4 | 8; readonly isText: boolean }
const text = (lengthBytes: 1 | 4 | 8): Rest => ({ lengthBytes, isText: true })
const data = (lengthBytes: 1 | 4 | 8): Rest => ({ lengthBytes, isText: false })

const rests = new Map<number, Rest>()
const add = (opcodes: string | readonly number[], rest: Rest) => {
  for (const each of opcodes) rests.set(typeof each === 'string' ? each.charCodeAt(0) : each, rest)
}
add('(.012NQRabdelost)u}]', 0)
add([0x81, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8f, 0x90, 0x91, 0x92, 0x93, 0x94, 0x97, 0x98], 0)
add('FILPSVgp', 'line')
add('ci', 'two lines')
add('Khq', 1)
add([0x80, 0x82], 1)
add('M', 2)
add([0x83], 2)
add('Jjr', 4)
add([0x84], 4)
add('G', 8)
add([0x95], 8)
add('U', text(1))
add([0x8c], text(1))
add('TX', text(4))
add([0x8d], text(8))
add('C', data(1))
add([0x8a], data(1))
add('B', data(4))
add([0x8b], data(4))
add([0x8e, 0x96], data(8))

const [lineText, lineUnicode] = [0x53, 0x56]
const [global, inst, stackGlobal, memoize] = [0x63, 0x69, 0x93, 0x94]
const puts = [0x70, 0x71, 0x72]
const gets = [0x67, 0x68, 0x6a]
/** These leave the last text where it is. */
const passive = [0x95, 0x80]

/** Where the next one begins; undefined when this is no pickle, or not a whole one. */
function readPickle(bytes: Uint8Array, from: number, names: Set<string>): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const latin = (start: number, end: number) => Buffer.from(bytes.subarray(start, end)).toString('utf8')
  /** What was put last, as far as it was a text. */
  const recent: (string | undefined)[] = [undefined, undefined]
  const push = (value: string | undefined) => {
    recent[0] = recent[1]
    recent[1] = value
  }
  const memo = new Map<number, string | undefined>()
  const note = (module: string | undefined, name: string | undefined) => {
    if (names.size < mostNames) names.add(`${module ?? '?'}.${name ?? '?'}`.slice(0, 300))
    push(undefined)
  }
  let at = from
  for (let count = 0; count < mostOpcodes && at < bytes.length; count += 1) {
    const opcode = bytes[at] as number
    const rest = rests.get(opcode)
    if (rest === undefined) return undefined
    at += 1
    const start = at
    if (typeof rest === 'number') at += rest
    else if (typeof rest === 'object') {
      if (at + rest.lengthBytes > bytes.length) return undefined
      const length =
        rest.lengthBytes === 1
          ? view.getUint8(at)
          : rest.lengthBytes === 4
            ? view.getUint32(at, true)
            : Number(view.getBigUint64(at, true))
      at += rest.lengthBytes + length
    } else {
      for (let lines = rest === 'line' ? 1 : 2; lines > 0; lines -= 1) {
        const end = bytes.indexOf(0x0a, at)
        if (end < 0) return undefined
        at = end + 1
      }
    }
    if (at > bytes.length) return undefined

    if (opcode === stop) return at
    if (opcode === global || opcode === inst) {
      const [module, name] = latin(start, at - 1).split('\n')
      note(module, name)
    } else if (opcode === stackGlobal) note(recent[0], recent[1])
    else if (opcode === memoize) memo.set(memo.size, recent[1])
    else if (puts.includes(opcode)) memo.set(indexOf(opcode, start, at), recent[1])
    else if (gets.includes(opcode)) push(memo.get(indexOf(opcode, start, at)))
    else if (opcode === lineText || opcode === lineUnicode) push(latin(start, at - 1).replace(/^(['"])(.*)\1$/, '$2'))
    else if (typeof rest === 'object' && rest.isText) push(latin(start + rest.lengthBytes, at))
    else if (!passive.includes(opcode)) push(undefined)
  }
  return undefined

  function indexOf(opcode: number, start: number, end: number): number {
    if (opcode === puts[0] || opcode === gets[0]) return Number(latin(start, end - 1))
    return opcode === puts[1] || opcode === gets[1] ? view.getUint8(start) : view.getUint32(start, true)
  }
}

const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4

/** An entry by its local header, stored and of known length, among those at the start; the directory at the end may be far away. */
function entryOfZip(bytes: Uint8Array, wanted: RegExp): { readonly from: number; readonly to: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = 0; at + 30 <= bytes.length && view.getUint32(at, true) === 0x04034b50; ) {
    const isStored = view.getUint16(at + 8, true) === 0
    const length = view.getUint32(at + 18, true)
    const nameEnd = at + 30 + view.getUint16(at + 26, true)
    const from = nameEnd + view.getUint16(at + 28, true)
    const name = Buffer.from(bytes.subarray(at + 30, nameEnd)).toString('utf8')
    // Written in one go: the length comes behind the data, which ends with the pickle.
    const hasLength = (view.getUint16(at + 6, true) & 8) === 0
    if (wanted.test(name))
      return isStored ? { from, to: hasLength ? Math.min(bytes.length, from + length) : bytes.length } : undefined
    if (!hasLength) return undefined
    at = from + length
  }
  return undefined
}

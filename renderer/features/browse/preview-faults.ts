import Papa from 'papaparse'
import type { FilePreview } from '../../../shared/model/file-preview.ts'

/** What a file is not that its name says it is; a text of it can still be read as it is. */
export type PreviewFault = 'picture' | 'model' | 'cut' | 'json' | 'table'

/** Of a text of which the beginning is here nothing is said that its end could still put right. */
export function faultOf(
  name: string,
  { content, sizeBytes }: Pick<FilePreview, 'content' | 'sizeBytes'>,
): PreviewFault | undefined {
  if (/\.(?:png|jpe?g|gif|webp)$/i.test(name)) return content.kind === 'picture' ? undefined : 'picture'
  if (/\.(?:safetensors|gguf)$/i.test(name)) {
    if (content.kind !== 'model') return 'model'
    const { headerBytes, tensors } = content.header
    return tensors.reduce((sum, each) => sum + each.sizeBytes, headerBytes) > sizeBytes ? 'cut' : undefined
  }
  if (content.kind !== 'text' || content.truncated) return undefined
  if (/\.json$/i.test(name)) return isJson(content.text) ? undefined : 'json'
  if (/\.[ct]sv$/i.test(name)) return isTable(content.text) ? undefined : 'table'
  return undefined
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Rows of other lengths are still a table; quotes that don't end swallow the rest of it. */
const isTable = (text: string): boolean => Papa.parse(text).errors.every(({ type }) => type !== 'Quotes')

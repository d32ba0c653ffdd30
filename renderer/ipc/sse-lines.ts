/**
 * Cuts a stream of server-sent events into the texts of their `data:` lines. Feed it pieces as they arrive; a line that a piece cuts in two
 * comes out whole with the next piece. Comments and other fields are skipped.
 */
export function createSseReader(): (piece: string) => readonly string[] {
  let rest = ''
  return (piece) => {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    return lines.filter((line) => line.startsWith('data:')).map((line) => line.slice('data:'.length).trim())
  }
}

/** Where an error comes from, for the log: the frames of its stack without its text, which may hold what a log must not. */
export function framesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error) || error.stack === undefined) return [typeof error]
  const frames = error.stack.split('\n').filter((line) => /^\s+at /.test(line))
  return [error.name, ...frames.slice(0, 12).map((line) => line.trim())]
}

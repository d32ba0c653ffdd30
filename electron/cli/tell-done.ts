import type { Context } from './command.ts'

interface Told {
  readonly document: readonly unknown[]
  readonly lines: readonly string[]
}

/** Of several things to do: where one fails, those that were done before are told first, and the error doesn't say that nothing was changed. */
export async function tellDone(
  { output }: Pick<Context, 'output'>,
  done: readonly unknown[],
  tell: () => Told | Promise<Told>,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (done.length > 0) {
      // What can't be told must not hide the error.
      const told = await Promise.resolve(tell()).catch(() => ({ document: done, lines: [] }))
      output.partial(told.document, told.lines)
    }
    throw error
  }
}

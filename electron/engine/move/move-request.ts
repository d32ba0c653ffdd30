import * as z from 'zod'

/** What a move is given, plain JSON in its journal. Paths are absolute. */
export const moveRequest = z.object({ libraryId: z.string(), from: z.string(), to: z.string() })
export type MoveRequest = Readonly<z.infer<typeof moveRequest>>

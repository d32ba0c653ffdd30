/** No byte came or went for the whole stall time. Read by s3-errors alone. */
export class StallError extends Error {
  readonly code = 'ORBITAL_STALLED'
  constructor() {
    super('no byte within the stall time')
  }
}

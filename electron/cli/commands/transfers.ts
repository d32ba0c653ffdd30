import { AppError } from '../../../shared/errors.ts'
import type { Transfer } from '../../../shared/model/transfer.ts'
import { unknownVerb, usage } from '../arguments.ts'
import type { Command, Context } from '../command.ts'
import { bytesOf, subjectOf, table } from '../output.ts'
import { requiredWord } from '../spec.ts'
import { linesOf, throwIfBad } from './verify.ts'

export const transfers: Command = {
  name: 'transfers',
  usage: 'list | resume <id> | cancel <id>',
  summary: 'List transfers, let one go on, or cancel one.',
  mostWords: 2,
  async run(context) {
    const [verb = 'list'] = context.words
    if (verb === 'list') return listTransfers(context)
    if (verb !== 'resume' && verb !== 'cancel') throw unknownVerb(transfers, verb)
    const { id, state, ...transfer } = await transferOf(context, requiredWord(context, 'transfer', 1))
    if (state.kind === 'done' || state.kind === 'cancelled')
      throw usage(`${subjectOf(transfer)} has ended (${state.kind}): there is nothing to ${verb}.`)
    if (verb === 'cancel') {
      const { discarded } = await context.api.transfers.cancel({ id })
      const left = discarded ? 'is gone.' : 'can’t be deleted now: the app does that at a later start.'
      return context.output.result({ id, state: 'cancelled', discarded }, [
        `Cancelled. What it had left behind ${left}`,
      ])
    }
    await context.api.transfers.resume({ id })
    const done = await context.follow(id)
    const isUpkeep = done.kind === 'verify' || done.kind === 'repair'
    const report = isUpkeep ? await context.api.transfers.report({ id }) : undefined
    context.output.result(done, report === undefined ? [`${subjectOf(done)}: done.`] : linesOf(report))
    if (report !== undefined) throwIfBad(report)
  },
}

async function listTransfers({ api, output }: Context): Promise<void> {
  const all = await api.transfers.list({})
  const rows = all.map((each) => [
    each.id.slice(0, 8),
    each.kind,
    subjectOf(each),
    each.state.kind === 'paused' ? `paused (${each.state.reason})` : each.state.kind,
    bytesOf(each),
  ])
  output.result(all, rows.length === 0 ? ['There are no transfers.'] : table(rows))
}

/** The beginning of an id is enough where it is the only such. */
async function transferOf({ api }: Context, word: string): Promise<Transfer> {
  const matching = (await api.transfers.list({})).filter(({ id }) => id.startsWith(word))
  const [only] = matching
  if (only === undefined || matching.length > 1) throw new AppError('transfer-not-found', { transferId: word })
  return only
}

import { foldText } from '../../shared/model/search.ts'

/** What an action is found by. */
export interface Findable {
  readonly title: string
  /** Other words for it. */
  readonly words?: string
}

/** 3 the title begins so, 2 each word begins one of the title's, 1 the title holds all words, 0.5 only with its other words; 0: not at all. */
export function scoreOfAction({ title, words = '' }: Findable, text: string): number {
  const wanted = foldText(text).trim()
  if (wanted === '') return 1
  const own = foldText(title)
  if (own.startsWith(wanted)) return 3
  const each = wanted.split(/\s+/)
  const begun = ` ${own.replace(/[^\p{L}\p{N}]+/gu, ' ')}`
  if (each.every((word) => begun.includes(` ${word}`))) return 2
  if (each.every((word) => own.includes(word))) return 1
  const all = `${own} ${foldText(words)}`
  return each.every((word) => all.includes(word)) ? 0.5 : 0
}

/** Those that fit the text, best first; equal ones stay in their order. */
export function rankActions<A extends Findable>(actions: readonly A[], text: string): readonly A[] {
  return actions
    .map((action) => ({ action, score: scoreOfAction(action, text) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .map(({ action }) => action)
}

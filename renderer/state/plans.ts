export interface PlanNews {
  readonly entryCount?: number
  /** Bytes read while it is written as a file. */
  readonly building?: { readonly doneBytes: number; readonly totalBytes: number }
}
type Listener = (news: PlanNews) => void
const listeners = new Map<string, Set<Listener>>()

/**
 * Calls back whenever the engine knows more of a plan (hashes were taken), and while it reads a large folder, with how many entries it has seen,
 * and while it is written as a file.
 * Returns the unsubscriber.
 */
export function onPlanNews(planId: string, listener: Listener): () => void {
  const ofPlan = listeners.get(planId) ?? new Set()
  ofPlan.add(listener)
  listeners.set(planId, ofPlan)
  return () => {
    ofPlan.delete(listener)
    if (ofPlan.size === 0) listeners.delete(planId)
  }
}

export function announcePlan(planId: string, news: PlanNews = {}): void {
  for (const listener of listeners.get(planId) ?? []) listener(news)
}

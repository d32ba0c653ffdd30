const listeners = new Map<string, Set<() => void>>()

/** Calls back whenever the engine knows more of a plan (hashes were taken). Returns the unsubscriber. */
export function onPlanRefined(planId: string, listener: () => void): () => void {
  const ofPlan = listeners.get(planId) ?? new Set()
  ofPlan.add(listener)
  listeners.set(planId, ofPlan)
  return () => {
    ofPlan.delete(listener)
    if (ofPlan.size === 0) listeners.delete(planId)
  }
}

export function announcePlan(planId: string): void {
  for (const listener of listeners.get(planId) ?? []) listener()
}

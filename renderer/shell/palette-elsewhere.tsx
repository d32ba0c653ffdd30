import { Spotlight } from '@mantine/spotlight'
import { useEffect, useLayoutEffect } from 'react'
import { create } from 'zustand'
import type { PackageSummary } from '../../shared/model/package.ts'
import { StandingGlyph } from '../features/browse/standing-label.tsx'
import { client } from '../ipc/link.ts'
import { showConnection, useConnections } from '../state/connections.ts'
import { goTo } from '../state/navigation.ts'
import type { Standing } from '../state/package-standing.ts'
import { shellText } from '../text/shell.ts'
import { Entry } from './palette-entry.tsx'
import { keepSelection } from './palette-selection.ts'
import { whyFound } from './why-found.ts'

const words = shellText.palette
const mostOfEach = 3
/** Between two keys nothing is asked. */
const restMs = 120

interface Elsewhere {
  readonly connectionId: string
  readonly package: PackageSummary
}

/** Packages of the connections that are not shown, as far as their lists are kept: no store is asked. */
const useElsewhere = create<{ readonly found: readonly Elsewhere[] }>(() => ({ found: [] }))

const keyOf = ({ connectionId, package: { name } }: Elsewhere): string => `e:${connectionId}:${name}`

/** The one with that entry of the palette. */
export const elsewhereOf = (entry: string | undefined): Elsewhere | undefined =>
  useElsewhere.getState().found.find((each) => keyOf(each) === entry)

/** What fits the text in other connections; what fitted the one before stays until the answer is there. */
export function useFoundElsewhere(text: string): readonly Elsewhere[] {
  const shownId = useConnections(({ currentId }) => currentId)
  const hasOthers = useConnections(({ list }) => list.length > 1)
  const { found } = useElsewhere()
  useEffect(() => {
    if (text === '' || !hasOthers) return useElsewhere.setState({ found: [] })
    const stop = new AbortController()
    const ask = async () => {
      const input = { query: text, exceptId: shownId, atMost: mostOfEach }
      useElsewhere.setState({ found: await client.catalog.searchKept(input, { signal: stop.signal }) })
    }
    // Whatever fails shows where the connection is looked at.
    const timer = setTimeout(() => void ask().catch(() => useElsewhere.setState({ found: [] })), restMs)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [text, shownId, hasOthers])
  useEffect(() => () => useElsewhere.setState({ found: [] }), [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: entries came or went
  useLayoutEffect(keepSelection, [found])
  return found
}

interface FoundElsewhereProps {
  readonly found: readonly Elsewhere[]
  readonly standingsOf: (connectionId: string) => (each: PackageSummary) => Standing
  readonly text: string
}

export function FoundElsewhere({ found, standingsOf, text }: FoundElsewhereProps) {
  const connections = useConnections(({ list }) => list)
  return (
    <Spotlight.ActionsGroup role="group" aria-label={words.elsewhere} label={words.elsewhere}>
      {found.map((each) => (
        <Entry
          key={keyOf(each)}
          id={keyOf(each)}
          glyph={<StandingGlyph package={each.package} standing={standingsOf(each.connectionId)(each.package)} />}
          title={each.package.title}
          more={each.package.name}
          why={whyFound(each.package, text)}
          end={connections.find(({ id }) => id === each.connectionId)?.name}
          text={text}
          onRun={() => {
            showConnection(each.connectionId)
            goTo({ page: 'package', name: each.package.name, tab: 'overview' })
          }}
        />
      ))}
    </Spotlight.ActionsGroup>
  )
}

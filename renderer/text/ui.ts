import { isolate } from '../../shared/text/isolate.ts'
/** Words of the parts that every page is made of. */
export const uiText = {
  closeMessage: 'Close this message',
  undo: 'Undo',
  copy: (what: string): string => `Copy ${isolate(what)}`,
  copied: 'Copied',
  stateColumn: 'State',
  error: {
    title: 'This did not work',
    happened: 'What happened',
    safe: 'What is safe',
    todo: 'What to do',
    details: 'Details for support',
    copyDetails: 'Copy the details',
  },
  pageFailed: {
    label: 'This page failed',
    title: 'This page can’t be shown',
    again: 'Show it again',
  },
}

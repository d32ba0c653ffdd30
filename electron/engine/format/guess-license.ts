export const licenseFileName = /^(?:licen[cs]e|copying)(?:\.(?:txt|md|rst))?$/i

/** Titles and sentences that stand in one licence's text alone; the first that is found counts. */
const licences: readonly (readonly [RegExp, string])[] = [
  [/Apache License,?\s+Version 2\.0/i, 'Apache-2.0'],
  [/GNU AFFERO GENERAL PUBLIC LICENSE\s+Version 3/i, 'AGPL-3.0'],
  [/GNU LESSER GENERAL PUBLIC LICENSE\s+Version 3/i, 'LGPL-3.0'],
  [/GNU GENERAL PUBLIC LICENSE\s+Version 3/i, 'GPL-3.0'],
  [/GNU GENERAL PUBLIC LICENSE\s+Version 2/i, 'GPL-2.0'],
  [/Mozilla Public License,?\s+Version 2\.0/i, 'MPL-2.0'],
  [/Attribution-NonCommercial-ShareAlike 4\.0/i, 'CC-BY-NC-SA-4.0'],
  [/Attribution-NonCommercial 4\.0/i, 'CC-BY-NC-4.0'],
  [/Attribution-ShareAlike 4\.0/i, 'CC-BY-SA-4.0'],
  [/Attribution 4\.0 International/i, 'CC-BY-4.0'],
  [/CC0 1\.0 Universal/i, 'CC0-1.0'],
  [/Redistribution and use in source and binary forms[\s\S]*Neither the name/i, 'BSD-3-Clause'],
  [/Redistribution and use in source and binary forms/i, 'BSD-2-Clause'],
  [/Permission is hereby granted, free of charge, to any person obtaining a copy/i, 'MIT'],
]

/** The licence that a LICENSE file is the text of, by its short name (SPDX); undefined for one that is not among the common ones. */
export function guessLicense(text: string): string | undefined {
  const stated = /SPDX-License-Identifier:\s*([\w.+-]{1,60})/.exec(text)?.[1]
  return stated ?? licences.find(([pattern]) => pattern.test(text.slice(0, 20_000)))?.[1]
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { guessLicense, licenseFileName } from './guess-license.ts'

const root = join(import.meta.dirname, '../../..')

test.each([
  [readFileSync(join(root, 'LICENSE'), 'utf8'), 'Apache-2.0'],
  ['GNU GENERAL PUBLIC LICENSE\n   Version 3, 29 June 2007\n', 'GPL-3.0'],
  ['GNU LESSER GENERAL PUBLIC LICENSE\n   Version 3, 29 June 2007\n', 'LGPL-3.0'],
  ['GNU AFFERO GENERAL PUBLIC LICENSE\n   Version 3, 19 November 2007\n', 'AGPL-3.0'],
  ['GNU GENERAL PUBLIC LICENSE\n   Version 2, June 1991\n', 'GPL-2.0'],
  ['GNU GENERAL PUBLIC LICENSE, as published later', undefined],
  ['Mozilla Public License Version 2.0\n====', 'MPL-2.0'],
  ['Creative Commons Attribution-NonCommercial 4.0 International', 'CC-BY-NC-4.0'],
  ['Attribution-NonCommercial-ShareAlike 4.0 International', 'CC-BY-NC-SA-4.0'],
  ['Attribution-ShareAlike 4.0 International', 'CC-BY-SA-4.0'],
  ['Creative Commons Attribution 4.0 International', 'CC-BY-4.0'],
  ['Creative Commons CC0 1.0 Universal', 'CC0-1.0'],
  ['MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy of', 'MIT'],
  ['Redistribution and use in source and binary forms, …\n3. Neither the name of the holder', 'BSD-3-Clause'],
  ['Redistribution and use in source and binary forms, with or without modification', 'BSD-2-Clause'],
  ['SPDX-License-Identifier: EUPL-1.2\n', 'EUPL-1.2'],
  ['All rights reserved. Ask legal@example.com.', undefined],
])('%#: the licence of its text', (text, expected) => {
  expect(guessLicense(text)).toBe(expected)
})

test.each(['LICENSE', 'license.txt', 'LICENCE.md', 'COPYING'])('%s is one', (name) => {
  expect(name).toMatch(licenseFileName)
})
test.each(['LICENSES', 'license.json', 'my-license.txt'])('%s is none', (name) => {
  expect(name).not.toMatch(licenseFileName)
})

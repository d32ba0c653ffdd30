import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startTestEngine } from '../../../testkit/test-engine.ts'
import { packageRow } from '../../pages/browse.ts'
import { writeHome } from '../../prepare-home.ts'
import { test as base, expect } from '../../with-store.ts'

const bad = 'https://attacker.example'
const run = (mark: string) => `window.attacked='${mark}'`

/** Each has words that are to be seen. What none of them may bring in is looked for below. */
const hostile: Readonly<Record<string, string>> = {
  'handlers.md': `
<body onload="${run('body')}"><svg/onload=${run('svg')}><math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${run('mglyph')}&gt;">
<noscript><p title="</noscript><img src=x onerror=${run('noscript')}>"></noscript>
<details open ontoggle="${run('toggle')}"><summary onfocus="${run('focus')}" autofocus tabindex=1>Open</summary>inside</details>
<input autofocus onfocus="${run('input')}"><button formaction="javascript:${run('button')}">Sign in</button><marquee onstart="${run('marquee')}">
<template><img src=x onerror="${run('template')}"></template><xmp><img src=x onerror="${run('xmp')}"></xmp>

<p id="root" name="body" class="btn toast" data-x="1" aria-hidden="true" style="position:fixed;inset:0" draggable="true">words to read</p>`,
  'loads.md': `
<meta http-equiv="refresh" content="0;url=${bad}"><base href="${bad}/"><link rel="stylesheet" href="${bad}/a.css">
<style>@import url(${bad}/b.css); body { display: none; background: url(${bad}/c.png) }</style>
<iframe src="${bad}" srcdoc="<script>parent.attacked=1</script>"></iframe><object data="${bad}"></object><embed src="${bad}">
<video src="${bad}/v.mp4" poster="${bad}/p.png" autoplay></video><audio src="${bad}/a.mp3"></audio><picture><source srcset="${bad}/s.png"><img srcset="${bad}/i.png 2x"></picture>
<form action="${bad}"><input name="secret"><select><option>x</select><textarea></textarea></form>

<div style="background: url(${bad}/d.png)">plain</div>

![a picture](${bad}/e.png "title") ![x][picture] ![](data:image/png;base64,AAAA) ![](blob:${bad})

[picture]: ${bad}/f.png

words to read`,
  'links.md': `
[a](javascript:${run('md')}) [b](JaVaScRiPt:alert) [c](&#106;avascript:alert) [d](java&#10;script:alert) [e](vbscript:x) [f](data:text/html;base64,PHNjcmlwdD4=)
[g](file:///etc/passwd) [h](orbital://install?name=a&bucket=b) [i](//attacker.example) [j](#/settings) [k](http://attacker.example) [l](app://orbital/)
<a href="java	script:${run('tab')}">m</a> <a href=" javascript:${run('space')}">n</a> <a href='javascript:${run('single')}'>o</a> <a xlink:href="javascript:x" href=javascript:x>p</a>
<a href="https://example.org/one" onclick="${run('onclick')}" ping="${bad}" target="_blank" download>one</a> <https://example.org/two> mail@example.org

words to read`,
  'open.md': `${'<div><table><tr><td><b><i>'.repeat(300)}

<details><summary>folded</summary>

<p title="never closed

[never](closed

words to read ${'`'.repeat(40)}

<!-- never closed <script>${run('comment')}</script>`,
  'deep.md': `words to read

${'>'.repeat(9000)} quoted

${Array.from({ length: 300 }, (_, depth) => `${'  '.repeat(depth)}- item`).join('\n')}

${'<blockquote>'.repeat(500)}${'</blockquote>'.repeat(499)}

${'*_'.repeat(4000)}

words to read`,
  'slow.md': `words to read

<div>
${'<a'.repeat(20_000)}
<${'a'.repeat(100_000)}

${'['.repeat(20_000)}

${'![](<'.repeat(4000)}

${'a**b'.repeat(5000)}

${'x@'.repeat(5000)} ${'http://'.repeat(3000)}

${Array.from({ length: 300 }, (_, at) => '`'.repeat(at)).join(' ')}

${'&'.repeat(20_000)} ${'\\'.repeat(20_000)}

words to read`,
  'huge.md': `# Words to read\n\n${'| a | b | c |\n|---|---|---|\n| 1 | 2 | 3 |\n\n## One more\n\n'.repeat(1500)}`,
  'page.html': `<!doctype html><script>${run('html')}</script><img src="${bad}/x.png" onerror="${run('img')}"> words to read`,
}

const test = base.extend({
  prepareHome: async ({ workFolder }, use) =>
    use(async (home) => {
      await mkdir(join(workFolder, 'store'))
      const homeOfPublisher = join(workFolder, 'publisher')
      for (const each of [home, homeOfPublisher])
        await writeHome(each, { folders: { 'Team models': join(workFolder, 'store') } })
      const folder = join(workFolder, 'hostile')
      await mkdir(folder)
      for (const [name, content] of Object.entries(hostile)) await writeFile(join(folder, name), content)
      const recipe = { name: 'hostile', version: '1.0.0', title: 'Hostile', include: ['*'], readme: 'page.html' }
      await writeFile(join(folder, 'package.json'), JSON.stringify(recipe))
      const engine = await startTestEngine(homeOfPublisher)
      expect((await engine.publish(folder, {}, 'team-models')).state.kind).toBe('done')
      await engine.stop()
    }),
})

test('texts made to run, load, lead away, hide the page or hold it up are only read', async ({ app: { page } }) => {
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await packageRow(page, 'Hostile').dblclick()
  // A card that is HTML is read as a text with marks: what is no text of it goes.
  await expect(page.getByRole('article')).toContainText('words to read')
  await page.getByRole('tab', { name: 'Files' }).click()
  // By classes: what these texts hold makes it slow to look for roles.
  const preview = page.locator('.preview')
  for (const name of Object.keys(hostile)) {
    await page.locator('.tree-row').filter({ hasText: name }).click()
    await expect(preview.locator('h2').first()).toHaveText(name)
    await expect.soft(preview, name).toContainText(/words to read/i)
    if (name === 'page.html') {
      await expect(preview.locator('pre')).toContainText('<script>')
      continue
    }
    const card = preview.locator('.md')
    const found = await card.evaluate((article) => {
      const others = new Set<string>()
      const attributes = new Set<string>()
      for (const element of article.querySelectorAll('*')) {
        if (
          /^(?:script|style|link|meta|base|iframe|object|embed|img|svg|math|video|audio|source|picture|form|input|button|select|textarea|template|noscript|marquee|xmp)$/i.test(
            element.localName,
          )
        )
          others.add(element.localName)
        for (const { name: each } of element.attributes) attributes.add(each)
      }
      return { others: [...others], attributes: [...attributes].toSorted() }
    })
    expect.soft(found.others, name).toEqual([])
    const known = ['class', 'dir', 'href', 'start', 'tabindex', 'title']
    expect
      .soft(
        found.attributes.filter((each) => !known.includes(each)),
        name,
      )
      .toEqual([])
    expect
      .soft(await card.locator('a').evaluateAll((links) => links.map((link) => link.getAttribute('href'))), name)
      .toEqual(
        name === 'links.md' ? ['https://example.org/one', 'https://example.org/two', 'mailto:mail@example.org'] : [],
      )
  }
  expect(await page.evaluate(() => 'attacked' in window)).toBe(false)
  expect(asked.filter((url) => url.includes('attacker'))).toEqual([])
  await page.locator('.tree-row').filter({ hasText: 'links.md' }).click()
  await preview.getByText('words to read').click()
  await page.getByRole('button', { name: 'Back to Browse' }).click()
  await expect(packageRow(page, 'Hostile')).toBeVisible()
})

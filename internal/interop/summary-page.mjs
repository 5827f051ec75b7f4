// Looks at the summary's pages in Chromium, as people and their screen readers do.
//
//   node summary-page.mjs CHROMIUM FOLDER     with FOLDER/NAME.html, and what it shows in FOLDER/NAME.json
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [, , executablePath, folder] = process.argv;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// Where the one who waits for this has died, its end of stdin is closed.
process.stdin.on('end', () => process.exit(1)).resume().unref();

const browser = await chromium.launch({ executablePath });
after(() => browser.close());

// A test that opens a page fails on whatever the page asks for, complains about, or pops up.
function look(name, file, options, check) {
  test(name, async () => {
    const address = pathToFileURL(`${folder}/${file}.html`).href;
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const requests = [];
    const complaints = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('dialog', (dialog) => { complaints.push(dialog.message()); return dialog.dismiss(); });
    await page.goto(address);
    await check(page, JSON.parse(readFileSync(`${folder}/${file}.json`, 'utf8')));
    assert.deepEqual(requests, [address]);
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

const desktop = { viewport: { width: 1280, height: 900 } };
const phone = { viewport: { width: 320, height: 640 } };
const number = (n) => n.toLocaleString('en');
const sum = (counts) => counts.reduce((total, { tokens }) => total + tokens, 0);

const matches = (page) => page.getByRole('status');
const search = (page) => page.getByRole('searchbox', { name: 'Search holders' });
const holders = (page) => page.getByRole('table', { name: 'Holders' });
const header = (page, name) => holders(page).getByRole('columnheader', { name });
// Not their innerText: that of rows which nobody has scrolled to is empty.
const column = (page, nth) => holders(page).locator(`tbody tr:not([hidden]) > :nth-child(${nth})`).allTextContents();

async function waitForMatches(page, text) {
  await matches(page).getByText(text, { exact: true }).waitFor({ timeout: 5000 });
}

for (const [device, options] of Object.entries({ desktop, phone })) {
  look(`charts tell the numbers on a ${device}`, 'hostile', options, async (page, summary) => {
    const charts = {
      'Tokens by app': summary.apps,
      'Tokens by user': summary.users,
      'Tokens by scope': summary.scopes,
      'Time since tokens were issued': summary.ages,
      'Time until tokens expire': summary.expiries,
      'Tokens by issuer': summary.issuers,
    };
    for (const [name, counts] of Object.entries(charts)) {
      const chart = page.getByRole('table', { name });
      const shown = counts.slice(0, 20);
      const others = counts.slice(20);
      const numbers = shown.map(({ tokens }) => number(tokens));
      const labels = shown.map(({ id }) => id || 'none');
      if (others.length) {
        labels.push(`${others.length} others`);
        numbers.push(name === 'Tokens by scope' ? `up to ${others[0].tokens}` : number(sum(others)));
      }
      const words = await chart.getByRole('rowheader').allInnerTexts();
      assert.deepEqual(words.map((text, i) => text.slice(-labels[i].length)), labels, name); // names stand before ids
      const cells = await chart.getByRole('cell').allInnerTexts();
      assert.deepEqual(cells.filter((_, i) => i % 2 === 0), numbers, name);

      const widths = await chart.locator('svg, rect').evaluateAll((all) => all.map((e) => e.getBoundingClientRect().width));
      for (const [i, { id, tokens }] of shown.entries()) {
        const [whole, bar] = widths.slice(2 * i);
        assert.ok(Math.abs(bar / whole - tokens / summary.tokens) < 0.01, `${name}: ${id} has a bar of ${bar} of ${whole}`);
      }
    }
    for (const [name, n] of Object.entries({ Tokens: summary.tokens, Apps: summary.apps.length, Users: summary.users.length })) {
      assert.equal(await page.locator('.totals div', { hasText: name }).locator('dd').innerText(), number(n));
    }
    assert.equal(await page.locator('header time').getAttribute('datetime'), summary.time);
  });

  look(`search finds rows on a ${device}`, 'hostile', options, async (page, { holders: all }) => {
    const searches = {
      '  USER8@  0oa08': 1, // several words, in any case, of several cells
      '0oa08 0oa09': 0,
      'verylongword': 2,
      '<script>alert(1)': 3, // no two in a row find as many, so that the wait is for each of them
      '': all.length,
    };
    assert.equal(await matches(page).innerText(), `${all.length} of ${all.length} rows`);
    for (const [words, found] of Object.entries(searches)) {
      await search(page).fill(words);
      await waitForMatches(page, `${found} of ${all.length} rows`);
      assert.equal((await column(page, 1)).length, found, words);
    }
  });

  look(`headers sort rows on a ${device}, with the keyboard too`, 'hostile', options, async (page) => {
    const compare = { User: new Intl.Collator('en', { numeric: true }).compare, Tokens: (a, b) => a - b };
    const columns = { User: [1, 'ascending', 'descending'], Tokens: [3, 'descending', 'ascending'], Oldest: [5, 'descending', 'ascending'] };
    assert.equal(await header(page, 'Tokens').getAttribute('aria-sort'), 'descending');
    for (const [name, [nth, ...orders]] of Object.entries(columns)) {
      for (const order of orders) {
        await header(page, name).getByRole('button').focus();
        await page.keyboard.press('Enter');
        assert.equal(await header(page, name).getAttribute('aria-sort'), order, name);
        assert.equal(await page.locator('[aria-sort]').count(), 1);
        const cells = await column(page, nth);
        const sorted = cells.toSorted(compare[name]);
        assert.deepEqual(cells, order === 'ascending' ? sorted : sorted.reverse(), `${name}, ${order}`);
      }
    }
  });
}

look('a screen reader gets every cell of every table on a phone', 'hostile', phone, async (page) => {
  const client = await page.context().newCDPSession(page);
  const { nodes } = await client.send('Accessibility.getFullAXTree');
  const roles = { 'th[scope=col]': 'columnheader', 'th[scope=row]': 'rowheader', td: 'cell', tr: 'row', table: 'table', button: 'button' };
  for (const [selector, name] of Object.entries(roles)) {
    const found = nodes.filter(({ role, ignored }) => role.value === name && !ignored).length;
    assert.equal(found, await page.locator(selector).count(), name);
  }
});

for (const [file, widths] of Object.entries({ hostile: [320, 640, 1000, 1280], empty: [320], large: [320] })) {
  for (const width of widths) {
    look(`${file}: nothing is wider than ${width} pixels`, file, { viewport: { width, height: 640 } }, async (page) => {
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
    });
  }
}

for (const [device, options] of Object.entries({ desktop, phone })) {
  for (const colorScheme of ['light', 'dark']) {
    look(`axe finds nothing on a ${device} in ${colorScheme} mode`, 'hostile', { ...options, colorScheme }, async (page) => {
      await page.evaluate(axe);
      const { violations, passes } = await page.evaluate(() => window.axe.run());
      assert.deepEqual(violations.map(({ id, impact, nodes }) => [id, impact, nodes[0].html]), []);
      assert.ok(passes.some(({ id }) => id === 'color-contrast'));
    });
  }
}

look('without scripts, all is there but the search', 'hostile', { ...desktop, javaScriptEnabled: false }, async (page, { holders: all }) => {
  assert.equal((await column(page, 1)).length, all.length);
  assert.equal(await search(page).count(), 0);
  assert.equal(await page.getByRole('button').count(), 0);
  assert.ok(await page.getByRole('table', { name: 'Tokens by app' }).isVisible());
});

look('thousands of rows are no burden', 'large', phone, async (page, { holders: all }) => {
  assert.ok((await page.locator('.note').innerText()).includes(`${number(all.length - 10_000)} more are left out`));
  assert.equal(await matches(page).innerText(), '10,000 of 10,000 rows');
  await search(page).fill('family9999');
  await waitForMatches(page, '1 of 10,000 rows');
});

test('a script that somebody gets into the page does not run', async () => {
  const page = await browser.newPage();
  await page.goto(pathToFileURL(`${folder}/empty.html`).href);
  assert.equal(await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.ran = true';
    document.body.append(script);
    return window.ran;
  }), undefined);
});

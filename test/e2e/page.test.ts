import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { LabProcess } from './lab-process.ts';
import { type Tool, whySkipped } from './tools.ts';

const executable = '/usr/bin/chromium';
const browserTool: Tool = existsSync(executable)
  ? { path: executable }
  : { path: undefined, why: `${executable} is not there: apt-get install chromium` };
const missing = whySkipped(browserTool);

async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('it did not come to hold in 20 s');
    await new Promise((done) => setTimeout(done, 50));
  }
}

(missing ? describe.skip : describe)('the page in Chromium', () => {
  let lab: LabProcess;
  let browser: Browser;
  let page: Page;
  let url: string;
  const complaints: string[] = [];

  beforeAll(async () => {
    lab = new LabProcess([]);
    browser = await chromium.launch({
      executablePath: executable,
      args: ['--disable-dev-shm-usage'],
    });
    ({ url } = (await lab.event('open')) as unknown as { url: string });
    page = await browser.newPage({ viewport: { width: 1280, height: 960 } });
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      if (!request.url().startsWith(url) && !request.url().startsWith('data:'))
        complaints.push(`asked for ${request.url()}`);
    });
    await page.goto(url);
    await page.locator('#live', { hasText: 'live' }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await lab?.stop();
  });

  const pull = (number: number) => page.locator(`#pull-${number}`);

  test('shows the previews that are live, and their addresses lead there', async () => {
    const cards = page.locator('#previews .card');
    expect(await cards.count()).toBe(1);
    const address = await cards.locator('.address').getAttribute('href');
    const visit = await browser.newPage();
    await visit.goto(address ?? '');
    expect(await visit.textContent('h1')).toBe('Bring the ocean in');
    await visit.close();
  });

  test('shows comments as GitHub would, with the marker hidden', async () => {
    const comment = pull(2).locator('.comment .markdown');
    expect(await comment.locator('h3').textContent()).toContain('Preview is ready');
    expect(await comment.locator('code', { hasText: '/preview help' }).count()).toBe(1);
    expect(await comment.textContent()).not.toContain('understudy:preview');
    expect(await pull(1).locator('.comment h3').textContent()).toContain('removed');
  });

  test('shows runs with summary and log, and links of comments lead to them', async () => {
    await pull(2).locator('.comment a', { hasText: 'run and logs' }).click();
    const run = page.locator('li[id^="run-"] details[open]');
    await run.waitFor();
    expect(await run.locator('.markdown').textContent()).toContain('Preview');
    expect(new URL(page.url()).hash).toMatch(/^#run-\d+$/);
  });

  test('shows deployments with their states', async () => {
    const states = await page.locator('#deployments .badge').allTextContents();
    expect(states.filter((state) => state === 'success')).toHaveLength(1);
    expect(states.filter((state) => state === 'inactive').length).toBeGreaterThanOrEqual(2);
  });

  test('a pull request opened here gets its preview while one watches', async () => {
    await page.getByRole('button', { name: 'Open a pull request' }).click();
    const card = page.locator('#previews .card', { hasText: '#4' });
    await card.locator('.badge.good').waitFor();
    await pull(4).locator('.comment h3', { hasText: 'ready' }).waitFor();
    expect(await page.locator('#previews .card').count()).toBe(2);
  });

  test('an open log stays open and follows what the service says', async () => {
    const card = page.locator('#previews .card', { hasText: '#4' });
    await card.locator('summary').click();
    const visit = await browser.newPage();
    await visit.goto((await card.locator('.address').getAttribute('href')) ?? '');
    await visit.goto(`${visit.url()}hello-from-the-browser`);
    await visit.close();
    await card.locator('.log', { hasText: 'GET /hello-from-the-browser' }).waitFor();
    expect(await card.locator('details').getAttribute('open')).not.toBeNull();
  });

  test('a pushed commit renews the preview', async () => {
    const card = page.locator('#previews .card', { hasText: '#4' });
    const before = await card.locator('.commit').last().textContent();
    await pull(4).getByRole('button', { name: 'Push a commit' }).click();
    await until(async () => (await card.locator('.commit').last().textContent()) !== before);
    await card.locator('.badge.good').waitFor();
  });

  test('a comment with a command is carried out; what is typed stays while the page changes', async () => {
    const box = pull(4).getByRole('textbox');
    await box.fill('/preview down');
    await page.waitForTimeout(1500);
    expect(await box.inputValue()).toBe('/preview down');
    await box.press('Enter');
    await page.locator('#previews .card', { hasText: '#4' }).waitFor({ state: 'detached' });
    await pull(4).locator('.comment h3', { hasText: 'removed' }).waitFor();
    expect(await pull(4).locator('.comment', { hasText: 'octocat' }).count()).toBe(1);
  });

  test("a comment's attack is text", async () => {
    const attack =
      '<img src=x onerror="document.title=1"><script>document.title=2</script>**bold**';
    await pull(2).getByRole('textbox').fill(attack);
    await pull(2).getByRole('button', { name: 'Comment' }).click();
    await pull(2).locator('.comment strong', { hasText: 'bold' }).waitFor();
    expect(await page.title()).toContain('Understudy lab');
    expect(await pull(2).locator('.comment script').count()).toBe(0);
  });

  test('closing removes, and the sweep button runs the schedule', async () => {
    const runs = await page.locator('#runs > ul > li').count();
    await pull(2).getByRole('button', { name: 'Close' }).click();
    await page.getByText('No preview is there.').waitFor();
    await page.getByRole('button', { name: 'Sweep' }).click();
    await page
      .locator('#runs > ul > li')
      .nth(runs + 1)
      .waitFor();
    expect(await page.locator('#runs summary').first().textContent()).toContain('schedule');
  });

  test.each([
    ['light', 390],
    ['dark', 1280],
  ] as const)('fits a %s screen of %i pixels', async (scheme, width) => {
    const other = await browser.newPage({ colorScheme: scheme, viewport: { width, height: 800 } });
    await other.goto(url);
    expect(await other.evaluate('document.documentElement.scrollWidth')).toBe(width);
    const back = await other.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(back).toBe(scheme === 'dark' ? 'rgb(11, 11, 12)' : 'rgb(250, 250, 250)');
    await other.close();
  });

  test('every control has a name, and every id is there once', async () => {
    const nameless =
      await page.evaluate(`[...document.querySelectorAll('button, input, a, summary')]
      .filter((one) => !one.textContent.trim() && !one.labels?.length && !one.getAttribute('aria-label')).length`);
    const doubled =
      await page.evaluate(`(() => { const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
      return ids.filter((id, index) => ids.indexOf(id) !== index); })()`);
    expect(nameless).toBe(0);
    expect(doubled).toEqual([]);
  });

  test('nothing was refused by the policy, and nothing left the machine', () => {
    // The picture of the attack is what the policy is there to refuse.
    const others = complaints.filter(
      (text) => !/^Loading the image '[^']*\/x' violates/.test(text),
    );
    expect(others).toEqual([]);
    expect(complaints).not.toEqual(others);
  });
});

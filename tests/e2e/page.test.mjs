// The page as its users meet it: in a real browser, by accessible names.
import assert from "node:assert/strict";
import { readFile, writeFile, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { LOGIC, broken, commandLine, download, find, only, open, paste, pick, section, seen, set, staged, type } from "./browser.mjs";

const stage = staged({ windows: true });

/** A new visitor who chose the preset whose card begins with `name`. */
async function start(name, options) {
  const visit = await open(stage.browser, stage.url, options);
  await choose(visit.page, name);
  return visit;
}

async function choose(page, name) {
  await pick(page, name);
  await page.locator("main ::-p-xpath(.//h1[normalize-space(.) = 'Cluster'])").wait();
}

async function value(page, name) {
  const handle = await find(page, "textbox", name).waitHandle();
  return handle.evaluate((field) => field.value);
}

/** The address of the page once it holds the last edit. */
async function link(page) {
  await find(page, "button", "Link").click();
  const field = await page.locator("dialog[open] input, dialog[open] textarea").waitHandle();
  const text = await field.evaluate((field) => field.value);
  await page.keyboard.press("Escape");
  return text;
}

test("an edited design downloads as the bytes that the command line makes", async () => {
  const { page, context, faults } = await start("teaching");
  await section(page, "Nodes");
  const rows = await page.$$eval('[role="treegrid"] [role="rowheader"]', (rows) => rows.map((row) => row.innerText));
  assert.ok(rows.length >= 2, rows.join("; "));
  await find(page, "rowheader", rows.at(-1)).click();
  await type(page, "Memory", "96 GiB");
  await section(page, "Storage");
  await set(page, "Mount point", "/shared/home");
  await section(page, "Slurm");
  await set(page, "Partition name", "lectures");
  const { name, bytes } = await download(stage.browser, context, page, () =>
    find(page, "button", "Download flake").click(),
  );
  assert.equal(name, "teaching.zip");
  assert.ok(bytes.includes("PK"));

  const folder = await mkdtemp(join(tmpdir(), "clusterflake-"));
  const description = await commandLine("open", await link(page));
  assert.match(String(description), /"mount": "\/shared\/home"/);
  assert.match(String(description), /"name": "lectures"/);
  assert.match(String(description), /"memoryMiB": 98304/);
  await writeFile(join(folder, "cluster.json"), description);
  await commandLine("generate", join(folder, "cluster.json"), "-o", join(folder, "made.zip"));
  assert.ok(bytes.equals(await readFile(join(folder, "made.zip"))), "page and command line differ");
  assert.deepEqual(faults, []);
});

test("the flake follows every edit", async () => {
  const { page, faults } = await start("minimal");
  await section(page, "Network");
  await type(page, "Domain", "quantum.example.org");
  await seen(page, 'domain = "quantum.example.org";');
  const marked = await page.$$eval("aside .changed", (lines) => lines.map((line) => line.innerText));
  assert.ok(marked.some((line) => line.includes("quantum.example.org")), marked.join("\n"));
  assert.deepEqual(faults, []);
});

test("a link and the browser's storage bring the design back", async () => {
  const { page, context, faults } = await start("teaching");
  await section(page, "Network");
  await set(page, "Domain", "from-a-link.example.org");
  const address = await link(page);
  assert.match(address, /#c=1\./);
  await page.waitForFunction((address) => location.href === address, {}, address);

  const other = await open(stage.browser, address);
  await section(other.page, "Network");
  assert.equal(await value(other.page, "Domain"), "from-a-link.example.org");

  const again = await open(stage.browser, stage.url, { context });
  await section(again.page, "Network");
  assert.equal(await value(again.page, "Domain"), "from-a-link.example.org");
  assert.deepEqual([...faults, ...other.faults, ...again.faults], []);
});

test("a bad link and a damaged autosave say so and lose nothing", async () => {
  const { page, context } = await start("minimal");
  await section(page, "Network");
  await set(page, "Domain", "kept.example.org");
  const address = await link(page);
  const cut = await open(stage.browser, address.slice(0, -40), { context });
  await seen(cut.page, "incomplete");
  await section(cut.page, "Network");
  assert.equal(await value(cut.page, "Domain"), "kept.example.org");

  const key = await cut.page.evaluate(() => Object.keys(localStorage).find((key) => localStorage[key].includes("kept.example.org")));
  const stranger = await stage.browser.createBrowserContext();
  // On a file beside the page, so that no page saves over it.
  const beside = await stranger.newPage();
  await beside.goto(new URL("icon.svg", stage.url).href);
  await beside.evaluate((key) => localStorage.setItem(key, '{"version":1,"nodes":[{"hosts"'), key);
  const second = await open(stage.browser, stage.url, { context: stranger });
  await seen(second.page, "cannot be opened");
  const kept = await second.page.evaluate(() => Object.values(localStorage));
  assert.ok(kept.some((text) => text === '{"version":1,"nodes":[{"hosts"'), "the damaged text is gone");
});

test("what is wrong is told beside its field and in the list, and can be mended there", LOGIC, async () => {
  const { page, faults } = await start("minimal");
  await section(page, "Nodes");
  await set(page, "Hosts", "cn[1-999999999]");
  await seen(page, "999999999");
  await page.waitForFunction(() => document.querySelector('[aria-invalid="true"]'));
  const field = await find(page, "textbox", "Hosts").waitHandle();
  assert.equal(await field.evaluate((field) => field.value), "cn[1-999999999]");
  await find(page, "button", "Download flake").click();
  await section(page, "Network");
  await set(page, "Subnet", "10.0.0.7/24");
  await seen(page, "10.0.0.0/24");
  assert.deepEqual(faults, []);
});

test("a private key never enters the design", async () => {
  const { page } = await start("minimal");
  await section(page, "Cluster");
  const field = await find(page, "textbox", "SSH keys").waitHandle();
  const secret = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----";
  await field.focus();
  await paste(page, secret);
  await seen(page, "private");
  const everywhere = await page.evaluate(() => Object.values(localStorage).join() + location.href + document.body.innerText);
  assert.ok(!everywhere.includes("b3BlbnNzaC1rZXktdjEAAAAA"));
});

test("undo and redo name what they do", LOGIC, async () => {
  const { page } = await start("minimal");
  await section(page, "Network");
  const old = await value(page, "Domain");
  await set(page, "Domain", "other.example.org");
  await page.locator('::-p-xpath(//button[starts-with(@aria-label, "Undo")])').click();
  await page.waitForFunction((old) => [...document.querySelectorAll("input")].some((input) => input.value === old), {}, old);
  assert.equal(await value(page, "Domain"), old);
  await page.locator('::-p-xpath(//button[starts-with(@aria-label, "Redo")])').click();
  await page.waitForFunction(() => [...document.querySelectorAll("input")].some((input) => input.value === "other.example.org"));
});

const SECTIONS = { skip: only("firefox", "access.test.mjs goes through these and more in Chromium") };

for (const theme of ["light", "dark"]) {
  test(`no accessibility rule is broken, ${theme}`, SECTIONS, async () => {
    const context = await stage.browser.createBrowserContext();
    const first = await open(stage.browser, stage.url, { theme, context });
    const found = await broken(first.page, "first visit", { theme });
    await choose(first.page, "gpu");
    for (const name of ["Cluster", "Nodes", "Network", "Storage", "Slurm", "HPC", "Monitoring", "Users", "Containers"]) {
      await section(first.page, name);
      found.push(...(await broken(first.page, name, { theme })));
    }
    assert.deepEqual(found, []);
  });
}

for (const width of [1000, 600, 360]) {
  const narrowest = { skip: width > 360 && only("chromium", "layout.test.mjs has more of them in Firefox") };
  test(`nothing is out of reach at ${width} px`, narrowest, async () => {
    const { page } = await start("gpu", { width, height: 800 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(overflow <= 0, `the page is ${overflow} px too wide`);
  });
}

// Files, the difference from another design, and what it takes to get there.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { BROWSER, LOGIC, RULES, broken, commandLine, download, find, open, pick, section, seen, set, staged, tab } from "./browser.mjs";

const stage = staged();

/** A new visitor with a preset, in a section. */
async function start(preset, name, options) {
  const visit = await open(stage.browser, stage.url, options);
  await pick(visit.page, preset);
  if (name) await section(visit.page, name);
  return visit;
}

/** The button whose text begins so. */
function button(page, text) {
  return page.locator(`::-p-xpath(//button[starts-with(normalize-space(.), "${text}")])`);
}

/** Lets the page write to the clipboard, and gives what it holds. */
async function clipboard(context, page) {
  // Firefox was told when it started.
  if (BROWSER === "chromium") await context.overridePermissions(stage.url, ["clipboard-read", "clipboard-write", "clipboard-sanitized-write"]);
  return () => page.evaluate(() => navigator.clipboard.readText());
}

test("an edit shows as a difference with what it takes, and leads back to its field", LOGIC, async () => {
  const { page, faults } = await start("eight-node", "Network");
  await tab(page, "Diff");
  await seen(page, "Nothing differs");
  await set(page, "MTU", "1500");
  await seen(page, "Drain");
  await seen(page, "ctl1,login1,st1,cn[1-3],gn[1-2]");
  await section(page, "Users");
  await button(page, "network: mtu 9000 → 1500").click();
  await find(page, "heading", "Network").wait();
  await page.waitForFunction(() => document.activeElement?.dataset.path === "network.mtu");
  assert.deepEqual(faults, []);
});

test("the last download is what a design is held against, also after a reload", async () => {
  const { page, context, faults } = await start("minimal", "Network");
  await set(page, "Domain", "downloaded.example.org");
  await download(stage.browser, context, page, () => find(page, "button", "Download flake").click());
  await set(page, "Domain", "later.example.org");
  await page.waitForFunction(() => Object.values(localStorage).some((text) => text.includes("later.example.org")));
  await page.reload({ waitUntil: "load" });
  await tab(page, "Diff");
  await seen(page, "downloaded.example.org");
  await seen(page, "later.example.org");
  assert.deepEqual(faults, []);
});

test("a design is held against a preset, a link and a file, and each says why it cannot be read", LOGIC, async () => {
  const { page, faults } = await start("two-node", "Slurm");
  await tab(page, "Diff");
  await find(page, "combobox", "Compared with").fill("preset minimal");
  await find(page, "heading", "Impact").wait();
  const link = (await commandLine("link", await preset("two-node"), "--base", stage.url)).toString().trim();
  await button(page, "Link…").click();
  await find(page, "textbox", "Link to compare with").fill("https://example.org/#c=1.abc");
  await find(page, "button", "Compare").click();
  await seen(page, "incomplete");
  await find(page, "textbox", "Link to compare with").fill(link);
  await find(page, "button", "Compare").click();
  await seen(page, "Nothing differs");
  const [chooser] = await Promise.all([page.waitForFileChooser(), find(page, "button", "File…").click()]);
  await chooser.accept([await preset("eight-node")]);
  await seen(page, "gn[1-2]");
  assert.deepEqual(faults, []);
});

/** A file with the description of a preset. */
async function preset(name) {
  folder ??= await mkdtemp(join(tmpdir(), "clusterflake-diff-"));
  const file = join(folder, `${name}.json`);
  await writeFile(file, await commandLine("preset", name));
  return file;
}

let folder;
after(async () => folder && (await rm(folder, { recursive: true })));

test("the patch is the one that the command line writes", LOGIC, async () => {
  const { page, context, faults } = await start("two-node", "Network");
  await set(page, "Domain", "other.example.org");
  await tab(page, "Diff");
  const read = await clipboard(context, page);
  await find(page, "button", "Copy patch").click();
  await seen(page, "Copied");
  const old = await preset("two-node");
  const changed = JSON.parse(await commandLine("preset", "two-node"));
  changed.network = { ...changed.network, domain: "other.example.org" };
  const now = join(folder, "changed.json");
  await writeFile(now, JSON.stringify(changed));
  const patch = await commandLine("diff", "--patch", old, now).catch((error) => error.stdout);
  assert.equal(await read(), patch.toString());
  assert.deepEqual(faults, []);
});

test("unchanged lines unfold, and a file closes and opens", LOGIC, async () => {
  const { page } = await start("eight-node", "Network");
  await set(page, "MTU", "1500");
  await tab(page, "Diff");
  const lines = () => page.$$eval(".hunks .line", (lines) => lines.length);
  await page.locator(".hunks").wait();
  const folded = await lines();
  await page.locator('::-p-xpath(//button[contains(normalize-space(.), "unchanged lines")])').click();
  await page.waitForFunction((folded) => document.querySelectorAll(".hunks .line").length > folded, {}, folded);
  const head = page.locator('::-p-xpath(//h3/button[contains(., "cluster.nix")])');
  await head.click();
  await page.waitForFunction(() => document.querySelector('.filehead button[aria-expanded="false"]'));
});

test("a text is found in all files by keyboard, and its line is marked", async () => {
  const { page, faults } = await start("gpu", "Network");
  await page.keyboard.down("Control");
  await page.keyboard.down("Shift");
  await page.keyboard.press("F");
  await page.keyboard.up("Shift");
  await page.keyboard.up("Control");
  await page.waitForFunction(() => document.activeElement?.getAttribute("aria-label") === "Find in files");
  await page.keyboard.type("timeservers");
  await seen(page, "lines in");
  await page.keyboard.press("ArrowDown");
  await page.waitForFunction(() => document.activeElement?.textContent.startsWith("Line "));
  await page.keyboard.press("ArrowDown");
  const [file, line] = await page.evaluate(() => {
    const hit = document.activeElement;
    return [hit.closest("ul").previousElementSibling.textContent, hit.textContent.match(/^Line (\d+):/)[1]];
  });
  await page.keyboard.press("Enter");
  await find(page, "region", `Text of ${file}`).wait();
  const shown = await page.waitForSelector(".source .marked .number");
  assert.equal(await shown.evaluate((number) => number.textContent), line);
  assert.deepEqual(faults, []);
});

test("marked lines are copied, downloaded and linked to; the link opens with them marked", async () => {
  const { page, context, faults } = await start("minimal", "Network");
  const read = await clipboard(context, page);
  const text = await find(page, "region", "Text of cluster.nix").waitHandle();
  await text.focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.down("Shift");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.up("Shift");
  const whole = (await download(stage.browser, context, page, () => find(page, "button", "Download lines 2 to 4 of cluster.nix").click()));
  assert.equal(whole.name, "cluster.2-4.nix");
  await find(page, "button", "Copy lines 2 to 4 of cluster.nix").click();
  await seen(page, "Copied");
  const copied = await read();
  assert.equal(copied, whole.bytes.toString());
  assert.equal(copied.split("\n").length, 4);
  await find(page, "button", "Copy link to lines 2 to 4 of cluster.nix").click();
  await page.waitForFunction(async (old) => (await navigator.clipboard.readText()) !== old, {}, copied);
  const link = await read();
  assert.match(link, /#c=1\..*&file=cluster\.nix:2-4$/);
  const other = await open(stage.browser, link);
  await other.page.waitForFunction(() => document.querySelectorAll(".source .marked").length === 3);
  assert.deepEqual([...faults, ...other.faults], []);
});

test("a line leads to its field by keyboard, and a field lights its lines", async () => {
  const { page, faults } = await start("minimal", "Cluster");
  const field = await find(page, "textbox", "Name").waitHandle();
  await field.focus();
  await page.waitForSelector(".source .lit");
  await section(page, "Users");
  const text = await find(page, "region", "Text of cluster.nix").waitHandle();
  await text.focus();
  for (let i = 0; i < 30; i += 1) {
    await page.keyboard.press("ArrowDown");
    const said = await page.$$eval('[role="status"]', (all) => all.map((one) => one.textContent).join("\n"));
    if (said.includes("of the field cluster.name")) break;
  }
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.dataset.path === "cluster.name");
  assert.deepEqual(faults, []);
});

for (const theme of ["light", "dark"]) {
  test(`no accessibility rule is broken in files, find and diff, ${theme}`, RULES, async () => {
    const { page } = await start("eight-node", "Network", { theme });
    const faults = [];
    await set(page, "MTU", "1500");
    await tab(page, "Diff");
    await find(page, "heading", "Impact").wait();
    faults.push(...(await broken(page, "diff", { theme })));
    await find(page, "combobox", "Compared with").fill("preset large");
    await seen(page, "Install");
    faults.push(...(await broken(page, "diff against a preset", { theme })));
    await tab(page, "Files");
    await find(page, "searchbox", "Find in files").fill("eth");
    await seen(page, "lines in");
    faults.push(...(await broken(page, "found", { theme })));
    assert.deepEqual(faults, []);
  });
}

test("nothing is out of reach on a small screen", async () => {
  const { page } = await start("eight-node", null, { width: 360, height: 800 });
  await tab(page, "Diff");
  await find(page, "combobox", "Compared with").fill("preset large");
  await seen(page, "Install");
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(overflow <= 0, `the page is ${overflow} px too wide`);
});

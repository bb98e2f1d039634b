// The page without a network, and what becomes of it when there is a newer version.
import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, afterEach, test } from "node:test";
import { LOGIC, PLAIN, add, commandLine, download, enter, find, launch, open, pick, section, seen, serve, set, type, within } from "./browser.mjs";

let launched, folder, site;

before(async () => {
  launched = await launch({ windows: true });
});

after(() => launched?.close());

// A host of its own for each test, since they stop it and put other files there.
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "clusterflake-host-"));
  await cp(process.env.DIST, folder, { recursive: true });
  site = await serve(folder);
});

afterEach(async () => {
  await site?.close();
  await rm(folder, { recursive: true });
});

async function text(page, name) {
  const field = await find(page, "textbox", name).waitHandle();
  return field.evaluate((field) => field.value);
}

/** Puts a newer version of the page on the host: the same one under another number. */
async function publish(version) {
  for (const name of ["index.html", "service-worker.js"]) {
    const file = join(folder, name);
    const text = await readFile(file, "utf8");
    const old = /(?:name="version" content=|VERSION = )"([0-9a-f]+)"/.exec(text)[1];
    await writeFile(file, text.replace(old, version));
  }
}

const version = (page) => page.$eval("meta[name=version]", (meta) => meta.content);

/** Takes the newer version, and waits until it stands. */
async function reload(page, version) {
  await find(page, "button", "Reload").click();
  const stands = (version) => document.querySelector("meta[name=version]")?.content === version;
  await page.waitForFunction(stands, {}, version);
  await seen(page, "works offline");
}

/** Opens the page, and waits until it says that it needs no network any more. */
async function visit(options) {
  const visit = await open(launched.browser, site.url, options);
  await seen(visit.page, "works offline");
  return visit;
}

test("after the first visit everything works with the server stopped", async () => {
  const { page, context, faults } = await visit();
  await pick(page, "teaching");
  await site.close();

  await page.reload({ waitUntil: "load" });
  await seen(page, "works offline");
  await section(page, "Network");
  await set(page, "Domain", "no-network.example.org");
  await seen(page, 'domain = "no-network.example.org";');

  const { name, bytes } = await download(launched.browser, context, page, () =>
    find(page, "button", "Download flake").click(),
  );
  const zip = join(folder, name);
  await writeFile(zip, bytes);
  await commandLine("verify", zip);

  // What the page fetches only once it stands: the table of options.
  await section(page, "Custom modules");
  await pick(page, "Empty module");
  await add(page, "part");
  await add(page, "option", "Option 1");
  await enter(within(page, "Option 1", "combobox", "Option"));
  await page.keyboard.type("services.k3s.ro");
  await seen(page, "services.k3s.role");

  const again = await open(launched.browser, `${site.url}index.html`, { context });
  await section(again.page, "Network");
  assert.equal(await text(again.page, "Domain"), "no-network.example.org");
  assert.deepEqual([...faults, ...again.faults], []);
});

test("a newer version is announced, and taken only on the user's word", async () => {
  const { page, context, faults } = await visit();
  await pick(page, "minimal");
  await section(page, "Network");
  await set(page, "Domain", "before.example.org");
  const first = await version(page);
  await page.evaluate(() => (globalThis.untouched = true));

  await publish("00000000000000f2");
  // Whoever opens the page has the old version still, and the browser learns of the new one.
  const other = await open(launched.browser, site.url, { context });
  await seen(other.page, "A new version is ready");
  await seen(page, "A new version is ready");
  assert.equal(await version(other.page), first);
  await other.page.evaluate(() => (globalThis.untouched = true));

  await page.bringToFront();
  await type(page, "Domain", "just-typed.example.org");
  await reload(page, "00000000000000f2");
  await section(page, "Network");
  assert.equal(await text(page, "Domain"), "just-typed.example.org");
  assert.ok(!(await page.evaluate(() => document.body.innerText.includes("A new version is ready"))));

  assert.ok(await other.page.evaluate(() => globalThis.untouched), "the other tab was interrupted");
  // The new worker takes over, and leaves no old cache.
  await page.waitForFunction(async () => (await caches.keys()).map((name) => name.split(" ").at(-1)).join() === "00000000000000f2");
  assert.deepEqual([...faults, ...other.faults], []);
});

test("a newer version finds text that cannot be read again", LOGIC, async () => {
  const { page, context, faults } = await visit();
  await pick(page, "minimal");
  await section(page, "Network");
  await set(page, "MTU", "many");
  await publish("00000000000000f3");
  await open(launched.browser, site.url, { context });
  await page.bringToFront();
  await seen(page, "A new version is ready");
  await reload(page, "00000000000000f3");
  await section(page, "Network");
  assert.equal(await text(page, "MTU"), "many");
  assert.deepEqual(faults, []);
});

test("a newer version is taken at once while another tab goes on asking for files", async () => {
  const { page, context, faults } = await visit();
  await pick(page, "minimal");
  await publish("00000000000000f5");
  const other = await open(launched.browser, site.url, { context });
  await other.page.evaluate(() => {
    const ask = () => fetch("./icon.svg").then(ask);
    ask();
  });
  await page.bringToFront();
  await seen(page, "A new version is ready");
  await reload(page, "00000000000000f5");
  // All of it works, though the old worker may still be there, and it is not announced again.
  await section(page, "Network");
  await set(page, "Domain", "newer.example.org");
  await seen(page, 'domain = "newer.example.org";');
  assert.ok(!(await page.evaluate(() => document.body.innerText.includes("A new version is ready"))));
  assert.deepEqual(faults, []);
});

test("two copies on one host keep their files apart", async () => {
  const { page, context } = await visit();
  await page.evaluate(() => caches.open("clusterflake http://127.0.0.1/another/folder/ 01"));
  await publish("00000000000000f4");
  await open(launched.browser, site.url, { context });
  await page.bringToFront();
  await seen(page, "A new version is ready");
  await reload(page, "00000000000000f4");
  const caches = await page.evaluate(() => globalThis.caches.keys());
  assert.ok(caches.includes("clusterflake http://127.0.0.1/another/folder/ 01"));
});

test("a page that was not loaded safely works, and claims nothing", async () => {
  const plain = new URL(site.url);
  plain.hostname = PLAIN;
  const { page, faults } = await open(launched.browser, plain.href);
  assert.equal(await page.evaluate(() => isSecureContext), false);
  await pick(page, "minimal");
  await section(page, "Network");
  await set(page, "Domain", "plain.example.org");
  await seen(page, 'domain = "plain.example.org";');
  assert.ok(!(await page.evaluate(() => document.body.innerText.includes("works offline"))));
  assert.deepEqual(faults, []);
});

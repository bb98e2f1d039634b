// What becomes of designs: begun, undone, kept, named, thrown away, opened twice, refused by the browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BROWSER, LOGIC, broken, enter, find, open, section, seen, set, staged, type } from "./browser.mjs";

const stage = staged({ windows: true });

/** The button whose accessible name begins with `start`. */
function button(page, start) {
  return page.locator(`::-p-xpath(//button[starts-with(normalize-space(concat(@aria-label, " ", .)), "${start}")])`);
}

async function begin(preset, options) {
  const visit = await open(stage.browser, stage.url, options);
  await button(visit.page, preset).click();
  await find(visit.page, "heading", "Cluster").wait();
  return visit;
}

/** Waits until the text field `name` holds `text`. */
async function holds(page, name, text) {
  const field = await find(page, "textbox", name).waitHandle();
  await page.waitForFunction((field, text) => field.value === text, {}, field, text);
}

const saved = (page) => seen(page, "saved in this browser");

/** The design that is open, as the header names it. */
async function isOpen(page, name) {
  await find(page, "button", `Design: ${name}`).wait();
}

async function designs(page) {
  await button(page, "Design:").click();
  await find(page, "button", "New design").wait();
}

const close = (page) => page.keyboard.press("Escape");

test("a first visit shows what each preset has, and opens it", LOGIC, async () => {
  const { page, faults } = await open(stage.browser, stage.url);
  const card = await button(page, "large").waitHandle();
  const text = await card.evaluate((card) => card.innerText.replaceAll(/\s+/g, " "));
  for (const part of ["600 nodes", "76 GPUs", "TiB memory", "Slurm", "Grafana"]) assert.ok(text.includes(part), `${part} in ${text}`);
  await find(page, "heading", "Design a NixOS cluster").wait();
  await button(page, "Import what you have").wait();
  await button(page, "large").click();
  await isOpen(page, "large");
  assert.deepEqual(faults, []);
});

test("undo says what it takes back, any step can be gone back to, and the focus follows", async () => {
  const { page, faults } = await begin("minimal");
  await find(page, "button", "Undo: open the preset minimal").wait();
  await type(page, "Name", "aurora");
  await set(page, "Description", "Two nodes");
  await page.locator("nav ::-p-xpath(.//a[starts-with(normalize-space(.), 'Slurm')])").click();
  await find(page, "button", "Add partition").click();
  await button(page, "Undo: add partition").click();
  await button(page, "Redo: add partition").wait();

  await find(page, "button", "Steps").click();
  await find(page, "menuitemradio", "Change Name").click();
  await find(page, "button", "Redo: change Description").wait();
  await find(page, "heading", "Cluster").wait();
  await holds(page, "Name", "aurora");

  // By key, from within another field: it is the design's, and leads to what changed.
  await find(page, "textbox", "Description").click();
  await page.keyboard.down("Control");
  await page.keyboard.press("z");
  await page.keyboard.up("Control");
  await holds(page, "Name", "minimal");
  await page.waitForFunction(() => document.activeElement.value === "minimal");
  await page.keyboard.down("Control");
  await page.keyboard.press("y");
  await page.keyboard.up("Control");
  await holds(page, "Name", "aurora");

  // Back to before everything there is the choice again of what to begin with.
  await find(page, "button", "Steps").click();
  await page.waitForFunction(() => document.activeElement.role === "menuitemradio");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await find(page, "heading", "Design a NixOS cluster").wait();
  assert.deepEqual(faults, []);
});

test("several designs are kept by name, renamed, copied, thrown away and brought back", async () => {
  const { page, context, faults } = await begin("minimal");
  await saved(page);
  await designs(page);
  await find(page, "button", "New design").click();
  await button(page, "gpu").click();
  await isOpen(page, "gpu");
  await saved(page);

  await designs(page);
  assert.deepEqual(await broken(page, "list of designs"), []);
  await find(page, "button", "Rename gpu").click();
  await enter(find(page, "textbox", "New name of gpu"));
  await page.keyboard.type("hall B");
  await page.keyboard.press("Enter");
  await find(page, "button", "Duplicate hall B").click();
  await find(page, "button", "Delete hall B 2").wait();
  await find(page, "button", "Delete hall B").click();
  await find(page, "button", "Bring back hall B").wait();
  await close(page);
  await isOpen(page, "hall B 2");
  await find(page, "button", "Bring it back").click();
  await isOpen(page, "hall B");

  await designs(page);
  await button(page, "minimal").click();
  await isOpen(page, "minimal");
  // What can be undone stays with its design.
  await find(page, "button", "Undo: open the preset minimal").wait();

  const again = await open(stage.browser, stage.url, { context });
  await isOpen(again.page, "minimal");
  await designs(again.page);
  await find(again.page, "button", "Delete hall B").click();
  await find(again.page, "button", "Empty trash").click();
  await find(again.page, "button", "Delete for good").click();
  await again.page.waitForFunction(() => !Object.values(localStorage).some((text) => text.includes('"hall B"')));
  assert.deepEqual([...faults, ...again.faults], []);
});

test("what was typed is there again after the page was closed at once", async () => {
  // Its process is killed, and with it every page of the same profile.
  const context = await stage.browser.createBrowserContext();
  const { page } = await begin("minimal", { context });
  await enter(find(page, "textbox", "Name"));
  await page.keyboard.type("quick");
  await page.reload({ waitUntil: "load" });
  await holds(page, "Name", "quick");

  if (BROWSER !== "chromium") return;
  // Killed: nothing is told to the page. What the last pause kept is there.
  await set(page, "Name", "quicker");
  await page.waitForFunction(() => Object.values(localStorage).some((text) => text.includes('"name":"quicker"')));
  const session = await page.createCDPSession();
  const crashed = new Promise((resolve) => page.once("error", resolve));
  // It is never answered.
  session.send("Page.crash").catch(() => {});
  await crashed;
  const next = await open(stage.browser, stage.url, { context });
  await holds(next.page, "Name", "quicker");
});

test("a page loaded again at once goes on with its design, though the browser lost what it kept beside the address", async () => {
  const { page, faults } = await begin("minimal");
  await page.waitForFunction(() => location.hash.startsWith("#c="));
  await enter(find(page, "textbox", "Name"));
  await page.keyboard.type("quick");
  // The address still has the link from before.
  await page.evaluate(() => history.replaceState(null, "", location.href));
  await page.reload({ waitUntil: "load" });
  await holds(page, "Name", "quick");
  assert.deepEqual(faults, []);
});

test("text that cannot be read is there again, and can be mended", LOGIC, async () => {
  const { page, faults } = await begin("minimal");
  await section(page, "Network");
  await set(page, "MTU", "many");
  await seen(page, "is no whole number.");
  await page.reload({ waitUntil: "load" });
  await section(page, "Network");
  await holds(page, "MTU", "many");
  await seen(page, "is no whole number.");
  await set(page, "MTU", "9000");
  await page.waitForFunction(() => Object.values(localStorage).some((text) => text.includes('"mtu":9000')));
  await page.reload({ waitUntil: "load" });
  await section(page, "Network");
  await holds(page, "MTU", "9000");
  assert.deepEqual(faults, []);
});

test("the design that an older page kept opens, and nothing of it is lost", LOGIC, async () => {
  const context = await stage.browser.createBrowserContext();
  const beside = await context.newPage();
  await beside.goto(new URL("icon.svg", stage.url).href);
  await beside.evaluate(() => localStorage.setItem("clusterflake.design", '{"version":1,"cluster":{"name":"oldtimer"}}'));
  const { page } = await open(stage.browser, stage.url, { context });
  await isOpen(page, "oldtimer");
  await set(page, "Name", "newtimer");
  await isOpen(page, "newtimer");
  await page.reload({ waitUntil: "load" });
  await isOpen(page, "newtimer");
});

test("a link opens beside what there is", LOGIC, async () => {
  const first = await begin("teaching");
  await first.page.waitForFunction(() => location.hash.startsWith("#c="));
  const link = first.page.url();
  const { page, context } = await begin("minimal");
  await saved(page);
  const linked = await open(stage.browser, link, { context });
  await isOpen(linked.page, "teaching");
  await seen(linked.page, "beside those that you have");
  await find(linked.page, "button", "Back to mine").click();
  await isOpen(linked.page, "minimal");
});

test("two tabs with one design never overwrite each other", async () => {
  const one = await begin("minimal");
  await saved(one.page);
  const two = await open(stage.browser, stage.url, { context: one.context });
  await isOpen(two.page, "minimal");
  await seen(one.page, "open in another tab too");
  await seen(two.page, "open in another tab too");

  await two.page.bringToFront();
  await set(two.page, "Description", "from the second tab");
  await one.page.bringToFront();
  await find(one.page, "button", "Take the other tab’s version").click();
  await holds(one.page, "Description", "from the second tab");
  // The own version comes back with undo.
  await find(one.page, "button", "Undo: take the other tab’s version").wait();

  await set(one.page, "Description", "from the first tab");
  await two.page.bringToFront();
  await find(two.page, "button", "Keep this as a copy").click();
  await isOpen(two.page, "minimal 2");
  await holds(two.page, "Description", "from the second tab");
  await one.page.bringToFront();
  await holds(one.page, "Description", "from the first tab");

  // Whoever edits on while behind goes on in a copy.
  const three = await open(stage.browser, stage.url, { context: one.context });
  await designs(three.page);
  await find(three.page, "button", "Duplicate minimal").wait();
  await three.page.locator("dialog ::-p-xpath(.//li[.//strong[normalize-space(.) = 'minimal']]/button[1])").click();
  await isOpen(three.page, "minimal");
  await set(three.page, "Description", "third");
  await one.page.bringToFront();
  await find(one.page, "button", "Keep this as a copy").wait();
  await set(one.page, "Description", "first again");
  await isOpen(one.page, "minimal 3");
  await designs(one.page);
  for (const name of ["minimal", "minimal 2", "minimal 3"]) await find(one.page, "button", `Delete ${name}`).wait();
  assert.deepEqual([...one.faults, ...two.faults, ...three.faults], []);
});

test("a full storage is told, work goes on, and nothing is lost on the way", async () => {
  const context = await stage.browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width: 1440, height: 900 });
  await page.evaluateOnNewDocument(() => {
    globalThis.full = true;
    const set = Storage.prototype.setItem;
    Storage.prototype.setItem = function (key, value) {
      if (globalThis.full && this === localStorage) throw new DOMException("no room", "QuotaExceededError");
      set.call(this, key, value);
    };
  });
  await page.goto(stage.url, { waitUntil: "load" });
  await button(page, "minimal").click();
  await seen(page, "storage is full");
  await find(page, "button", "Save description").wait();
  await set(page, "Name", "homeless");

  // Also from one design to another.
  await designs(page);
  await find(page, "button", "New design").click();
  await button(page, "gpu").click();
  await isOpen(page, "gpu");
  await designs(page);
  await page.locator("dialog ::-p-xpath(.//li[.//strong[normalize-space(.) = 'homeless']]/button[1])").click();
  await isOpen(page, "homeless");

  // Once there is room, all is kept.
  await page.evaluate(() => { globalThis.full = false; });
  await set(page, "Name", "housed");
  await saved(page);
  await page.waitForFunction(() => !document.body.innerText.includes("storage is full"));
  assert.ok(await page.evaluate(() => Object.values(localStorage).some((text) => text.includes('"name":"housed"'))));
});

test("a browser that keeps nothing is told of, and the page works", async () => {
  const context = await stage.browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width: 1440, height: 900 });
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.evaluateOnNewDocument(() => {
    const refuse = { get() { throw new DOMException("no", "SecurityError"); } };
    Object.defineProperty(window, "localStorage", refuse);
    Object.defineProperty(window, "sessionStorage", refuse);
  });
  await page.goto(stage.url, { waitUntil: "load" });
  await button(page, "minimal").click();
  await seen(page, "this browser keeps nothing for this page");
  await set(page, "Name", "guest");
  await isOpen(page, "guest");
  await find(page, "button", "Undo: change Name").click();
  await isOpen(page, "minimal");
  assert.deepEqual(errors, []);
});

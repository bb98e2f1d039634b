// The frame: panes that resize and close, tabs, and what becomes of it on smaller screens.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setInterval } from "node:timers/promises";
import { RULES, broken, find, only, open, section, seen, set, staged } from "./browser.mjs";

const stage = staged();

async function begin(preset, options) {
  const visit = await open(stage.browser, stage.url, options);
  await visit.page.locator(`::-p-xpath(//button[starts-with(normalize-space(.), "${preset}")])`).click();
  await find(visit.page, "heading", "Cluster").wait();
  return visit;
}

/** The place of the element with this role and name on the screen. */
async function box(page, role, name) {
  const handle = await find(page, role, name).waitHandle();
  return handle.boundingBox();
}

const width = async (page, role, name) => Math.round((await box(page, role, name)).width);

/** Waits until `look` gives `wanted`. */
async function becomes(look, wanted) {
  let found;
  try {
    for await (const _ of setInterval(20, undefined, { signal: AbortSignal.timeout(120_000) })) {
      found = await look();
      if (found === wanted) return;
    }
  } catch (error) {
    throw new Error(`it stays ${found}, and does not become ${wanted}`, { cause: error });
  }
}

test("panes are resized by keys and pointer, reset, closed, and remembered", async () => {
  const { page, faults } = await begin("minimal");
  const flake = () => width(page, "complementary", "Flake");
  const sections = () => width(page, "navigation", "Sections");
  const [flakeAtFirst, sectionsAtFirst] = [await flake(), await sections()];

  await (await find(page, "separator", "Resize the flake").waitHandle()).focus();
  await page.keyboard.press("ArrowLeft");
  await becomes(flake, flakeAtFirst + 16);
  await (await find(page, "separator", "Resize sections").waitHandle()).focus();
  await page.keyboard.press("ArrowRight");
  await becomes(sections, sectionsAtFirst + 16);

  const line = await box(page, "separator", "Resize the flake");
  const [x, y] = [line.x + line.width / 2, line.y + line.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 60, y, { steps: 4 });
  await page.mouse.up();
  await becomes(flake, flakeAtFirst + 16 - 60);

  await find(page, "button", "Pane: sections").click();
  await page.reload({ waitUntil: "load" });
  await becomes(flake, flakeAtFirst + 16 - 60);
  const closed = await find(page, "button", "Pane: sections").waitHandle();
  assert.equal(await closed.evaluate((button) => button.getAttribute("aria-expanded")), "false");
  await find(page, "button", "Pane: sections").click();
  await becomes(sections, sectionsAtFirst + 16);

  await find(page, "separator", "Resize sections").click({ count: 2 });
  await becomes(sections, sectionsAtFirst);

  // Enter closes; what leads into a closed pane opens it.
  await (await find(page, "separator", "Resize the flake").waitHandle()).focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.getAttribute("aria-label") === "Pane: flake");
  await page.locator("footer ::-p-xpath(.//button[contains(., 'problem')])").click();
  await becomes(flake, flakeAtFirst + 16 - 60);
  assert.deepEqual(faults, []);
});

test("a file fills its pane, however tall that becomes", async () => {
  const { page, faults } = await begin("eight-node", { height: 1300 });
  const filled = () => {
    const source = document.querySelector(".source");
    const lines = [...source.querySelectorAll(".line")];
    return lines.length > 0 && lines.at(-1).getBoundingClientRect().bottom >= source.getBoundingClientRect().bottom;
  };
  await page.waitForFunction(filled);
  await page.setViewport({ width: 1440, height: 2600 });
  await page.waitForFunction(filled);
  assert.deepEqual(faults, []);
});

test("the tabs are walked with the arrow keys", async () => {
  const { page } = await begin("minimal");
  await (await find(page, "tab", "Files").waitHandle()).focus();
  await page.keyboard.press("End");
  const focused = () => page.evaluate(() => document.activeElement.innerText.split(/\s/)[0] + " " + document.activeElement.getAttribute("aria-selected"));
  await becomes(focused, "Problems true");
  await page.keyboard.press("ArrowRight");
  await becomes(focused, "Files true");
  const stops = await page.$$eval("[role=tab]", (tabs) => tabs.filter((tab) => tab.tabIndex === 0).length);
  assert.equal(stops, 1);
});

for (const wide of [1440, 1000, 390]) {
  test(`at ${wide} px what is told moves nothing and hides no field from the keyboard`, async () => {
    const { page, faults } = await begin("minimal", { width: wide, height: 600 });
    const places = async () => [await box(page, "textbox", "Name"), await box(page, "tab", "Files")];
    const before = await places();
    await page.evaluate(() => (location.hash = "c=damaged"));
    await seen(page, "The link cannot be opened");
    assert.deepEqual(await places(), before);

    // By keyboard through the form, to its last field and back: none is under the notice.
    await (await find(page, "textbox", "Name").waitHandle()).focus();
    const { y: top } = await box(page, "button", "Close notice");
    for (const keys of [["Tab"], ["Shift", "Tab"]]) {
      for (let i = 0; i < 8; i++) {
        for (const key of keys) await page.keyboard.down(key);
        for (const key of keys.toReversed()) await page.keyboard.up(key);
        const field = await page.evaluate(() => document.activeElement.getBoundingClientRect().top);
        assert.ok(field < top, `the notice, from ${top} px on, hides a field at ${field} px`);
      }
    }
    assert.deepEqual(faults, []);
  });
}

test("the tabs stay where they are when counts come", async () => {
  const { page, faults } = await begin("minimal");
  const places = () => Promise.all(["Files", "Picture"].map((name) => box(page, "tab", name)));
  const before = await places();
  await set(page, "Name", "another-name");
  await page.locator('::-p-xpath(//button[@role="tab"][contains(., "added")])').wait();
  assert.deepEqual(await places(), before);
  assert.deepEqual(faults, []);
});

for (const theme of ["light", "dark"]) {
  for (const wide of [1440, 1000, 390]) {
    test(`no accessibility rule is broken at ${wide} px, ${theme}`, RULES, async () => {
      const { page } = await open(stage.browser, stage.url, { width: wide, height: 844, theme });
      await find(page, "heading", "Design a NixOS cluster").wait();
      const found = await broken(page, "first visit", { theme });
      await page.locator('::-p-xpath(//button[starts-with(normalize-space(.), "gpu")])').click();
      await find(page, "heading", "Cluster").wait();
      found.push(...(await broken(page, "form", { theme })));
      await find(page, "button", "Steps").click();
      found.push(...(await broken(page, "steps", { theme })));
      await page.keyboard.press("Escape");
      await find(page, "tab", "Files").click();
      found.push(...(await broken(page, "files", { theme })));
      assert.deepEqual(found, []);
    });
  }
}

for (const [wide, high] of [[1100, 800], [1000, 800], [600, 800], [390, 844], [320, 256]]) {
  const between = { skip: ![1100, 390, 320].includes(wide) && only("chromium", "Firefox has the widths on either side") };
  test(`at ${wide} × ${high} nothing is wider than the screen, in any section`, between, async () => {
    const { page } = await open(stage.browser, stage.url, { width: wide, height: high });
    const overflow = () => page.evaluate(() => {
      const root = document.documentElement;
      const main = document.querySelector("main");
      return Math.max(root.scrollWidth - root.clientWidth, main.scrollWidth - main.clientWidth);
    });
    await find(page, "heading", "Design a NixOS cluster").wait();
    assert.ok((await overflow()) <= 0, "first visit");
    await page.locator('::-p-xpath(//button[starts-with(normalize-space(.), "gpu")])').click();
    await find(page, "heading", "Cluster").wait();
    for (const name of ["Cluster", "Nodes", "Network", "Storage", "Slurm", "HPC", "Monitoring", "Users", "Containers"]) {
      if (wide < 700) await page.locator('::-p-xpath(//button[starts-with(normalize-space(.), "Sections:")])').click();
      await section(page, name);
      assert.ok((await overflow()) <= 0, name);
    }
    if (wide < 1100) {
      await find(page, "tab", "Files").click();
      await find(page, "navigation", "Files of the flake").wait();
      assert.ok((await overflow()) <= 0, "files");
      await find(page, "tab", "Form").click();
    }
  });
}

test("on a phone every control is large enough for a thumb", async () => {
  const { page } = await begin("gpu", { width: 390, height: 844 });
  const small = [];
  const look = async (where) =>
    small.push(
      ...(await page.evaluate((where) => {
        const own = [...document.querySelectorAll("button, select, input, nav a")];
        const seen = own.filter((element) => element.checkVisibility() && !element.closest(".hidden, .chip, .switch") && !element.classList.contains("hidden"));
        return seen
          .map((element) => ({ element, box: element.getBoundingClientRect() }))
          .filter(({ box }) => box.height < 43.5 || box.width < 24)
          .map(({ element, box }) => `${where}: ${element.outerHTML.slice(0, 90)} ${box.width} × ${box.height}`);
      }, where)),
    );
  for (const name of ["Cluster", "Nodes", "Slurm", "Users"]) {
    await page.locator('::-p-xpath(//button[starts-with(normalize-space(.), "Sections:")])').click();
    await look("menu");
    await section(page, name);
    await look(name);
  }
  await find(page, "button", "More").click();
  await look("more");
  assert.deepEqual([...new Set(small)], []);
});

// The picture of the cluster.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { LOGIC, RULES, broken, commandLine, download, find, only, open, pick, replace, staged } from "./browser.mjs";

const stage = staged();

/** A new visitor with this preset, who looks at the picture. */
async function start(preset, options) {
  const visit = await open(stage.browser, stage.url, options);
  await pick(visit.page, preset);
  await find(visit.page, "tab", "Picture").click();
  return visit;
}

/** The names of the picture's parts, in their order. */
function parts(page) {
  return page.$$eval('svg[aria-label^="Picture of"] [role="button"]', (parts) => parts.map((part) => part.getAttribute("aria-label")));
}

/** Waits until the picture is there. */
async function drawn(page) {
  await page.waitForSelector('svg[aria-label^="Picture of"] [role="button"]');
}

const focused = (page) => page.evaluate(() => document.activeElement.getAttribute("aria-label"));

test("the picture says who is there and what connects them", LOGIC, async () => {
  const { page, faults } = await start("large");
  await drawn(page);
  const names = await parts(page);
  assert.match(names[0], /^Cluster network, 10\.20\.0\.0\/16, gateway 10\.20\.0\.1/);
  assert.match(names[1], /^\/home, NFS, from st1:\/home, mounted by ctl1, login/);
  assert.ok(
    names.includes(
      "cn[001-512], 512 nodes, worker, 10.20.4.1 to 10.20.6.0, 128 cores, 512 GiB, partition cpu, 41 differ from their group, mounts /home from st1 and /work from st2",
    ),
    names.join("\n"),
  );
  assert.deepEqual(faults, []);
});

test("the keyboard walks through the picture, and Enter leads to the group's form", async () => {
  const { page, faults } = await start("eight-node");
  await drawn(page);
  await page.evaluate(() => [...document.querySelectorAll("button")].find((button) => button.innerText === "Save SVG").focus());
  await page.keyboard.press("Tab");
  // What scrolls can have the focus in some browsers.
  if (!(await focused(page))?.startsWith("Cluster network")) await page.keyboard.press("Tab");
  assert.match(await focused(page), /^Cluster network/);
  await page.keyboard.press("ArrowDown");
  assert.match(await focused(page), /^\/home/);
  await page.keyboard.press("End");
  assert.match(await focused(page), /^gn\[1-2\], 2 nodes/);
  await page.keyboard.press("ArrowUp");
  assert.match(await focused(page), /^cn\[1-3\]/);
  await page.keyboard.press("ArrowUp");
  assert.match(await focused(page), /^st1, storage/);
  await page.keyboard.press("Enter");
  await find(page, "heading", "Nodes").wait();
  await page.waitForFunction(() => document.activeElement.closest("main") && document.querySelector("main legend.code")?.innerText === "st1");
  assert.deepEqual(faults, []);
});

test("pointing at something shows what it is connected with", async () => {
  const { page, faults } = await start("eight-node");
  await drawn(page);
  const faint = () =>
    page.$$eval('svg[aria-label^="Picture of"] [role="button"]', (parts) =>
      parts.filter((part) => Number(getComputedStyle(part.parentElement.firstElementChild).opacity) < 0.5).map((part) => part.getAttribute("aria-label").split(",")[0]),
    );
  assert.deepEqual(await faint(), []);
  const home = await page.$('svg[aria-label^="Picture of"] [aria-label^="ctl1"]');
  await home.hover();
  await page.waitForFunction(() => [...document.querySelectorAll('[aria-label^="login1"]')].some((part) => Number(getComputedStyle(part.parentElement.firstElementChild).opacity) < 0.5));
  const others = await faint();
  assert.ok(others.includes("login1") && others.includes("gn[1-2]") && !others.includes("/home"), others.join());
  assert.deepEqual(faults, []);
});

test("the picture follows the design, and is the command line's", LOGIC, async () => {
  const { page, context, faults } = await start("minimal");
  await drawn(page);
  const saved = await download(stage.browser, context, page, () => find(page, "button", "Save SVG").click());
  assert.equal(saved.name, "minimal.svg");
  const text = saved.bytes.toString();
  await page.locator("nav ::-p-xpath(.//a[starts-with(normalize-space(.), 'Nodes')])").click();
  await replace(find(page, "textbox", "Hosts"), "boss");
  await page.waitForSelector('svg[aria-label^="Picture of"] [aria-label^="boss,"]');
  const folder = await mkdtemp(join(tmpdir(), "clusterflake-picture-"));
  await writeFile(join(folder, "site.json"), await commandLine("preset", "minimal"));
  const printed = await commandLine("picture", join(folder, "site.json"), "-o", "-");
  await rm(folder, { recursive: true });
  assert.equal(text, printed.toString());
  assert.deepEqual(faults, []);
});

test("an empty design says what to do", LOGIC, async () => {
  const { page, faults } = await start("Start empty");
  await page.waitForFunction(() => document.querySelector("aside").innerText.includes("Add a group of nodes"));
  assert.deepEqual(faults, []);
});

for (const theme of ["light", "dark"]) {
  test(`no accessibility rule is broken by the picture, ${theme}`, RULES, async () => {
    const { page } = await start("large", { theme });
    await drawn(page);
    const found = await broken(page, "large", { theme });
    await page.evaluate(() => document.querySelector('svg [role="button"][tabindex="0"]').focus());
    found.push(...(await broken(page, "focused", { theme })));
    assert.deepEqual(found, []);
  });
}

for (const width of [1440, 1000, 390, 320]) {
  const ends = { skip: ![1440, 320].includes(width) && only("chromium", "Firefox has the widest and the narrowest") };
  test(`the picture fits at ${width} px`, ends, async () => {
    const { page } = await open(stage.browser, stage.url, { width, height: 800 });
    await pick(page, "large");
    await find(page, "tab", "Picture").click();
    await drawn(page);
    // No text leaves its band, in the browser's own fonts.
    const beyond = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      const canvas = document.querySelector('svg[aria-label^="Picture of"]').parentElement;
      const out = [];
      for (const part of document.querySelectorAll('svg[aria-label^="Picture of"] [role="button"]')) {
        const box = part.getBoundingClientRect();
        const texts = [...part.parentElement.querySelectorAll("text")];
        const places = texts.map((text) => text.getBoundingClientRect());
        places.forEach((place, i) => {
          if (place.left < box.left - 1 || place.right > box.right + 1) out.push(texts[i].textContent);
          for (const other of places.slice(0, i))
            if (place.left < other.right && other.left < place.right && place.top + 3 < other.bottom - 3 && other.top + 3 < place.bottom - 3)
              out.push(`over another: ${texts[i].textContent}`);
        });
      }
      const right = Math.max(0, canvas.getBoundingClientRect().right - clientWidth);
      return [scrollWidth - clientWidth, canvas.scrollWidth - canvas.clientWidth, right, out];
    });
    assert.deepEqual(beyond, [0, 0, 0, []]);
  });
}

// How the page looks: ten screens at three widths in both themes, held against the pictures in visual/.
//
// `cargo xtask visual` takes the pictures anew: look at what changed before you commit it.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import pixelmatch from "pixelmatch";
import sharp from "sharp";
import { find, launch, only, open, pick, section, seen, serve, tab } from "./browser.mjs";

const PICTURES = fileURLToPath(new URL("visual/", import.meta.url));
/** Where pictures go that differ, beside what was drawn. */
const DIFFERENCES = fileURLToPath(new URL("../../target/visual/", import.meta.url));
const RENEW = process.env.VISUAL === "renew";

/** The share of pixels that may differ: the edges of letters are not drawn alike by every build of the same fonts. */
const MOST = 0.001;

const WIDTHS = { 1440: 900, 1000: 800, 390: 844 };
const THEMES = ["light", "dark"];

/** Each screen by the name of its picture, and how to come there from the one before. */
const SCREENS = {
  "first-visit": async () => {},
  cluster: async (page) => {
    await pick(page, "gpu");
    await find(page, "heading", "Cluster").wait();
  },
  nodes: async (page) => to(page, "Nodes"),
  network: async (page) => to(page, "Network"),
  storage: async (page) => to(page, "Storage"),
  slurm: async (page) => to(page, "Slurm"),
  "custom-modules": async (page) => to(page, "Custom modules"),
  problems: async (page) => tab(page, "Problems"),
  picture: async (page) => tab(page, "Picture"),
  diff: async (page) => {
    await tab(page, "Diff");
    await find(page, "combobox", "Compared with").fill("preset eight-node");
    await find(page, "heading", "Impact").wait();
  },
};

async function to(page, name) {
  if (page.viewport().width < 700) await page.locator('::-p-xpath(//button[@aria-controls="sections"])').click();
  await section(page, name);
}

describe("screens", { skip: only("chromium", "the pictures are Chromium's") }, () => {
  let site, launched;

  before(async () => {
    site = await serve();
    launched = await launch({ fonts: `${PICTURES}fonts.conf` });
    await mkdir(DIFFERENCES, { recursive: true });
  });

  after(async () => {
    await launched?.close();
    await site?.close();
  });

  for (const [width, height] of Object.entries(WIDTHS)) {
    for (const theme of THEMES) {
      test(`${width} px wide, ${theme}`, async (t) => {
        const { page, context } = await open(launched.browser, site.url, { width: Number(width), height, theme });
        for (const [name, come] of Object.entries(SCREENS)) {
          await come(page);
          await settle(page);
          const drawn = await pixels(await page.screenshot());
          await t.test(name, () => compare(`${name}-${width}-${theme}.webp`, drawn));
        }
        await context.close();
      });
    }
  }
});

/** Waits until nothing changes any more, and takes away what differs from time to time. */
async function settle(page) {
  await seen(page, "works offline");
  await page.waitForFunction(() => !document.body.innerText.includes("saving…") && !document.body.innerText.includes("id …"));
  await page.evaluate(async () => {
    await document.fonts.ready;
    document.activeElement?.blur();
    // How long the last edit took, and what changes with any file of the flake.
    for (const fact of document.querySelectorAll("footer *")) {
      if (/^[\d.]+ ms$/.test(fact.textContent)) fact.textContent = "1.0 ms";
      if (/^id /.test(fact.textContent)) fact.textContent = "id 0000 0000 0000 0000";
      if (/KiB$/.test(fact.textContent)) fact.textContent = "40 files · 100 KiB";
    }
  });
  await page.mouse.move(0, 0);
  // What the pointer has left is drawn so a frame later, and fades.
  await page.waitForFunction(() => !document.querySelector("main :hover, nav :hover") && document.getAnimations().length === 0);
}

/** The pixels of a picture, four bytes each, and its size. */
async function pixels(picture) {
  const { data, info } = await sharp(picture).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** Writes pixels as a file that loses nothing. */
async function write(file, { data, width, height }) {
  await sharp(data, { raw: { width, height, channels: 4 } }).removeAlpha().webp({ lossless: true, effort: 6 }).toFile(file);
}

async function compare(name, drawn) {
  const file = PICTURES + name;
  if (RENEW) return write(file, drawn);
  const bytes = await readFile(file).catch(() => assert.fail(`${file} is missing: take it with \`cargo xtask visual\``));
  const stored = await pixels(bytes);
  const { width, height } = stored;
  assert.deepEqual([drawn.width, drawn.height], [width, height], `${name} has another size now`);
  const difference = { data: Buffer.alloc(stored.data.length), width, height };
  const count = pixelmatch(stored.data, drawn.data, difference.data, width, height, { threshold: 0.1 });
  if (count <= MOST * width * height) return;
  await write(DIFFERENCES + name, difference);
  await write(`${DIFFERENCES}now-${name}`, drawn);
  assert.fail(
    `${count} pixels of ${name} differ: see target/visual/${name}, and now-${name} beside it. ` +
      "Where that was meant, take the pictures anew: cargo xtask visual",
  );
}

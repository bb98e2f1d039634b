// A served copy of the page and a real browser for the tests.
//
// Environment: DIST the folder that `cargo xtask dist` made, BROWSER which browser (chromium unless told), CHROMIUM and
// FIREFOX their files, CHROMIUM_SHELL that of a Chromium without windows where there is one, CLUSTERFLAKE the command line,
// SHARED where the browser is that run.mjs started.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { after, afterEach, before } from "node:test";
import { extname, join, normalize } from "node:path";
import { setInterval } from "node:timers/promises";
import { promisify } from "node:util";
import puppeteer, { Puppeteer } from "puppeteer-core";

function needed(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run these tests with \`cargo xtask test --only browser\``);
  return value;
}

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
};

/** Which browser the tests run in: `chromium` or `firefox`. */
export const BROWSER = process.env.BROWSER || "chromium";

/** For what one browser's driver cannot do: the reason to skip a test in the other, or false. */
export function only(browser, because) {
  return BROWSER !== browser && because;
}

/** For tests of the project's own logic, by fields, buttons and storage that other tests use in Firefox too. */
export const LOGIC = { skip: only("chromium", "our own logic is the same in every browser, and other tests use its means there") };

/** For tests of nothing but the rules of accessibility: page.test.mjs goes through the sections in Firefox too. */
export const RULES = { skip: only("chromium", "axe reads the same elements by the same rules in every browser") };

/** Serves `dist` below a folder of its own, as a plain static host would; gives the page's address and `close`. */
export async function serve(dist = needed("DIST")) {
  const under = "/some/folder/";
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    const file = path === under ? "index.html" : path.startsWith(under) ? path.slice(under.length) : "";
    try {
      const body = await readFile(join(dist, normalize("/" + file)));
      response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}${under}`,
    close: () => {
      // Browsers keep connections open for a while.
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A name of this machine that browsers do not take for it: what they load from there was not loaded safely. */
export const PLAIN = "plain.test";

const CHROMIUM = {
  browser: "chrome",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // The same picture on every machine.
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
    `--host-resolver-rules=MAP ${PLAIN} 127.0.0.1`,
  ],
};

const FIREFOX = {
  browser: "firefox",
  extraPrefsFirefox: {
    "network.dns.localDomains": PLAIN,
    "dom.events.testing.asyncClipboard": true,
    "browser.download.folderList": 2,
    "browser.download.alwaysOpenPanel": false,
    "browser.download.useDownloadDir": true,
  },
};

/** Where the browser puts downloads. */
let downloads;

/**
 * A browser with an empty profile, or the one that run.mjs started; `close` ends it and removes what it wrote. `fonts`: a
 * fontconfig file, for the same fonts on every machine. `args`: more arguments for Chromium. `windows`: Chromium with its tabs and
 * windows, of which only one is in front, and with all that it does about files and storage beside its engine.
 */
export async function launch({ fonts, args = [], windows = false } = {}) {
  const started = await shared();
  if (started) return started;
  const folder = await mkdtemp(join(tmpdir(), "clusterflake-"));
  downloads = join(folder, "downloads");
  await mkdir(downloads);
  const chromium = { ...CHROMIUM, args: [...CHROMIUM.args, ...args], userDataDir: join(folder, "profile") };
  const options = BROWSER === "firefox" ? FIREFOX : chromium;
  if (BROWSER === "firefox") options.extraPrefsFirefox["browser.download.dir"] = downloads;
  const env = fonts ? { ...process.env, FONTCONFIG_FILE: fonts } : process.env;
  const shell = BROWSER === "chromium" && !windows && process.env.CHROMIUM_SHELL;
  const executablePath = shell || needed(BROWSER.toUpperCase());
  const remove = () => rm(folder, { recursive: true, force: true });
  const browser = await puppeteer.launch({ executablePath, headless: shell ? "shell" : true, env, ...options });
  return {
    browser,
    downloads,
    remove,
    close: async () => {
      await browser.close();
      await remove();
    },
  };
}

/**
 * The browser that run.mjs started for all files, with nothing left in it of those before. `close` empties it and leaves it to
 * the next. Gives nothing where there is none, or none any more.
 */
async function shared() {
  if (!process.env.SHARED) return;
  const { endpoint, ...at } = JSON.parse(process.env.SHARED);
  const browser = await puppeteer.connect({ browserWSEndpoint: endpoint, protocol: "webDriverBiDi" }).catch((error) => {
    console.log(`The browser that was started for all files cannot be used (${error.message}): this file starts its own.`);
  });
  if (!browser) return;
  const empty = async () => {
    const contexts = browser.browserContexts().filter((context) => context !== browser.defaultBrowserContext());
    await Promise.all(contexts.map((context) => context.close()));
    await Promise.all((await readdir(at.downloads)).map((name) => rm(join(at.downloads, name))));
  };
  await empty();
  downloads = at.downloads;
  return {
    browser,
    close: async () => {
      await empty();
      await browser.disconnect();
    },
  };
}

/**
 * The page, served, and a browser, for all tests of a file: `url` and `browser` are there when the first begins, and gone
 * after the last. What a test opened is closed when it ends. `windows` as for `launch`.
 */
export function staged({ windows } = {}) {
  const stage = {};
  let site, launched;
  before(async () => {
    // In one process, so that pages share what one of them has compiled.
    [site, launched] = await Promise.all([serve(), launch({ windows, args: ["--process-per-site"] })]);
    Object.assign(stage, { url: site.url, browser: launched.browser });
    const context = await launched.browser.createBrowserContext();
    const keeper = await context.newPage();
    await keeper.goto(new URL("icon.svg", site.url).href);
    if (BROWSER === "chromium") await keeper.evaluate(compile, await program());
    profiles.set(launched.browser, { context, keeper, taken: false });
  });
  afterEach(async () => {
    const profile = profiles.get(launched.browser);
    const contexts = launched.browser.browserContexts().filter((context) => context !== profile.context);
    // The one that is there from the start cannot be closed, and holds nothing.
    const opened = contexts.filter((context) => context !== launched.browser.defaultBrowserContext());
    await Promise.all(opened.map((context) => context.close()));
    const pages = (await profile.context.pages()).filter((page) => page !== profile.keeper);
    await Promise.all(pages.map((page) => page.close()));
    if (BROWSER === "chromium") await profile.context.clearPermissionOverrides();
    profile.taken = false;
  });
  after(async () => {
    await launched?.close();
    await site?.close();
  });
  return stage;
}

/**
 * Of each browser the profile that its tests share: an empty one for the first visitor of each test, but for what the
 * browser itself keeps of files. `keeper` is a page of it that stays.
 */
const profiles = new Map();

/** The profile for a visitor of whom a test says nothing more: empty. */
async function profile(browser) {
  const shared = profiles.get(browser);
  if (!shared || shared.taken) return browser.createBrowserContext();
  shared.taken = true;
  await shared.keeper.evaluate(() => localStorage.clear());
  return shared.context;
}

/** The name of the WebAssembly in the folder of the page. */
async function program() {
  return (await readdir(needed("DIST"))).find((name) => name.endsWith(".wasm"));
}

/** Runs in a page that stays: others of its process are then given what is compiled here. */
async function compile(name) {
  globalThis.compiled = await WebAssembly.compileStreaming(fetch(name));
}

/**
 * A page for a visitor with an empty profile, or in the profile `context`, and what it did that it must not: errors, requests to
 * elsewhere.
 */
export async function open(browser, url, { width = 1440, height = 900, theme = "light", context } = {}) {
  context ??= await profile(browser);
  const page = await context.newPage();
  // A machine that does much else is slow, and not wrong.
  page.setDefaultTimeout(120_000);
  await page.setViewport({ width, height });
  if (BROWSER === "chromium") {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
  } else {
    // Firefox's driver cannot set what the system prefers: the page's own choice of theme does.
    await page.evaluateOnNewDocument((theme) => localStorage.setItem("clusterflake.theme", theme), theme);
  }
  const faults = [];
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const to = request.url();
    if (!to.startsWith(new URL(url).origin) && !/^(data|blob):/.test(to)) faults.push(`request: ${to}`);
  });
  await page.goto(url, { waitUntil: "load" });
  // In a window that is not in front, Firefox presses no button by its keys.
  await page.bringToFront();
  return { page, context, faults };
}

/**
 * The selector of what has this role and accessible name; behind one and `>>>`, of such an element in it. `by`: Chromium's own
 * tree of them (`aria`), or our reading of the rules for names (`named`), which takes a fifth of the time.
 */
export function named(role, name, by = BROWSER === "firefox" ? "named" : "aria") {
  return `::-p-${by}([name="${name}"][role="${role}"])`;
}

/** The element with this role and accessible name; waits until it is there. */
export function find(page, role, name) {
  return page.locator(named(role, name));
}

// Firefox itself takes seconds for each such search, thousands of times. What the page uses of the rules of accessible
// names (W3C's accname 1.2) is done here; Chromium, which has the same tests, goes by its own tree.
Puppeteer.registerCustomQueryHandler("named", {
  queryAll(root, selector) {
    const [, name, role] = selector.match(/^\[name="(.*)"\]\[role="(.*)"\]$/s);
    const roles = {
      button: "button, summary",
      checkbox: "input[type=checkbox]",
      columnheader: "thead th, th[scope=col]",
      combobox: "select",
      complementary: "aside",
      dialog: "dialog",
      group: "fieldset",
      heading: "h1, h2, h3, h4, h5, h6",
      navigation: "nav",
      radio: "input[type=radio]",
      region: "section",
      rowheader: "th[scope=row]",
      searchbox: "input[type=search]",
      separator: "hr",
      textbox: "textarea, input:not([type]), input[type=text]",
    };
    const text = (node) => {
      if (node.nodeType === Node.TEXT_NODE) return node.data;
      if (node.nodeType !== Node.ELEMENT_NODE || node.hidden || node.ariaHidden === "true") return "";
      const style = getComputedStyle(node);
      if (style.display === "none" || style.visibility === "hidden") return "";
      const inside = node.ariaLabel || [...node.childNodes].map(text).join("");
      return /^inline/.test(style.display) || style.display === "contents" ? inside : ` ${inside} `;
    };
    const nameOf = (element) => {
      const by = element.getAttribute("aria-labelledby")?.split(/\s+/).map((id) => document.getElementById(id));
      if (by) return by.map((label) => (label ? text(label) : "")).join(" ");
      if (element.ariaLabel) return element.ariaLabel;
      const legend = element.localName === "fieldset" && element.querySelector(":scope > legend");
      const labels = legend ? [legend] : [...(element.labels ?? [])];
      if (labels.length > 0) return labels.map(text).join(" ");
      const own = ["textbox", "searchbox", "combobox", "dialog", "group", "region", "navigation", "complementary"].includes(role) ? "" : text(element);
      return own.trim() || element.title || element.placeholder || "";
    };
    const flat = (text) => text.replace(/\s+/g, " ").trim();
    const explicit = `[role="${role}"]`;
    const fitting = roles[role] ? `${explicit}, :is(${roles[role]}):not([role])` : explicit;
    // Names are costly to make: most elements do not even have its first word anywhere near them.
    const [word = ""] = name.match(/\w+/) ?? [];
    const near = (element) => {
      const by = element.getAttribute("aria-labelledby")?.split(/\s+/).map((id) => document.getElementById(id)) ?? [];
      return [element, ...(element.labels ?? []), ...by].some((place) => place?.outerHTML.includes(word));
    };
    return [...root.querySelectorAll(fitting)].filter((element) => {
      if (!near(element)) return false;
      const shown = element.checkVisibility({ visibilityProperty: true }) && !element.closest('[aria-hidden="true"], [inert]');
      return shown && flat(nameOf(element)) === flat(name);
    });
  },
});

/**
 * Gives a text field the focus with all its text marked, as the Tab key does: notes that come and go above it push it away
 * from under a pointer.
 */
export async function enter(field) {
  await (await field.waitHandle()).evaluate((field) => {
    field.focus();
    field.select();
  });
}

/** Types `text` in the place of what the text field of this name holds, and leaves it. */
export async function type(page, name, text) {
  await enter(find(page, "textbox", name));
  await page.keyboard.type(text);
  await page.keyboard.press("Tab");
}

/** Puts `text` at once in the place of what a text field holds, as from the clipboard; `field` by its locator or handle. */
export async function replace(field, text) {
  const insert = (field, text) => {
    field.focus();
    field.select();
    document.execCommand("insertText", false, text);
  };
  const handle = field.waitHandle ? await field.waitHandle() : field;
  await handle.evaluate(insert, text);
}

/** Puts `text` at once in the place of what a text field holds, and leaves it. */
export async function put(page, field, text) {
  await replace(field, text);
  await page.keyboard.press("Tab");
}

/** Puts `text` at once in the place of what the text field of this name holds, and leaves it. */
export async function set(page, name, text) {
  await put(page, find(page, "textbox", name), text);
}

/** Puts `text` in at once where the focus is, as from the clipboard. */
export async function paste(page, text) {
  await page.evaluate((text) => document.execCommand("insertText", false, text), text);
}

/** Presses the button whose name begins with `name`: a card goes on with what is in it. */
export async function pick(page, name) {
  await page.locator(`::-p-xpath(//button[starts-with(normalize-space(.), "${name}")])`).click();
}

/**
 * Adds something by keyboard, since notes that come push the button away from under a pointer; waits until the first
 * field has the focus.
 */
export async function add(page, what, group) {
  await (await find(page, "button", `Add ${what}`).waitHandle()).focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.matches("input, select, textarea"));
  if (group) await find(page, "group", group).wait();
}

/** Opens a section by its link, whose name may go on with counts and states. */
export async function section(page, name) {
  await page.locator(`nav ::-p-xpath(.//a[starts-with(normalize-space(.), "${name}")])`).click();
  await page.locator(`main ::-p-xpath(.//h1[normalize-space(.) = "${name}"])`).wait();
}

/** Opens a tab of the flake, whose name may go on with a count. */
export async function tab(page, name) {
  await page.locator(`::-p-xpath(//button[@role="tab"][starts-with(normalize-space(.), "${name}")])`).click();
}

/** The element with this role and name in the group with that name; `by` as for `named`. */
export function within(page, group, role, name, by) {
  return page.locator(`${named("group", group, by)} >>> ${named(role, name, by)}`);
}

/** Waits until the page's text has `text`, or has it no more. */
export async function seen(page, text, there = true) {
  const has = (text, there) => document.body.innerText.includes(text) === there;
  await page.waitForFunction(has, {}, text, there);
}

const COLOURS = ["color-contrast", "link-in-text-block"];

/**
 * The rules of accessibility that the page breaks as it stands; `where` tells it apart. `targets`: also what is too small to
 * hit. `theme`: in the dark one only the colours differ, and only their rules are asked.
 */
export async function broken(page, where, { targets = false, theme = "light" } = {}) {
  // Once on each page, since it is half a megabyte.
  if (!(await page.evaluate(() => "axe" in globalThis))) {
    const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    // The page's policy forbids scripts that it did not bring; the debugger's own are not the page's.
    await page.evaluate(axe + "\n;0");
  }
  // The size of targets is no rule that axe goes by unless asked.
  const rules = { "target-size": { enabled: targets } };
  // What it would load beforehand is for rules that nobody asks for.
  const options = { resultTypes: ["violations"], preload: false, ...(theme === "dark" ? { runOnly: COLOURS } : { rules }) };
  const { violations } = await page.evaluate((options) => globalThis.axe.run(document, options), options);
  return violations.flatMap((rule) => rule.nodes.map((node) => `${where}: ${rule.id}: ${node.html.slice(0, 160)}`));
}

/** Runs `action` and gives the bytes and the name of the file that it downloads. */
export async function download(browser, context, page, action) {
  // Firefox was told when it started.
  const session = BROWSER === "chromium" ? await browser.target().createCDPSession() : undefined;
  await session?.send("Browser.setDownloadBehavior", {
    behavior: "allow",
    browserContextId: context.id,
    downloadPath: downloads,
  });
  await action();
  const name = await complete();
  const bytes = await readFile(join(downloads, name));
  await rm(join(downloads, name));
  await session?.detach();
  return { name, bytes };
}

/** The name of the file that stands in the folder of downloads once nothing is being written there. */
async function complete() {
  for await (const _ of setInterval(50, undefined, { signal: AbortSignal.timeout(20_000) })) {
    const names = await readdir(downloads);
    // While it comes, a file has a second one beside it or another ending.
    if (names.length !== 1 || /\.(part|crdownload)$/.test(names[0])) continue;
    const { size } = await stat(join(downloads, names[0]));
    if (size > 0) return names[0];
  }
}

/** What the command line prints for these arguments. */
export async function commandLine(...args) {
  const { stdout } = await promisify(execFile)(needed("CLUSTERFLAKE"), args, {
    encoding: "buffer",
    maxBuffer: 64 << 20,
  });
  return stdout;
}

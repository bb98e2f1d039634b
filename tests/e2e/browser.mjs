// A served copy of the page and a real browser for the tests.
//
// Environment: DIST the folder that `cargo xtask dist` made, CHROMIUM the browser, CLUSTERFLAKE the command line.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { promisify } from "node:util";
import puppeteer from "puppeteer-core";

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

/** Serves DIST below a folder of its own, as a plain static host would; gives the page's address and `close`. */
export async function serve() {
  const dist = needed("DIST");
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
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** A browser with an empty profile; `close` ends it and removes the profile. */
export async function launch() {
  const userDataDir = await mkdtemp(join(tmpdir(), "clusterflake-"));
  const browser = await puppeteer.launch({
    executablePath: needed("CHROMIUM"),
    userDataDir,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  return {
    browser,
    close: async () => {
      await browser.close();
      await rm(userDataDir, { recursive: true, force: true });
    },
  };
}

/** A page in a profile of its own, and what it did that it must not: errors, requests to elsewhere. */
export async function open(browser, url, { width = 1440, height = 900, theme = "light", context } = {}) {
  context ??= await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
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
  return { page, context, faults };
}

/** The element with this role and accessible name; waits until it is there. */
export function find(page, role, name) {
  return page.locator(`::-p-aria([name="${name}"][role="${role}"])`);
}

/** Puts `text` in the place of what a text field holds, as a user would. */
export async function type(page, name, text) {
  await find(page, "textbox", name).click({ count: 3 });
  await page.keyboard.type(text);
  await page.keyboard.press("Tab");
}

/** The rules of accessibility that the page breaks as it stands; `where` tells it apart. */
export async function broken(page, where) {
  const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  // The page's policy forbids scripts that it did not bring; the debugger's own are not the page's.
  await page.evaluate(axe + "\n;0");
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations.flatMap((rule) => rule.nodes.map((node) => `${where}: ${rule.id}: ${node.html.slice(0, 160)}`));
}

/** Runs `action` and gives the bytes and the name of the file that it downloads. */
export async function download(browser, context, page, action) {
  const folder = await mkdtemp(join(tmpdir(), "clusterflake-download-"));
  const session = await browser.target().createCDPSession();
  await session.send("Browser.setDownloadBehavior", {
    behavior: "allow",
    browserContextId: context.id,
    downloadPath: folder,
    eventsEnabled: true,
  });
  const done = new Promise((resolve) => {
    session.on("Browser.downloadProgress", (event) => event.state === "completed" && resolve());
  });
  await action();
  await done;
  const [name] = await readdir(folder);
  const bytes = await readFile(join(folder, name));
  await rm(folder, { recursive: true });
  await session.detach();
  return { name, bytes };
}

/** What the command line prints for these arguments. */
export async function commandLine(...args) {
  const { stdout } = await promisify(execFile)(needed("CLUSTERFLAKE"), args, {
    encoding: "buffer",
    maxBuffer: 64 << 20,
  });
  return stdout;
}

// The palette, the keys and the help, as somebody meets them who knows no more than that there is Ctrl+K.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LOGIC, enter, find, open, pick, staged } from "./browser.mjs";

const stage = staged();

/** A visitor whose browser keeps this design. */
async function visit(design, options) {
  const context = await stage.browser.createBrowserContext();
  // On a file beside the page, so that no page saves over it.
  const beside = await context.newPage();
  await beside.goto(new URL("icon.svg", stage.url).href);
  await beside.evaluate((text) => localStorage.setItem("clusterflake.design", text), JSON.stringify(design));
  await beside.close();
  const visitor = await open(stage.browser, stage.url, { context, ...options });
  await visitor.page.locator("main h1").wait();
  return visitor;
}

/** The design of a preset. */
async function preset(page, name) {
  await pick(page, name);
  await find(page, "heading", "Cluster").wait();
}

async function start(name, options) {
  const visitor = await open(stage.browser, stage.url, options);
  await preset(visitor.page, name);
  return visitor;
}

async function press(page, key, ...held) {
  for (const each of held) await page.keyboard.down(each);
  await page.keyboard.press(key);
  for (const each of held.reverse()) await page.keyboard.up(each);
}

async function palette(page, typed = "") {
  await press(page, "k", "Control");
  await page.waitForFunction(() => document.activeElement?.getAttribute("role") === "combobox");
  if (typed) await page.keyboard.type(typed);
}

/** What the palette offers: the text of each result. */
async function offered(page) {
  return page.$$eval('dialog[open] [role="option"]', (rows) => rows.map((row) => row.innerText.replace(/\s+/g, " ").trim()));
}

/** Waits until the focus is on what is called so. */
async function focused(page, name) {
  const has = (name) => {
    const element = document.activeElement;
    return (element?.labels?.[0]?.innerText ?? element?.getAttribute("aria-label") ?? "").trim() === name;
  };
  await page.waitForFunction(has, {}, name);
}

async function said(page, text) {
  const has = (text) => [...document.querySelectorAll('[role="status"], [role="alert"]')].some((e) => e.textContent.includes(text));
  await page.waitForFunction(has, {}, text);
}

async function closed(page) {
  await page.waitForFunction(() => !document.querySelector("dialog[open]"));
}

test("a node inside a group is found by its name and by its address", LOGIC, async () => {
  const { page, faults } = await start("large");
  await palette(page, "cn017");
  const [first] = await offered(page);
  assert.match(first, /^cn017 cn\[001-512\].*10\.20\.\d+\.\d+ node$/);
  await page.keyboard.press("Enter");
  await focused(page, "Hosts");
  assert.equal(await page.evaluate(() => document.activeElement.value), "cn[001-512]");
  const address = first.match(/\d+\.\d+\.\d+\.\d+/)[0];
  await palette(page, address);
  assert.match((await offered(page))[0], /^cn017 /);
  await page.keyboard.press("Escape");
  // A node that differs from its group leads to its difference.
  await palette(page, "cn300");
  await page.keyboard.press("Enter");
  await focused(page, "Hosts that differ");
  assert.equal(await page.evaluate(() => document.activeElement.value), "cn300");
  assert.deepEqual(faults, []);
});

/** In the page, with the palette open: which of these fields of a section it does not offer when asked for their name. */
async function notOffered(section, labels) {
  const field = document.querySelector('dialog[open] [role="combobox"]');
  const ask = (text) => {
    field.value = text;
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  };
  const rows = () => [...document.querySelectorAll('dialog[open] [role="option"]')].map((row) => row.innerText.replace(/\s+/g, " ").trim());
  const becomes = async (fits) => {
    for (let frames = 0; frames < 600 && !fits(); frames++) await new Promise(requestAnimationFrame);
    return fits();
  };
  const missing = [];
  for (const label of labels) {
    // What was found before is gone.
    ask("no such thing as qqzzqq");
    const gone = await becomes(() => rows().length === 0);
    ask(label);
    const offered = await becomes(() => rows().some((row) => row.includes(section) && row.endsWith("field")));
    if (!gone || !offered) missing.push(`${section}: ${label}`);
  }
  return missing;
}

test("every field of every section is found by what it is called", LOGIC, async () => {
  const { page, faults } = await start("gpu");
  const missing = [];
  for (const link of await page.$$('nav[aria-label="Sections"] a')) {
    await link.click();
    const title = await page.$eval("main h1", (title) => title.innerText);
    const labels = await page.$$eval("main [data-path][id]", (fields) =>
      fields
        .filter((field) => /^(cluster|nodes|network|storage|slurm|hpc|monitoring|users|containers|modules)\b/.test(field.dataset.path))
        .map((field) => field.labels?.[0]?.innerText.trim())
        .filter(Boolean),
    );
    await palette(page);
    missing.push(...(await page.evaluate(notOffered, title, [...new Set(labels)])));
    await page.keyboard.press("Escape");
    await closed(page);
  }
  assert.deepEqual(missing, []);
  assert.deepEqual(faults, []);
});

test("fields lead to their field, also where it is hidden", LOGIC, async () => {
  const { page } = await start("gpu");
  await palette(page, "longest time");
  await page.keyboard.press("Enter");
  await focused(page, "Longest time");
  await palette(page, "alertmanager mail to");
  await page.keyboard.press("Enter");
  // Alertmanager is off: its switch is what there is.
  await focused(page, "Alertmanager");
});

test("files open, at a line too; options and problems lead to where they are", LOGIC, async () => {
  const { page } = await visit({
    version: 1,
    cluster: { name: "site" },
    nodes: [{ hosts: "ctl", roles: ["controller"], firstIP: "10.0.0.1" }],
    modules: [{ name: "lic", parts: [{ options: [{ path: "services.smartd.enable", value: "true" }] }] }],
  });
  await palette(page, "flake.nix:12");
  assert.match((await offered(page))[0], /^flake\.nix line 12 file$/);
  await page.keyboard.press("Enter");
  await said(page, "Line 12, marked:");
  await focused(page, "Text of flake.nix");
  await palette(page, "smartd");
  assert.match((await offered(page))[0], /^services\.smartd\.enable lic/);
  await page.keyboard.press("Enter");
  await focused(page, "Option");
  await palette(page, "no partition");
  const problem = (await offered(page)).find((row) => /warning|error/.test(row));
  assert.ok(problem, "no problem is found");
});

test("actions are done, and only those that apply are offered", async () => {
  const { page, faults } = await start("minimal");
  await palette(page, "redo");
  assert.ok(!(await offered(page)).some((row) => row.startsWith("Redo")), "nothing was undone");
  await page.keyboard.press("Escape");
  await closed(page);
  await palette(page, "theme dark");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
  await palette(page, "undo");
  assert.match((await offered(page))[0], /^Undo: open the preset minimal.*Ctrl\+Z action$/);
  await page.keyboard.press("Enter");
  await find(page, "button", "Redo: open the preset minimal").wait();
  assert.deepEqual(faults, []);
});

test("the list is walked with keys, wraps, and gives the focus back", async () => {
  const { page } = await start("minimal");
  await find(page, "button", "Link").wait();
  await page.$eval('nav[aria-label="Sections"] a', (link) => link.focus());
  await palette(page, "memory");
  const rows = await offered(page);
  const active = async () =>
    page.$eval('dialog[open] [role="combobox"]', (field) =>
      document.getElementById(field.getAttribute("aria-activedescendant"))?.innerText.replace(/\s+/g, " ").trim(),
    );
  assert.equal(await active(), rows[0]);
  const steps = [["ArrowDown", 1], ["End", rows.length - 1], ["ArrowDown", 0], ["ArrowUp", rows.length - 1], ["Home", 0]];
  for (const [key, at] of steps) {
    await page.keyboard.press(key);
    assert.equal(await active(), rows[at], key);
  }
  await said(page, `${rows.length} results`);
  await page.keyboard.type("zzzz");
  await said(page, "Nothing is called that");
  await page.keyboard.press("Escape");
  await closed(page);
  assert.equal(await page.evaluate(() => document.activeElement.closest("nav")?.getAttribute("aria-label")), "Sections");
  // What was used last comes first the next time.
  await palette(page, "gateway");
  await page.keyboard.press("Enter");
  await focused(page, "Gateway");
  await palette(page);
  assert.match((await offered(page))[0], /^Gateway.*used lately$/);
});

test("a hundred thousand nodes are searched, and few are shown", LOGIC, async () => {
  const { page, faults } = await visit({
    version: 1,
    network: { subnet: "10.0.0.0/8" },
    nodes: [
      { hosts: "ctl", roles: ["controller"], firstIP: "10.200.0.1" },
      { hosts: "cn[000001-050000,050001-100000]", firstIP: "10.0.0.1" },
    ],
  });
  await palette(page, "cn099999");
  assert.match((await offered(page))[0], /^cn099999 .*10\.1\.134\.159 node$/);
  await page.$eval('dialog[open] [role="combobox"]', (field) => field.select());
  await page.keyboard.type("cn");
  await said(page, "of 100,0");
  assert.ok((await offered(page)).length <= 40);
  assert.deepEqual(faults, []);
});

test("the palette that is opened again at once is empty, and keeps what is typed then", async () => {
  const { page, faults } = await start("minimal");
  await palette(page, "gateway");
  // Before the browser tells that it was closed.
  await page.$eval("dialog[open]", (dialog) => {
    dialog.close();
    window.dispatchEvent(new KeyboardEvent("keydown", { key: "k", ctrlKey: true }));
  });
  await page.waitForFunction(() => document.activeElement?.getAttribute("role") === "combobox");
  await page.keyboard.type("subnet");
  const before = await offered(page);
  assert.match(before[0], /^Subnet /);
  await page.$eval("dialog[open]", (dialog) => dialog.dispatchEvent(new Event("close")));
  assert.deepEqual(await offered(page), before);
  assert.equal(await page.evaluate(() => document.activeElement.value), "subnet");
  assert.deepEqual(faults, []);
});

test("the help tells all keys and command lines; ? is left to fields and can be turned off", async () => {
  const { page, faults } = await start("teaching");
  // Without a screen there is no clipboard.
  await page.evaluate(() => {
    navigator.clipboard.writeText = async (text) => {
      globalThis.copied = text;
    };
  });
  await enter(find(page, "textbox", "Name"));
  await page.keyboard.type("a?b");
  assert.equal(await page.evaluate(() => document.querySelector("dialog[open]")), null);
  await press(page, "z", "Control");
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.type("?");
  await find(page, "dialog", "Keys and command lines").wait();
  const text = await page.$eval("dialog[open]", (dialog) => dialog.innerText);
  for (const part of ["Ctrl+K", "Ctrl+Z", "Shift+F8", "clusterflake check cluster.json", "clusterflake generate cluster.json -o teaching.zip"]) {
    assert.ok(text.includes(part), part);
  }
  await find(page, "button", "Copy the command line: Download flake").click();
  await said(page, "Copied");
  assert.equal(await page.evaluate(() => globalThis.copied), "clusterflake generate cluster.json -o teaching.zip");
  await find(page, "checkbox", "Single characters as keys: ?").click();
  await page.keyboard.press("Escape");
  await closed(page);
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.type("?");
  assert.equal(await page.evaluate(() => document.querySelector("dialog[open]")), null);
  assert.deepEqual(faults, []);
});

test("F8 goes from problem to problem", async () => {
  const { page } = await visit({
    version: 1,
    cluster: { name: "two words" },
    nodes: [{ hosts: "ctl", roles: ["controller"], firstIP: "10.0.0.1" }],
    network: { subnet: "10.0.0.0/33" },
  });
  await page.locator("main h1").wait();
  const places = new Set();
  for (let i = 0; i < 6; i++) {
    const before = await page.evaluate(() => document.activeElement.id);
    await page.keyboard.press("F8");
    await page.waitForFunction((before) => document.activeElement.id !== before, {}, before);
    places.add(await page.evaluate(() => document.activeElement.id));
  }
  assert.ok(places.has("cluster.name") && places.has("network.subnet"), [...places].join());
});

test("the command line is offered where its work is done here", LOGIC, async () => {
  const { page } = await start("teaching");
  await find(page, "button", "Link").click();
  await find(page, "button", "Copy the command line: Link").wait();
  const dialog = await page.$eval("dialog[open]", (dialog) => dialog.innerText);
  assert.ok(dialog.includes(`clusterflake link cluster.json --base ${stage.url}`), dialog);
  await page.keyboard.press("Escape");
  await closed(page);
  await palette(page, "problems");
  await page.keyboard.press("Enter");
  await find(page, "button", "Copy the command line: Problems").wait();
  await press(page, "Enter", "Control");
  await said(page, "teaching.zip was downloaded");
  await find(page, "button", "Copy the command line").wait();
});

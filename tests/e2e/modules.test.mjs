// Modules of the user's own, described in the page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LOGIC, RULES, add, broken, enter, find, only, open, paste, pick, put, seen, set, staged, type, within } from "./browser.mjs";

const stage = staged();

/** A new visitor with the preset teaching, in the section of custom modules. */
async function start(options) {
  const visit = await open(stage.browser, stage.url, options);
  await pick(visit.page, "teaching");
  await section(visit.page);
  return visit;
}

async function section(page) {
  await page.locator('nav ::-p-xpath(.//a[starts-with(normalize-space(.), "Custom modules")])').click();
  await find(page, "heading", "Custom modules").wait();
}

/** Waits until the field has the text. */
async function holds(page, field, text) {
  const handle = await field.waitHandle();
  await page.waitForFunction((field, text) => field.value === text, {}, handle, text);
}

test("a module is described with completed options, and Nix with its fault told", async () => {
  const { page, context, faults } = await start();
  await pick(page, "Empty module");
  await type(page, "Module name", "license-server");
  await set(page, "What it is for", "The licence server of our compilers");

  await add(page, "parameter", "Parameter 1");
  await put(page, within(page, "Parameter 1", "textbox", "Parameter"), "port");
  await within(page, "Parameter 1", "combobox", "Type").fill("port");
  await put(page, within(page, "Parameter 1", "textbox", "Default"), "27000");
  await put(page, within(page, "Parameter 1", "textbox", "Documentation"), "The port that clients ask.");

  await add(page, "part");
  await find(page, "combobox", "On nodes").fill("first-controller");
  await add(page, "service", "Service 1");
  await put(page, within(page, "Service 1", "textbox", "Service"), "lmgrd");
  await put(page, within(page, "Service 1", "textbox", "Command"), "${pkgs.hello}/bin/hello --port ${toString cfg.port}");

  // A path by its beginning, chosen with the keyboard.
  await add(page, "option", "Option 1");
  await enter(within(page, "Option 1", "combobox", "Option"));
  await page.keyboard.type("services.k3s.ro");
  await page.waitForSelector('[role="option"]');
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await holds(page, within(page, "Option 1", "combobox", "Option"), "services.k3s.role");
  await put(page, within(page, "Option 1", "textbox", "Value"), '"server"');

  await add(page, "part");
  await find(page, "combobox", "On nodes").fill("others");
  await add(page, "Nix");
  const nix = find(page, "textbox", "Nix");
  await enter(nix);
  await page.keyboard.type("{\n  programs.bash.completion.enable = true\n}");
  await seen(page, "Line 3, character 1");
  // What is typed is kept, and the fault is marked where it is.
  await holds(page, nix, "{\n  programs.bash.completion.enable = true\n}");
  assert.equal(await page.$eval(".nix .t-fault", (mark) => mark.innerText), "}");
  for (const key of ["ArrowUp", "End"]) await page.keyboard.press(key);
  await page.keyboard.type(";");
  await seen(page, "Line 3, character 1", false);
  // The Tab key leaves the field.
  await page.keyboard.press("Tab");
  assert.notEqual(await page.evaluate(() => document.activeElement.tagName), "TEXTAREA");

  await page.locator('::-p-xpath(//button[starts-with(@aria-label, "Undo")])').click();
  await holds(page, nix, "");
  await page.locator('::-p-xpath(//button[starts-with(@aria-label, "Redo")])').click();
  await holds(page, nix, "{\n  programs.bash.completion.enable = true;\n}");

  // The module is in the flake.
  await page.locator('.tree ::-p-xpath(.//button[starts-with(normalize-space(.), "license-server")][not(contains(., "/"))])').click();
  await seen(page, "licenseServerConfig ? { }");
  await seen(page, 'role = "server"');
  await seen(page, "programs.bash.completion.enable = true;");
  await page.waitForFunction(() => Object.values(localStorage).some((text) => text.includes("programs.bash")));
  const again = await open(stage.browser, stage.url, { context });
  await section(again.page);
  await holds(again.page, find(again.page, "textbox", "Module name"), "license-server");
  await holds(again.page, within(again.page, "Option 1", "combobox", "Option"), "services.k3s.role");
  assert.deepEqual([...faults, ...again.faults], []);
});

test("what was just added is judged field by field as each is left", LOGIC, async () => {
  const { page, faults } = await start();
  await pick(page, "Empty module");
  await type(page, "Module name", "license-server");
  await add(page, "part");
  await add(page, "service", "Service 1");
  const [name, command] = ["The service has no name", "The service has no command"];
  // The checks have run, and the section counts what is missing.
  await page.locator('nav ::-p-xpath(.//a[starts-with(normalize-space(.), "Custom modules")][contains(., "2")])').wait();
  const told = () => page.$eval("main", (main, texts) => texts.map((text) => main.innerText.includes(text)), [name, command]);
  assert.deepEqual(await told(), [false, false]);
  await page.keyboard.press("Tab");
  await seen(page, name);
  assert.deepEqual(await told(), [true, false]);
  await find(page, "heading", "Custom modules").click();
  await seen(page, command);
  assert.deepEqual(await told(), [true, true]);
  assert.deepEqual(faults, []);
});

test("the colours of Nix lie exactly under its text", async () => {
  const { page, faults } = await start();
  await pick(page, "Paste a default.nix");
  const field = find(page, "textbox", "Text of the module");
  await field.click();
  const lines = ["{ lib, ... }:", "{", '  a = "' + "wide ".repeat(60) + '"; # über', "\tb = ''", "    text == ->", "  '';", "}", ""];
  await page.evaluate((text) => document.execCommand("insertText", false, text), lines.concat(Array(30).fill("# line")).join("\n"));
  const [text, ink] = await page.$eval("dialog .nix", (nix) => {
    const [ink, area] = [nix.querySelector(".ink"), nix.querySelector("textarea")];
    const sizes = (element) => ({ width: element.scrollWidth, height: element.scrollHeight });
    const same = ["fontFamily", "fontSize", "lineHeight", "paddingLeft", "paddingTop", "tabSize", "letterSpacing", "fontVariantLigatures"];
    const look = (element) => same.map((name) => getComputedStyle(element)[name]).join();
    return [{ ...sizes(area), look: look(area), text: area.value }, { ...sizes(ink), look: look(ink), text: [...ink.children].map((line) => line.textContent).join("\n") }];
  });
  assert.deepEqual(text, ink);
  assert.deepEqual(faults, []);
});

test("a module that is pasted is kept as it is", LOGIC, async () => {
  const { page, faults } = await start();
  await pick(page, "Paste a default.nix");
  await find(page, "textbox", "Text of the module").click();
  const text = "{ brought ? { }, ... }:\n{ pkgs, ... }:\n{ environment.systemPackages = [ pkgs.hello ]; }";
  await paste(page, text);
  await find(page, "button", "Add this module").click();
  await holds(page, find(page, "textbox", "default.nix"), text);
  assert.deepEqual(faults, []);
});

test("the guide's containers module is a template without problems", LOGIC, async () => {
  const { page, faults } = await start();
  await pick(page, "container-orchestration");
  await holds(page, find(page, "textbox", "Module name"), "container-orchestration");
  await seen(page, "7 of 7 met");
  assert.equal(await page.$eval('nav a[aria-current="page"]', (link) => link.innerText.replace(/\s+/g, " ")), "Custom modules 1");
  await find(page, "combobox", "Implementation used").fill("kubernetes");
  await page.locator('.tree ::-p-xpath(.//button[starts-with(normalize-space(.), "cluster.nix")])').click();
  await page.waitForFunction(() => Object.values(localStorage).some((text) => text.includes('"type":"kubernetes"')));
  assert.deepEqual(faults, []);
});

for (const theme of ["light", "dark"]) {
  test(`no accessibility rule is broken by a module, ${theme}`, RULES, async () => {
    const { page } = await start({ theme });
    const found = await broken(page, "none yet", { theme });
    await pick(page, "Empty module");
    await add(page, "parameter", "Parameter 1");
    await add(page, "part");
    for (const what of ["option", "service", "file", "script"]) await add(page, what, `${what[0].toUpperCase()}${what.slice(1)} 1`);
    for (const what of ["packages", "ports", "Nix"]) await add(page, what);
    await enter(find(page, "textbox", "Nix"));
    await page.keyboard.type("{ a = 1; # note\n b = ]; }");
    await enter(within(page, "Option 1", "combobox", "Option"));
    await page.keyboard.type("services.");
    await page.keyboard.press("ArrowDown");
    await page.waitForSelector('[role="option"][aria-selected="true"]');
    found.push(...(await broken(page, "in use", { theme })));
    await find(page, "button", "Start from…").click();
    await page.locator("dialog[open] .card").wait();
    found.push(...(await broken(page, "start", { theme })));
    assert.deepEqual(found, []);
  });
}

for (const width of [1000, 390]) {
  const narrowest = { skip: width > 390 && only("chromium", "Firefox has the narrower one") };
  test(`no field of a module is out of reach at ${width} px`, narrowest, async () => {
    const { page } = await open(stage.browser, stage.url);
    await pick(page, "teaching");
    await section(page);
    await pick(page, "Empty module");
    for (const what of ["parameter", "part", "option", "service", "Nix"]) await add(page, what);
    await page.setViewport({ width, height: 800 });
    const beyond = await page.evaluate(() => {
      const { scrollWidth, clientWidth, scrollHeight, clientHeight } = document.documentElement;
      const main = document.querySelector("main");
      return [scrollWidth - clientWidth, scrollHeight - clientHeight, main.scrollWidth - main.clientWidth];
    });
    assert.deepEqual(beyond, [0, 0, 0]);
  });
}

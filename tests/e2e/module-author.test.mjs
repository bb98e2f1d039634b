// What a module's author does: describes the guide's own example in the form, brings modules, completes Nix, exports.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { LOGIC, add, commandLine, download, enter, find, only, open, pick, replace, seen, staged, within } from "./browser.mjs";

const stage = staged();
let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "clusterflake-modules-"));
});

after(() => rm(folder, { recursive: true, force: true }));

/** A new visitor with the preset teaching, in the section of custom modules. */
async function start() {
  const visit = await open(stage.browser, stage.url);
  await pick(visit.page, "teaching");
  await section(visit.page);
  return visit;
}

async function section(page) {
  await page.locator('nav ::-p-xpath(.//a[starts-with(normalize-space(.), "Custom modules")])').click();
  await find(page, "heading", "Custom modules").wait();
}

/** Puts `text` into an empty field, as if pasted. */
async function put(page, field, text) {
  const handle = await field.waitHandle();
  await replace(handle, text);
  await page.keyboard.press("Tab");
  await page.waitForFunction((field, text) => field.value === text, {}, handle, text);
}

/** Waits until the field has the text. */
async function holds(page, field, text) {
  const handle = await field.waitHandle();
  await page.waitForFunction((field, text) => field.value === text, {}, handle, text);
}

/** Checks a box by keyboard, since notes that come push it away from under a pointer. */
async function check(page, name) {
  const box = await find(page, "checkbox", name).waitHandle();
  await box.focus();
  await page.keyboard.press(" ");
  await page.waitForFunction((box) => box.checked, {}, box);
}

/** What the browser keeps of the design has this text. */
async function kept(page, text) {
  await page.waitForFunction((text) => Object.values(localStorage).some((kept) => kept.includes(text)), {}, text);
}

/** A field of a group. There are more than a hundred: other tests find such fields by Chromium's own names. */
const inGroup = (page, group, role, name) => within(page, group, role, name, "named");

/** Types a part of a module's description into the form's open part. */
async function describePart(page, part) {
  await add(page, "part");
  if (part.nodes) await find(page, "combobox", "On nodes").fill(part.nodes);
  if (part.implementation) await find(page, "combobox", "Of implementation").fill(part.implementation);
  for (const need of part.needs ?? []) await check(page, { cuda: "CUDA" }[need]);
  for (const [index, option] of (part.options ?? []).entries()) {
    const group = `Option ${index + 1}`;
    await add(page, "option", group);
    await put(page, inGroup(page, group, "combobox", "Option"), option.path);
    await put(page, inGroup(page, group, "textbox", "Value"), option.value);
  }
  if (part.packages) {
    await add(page, "packages");
    await put(page, find(page, "combobox", "Packages"), part.packages.join(", "));
  }
  for (const [index, script] of (part.scripts ?? []).entries()) {
    const group = `Script ${index + 1}`;
    await add(page, "script", group);
    await put(page, inGroup(page, group, "textbox", "Script"), script.name);
    await put(page, inGroup(page, group, "textbox", "What it does"), script.description);
    await put(page, inGroup(page, group, "textbox", "Shell (bash)"), script.text);
  }
  if (part.tcpPorts || part.udpPorts) await add(page, "ports");
  if (part.tcpPorts) await put(page, find(page, "textbox", "TCP ports"), part.tcpPorts.join(", "));
  if (part.udpPorts) await put(page, find(page, "textbox", "UDP ports"), part.udpPorts.join(", "));
}

// That template is evaluated by real Nix on clusters of every size, with k3s and Kubernetes, GPUs and none, on and off
// (core/tests/nix/custom.rs): the same bytes are the same cluster.
const DESCRIBED = { skip: only("chromium", "it takes long, and each kind of field is filled in Firefox by other tests") };

test("the guide's containers module, described in the form, is the template byte for byte", DESCRIBED, async () => {
  const template = JSON.parse(await readFile(new URL("../../core/src/template/container-orchestration.json", import.meta.url), "utf8"));
  const { page, context, faults } = await start();
  await pick(page, "Empty module");
  await put(page, find(page, "textbox", "Module name"), template.name);
  await put(page, find(page, "textbox", "What it is for"), template.description);
  await put(page, find(page, "textbox", "Implementations"), template.implementations.join(", "));
  for (const [index, parameter] of template.parameters.entries()) {
    const group = `Parameter ${index + 1}`;
    await add(page, "parameter", group);
    await put(page, inGroup(page, group, "textbox", "Parameter"), parameter.name);
    if (parameter.type) await inGroup(page, group, "combobox", "Type").fill(parameter.type);
    if (parameter.default) await put(page, inGroup(page, group, "textbox", "Default"), parameter.default);
    await put(page, inGroup(page, group, "textbox", "Documentation"), parameter.documentation);
  }
  for (const part of template.parts) await describePart(page, part);
  for (const [index, service] of template.exposes.entries()) {
    const group = `Exposed service ${index + 1}`;
    await add(page, "exposed service", group);
    await put(page, inGroup(page, group, "textbox", "Exposed as"), service.name);
  }
  await seen(page, "7 of 7 met");

  const cluster = JSON.parse((await commandLine("preset", "teaching")).toString());
  const file = join(folder, "site.json");
  await writeFile(file, JSON.stringify({ ...cluster, modules: [template] }));
  const expected = await commandLine("generate", file, "-o", "-");
  const { bytes } = await download(stage.browser, context, page, () => find(page, "button", "Download flake").click());
  if (!Buffer.from(bytes).equals(Buffer.from(expected))) {
    const zip = join(folder, "site.zip");
    await writeFile(zip, bytes);
    assert.fail(`the page's zip differs from the command line's:\n${await commandLine("diff", "--patch", file, zip).catch((error) => error.stdout)}`);
  }
  assert.deepEqual(faults, []);
});

test("what a module changes is listed, and each place can be looked at", LOGIC, async () => {
  const { page, faults } = await start();
  await pick(page, "license-server");
  await find(page, "heading", "What this changes in the flake").wait();
  const places = await page.$$eval(".changes li", (rows) => rows.map((row) => [...row.children].map((part) => part.innerText)));
  assert.deepEqual(
    places.map(([what, where]) => `${what} ${where.replace(/\d+$/, "")}`),
    [
      "The module modules/license-server/default.nix:",
      "Its entry in the set of modules flake.nix:",
      "Its call in mkSystem flake.nix:",
      "Its parameter of mkClusterFlake flake.nix:",
      "Its values cluster.nix:",
      "Its section in the README README.md:",
      "Its minimal test configuration examples/license-server/flake.nix:",
    ],
  );
  const [, call] = places[2];
  await find(page, "button", call).click();
  await find(page, "region", "Text of flake.nix").wait();
  const marked = await page.waitForSelector("aside .line.marked");
  const [number, text] = await marked.$$eval(":scope > *", (parts) => parts.map((part) => part.textContent));
  assert.deepEqual([number, text.trim()], [call.split(":")[1], "(modules.license-server {"]);
  assert.deepEqual(faults, []);
});

const MODULE = `# A licence server.
{
  node,
  licenseConfig ? {
    enable = false;
    port = 27000;
  },
  ...
}:
{ lib, ... }:
{
  _file = ./default.nix;
  imports = [ ./more/server.nix ];
  config = lib.mkIf (licenseConfig.enable && node.isController) {
    networking.firewall.allowedTCPPorts = [ licenseConfig.port ];
  };
}
`;

const DROPS = { skip: only("chromium", "Firefox’s driver drops no files") };

/** Drops files and folders of the disk on the page's form, as a file manager does. */
async function drop(page, ...files) {
  const box = await (await page.waitForSelector("main")).boundingBox();
  const session = await page.createCDPSession();
  const at = { x: box.x + 40, y: box.y + 60, data: { items: [], files, dragOperationsMask: 1 } };
  for (const type of ["dragEnter", "dragOver", "drop"]) await session.send("Input.dispatchDragEvent", { type, ...at });
  await session.detach();
}

test("a folder that is dropped becomes a module, kept byte for byte, and comes out again", DROPS, async () => {
  const license = join(folder, "license");
  await mkdir(join(license, "more"), { recursive: true });
  const server = "{ ... }:\r\n{ environment.variables.MORE = \"ü\"; }";
  await writeFile(join(license, "default.nix"), MODULE);
  await writeFile(join(license, "more/server.nix"), server);
  await writeFile(join(license, "logo.png"), Buffer.from([0x89, 0xff, 0x00]));
  const { page, context, faults } = await start();
  await drop(page, license);
  await seen(page, "Its parameters in licenseConfig are port.");
  await seen(page, "Its folder has more/server.nix.");
  await seen(page, "logo.png was left out: it is no text.");
  await holds(page, find(page, "textbox", "Module name"), "license");
  await holds(page, find(page, "textbox", "default.nix"), MODULE);
  await holds(page, within(page, "Parameter 1", "textbox", "Parameter"), "port");

  const { name, bytes } = await download(stage.browser, context, page, () => find(page, "button", "Download this module").click());
  assert.equal(name, "license.zip");
  const zip = join(folder, name);
  await writeFile(zip, bytes);
  // The same by the command line; and the zip is a module to bring, which takes the place of the one that is there.
  const site = join(folder, "minimal.json");
  await writeFile(site, await commandLine("preset", "minimal"));
  await commandLine("module", license, "--into", site);
  const same = await commandLine("export-module", site, "license", "-o", "-");
  assert.ok(Buffer.from(bytes).equals(Buffer.from(same)), "page and command line export the same");
  await drop(page, zip);
  await seen(page, "license was replaced");
  await seen(page, "Not of the module: README.md, examples/license/flake.nix.");
  const files = await page.$$eval(".tree button", (all) => all.map((one) => one.title).filter((path) => path.startsWith("modules/license/")));
  assert.deepEqual(files.sort(), ["modules/license/default.nix", "modules/license/more/server.nix"]);
  assert.deepEqual(faults, []);
});

test("a module is opened by the file chooser, and what is none is told", async () => {
  const file = join(folder, "hello.nix");
  await writeFile(file, "{ pkgs, ... }: { environment.systemPackages = [ pkgs.hello ]; }");
  const text = join(folder, "notes.txt");
  await writeFile(text, "no Nix");
  const { page, faults } = await start();
  const choose = async (path) => {
    const [chooser] = await Promise.all([page.waitForFileChooser(), pick(page, "Open a default.nix")]);
    await chooser.accept([path]);
  };
  await choose(text);
  await seen(page, "No module was added: there is no module among these files");
  await choose(file);
  await holds(page, find(page, "textbox", "Module name"), "hello");
  await seen(page, "It is a plain NixOS module");
  assert.deepEqual(faults, []);
});

test("Nix completes inside of what is open, and what does not parse is kept and stays out of the flake", async () => {
  const { page, context, faults } = await start();
  await pick(page, "Empty module");
  await put(page, find(page, "textbox", "Module name"), "typed");
  await add(page, "part");
  await add(page, "Nix");
  const nix = find(page, "textbox", "Nix");
  await enter(nix);
  await page.keyboard.type("{\n  services.k3s = {\n    ro");
  await page.waitForSelector('[role="listbox"]:not([hidden]) [role="option"]');
  await page.keyboard.press("ArrowDown");
  await page.waitForSelector('[role="option"][aria-selected="true"]');
  await page.keyboard.press("Enter");
  await holds(page, nix, "{\n  services.k3s = {\n    role");
  await page.keyboard.type(' = "agent";\n  };\n  environment.systemPackages = with pkgs; [ openm');
  await page.waitForSelector('[role="listbox"]:not([hidden]) [role="option"]');
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !document.querySelector('[role="listbox"]:not([hidden])'));
  const broken = '{\n  services.k3s = {\n    role = "agent";\n  };\n  environment.systemPackages = with pkgs; [ openm';
  await holds(page, nix, broken);
  // It is nowhere in the flake, and the download is refused.
  await find(page, "button", "Download flake").click();
  await seen(page, "Line 5, character");
  await find(page, "tab", "Files").click();
  await page.locator('.tree ::-p-xpath(.//button[@title="modules/typed/default.nix"])').click();
  await find(page, "region", "Text of modules/typed/default.nix").wait();
  assert.ok(!(await page.$eval("aside .source", (source) => source.innerText)).includes("agent"));
  // Another visit has it as it was typed.
  await kept(page, "openm");
  const again = await open(stage.browser, stage.url, { context });
  await section(again.page);
  await holds(again.page, find(again.page, "textbox", "Nix"), broken);
  assert.deepEqual([...faults, ...again.faults], []);
});

test("all options of a release are loaded, and Nix is held against them", LOGIC, async () => {
  const json = join(folder, "options.json");
  await writeFile(json, JSON.stringify({ "services.mine.enable": { type: "boolean", description: "x" }, "services.fstrim.enable": { type: "boolean" } }));
  const packed = join(folder, "options.json.br");
  await writeFile(packed, Buffer.from([0x1b, 0x02, 0xff]));
  const { page, faults } = await start();
  await pick(page, "Empty module");
  await put(page, find(page, "textbox", "Module name"), "typed");
  await add(page, "part");
  await add(page, "Nix");
  await put(page, find(page, "textbox", "Nix"), "{ services.mine.enable = 1; services.other.enable = true; sops.x = 1; }");
  await seen(page, "Not checked, since these are of no table: services.mine, services.other, sops");
  const load = async (path) => {
    const [chooser] = await Promise.all([page.waitForFileChooser(), find(page, "button", "Load options.json…").click()]);
    await chooser.accept([path]);
  };
  await load(packed);
  await seen(page, "options.json.br is no options.json");
  await load(json);
  await seen(page, "held against all 2 options in options.json");
  await seen(page, "`services.mine.enable` takes true or false.");
  await seen(page, "NixOS has no option `services.other`");
  await seen(page, "Not checked, since these are of no table: sops");
  // As long as the tab lives.
  await kept(page, "services.other");
  await page.reload({ waitUntil: "load" });
  await section(page);
  await seen(page, "held against all 2 options in options.json");
  await find(page, "button", "Use those of the page").click();
  await seen(page, "Not checked, since these are of no table: services.mine, services.other, sops");
  assert.deepEqual(faults, []);
});

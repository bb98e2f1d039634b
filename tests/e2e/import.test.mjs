// Import: what a site already has is looked at, and then taken in one step.
import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { LOGIC, RULES, broken, find, open, seen, staged } from "./browser.mjs";

const CONF = `ClusterName=aurora
SlurmctldHost=ctl(10.0.0.1)
NodeName=cn[001-128] Sockets=2 CoresPerSocket=32 RealMemory=250000 TmpDisk=4000
NodeName=gn[1-2] Sockets=2 CoresPerSocket=32 Gres=gpu:h100:4
Rockets=7
PartitionName=main Nodes=ALL Default=YES MaxTime=2-00:00:00
`;

const stage = staged();

/** Waits until the kind of what was brought is chosen. */
async function recognised(page, kind) {
  const is = (kind) => [...document.querySelectorAll("dialog[open] select")].some((select) => select.selectedOptions[0]?.text === `recognised: ${kind}`);
  await page.waitForFunction(is, {}, kind);
}

/** Puts text into the dialog's field at once, as pasting does. */
async function paste(page, text) {
  const field = await find(page, "textbox", "Text").waitHandle();
  await field.evaluate((field, text) => {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }, text);
}

/** A new visitor who chose the smallest preset. */
async function begin(options) {
  const visit = await open(stage.browser, stage.url, options);
  await visit.page.locator("::-p-xpath(//button[starts-with(normalize-space(.), 'minimal')])").click();
  await visit.page.locator("main ::-p-xpath(.//h1[normalize-space(.) = 'Cluster'])").wait();
  return visit;
}

/** Waits until the row `what` of the sizes says that the design would have `number`. */
async function then(page, what, number) {
  const fits = (what, number) => {
    const heads = [...document.querySelectorAll("dialog[open] th[scope=row]")];
    return heads.some((head) => head.innerText === what && head.parentElement.lastElementChild.innerText === number);
  };
  await page.waitForFunction(fits, {}, what, number);
}

/** Chooses the radio button with this name, by keyboard. */
async function pick(page, name) {
  const radio = await find(page, "radio", name).waitHandle();
  await radio.focus();
  await page.keyboard.press(" ");
}

async function nodes(page) {
  return page.$eval("nav dl", (list) => list.innerText.replaceAll(/\s+/g, " "));
}

test("a pasted slurm.conf is looked at, merged, and taken back", LOGIC, async () => {
  const { page, faults } = await begin();
  const before = await nodes(page);
  await find(page, "button", "Import").click();
  await seen(page, "Nothing is brought yet");
  await paste(page, CONF);
  await recognised(page, "slurm.conf");
  await then(page, "Nodes", "133");
  await then(page, "GPUs", "8");
  // Nothing has changed yet.
  assert.equal(await nodes(page), before);

  await pick(page, "not understood 2");
  await page.waitForFunction(() => !document.querySelector("ul[aria-label='Report']").innerText.includes("ClusterName"));
  const lost = await page.$eval("ul[aria-label='Report']", (list) => list.innerText);
  assert.match(lost, /TmpDisk=4000/);
  assert.match(lost, /Rockets=7[\s\S]*Slurm has no such setting[\s\S]*pasted text:5/);
  await find(page, "searchbox", "Filter the report").fill("rockets");
  await seen(page, "1 entry");

  await pick(page, "Replace it");
  await then(page, "Nodes", "131");
  await pick(page, "Merge into it");
  await find(page, "button", "Merge into the design").click();
  await seen(page, "Done: import slurm.conf.");
  assert.match(await nodes(page), /Nodes 133/);
  await find(page, "button", "Undo: import slurm.conf").click();
  await page.waitForFunction(
    (before) => document.querySelector("nav dl").innerText.replaceAll(/\s+/g, " ") === before,
    {},
    before,
  );
  assert.deepEqual(faults, []);
});

test("a first visit begins with files", async () => {
  const { page, faults } = await open(stage.browser, stage.url);
  await page.locator('::-p-xpath(//button[starts-with(normalize-space(.), "Import what you have")])').click();
  const folder = await mkdtemp(join(tmpdir(), "clusterflake-"));
  await writeFile(join(folder, "slurm.conf"), CONF + "Include more.conf\n");
  await writeFile(join(folder, "more.conf"), "NodeName=hm1 CPUs=4\n");
  const input = await page.$("dialog[open] input[type=file]");
  await input.uploadFile(join(folder, "slurm.conf"), join(folder, "more.conf"));
  await recognised(page, "slurm.conf");
  await then(page, "Nodes", "132");
  await find(page, "button", "Remove more.conf").click();
  await seen(page, "more.conf is not among the files: bring it too");
  await find(page, "button", "Replace the design").click();
  await page.locator("main ::-p-xpath(.//h1[normalize-space(.) = 'Cluster'])").wait();
  assert.match(await nodes(page), /Nodes 131/);
  await find(page, "button", "Undo: import slurm.conf").wait();
  assert.deepEqual(faults, []);
});

test("files that are dropped on the page are looked at first", async () => {
  const { page, faults } = await begin();
  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], "hosts"));
    for (const name of ["dragenter", "dragover", "drop"]) {
      document.body.dispatchEvent(new DragEvent(name, { bubbles: true, cancelable: true, dataTransfer: data }));
    }
  }, "10.0.7.1 new1\n10.0.7.2 new2\n");
  await recognised(page, "hosts file");
  await then(page, "Nodes", "4");
  await page.keyboard.press("Escape");
  assert.match(await nodes(page), /Nodes 2/);
  assert.deepEqual(faults, []);
});

test("files of several kinds are told apart, whatever their order", LOGIC, async () => {
  const { page, faults } = await open(stage.browser, stage.url);
  await page.locator('::-p-xpath(//button[starts-with(normalize-space(.), "Import what you have")])').click();
  const folder = await mkdtemp(join(tmpdir(), "clusterflake-"));
  await writeFile(join(folder, "hosts"), "10.0.7.1 cn001\n10.0.7.9 stranger\n");
  await writeFile(join(folder, "site.conf"), CONF);
  const input = await page.$("dialog[open] input[type=file]");
  await input.uploadFile(join(folder, "hosts"), join(folder, "site.conf"));
  await recognised(page, "slurm.conf and hosts file");
  await then(page, "Nodes", "131");
  await pick(page, "guessed 2");
  await seen(page, "no file gives their memory");
  assert.deepEqual(faults, []);
});

test("what cannot be imported says why, and a private key is not taken", LOGIC, async () => {
  const { page, faults } = await begin();
  await find(page, "button", "Import").click();
  await paste(page, "Dear all,");
  await seen(page, "This is none of what can be imported");
  await paste(page, "-----BEGIN OPENSSH PRIVATE KEY-----");
  await seen(page, "It was not taken");
  const kept = await find(page, "textbox", "Text").waitHandle();
  assert.equal(await kept.evaluate((field) => field.value), "Dear all,");
  assert.deepEqual(faults, []);
});

test("the dialog is accessible in both themes and on a small screen", RULES, async () => {
  for (const [theme, width] of [["light", 1440], ["dark", 1440], ["light", 390]]) {
    const { page } = await begin({ theme, width });
    if (width < 860) await find(page, "button", "More").click();
    await find(page, "button", "Import").click();
    assert.deepEqual(await broken(page, `empty, ${theme}`, { theme }), []);
    await paste(page, CONF);
    await recognised(page, "slurm.conf");
    assert.deepEqual(await broken(page, `preview, ${theme}, ${width}`, { theme }), []);
    const overflow = await page.$eval("dialog[open]", (dialog) => dialog.scrollWidth - dialog.clientWidth);
    assert.ok(overflow <= 0, `${width}: ${overflow} px too wide`);
  }
});

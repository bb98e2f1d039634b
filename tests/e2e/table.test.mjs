// The table of nodes, by keyboard and by accessible names.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LOGIC, RULES, broken, enter, find, open, seen, staged } from "./browser.mjs";

const stage = staged();

/** A new visitor in the section Nodes of the preset whose card begins with `preset`. */
async function nodes(preset = "large", options) {
  const visit = await open(stage.browser, stage.url, options);
  const { page } = visit;
  await page.locator(`::-p-xpath(//button[starts-with(normalize-space(.), "${preset}")])`).click();
  await page.locator("main ::-p-xpath(.//h1[normalize-space(.) = 'Cluster'])").wait();
  await page.evaluate(() => (location.hash = "#nodes"));
  if ((options?.width ?? 1440) < 700) await page.locator('::-p-xpath(//button[contains(., "Cluster")])').click();
  await page.locator('nav ::-p-xpath(.//a[starts-with(normalize-space(.), "Nodes")])').click();
  await find(page, "treegrid", "Nodes").wait();
  return visit;
}

/** The rows that are drawn: their cells as text, whether they are selected, open. */
function rows(page) {
  return page.$$eval('[role="treegrid"] [role="row"]', (rows) =>
    rows.slice(1).map((row) => ({
      cells: [...row.children].map((cell) => cell.querySelector("input")?.value ?? cell.ariaLabel ?? cell.innerText.trim()),
      selected: row.getAttribute("aria-selected") === "true",
      open: row.getAttribute("aria-expanded"),
      level: row.getAttribute("aria-level"),
    })),
  );
}

/** Waits until the rows are as `fits` wants them, and gives them. */
async function until(page, fits, why) {
  for (let tries = 0; ; tries++) {
    const now = await rows(page);
    if (fits(now)) return now;
    if (tries === 100) assert.fail(`${why}: ${JSON.stringify(now.slice(0, 12))}`);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
}

const column = (all, at) => all.map((row) => row.cells[at]);
const [HOSTS, COUNT, , ADDRESS, CPU, MEMORY, GPUS] = [0, 1, 2, 3, 4, 5, 6];

/** Focuses the table with its first row active. */
async function focus(page) {
  await find(page, "treegrid", "Nodes").wait();
  await page.$eval('[role="treegrid"]', (grid) => grid.focus());
  await press(page, "Control+Home", "Home");
}

/** Presses keys one after the other: `Shift+ArrowDown`. */
async function press(page, ...keys) {
  for (const key of keys) {
    const parts = key.split("+");
    const last = parts.pop();
    for (const part of parts) await page.keyboard.down(part);
    await page.keyboard.press(last);
    for (const part of parts.reverse()) await page.keyboard.up(part);
  }
}

const right = (page, count) => press(page, ...Array(count).fill("ArrowRight"));

async function undo(page, name) {
  await find(page, "button", `Undo: ${name}`).click();
}

/** Pastes `text` as the clipboard of the system would. */
async function paste(page, text) {
  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", {
      clipboardData: data,
      // As Firefox has it.
      data: text,
      dataType: "text/plain",
      bubbles: true,
      cancelable: true,
    }));
  }, text);
}

async function fill(page, name, text, role = "textbox") {
  await enter(find(page, role, name));
  await page.keyboard.type(text);
}

test("hosts are added by a hostlist, with the neighbour's hardware and a free address", async () => {
  const { page, faults } = await nodes("four-node");
  const before = await rows(page);
  const worker = before.at(-1);
  await find(page, "rowheader", worker.cells[HOSTS]).click();
  await find(page, "button", "Add nodes").click();
  await fill(page, "Hosts to add", "big[001-128");
  await page.keyboard.press("Enter");
  await seen(page, "closing bracket");
  await page.keyboard.type("]");
  await page.keyboard.press("Enter");
  const after = await until(page, (now) => now.length === before.length + 1, "no row came");
  const added = after.find((row) => row.cells[HOSTS].startsWith("big"));
  assert.equal(added.cells[COUNT], "128");
  assert.equal(added.cells[CPU], worker.cells[CPU]);
  assert.equal(added.cells[MEMORY], worker.cells[MEMORY]);
  assert.match(added.cells[ADDRESS], /^\d+\.\d+\.\d+\.\d+$/);
  assert.ok(added.selected);
  await undo(page, "add big[001-128]");
  await until(page, (now) => now.length === before.length, "undo did not take the row");
  assert.deepEqual(faults, []);
});

test("a cell is edited in place by keyboard, and what cannot be read is kept and told", async () => {
  const { page, faults } = await nodes();
  const before = await rows(page);
  await focus(page);
  await right(page, MEMORY);
  await page.keyboard.type("lots");
  await page.keyboard.press("Enter");
  await seen(page, "no unit of memory");
  assert.equal(await page.$eval(':focus', (field) => field.getAttribute("aria-invalid")), "true");
  await page.keyboard.press("Escape");
  assert.deepEqual(column(await rows(page), MEMORY), column(before, MEMORY));
  await press(page, "F2");
  await page.keyboard.type("96 GiB");
  await page.keyboard.press("Enter");
  const after = await until(page, (now) => now[0].cells[MEMORY] === "96 GiB", "the value was not taken");
  assert.ok(after[1].selected, "Enter goes down");
  await undo(page, `set memory of ${before[0].cells[HOSTS]}`);
  await until(page, (now) => now[0].cells[MEMORY] === before[0].cells[MEMORY], "undo did not bring it back");

  // Left with a text that cannot be read: it stays in the cell.
  await focus(page);
  await right(page, CPU);
  await page.keyboard.type("two");
  await find(page, "rowheader", before[1].cells[HOSTS]).click();
  await until(page, (now) => now[0].cells[CPU] === "two", "what was typed is lost");
  await focus(page);
  await right(page, CPU);
  await press(page, "Enter", "Escape");
  await until(page, (now) => now[0].cells[CPU] === before[0].cells[CPU], "Escape does not take it back");
  assert.deepEqual(faults, []);
});

test("rows are selected, filled down and set together", async () => {
  const { page, faults } = await nodes();
  const before = await rows(page);
  await focus(page);
  await right(page, MEMORY);
  await press(page, "Shift+ArrowDown", "Shift+ArrowDown", "Control+d");
  await until(page, (now) => now.slice(0, 3).every((row) => row.cells[MEMORY] === before[0].cells[MEMORY]), "not filled");
  await undo(page, "fill down memory of 3 rows");
  await until(page, (now) => String(column(now, MEMORY)) === String(column(before, MEMORY)), "not undone");

  await focus(page);
  await press(page, "Control+a");
  await until(page, (now) => now.every((row) => row.selected), "not all are selected");
  await find(page, "button", `Edit ${before.length} rows`).click();
  await page.select('select[id="column-of-rows"]', "GPUs");
  await fill(page, "New value", "some");
  await page.keyboard.press("Enter");
  await seen(page, "4 × h100");
  await fill(page, "New value", "2 × l40s");
  await find(page, "button", `Set ${before.length} rows`).click();
  await until(page, (now) => now.every((row) => row.cells[GPUS] === "2 × l40s"), "not set");
  await undo(page, `set GPUs of ${before.length} rows`);
  await until(page, (now) => String(column(now, GPUS)) === String(column(before, GPUS)), "not undone");
  assert.deepEqual(faults, []);
});

test("a filter shows what fits, says what is wrong with it, and never loses what is selected", LOGIC, async () => {
  const { page, faults } = await nodes();
  const before = await rows(page);
  await focus(page);
  await press(page, "Control+a");
  await fill(page, "Filter", "gpu:>0", "searchbox");
  const found = await until(page, (now) => now.length < before.length, "the filter hides nothing");
  assert.ok(found.every((row) => row.cells[GPUS] !== "–"));
  const hidden = before.length - found.length;
  await seen(page, `${hidden} of them hidden by the filter`);
  await page.keyboard.type(" rol:worker");
  await seen(page, "“rol:” is not known");
  await find(page, "button", "End the filter").click();
  const after = await until(page, (now) => now.length === before.length, "the rows did not come back");
  assert.ok(after.every((row) => row.selected));
  assert.deepEqual(faults, []);
});

test("sorting changes the view and not the description", LOGIC, async () => {
  const { page, faults } = await nodes();
  const before = await rows(page);
  await find(page, "columnheader", "Count").click();
  const counts = (all) => column(all, COUNT).map((text) => Number(text.replace(",", "")));
  await until(page, (now) => String(counts(now)) === String(counts(now).toSorted((a, b) => a - b)), "not sorted");
  await seen(page, "The description keeps its order.");
  await find(page, "button", "End sorting").click();
  await until(page, (now) => String(column(now, HOSTS)) === String(column(before, HOSTS)), "the order is lost");
  assert.deepEqual(faults, []);
});

test("what slurmd -C prints is pasted, and what was taken is said", async () => {
  const { page, faults } = await nodes();
  const before = await rows(page);
  await focus(page);
  await paste(page, "NodeName=xyz CPUs=128 Boards=1 SocketsPerBoard=2 CoresPerSocket=32 ThreadsPerCore=2 RealMemory=515072 Gres=gpu:h100:4\nUpTime=1-02:03:04\n");
  await until(page, (now) => now[0].cells[CPU] === "2 × 32 × 2" && now[0].cells[MEMORY] === "503 GiB", "not taken");
  const notice = `slurmd -C of xyz for ${before[0].cells[HOSTS]}: 2 × 32 × 2, 503 GiB, 4 × h100.`;
  await seen(page, notice);
  await undo(page, "paste slurmd -C");
  await until(page, (now) => now[0].cells[CPU] === before[0].cells[CPU], "not undone");

  await find(page, "button", "Paste").click();
  const box = await find(page, "textbox", "Text to paste").waitHandle();
  await box.focus();
  const cells = "Name\tIP\tRAM\tRack\nnew1\t10.99.0.1\t64 GiB\tr1\nnew2\t10.99.0.2\t64 GiB\tr1\n";
  await page.evaluate((cells) => document.execCommand("insertText", false, cells), cells);
  await find(page, "button", "Take it").click();
  const after = await until(page, (now) => now.length === before.length + 1, "no group came");
  assert.equal(after.at(-1).cells[HOSTS], "new[1-2]");
  await seen(page, "“Rack”");
  assert.deepEqual(faults, []);
});

test("a notice's Undo undoes what it tells of, and is gone with the next edit", LOGIC, async () => {
  const { page, faults } = await nodes();
  const before = await rows(page);
  const slurmd = "NodeName=xyz CPUs=128 Boards=1 SocketsPerBoard=2 CoresPerSocket=32 ThreadsPerCore=2 RealMemory=515072\n";
  await focus(page);
  await paste(page, slurmd);
  await until(page, (now) => now[0].cells[CPU] === "2 × 32 × 2", "not taken");
  await page.locator('.notice ::-p-xpath(.//button[normalize-space(.) = "Undo"])').click();
  await until(page, (now) => now[0].cells[CPU] === before[0].cells[CPU], "not undone");

  await focus(page);
  await paste(page, slurmd);
  await until(page, (now) => now[0].cells[CPU] === "2 × 32 × 2", "not taken again");
  await page.waitForSelector(".notice");
  await right(page, MEMORY);
  await page.keyboard.type("96 GiB");
  await page.keyboard.press("Enter");
  const after = await until(page, (now) => now[0].cells[MEMORY] === "96 GiB", "the edit was not taken");
  await page.waitForFunction(() => !document.querySelector(".notice"));
  assert.equal(after[0].cells[CPU], "2 × 32 × 2");
  assert.deepEqual(faults, []);
});

test("a node of a group gets what is its own, and it is taken back, one or all", LOGIC, async () => {
  const { page, faults } = await nodes();
  const before = await rows(page);
  const at = before.findIndex((row) => Number(row.cells[COUNT]) >= 16 && !row.cells[HOSTS].includes("differ"));
  await focus(page);
  await press(page, ...Array(at).fill("ArrowDown"), " ");
  const opened = await until(page, (now) => now[at].open === "true" && now[at + 1]?.level === "2", "the group does not open");
  const node = opened[at + 2].cells[HOSTS];
  const memory = opened[at + 2].cells[MEMORY];
  await press(page, "ArrowDown", "ArrowDown");
  await right(page, MEMORY);
  await page.keyboard.type("3 TiB");
  await page.keyboard.press("Enter");
  await until(page, (now) => now[at + 2].cells[MEMORY].startsWith("3 TiB"), "not taken");
  await until(page, (now) => now[at].cells[HOSTS].includes("1 differs"), "the group does not say so");
  await find(page, "button", `Take back memory of ${node}: as in the group`).click();
  await until(page, (now) => now[at + 2].cells[MEMORY] === memory, "not taken back");
  await undo(page, `take back memory of ${node}`);
  await until(page, (now) => now[at + 2].cells[MEMORY].startsWith("3 TiB"), "not undone");
  await focus(page);
  await press(page, ...Array(at).fill("ArrowDown"));
  await find(page, "button", "Take back all differences of 1 node").click();
  await until(page, (now) => now[at + 2].cells[MEMORY] === memory && !now[at].cells[HOSTS].includes("differ"), "not all back");
  assert.deepEqual(faults, []);
});

test("rows are copied, moved and removed", LOGIC, async () => {
  const { page, faults } = await nodes();
  const before = column(await rows(page), HOSTS);
  await focus(page);
  await find(page, "button", "Move down").click();
  await until(page, (now) => now[1].cells[HOSTS] === before[0] && now[1].selected, "not moved");
  await undo(page, `move ${before[0]}`);
  await until(page, (now) => now[0].cells[HOSTS] === before[0], "not undone");
  await focus(page);
  await press(page, "Shift+ArrowDown");
  await find(page, "button", "Remove").click();
  await until(page, (now) => now.length === before.length - 2, "not removed");
  await undo(page, "remove 2 rows");
  await until(page, (now) => String(column(now, HOSTS)) === String(before), "not undone");
  await focus(page);
  await find(page, "button", "Duplicate").click();
  await until(page, (now) => now.length === before.length + 1, "not copied");
  assert.deepEqual(faults, []);
});

test("of thousands of nodes only those in sight are drawn", async () => {
  const { page, faults } = await nodes();
  await focus(page);
  await page.keyboard.press("F2");
  await page.keyboard.type("cn[0001-5000]");
  await page.keyboard.press("Enter");
  await press(page, "ArrowUp", " ");
  await page.waitForFunction(() => Number(document.querySelector('[role="treegrid"]').getAttribute("aria-rowcount")) > 5000);
  await press(page, "Control+End");
  assert.ok((await rows(page)).length < 80);
  await press(page, "Control+Home", ...Array(20).fill("PageDown"));
  // The active cell is on the page as soon as it has come into sight.
  await page.waitForFunction(() => {
    const grid = document.querySelector('[role="treegrid"]');
    const active = document.getElementById(grid.getAttribute("aria-activedescendant"));
    return /^cn\d{4}$/.test(active?.innerText ?? "");
  });
  assert.deepEqual(faults, []);
});

for (const theme of ["light", "dark"]) {
  test(`no accessibility rule is broken in the table, ${theme}`, RULES, async () => {
    const { page } = await nodes("large", { theme });
    const found = [];
    await focus(page);
    await press(page, "ArrowDown", " ", "Control+a");
    for (const panel of ["Add nodes", "Paste"]) {
      await find(page, "button", panel).click();
      found.push(...(await broken(page, panel, { theme })));
    }
    await page.locator('::-p-xpath(//button[starts-with(normalize-space(.), "Edit ")])').click();
    found.push(...(await broken(page, "edit rows", { theme })));
    await focus(page);
    await right(page, MEMORY);
    await page.keyboard.type("lots");
    await page.keyboard.press("Enter");
    found.push(...(await broken(page, "a wrong cell", { theme })));
    assert.deepEqual(found, []);
  });
}

test("on a phone the table fits, and a tap opens the group's form", async () => {
  const { page } = await nodes("gpu", { width: 390, height: 800 });
  const grid = await page.$eval('[role="treegrid"]', (grid) => grid.scrollWidth - grid.clientWidth);
  assert.ok(grid <= 0, `the table is ${grid} px too wide`);
  const last = (await rows(page)).at(-1).cells[HOSTS];
  await find(page, "rowheader", last).click();
  await page.waitForFunction((hosts) => document.querySelector("main legend")?.innerText === hosts, {}, last);
});

// "What would this job get?"
import assert from "node:assert/strict";
import { test } from "node:test";
import { LOGIC, RULES, broken, find, open, pick, replace, seen, staged } from "./browser.mjs";

const stage = staged();

const FIELD = "Command or script";

async function start(options) {
  const visit = await open(stage.browser, stage.url, options);
  await pick(visit.page, "large");
  await visit.page.locator("nav ::-p-xpath(.//a[starts-with(normalize-space(.), 'Slurm')])").click();
  return visit;
}

test("a job's answer follows what is typed, and the partitions", LOGIC, async () => {
  const { page, faults } = await start();
  const field = find(page, "textbox", FIELD);
  await replace(field, "sbatch -p gpu -N 2 --gpus-per-node=4 run.sh");
  await seen(page, "2 nodes with 2 CPUs, 8 GPUs in partition gpu.");
  await seen(page, "2: gn[01-02]");
  await page.waitForFunction(() =>
    [...document.querySelectorAll('[role="status"]')].some((status) => status.innerText.startsWith("Taken: 2 nodes")),
  );
  await replace(field, "sbatch -p gpu --gres=gpu:8 run.sh");
  await seen(page, "Requested node configuration is not available");
  await seen(page, "on a node the job needs 8 GPUs, and the most there is 4");
  await replace(field, "#!/bin/bash\n#SBATCH --time=3-00:00:00\nsrun ./a.out\n");
  await seen(page, "The longest time of cpu is 2 days.");
  // The answer follows the design.
  await replace(find(page, "textbox", "Longest time"), "7-00:00:00");
  await seen(page, "1 node with 1 CPU in partition cpu.");
  // What is typed here is kept while one looks elsewhere, and is no part of the design.
  await page.locator("nav ::-p-xpath(.//a[starts-with(normalize-space(.), 'HPC')])").click();
  await page.locator("nav ::-p-xpath(.//a[starts-with(normalize-space(.), 'Slurm')])").click();
  const kept = await find(page, "textbox", FIELD).waitHandle();
  assert.match(await kept.evaluate((field) => field.value), /--time=3-00:00:00/);
  await page.waitForFunction(() => Object.values(localStorage).some((text) => text.includes("7-00:00:00")));
  assert.equal(await page.evaluate(() => Object.values(localStorage).some((text) => text.includes("srun ./a.out"))), false);
  assert.deepEqual(faults, []);
});

for (const theme of ["light", "dark"]) {
  test(`no accessibility rule is broken by an answer, ${theme}`, RULES, async () => {
    const { page } = await start({ theme });
    await replace(find(page, "textbox", FIELD), "sbatch -p gpu -n 40 --frobnicate");
    await seen(page, "--frobnicate is not known here");
    const found = await broken(page, "taken", { theme });
    await replace(find(page, "textbox", FIELD), "sbatch -p nope");
    await seen(page, "Invalid partition name specified");
    found.push(...(await broken(page, "refused", { theme })));
    assert.deepEqual(found, []);
  });
}

test("an answer is not out of reach at 390 px", async () => {
  const { page } = await start();
  await page.setViewport({ width: 390, height: 800 });
  await replace(find(page, "textbox", FIELD), "sbatch -p gpu -N 2 --gpus-per-node=4 run.sh");
  await seen(page, "2 nodes with 2 CPUs");
  const beyond = await page.evaluate(() => {
    const main = document.querySelector("main");
    return [document.documentElement.scrollWidth - document.documentElement.clientWidth, main.scrollWidth - main.clientWidth];
  });
  assert.deepEqual(beyond, [0, 0]);
});

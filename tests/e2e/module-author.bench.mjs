/** A module of about so many lines. */
function long(lines) {
  const part = (i) => `    (lib.mkIf cfg.enable {
      environment.systemPackages = with pkgs; [ htop git ];
      services.k3s.extraFlags = [ "--node-ip=\${node.ip}" ];
      systemd.services."unit-${i}" = {
        wantedBy = [ "multi-user.target" ];
        serviceConfig.ExecStart = "\${pkgs.hello}/bin/hello --port \${toString cfg.port} ${i}";
      };
    })
`;
  const parts = Array.from({ length: Math.floor(lines / 8) }, (_, i) => part(i)).join("");
  return `{ node, longConfig ? { }, ... }:\n{ lib, pkgs, ... }:\nlet\n  cfg = { enable = false; port = 1; } // longConfig;\nin\n{\n  _file = ./default.nix;\n  config = lib.mkMerge [\n${parts}  ];\n}\n`;
}

// No limit of time: the growth is told, for whoever works on it.
test("a long module is typed in while the lint waits", DROPS, async (t) => {
  const { page, faults } = await start();
  const median = (all) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)];
  const times = [];
  for (const lines of [500, 2000]) {
    const file = join(folder, `long-${lines}.nix`);
    await writeFile(file, long(lines).replace("services.k3s.extraFlags", "services.k3s.extraFlag"));
    await drop(page, file);
    await holds(page, find(page, "textbox", "Module name"), `long-${lines}`);
    await seen(page, "NixOS has no option `services.k3s.extraFlag`");
    await enter(find(page, "textbox", "default.nix"));
    const keys = [];
    for (let i = 0; i < 15; i++) {
      await page.evaluate(() => {
        delete globalThis.took;
        const measure = () => {
          const start = performance.now();
          // Microtasks run before the next task: what the key causes at once is then done.
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => (globalThis.took = performance.now() - start);
          port2.postMessage(0);
        };
        document.activeElement.addEventListener("beforeinput", measure, { once: true });
      });
      await page.keyboard.press("a");
      await page.waitForFunction(() => globalThis.took !== undefined);
      keys.push(await page.evaluate(() => globalThis.took));
    }
    times.push(median(keys));
    t.diagnostic(`${lines} lines: ${median(keys).toFixed(1)} ms a key`);
  }
  t.diagnostic(`growth for four times the lines: ${(times[1] / times[0]).toFixed(2)}`);
  assert.deepEqual(faults, []);
});

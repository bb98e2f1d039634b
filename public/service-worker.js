// Keeps the page's files in this browser, so that the page works without a network.
//
// Each version of the page has a cache of its own, filled whole or not at all. A new version waits until nobody has the
// old one open, or until the page says that its user wants it. The page asks by messages with a port for the answer.

// `cargo xtask dist` fills in these two: the version, and the names of all files.
const VERSION = "";
const FILES = [];

// Several copies of the page may stand in folders of one host, and share its caches.
const OURS = `clusterflake ${self.registration.scope} `;
const CACHE = OURS + VERSION;

self.addEventListener("install", (event) => event.waitUntil(fill()));

self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

self.addEventListener("message", (event) => {
  if (event.data === "version") event.ports[0].postMessage(VERSION);
  if (event.data === "hand out") event.waitUntil(handOut().finally(() => event.ports[0].postMessage("")));
  if (event.data === "take over") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "GET" && url.startsWith(self.registration.scope)) event.respondWith(answer(event.request));
});

async function fill() {
  const cache = await caches.open(CACHE);
  // Asked of the server: the browser's own cache may hold older files of the same name.
  await cache.addAll(FILES.map((name) => new Request(name, { cache: "no-cache" })));
}

async function takeOver() {
  for (const name of await others()) await caches.delete(name);
  await self.clients.claim();
}

/**
 * Lets the old worker give out this version: it stays in its place for half a minute, or several, where Chromium is asked to
 * take it away while some tab asks it for files.
 */
async function handOut() {
  const mine = await caches.open(CACHE);
  // The page comes last: where the browser refuses to keep more, the old one stays whole.
  const files = FILES.filter((name) => name !== "./").concat("./");
  for (const name of await others()) {
    const old = await caches.open(name);
    for (const file of files) await old.put(file, await mine.match(file));
  }
}

/** The caches of other versions. */
async function others() {
  return (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== CACHE);
}

async function answer(request) {
  const page = request.mode === "navigate" && new URL("index.html", self.registration.scope);
  const wanted = page && new URL(request.url).pathname === page.pathname ? "./" : request;
  return (await caches.match(wanted, { cacheName: CACHE, ignoreSearch: true, ignoreVary: true })) ?? fetch(request);
}

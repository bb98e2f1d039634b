// Keeps the page's files in this browser, so that the page works without a network.
//
// Each version of the page has a cache of its own, filled whole or not at all. A new version waits until nobody has the
// old one open, or until the page says that its user wants it.

// `cargo xtask dist` fills in these two: the version, and the names of all files.
const VERSION = "";
const FILES = [];

// Several copies of the page may stand in folders of one host, and share its caches.
const OURS = `clusterflake ${self.registration.scope} `;
const CACHE = OURS + VERSION;

self.addEventListener("install", (event) => event.waitUntil(fill()));

self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

self.addEventListener("message", (event) => {
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
  for (const name of await caches.keys()) {
    if (name.startsWith(OURS) && name !== CACHE) await caches.delete(name);
  }
  await self.clients.claim();
}

async function answer(request) {
  const page = request.mode === "navigate" && new URL("index.html", self.registration.scope);
  const wanted = page && new URL(request.url).pathname === page.pathname ? "./" : request;
  const cache = await caches.open(CACHE);
  return (await cache.match(wanted, { ignoreSearch: true, ignoreVary: true })) ?? fetch(request);
}

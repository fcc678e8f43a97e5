"use strict";

/** How often the server is asked while the page is seen, and how long at most between attempts when it is gone. */
const PERIOD = 2000, LONGEST = 15000;
const SVG = "http://www.w3.org/2000/svg";
/** Everything is found beside this file. */
const BASE = document.currentScript.src;
const $ = (id) => document.getElementById(id);

/** Everything that is known: functions by name, each with its row and its history. */
const known = new Map();
let last = null; // the last answer
let failures = 0, lastHeard = 0, timer = 0, asking = false;
let sorting = { key: "name", down: false };
let opened = null; // the name of the function in the detail view

// --- words ----------------------------------------------------------------------------------------------------------

const whole = new Intl.NumberFormat("en");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

function count(n) {
  return n === null || n === undefined ? "–" : n < 1e6 ? whole.format(n) : compact.format(n).replace(/(?=[A-Z])/, "\u202f");
}

function percent(ratio) {
  if (ratio === null || ratio === undefined) return "–";
  // 100 % is said of nothing less.
  const shown = ratio < 1 ? Math.min(ratio * 100, 99.9) : 100;
  return `${shown === 100 ? "100" : shown.toFixed(1)} %`;
}

function three(n) {
  return n >= 100 ? n.toFixed(0) : n >= 10 ? n.toFixed(1) : n.toFixed(2);
}

function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds === 0) return "0 s";
  if (seconds < 1e-6) return `${Math.round(seconds * 1e9)} ns`;
  if (seconds < 1e-3) return `${three(seconds * 1e6)} µs`;
  if (seconds < 1) return `${three(seconds * 1e3)} ms`;
  return seconds < 60 ? `${three(seconds)} s` : age(seconds);
}

function age(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} d`;
}

const ago = (seconds) => (seconds < 1 ? "just now" : `${age(seconds)} ago`);

function bytes(n) {
  const units = ["B", "KiB", "MiB", "GiB"];
  let unit = 0;
  while (n >= 1024 && unit < 3) { n /= 1024; unit += 1; }
  return `${unit === 0 ? n : n.toFixed(1)} ${units[unit]}`;
}

// --- elements -------------------------------------------------------------------------------------------------------

/** An element; what is in it is text or elements, never markup. */
function make(tag, attributes = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
    else element.setAttribute(name, value);
  }
  element.append(...inside);
  return element;
}

function draw(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** Writes only what has changed. */
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// --- history --------------------------------------------------------------------------------------------------------

/** The last ten minutes in so many parts: calls that were answered from the cache, and all that asked it. */
function parts(history, number) {
  const width = last.ticks / number, first = last.tick - last.ticks;
  const answered = new Float64Array(number), asked = new Float64Array(number), calls = new Float64Array(number);
  for (const [tick, hits, misses, bypasses] of history) {
    const at = Math.floor((tick - first - 1) / width);
    if (at < 0 || at >= number) continue;
    answered[at] += hits;
    asked[at] += hits + misses;
    calls[at] += hits + misses + bypasses;
  }
  return { answered, asked, calls, seconds: width * last.tick_seconds };
}

function recentRatio(history) {
  let answered = 0, asked = 0;
  for (const [, hits, misses] of history) { answered += hits; asked += hits + misses; }
  return asked ? answered / asked : null;
}

/** A line through the parts in which there were calls; where there were none it goes on level, and begins where they do. */
function line({ answered, asked }, width, height) {
  let path = "", area = "", from = null, x = 0, y = 0;
  const step = width / asked.length;
  for (let n = 0; n < asked.length; n += 1) {
    if (asked[n] === 0) continue;
    const to = (n + 1) * step;
    const next = height * (1 - answered[n] / asked[n]);
    if (from === null) { from = n * step; path = `M${from.toFixed(1)} ${next.toFixed(1)}`; }
    else if (n * step - x > 0.01) path += `H${(n * step).toFixed(1)}`;
    path += `L${to.toFixed(1)} ${next.toFixed(1)}`;
    x = to; y = next;
  }
  if (from !== null) {
    if (x < width) path += `H${width}`;
    area = `${path}V${height}H${from.toFixed(1)}Z`;
  }
  return { path, area, y };
}

/** A chart, made once and drawn again: the ratio as a line, calls as bars below it if they are wanted. */
function chart(place, bars) {
  const [width, height] = [600, 100];
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: "img" });
  for (const y of [0, 50, 100]) svg.append(draw("line", { class: "grid", x1: 0, x2: width, y1: y, y2: y }));
  const columns = draw("path", { class: "bars" }), area = draw("path", { class: "area" }), path = draw("path", { class: "path" });
  svg.append(columns, area, path);
  place.replaceChildren(svg);
  for (const [y, text] of [[0, "100 %"], [50, "50 %"], [100, "0 %"]]) {
    const label = make("span", { class: "scale", "aria-hidden": "true" }, text);
    label.style.top = `${y}%`;
    place.append(label);
  }
  place.append(make("div", { class: "ends", "aria-hidden": "true" }, make("span", {}, "10 min ago"), make("span", {}, "now")));
  return (history, ratio) => {
    const all = parts(history, 100);
    const drawn = line(all, width, height);
    path.setAttribute("d", drawn.path);
    area.setAttribute("d", bars ? "" : drawn.area);
    if (bars) {
      const most = Math.max(...all.calls, 1), step = width / all.calls.length;
      say($("d-bars"), `last 10 minutes; bars are calls, at most ${count(Math.round(Math.max(...all.calls) / all.seconds))} per second`);
      let d = "";
      all.calls.forEach((calls, n) => {
        if (calls > 0) {
          const tall = Math.max(0.38 * height * calls / most, 0.8);
          d += `M${(n * step).toFixed(1)} ${height}v${-tall.toFixed(1)}h${(step * 0.72).toFixed(1)}v${tall.toFixed(1)}z`;
        }
      });
      columns.setAttribute("d", d);
    }
    svg.setAttribute("aria-label", `Hit ratio over ten minutes: ${percent(ratio)}`);
  };
}

// --- the table ------------------------------------------------------------------------------------------------------

const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    const item = known.get(entry.target.dataset.name);
    if (item) {
      item.visible = entry.isIntersecting;
      if (item.visible) drawRow(item);
    }
  }
}, { rootMargin: "200px" });

function row(item) {
  const [at, short] = split(item.name);
  const link = make("a", { href: `#${encodeURIComponent(item.name)}`, title: item.name }, short);
  const path = make("span", { class: "path-of", title: item.name }, at);
  const svg = draw("svg", { viewBox: "0 0 152 28", preserveAspectRatio: "none", "aria-hidden": "true" });
  const area = draw("path", { class: "area" }), curve = draw("path", { class: "path" });
  svg.append(area, curve);
  const cell = (name) => make("td", { class: name });
  const cells = { ratio: make("b"), calls: cell("n"), entries: cell("n"), median: cell("n"), p99: cell("n"), lives: cell("lives") };
  const element = make("tr", {}, make("td", {}, link, path), make("td", { class: "line" }, make("div", {}, svg, cells.ratio)), cells.calls, cells.entries, cells.median, cells.p99, cells.lives);
  element.dataset.name = item.name;
  Object.assign(item, { element, link, cells, area, curve });
  seen.observe(element);
}

/** Where a function is, and its own name. */
function split(name) {
  const place = name.indexOf("@");
  if (place > 0 && !name.slice(0, place).includes("::")) return [`CacheLayer at ${name.slice(place + 1)}`, name.slice(0, place)];
  const plain = name.replace(/<[^<>]*>/g, (inner) => inner.replaceAll("::", "\0\0"));
  const end = (plain.indexOf("@") < 0 ? plain : plain.slice(0, plain.indexOf("@"))).lastIndexOf("::");
  return end < 0 ? ["", name] : [name.slice(0, end), name.slice(end + 2)];
}

function drawRow(item) {
  const { data, cells } = item;
  say(cells.ratio, percent(item.recent));
  say(cells.calls, count(data.calls));
  say(cells.entries, data.lives === "process" || data.lives === "tiered" ? count(data.entries) : "–");
  say(cells.median, duration(data.loads.median_seconds));
  say(cells.p99, duration(data.loads.p99_seconds));
  say(cells.lives, !data.policy.enabled ? "switched off" : data.lives);
  item.element.classList.toggle("idle", data.calls === 0);
  const drawn = line(parts(item.history, 50), 152, 26);
  if (item.drawn !== drawn.path) {
    item.curve.setAttribute("d", drawn.path);
    item.area.setAttribute("d", drawn.area);
    item.drawn = drawn.path;
  }
}

const order = {
  name: (item) => item.name,
  recent: (item) => item.recent,
  calls: (item) => item.data.calls,
  entries: (item) => item.data.entries,
  median: (item) => item.data.loads.median_seconds,
  p99: (item) => item.data.loads.p99_seconds,
  lives: (item) => item.data.lives,
};

/** Puts rows in order, and shows those that are looked for. What is unknown comes last, whichever way. */
function arrange() {
  const of = order[sorting.key], way = sorting.down ? -1 : 1;
  const all = [...known.values()].sort((a, b) => {
    const [x, y] = [of(a), of(b)];
    const none = (x === null) - (y === null);
    if (none !== 0) return none;
    return way * (x < y ? -1 : x > y ? 1 : 0) || (a.name < b.name ? -1 : 1);
  });
  const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = (item) => (!$("called").checked || item.data.calls > 0) && words.every((word) => item.search.includes(word));
  const shown = all.filter(wanted);
  const rows = $("rows"), focused = document.activeElement;
  const now = shown.map((item) => item.element);
  if (now.length !== rows.children.length || now.some((element, n) => rows.children[n] !== element)) {
    rows.replaceChildren(...now);
    if (rows.contains(focused) && document.activeElement !== focused) focused.focus({ preventScroll: true });
  }
  const nothing = $("nothing");
  nothing.hidden = shown.length > 0;
  say(nothing, known.size === 0 ? "This program has no cached functions." : words.length ? "No function has this in its name." : "No function was called yet.");
  for (const header of document.querySelectorAll("th[data-key]")) {
    if (header.dataset.key === sorting.key) header.setAttribute("aria-sort", sorting.down ? "descending" : "ascending");
    else header.removeAttribute("aria-sort");
  }
  $("sort").value = sorting.key;
}

/** Rows stay where they are while they are pointed at, or one has the focus. */
const isHeld = () => $("table").matches(":hover") || $("rows").contains(document.activeElement);

function sortBy(key) {
  sorting = { key, down: sorting.key === key ? !sorting.down : !["name", "lives"].includes(key) };
  arrange();
}

// --- answers --------------------------------------------------------------------------------------------------------

function take(answer) {
  if (last && last.process.id !== answer.process.id) {
    // Another process: nothing that was known is.
    known.clear();
    $("rows").replaceChildren();
    last = null;
    return false;
  }
  const first = last === null;
  last = answer;
  for (const data of answer.functions) {
    let item = known.get(data.name);
    if (!item) {
      item = { name: data.name, search: `${data.name} ${data.file}`.toLowerCase(), history: [], visible: false, drawn: null };
      known.set(data.name, item);
      item.data = data;
      row(item);
    }
    item.data = data;
    item.history.push(...data.history);
  }
  for (const item of known.values()) {
    const gone = item.history.findIndex(([tick]) => tick > answer.tick - answer.ticks);
    item.history.splice(0, gone < 0 ? item.history.length : gone);
    item.recent = recentRatio(item.history);
  }
  // A layer that is no more is not told of.
  if (!first && answer.count < known.size) return false;
  if (first || !isHeld()) arrange();
  for (const item of known.values()) if (item.visible) drawRow(item);
  summary();
  return true;
}

const drawSum = chart($("sum-chart"), false);

function summary() {
  const sum = new Map(), total = { calls: 0, runs: 0, entries: 0, called: 0 };
  for (const { data, history } of known.values()) {
    total.calls += data.calls;
    total.runs += Object.values(data.misses).reduce((a, b) => a + b, 0);
    total.entries += data.entries;
    total.called += data.calls > 0;
    for (const [tick, ...numbers] of history) {
      const at = sum.get(tick) ?? [tick, 0, 0, 0];
      numbers.forEach((number, n) => { at[n + 1] += number; });
      sum.set(tick, at);
    }
  }
  const history = [...sum.values()];
  const ratio = recentRatio(history);
  drawSum(history, ratio);
  say($("sum-ratio"), percent(ratio));
  say($("sum-calls"), count(total.calls));
  say($("sum-runs"), count(total.runs));
  say($("sum-entries"), count(total.entries));
  say($("sum-functions"), `${count(total.called)} of ${count(known.size)}`);
  say($("process"), `process ${last.process.pid} · cache-runtime ${last.process.version}${last.allows_invalidation ? "" : " · read-only"}`);
  $("open-drop").hidden = !last.allows_invalidation;
  const end = last.backend;
  $("backend").hidden = !end;
  if (end) {
    say($("backend-name"), `Back end ${end.name}`);
    say($("backend-state"), end.state === "open" ? "not asked: it fails" : end.failures > 0 ? "failing" : "in order");
    const words = [`median ${duration(end.median_seconds)}, 99 % ${duration(end.p99_seconds)}`];
    if (end.undelivered) words.push(`${count(end.undelivered)} invalidations not delivered yet`);
    if (end.last_failure) words.push(`last failure ${ago(end.last_failure.age_seconds)}: ${end.last_failure.message}`);
    say($("backend-more"), words.join(" · "));
  }
}

async function ask(path) {
  const answer = await fetch(new URL(path, BASE), { cache: "no-store", signal: AbortSignal.timeout(10000) });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

async function update() {
  if (asking || document.hidden) return;
  asking = true;
  clearTimeout(timer);
  try {
    const answer = await ask(last ? `api/functions?since=${last.tick}` : "api/functions");
    if (!take(answer)) {
      known.clear();
      last = null;
      take(await ask("api/functions"));
    }
    if (opened) await showDetail(opened);
    [failures, lastHeard] = [0, Date.now()];
  } catch (error) {
    failures += 1;
    if (!(error instanceof TypeError || error instanceof DOMException || /^\d+$/.test(error.message))) console.error(error);
  }
  asking = false;
  showState();
  if (!document.hidden) timer = setTimeout(update, failures ? Math.min(PERIOD * 2 ** (failures - 1), LONGEST) : PERIOD);
}

function showState() {
  const state = document.hidden ? "paused" : failures ? "gone" : "live";
  const words = { paused: "Paused", gone: "No answer", live: "Live" };
  $("state").dataset.is = state;
  say($("state-text"), words[state]);
  $("trouble").hidden = failures === 0;
  if (failures) {
    const since = lastHeard ? ` since ${age((Date.now() - lastHeard) / 1000)}` : "";
    say($("trouble"), `The server has not answered${since}. What is shown is as it was then; the page goes on trying.`);
  }
}

// --- one function ---------------------------------------------------------------------------------------------------

const detail = $("detail");
const drawDetail = chart($("d-chart"), true);

const reasons = {
  cold: "new key", expired: "expired", invalidated: "invalidated", evicted: "evicted", forced: "forced",
  undecodable: "unreadable", refresh: "refresh", stale: "old value",
};
const ends = { value: "", error: "error", old_value: "failed, old value given", nothing: "panicked or dropped", not_kept: "not kept" };
const events = {
  hits: "hits", stale_hits: "old values given", coalesced: "waited for a run", evictions: "evicted", expirations: "expired",
  invalidations: "invalidated", rejected_stores: "not stored", backend_errors: "back end errors",
};

function facts(list, pairs) {
  list.replaceChildren(...pairs.map(([term, text]) => make("div", {}, make("dt", {}, term), make("dd", {}, text))));
}

function showMisses(misses) {
  const all = Object.entries(misses).filter(([, number]) => number > 0).sort((a, b) => b[1] - a[1]);
  if (!all.length) return $("d-misses").replaceChildren(make("p", { class: "quiet" }, "It did not run yet."));
  const most = all[0][1];
  $("d-misses").replaceChildren(...all.map(([why, number]) => {
    const svg = draw("svg", { viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" });
    svg.append(draw("rect", { class: "bars", width: Math.max(100 * number / most, 1), height: 8, rx: 1 }));
    return make("div", { class: "reason" }, make("span", {}, reasons[why]), svg, make("span", {}, count(number)));
  }));
}

function policyOf(data) {
  const { policy } = data, seconds = (n) => duration(n);
  const pairs = [
    ["timeout", data.kind === "responses" ? "as answers say" : policy.timeout],
    policy.max_weight ? ["max_weight", data.kind === "responses" ? bytes(policy.max_weight) : count(policy.max_weight)] : ["max_entries", /^\d+$/.test(policy.max_entries) ? count(Number(policy.max_entries)) : policy.max_entries],
  ];
  if (policy.idle_seconds) pairs.push(["idle", seconds(policy.idle_seconds)]);
  if (policy.jitter) pairs.push(["jitter", percent(policy.jitter)]);
  if (policy.stale_while_revalidate_seconds) pairs.push(["stale_while_revalidate", seconds(policy.stale_while_revalidate_seconds)]);
  if (policy.stale_if_error_seconds) pairs.push(["stale_if_error", seconds(policy.stale_if_error_seconds)]);
  if (policy.refresh_ahead) pairs.push(["refresh_ahead", percent(policy.refresh_ahead)]);
  if (policy.coalesce === false) pairs.push(["coalesce", "false"]);
  if (policy.depends === false) pairs.push(["depends", "false"]);
  if (policy.version !== null) pairs.push(["version", `${policy.version}`]);
  if (!policy.enabled) pairs.push(["enabled", "false"]);
  pairs.push(["lives in", data.lives === "process" ? "this process" : data.lives]);
  return pairs;
}

function showKeys({ keys, lives }) {
  const { state, entries } = keys;
  $("d-keys-section").hidden = state === "hidden";
  if (state === "hidden") return;
  const note = state === "opaque" ? "not shown: an argument is not serde::Serialize"
    : entries.length === 200 ? "the latest 200"
    : lives !== "process" && !entries.length ? "they are in the shared back end" : entries.length ? "" : "none";
  say($("d-keys-note"), note);
  const list = $("d-keys"), held = list.contains(document.activeElement);
  if (held) return;
  list.replaceChildren(...entries.map((entry) => {
    const text = JSON.stringify(entry.arguments);
    const left = entry.expires_in_seconds === null ? "" : `, ${age(entry.expires_in_seconds)} left`;
    const drop = make("button", { type: "button", class: "button", "aria-label": `Drop ${text}`, on: { click: () => invalidate({ function: opened, entry: entry.id }, $("d-said")) } }, "Drop");
    return make("li", {}, make("code", { title: text }, text), make("span", { class: "quiet" }, `${age(entry.age_seconds)} old${left}`), last.allows_invalidation ? drop : "");
  }));
}

function showRecent({ runs, changes }) {
  const all = runs.map((run) => {
    const bad = ["error", "nothing"].includes(run.came_to) ? "bad" : run.came_to === "old_value" ? "warn" : "";
    const what = run.arguments === null ? "" : JSON.stringify(run.arguments);
    const end = ends[run.came_to];
    return [run.age_seconds, () => [
      make("span", {}, `${run.why === "refresh" ? "refresh" : `ran: ${reasons[run.why]}`}`),
      make("code", { title: what }, end ? make("span", { class: bad }, end) : "", end && what ? " " : "", what),
      make("span", {}, duration(run.took_seconds)),
    ]];
  });
  for (const { age_seconds, what, count: number } of changes) {
    all.push([age_seconds, () => [make("span", {}, events[what]), make("code"), make("span", {}, `${count(number)} ×`)]]);
  }
  all.sort((a, b) => a[0] - b[0]);
  $("d-recent").replaceChildren(...all.slice(0, 96).map(([when, inside]) => make("li", {}, make("time", {}, ago(when)), ...inside())));
  if (!all.length) $("d-recent").replaceChildren(make("li", {}, make("span", { class: "quiet" }, "Nothing yet.")));
}

async function showDetail(name) {
  const data = await ask(`api/functions/${encodeURIComponent(name)}`);
  if (opened !== name) return;
  say($("d-name"), data.name);
  say($("d-place"), `${data.kind === "responses" ? "CacheLayer, " : ""}${data.file}:${data.line}`);
  drawDetail(data.history, recentRatio(data.history));
  const weight = data.weight === null ? [] : [["Weight", data.kind === "responses" ? bytes(data.weight) : count(data.weight)]];
  facts($("d-facts"), [
    ["Hit ratio, all time", percent(data.hit_ratio)],
    ["Calls", count(data.calls)],
    ["Entries here", count(data.entries)],
    ["Oldest entry", data.oldest_age_seconds === null ? "–" : age(data.oldest_age_seconds)],
    ["Median run", duration(data.loads.median_seconds)],
    ["99 % of runs", duration(data.loads.p99_seconds)],
    ["Longest run", duration(data.loads.max_seconds)],
    weight[0] ?? ["Runs", count(data.loads.count)],
  ]);
  showMisses(data.misses);
  facts($("d-policy"), policyOf(data));
  $("d-drop").hidden = !last?.allows_invalidation;
  $("d-form").hidden = data.kind === "responses";
  showKeys(data);
  showRecent(data);
}

async function open(name) {
  opened = name;
  unsure();
  say($("d-said"), "");
  $("d-arguments").value = "";
  try {
    await showDetail(name);
  } catch {
    // It is shown with the next answer; if there is no such function, not at all.
    if (!known.has(name)) return close();
  }
  if (opened === name && !detail.open) {
    detail.showModal();
    detail.scrollTop = 0;
  }
}

function close() {
  const name = opened;
  opened = null;
  if (detail.open) detail.close();
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  known.get(name)?.link.focus({ preventScroll: true });
}

function follow() {
  let name = "";
  try { name = decodeURIComponent(location.hash.slice(1)); } catch { /* not one of ours */ }
  if (name) open(name);
  else if (opened) close();
}

// --- dropping -------------------------------------------------------------------------------------------------------

async function invalidate(body, place) {
  place.classList.remove("bad");
  try {
    const answer = await fetch(new URL("api/invalidate", BASE), {
      method: "POST",
      headers: { "content-type": "application/json", "x-cache-admin": "1" },
      body: JSON.stringify(body),
    });
    const told = await answer.json();
    place.classList.toggle("bad", !answer.ok || !told.delivered);
    say(place, answer.ok ? told.message : sentence(told.error));
  } catch {
    place.classList.add("bad");
    say(place, "The server has not answered: it is not known whether anything was dropped.");
  }
  update();
}

const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;

let sure = 0;
function unsure() {
  clearTimeout(sure);
  sure = 0;
  $("d-all").classList.remove("sure");
  say($("d-all"), "Drop all entries");
}

// --- beginning ------------------------------------------------------------------------------------------------------

for (const header of document.querySelectorAll("th[data-key]")) {
  header.firstElementChild.addEventListener("click", () => sortBy(header.dataset.key));
}
$("sort").addEventListener("change", (event) => sortBy(event.target.value));
$("search").addEventListener("input", arrange);
$("called").addEventListener("change", arrange);
$("search").addEventListener("keydown", (event) => {
  if (event.key === "Enter") $("rows").querySelector("a")?.focus();
});
document.addEventListener("keydown", (event) => {
  const writing = event.target.closest("input, select, textarea, dialog");
  if (event.key === "/" && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    $("search").focus();
  }
});
$("rows").addEventListener("keydown", (event) => {
  const to = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  const next = to && event.target.closest("tr")?.[to];
  if (next) {
    event.preventDefault();
    next.querySelector("a").focus();
  }
});
$("d-close").addEventListener("click", close);
detail.addEventListener("cancel", (event) => { event.preventDefault(); close(); });
detail.addEventListener("click", (event) => { if (event.target === detail) close(); });
$("d-form").addEventListener("submit", (event) => {
  event.preventDefault();
  try {
    invalidate({ function: opened, arguments: JSON.parse($("d-arguments").value) }, $("d-said"));
  } catch {
    $("d-said").classList.add("bad");
    say($("d-said"), "This is not JSON: texts stand in double quotes, several arguments in brackets.");
  }
});
$("d-all").addEventListener("click", () => {
  if (!sure) {
    $("d-all").classList.add("sure");
    say($("d-all"), "Press again to drop all entries");
    sure = setTimeout(unsure, 5000);
  } else {
    unsure();
    invalidate({ function: opened }, $("d-said"));
  }
});
$("open-drop").addEventListener("click", () => {
  say($("drop-said"), "");
  $("drop").showModal();
  $("drop-what").focus();
});
$("drop-close").addEventListener("click", () => $("drop").close());
$("drop-form").addEventListener("change", () => {
  const route = new FormData($("drop-form")).get("by") === "route";
  say($("drop-label"), route ? "Route, as it is rendered" : "Label, as in tags(..)");
  $("drop-what").placeholder = route ? "/users/7" : "team:7";
});
$("drop-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const by = new FormData($("drop-form")).get("by");
  invalidate({ [by]: $("drop-what").value }, $("drop-said"));
});
addEventListener("hashchange", follow);
document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  showState();
  update();
});
setInterval(() => { if (failures) showState(); }, 1000);
update().then(follow);

import { Chart, svg } from "./chart.js";
import { age, bytes, celsius, megahertz, percent, printable, unknown, watts } from "./format.js";

const at = (id) => document.getElementById(id);
const main = document.querySelector("main");
const hour = 720, rowsAtFirst = 50, tokenKey = "gpu-runtime-token", themeKey = "gpu-runtime-theme";
const view = { sort: "memory", descending: true, all: false, hidden: new Set(), selected: null };
const oftenest = 1000, rarest = 30000;
let sample = null, history = null, drawn = null, lastAnswer = null, wait = oftenest, timer = 0, isAsking = false;

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text != null) made.textContent = printable(text);
  return made;
}

// ---- Asking ----

async function ask(path) {
  const token = sessionStorage.getItem(tokenKey);
  const answer = await fetch(path, { headers: token ? { Authorization: `Bearer ${token}` } : {}, cache: "no-store", signal: AbortSignal.timeout(10000) });
  if (answer.status === 401) throw new Refused(token ? "This is not the token." : "");
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return answer.json();
}

class Refused extends Error {}

// One turn at a time; none in a tab that nobody sees, or while the token is asked for.
async function turn() {
  clearTimeout(timer);
  if (isAsking || document.hidden || !at("token").hidden) return;
  isAsking = true;
  const problem = await asked();
  isAsking = false;
  if (problem instanceof Refused) {
    askForToken(problem.message);
    return;
  }
  wait = problem ? Math.min(wait * 2, rarest) : oftenest;
  timer = setTimeout(turn, wait);
  if (problem) showSilence(problem);
  else show();
}

async function asked() {
  try {
    sample = await ask("/api/v1/gpus");
    if (!history || history.chosen !== chosen() || performance.now() - history.asked >= history.periodSeconds * 1000) await askHistory();
    lastAnswer = new Date();
    return null;
  } catch (problem) {
    return problem;
  }
}

const chosen = () => (view.selected ? `container=${encodeURIComponent(view.selected)}` : "");
const byId = (one, other) => one.id.localeCompare(other.id, undefined, { numeric: true });

async function askHistory() {
  const query = chosen();
  const before = history?.chosen === query ? history : null;
  const more = await ask(`/api/v1/history?${before ? `since=${encodeURIComponent(before.end)}&` : ""}${query}`);
  const both = before && joined(before, more);
  const whole = both ?? (before ? await ask(`/api/v1/history?${query}`) : more);
  whole.gpus.sort(byId);
  history = Object.assign(whole, { asked: performance.now(), chosen: query, lead: Math.max(lead(whole), both ? before.lead : -Infinity) });
}

// How far the agent's calendar is before this page's clock, which nobody can set.
const lead = (points) => Date.parse(points.end) - performance.now();

// The points of before and those that have come since, by their moment; null when somebody has set the agent's calendar, and moments say nothing.
function joined(before, after) {
  const period = after.periodSeconds * 1000;
  const steps = Math.round((Date.parse(after.end) - Date.parse(before.end)) / period);
  if (steps < 0 || lead(after) > before.lead + period) return null;
  const nothing = (count) => Array(Math.max(0, count)).fill(null);
  const isPoints = (value) => Array.isArray(value);
  const length = Object.values(before.gpus[0] ?? {}).find(isPoints)?.length ?? 0;
  const join = (series, others) => {
    const old = others.find((other) => other.id === series.id && other.unit === series.unit);
    const both = { ...series };
    for (const [name, points] of Object.entries(series)) {
      if (!isPoints(points)) continue;
      const fresh = steps === 0 ? [] : points.slice(-steps);
      both[name] = [...(old?.[name] ?? nothing(length)), ...nothing(Math.min(steps, hour) - fresh.length), ...fresh].slice(-hour);
    }
    return both;
  };
  return { ...after, gpus: after.gpus.map((series) => join(series, before.gpus)), containers: after.containers.map((series) => join(series, before.containers)) };
}

function showSilence(problem) {
  main.classList.add("stale");
  at("state").classList.add("late");
  at("state").textContent = lastAnswer ? `no answer since ${lastAnswer.toLocaleTimeString()}` : `no answer: ${printable(problem.message)}`;
}

function askForToken(problem) {
  main.hidden = true;
  at("token").hidden = false;
  at("token-problem").textContent = problem;
  at("state").textContent = "";
  at("token-value").focus();
}

at("token").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(tokenKey, at("token-value").value.trim());
  at("token").hidden = true;
  turn();
});

// ---- Showing ----

function show() {
  main.hidden = false;
  main.classList.remove("stale");
  at("state").classList.remove("late");
  at("state").textContent = `live · ${new Date(sample.time).toLocaleTimeString()}`;
  showSummary();
  list(at("problems"), sample.problems, (item, problem) => (item.textContent = printable(problem)), "li");
  at("problems").hidden = sample.problems.length === 0;
  list(at("gpus"), sample.gpus, showGpu, "article");
  if (history !== drawn) showCharts();
  showContainers();
  showProcesses();
}

// As many children as items, each brought up to date in its place.
function list(parent, items, update, name) {
  items.forEach((item, index) => {
    let child = parent.children[index];
    if (!child) parent.append((child = document.createElement(name)));
    update(child, item, index);
  });
  while (parent.children.length > items.length) parent.lastElementChild.remove();
}

const sum = (values) => values.reduce((total, value) => (value == null ? total : (total ?? 0) + value), null);

function showSummary() {
  const unhealthy = sample.gpus.filter((gpu) => !gpu.health.healthy).length;
  const known = sample.gpus.filter((gpu) => gpu.memory?.usedBytes != null);
  // Of the same GPUs, as far as what is used is known of any.
  const total = sum((known.length ? known : sample.gpus).map((gpu) => gpu.memory?.totalBytes));
  const busy = sample.gpus.filter((gpu) => gpu.utilizationRatio != null);
  const rows = [
    ["GPUs", `${sample.gpus.length}`, unhealthy ? `${unhealthy} unhealthy` : sample.gpus.length ? "all healthy" : "", unhealthy > 0],
    ["Containers", `${sample.containers.length}`, `${new Set(sample.processes.map((process) => process.pid)).size} processes`],
    ["Utilization", busy.length ? percent(sum(busy.map((gpu) => gpu.utilizationRatio)) / busy.length) : unknown, ""],
    ["Memory", bytes(sum(known.map((gpu) => gpu.memory?.usedBytes))), total == null ? "" : `of ${bytes(total)}`],
    ["Power", watts(sum(sample.gpus.map((gpu) => gpu.powerWatts))), ""],
  ];
  list(at("summary"), rows, (box, [name, value, more, isBad]) => {
    if (!box.firstChild) box.append(element("dt"), element("dd"));
    box.className = isBad ? "bad" : "";
    box.firstChild.textContent = name;
    box.lastChild.replaceChildren(`${value} `, element("small", "", more));
  }, "div");
}

function meter(name) {
  const row = element("div", "meter");
  const track = svg("svg", { class: "track", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" });
  track.append(svg("rect", { class: "rail", width: 100, height: 8, rx: 3 }), svg("rect", { class: "fill", width: 0, height: 8, rx: 3 }));
  row.append(element("span", "", name), track, element("span", "value"));
  return row;
}

function setMeter(row, ratio, text) {
  const fill = row.querySelector(".fill");
  fill.setAttribute("width", ratio == null ? 0 : Math.min(100, Math.max(0, ratio * 100)).toFixed(1));
  fill.classList.toggle("full", ratio > 0.95);
  row.lastChild.textContent = text;
}

const share = (memory) => (memory?.usedBytes != null && memory.totalBytes ? memory.usedBytes / memory.totalBytes : null);
const hottest = (gpu) => gpu.temperatures.reduce((most, one) => (most == null || one.celsius > most ? one.celsius : most), null);
const ofTotal = (used, total) => (total == null ? bytes(used) : `${bytes(used)} of ${bytes(total)}`);

function showGpu(card, gpu) {
  if (!card.firstChild) {
    const title = element("h3");
    title.append(element("span", "id"), element("span", "name"), element("span", "badge"));
    card.append(title, meter("utilization"), meter("memory"), element("ul", "facts"), element("div", "mig"), element("ul", "reasons"));
  }
  const [title, busy, memory, facts, migs, reasons] = card.children;
  const isSilent = gpu.utilizationRatio == null && gpu.memory?.usedBytes == null && gpu.powerWatts == null && gpu.temperatures.length === 0;
  const state = !gpu.health.healthy ? "unhealthy" : !gpu.problem ? "healthy" : isSilent ? "not read" : "read in part";
  card.className = `gpu ${gpu.vendor}${gpu.health.healthy ? (gpu.problem ? " partial" : "") : " unhealthy"}`;
  card.dataset.gpu = gpu.id;
  const [id, name, badge] = title.children;
  id.textContent = gpu.id;
  name.textContent = name.title = printable(gpu.name ?? gpu.pciAddress);
  badge.textContent = state;
  setMeter(busy, gpu.utilizationRatio, percent(gpu.utilizationRatio));
  setMeter(memory, share(gpu.memory), ofTotal(gpu.memory?.usedBytes, gpu.memory?.totalBytes));
  const clock = gpu.clocks.find((one) => one.domain === "graphics" || one.domain === "sm") ?? gpu.clocks[0];
  const fan = gpu.fans[0];
  const known = [
    ["power", gpu.powerLimitWatts == null ? watts(gpu.powerWatts) : `${watts(gpu.powerWatts)} of ${watts(gpu.powerLimitWatts)}`],
    ["temperature", celsius(hottest(gpu))],
    ["clock", megahertz(clock?.hertz)],
    fan && ["fan", fan.rpm != null ? `${Math.round(fan.rpm)} rpm` : percent(fan.ratio)],
    gpu.pcie?.lanes != null && ["PCIe", `×${gpu.pcie.lanes}${gpu.pcie.transfersPerSecond != null ? ` ${gpu.pcie.transfersPerSecond / 1e9} GT/s` : ""}`],
    ...gpu.engines.filter((engine) => engine.busyRatio > 0).map((engine) => [engine.engine.replace("_", " "), percent(engine.busyRatio)]),
  ].filter(Boolean);
  list(facts, known, (item, [label, value]) => item.replaceChildren(element("b", "", `${label} `), value), "li");
  list(migs, gpu.mig, (row, mig) => {
    if (!row.firstChild) row.append(...meter("").children), (row.className = "meter");
    row.firstChild.textContent = `${gpu.id}:${mig.index}${mig.profile ? ` ${printable(mig.profile)}` : ""}`;
    setMeter(row, share(mig.memory), ofTotal(mig.memory?.usedBytes, mig.memory?.totalBytes));
  }, "div");
  migs.hidden = gpu.mig.length === 0;
  list(reasons, [...gpu.health.reasons.map((reason) => reason.sentence), ...(gpu.problem ? [gpu.problem] : [])], (item, reason) => (item.textContent = printable(reason)), "li");
}

// ---- Charts ----

const charts = [
  ["utilizationRatio", new Chart("Utilization", percent, { maximum: 1 })],
  ["memoryUsedBytes", new Chart("Memory", bytes, { binary: true })],
  ["powerWatts", new Chart("Power", watts)],
  ["temperatureCelsius", new Chart("Temperature", celsius)],
];
at("charts").append(...charts.map(([, chart]) => chart.figure));
const containerCharts = [
  ["memoryUsedBytes", new Chart("Memory of the container", bytes, { binary: true })],
  ["utilizationRatio", new Chart("Utilization by the container", percent, { maximum: 1 })],
];
at("container-charts").append(...containerCharts.map(([, chart]) => chart.figure));

const style = (index) => `c${index % 8}${index >= 8 ? " dashed" : ""}`;

function showCharts() {
  drawn = history;
  list(at("legend"), history.gpus, (button, gpu, index) => {
    if (!button.firstChild) {
      const mark = svg("svg", { viewBox: "0 0 14 8" });
      mark.append(svg("path", { d: "M0 4h14", "stroke-width": 3 }));
      button.append(mark, element("span"));
      button.type = "button";
      button.addEventListener("click", () => {
        const id = button.lastChild.textContent;
        if (!view.hidden.delete(id)) view.hidden.add(id);
        showCharts();
      });
    }
    button.querySelector("path").setAttribute("class", style(index));
    button.lastChild.textContent = gpu.id;
    button.setAttribute("aria-pressed", String(!view.hidden.has(gpu.id)));
  }, "button");
  const end = new Date(history.end);
  for (const [name, chart] of charts) {
    const lines = history.gpus.map((gpu, index) => ({ label: gpu.id, style: style(index), points: gpu[name] })).filter((line) => !view.hidden.has(line.label));
    chart.show(lines, end, history.periodSeconds, hour);
    chart.figure.hidden = !history.gpus.some((gpu) => gpu[name].some((point) => point != null));
  }
  const units = history.containers.filter((series) => series.id === view.selected);
  at("container-charts").hidden = units.length === 0;
  for (const [name, chart] of containerCharts) {
    chart.show(units.map((series, index) => ({ label: series.unit, style: style(index), points: series[name] })), end, history.periodSeconds, hour);
  }
}

// ---- Tables ----

const label = (container) => (container.pod ? `${container.namespace ?? ""}/${container.pod}${container.podContainer ? `/${container.podContainer}` : ""}` : container.name ?? "");
const columns = [
  { key: "container", title: "Container", value: (row) => row.container.id },
  { key: "name", title: "Name", value: (row) => label(row.container) },
  { key: "engine", title: "Engine", value: (row) => row.container.engine },
  { key: "gpu", title: "GPU", value: (row) => row.unit.id },
  { key: "memory", title: "Memory", value: (row) => row.unit.memoryUsedBytes, isNumber: true },
  { key: "limit", title: "Limit", value: (row) => row.unit.memoryLimit?.enforcedBytes, isNumber: true },
  { key: "util", title: "Utilization", value: (row) => row.unit.utilizationRatio, isNumber: true },
  { key: "processes", title: "Processes", value: (row) => row.unit.processes, isNumber: true },
  { key: "since", title: "Since", value: (row) => row.container.since, isNumber: true },
];

function head(table, titles) {
  if (table.tHead) return;
  const row = table.createTHead().insertRow();
  for (const column of titles) {
    const cell = element("th", column.isNumber ? "number" : "");
    cell.scope = "col";
    if (column.key) {
      const button = element("button", "", column.title);
      button.type = "button";
      button.addEventListener("click", () => {
        [view.sort, view.descending] = [column.key, view.sort === column.key ? !view.descending : Boolean(column.isNumber)];
        showContainers();
      });
      cell.dataset.key = column.key;
      cell.append(button);
    } else {
      cell.textContent = column.title;
    }
    row.append(cell);
  }
  table.createTBody();
}

// What is not known comes last, whatever the order.
function compare(one, other) {
  if (one == null || other == null) return (one == null) - (other == null);
  const order = typeof one === "number" ? one - other : String(one).localeCompare(String(other), undefined, { numeric: true });
  return view.descending ? -order : order;
}

function cells(row, titles, texts) {
  list(row, texts, (cell, text, index) => {
    cell.className = titles[index].isNumber ? "number" : "";
    cell.dataset.label = titles[index].title;
    if (text instanceof Node) cell.replaceChildren(text);
    else if (cell.firstChild?.className === "text") cell.firstChild.textContent = cell.firstChild.title = printable(text);
    else cell.replaceChildren(Object.assign(element("span", "text", text), { title: printable(text) }));
  }, "td");
}

function nothing(body, text, span) {
  const cell = element("td", "empty", text);
  cell.colSpan = span;
  const row = element("tr");
  row.append(cell);
  body.replaceChildren(row);
}

function showContainers() {
  const table = at("containers");
  head(table, columns);
  for (const cell of table.tHead.rows[0].cells) {
    if (cell.dataset.key === view.sort) cell.setAttribute("aria-sort", view.descending ? "descending" : "ascending");
    else cell.removeAttribute("aria-sort");
  }
  const wanted = at("filter").value.toLowerCase();
  const column = columns.find((one) => one.key === view.sort);
  const rows = sample.containers.flatMap((container) => container.units.map((unit) => ({ container, unit })))
    .filter((row) => columns.some((one) => !one.isNumber && String(one.value(row) ?? "").toLowerCase().includes(wanted)))
    .sort((one, other) => compare(column.value(one), column.value(other)) || compare(one.container.id, other.container.id) || compare(one.unit.id, other.unit.id));
  const shown = view.all ? rows : rows.slice(0, rowsAtFirst);
  at("more").hidden = rows.length <= rowsAtFirst;
  at("more").textContent = view.all ? "Show fewer" : `Show all ${rows.length}`;
  const body = table.tBodies[0];
  if (rows.length === 0) {
    nothing(body, sample.containers.length ? "No container matches the filter." : "No container holds or uses a GPU.", columns.length);
    return;
  }
  if (body.querySelector(".empty")) body.replaceChildren();
  const now = new Date(sample.time);
  list(body, shown, (row, { container, unit }) => {
    let button = row.querySelector("button");
    if (!button) {
      button = element("button");
      button.type = "button";
      button.addEventListener("click", () => select(button.dataset.id));
    }
    button.dataset.id = container.id;
    button.textContent = printable(container.id.slice(0, 12));
    button.title = printable(container.id);
    button.setAttribute("aria-pressed", String(container.id === view.selected));
    const limit = unit.memoryLimit;
    const limitText = element("span", "", limit ? bytes(limit.enforcedBytes) : unknown);
    if (limit) limitText.append(" ", element("span", "tier", limit.tier));
    cells(row, columns, [button, label(container) || unknown, container.engine, unit.id, bytes(unit.memoryUsedBytes), limitText, percent(unit.utilizationRatio), String(unit.processes), age(container.since, now)]);
  }, "tr");
}

const processColumns = [
  { title: "Pid", isNumber: true }, { title: "Name" }, { title: "Container" }, { title: "GPU" }, { title: "Memory", isNumber: true }, { title: "Utilization", isNumber: true },
];

function showProcesses() {
  at("process-count").textContent = `(${sample.processes.length})`;
  if (!at("processes-section").open) return;
  const table = at("processes");
  head(table, processColumns);
  const wanted = at("filter").value.toLowerCase();
  const rows = sample.processes.filter((process) => `${process.pid} ${process.name} ${process.container ?? ""} ${process.unit}`.toLowerCase().includes(wanted)).slice(0, 200);
  if (rows.length === 0) {
    nothing(table.tBodies[0], "No process uses a GPU.", processColumns.length);
    return;
  }
  if (table.querySelector(".empty")) table.tBodies[0].replaceChildren();
  list(table.tBodies[0], rows, (row, process) =>
    cells(row, processColumns, [String(process.pid), process.name, process.container?.slice(0, 12) ?? "host", process.unit, bytes(process.memoryBytes), percent(process.utilizationRatio)]), "tr");
}

function select(id) {
  view.selected = view.selected === id ? null : id;
  showContainers();
  showCharts();
  turn();
}

document.addEventListener("visibilitychange", turn);
at("filter").addEventListener("input", () => sample && (showContainers(), showProcesses()));
at("more").addEventListener("click", () => ((view.all = !view.all), showContainers()));
at("processes-section").addEventListener("toggle", () => sample && showProcesses());
at("theme").addEventListener("click", () => {
  const isDark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  localStorage.setItem(themeKey, (document.documentElement.dataset.theme = isDark ? "light" : "dark"));
});
const theme = localStorage.getItem(themeKey);
if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
turn();

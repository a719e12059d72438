import { clockTime, unknown } from "./format.js";

const svgNamespace = "http://www.w3.org/2000/svg";
const height = 190, left = 62, right = 8, top = 8, bottom = 22;

export function svg(name, attributes = {}) {
  const element = document.createElementNS(svgNamespace, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

// The smallest round number that is not below.
function roundUp(value) {
  const magnitude = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 2.5, 5, 10].map((step) => step * magnitude).find((step) => step >= value * 0.9999);
}

// Lines over time with axes, and a read-out for pointer and keyboard.
export class Chart {
  constructor(title, format, { maximum, binary } = {}) {
    this.format = format;
    this.maximum = maximum;
    this.binary = binary;
    this.lines = [];
    this.width = 480;
    this.figure = document.createElement("figure");
    const caption = document.createElement("figcaption");
    const name = document.createElement("span");
    name.textContent = title;
    this.output = document.createElement("output");
    caption.append(name, this.output);
    this.picture = svg("svg", { class: "chart", role: "img", tabindex: "0", "aria-label": `${title}, last hour; arrow keys read values` });
    this.axes = svg("g");
    this.paths = svg("g");
    this.cursor = svg("line", { class: "cursor", y1: top, y2: height - bottom, visibility: "hidden" });
    this.picture.append(this.axes, this.paths, this.cursor);
    this.figure.append(caption, this.picture);
    this.picture.addEventListener("pointermove", (event) => this.pointAt(event.clientX - this.picture.getBoundingClientRect().left));
    this.picture.addEventListener("pointerleave", () => this.read(null));
    this.picture.addEventListener("blur", () => this.read(null));
    this.picture.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -60, PageDown: 60 }[event.key];
      if (!step || !this.count) return;
      event.preventDefault();
      this.read(Math.min(this.count - 1, Math.max(0, (this.index ?? this.count) + step)));
    });
    new ResizeObserver(() => this.draw()).observe(this.picture);
  }

  // lines: [{ label, style, points }], of one length, the newest last; end: when the newest is over.
  show(lines, end, period, span) {
    Object.assign(this, { lines, end, period, span, count: lines[0]?.points.length ?? 0 });
    this.draw();
  }

  x(index) {
    return this.width - right - ((this.count - 1 - index) / Math.max(1, this.span - 1)) * (this.width - left - right);
  }

  draw() {
    if (!this.end) return;
    // One unit of the picture is one of the page's, whatever room it has.
    this.width = this.picture.clientWidth || this.width;
    this.picture.setAttribute("viewBox", `0 0 ${this.width} ${height}`);
    let highest = 0;
    for (const line of this.lines) for (const point of line.points) if (point > highest) highest = point;
    const scale = this.binary ? 2 ** 30 : 1;
    const most = this.maximum ?? (highest > 0 ? roundUp(highest / scale) * scale : 1);
    this.axes.replaceChildren();
    for (let step = 0; step <= 4; step++) {
      const y = height - bottom - (step / 4) * (height - top - bottom);
      this.axes.append(svg("line", { class: "grid", x1: left, x2: this.width - right, y1: y, y2: y }));
      if (step % 2 === 0) this.text(this.format((most * step) / 4), left - 6, y + 4, "end");
    }
    for (const part of [0, 0.5, 1]) {
      const time = new Date(this.end.getTime() - (1 - part) * this.span * this.period * 1000);
      this.text(clockTime(time), left + part * (this.width - left - right), height - 6, ["start", "middle", "end"][part * 2]);
    }
    this.lines.forEach((line, number) => {
      let path = this.paths.children[number];
      if (!path) this.paths.append((path = svg("path")));
      path.setAttribute("class", `line ${line.style}`);
      path.setAttribute("d", this.path(line.points, most));
    });
    while (this.paths.children.length > this.lines.length) this.paths.lastChild.remove();
    if (this.index != null) this.read(Math.min(this.index, this.count - 1));
  }

  text(content, x, y, anchor) {
    const text = svg("text", { "text-anchor": anchor, x, y });
    text.textContent = content;
    this.axes.append(text);
  }

  path(points, most) {
    let path = "", drawing = false;
    points.forEach((point, index) => {
      if (point == null) {
        drawing = false;
        return;
      }
      const y = height - bottom - Math.min(1, point / most) * (height - top - bottom);
      path += `${drawing ? "L" : "M"}${this.x(index).toFixed(1)} ${y.toFixed(1)}${drawing ? "" : "h.1"}`;
      drawing = true;
    });
    return path;
  }

  pointAt(x) {
    if (this.count) this.read(Math.min(this.count - 1, Math.max(0, Math.round(this.count - 1 - ((this.width - right - x) / (this.width - left - right)) * (this.span - 1)))));
  }

  read(index) {
    this.index = index;
    this.cursor.setAttribute("visibility", index == null ? "hidden" : "visible");
    if (index == null) {
      this.output.textContent = "";
      return;
    }
    this.cursor.setAttribute("x1", this.x(index));
    this.cursor.setAttribute("x2", this.x(index));
    const time = new Date(this.end.getTime() - (this.count - index) * this.period * 1000);
    const known = this.lines.filter((line) => line.points[index] != null);
    const shown = known.sort((one, other) => other.points[index] - one.points[index]).slice(0, 3).map((line) => `${line.label} ${this.format(line.points[index])}`);
    this.output.textContent = `${clockTime(time)}  ${shown.join("  ") || unknown}${known.length > 3 ? "  …" : ""}`;
  }
}

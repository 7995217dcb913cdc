// The data_visualization block as a small SVG. Promise: the same numbers stand beside it as text (legend or table for
// screen readers), so the picture is never the only carrier.
import { h, svg } from "./dom.js";
import { plain } from "./mrkdwn.js";

const WIDTH = 460;
const HEIGHT = 220;
const FRAME = { left: 44, right: 10, top: 10, bottom: 42 };
const number = (value) => Number(value).toLocaleString("en-GB", { maximumFractionDigits: 2 });

/** Any chart: pie, bar, line or area. */
export function chart(block) {
  const data = block.chart || {};
  const node = h("figure", { class: "chart" }, h("figcaption", null, plain(block.title)));
  if (data.type === "pie") node.append(pie(data, plain(block.title)));
  else node.append(axes(data, plain(block.title)));
  return node;
}

function legend(rows) {
  return h("ul", { class: "legend" }, rows.map(([name, note], index) =>
    h(
      "li",
      null,
      h("span", { class: `swatch series-${index}`, "aria-hidden": "true" }),
      h("span", null, name),
      note ? h("span", { class: "legend-note" }, note) : null,
    )));
}

function pie(data, title) {
  const segments = data.segments || [];
  const total = segments.reduce((sum, s) => sum + Number(s.value), 0) || 1;
  const picture = svg(
    "svg",
    {
      viewBox: "0 0 120 120",
      class: "pie",
      role: "img",
      "aria-label": `${title}: ${segments.map((s) => `${s.label} ${number(s.value)}`).join(", ")}`,
    },
  );
  let from = 0;
  segments.forEach((segment, index) => {
    const share = Number(segment.value) / total;
    picture.append(slice(from, share, index, `${segment.label}: ${number(segment.value)}`));
    from += share;
  });
  return h("div", { class: "chart-row" }, picture,
    legend(segments.map((s) => [s.label, `${number(s.value)} · ${Math.round((Number(s.value) / total) * 100)} %`])));
}

function slice(from, share, index, name) {
  const title = svg("title", null, name);
  if (share > 0.9999) return svg("circle", { cx: 60, cy: 60, r: 56, class: `series-${index}` }, title);
  const point = (turn) => [
    60 + 56 * Math.sin(turn * 2 * Math.PI),
    60 - 56 * Math.cos(turn * 2 * Math.PI),
  ].map((n) => n.toFixed(2)).join(" ");
  return svg(
    "path",
    { d: `M60 60L${point(from)}A56 56 0 ${share > 0.5 ? 1 : 0} 1 ${point(from + share)}Z`, class: `series-${index} slice` },
    title,
  );
}

function ticks(low, high) {
  const raw = (high - low) / 4 || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= raw);
  const list = [];
  for (let value = Math.floor(low / step) * step; value < high + step; value += step) list.push(Number(value.toFixed(10)));
  return list;
}

function axes(data, title) {
  const series = data.series || [];
  const config = data.axis_config || {};
  const categories = (config.categories || (series[0] ? series[0].data.map((d) => d.label) : [])).map(String);
  const value = (one, category) => {
    const found = (one.data || []).find((d) => String(d.label) === category);
    return found ? Number(found.value) : null;
  };
  const all = series.flatMap((s) => (s.data || []).map((d) => Number(d.value)));
  const marks = ticks(Math.min(0, ...all), Math.max(1, ...all));
  const [low, high] = [marks[0], marks[marks.length - 1]];
  // Without a name for the x axis its line is not kept free.
  const height = config.x_label ? HEIGHT : HEIGHT - 18;
  const bottom = config.x_label ? FRAME.bottom : FRAME.bottom - 18;
  const wide = WIDTH - FRAME.left - FRAME.right;
  const tall = height - FRAME.top - bottom;
  const y = (v) => FRAME.top + tall - ((v - low) / (high - low)) * tall;
  const slot = wide / Math.max(1, categories.length);
  const x = (index) => FRAME.left + slot * (index + 0.5);
  const picture = svg(
    "svg",
    {
      viewBox: `0 0 ${WIDTH} ${height}`,
      class: "plot",
      role: "img",
      "aria-label": `${title}, ${data.type} chart; its numbers follow as a table`,
    },
  );
  for (const mark of marks) {
    picture.append(svg(
      "line",
      { x1: FRAME.left, x2: WIDTH - FRAME.right, y1: y(mark), y2: y(mark), class: mark === 0 ? "axis" : "grid" },
    ),
      svg("text", { x: FRAME.left - 6, y: y(mark) + 3.5, class: "tick", "text-anchor": "end" }, number(mark)));
  }
  const each = Math.ceil(categories.length / 12);
  categories.forEach((category, index) => {
    if (index % each === 0) picture.append(svg(
      "text",
      { x: x(index), y: height - bottom + 16, class: "tick", "text-anchor": "middle" },
      category.length > 14 ? `${category.slice(0, 13)}…` : category,
    ));
  });
  if (config.x_label) picture.append(svg(
    "text",
    { x: FRAME.left + wide / 2, y: height - 6, class: "tick label", "text-anchor": "middle" },
    plain(config.x_label),
  ));
  series.forEach((one, s) => {
    const points = categories.map((c, index) => [x(index), value(one, c), c]).filter((p) => p[1] !== null);
    if (data.type === "bar") bars(picture, points, s, series.length, slot, y, one.name);
    else lines(picture, points, s, y, data.type === "area", one.name);
  });
  return h("div", null, config.y_label ? h("div", { class: "y-label" }, plain(config.y_label)) : null, picture,
    series.length > 1 ? legend(series.map((s) => [s.name, null])) : null, numbers(categories, series, value, title));
}

function bars(picture, points, s, count, slot, y, name) {
  const width = Math.min(44, (slot * 0.72) / count);
  for (const [x, v, category] of points) {
    const left = x - (width * count) / 2 + s * width;
    picture.append(svg("rect", {
      x: left,
      y: Math.min(y(v), y(0)),
      width: Math.max(1, width - 2),
      height: Math.max(1, Math.abs(y(v) - y(0))),
      rx: 2,
      class: `series-${s}`,
    },
      svg("title", null, `${name}, ${category}: ${number(v)}`)));
  }
}

function lines(picture, points, s, y, filled, name) {
  if (!points.length) return;
  const path = points.map(([x, v], index) => `${index ? "L" : "M"}${x.toFixed(1)} ${y(v).toFixed(1)}`).join("");
  if (filled) picture.append(svg(
    "path",
    { d: `${path}L${points[points.length - 1][0]} ${y(0)}L${points[0][0]} ${y(0)}Z`, class: `series-${s} area` },
  ));
  picture.append(svg("path", { d: path, class: `line stroke-${s}` }));
  for (const [x, v, category] of points) picture.append(svg(
    "circle",
    { cx: x, cy: y(v), r: 3, class: `series-${s}` },
    svg("title", null, `${name}, ${category}: ${number(v)}`),
  ));
}

function numbers(categories, series, value, title) {
  return h("table", { class: "visually-hidden" }, h("caption", null, title),
    h("thead", null, h("tr", null, h("th", null, ""), series.map((s) => h("th", { scope: "col" }, s.name)))),
    h(
      "tbody",
      null,
      categories.map((c) => h(
        "tr",
        null,
        h("th", { scope: "row" }, c),
        series.map((s) => h("td", null, value(s, c) === null ? "" : number(value(s, c)))),
      )),
    ));
}

// The table and data_table blocks. Promise: real tables with captions and headers; a data_table pages and sorts.
import { h, icon, iconButton } from "./dom.js";
import { richText } from "./rich_text.js";
import { plain } from "./mrkdwn.js";

function words(cell) {
  if (!cell) return "";
  if (cell.type === "raw_number") return cell.text ?? Number(cell.value).toLocaleString("en-GB");
  if (cell.type === "rich_text") return richText(cell).textContent;
  return plain(cell);
}

function cellNode(tag, cell, props) {
  const number = cell && cell.type === "raw_number";
  const classes = [props.class, number ? "align-right number" : null].filter(Boolean).join(" ");
  return h(tag, { ...props, class: classes || null }, cell && cell.type === "rich_text" ? richText(cell) : words(cell));
}

/** A plain table; its first row is the header, as Slack shows it. */
export function table(block) {
  const settings = block.column_settings || [];
  const look = (column) => {
    const set = settings[column] || {};
    return [set.align ? `align-${set.align}` : "", set.is_wrapped ? "wraps" : ""].filter(Boolean).join(" ") || null;
  };
  const [head, ...rows] = block.rows || [];
  const row = (cells, tag) => h(
    "tr",
    null,
    (cells || []).map((cell, column) => cellNode(tag, cell, { class: look(column), scope: tag === "th" ? "col" : null })),
  );
  return h("div", null, h("div", { class: "table-wrap", tabindex: "0", role: "group", "aria-label": "Table" },
    h("table", null, h("thead", null, row(head, "th")), h("tbody", null, rows.map((cells) => row(cells, "td"))))));
}

const rank = (cell) => (cell && cell.type === "raw_number" ? Number(cell.value ?? cell.text) : words(cell).toLowerCase());

/** A data_table: caption, sortable columns, pages. */
export function dataTable(block) {
  const [head, ...rows] = block.rows || [];
  const size = block.page_size || 5;
  const headColumn = block.row_header_column_index || 0;
  let page = 0;
  let sort = null;
  const body = h("tbody");
  const status = h("span", { class: "pager-words", role: "status" });
  const back = iconButton("left", "Previous page", () => turn(-1));
  const next = iconButton("right", "Next page", () => turn(1));
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const turn = (step) => {
    page = Math.min(pages - 1, Math.max(0, page + step));
    show();
  };
  const numbers = (column) => rows.length && rows.every((cells) => cells[column] && cells[column].type === "raw_number");
  const heads = (head || []).map((cell, column) => h("th", { scope: "col", "aria-sort": "none", class: numbers(column) ? "align-right" : null },
    h("button", { type: "button", class: "sort", onclick: () => sortBy(column) }, words(cell), icon("down"))));
  function sortBy(column) {
    if (!sort || sort.column !== column) sort = { column, down: false };
    else sort = sort.down ? null : { column, down: true };
    heads.forEach((th) => th.setAttribute("aria-sort", "none"));
    if (sort) heads[column].setAttribute("aria-sort", sort.down ? "descending" : "ascending");
    page = 0;
    show();
  }
  function show() {
    const order = [...rows];
    if (sort) {
      order.sort((a, b) => {
        const [x, y] = [rank(a[sort.column]), rank(b[sort.column])];
        const way = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y));
        return sort.down ? -way : way;
      });
    }
    const shown = order.slice(page * size, page * size + size);
    body.replaceChildren(...shown.map((cells) => h("tr", null, cells.map((cell, column) =>
      cellNode(column === headColumn ? "th" : "td", cell, { scope: column === headColumn ? "row" : null })))));
    status.textContent = `${page * size + 1}–${page * size + shown.length} of ${rows.length}`;
    back.disabled = page === 0;
    next.disabled = page === pages - 1;
  }
  show();
  return h("div", null, h("div", {
    class: "table-wrap",
    tabindex: "0",
    role: "group",
    "aria-label": plain(block.caption) || "Table",
  },
    h("table", null, h("caption", null, plain(block.caption)), h("thead", null, h("tr", null, heads)), body)),
  pages > 1 ? h("div", { class: "pager" }, back, status, next) : null);
}

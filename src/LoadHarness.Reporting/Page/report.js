"use strict";
// Everything here is an addition: without it the page has every figure.
(() => {
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  // Print holds every fold open, also where the style sheet cannot do it.
  addEventListener("beforeprint", () => all("details:not([open])").forEach(fold => {
    fold.open = true;
    fold.dataset.printed = "1";
  }));
  addEventListener("afterprint", () => all("details[data-printed]").forEach(fold => {
    fold.open = false;
    delete fold.dataset.printed;
  }));

  // A link into a fold opens it, in browsers that do not do so by themselves.
  const open = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", open);
  open();

  // Search over all tables.
  const bar = document.querySelector(".kept");
  const search = document.createElement("input");
  search.type = "search";
  search.placeholder = "Search the tables";
  search.setAttribute("aria-label", "Search the tables");
  bar.append(search);
  const rows = () => all("table:not(.targets) tbody tr").concat(all("table.targets tbody"));
  search.addEventListener("input", () => {
    const wanted = search.value.trim().toLowerCase();
    for (const row of rows()) row.hidden = wanted !== "" && !row.textContent.toLowerCase().includes(wanted);
  });

  // A click on a heading sorts its column, by size where it holds figures: of an interval, or of a figure with its spread, by the first.
  const factors = { "µs": 1e-3, ms: 1, s: 1e3, min: 6e4, h: 3.6e6, KiB: 1024, MiB: 1048576, GiB: 1073741824, B: 1 };
  const units = Object.keys(factors).join("|");
  const first = new RegExp(`(-?\\d+(?:\\.\\d+)?)(?:\\s*(${units})\\b)?`);
  const other = new RegExp(`^ (?:to|±) -?[\\d.]+\\s*(${units})\\b`);
  const size = text => {
    const plain = text.replaceAll(",", ""), found = plain.match(first);
    if (!found) return -Infinity;
    const [whole, figure, unit] = found, rest = plain.slice(found.index + whole.length);
    // "4 min 12 s" is one figure; in "700 to 800 ms" the unit of both comes last.
    const seconds = (unit === "h" || unit === "min") && rest.match(/^ (-?\d+) (min|s)\b/);
    return figure * (factors[unit ?? rest.match(other)?.[1]] ?? 1) + (seconds ? seconds[1] * factors[seconds[2]] : 0);
  };
  for (const table of all("table.sortable")) {
    const heads = all("thead th", table);
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") !== "descending";
        heads.forEach(other => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const numeric = head.classList.contains("n");
        const of = row => numeric ? size(row.cells[column].textContent) : row.cells[column].textContent.trim();
        const body = table.tBodies[0];
        body.append(...[...body.rows].sort((a, b) => {
          const [x, y] = [of(a), of(b)];
          return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1);
        }));
      });
    });
  }

  // Charts over time: one cursor for all of a clock, read-outs from the chart's own table, zoom by dragging.
  const plain = seconds => seconds < 120 ? `${Math.round(seconds * 10) / 10} s`
    : seconds < 7200 ? `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
    : `${(seconds / 3600).toFixed(2)} h`;
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400];
  const make = (name, attributes, parent) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    parent.append(node);
    return node;
  };
  const charts = all("svg[data-clock]").map(svg => {
    const figure = svg.closest("figure");
    const table = figure?.querySelector("table");
    const chart = {
      svg, figure, from: +svg.dataset.from, to: +svg.dataset.to, area: svg.querySelector("svg.area"), inner: svg.querySelector("svg"),
      group: svg.dataset.clock === "run" ? "run" : svg.closest("details")?.querySelector("div")?.id ?? svg.closest(".grid"),
      names: table ? all("thead th", table).map(head => head.textContent) : [],
      rows: table ? all("tbody tr", table).map(row => [...row.cells].map(cell => cell.textContent)) : [],
    };
    chart.zoom = [chart.from, chart.to];
    chart.times = chart.rows.map(cells => +cells[0].replaceAll(",", ""));
    chart.stretches = chart.names[0] === "From second";
    const height = chart.area.getAttribute("height");
    chart.cursor = make("line", { y1: 0, y2: height, stroke: "currentColor", "stroke-width": 1, visibility: "hidden" }, chart.inner);
    if (figure) {
      chart.out = document.createElement("p");
      chart.out.className = "readout";
      chart.out.setAttribute("aria-hidden", "true");
      svg.parentElement.after(chart.out);
    }
    return chart;
  });
  const kin = chart => charts.filter(other => other.group === chart.group);
  // The labels of the heights stand to the left of the plot, the names of the lines to its right, both in the padding.
  const at = (chart, event) => {
    const box = chart.svg.getBoundingClientRect(), style = getComputedStyle(chart.svg);
    const left = parseFloat(style.paddingLeft), right = parseFloat(style.paddingRight);
    return Math.min(1, Math.max(0, (event.clientX - box.left - left) / (box.width - left - right)));
  };
  const read = (chart, moment) => {
    const share = (moment - chart.zoom[0]) / (chart.zoom[1] - chart.zoom[0]);
    chart.cursor.setAttribute("visibility", share >= 0 && share <= 1 ? "visible" : "hidden");
    for (const end of ["x1", "x2"]) chart.cursor.setAttribute(end, `${share * 100}%`);
    if (!chart.out || chart.times.length === 0) return;
    // A row of a stretch holds until the next one begins; of single moments the nearest is meant.
    let best = 0;
    chart.times.forEach((time, index) => {
      if (chart.stretches ? time <= moment : Math.abs(time - moment) < Math.abs(chart.times[best] - moment)) best = index;
    });
    const figures = chart.rows[best].slice(1).map((cell, index) => `${chart.names[index + 1]} ${cell}`);
    chart.out.textContent = `${plain(chart.times[best])}: ${figures.join(", ")}`;
  };
  const show = (chart, from, to) => {
    chart.zoom = [from, to];
    // The names stand where the lines end, which a part of them does not show.
    chart.svg.classList.toggle("zoomed", from > chart.from || to < chart.to);
    const span = chart.to - chart.from, units = 1000;
    const box = chart.area.getAttribute("viewBox").split(" ");
    chart.area.setAttribute("viewBox", `${(from - chart.from) / span * units} 0 ${(to - from) / span * units} ${box[3]}`);
    all("text.tick", chart.svg).forEach(tick => tick.remove());
    const step = steps.find(candidate => candidate >= (to - from) / 5) ?? 604800;
    for (let tick = Math.ceil(from / step) * step; tick <= to; tick += step) {
      const share = (tick - from) / (to - from);
      make("text", {
        class: "tick f-ink", x: `${share * 100}%`, y: +chart.area.getAttribute("height") + 16, "font-size": 12,
        "text-anchor": share < .06 ? "start" : share > .94 ? "end" : "middle",
      }, chart.inner).textContent = plain(tick);
    }
  };
  for (const chart of charts) {
    let start = null;
    chart.svg.addEventListener("pointermove", event => {
      const moment = chart.zoom[0] + at(chart, event) * (chart.zoom[1] - chart.zoom[0]);
      kin(chart).forEach(other => read(other, moment));
    });
    chart.svg.addEventListener("pointerleave", () => kin(chart).forEach(other => {
      other.cursor.setAttribute("visibility", "hidden");
      if (other.out) other.out.textContent = "";
    }));
    chart.svg.addEventListener("pointerdown", event => {
      if (event.pointerType === "mouse") start = at(chart, event);
    });
    chart.svg.addEventListener("pointerup", event => {
      if (start === null) return;
      const [left, right] = [start, at(chart, event)].sort((a, b) => a - b);
      start = null;
      const [from, to] = chart.zoom, span = to - from;
      if (right - left <= .02 || (right - left) * span < 2) return;
      kin(chart).forEach(other => show(other, from + left * span, from + right * span));
    });
    chart.svg.addEventListener("dblclick", () => kin(chart).forEach(other => show(other, other.from, other.to)));
  }
})();

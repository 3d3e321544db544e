"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const darkScheme = matchMedia("(prefers-color-scheme: dark)");
  const printing = matchMedia("print");
  // as wide as a page of paper is between its margins, whole or in two columns
  const PAPER = 640, HALF = 300;
  const NARROW = 480;

  const plots = all(".figure").map((box) => ({
    box,
    spec: JSON.parse(box.parentElement.querySelector("script").textContent),
    leastWidth: Number(box.parentElement.dataset.width ?? 0),
    rowHeight: Number(box.dataset.rowHeight ?? 0),
  }));
  const toggles = all("[data-toggle]");
  const shown = new Set();

  // Figures name the colours of the page; plotly.js knows colours only.
  const probe = document.createElement("i");
  probe.hidden = true;
  document.body.append(probe);
  function palette() {
    const known = new Map();
    return (name) => {
      if (!known.has(name)) {
        probe.style.color = name;
        known.set(name, getComputedStyle(probe).color);
      }
      return known.get(name);
    };
  }
  function coloured(value, colour) {
    if (typeof value === "string") return value.startsWith("var(--") ? colour(value) : value;
    if (Array.isArray(value)) return value.map((each) => coloured(each, colour));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, coloured(each, colour)]),
    );
  }

  function draw(onPaper = printing.matches) {
    const colour = palette();
    for (const plot of plots) {
      const { data, layout } = coloured(plot.spec, colour);
      for (const trace of data) {
        if (trace.meta?.variant) trace.visible = shown.has(trace.meta.variant);
      }
      layout.font.family = getComputedStyle(document.body).fontFamily;
      if (plot.rowHeight) {
        const rows = data.filter((trace) => trace.visible).length;
        layout.height = Math.max(rows, 1) * plot.rowHeight + 64;
      }
      if (plot.box.clientWidth < NARROW && layout.xaxis.ticktext) {
        layout.xaxis.ticktext = layout.xaxis.ticktext.map((text) => text.replace(/,000$/, "k"));
      }
      if (onPaper) layout.width = plot.rowHeight ? HALF : PAPER;
      else if (plot.leastWidth > plot.box.parentElement.clientWidth) layout.width = plot.leastWidth;
      Plotly.react(plot.box, data, layout, { displayModeBar: false, responsive: true });
    }
  }

  function show(names) {
    shown.clear();
    for (const name of names) shown.add(name);
    for (const toggle of toggles) {
      toggle.setAttribute("aria-pressed", String(shown.has(toggle.dataset.toggle)));
    }
    for (const row of all(".explored tr[data-variant]")) {
      if (!row.closest(".numbers")) row.hidden = !shown.has(row.dataset.variant);
    }
    draw();
  }
  const PRESETS = {
    first: () => toggles.filter((toggle) => toggle.dataset.first === "true"),
    all: () => toggles,
    none: () => [],
  };
  const preset = (name) => show(PRESETS[name]().map((toggle) => toggle.dataset.toggle));
  for (const toggle of toggles) {
    toggle.addEventListener("click", () => {
      const name = toggle.dataset.toggle;
      show(shown.has(name) ? [...shown].filter((each) => each !== name) : [...shown, name]);
    });
  }
  for (const button of all("[data-preset]")) {
    button.addEventListener("click", () => preset(button.dataset.preset));
  }

  const theme = document.querySelector(".theme");
  const isDark = () => (root.dataset.theme ?? (darkScheme.matches ? "dark" : "light")) === "dark";
  const markTheme = () => theme.setAttribute("aria-pressed", String(isDark()));
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    markTheme();
    draw();
  });
  darkScheme.addEventListener("change", () => {
    markTheme();
    draw();
  });
  printing.addEventListener("change", () => draw());
  addEventListener("beforeprint", () => draw(true));
  addEventListener("afterprint", () => draw(false));

  const targets = all("[data-target]");
  function choose(target) {
    for (const button of targets) {
      button.setAttribute("aria-pressed", String(button.dataset.target === target));
    }
    for (const part of all("[data-of-target]")) part.hidden = part.dataset.ofTarget !== target;
  }
  for (const button of targets) button.addEventListener("click", () => choose(button.dataset.target));
  choose("0");

  function sort(head) {
    const column = [...head.parentElement.children].indexOf(head);
    const body = head.closest("table").tBodies[0];
    const falls = head.getAttribute("aria-sort") === "ascending";
    for (const other of head.parentElement.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", falls ? "descending" : "ascending");
    const key = (row) => row.cells[column].dataset.sort;
    const compare = (a, b) => (isNaN(a) || isNaN(b) ? a.localeCompare(b) : a - b);
    const rows = [...body.rows].sort((one, other) => {
      const [a, b] = [key(one), key(other)];
      // what is missing comes last either way
      if (!a || !b) return Boolean(b) - Boolean(a) || 0;
      return falls ? compare(b, a) : compare(a, b);
    });
    body.append(...rows);
  }
  for (const button of all(".sortable thead button")) {
    button.addEventListener("click", () => sort(button.closest("th")));
  }

  const links = new Map(all(".sections a").map((link) => [link.hash.slice(1), link]));
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const entry of entries.filter((each) => each.isIntersecting)) {
        for (const link of links.values()) link.removeAttribute("aria-current");
        links.get(entry.target.id)?.setAttribute("aria-current", "true");
      }
    },
    { rootMargin: "-30% 0px -65% 0px" },
  );
  for (const name of links.keys()) watcher.observe(document.getElementById(name));

  markTheme();
  preset("first");
})();

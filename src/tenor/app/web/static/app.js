(() => {
  "use strict";
  const one = (selector) => document.querySelector(selector);
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const follow = (selector) => { const link = one(selector); if (link) link.click(); return Boolean(link); };

  // The next or previous of some elements, from the one that has the focus.
  const move = (selector, step) => {
    const items = all(selector);
    if (!items.length) return false;
    const at = items.indexOf(document.activeElement);
    const next = items[at < 0 ? (step > 0 ? 0 : items.length - 1) : Math.min(Math.max(at + step, 0), items.length - 1)];
    next.focus();
    next.scrollIntoView({ block: "center" });
    return true;
  };

  const places = { c: "/", d: "/documents", r: "/runs", s: "/search", q: "/quality" };
  const keys = {
    "/": () => { const box = one("#q"); box.focus(); box.select(); return true; },
    "?": () => { location.assign("/help"); return true; },
    j: () => move("a.open, .glance a", 1),
    k: () => move("a.open, .glance a", -1),
    n: () => move("[data-m], #span", 1),
    p: () => move("[data-m], #span", -1),
    b: () => follow("a.back") || (history.back(), true),
    ArrowRight: () => follow("a[rel=next]"),
    ArrowLeft: () => follow("a[rel=prev]"),
  };
  let going = false;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    if (event.key.startsWith("Arrow") && event.target.closest(".scroll, pre")) return;
    if (going) {
      going = false;
      if (places[event.key]) { event.preventDefault(); location.assign(places[event.key]); }
      return;
    }
    if (event.key === "g") { going = true; setTimeout(() => { going = false; }, 1500); return; }
    if (Object.hasOwn(keys, event.key) && keys[event.key]()) event.preventDefault();
  });

  // A part of a page that can't be had: the whole page says why.
  document.addEventListener("htmx:response:error", (event) => location.assign(event.detail.ctx.response.raw.url));

  // A point of a chart that names its days leads to the documents of these days.
  const days = /^(\d{4}-\d\d-\d\d)(?: to (\d{4}-\d\d-\d\d))?:/;
  document.addEventListener("click", (event) => {
    const mark = event.target.closest("figure.chart [aria-label]");
    const found = mark && days.exec(mark.getAttribute("aria-label"));
    if (found) location.assign(`/documents?from=${found[1]}&to=${found[2] || found[1]}`);
  });

  // In the editor of a file: begin at the line that was asked for, and say in which line one stands.
  const editor = one("textarea[data-line]");
  if (editor) {
    const place = one("#place");
    const tell = () => { place.textContent = editor.value.slice(0, editor.selectionStart).split("\n").length; };
    const line = Number(editor.dataset.line);
    if (line > 0) {
      const lines = editor.value.split("\n");
      const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
      editor.focus();
      editor.setSelectionRange(start, start + (lines[line - 1] || "").length);
      editor.scrollTop = (line - 4) * parseFloat(getComputedStyle(editor).lineHeight);
    }
    ["keyup", "click", "focus"].forEach((name) => editor.addEventListener(name, tell));
    tell();
  }

  const arrive = () => {
    const here = one(".places [aria-current]");
    if (here) here.closest("ul").scrollLeft = here.offsetLeft - 40;
    const span = location.hash === "#span" && one("#span");
    if (span) { span.focus({ preventScroll: true }); span.scrollIntoView({ block: "center" }); }
    document.documentElement.dataset.ready = "true";
  };
  arrive();
})();

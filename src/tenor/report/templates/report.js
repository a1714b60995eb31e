(() => {
  "use strict";
  document.documentElement.classList.add("live");
  const narrow = window.matchMedia("(max-width: 679px)");
  const options = { ast: true, renderer: "svg", actions: false, defaultStyle: false,
    tooltip: { disableDefaultStyle: true } };

  const unpacked = (holder) => {
    const bytes = Uint8Array.from(atob(holder.textContent), (char) => char.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream);
  };

  // The library is unpacked when the first chart comes into view; a page that serves it has it already.
  let library;
  const loaded = () => library ??= window.vegaEmbed ? Promise.resolve() : (async () => {
    const blob = await unpacked(document.getElementById("library")).blob();
    const script = document.createElement("script");
    script.src = URL.createObjectURL(new Blob([blob], { type: "text/javascript" }));
    await new Promise((done, failed) => {
      script.onload = done;
      script.onerror = () => failed(new Error("the chart library does not load"));
      document.head.append(script);
    });
  })();

  const specOf = async (id, size) => {
    const holder = document.getElementById(id);
    if (holder.type === "application/json") return JSON.parse(holder.textContent);
    return (await unpacked(holder).json())[size];
  };

  // The drawn chart stays until the one that answers is ready, and stays for good if that fails.
  const enliven = async (figure) => {
    const size = narrow.matches ? "narrow" : "wide";
    const holder = figure.querySelector(":scope > ." + size);
    if (!holder.dataset.live) {
      holder.dataset.live = "true";
      const spec = await specOf(holder.dataset.spec, size);
      await loaded();
      const live = document.createElement("div");
      await window.vegaEmbed(live, spec, options);
      holder.replaceChildren(live);
      holder.style.minHeight = "";
    }
    figure.dataset.ready = "true";
  };
  const attempt = (figure) => enliven(figure).catch((error) => console.error(error));

  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) {
        watcher.unobserve(entry.target);
        attempt(entry.target);
      }
    }
  }, { rootMargin: "100px" });
  const figures = Array.from(document.querySelectorAll("figure.chart"));
  const watch = () => figures.forEach((figure) => {
    delete figure.dataset.ready;
    watcher.unobserve(figure);
    watcher.observe(figure);
  });
  narrow.addEventListener("change", watch);
  watch();
})();

(() => {
  "use strict";
  const narrow = window.matchMedia("(max-width: 679px)");
  const options = { ast: true, renderer: "svg", actions: false, defaultStyle: false,
    tooltip: { disableDefaultStyle: true } };

  // The drawn chart stays until the one that answers is ready, and stays for good if that fails.
  const enliven = async (figure) => {
    const size = narrow.matches ? "narrow" : "wide";
    const holder = figure.querySelector(":scope > ." + size);
    if (!holder.dataset.live) {
      holder.dataset.live = "true";
      const spec = JSON.parse(document.getElementById(holder.dataset.spec).textContent);
      const live = document.createElement("div");
      await window.vegaEmbed(live, spec, options);
      holder.replaceChildren(live);
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

"use strict";
// All content is there without this: it lights up the way of the chosen image, and makes the drawing larger or smaller.
(() => {
  const svg = document.querySelector("svg.graph"), stage = document.querySelector("main");
  const nodes = new Map([...svg.querySelectorAll(".node")].map(node => [node.dataset.key, node]));
  const edges = [...svg.querySelectorAll(".edge")];
  const before = new Map(), after = new Map();
  const list = (map, key) => map.get(key) || map.set(key, []).get(key);
  for (const edge of edges) {
    list(before, edge.dataset.to).push(edge);
    list(after, edge.dataset.from).push(edge);
  }
  const lightUp = (key, ways, end) => {
    const seen = new Set([key]), waiting = [key];
    while (waiting.length) {
      for (const edge of ways.get(waiting.pop()) || []) {
        edge.classList.add("lit");
        const next = edge.dataset[end];
        if (!seen.has(next)) { seen.add(next); waiting.push(next); }
      }
    }
    for (const each of seen) nodes.get(each).classList.add("lit");
  };
  const choose = () => {
    const key = location.hash.slice(1);
    for (const each of svg.querySelectorAll(".lit, .chosen")) each.classList.remove("lit", "chosen");
    svg.classList.toggle("dims", nodes.has(key));
    const node = nodes.get(key) || svg.querySelector(".node.root");
    if (nodes.has(key)) { lightUp(key, before, "from"); lightUp(key, after, "to"); }
    node.classList.add("chosen");
    node.scrollIntoView({block: "nearest", inline: "nearest"});
    document.querySelector("aside").scrollTop = 0;
    for (const log of document.querySelectorAll("pre.log")) log.scrollTop = log.scrollHeight;
  };
  addEventListener("hashchange", choose);
  addEventListener("keydown", event => {
    if (event.key === "Escape" && location.hash) { history.pushState(null, "", location.pathname); location.hash = "root"; }
  });
  const [width, height] = [svg.width.baseVal.value, svg.height.baseVal.value];
  let scale = 1;
  const zoom = factor => {
    scale = Math.min(4, Math.max(0.05, factor));
    svg.setAttribute("width", width * scale);
    svg.setAttribute("height", height * scale);
  };
  const fit = () => zoom(Math.min(1, (stage.clientWidth - 72) / width, (stage.clientHeight - 120) / height));
  document.getElementById("larger").onclick = () => zoom(scale * 1.25);
  document.getElementById("smaller").onclick = () => zoom(scale / 1.25);
  document.getElementById("fit").onclick = fit;
  stage.addEventListener("wheel", event => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(scale * Math.exp(-event.deltaY / 300));
  }, {passive: false});
  let drag = null;
  stage.addEventListener("pointerdown", event => {
    if (event.button === 0 && !event.target.closest(".node, footer")) drag = [event.clientX + stage.scrollLeft, event.clientY + stage.scrollTop];
  });
  addEventListener("pointermove", event => {
    if (drag) { stage.scrollLeft = drag[0] - event.clientX; stage.scrollTop = drag[1] - event.clientY; }
  });
  addEventListener("pointerup", () => { drag = null; });
  if (width * 0.55 < stage.clientWidth - 72) fit();
  choose();
})();

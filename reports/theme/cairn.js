// Charts answer to pointer, finger and keys, and one breakdown can be looked at alone. All that is shown stands on the
// page already: the words of each point in the drawing, the captions. Without this file nothing is missing.
"use strict";
(() => {
  const SVG = "http://www.w3.org/2000/svg";

  // The points of a chart in the order they are read, with their words. These leave the drawing, as a browser would
  // show them a second time.
  function pointsOf(svg, along) {
    const points = [...svg.querySelectorAll("circle > title")].map((title) => {
      const circle = title.parentNode;
      title.remove();
      return { circle, words: title.textContent, at: circle[along].baseVal.value };
    });
    return points.sort((one, other) => one.at - other.at);
  }

  function answer(svg) {
    const along = svg.closest("figure").classList.contains("trend") ? "cx" : "cy";
    const points = pointsOf(svg, along);
    if (!points.length) return;
    const around = svg.parentNode;
    const tip = document.createElement("p");
    tip.className = "tip";
    tip.setAttribute("role", "status");
    tip.hidden = true;
    around.append(tip);
    const ring = document.createElementNS(SVG, "circle");
    ring.setAttribute("class", "ring");
    let now = -1;

    function hide() {
      tip.hidden = true;
      ring.remove();
      now = -1;
    }

    function show(index) {
      if (index === now) return;
      now = index;
      const { circle, words } = points[index];
      for (const name of ["cx", "cy"]) ring.setAttribute(name, circle.getAttribute(name));
      ring.setAttribute("r", circle.r.baseVal.value + 4);
      circle.after(ring);
      tip.textContent = words;
      tip.hidden = false;
      const frame = around.getBoundingClientRect();
      const dot = circle.getBoundingClientRect();
      const left = (dot.left + dot.right - tip.offsetWidth) / 2 - frame.left;
      const above = dot.top - frame.top - tip.offsetHeight - 9;
      tip.style.left = Math.max(0, Math.min(left, frame.width - tip.offsetWidth)) + "px";
      tip.style.top = (above < 0 ? dot.bottom - frame.top + 9 : above) + "px";
    }

    function nearest(event) {
      const x = along === "cx";
      const from = points.map(({ circle }) => {
        const dot = circle.getBoundingClientRect();
        return Math.abs(x ? (dot.left + dot.right) / 2 - event.clientX : (dot.top + dot.bottom) / 2 - event.clientY);
      });
      return from.indexOf(Math.min(...from));
    }

    const last = points.length - 1;
    const first = along === "cx" ? last : 0; // a trend is entered at its present
    const moves = {
      ArrowRight: () => Math.min(now + 1, last), ArrowDown: () => Math.min(now + 1, last),
      ArrowLeft: () => Math.max(now - 1, 0), ArrowUp: () => Math.max(now - 1, 0),
      Home: () => 0, End: () => last,
    };
    svg.setAttribute("tabindex", "0");
    svg.addEventListener("pointermove", (event) => show(nearest(event)));
    svg.addEventListener("pointerdown", (event) => show(nearest(event)));
    around.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && hide());
    document.addEventListener("pointerdown", (event) => around.contains(event.target) || hide());
    svg.addEventListener("focus", () => svg.matches(":focus-visible") && show(first));
    svg.addEventListener("blur", hide);
    document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
    svg.addEventListener("keydown", (event) => {
      const move = moves[event.key];
      if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      show(now < 0 ? first : move());
    });
  }

  // Buttons to look at one breakdown alone, where there are several.
  function choose(charts) {
    const figures = [...charts.children].filter((child) => !child.classList.contains("trend"));
    if (figures.length < 2) return;
    const group = document.createElement("div");
    group.className = "choose";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", charts.dataset.show);
    const choices = [null, ...figures].map((figure) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = figure ? figure.querySelector("figcaption").textContent : charts.dataset.all;
      button.setAttribute("aria-pressed", String(!figure));
      button.addEventListener("click", () => {
        for (const one of figures) one.hidden = figure !== null && one !== figure;
        for (const other of choices) other.setAttribute("aria-pressed", String(other === button));
      });
      return button;
    });
    group.append(...choices);
    figures[0].before(group);
  }

  // What is folded opens for whoever asks where its number comes from.
  function unfold() {
    const asked = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (asked instanceof HTMLDetailsElement) asked.open = true;
  }

  addEventListener("hashchange", unfold);
  unfold();
  document.querySelectorAll("figure svg[role=img]").forEach(answer);
  document.querySelectorAll(".charts").forEach(choose);
})();

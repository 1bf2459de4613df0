"use strict";
// Sorting and filtering of the table of submissions. Without it the page says
// the same, in the order of the names.
(() => {
  const table = document.getElementById("rows");
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const heads = Array.from(table.tHead.rows[0].cells);
  const said = document.getElementById("sorted");
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });

  const value = (row, column, number) => {
    const cell = row.cells[column];
    return number ? Number(cell.dataset.v) : cell.textContent;
  };

  const sort = (head) => {
    const column = heads.indexOf(head);
    const number = "number" in head.dataset;
    const was = head.getAttribute("aria-sort");
    const down = was ? was === "ascending" : number; // best marks first
    for (const h of heads) h.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const keyed = rows.map((row) => [value(row, column, number), row]);
    keyed.sort(([a], [b]) => (number ? a - b : collator.compare(a, b)) * (down ? -1 : 1));
    body.append(...keyed.map(([, row]) => row));
    said.textContent = [said.dataset.by, head.textContent, down ? said.dataset.down : said.dataset.up].join(" ");
  };

  for (const head of heads) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(head));
    head.append(button);
  }

  const form = document.querySelector(".filter");
  const exercise = document.getElementById("by-exercise");
  const verdict = document.getElementById("by-verdict");
  const text = document.getElementById("by-text");
  const shown = document.getElementById("shown");
  const plain = (s) => s.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const words = rows.map((row) => plain(row.textContent));

  const filter = () => {
    const wanted = plain(text.value).split(/\s+/).filter(Boolean);
    let n = 0;
    rows.forEach((row, i) => {
      const ok = (!exercise.value || row.dataset.e === exercise.value) &&
        (!verdict.value || row.dataset.o === verdict.value) &&
        wanted.every((w) => words[i].includes(w));
      row.hidden = !ok;
      if (ok) n++;
    });
    shown.textContent = String(n);
  };
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  filter(); // a browser may have kept what was chosen
})();

"use strict";
(() => {
  const [words, verdict, shown] = ["words", "verdict", "shown"].map((id) => document.getElementById(id));
  const rows = [...document.querySelectorAll("tbody tr")].map((row) => ({
    row,
    text: row.textContent.toLowerCase() + " " + row.id,
    verdicts: row.dataset.verdicts.split(" "),
  }));
  const blocks = [...document.querySelectorAll(".block, main > section")].reverse();
  const says = (verdicts) =>
    verdict.value === "" ||
    (verdict.value === "other" ? verdicts.some((one) => one && one !== "passed") : verdicts.includes(verdict.value));
  const filter = () => {
    const wanted = words.value.toLowerCase().split(/\s+/);
    let count = 0;
    for (const { row, text, verdicts } of rows) {
      row.hidden = !(says(verdicts) && wanted.every((word) => text.includes(word)));
      count += row.hidden ? 0 : 1;
    }
    for (const block of blocks) block.hidden = !block.querySelector("tbody tr:not([hidden])");
    shown.value = `${count} of ${rows.length} rows`;
  };
  document.getElementById("filter").addEventListener("input", filter);
  document.getElementById("filter").addEventListener("submit", (event) => event.preventDefault());
  // A link to a row that is hidden shows everything again.
  addEventListener("hashchange", () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target?.closest("[hidden]")) return;
    words.value = verdict.value = "";
    filter();
    target.scrollIntoView();
  });
  filter();
})();

"use strict";
// Sets the colours that the reader chose on an earlier page, before the first paint.
(() => {
  const names = { system: "System", light: "Light", dark: "Dark" };
  const root = document.documentElement;
  const storedTheme = () => {
    try { return localStorage.getItem("report-theme"); } catch { return null; }
  };
  const set = (theme) => {
    if (theme === "system") delete root.dataset.theme; else root.dataset.theme = theme;
    const button = document.getElementById("theme");
    if (!button) return;
    button.querySelector("span").textContent = names[theme];
    button.setAttribute("aria-label", `Colours: ${theme === "system" ? "as the system" : theme}`);
  };
  const current = () => root.dataset.theme ?? "system";
  const first = storedTheme();
  set(first in names ? first : "system");
  addEventListener("DOMContentLoaded", () => {
    set(current());
    document.getElementById("theme").addEventListener("click", () => {
      const order = Object.keys(names);
      const next = order[(order.indexOf(current()) + 1) % order.length];
      set(next);
      try { localStorage.setItem("report-theme", next); } catch { /* then the choice holds for this page only */ }
    });
  });
})();

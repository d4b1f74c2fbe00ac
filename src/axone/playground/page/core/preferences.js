// What the page remembers of its reader from one visit to the next: language, theme, the open tab.
// Where the browser keeps nothing, the page works all the same.

const PREFIX = "axone.playground.";

/** @param {string} name @returns {string|null} */
export function kept(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/** @param {string} name @param {string|null} value null: no longer */
export function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch {
    // A private window, perhaps: nothing is lost but the memory.
  }
}
